"""What must hold when the year is over, seen in the things themselves and not in what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lifecycle.accountability.report import Report
from lifecycle.certificate import Certificate
from lifecycle.checkpoint import public_key_of
from lifecycle.plan import ERASURES, PlanState
from records import plans
from records.engines import reading
from tasks.house.parts import House
from tasks.proving.proof import newest_witnessed, verify_ledger
from tasks.reporting.accountability import report
from tasks.reporting.today import today
from tasks.watching.daily import watch
from tasks.watching.overview import overview
from tests.year.simulation import Year


def nothing_is_overdue(house: House) -> None:
    """The watchdog, the page of today and every register agree."""
    assert [alarm.kind for alarm in watch(house).standing] == []
    assert [need.what.en for need in today(house).needs if need.red] == []
    seen = overview(house)
    assert (seen.work_orders_late, seen.unfinished_imports, seen.files) == (0, 0, ())


def the_ledger_is_whole(house: House) -> None:
    """Every link, and nothing that was witnessed is missing."""
    shown = newest_witnessed(house)
    assert shown is not None
    assert verify_ledger(house).witnessed_size == shown.size


def certified(house: House, year: Year) -> list[Certificate]:
    """The certificate of every erasure that was proven: as a file, genuine, and there is no other
    one."""
    with reading(house.engine) as connection:
        every = [
            plan
            for kind in ERASURES
            for plan in plans.find(connection, controller=house.controller, kind=kind)
        ]
    assert all(one.state in (PlanState.PROVEN, PlanState.VOID, PlanState.DRAWN) for one in every)
    assert not any(one.state is PlanState.DRAWN for one in every), "somebody was not asked"
    proven = {one.ref for one in every if one.state is PlanState.PROVEN}
    files = {file.stem: file for file in house.certificates.glob("*.json")}
    assert proven <= set(files), "what a restore lost stands in the files alone"
    found = [Certificate.from_json(file.read_bytes()) for file in files.values()]
    for one in found:
        one.verify(public_key_of(house.signing_key))
    return found


def traces(home: Path, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(file, value) for each value that stands in clear in any file under `home`."""
    wanted = [(value, value.encode()) for value in values]
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for value, written in wanted:
            if written in content:
                yield file.relative_to(home).as_posix(), value


def told(house: House, year: Year) -> Report:
    """The page for an inspector: nothing on it is late."""
    made = report(house, since=year.begin)
    assert made.late == 0, [
        figure for part in made.parts for figure in part.figures if figure.weight == "late"
    ]
    return made
