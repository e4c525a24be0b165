"""A current list of all processors: taken over from an office's own, and noted by whoever answers
(A-11…A-18, H-40…H-42)."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from connectors.text_workbook import write_workbook
from lifecycle.errors import Refused
from lifecycle.intake.outcomes import FileReason
from lifecycle.processor import Entry, Lack
from lifecycle.processor_entry import EntryKind
from records.engines import reading
from records.tables import RECORDS, ledger_event
from records.to_dos import open_to_dos
from tasks.house.parts import House
from tasks.processors import noting
from tasks.processors.list_import import _OF_THE_FILE, Imported, Quarantined, import_list
from tasks.processors.noting import add, note, remove
from tasks.processors.page import published_list
from tasks.processors.processing_record import as_workbook, record_of
from tasks.processors.register import Line, Said, lines, services
from tasks.proving.evidence import digest_of
from tasks.remedies.every import remedy_for
from tests.factories.formulas import ATTACKS, executed
from tests.factories.hostile import CASES
from tests.factories.houses import build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house", "surroundings"]

HEADER = ["Leverantör", "Typ", "System", "Avtal", "Avtal från", "Land", "Grund", "Underbiträden"]
CLOUD = ["Exempelmoln AB", "biträde", "onedrive", "Ramavtal", "2025-01-01", "USA", "SCC", "Hall AB"]
CANARY = "Kanariefirman Tuva Exempelsson"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo")


@pytest.fixture
def company(house: House, standing_clock: StandingClock, dpo: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "bolaget", "company", by=dpo)


def listed(tmp_path: Path, *rows: list[str], name: str = "lista.xlsx") -> Path:
    path = tmp_path / name
    if name.endswith(".csv"):
        text = "\r\n".join(";".join(row) for row in (HEADER, *rows))
        path.write_bytes(f"{text}\r\n".encode("utf-8-sig"))
    else:
        path.write_bytes(write_workbook(HEADER, rows))
    return path


def taken(house: House, path: Path, dpo: Authenticator) -> Imported:
    return import_list(house, path, officer=dpo.handle, code=dpo.fresh())


def one(house: House, name: str) -> Line:
    [found] = [line for line in lines(house) if name in {line.name, line.said.called}]
    return found


def events(house: House) -> list[dict[str, object]]:
    with reading(house.engine) as connection:
        bodies = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        return [orjson.loads(bytes(body)) for body in bodies]


def entry(
    kind: str, on: str, outcome: str = "", until: str | None = None, country: str = ""
) -> Entry:
    end = None if until is None else date.fromisoformat(until)
    return Entry(EntryKind(kind), date.fromisoformat(on), end, outcome, country)


def test_what_the_policy_names_is_in_the_list_and_lacks_everything(house: House) -> None:
    found = lines(house)
    assert [line.name for line in found] == list(house.policy.processors)
    assert found[0].lacks == (
        Lack.AGREEMENT_MISSING,
        Lack.INSTRUCTION_MISSING,
        Lack.SUITABILITY_MISSING,
        Lack.COUNTRIES_UNDECIDED,
        Lack.REVIEW_MISSING,
    )
    assert found[0].answers == "company"
    assert found[0].ref == ""


@pytest.mark.parametrize("name", ["lista.xlsx", "lista.csv"])
def test_an_existing_list_is_taken_in_whole_rows_and_the_rest_is_told_by_row(
    house: House, dpo: Authenticator, tmp_path: Path, name: str
) -> None:
    path = listed(
        tmp_path,
        CLOUD,
        ["Fel AB", "biträde", "ladok", "Ramavtal", "2025-01-01", "", "", ""],
        ["leverantören av Workbuster", "", "", "Eget", "2024-05-01", "EU", "", ""],
        ["Fel igen AB", "", "", "Eget", "i maj", "", "", "Under AB"],
        name=name,
    )
    done = taken(house, path, dpo)
    assert done == Imported(
        rows=4,
        added=2,
        changed=0,
        unchanged=0,
        sub_processors=1,
        noted=4,
        dropped_columns=(),
        quarantined=(
            Quarantined(3, "list_system_unknown", "System"),
            Quarantined(5, "list_date_unreadable", "Avtal från"),
        ),
    )
    assert done.rows == done.added + done.changed + done.unchanged + len(done.quarantined)
    # The cloud and what is now noted of the policy's own; its sub-processor is no row.
    cloud = one(house, "Exempelmoln AB")
    assert (cloud.agreement, cloud.agreed_on) == ("framework", date(2025, 1, 1))
    assert cloud.systems == ("onedrive",)
    assert cloud.countries == {"US": "standard_clauses"}
    assert [said.called for _, said in cloud.subs] == ["Hall AB"]
    assert Lack.SUB_PROCESSOR_NOT_APPROVED in cloud.lacks
    assert Lack.SUITABILITY_MISSING not in cloud.lacks
    workbuster = one(house, "workbuster")
    assert (workbuster.agreement, workbuster.agreed_on) == ("own", date(2024, 5, 1))
    assert workbuster.countries == {}
    called = [line.said.called for line in lines(house)]
    assert not any(text.startswith(("Fel", "Under")) for text in called)
    with reading(house.engine) as connection:
        [waiting] = open_to_dos(connection, controller=house.controller)
    assert (waiting.kind, waiting.number) == ("quarantined_processors", 2)


def test_the_same_list_again_does_nothing_and_a_whole_one_closes_the_to_do(
    house: House, dpo: Authenticator, tmp_path: Path
) -> None:
    service = ["Glosappen", "app", "", "", "", "", "", ""]
    wrong = ["Fel AB", "biträde", "ladok", "", "", "", "", ""]
    taken(house, listed(tmp_path, CLOUD, service, wrong), dpo)
    before = len(events(house))
    again = taken(house, listed(tmp_path, CLOUD, service), dpo)
    assert (again.added, again.changed, again.noted, again.unchanged) == (0, 0, 0, 2)
    assert [event["kind"] for event in events(house)[before:]] == ["processors.imported"]
    with reading(house.engine) as connection:
        assert open_to_dos(connection, controller=house.controller) == []
    # A new ground is noted; a day on which the list was read is no news.
    changed = [*CLOUD[:6], "dpf", CLOUD[7]]
    assert taken(house, listed(tmp_path, changed), dpo).noted == 1
    assert one(house, "Exempelmoln AB").countries == {"US": "adequacy"}


def test_nothing_of_a_list_is_in_clear_nor_in_the_ledger(
    house: House, dpo: Authenticator, tmp_path: Path, surroundings: str
) -> None:
    row = [CANARY, "biträde", "", "Eget", "2025-01-01", "", "", f"{CANARY} Sub"]
    taken(house, listed(tmp_path, row), dpo)
    assert one(house, CANARY).said.called == CANARY
    assert CANARY not in repr(one(house, CANARY))
    assert b"Kanarie" not in orjson.dumps(events(house))
    with reading(house.engine) as connection:
        for table in RECORDS.sorted_tables:
            for stored in connection.execute(select(table)):
                assert "Kanarie" not in str(tuple(stored))
                cells = [bytes(cell) for cell in stored if isinstance(cell, bytes | memoryview)]
                assert not any(b"Kanarie" in cell for cell in cells)


def test_a_formula_is_a_text_like_any_other(
    house: House, dpo: Authenticator, tmp_path: Path
) -> None:
    danger = '=HYPERLINK("http://example.se","x")'
    taken(house, listed(tmp_path, [danger, "biträde", "", "", "", "", "", ""]), dpo)
    assert one(house, danger).said.called == danger


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_changes_nothing(
    house: House, dpo: Authenticator, tmp_path: Path, case: str
) -> None:
    name, build_file, _ = CASES[case]
    path = tmp_path / name
    path.write_bytes(build_file())
    with pytest.raises(Refused) as refused:
        taken(house, path, dpo)
    assert refused.value.ref is None
    assert refused.value.__cause__ is None
    assert {line.ref for line in lines(house)} == {""}


def test_no_field_of_a_list_is_executed_where_it_comes_out_again(
    house: House, dpo: Authenticator, tmp_path: Path
) -> None:
    attacks = [attack for attack in ATTACKS[::37] if attack.strip()]
    rows = [[attack, "biträde", "workbuster", "", "", "", "", ""] for attack in attacks]
    done = taken(house, listed(tmp_path, *rows), dpo)
    assert done.added
    page = published_list(house)
    assert "<script" not in page
    record = record_of(house)
    book = as_workbook(record)
    with zipfile.ZipFile(BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert any(executed(line) for one in record.activities for line in one.recipients)


def test_a_file_that_is_no_list_changes_nothing(
    house: House, dpo: Authenticator, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"^list_not_readable$"):
        taken(house, tmp_path / "saknas.xlsx", dpo)
    broken = tmp_path / "trasig.xlsx"
    broken.write_bytes(listed(tmp_path, CLOUD).read_bytes()[:-200])
    with pytest.raises(Refused, match=r"^list_damaged$"):
        taken(house, broken, dpo)
    empty = tmp_path / "tom.xlsx"
    empty.write_bytes(b"")
    with pytest.raises(Refused, match=r"^list_empty$"):
        taken(house, empty, dpo)
    other = tmp_path / "annat.xlsx"
    other.write_bytes(b"%PDF-1.4 ingen tabell")
    with pytest.raises(Refused, match=r"^list_not_a_table$"):
        taken(house, other, dpo)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(Refused) as refused:
        taken(house, bomb, dpo)
    for code in (refused.value.code, *_OF_THE_FILE.values()):
        assert code.startswith("list_"), "its remedies are about a list"
        told = " ".join(remedy_for(code))
        assert "Arbetsförmedlingen" not in told
        assert "list" in told.casefold() or "file" in told
    assert set(_OF_THE_FILE) == set(FileReason)
    people = tmp_path / "elever.csv"
    people.write_text("Förnamn;Efternamn\r\nTuva;Exempelsson\r\n", "utf-8")
    with pytest.raises(Refused, match=r"^list_header_not_recognised$"):
        taken(house, people, dpo)
    assert {line.ref for line in lines(house)} == {""}


def test_a_list_is_the_reviewers_and_nobody_elses(
    house: House, dpo: Authenticator, company: Authenticator, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"^role_may_not_note$"):
        import_list(house, listed(tmp_path, CLOUD), officer="bolaget", code=company.fresh())
    with pytest.raises(Refused, match=r"^code_wrong$"):
        import_list(house, listed(tmp_path, CLOUD), officer="dpo", code=dpo.wrong())
    assert {line.ref for line in lines(house)} == {""}


def test_where_the_policy_names_no_reviewer_no_list_is_taken_in(
    house: House, dpo: Authenticator, tmp_path: Path
) -> None:
    policy = house.policy.model_copy(update={"processor_review": None})
    nobody_reviews = dataclasses.replace(house, policy=policy)
    before = len(events(house))
    with pytest.raises(Refused, match=r"^reviews_not_in_policy$"):
        taken(nobody_reviews, listed(tmp_path, CLOUD), dpo)
    assert {line.ref for line in lines(house)} == {""}
    assert "processors.imported" not in {str(one["kind"]) for one in events(house)[before:]}
    assert taken(house, listed(tmp_path, CLOUD), dpo).added == 1


def test_a_write_that_fails_takes_nothing_of_the_list(
    house: House, dpo: Authenticator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(tmp_path, CLOUD, ["Annan AB", "", "", "Eget", "2025-01-01", "", "", ""])
    calls = []

    def third_fails(*given: object, **named: object) -> None:
        calls.append(given)
        if len(calls) == 3:
            raise RuntimeError
        real(*given, **named)  # type: ignore[arg-type]

    real = noting.write
    monkeypatch.setattr("tasks.processors.list_import.write", third_fails)
    with pytest.raises(RuntimeError):
        taken(house, path, dpo)
    assert {line.ref for line in lines(house)} == {""}
    monkeypatch.undo()
    assert taken(house, path, dpo).added == 2


def test_whoever_answers_notes_the_agreement_and_the_reviewer_judges(
    house: House, dpo: Authenticator, company: Authenticator, tmp_path: Path
) -> None:
    paper = tmp_path / "avtal.pdf"
    paper.write_bytes(b"avtal")

    def noted(who: Authenticator, *said: str) -> str:
        return note(house, "workbuster", entry(*said), officer=who.handle, code=who.fresh(),
                    evidence=digest_of(paper))  # fmt: skip

    ref = noted(company, "agreement", "2026-01-01", "own")
    assert noted(company, "instruction", "2026-01-01") == ref
    with pytest.raises(Refused, match=r"^role_may_not_note$"):
        noted(company, "suitability", "2026-01-01", "suitable")
    noted(dpo, "suitability", "2026-01-01", "suitable")
    note(house, ref, entry("country", "2026-01-01", "eea"), officer="dpo", code=dpo.fresh())
    assert one(house, "workbuster").lacks == (Lack.REVIEW_MISSING,)
    [said] = [e for e in events(house) if e.get("facts", {}).get("entry") == "agreement"]  # type: ignore[attr-defined]
    assert said["facts"] == {
        "entry": "agreement",
        "on": "2026-01-01",
        "outcome": "own",
        "officer": company.ref,
        "processor": "workbuster",
        "evidence": digest_of(paper),
    }


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (entry("review", "2026-01-01", "approved"), "entry_not_allowed"),
        (entry("agreement", "2026-01-01", "verbal"), "entry_not_allowed"),
        (entry("agreement", "2026-02-01", "own", "2026-01-31"), "entry_dates_reversed"),
        (entry("audit", "2026-02-01", "sound", "2026-03-31"), "entry_not_allowed"),
        (entry("country", "2026-02-01", "adequacy", country="NO"), "country_needs_no_ground"),
        (entry("country", "2026-02-01", "eea", country="US"), "country_needs_no_ground"),
        (entry("country", "2026-02-01", "adequacy"), "entry_not_allowed"),
        (entry("country", "2026-02-01", "adequacy", country="us"), "entry_not_allowed"),
        (entry("instruction", "2026-02-01", country="US"), "entry_not_allowed"),
        (entry("verdict", "2026-02-01", "approved"), "entry_not_allowed"),
    ],
)
def test_what_makes_no_sense_is_not_noted(
    house: House, dpo: Authenticator, wrong: Entry, why: str
) -> None:
    with pytest.raises(Refused, match=rf"^{why}"):
        note(house, "workbuster", wrong, officer="dpo", code=dpo.fresh())
    assert one(house, "workbuster").ref == ""


def test_a_sub_processor_is_added_approved_and_its_country_counts(
    house: House, dpo: Authenticator, company: Authenticator
) -> None:
    said = Said("Hall AB")
    ref = add(house, "sub_processor", said, parent="workbuster", officer="bolaget",
              code=company.fresh())  # fmt: skip
    assert Lack.SUB_PROCESSOR_NOT_APPROVED in one(house, "workbuster").lacks
    note(house, ref, entry("verdict", "2026-10-01", "approved"), officer="dpo", code=dpo.fresh())
    note(house, ref, entry("country", "2026-10-01", "undecided", country="IN"), officer="dpo",
         code=dpo.fresh())  # fmt: skip
    line = one(house, "workbuster")
    assert Lack.SUB_PROCESSOR_NOT_APPROVED not in line.lacks
    assert Lack.COUNTRY_WITHOUT_GROUND in line.lacks
    remove(house, ref, officer="dpo", code=dpo.fresh())
    assert one(house, "workbuster").subs == ()
    with pytest.raises(Refused, match=r"^processor_unknown"):
        remove(house, ref, officer="dpo", code=dpo.fresh())


def test_a20_anybody_reports_an_app_and_the_officer_says_yes_or_no(
    house: House, dpo: Authenticator, company: Authenticator
) -> None:
    with pytest.raises(Refused, match=r"^entry_not_allowed$"):
        add(house, "app", Said("Glosor"), officer="bolaget", code=company.fresh(),
            entries=[entry("verdict", "2026-10-01", "approved")])  # fmt: skip
    ref = add(house, "app", Said("Glosor"), officer="bolaget", code=company.fresh(),
              entries=[entry("use", "2026-10-01", "compulsory")])  # fmt: skip
    [app] = services(house)
    assert (app.ref, app.use, app.verdict) == (ref, "compulsory", "")
    assert app.lacks == (Lack.VERDICT_MISSING, Lack.COMPULSORY_NOT_RECOMMENDED)
    with pytest.raises(Refused, match=r"^role_may_not_note"):
        note(house, ref, entry("verdict", "2026-10-02", "approved"), officer="bolaget",
             code=company.fresh())  # fmt: skip
    for said in (("verdict", "2026-10-02", "approved"), ("recommended", "2026-10-02", "yes")):
        note(house, ref, entry(*said), officer="dpo", code=dpo.fresh())
    [app] = services(house)
    assert (app.verdict, app.recommended, app.lacks) == ("approved", True, ())
    with pytest.raises(Refused, match=r"^entry_not_allowed"):
        note(house, ref, entry("agreement", "2026-10-02", "own"), officer="dpo", code=dpo.fresh())


@pytest.mark.parametrize("called", ["", "   ", "x" * 201, "anna@example.se", "a\u202eb"])
def test_a_name_is_a_name(house: House, dpo: Authenticator, called: str) -> None:
    with pytest.raises(Refused, match=r"^name_not_allowed$"):
        add(house, "app", Said(called), officer="dpo", code=dpo.fresh())
