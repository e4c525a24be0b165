"""An office's own list of processors is taken in row by row; a row that does not fit says why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.errors import Refused
from lifecycle.processor import WITHIN_EEA, Entry
from lifecycle.processor_entry import EntryKind
from lifecycle.processor_list import Judged, ListReason, Names, judge, letter_of, system_names
from lifecycle.processor_words import ListWords, load_list_words, plain

POLICIES = Path(__file__).resolve().parents[2] / "policies"
TODAY = date(2026, 11, 2)
NAMES = Names(
    processors=frozenset({"workbuster"}),
    systems=system_names({"novo": "Novo, Hermods utbildningsplattform"}, ["novo", "omnius"]),
    country="SE",
)
HEADER = (
    "Leverantör;Typ;System;Avtal;Avtal från;Avtal till;Instruktion;Lämplighet;Bedömd;Land;Grund;"
    "Underbiträden;Beslut;Beslutsdatum;Rekommenderad;Tvingande"
)


@pytest.fixture(scope="module")
def words() -> ListWords:
    return load_list_words(POLICIES)


def cells(line: str) -> list[str]:
    return line.split(";")


def taken(words: ListWords, *lines: str, header: str = HEADER) -> Judged:
    rows = [(number, cells(line)) for number, line in enumerate((header, *lines), start=1)]
    return judge(rows, words, NAMES, today=TODAY)


def reasons(judged: Judged) -> list[tuple[int, ListReason]]:
    return [(row, why) for row, why, _ in judged.quarantined]


def entries(words: ListWords, line: str) -> list[tuple[str, str, str | None, str, str]]:
    [found] = taken(words, line).lines
    return [
        (
            str(e.kind),
            e.on.isoformat(),
            None if e.until is None else e.until.isoformat(),
            e.outcome,
            e.country,
        )
        for e in found.entries
    ]


def test_a_whole_row_becomes_entries_in_their_order(words: ListWords) -> None:
    line = (
        "Exempelmoln AB;biträde;Novo, omnius;Ramavtal;2025-01-01;2027-12-31;2025-01-02;lämplig;"
        "2024-12-01;USA, Sverige;SCC;Serverhall AB; Backup ApS;;;;"
    )
    # The semicolon within the sub-processors' cell ends the cell: written as CSV it is quoted.
    fields = [*line.split(";")[:11], "Serverhall AB; Backup ApS", "", "", "", ""]
    judged = judge([(1, cells(HEADER)), (2, fields)], words, NAMES, today=TODAY)
    [found] = judged.lines
    assert judged.quarantined == ()
    assert (found.row, found.kind, found.called) == (2, "processor", "Exempelmoln AB")
    assert found.sub_processors == ("Serverhall AB", "Backup ApS")
    assert [(e.kind, e.on, e.until, e.outcome, e.country) for e in found.entries] == [
        ("agreement", date(2025, 1, 1), date(2027, 12, 31), "framework", ""),
        ("instruction", date(2025, 1, 2), None, "", ""),
        ("suitability", date(2024, 12, 1), None, "suitable", ""),
        ("country", TODAY, None, "standard_clauses", "US"),
        ("country", TODAY, None, WITHIN_EEA, "SE"),
    ]


def test_a_systems_own_name_or_what_it_is_called_is_known(words: ListWords) -> None:
    header = "Leverantör;System"
    [one] = taken(words, "Värden AB;OMNIUS", header=header).lines
    assert one.systems == ("omnius",)
    judged = judge(
        [(1, cells(header)), (2, ["Värden AB", "Novo Hermods utbildningsplattform"])],
        words,
        Names(NAMES.processors, {plain("Novo Hermods utbildningsplattform"): "novo"}, "SE"),
        today=TODAY,
    )
    assert judged.lines[0].systems == ("novo",)


def test_a_danish_list_and_an_english_one_are_read_too(words: ListWords) -> None:
    danish = taken(
        words, "Eksempel ApS;Nej;;Inden for EU", header="Databehandler;Aftale;Aftale fra;Land"
    )
    assert danish.lines[0].entries == (Entry(EntryKind.COUNTRY, TODAY, None, WITHIN_EEA),)
    english = taken(words, "Example Ltd;Yes;2026-01-01", header="Supplier;Agreement;Signed")
    assert english.lines[0].entries == (Entry(EntryKind.AGREEMENT, date(2026, 1, 1), None, "own"),)


def test_apps_and_learning_services_stand_in_the_same_list(words: ListWords) -> None:
    line = "Glosappen;app;;;;;;;;;;;avslag;2026-05-01;nej;ja"
    assert entries(words, line) == [
        ("verdict", "2026-05-01", None, "refused", ""),
        ("recommended", TODAY.isoformat(), None, "no", ""),
        ("use", TODAY.isoformat(), None, "compulsory", ""),
    ]


def test_a_country_without_a_ground_is_taken_and_undecided(words: ListWords) -> None:
    assert entries(words, "Värden AB;;;;;;;;;IN;;;;;;") == [
        ("country", TODAY.isoformat(), None, "undecided", "IN")
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (";app;novo;;;;;;;;;;;;;", ListReason.NAME_MISSING),
        ("Värden AB;grunka;;;;;;;;;;;;;;", ListReason.WORD_UNKNOWN),
        ("Värden AB;;Ladok;;;;;;;;;;;;;", ListReason.SYSTEM_UNKNOWN),
        ("Värden AB;;;Ramavtal;;;;;;;;;;;;", ListReason.DATE_MISSING),
        ("Värden AB;;;Ramavtal;snart;;;;;;;;;;;", ListReason.DATE_UNREADABLE),
        ("Värden AB;;;Ramavtal;02/03/2026;;;;;;;;;;;", ListReason.DATE_UNREADABLE),
        ("Värden AB;;;Ramavtal;1900-01-00;;;;;;;;;;;", ListReason.DATE_UNREADABLE),
        ("Värden AB;;;Ramavtal;0;;;;;;;;;;;", ListReason.DATE_UNREADABLE),
        ("Värden AB;;;Eget;2026-02-01;2026-01-31;;;;;;;;;;", ListReason.DATES_REVERSED),
        ("Värden AB;;;Nej;2026-02-01;;;;;;;;;;;", ListReason.TERMS_TOGETHER),
        ("Värden AB;;;;;;;lämplig;;;;;;;;", ListReason.DATE_MISSING),
        ("Värden AB;;;;;;;;2026-01-01;;;;;;;", ListReason.TERMS_TOGETHER),
        ("Värden AB;;;;;;Ja;;;;;;;;;", ListReason.DATE_MISSING),
        ("Värden AB;;;;;;;;;;;Ja;;;;", ListReason.NAMES_MISSING),
        ("Värden AB;;;;;;;;;;;flera;;;;", ListReason.NAMES_MISSING),
        ("Värden AB;;;;;;;;;;;Nej, Hall AB;;;;", ListReason.NAMES_MISSING),
        ("Värden AB;;Ja;;;;;;;;;;;;;", ListReason.NAMES_MISSING),
        ("Värden AB;;;;;;;;;Ja;;;;;;", ListReason.NAMES_MISSING),
        ("Ingen;;;;;;;;;;;;;;;", ListReason.NAME_MISSING),
        ("Värden AB;;;;;;;;;Atlantis;;;;;;", ListReason.COUNTRY_UNKNOWN),
        ("Värden AB;;;;;;;;;US;bra;;;;;", ListReason.WORD_UNKNOWN),
        ("Värden AB;;;;;;;;;;;ring anna@example.se;;;;", ListReason.PERSONAL_DATA),
        ("Tuva Exempelsson 19850709-9805;;;;;;;;;;;;;;;", ListReason.PERSONAL_DATA),
        ("Värd\u202een AB;;;;;;;;;;;;;;;", ListReason.CONTROL_CHARACTERS),
        (f"{'V' * 501};;;;;;;;;;;;;;;", ListReason.TEXT_TOO_LONG),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_its_number_and_nothing_of_it_is_taken(
    words: ListWords, line: str, why: ListReason
) -> None:
    judged = taken(words, "Bra AB;;;;;;;;;;;;;;;", line)
    assert reasons(judged) == [(3, why)]
    assert [one.called for one in judged.lines] == ["Bra AB"]
    assert "Bra" not in repr(judged.lines[0])


def test_two_rows_of_one_processor_are_no_two_processors(words: ListWords) -> None:
    judged = taken(words, "Värden AB;;;;;;;;;;;;;;;", "VÄRDEN  ab.;;;;;;;;;;;;;;;")
    assert judged.quarantined == ((3, ListReason.NAME_TWICE, "Leverantör"),)


def test_a_firms_own_number_is_no_persons(words: ListWords) -> None:
    header = "Leverantör;Beskrivning"
    assert taken(words, "Värden AB;org.nr 556677-8899", header=header).lines
    judged = taken(words, "Värden AB;19850709-9805", header=header)
    assert judged.quarantined == ((2, ListReason.PERSONAL_DATA, "Beskrivning"),)


def test_a_column_that_nobody_knows_is_not_read_and_is_told_by_its_letter(
    words: ListWords,
) -> None:
    header = "Kontakt;Leverantör;Beskrivning;;Pnr"
    line = f"anna@example.se;Värden AB;Drift;{'x' * 501};19850709-9805\u202e"
    judged = taken(words, line, header=header)
    assert judged.dropped_columns == ("A", "E")
    assert judged.quarantined == ()
    assert judged.lines[0] == (2, "processor", "", "Värden AB", "Drift", (), (), ())


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [letter_of(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("Värden AB;;;Ramavtal;;;;;;;;;;;;", "Avtal"),
        ("Värden AB;;;;;;;lämplig;;;;;;;;", "Lämplighet"),
        ("Värden AB;;;;;;Ja;;;;;;;;;", "Instruktion"),
        ("Värden AB;;;;;;;;;;;ring anna@example.se;;;;", "Underbiträden"),
        ("Värden AB;;;;i maj;;;;;;;;;;;", "Avtal från"),
        ("Värden AB;;;;;;;;;Atlantis;;;;;;", "Land"),
    ],
)
def test_a_reason_says_in_which_column_it_lies_by_its_known_title(
    words: ListWords, line: str, column: str
) -> None:
    [aside] = taken(words, line).quarantined
    assert aside.column == column
    [aside] = taken(words, line, header=HEADER.upper()).quarantined
    assert aside.column == column, "the words' own title, not what stands in the file"


NONE = ["Nej", "nej.", "Inga", "ingen", "ej", "-", "–", "—", "?", "saknas", "Inga underbiträden",
        "ej aktuellt", "None", "no", "N/A", "ikke", "Ingen underdatabehandlere", "ukendt",
        "unknown"]  # fmt: skip


@pytest.mark.parametrize("word", NONE)
def test_a_word_for_none_names_nobody(words: ListWords, word: str) -> None:
    header = ["Leverantör", "Beskrivning", "Namn i policyn", "System", "Land", "Grund",
              "Underbiträden", "Instruktion", "Granskad"]  # fmt: skip
    rows = [(1, header), (2, ["Värden AB", *[word] * 8])]
    judged = judge(rows, words, NAMES, today=TODAY)
    assert judged.quarantined == ()
    [line] = judged.lines
    assert (line.systems, line.entries, line.sub_processors) == ((), (), ())
    assert line.policy_name == ""


def test_who_is_named_beside_a_yes_is_taken(words: ListWords) -> None:
    header = "Leverantör;Underbiträden;Land"
    judged = taken(words, "Värden AB;Ja, Hall AB, –;NO", header=header)
    assert judged.lines[0].sub_processors == ("Hall AB",)
    assert [entry.country for entry in judged.lines[0].entries] == ["NO"], "Norway in capitals"


def test_a_list_that_says_no_says_so_still(words: ListWords) -> None:
    """The vocabularies' own no is no word for nothing."""
    line = "Glosappen;app;;nej;;;;nej;2026-01-01;;;;nej;2026-05-01;-;nej"
    assert [(kind, outcome) for kind, _, _, outcome, _ in entries(words, line)] == [
        ("suitability", "unsuitable"), ("verdict", "refused"),
        ("recommended", "no"), ("use", "voluntary"),
    ]  # fmt: skip


def test_a_name_of_the_policy_is_one_that_it_has(words: ListWords) -> None:
    header = "Leverantör;Namn i policyn"
    judged = taken(words, "Värden AB;workbuster", "Annan AB;okänd", header=header)
    assert [one.policy_name for one in judged.lines] == ["workbuster"]
    assert judged.quarantined == ((3, ListReason.NOT_IN_POLICY, "Namn i policyn"),)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "list_header_not_recognised"),
        ([["Elev", "Klass"]], "list_header_not_recognised"),
        ([["Leverantör"]], "list_header_not_recognised"),
        ([["Leverantör", "Avtal från", "Tecknat"]], "list_header_ambiguous"),
        ([["Leverantör", "System"]], "list_empty"),
        ([["Leverantör", "System"], ["", "  "]], "list_empty"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(
    words: ListWords, rows: list[list[str]], why: str
) -> None:
    with pytest.raises(Refused, match=rf"^{why}$"):
        judge(list(enumerate(rows, start=1)), words, NAMES, today=TODAY)


def test_titles_above_the_header_are_no_reason(words: ListWords) -> None:
    rows = [(1, ["Förteckning 2026"]), (3, ["Leverantör", "System"]), (4, ["Värden AB", "novo"])]
    assert [one.row for one in judge(rows, words, NAMES, today=TODAY).lines] == [4]


def test_no_word_of_the_lists_means_two_things(tmp_path: Path, words: ListWords) -> None:
    assert words.column_of("  AVTAL - FRÅN. ") == "agreement_from"
    (tmp_path / "lists").mkdir()
    text = (POLICIES / "lists" / "processors.yaml").read_text("utf-8")
    twice = text.replace("instruction_on: [Instruktion,", "instruction_on: [Land,", 1)
    (tmp_path / "lists" / "processors.yaml").write_text(twice, "utf-8")
    with pytest.raises(PolicyError, match="means two things"):
        load_list_words(tmp_path)
    both = text.replace("unnamed: [ja,", "unnamed: [ja, nej,", 1)
    (tmp_path / "lists" / "processors.yaml").write_text(both, "utf-8")
    with pytest.raises(PolicyError, match="means two things"):
        load_list_words(tmp_path)
    with pytest.raises(PolicyError, match="cannot be read"):
        load_list_words(tmp_path / "elsewhere")
