"""People whose time is up, or not: imported cases, records in Novo, holds."""

from __future__ import annotations

from sqlalchemy import select

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.intake.outcomes import FileReason
from lifecycle.ledger import EventKind, LedgerEvent
from lifecycle.references import SUBJECT, from_reference, new_id
from records import holds
from records.engines import reading
from records.tables import RECORDS, ledger_event
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tests.factories import houses

Person = tuple[str, str, str]
OFFICER = "O-0000000000001"
_TRIES = 3


def case(number: str, who: Person, *, start: str = "2026-01-07", **more: str) -> str:
    """A line of an export, of a case that began in January."""
    return houses.row(number, who, start=start, **more)


def bring(house: House, *rows: str) -> None:
    """An export lands and is imported."""
    house.staging.put(f"export-{new_id()}.csv", houses.export(*rows))
    for ref in begin_import(house):
        _import(house, ref)
    delete_imported(house)


def _import(house: House, ref: str) -> None:
    """A machine that has no time for the reader's child refuses a good file: once more, then said
    as what it is. Else nobody would be found by a test that asks for them."""
    for _ in range(_TRIES):
        if import_file(house, ref).reason != FileReason.READER_TIMEOUT:
            return
    raise AssertionError("this machine is too busy to read a file of a few lines")


def reference(house: House, who: Person) -> str:
    """Somebody's `S-…`."""
    (found,) = find_by_national_id(house, who[2])
    return found.ref


def person(house: House, who: Person) -> int:
    """The number behind it."""
    return from_reference(SUBJECT, reference(house, who))


def novo_record(who: Person, *, kind: str = "participant") -> MemoryRecord:
    """What Novo knows of somebody."""
    return MemoryRecord(
        key=f"novo-{new_id()}",
        kind=kind,
        identifiers={"national_id": who[2]},
        fields={"identity": {"name": who[1]}, "attendance": {"present": "yes"}},
    )


def in_novo(house: House, *records: MemoryRecord) -> MemorySystem:
    """Novo holds these, and the inventory has seen them."""
    novo = MemorySystem(system="novo")
    for record in records:
        novo.put(record)
    take_inventory(house, {"novo": novo})
    return novo


def hold(house: House, subject: int, *categories: str) -> int:
    """Somebody's categories (`*`: all) are held."""
    number = new_id()
    with house.work() as work:
        holds.place(
            work.connection,
            number=number,
            controller=house.controller,
            reason="proceeding",
            decided_by=OFFICER,
            placed_at=house.at(),
            review_on="2027-01-01",
            subjects=[subject],
            categories=categories,
        )
        work.record(EventKind.HOLD_PLACED)
        work.commit()
    return number


def release(house: House, number: int) -> None:
    """The hold is over."""
    with house.work() as work:
        holds.release(work.connection, number, at=house.at(), by=OFFICER)
        work.record(EventKind.HOLD_RELEASED)
        work.commit()


def events(house: House, kind: EventKind) -> list[LedgerEvent]:
    """The ledger's events of a kind, oldest first."""
    with reading(house.engine) as connection:
        bodies = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        told = [LedgerEvent.from_body(bytes(body)) for body in bodies]
    return [event for event in told if event.kind is kind]


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(house.engine) as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(select(table)))
            for name, table in RECORDS.tables.items()
        }
