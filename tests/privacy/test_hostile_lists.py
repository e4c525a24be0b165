"""Whatever an office hands in as its list or its form: it is taken row by row or refused with its
reason, and nothing of it stands in any error, log or table."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from connectors import form_export
from connectors.text_workbook import write_workbook
from lifecycle.bindings.consent_forms import ConsentForm
from lifecycle.errors import FileRefused, Refused
from tasks.consents.form_import import Imported, import_form
from tasks.consents.registering import lines as answers
from tasks.house.parts import House
from tasks.processors import list_import as processor_import
from tasks.processors.register import lines as processors
from tests.factories import planning, workbooks
from tests.factories.execution import OMAR, TUVA
from tests.factories.hostile import CASES
from tests.factories.houses import Builder, build, dialect
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.privacy.cast import full_name, told
from tests.privacy.encodings import needles
from tests.privacy.people_watched import IN_A_LIST, PLANTED, Heard, listening
from tests.privacy.searching import Finder, search

__all__ = ["build", "dialect"]

LIST = ["Leverantör", "Typ", "Avtal", "Avtal från"]
FORM = ["Personnummer", "Datum", "Bild", "Fritext"]
NAME, ALL = full_name(IN_A_LIST), told(IN_A_LIST)
ROW = [TUVA[2], "2026-10-01", "ja", ALL]
HOSTILE = ("zip bomb", "nested archives", "false declared size", "one name twice",
           "xml bomb in a sheet", "external entity in a sheet")  # fmt: skip


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(needles(PLANTED))


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as heard:
        yield heard


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "lista.xlsx"


@pytest.fixture
def office(heard: Heard, build: Builder, path: Path) -> House:
    house = build()
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    form = ConsentForm(
        path=str(path),  # type: ignore[arg-type]
        persons={"national_id": "Personnummer"},
        answers={"Bild": ("image.participant",)},
        given_on="Datum",
        giver="participant",
        yes=("ja",),
        no=("nej",),
        then="keep",
    )
    return dataclasses.replace(house, forms={"blankett": form})


@pytest.fixture
def dpo(office: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(office, standing_clock, "dpo", "dpo")


@pytest.fixture(autouse=True)
def nothing_of_it_stays(
    office: House, heard: Heard, finder: Finder, tmp_path: Path
) -> Iterator[None]:
    """Whatever the test does with it: no log and no table has anything of it afterwards."""
    yield
    assert not list(finder.find_all("\n".join(heard.lines).encode()))
    assert search([tmp_path], needles(PLANTED)) == []


@pytest.fixture
def refused(finder: Finder) -> Callable[[Callable[[], object]], str]:
    """The reason code of what a call raises, of which the error says nothing."""

    def call(act: Callable[[], object]) -> str:
        with pytest.raises((Refused, FileRefused)) as caught:
            act()
        error = caught.value
        assert error.__cause__ is None
        shown = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error)
        assert not list(finder.find_all(shown.encode()))
        return str(error.code)

    return call


Code = Callable[[Callable[[], object]], str]


def form_of(office: House, path: Path, *rows: list[str], header: list[str] = FORM) -> Imported:
    path.write_bytes(write_workbook(header, rows))
    return import_form(office, "blankett")


def list_of(
    office: House, path: Path, dpo: Authenticator, *rows: list[str], header: list[str] = LIST
) -> processor_import.Imported:
    path.write_bytes(write_workbook(header, rows))
    return processor_import.import_list(office, path, officer=dpo.handle, code=dpo.fresh())


def registered(office: House) -> list[str]:
    return [one.ref for one in processors(office) if one.ref]


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_no_form(office: House, path: Path, refused: Code, case: str) -> None:
    path.write_bytes(CASES[case][1]())
    assert refused(lambda: import_form(office, "blankett")) == "consent_form_not_readable"
    assert answers(office) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp037", "utf-7"])
def test_another_encoding_is_understood_or_refused_and_never_half(
    office: House, path: Path, dpo: Authenticator, encoding: str
) -> None:
    text = "".join(f"{';'.join(row)}\r\n" for row in (LIST, ["Molnå AB", "biträde", "", ""]))
    plain = path.with_suffix(".csv")
    plain.write_bytes(text.encode(encoding))
    try:
        processor_import.import_list(office, plain, officer=dpo.handle, code=dpo.fresh())
    except (Refused, FileRefused):
        assert encoding in {"cp037", "utf-7"}
        assert registered(office) == []
    else:
        assert "Molnå AB" in [one.said.called for one in processors(office)]


def test_a_million_rows_are_not_read_to_their_end(
    office: House, path: Path, dpo: Authenticator, refused: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def endless(data: bytes, *, name: str) -> Generator[tuple[int, list[str]]]:
        yield 1, FORM if name.startswith("b") else LIST
        for number in range(2, 1_000_002):
            seen.append(number)
            yield number, [f"{number} {NAME}", "", "", ""]

    monkeypatch.setattr(form_export, "read_table", endless)
    monkeypatch.setattr(processor_import, "read_table", endless)
    form, listed = path.with_name("b.csv"), path.with_name("l.csv")
    for one in (form, listed):
        one.write_bytes(b"x")
    assert refused(lambda: import_form(office, "blankett", form)) == "consent_form_not_readable"
    assert len(seen) <= 100_030
    seen.clear()
    assert refused(lambda: processor_import.import_list(
        office, listed, officer=dpo.handle, code=dpo.fresh())) == "list_too_long"  # fmt: skip
    assert len(seen) <= 5_010
    assert registered(office) == []
    assert answers(office) == []


def test_a_merged_cell_answers_for_its_first_row_alone(office: House, path: Path) -> None:
    rows = [FORM, ROW, ["", "2026-10-01", "ja", ALL], [OMAR[2], "2026-10-01", "", ALL]]
    parts = workbooks.raw_parts(workbooks.sheet_data(rows))
    sheet, end = str(parts["xl/worksheets/sheet1.xml"]), "</sheetData>"
    merged = '<mergeCell ref="A2:A3"/><mergeCell ref="C3:C4"/>'
    merges = f'{end}<mergeCells count="2">{merged}</mergeCells>'
    changed = {**parts, "xl/worksheets/sheet1.xml": sheet.replace(end, merges)}
    path.write_bytes(workbooks.zipped(changed))
    done = import_form(office, "blankett")
    assert (done.answers, done.aside) == (1, ((3, "consent_row_of_nobody"),))


def test_a_header_that_stands_twice_is_refused(
    office: House, path: Path, dpo: Authenticator, refused: Code
) -> None:
    twice = [*FORM[:3], "Bild"]
    assert refused(lambda: form_of(office, path, ROW, header=twice)) == "consent_header_missing"
    both = ["Leverantör", "Biträde", "Avtal", "Avtal från"]
    code = refused(lambda: list_of(office, path, dpo, [NAME, NAME, "", ""], header=both))
    assert code == "list_header_ambiguous"
    assert refused(lambda: list_of(office, path, dpo, header=[NAME, ALL])) == (
        "list_header_not_recognised"
    )
    assert (registered(office), answers(office)) == ([], [])


@pytest.mark.parametrize("name", [NAME, f"=HYPERLINK({NAME!r})", "31/31/2026", "2026-02-30"])
def test_what_is_no_day_sets_its_row_aside_by_number_and_reason(
    office: House, path: Path, dpo: Authenticator, name: str
) -> None:
    assert form_of(office, path, [TUVA[2], name, "ja", ""]).aside == (
        (2, "consent_row_without_day"),
    )
    done = list_of(office, path, dpo, ["Fel AB", "biträde", "Eget", name])
    assert done.quarantined == ((2, "list_date_unreadable", "Avtal från"),)
    assert NAME not in repr(done)
    assert (registered(office), answers(office)) == ([], [])
