"""What becomes of a row of Arbetsförmedlingen's export, and why (intake: A-03, A-97)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.payload import join_categories, read_payload
from lifecycle.errors import Misconfigured
from lifecycle.intake.judge import Cell, SheetJudge, names_of_identity
from lifecycle.intake.merged import MergedRange
from lifecycle.intake.outcomes import JudgedRow, RowReason
from tests.factories.intake import (
    HEADER,
    RULES,
    TODAY,
    candidate_of,
    export_row,
    judge_rows,
    reason_of,
)

WIDTH = len(HEADER)
FLAG = "Skyddad identitet"

REFUSED: dict[RowReason, list[dict[str, Cell]]] = {
    RowReason.IDENTITY_MISSING: [{"Personnummer": ""}, {"Personnummer": None}],
    RowReason.IDENTITY_CHECKSUM: [{"Personnummer": "199001022385"}],
    RowReason.IDENTITY_DATE: [{"Personnummer": "199013022384"}],
    RowReason.IDENTITY_INCOMPLETE: [{"Personnummer": "19900102"}],
    RowReason.IDENTITY_MASKED: [{"Personnummer": "19900102-****"}],
    RowReason.IDENTITY_NON_ASCII_DIGITS: [{"Personnummer": "١٩٩٠٠١٠٢٢٣٨٤"}],
    RowReason.IDENTITY_ROUNDED_BY_EXCEL: [{"Personnummer": "1,99001E+11"}],
    RowReason.CENTURY_AMBIGUOUS_OR_MINOR: [{"Personnummer": "1201012380"}],
    RowReason.INTERIM_NUMBER: [{"Personnummer": "19900102-T384"}],
    RowReason.TF_NUMBER_MAYBE_PROTECTED: [{"Personnummer": "19140728-TF26"}],
    RowReason.ORGANISATION_NUMBER: [{"Personnummer": "556000-0001"}],
    RowReason.PROTECTED_IDENTITY: [
        {"Folkbokföringsadress": "Skyddade personuppgifter"},
        {"Handledare": "SEKRETESSMARKERAD"},
        {"Utförande adress": "Box 1, Förmedlingsuppdrag"},
        {"Utförande adress": unicodedata.normalize("NFD", "förmedlingsuppdrag")},
        {"Utförande adress": "formedlingsuppdrag Łódź"},
        {"BedömningsId": "skyddad"},
        {"Utförande adress": "Förmedlings uppdrag"},
        {"Utförande adress": "förmedlings-\nuppdrag"},
        {"Handledare": "S K Y D D A D"},
        {"Handledare": "Skyd-\ndad Ł"},
        {"Handledare": "skyd\u00addad"},
        {"Handledare": "sekre\u00a0tess"},
    ],
    RowReason.PLACEHOLDER_PERSON: [
        {"Förnamn": "Felaktig", "Efternamn": "Sokandeld"},
        {"Förnamn": "SOKANDELD", "Efternamn": "felaktig 2"},
    ],
    RowReason.NAME_MISSING: [
        {"Förnamn": "", "Efternamn": None},
        {"Efternamn": "  "},
        {"Förnamn": "-", "Efternamn": "-"},
    ],
    RowReason.CASE_MISSING: [{"Genomförandereferens": None}, {"Genomförandereferens": " "}],
    RowReason.CASE_FORMAT: [
        {"Genomförandereferens": "se order"},
        {"Genomförandereferens": "12345678"},
        {"Genomförandereferens": "12345678901"},
        {"Genomförandereferens": 123456789.5},
        {"Genomförandereferens": "١٢٣٤٥٦٧٨٩"},
    ],
    RowReason.DATE_TWO_DIGIT_YEAR: [{"Startdatum": "26-03-02"}, {"Slutdatum": "261102"}],
    RowReason.DATE_AMBIGUOUS_DAY_MONTH: [{"Startdatum": "02/03/2026"}],
    RowReason.DATE_NOT_A_DATE: [{"Startdatum": "snarast"}, {"Avbrott": "Ja"}],
    RowReason.DATE_NO_SUCH_DAY: [{"Startdatum": "2026-02-30"}],
    RowReason.DATE_START_MISSING: [{"Startdatum": None}, {"Startdatum": "-"}],
    RowReason.DATE_IMPLAUSIBLE: [
        {"Startdatum": "2206-03-02"},
        {"Startdatum": "2009-12-31"},
        {"Slutdatum": "9999-12-31"},
        {"Slutdatum": "2031-11-22"},
        {"Avbrott": "1999-01-01"},
    ],
    RowReason.END_BEFORE_START: [{"Slutdatum": "2026-03-01"}],
    RowReason.CONTROL_CHARACTERS: [
        {"Efternamn": "Prov\x07berg"},
        {"Efternamn": "Prov\u202eberg"},
        {"Efternamn": "Prov\u2067berg"},
        {"Efternamn": "Prov_x0007_berg"},
        {"Mail": "a\x00@example.se"},
        {"Förnamn": "Br\ufffdderna"},
        {"Förnamn": "\ud800"},
        {"LeverantorsId": "1\x9b2"},
    ],
    RowReason.VALUE_TOO_LONG: [
        {"Folkbokföringsadress": "Lång" * 126},
        {"Folkbokföringsadress": "Ł" * 501},
        {"Folkbokföringsadress": "الشارع" * 84},
    ],
}

IGNORED: dict[RowReason, list[list[Cell]]] = {
    RowReason.BLANK: [[], [None] * WIDTH, ["", "  ", "\u00a0"]],
    RowReason.TITLE_OR_BLANK: [[*HEADER], [text.upper() for text in HEADER]],
    RowReason.GROUP_HEADING: [["Provsjö"], [None, None, None, "Grupp 3"]],
    RowReason.TOTALS: [
        ["Summa", 25],
        ["Totalt antal deltagare: 25"],
        [None, "Antal", "25"],
        ["Delsumma", None, None, 12.0],
    ],
}

JUDGED_BY_THE_PARENT = {
    RowReason.CASE_BELONGS_TO_OTHER_PERSON,
    RowReason.IDENTITY_WITH_OTHER_NAME,
    RowReason.ERASED_BEFORE,
    RowReason.PERSON_RESTRICTED,
    RowReason.SAME_ROW_IN_FILE,
    RowReason.SAME_CASE_OTHER_SPELLING,
    RowReason.EXPORTED_BEFORE,
    RowReason.HIDDEN_SHEET,
}


def test_every_reason_has_an_example() -> None:
    assert REFUSED.keys() | IGNORED.keys() | JUDGED_BY_THE_PARENT == set(RowReason)


@pytest.mark.parametrize(
    ("reason", "cells"), [(reason, cells) for reason, all_ in REFUSED.items() for cells in all_]
)
def test_a_row_is_refused_for_a_reason_and_nothing_of_it_is_passed_on(
    reason: RowReason, cells: dict[str, Cell]
) -> None:
    (judged,) = judge_rows(export_row(**cells))
    assert judged == JudgedRow(sheet=1, row=2, reason=reason, candidate=None)


@pytest.mark.parametrize(
    ("reason", "row"), [(reason, row) for reason, rows in IGNORED.items() for row in rows]
)
def test_rows_about_nobody_are_ignored(reason: RowReason, row: list[Cell]) -> None:
    assert [judged.reason for judged in judge_rows(row, export_row())] == [reason, None]


def test_a_person_is_never_mistaken_for_a_heading_or_a_total() -> None:
    only_case: list[Cell] = ["123456789"]
    only_identity: list[Cell] = [None, None, None, None, "199001022384"]
    assert [judged.reason for judged in judge_rows(only_case, only_identity)] == [
        RowReason.IDENTITY_MISSING,
        RowReason.CASE_MISSING,
    ]
    assert reason_of(Efternamn="Antal", Genomförandereferens="", Personnummer="") is (
        RowReason.CASE_MISSING
    )
    assert reason_of(Efternamn="Summanen") is None


# --- protected identity ------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["Ja", "X", "1", "?", "okänt", 1, 1.0, True, "nej?"])
def test_any_unknown_value_of_a_flag_column_means_protected(value: Cell) -> None:
    (judged,) = judge_rows([*export_row(), value], header=[*HEADER, FLAG])
    assert judged.reason is RowReason.PROTECTED_IDENTITY


@pytest.mark.parametrize("value", ["Nej", " NEJ ", "n", "0", 0, 0.0, False, "-", "", None])
def test_a_known_no_or_nothing_in_a_flag_column_does_not(value: Cell) -> None:
    (judged,) = judge_rows([*export_row(), value], header=[*HEADER, FLAG])
    assert judged.reason is None


def test_words_count_in_columns_that_are_dropped_too() -> None:
    (judged,) = judge_rows([*export_row(), "har skyddad adress"], header=[*HEADER, "Anteckning"])
    assert judged.reason is RowReason.PROTECTED_IDENTITY
    (judged,) = judge_rows([*export_row(), "har skyddad adress"])
    assert judged.reason is RowReason.PROTECTED_IDENTITY


@pytest.mark.parametrize(
    "header",
    [
        "Skyddad identitet J/N",
        "Skyddad person",
        "Skyddsmarkering",
        "Sekretessmarkering Skatteverket",
        "Har skydd",
        "har_sekretess",
        "Skyd-\ndad",
        "SKYDDAD ID.",
    ],
)
def test_a_header_with_a_word_that_begins_with_a_stem_is_a_flag_column(header: str) -> None:
    judged = judge_rows(
        [*export_row(), "J"], [*export_row(), "N"], [*export_row(), ""], header=[*HEADER, header]
    )
    assert [row.reason for row in judged] == [RowReason.PROTECTED_IDENTITY, None, None]


@pytest.mark.parametrize("header", ["Dataskydd", "Anteckning", "Husky dd"])
def test_a_stem_within_a_word_of_a_header_makes_no_flag_column(header: str) -> None:
    (judged,) = judge_rows([*export_row(), "J"], header=[*HEADER, header])
    assert judged.reason is None


@pytest.mark.parametrize("word", ["", " ", "-", "защита"])
def test_a_word_that_could_never_be_found_is_a_wrong_policy(word: str) -> None:
    with pytest.raises(Misconfigured, match="intake_protected_word"):
        judge_rows(export_row(), rules=replace(RULES, protected_words=("skydd", word)))


def test_a_word_does_not_reach_across_cells() -> None:
    assert reason_of(Förnamn="Sky", Efternamn="Ddberg") is None


def test_a_heading_about_protection_holds_for_the_rows_below_it() -> None:
    judged = judge_rows(
        export_row(), ["Skyddade personuppgifter"], export_row(), ["Övriga"], export_row()
    )
    assert [row.reason for row in judged] == [
        None,
        RowReason.PROTECTED_IDENTITY,
        RowReason.PROTECTED_IDENTITY,
        RowReason.GROUP_HEADING,
        None,
    ]


def test_a_heading_may_fill_more_than_one_cell() -> None:
    judged = judge_rows(
        export_row(), ["Skyddade personuppgifter", None, "2 st"], export_row(), ["Övriga"],
        export_row(),
    )  # fmt: skip
    assert [row.reason for row in judged] == [
        None,
        RowReason.PROTECTED_IDENTITY,
        RowReason.PROTECTED_IDENTITY,
        RowReason.GROUP_HEADING,
        None,
    ]


def test_neither_a_person_nor_a_repeated_header_is_a_heading_about_protection() -> None:
    person = export_row(Genomförandereferens="", Personnummer="", Postort="skyddad")
    judged = judge_rows([*person, ""], [*export_row(), ""], header=[*HEADER, FLAG])
    assert [row.reason for row in judged] == [RowReason.PROTECTED_IDENTITY, None]
    judged = judge_rows([*HEADER, FLAG], [*export_row(), ""], header=[*HEADER, FLAG])
    assert judged[-1].reason is None


def test_a_title_or_a_tab_about_protection_holds_for_the_whole_sheet() -> None:
    def reasons(title: str, name: str) -> list[RowReason | None]:
        judge = SheetJudge(RULES, sheet=1, today=TODAY, name=name)
        rows: list[list[Cell]] = [[title], [*HEADER], export_row(), ["Övriga"], export_row()]
        return [row.reason for row in judge.rows(enumerate(rows, start=1))]

    protected = [
        RowReason.TITLE_OR_BLANK,
        RowReason.PROTECTED_IDENTITY,
        RowReason.GROUP_HEADING,
        RowReason.PROTECTED_IDENTITY,
    ]
    assert reasons("Deltagare med skyddade personuppgifter", "Blad1") == protected
    assert reasons("Deltagare", "Skyddad id") == protected
    assert reasons("Deltagare", "Blad1")[1::2] == [None, None]


FLAG_COLUMN = len(HEADER)


@pytest.mark.parametrize(
    ("merged", "expected"),
    [
        (MergedRange(2, 3, FLAG_COLUMN, FLAG_COLUMN), [True, True, False]),
        (MergedRange(2, 4, FLAG_COLUMN, FLAG_COLUMN), [True, True, True]),
        (MergedRange(2, 2, FLAG_COLUMN, 99), [True, False, False]),
        (MergedRange(1, 4, FLAG_COLUMN, FLAG_COLUMN), [True, False, False]),
        (MergedRange(2, 4, 3, 3), [True, False, False]),
    ],
)
def test_a_merged_flag_holds_for_every_row_that_it_covers(
    merged: MergedRange, expected: list[bool]
) -> None:
    judge = SheetJudge(RULES, sheet=1, today=TODAY, merged=[merged])
    rows: list[list[Cell]] = [[*HEADER, FLAG], [*export_row(), "Ja"], export_row(), export_row()]
    reasons = [row.reason for row in judge.rows(enumerate(rows, start=1))]
    assert [reason is RowReason.PROTECTED_IDENTITY for reason in reasons] == expected
    assert all(reason in (None, RowReason.PROTECTED_IDENTITY) for reason in reasons)


def test_a_merged_word_counts_in_any_column_and_no_other_value_is_repeated() -> None:
    far = len(HEADER) + 5
    note = [*export_row(), None, None, None, None, None, "skyddad"]
    merged = [MergedRange(2, 3, far, far), MergedRange(4, 5, 4, 4)]
    judge = SheetJudge(RULES, sheet=1, today=TODAY, merged=merged)
    nameless = export_row(Personnummer=None)
    rows: list[list[Cell]] = [[*HEADER], note, export_row(), export_row(), nameless, export_row()]
    assert [row.reason for row in judge.rows(enumerate(rows, start=1))] == [
        RowReason.PROTECTED_IDENTITY,
        RowReason.PROTECTED_IDENTITY,
        None,
        RowReason.IDENTITY_MISSING,
        None,
    ]


# --- the first of several reasons --------------------------------------------------------------

PRECEDENCE: list[tuple[RowReason, dict[str, Cell]]] = [
    (RowReason.PROTECTED_IDENTITY, {"Postort": "skyddad"}),
    (RowReason.PLACEHOLDER_PERSON, {"Förnamn": "Felaktig", "Efternamn": "Sokandeld"}),
    (RowReason.CONTROL_CHARACTERS, {"Mail": "\x01"}),
    (RowReason.VALUE_TOO_LONG, {"Utförande adress": "x" * 501}),
    (RowReason.CASE_FORMAT, {"Genomförandereferens": "fel"}),
    (RowReason.IDENTITY_CHECKSUM, {"Personnummer": "199001022385"}),
    (RowReason.NAME_MISSING, {"Förnamn": ""}),
    (RowReason.DATE_NOT_A_DATE, {"Startdatum": "fel"}),
    (RowReason.END_BEFORE_START, {"Slutdatum": "2012-01-01"}),
]


@pytest.mark.parametrize("first", range(len(PRECEDENCE)))
def test_the_graver_reason_is_told(first: int) -> None:
    wrong: dict[str, Cell] = {}
    for _, cells in reversed(PRECEDENCE[first:]):
        wrong |= cells
    assert reason_of(**wrong) is PRECEDENCE[first][0]


# --- what is accepted, and how it is kept ------------------------------------------------------


def test_an_ordinary_row_is_kept_by_category_in_one_spelling() -> None:
    candidate = candidate_of()
    assert candidate.sealed == (
        '{"family_name":"Provberg","given_name":"Åsa","national_id":"199001022384"}',
        '{"city":"PROVSJÖ","email":"Asa.Provberg@example.se","phone":"+46 70 174 06 05",'
        '"postal_code":"12345","street_address":"Provgatan 1 B"}',
        '{"attendance_rate":"100","delivery_address":"Övningsvägen 12","end_date":"2026-12-18",'
        '"extension":"Nej","interpreter_need":"Nej","language_support":"Nej","level":"B",'
        '"order_number":"RM2205123","result_report":"Ja","service":"Rusta och matcha",'
        '"start_date":"2026-03-02","supervisor":"Test Testsson","track_code":"A012SP1",'
        '"unit":"Provsjö"}',
    )
    identity, contact, _ = (text.encode() for text in candidate.sealed)
    payload = join_categories([("identity", identity), ("contact", contact)])
    assert list(read_payload(payload)) == ["contact", "identity"], "it can be compared as it is"
    assert candidate[:-1] == (
        "199001022384",
        "asa provberg",
        "asa.provberg@example.se",
        "123456789",
        "123456789",
        "Rusta och matcha",
        "Provsjö",
        "2026-03-02",
        "2026-12-18",
        "",
        False,
    )


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+46 70", "-1+1|cmd", "@SUM(A1)", 'Prov "citat" \\ 100 %s', "{}", "Łódź", "د", "😀"],
)
def test_text_stays_text(text: str) -> None:
    contact = orjson.loads(candidate_of(Folkbokföringsadress=text).sealed[1])
    assert contact["street_address"] == text


def test_text_is_normalised_and_trimmed() -> None:
    row = {"Förnamn": unicodedata.normalize("NFD", " Åsa-Zoë\u00a0"), "Postort": "Prov\nsjö\t"}
    identity, contact, _ = map(orjson.loads, candidate_of(**row).sealed)
    assert identity["given_name"] == "Åsa-Zoë"
    assert contact["city"] == "Prov sjö"


def test_numbers_and_dates_in_text_columns_become_the_text_that_people_see() -> None:
    identity, contact, study = map(
        orjson.loads,
        candidate_of(
            Personnummer=199001022384.0,
            Postnummer=12345.0,
            Telefon=46701740605,
            Deltagandefrekvens=0.5,
            Startdatum=datetime(2026, 3, 2),  # noqa: DTZ001
            Slutdatum=46374,
            Avbrott=date(2026, 5, 4),
            Inskickad_slutredovisning=datetime(2026, 5, 6),  # noqa: DTZ001
            Förlängning=True,
        ).sealed,
    )
    assert identity["national_id"] == "199001022384"
    assert (contact["postal_code"], contact["phone"]) == ("12345", "46701740605")
    assert study["attendance_rate"] == "0.5"
    assert (study["start_date"], study["end_date"]) == ("2026-03-02", "2026-12-18")
    assert (study["break_off_date"], study["final_report"]) == ("2026-05-04", "2026-05-06")
    assert study["extension"] == "Ja"


def test_a_postal_code_that_lost_a_digit_is_not_repaired() -> None:
    assert orjson.loads(candidate_of(Postnummer=1234).sealed[1])["postal_code"] == "1234"


@pytest.mark.parametrize(
    ("cell", "as_written"),
    [
        ("123 456 789", "123 456 789"),
        ("123\u00a0456\u00a0789", "123\u00a0456\u00a0789"),
        ("'123456789", "'123456789"),
        ("123456789.0", "123456789.0"),
        (" 123456789 ", "123456789"),
        (123456789, "123456789"),
        (123456789.0, "123456789"),
    ],
)
def test_one_case_in_every_spelling(cell: Cell, as_written: str) -> None:
    candidate = candidate_of(Genomförandereferens=cell)
    assert (candidate.case_reference, candidate.case_as_written) == ("123456789", as_written)


@pytest.mark.parametrize(("value", "before"), [("Ja", True), ("Nej", False), ("", False)])
def test_the_mark_of_an_earlier_export_is_passed_on(value: str, before: bool) -> None:
    assert candidate_of(TidigareExporterad=value).exported_before is before


def test_a_person_with_one_name_has_a_dash_for_the_other() -> None:
    assert candidate_of(Förnamn="-", Efternamn="Provberg").name_tokens == "provberg"


def test_breaking_off_before_the_start_is_possible() -> None:
    assert candidate_of(Avbrott="2026-02-01").broke_off == "2026-02-01"


def test_the_project_is_the_first_of_project_unit_and_track_code() -> None:
    assert candidate_of().project == "Provsjö"
    (judged,) = judge_rows([*export_row(), "P7"], header=[*HEADER, "Projekt"])
    assert judged.candidate is not None
    assert judged.candidate.project == "P7"
    at = HEADER.index("Utförande verksamhet")
    row, header = export_row(), [*HEADER]
    del row[at], header[at]
    (judged,) = judge_rows(row, header=header)
    assert judged.candidate is not None
    assert judged.candidate.project == "A012SP1"


def test_serial_dates_follow_the_epoch_of_the_workbook() -> None:
    row = export_row(Startdatum=46083 - 1462, Slutdatum="")
    (judged,) = judge_rows(row, date1904=True)
    assert judged.candidate is not None
    assert judged.candidate.start == "2026-03-02"


@pytest.mark.parametrize(
    ("given_name", "family_name"),
    [("Åsa", "Provberg"), ("Strauß", "Łukasz-O'Prov"), ("Ana  María", "D’Prov"), ("نور", "Prov")],
)
def test_an_opened_identity_gives_the_same_name_words(given_name: str, family_name: str) -> None:
    candidate = candidate_of(Förnamn=given_name, Efternamn=family_name)
    assert names_of_identity(candidate.sealed[0].encode()) == candidate.name_tokens
    other = candidate_of(Förnamn=family_name.upper(), Efternamn=given_name.upper())
    assert other.name_tokens == candidate.name_tokens


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Summa", "199001022384", "123456789", "2026-03-02", "\ud800", "_x0000_", "|"]),
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.times(),
)


@given(st.lists(st.lists(CELLS, max_size=WIDTH + 3), max_size=4))
def test_whatever_stands_in_a_row_it_gets_exactly_one_outcome(rows: list[list[Cell]]) -> None:
    judged = judge_rows(*rows, export_row())
    assert [row.row for row in judged] == list(range(2, len(rows) + 3))
    assert all((row.reason is None) == (row.candidate is not None) for row in judged)


@given(st.sampled_from(HEADER), st.text(max_size=40))
def test_whatever_is_accepted_is_kept_word_for_word(column: str, text: str) -> None:
    (judged,) = judge_rows(export_row(**{column.replace(" ", "_"): text}))
    if judged.candidate is not None:
        kept = [orjson.loads(sealed) for sealed in judged.candidate.sealed]
        assert all(value for fields in kept for value in fields.values())
        (plain,) = judge_rows(export_row())
        assert plain.candidate is not None
        for fields, before in zip(kept, map(orjson.loads, plain.candidate.sealed), strict=True):
            same = {name: value for name, value in fields.items() if before.get(name) == value}
            assert len({*fields, *before} - same.keys()) <= 1
