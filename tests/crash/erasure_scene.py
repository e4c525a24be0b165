"""An approved erasure of three people in five systems and a binder, to be killed in."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from console.sample_people import Person
from console.sample_rows import Col, base_row
from lifecycle.references import SUBJECT, from_reference, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan
from records.tables import engagement
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.work_orders.items import open_orders
from tests.crash.outside import Outside, Record
from tests.crash.scene import PEOPLE, Approved, Home, Scene, Staged, csv_of, fine_run
from tests.crash.warm import Warm
from tests.factories.erasures import Office
from tests.factories.keys import StandingClock
from tests.factories.planning import hold

GONE: Final = PEOPLE[:3]
"""They left seven months ago: six months is what A-76 gives."""
HELD, ASKED, HERE, STRANGER = PEOPLE[3:7]
"""Held; asked to be erased, which nobody approved; still here; never in our records."""
_WHERE: Final[Mapping[str, dict[int, Person]]] = {
    "novo": {1: GONE[0], 2: GONE[1], 3: HELD, 4: ASKED, 5: HERE, 6: STRANGER},
    "omnius": {11: GONE[0], 12: GONE[2], 13: ASKED, 14: HELD},
    "pingpong": {21: GONE[0], 22: GONE[1], 23: GONE[2], 24: HERE, 25: STRANGER, 26: HELD},
}
_FIRST_CASE: Final = 320_000_000


def erasing(warm: Warm, folder: Path, databases: Mapping[str, str] | None = None) -> Scene:
    """`gallra execute` of a plan about three people, beside one that nobody approved."""
    left = datetime.now(UTC).date() - timedelta(days=213)
    outside = Outside.made(folder.with_name(f"{folder.name}-outside"))
    home = Home(folder, databases=databases or {}, outside=outside)
    home.path.mkdir(parents=True)
    fine_run(warm, home, "init")
    home.put(_exports(left))
    fine_run(warm, home, "import")
    home.files.clear()
    for system, people in _WHERE.items():
        for key, person in people.items():
            until = left.isoformat() if person in (*GONE, HELD) else None
            outside.put(system, person, key=key, left=until)
    with ExitStack() as stack:
        clock = StandingClock(datetime.now(UTC) - timedelta(hours=1))
        settings = Settings.from_environment(home.env)

        def build() -> House:
            return stack.enter_context(open_house("academedia", settings=settings, now=clock))

        return _decided(home, outside, build(), Office(build, clock))


def _decided(home: Home, outside: Outside, house: House, office: Office) -> Scene:
    """The inventory is taken, one is held, one plan is approved; the binder is weeded."""
    take_inventory(house)
    hold(house, _number(house, HELD), "*")
    plan = office.draw()
    office.approve(plan)
    open_orders(house, plan, "paper-binder", today=local_today(house).isoformat())
    assert office.weed_by_hand(plan) == 1
    other = ask_for_erasure(house, to_reference(SUBJECT, _number(house, ASKED)))
    refs = {person.national_id: to_reference(SUBJECT, _number(house, person)) for person in GONE}
    return Scene(
        ("execute", plan.ref),
        Home(home.path, databases=home.databases, outside=outside),
        without=refs,
        gone=_sealed_of(home, [from_reference(SUBJECT, ref) for ref in refs.values()]),
        approved=_approved(house, plan, other, outside, refs),
    )


def _approved(
    house: House, plan: Plan, other: Plan, outside: Outside, refs: Mapping[str, str]
) -> Approved:
    with reading(house.engine) as connection:
        going = plans.items(connection, plan.number, verdict=Verdict.GO)
        columns = (engagement.c.case_reference, engagement.c.service, engagement.c.subject_id)
        cases = {
            (row[0], row[1]): to_reference(SUBJECT, row[2])
            for row in connection.execute(select(*columns))
        }
    systems = frozenset(one.item.system for one in going)
    assert systems == {"gallra", "workbuster", "novo", "omnius", "pingpong", "paper-binder"}
    goes: dict[Record, str] = {
        (system, key): refs[person.national_id]
        for system, people in _WHERE.items()
        for key, person in people.items()
        if person in GONE
    }
    by_system: dict[str, set[str]] = defaultdict(set)
    for one in going:
        by_system[one.item.system].add(to_reference(SUBJECT, one.item.subject_id))
    for system in _WHERE:
        assert by_system[system] == {ref for (name, _), ref in goes.items() if name == system}
    return Approved(
        plan=plan.ref,
        hash=plan.hash,
        items=len(going),
        other=other.ref,
        systems=systems,
        records=outside.shown(),
        goes=goes,
        cases=cases,
    )


def rotating(warm: Warm, folder: Path) -> Scene:
    """`gallra keys rotate` after an erasure."""
    scene = erasing(warm, folder)
    fine_run(warm, scene.home, *scene.command)
    return Scene(("keys", "rotate"), scene.home)


def _exports(left: date) -> list[Staged]:
    """Two files: the first who left has a case in each."""
    still = datetime.now(UTC).date() + timedelta(days=100)
    first = [(person, left) for person in (*GONE, HELD)]
    second = [(GONE[0], left), (ASKED, still), (HERE, still)]
    return [
        _export(f"fil {number}.csv", rows, first_case=_FIRST_CASE + 100 * number)
        for number, rows in enumerate((first, second))
    ]


def _export(name: str, rows: list[tuple[Person, date]], *, first_case: int) -> Staged:
    rng = random.Random(first_case)
    drawn = []
    for position, (person, end) in enumerate(rows):
        start = end - timedelta(days=181)
        row = base_row(person, case=first_case + position, start=start, rng=rng)
        row[Col.END] = end.isoformat()
        drawn.append(row)
    cases = frozenset((str(row[Col.CASE]), str(row[Col.IDENTITY])) for row in drawn)
    return Staged(name, csv_of(drawn), cases)


ANOTHER: Final = _export(
    "sent.csv",
    [(HERE, datetime.now(UTC).date() + timedelta(days=150))],
    first_case=_FIRST_CASE + 900,
)
"""Of one who is still here; the commands of a scene do not meet it."""


def _number(house: House, person: Person) -> int:
    (found,) = find_by_national_id(house, person.national_id)
    return from_reference(SUBJECT, found.ref)


def _sealed_of(home: Home, people: list[int]) -> tuple[bytes, ...]:
    """Their sealed contents, and the wrapped keys that open them."""
    if home.databases:
        return ()
    asked = ", ".join(map(str, people))
    with closing(sqlite3.connect(home.path / "records" / "records.db")) as db:
        rows = db.execute(f"SELECT id, sealed FROM holding WHERE subject_id IN ({asked})")
        sealed = dict(rows.fetchall())
    with closing(sqlite3.connect(home.path / "keys" / "keys.db")) as db:
        keys = [
            db.execute("SELECT wrapped FROM data_key WHERE id = ?", (one,)).fetchone()[0]
            for one in sealed
        ]
    return (*sealed.values(), *keys)
