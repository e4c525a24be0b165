"""Only Workbuster's own later list proves that a case arrived (A-97); then all copies go (A-98)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from connectors.base import CaseKey, HandOver
from connectors.memory import MemoryStaging
from connectors.workbook import read_table
from connectors.workbuster import WorkbusterExchange
from lifecycle.errors import Misconfigured, Refused, Unreachable
from tests.factories.boxes import fingerprint
from tests.factories.cases import case_of
from tests.factories.workbuster_office import (
    LIST,
    WORKBOOK,
    TickingClock,
    WorkbusterOffice,
    read_xlsx,
)

BATCH = "I-0000000000001-000"
LATER_BATCH = "I-0000000000002-000"
RECORDS = [case_of(number) for number in range(3)]
KEYS = [record.key for record in RECORDS]


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def folder(clock: TickingClock) -> MemoryStaging:
    return MemoryStaging(place="exchange", now=clock)


@pytest.fixture
def office(folder: MemoryStaging) -> WorkbusterOffice:
    return WorkbusterOffice(folder)


def exchange(folder: MemoryStaging, clock: TickingClock, **changes: object) -> WorkbusterExchange:
    settings: dict[str, object] = {
        "system": "workbuster",
        "sheet": "Deltagare",
        "workbook": WORKBOOK,
        "list_": LIST,
        "read_table": read_xlsx,
        "now": clock,
    }
    return WorkbusterExchange(folder, fingerprint, **{**settings, **changes})  # type: ignore[arg-type]


@pytest.fixture
def system(folder: MemoryStaging, clock: TickingClock) -> WorkbusterExchange:
    return exchange(folder, clock)


def names(folder: MemoryStaging) -> list[str]:
    return [item.name for item in folder.list_items()]


def proven(system: WorkbusterExchange) -> set[CaseKey]:
    expected = {record.key: fingerprint(record.payload) for record in RECORDS}
    return {
        state.key
        for state in system.read_back(KEYS)
        if state.copies == 1 and state.fingerprint == expected[state.key]
    }


def test_the_import_workbook_holds_text_only(
    system: WorkbusterExchange, folder: MemoryStaging
) -> None:
    record = case_of(1, given_name="=HYPERLINK(A1)", family_name="@x", phone="+46 70")
    assert system.hand_over([record], batch=BATCH) is HandOver.WAITING
    item = next(i for i in folder.list_items() if i.name == f"gallra-import-{BATCH}.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(folder.read(item)))["Deltagare"]
    header, row = sheet.iter_rows()
    assert [cell.value for cell in header] == list(WORKBOOK)
    assert {cell.data_type for cell in row} == {"s"}
    assert {cell.number_format for cell in row} == {"@"}
    assert [cell.hyperlink for cell in row] == [None] * len(row)
    assert [cell.value for cell in row][4:7] == ["=HYPERLINK(A1)", "@x", "+46 70"]


def test_the_check_file_names_nobody(system: WorkbusterExchange, folder: MemoryStaging) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    item = next(i for i in folder.list_items() if i.name == f"gallra-check-{BATCH}.json")
    content = folder.read(item).decode()
    assert all(record.key.case_reference in content for record in RECORDS)
    # Four digits of a number stand in many a fingerprint; seven of them do not.
    for personal in ("rnamn", "example.se", "1890010", "+46"):
        assert personal not in content


def test_without_a_list_nothing_is_known(system: WorkbusterExchange) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    assert list(system.read_back(KEYS)) == []


def test_a_list_older_than_the_hand_over_proves_nothing(
    system: WorkbusterExchange, office: WorkbusterOffice, clock: TickingClock
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list(arrived_at=clock.moment - timedelta(hours=1))
    assert list(system.read_back(KEYS)) == []
    office.export_list()
    assert proven(system) == set(KEYS)


def test_a_case_handed_over_again_needs_a_list_made_after_that(
    system: WorkbusterExchange, office: WorkbusterOffice
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list()
    system.hand_over(RECORDS[:1], batch=LATER_BATCH)
    assert proven(system) == set(KEYS[1:])
    office.import_workbooks()
    office.export_list()
    assert proven(system) == set(KEYS)


def test_the_newest_list_wins(system: WorkbusterExchange, office: WorkbusterOffice) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list()
    office.rows.pop()
    office.export_list()
    assert proven(system) == set(KEYS[:2])


Table = list[list[str]]


def missing(table: Table) -> None:
    del table[2]


def double(table: Table) -> None:
    table.append(table[2])


def changed(table: Table) -> None:
    table[2][2] = "Annat"


def anonymised(table: Table) -> None:
    table[2][:5] = [""] * 5


@pytest.mark.parametrize(
    ("change", "copies", "answer"),
    [(missing, None, None), (double, 2, "same"), (changed, 1, "other"), (anonymised, 1, None)],
)
def test_missing_double_changed_and_anonymised_cases_are_told_apart(
    system: WorkbusterExchange,
    office: WorkbusterOffice,
    change: Callable[[Table], None],
    copies: int | None,
    answer: str | None,
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list(change=change)
    states = {state.key: state for state in system.read_back(KEYS)}
    assert proven(system) == set(KEYS[1:])
    if copies is None:
        assert KEYS[0] not in states
        return
    state = states[KEYS[0]]
    assert state.copies == copies
    own = fingerprint(RECORDS[0].payload)
    kind = None if state.fingerprint is None else "same" if state.fingerprint == own else "other"
    assert kind == answer


def extra_column(table: Table) -> None:
    for cells in table[1:]:
        cells.insert(0, "Nytt")


def spelled_otherwise(table: Table) -> None:
    table[1] = [header.upper().replace(".", " ") for header in table[1]]
    for cells in table[2:]:
        cells[0] = f"{cells[0][:8]}-{cells[0][8:]}"
        cells[4] = cells[4].upper()


def totals(table: Table) -> None:
    table.append(["", "", "", "", "", "", "", "3 deltagare"])


def stranger(table: Table) -> None:
    table.append([*table[2][:6], "999999999", "KVL"])


@pytest.mark.parametrize("change", [extra_column, spelled_otherwise, totals, stranger])
def test_what_is_no_difference_does_not_count(
    system: WorkbusterExchange, office: WorkbusterOffice, change: Callable[[Table], None]
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list(change=change)
    assert proven(system) == set(KEYS)


def without_a_column(table: Table) -> None:
    for cells in table[1:]:
        del cells[1]


def column_twice(table: Table) -> None:
    for cells in table[1:]:
        cells.append(cells[1])


@pytest.mark.parametrize(
    ("change", "code"),
    [(without_a_column, "list_not_recognised"), (column_twice, "list_header_ambiguous")],
)
def test_a_list_that_cannot_be_understood_says_so(
    system: WorkbusterExchange,
    office: WorkbusterOffice,
    change: Callable[[Table], None],
    code: str,
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list(change=change)
    with pytest.raises(Unreachable) as refused:
        list(system.read_back(KEYS))
    assert refused.value.code == code


def test_a_list_that_is_no_workbook_says_so(folder: MemoryStaging, clock: TickingClock) -> None:
    system = exchange(folder, clock, read_table=read_table)
    system.hand_over(RECORDS, batch=BATCH)
    folder.drop("lista.xlsx", b"PK\x03\x04 half a workbook")
    with pytest.raises(Unreachable) as refused:
        list(system.read_back(KEYS))
    assert refused.value.code == "list_unreadable"


def test_the_list_is_read_by_the_limited_reader(
    folder: MemoryStaging, office: WorkbusterOffice, clock: TickingClock
) -> None:
    system = exchange(folder, clock, read_table=read_table)
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list()
    assert proven(system) == set(KEYS)


def test_locks_and_other_peoples_files_are_no_lists_and_stay(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    for name in ("~$Deltagare.xlsx", "anteckning.docx", ".dold.xlsx"):
        folder.drop(name, b"x")
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list()
    folder.drop("~$Deltagare 1.xlsx", b"x")
    assert proven(system) == set(KEYS)
    system.close_batch(BATCH)
    assert names(folder) == [
        ".dold.xlsx",
        "anteckning.docx",
        "~$Deltagare 1.xlsx",
        "~$Deltagare.xlsx",
    ]


def test_a_person_may_save_move_or_delete_the_workbook(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    item = next(i for i in folder.list_items() if i.name.endswith(".xlsx"))
    folder.delete_permanently(item)
    office.export_list()
    assert system.hand_over(RECORDS, batch=BATCH) is HandOver.WAITING
    assert item.name not in names(folder)
    assert proven(system) == set(KEYS)


def test_other_content_under_the_same_batch_replaces_the_workbook(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    system.hand_over(RECORDS[:1], batch=BATCH)
    assert names(folder) == [f"gallra-check-{BATCH}.json", f"gallra-import-{BATCH}.xlsx"]
    office.import_workbooks()
    assert [row["case_reference"] for row in office.rows] == [KEYS[0].case_reference]


def test_a_hand_over_cut_off_before_its_check_file_is_done_again(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    folder.delete_permanently(next(iter(folder.list_items())))
    office.export_list()
    assert list(system.read_back(KEYS)) == []
    system.hand_over(RECORDS, batch=BATCH)
    assert list(system.read_back(KEYS)) == []
    office.export_list()
    assert proven(system) == set(KEYS)


def test_what_a_killed_put_left_is_cleared_away(
    system: WorkbusterExchange, folder: MemoryStaging, clock: TickingClock
) -> None:
    folder.drop("gallra-00ff.part", b"half", arrived_at=clock.moment - timedelta(hours=1))
    folder.drop("gallra-11ff.part", b"being written", arrived_at=clock.moment)
    system.hand_over(RECORDS, batch=BATCH)
    assert [name for name in names(folder) if name.endswith(".part")] == ["gallra-11ff.part"]


def test_closing_removes_every_copy(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    office.export_list()
    office.export_list()
    system.close_batch(BATCH)
    assert names(folder) == []


def test_the_list_stays_while_another_batch_may_need_it(
    system: WorkbusterExchange, office: WorkbusterOffice, folder: MemoryStaging
) -> None:
    system.hand_over(RECORDS[:1], batch=BATCH)
    system.hand_over(RECORDS[1:], batch=LATER_BATCH)
    office.import_workbooks()
    office.export_list()
    office.export_list()
    system.close_batch(BATCH)
    assert proven(system) == set(KEYS[1:])
    system.close_batch(LATER_BATCH)
    assert names(folder) == []


def test_fields_without_a_column_in_the_list_are_taken_as_handed_over(
    folder: MemoryStaging, office: WorkbusterOffice, clock: TickingClock
) -> None:
    workbook = {h: f for h, f in WORKBOOK.items() if f not in ("email", "phone")}
    office_columns = {h: f for h, f in LIST.items() if f not in ("email", "phone")}
    system = exchange(folder, clock, workbook=workbook, list_=office_columns)
    system.hand_over(RECORDS, batch=BATCH)
    item = next(i for i in folder.list_items() if i.name.endswith(".xlsx"))
    assert b"example.se" not in b"".join(
        str(cells).encode() for _, cells in read_xlsx(folder.read(item), name="x")
    )
    office.rows = [
        {
            "case_reference": record.key.case_reference,
            "service": record.key.service,
            "project": record.project,
            "national_id": ("189001019802", "189001029819", "189001039800")[number],
            "given_name": f"Förnamn{number}",
            "family_name": f"Efternamn{number}",
        }
        for number, record in enumerate(RECORDS)
    ]
    office.export_list()
    assert proven(system) == set(KEYS)


def test_projects_are_called_as_workbuster_calls_them(
    folder: MemoryStaging, office: WorkbusterOffice, clock: TickingClock
) -> None:
    system = exchange(folder, clock, projects={"Nord": "Rusta och matcha Nord"})
    system.hand_over(RECORDS, batch=BATCH)
    office.import_workbooks()
    assert {row["project"] for row in office.rows} == {"Rusta och matcha Nord"}
    office.export_list()
    assert proven(system) == set(KEYS)


@pytest.mark.parametrize("batch", ["", "../x", "a b", "a/b", "x" * 65])
def test_a_batch_is_an_opaque_reference(system: WorkbusterExchange, batch: str) -> None:
    with pytest.raises(Refused) as refused:
        system.hand_over(RECORDS, batch=batch)
    assert refused.value.code == "batch_malformed"


@pytest.mark.parametrize("payload", [b"{}x", b'{"b":{"x":"1"},"a":{"y":"2"}}', b'{"a":{"x":""}}'])
def test_a_payload_in_another_spelling_is_refused(
    system: WorkbusterExchange, folder: MemoryStaging, payload: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        system.hand_over([RECORDS[0]._replace(payload=payload)], batch=BATCH)
    assert refused.value.code == "payload_not_canonical"
    assert names(folder) == []


@pytest.mark.parametrize("missing_field", ["case_reference", "service"])
def test_a_mapping_must_tell_the_case(
    folder: MemoryStaging, clock: TickingClock, missing_field: str
) -> None:
    for setting, columns in (("workbook", WORKBOOK), ("list_", LIST)):
        rest = {h: f for h, f in columns.items() if f != missing_field}
        with pytest.raises(Misconfigured):
            exchange(folder, clock, **{setting: rest})


def test_a_list_must_show_something_of_the_person(
    folder: MemoryStaging, clock: TickingClock
) -> None:
    with pytest.raises(Misconfigured):
        exchange(folder, clock, list_={"Ärende": "case_reference", "Tjänst": "service"})
