"""A plan of ten thousand people costs a few hundred statements, from drawing up to certificate.

    python -m tests.bench.erasing [--people 10000] [--quick]

On SQLite, with two outer databases: each stage of ours; beside it the bare set-based SQL for the
same deletions on copies of the same files (no approval, no reading back, no ledger, no
certificate), and a loop with a transaction for each person. Seconds are this machine's.
"""

# SQL is put together from our own names only; values are always parameters.

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, event

from console.sample_people import Person
from console.test_numbers import official_test_numbers
from lifecycle.plan import PlanState
from tasks.erasing.execution import execute
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.factories.erasures import Office
from tests.factories.houses import ROOT, test_settings
from tests.factories.keys import StandingClock
from tests.factories.participants_everywhere import LEFT, bring, systems_of

STAYING = 100
LOOPED = 200
"""People erased by the loop; its time is scaled up from them."""
MOST_STATEMENTS = 0.2
"""Statements for each person of a plan of ten thousand, all stages together."""
_OF_PEOPLE = ("holding", "blind_index", "placement", "anchor", "due", "engagement")


class Stage(NamedTuple):
    """What one step of an erasure took."""

    name: str
    seconds: float
    processor: float
    statements: int
    commits: int


class Result(NamedTuple):
    """One whole erasure and its yardsticks."""

    people: int
    items: int
    stages: tuple[Stage, ...]
    bare: float
    loop: float

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def statements(self) -> int:
        return sum(stage.statements for stage in self.stages)


class _Counting:
    """Statements and commits of every database that is reached through SQLAlchemy."""

    def __init__(self) -> None:
        self.statements = 0
        self.commits = 0

    def statement(self, *_: object) -> None:
        self.statements += 1

    def commit(self, *_: object) -> None:
        self.commits += 1

    @contextmanager
    def during(self) -> Iterator[None]:
        event.listen(Engine, "before_cursor_execute", self.statement)
        event.listen(Engine, "commit", self.commit)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self.statement)
            event.remove(Engine, "commit", self.commit)


def measure(people: int, folder: Path) -> Result:
    """Bring that many people, erase them, and the same again by the yardsticks."""
    clock = StandingClock()
    settings = _settings(folder)
    stages: list[Stage] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        counting = _Counting()
        began, worked = time.perf_counter(), time.process_time()
        with counting.during():
            yield
        seconds, processor = time.perf_counter() - began, time.process_time() - worked
        stages.append(Stage(name, seconds, processor, counting.statements, counting.commits))

    with ExitStack() as stack:

        def build() -> House:
            return stack.enter_context(open_house("academedia", settings=settings, now=clock))

        everybody = list(_people(people + STAYING))
        bring(build(), everybody[:people], everybody[people:])
        files = [folder / "records.db", *sorted(systems_of(build()).glob("*.db"))]
        files = [file for file in files if file.name in {"records.db", "novo.db", "omnius.db"}]
        copies = {name: _copies(files, folder / name) for name in ("bare", "loop")}
        office = Office(build, clock)
        office.enrolled()
        with stage("draw up"):
            plan = office.draw()
        with stage("approve"):
            office.approve(plan)
        with stage("erase outside"):
            execute(build(), plan.ref)
        clock.pass_time(hours=2)
        with stage("read back, forget, certify"):
            outcome = execute(build(), plan.ref)
    if outcome.state is not PlanState.PROVEN or outcome.items != outcome.proven:
        raise SystemExit(f"not proven: {outcome}")
    return Result(
        people,
        outcome.items,
        tuple(stages),
        _timed_bare(copies["bare"], people),
        _timed_loop(copies["loop"], people),
    )


def _settings(folder: Path) -> Settings:
    """As shipped, but for a company without places that a person weeds."""
    shipped = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text("utf-8")
    bindings = folder / "bindings"
    bindings.mkdir()
    text = re.sub(r"\{kind: manual, where: [^}]*\}", "{kind: absent, reason: none here.}", shipped)
    (bindings / "academedia.yaml").write_text(text, "utf-8")
    settings = test_settings(
        folder / "home",
        records=f"sqlite:///{folder}/records.db",
        keys=f"sqlite:///{folder}/keys.db",
    )
    return Settings.from_environment({**settings.environment, "GALLRA_SYSTEMS": str(bindings)})


def _people(count: int) -> Iterator[Person]:
    grown_up = [number for number in official_test_numbers() if "1957" <= number < "1997"]
    for n, number in enumerate(grown_up[:count]):
        mail = f"prov{n}@example.se"
        yield Person(
            *(number, f"Prov{n}", f"Provsson{n}", f"Provgatan {n}", "123 45", "Provsjö"),
            *("070-1740605", mail, ""),
        )


def _copies(files: Sequence[Path], folder: Path) -> dict[str, Path]:
    folder.mkdir()
    found = {}
    for file in files:
        found[file.stem] = folder / file.name
        with closing(sqlite3.connect(file)) as source, closing(_open(found[file.stem])) as copy:
            source.backup(copy)
    return found


def _open(file: Path) -> sqlite3.Connection:
    """With the durability and the overwriting of ours."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _timed_bare(files: dict[str, Path], people: int) -> float:
    with closing(_open(files["records"])) as db:
        due = [
            n
            for (n,) in db.execute("SELECT DISTINCT subject_id FROM due WHERE anchor_on=?", [LEFT])
        ]
        assert len(due) == people
    began = time.perf_counter()
    for system, table in (("novo", "anvandare"), ("omnius", "elever")):
        with closing(_open(files[system])) as db:
            db.execute(f"DELETE FROM {table} WHERE slutade = ?", (LEFT,))
            _overwrite(db)
    with closing(_open(files["records"])) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TEMP TABLE going (id INTEGER PRIMARY KEY)")
        db.executemany("INSERT INTO going VALUES (?)", [(number,) for number in due])
        for table in _OF_PEOPLE:
            db.execute(f"DELETE FROM {table} WHERE subject_id IN (SELECT id FROM going)")
        db.execute("DELETE FROM subject WHERE id IN (SELECT id FROM going)")
        db.execute("COMMIT")
        _overwrite(db)
        assert db.execute("SELECT count(*) FROM subject").fetchone() == (STAYING,)
    return time.perf_counter() - began


def _timed_loop(files: dict[str, Path], people: int) -> float:
    with ExitStack() as stack:
        of = {name: stack.enter_context(closing(_open(file))) for name, file in files.items()}
        query = "SELECT DISTINCT subject_id FROM due WHERE anchor_on=? LIMIT ?"
        due = [n for (n,) in of["records"].execute(query, (LEFT, LOOPED))]
        began = time.perf_counter()
        for key, person in enumerate(due, start=1):
            of["novo"].execute("DELETE FROM anvandare WHERE id = ?", (key,))
            of["omnius"].execute("DELETE FROM elever WHERE id = ?", (key,))
            db = of["records"]
            db.execute("BEGIN IMMEDIATE")
            for table in _OF_PEOPLE:
                db.execute(f"DELETE FROM {table} WHERE subject_id = ?", (person,))
            db.execute("DELETE FROM subject WHERE id = ?", (person,))
            db.execute("COMMIT")
        return (time.perf_counter() - began) * people / len(due)


def _overwrite(db: sqlite3.Connection) -> None:
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def table(result: Result) -> str:
    """The result as text."""
    lines = [
        f"erasing {result.people:,} people: {result.items:,} items of one plan",
        f"{'':<28}{'seconds':>9}{'cpu s':>8}{'statements':>12}{'commits':>9}",
    ]
    for one in result.stages:
        lines.append(
            f"{one.name:<28}{one.seconds:>9.2f}{one.processor:>8.2f}{one.statements:>12}"
            f"{one.commits:>9}"
        )
    commits = sum(stage.commits for stage in result.stages)
    processor = sum(stage.processor for stage in result.stages)
    lines += [
        f"{'ours':<28}{result.seconds:>9.2f}{processor:>8.2f}{result.statements:>12}{commits:>9}",
        f"{'bare SQL, deleting only':<28}{result.bare:>9.2f}",
        f"{'loop, deleting only':<28}{result.loop:>9.2f}   ({LOOPED} people, scaled)",
        "",
        f"{result.people / result.seconds:,.0f} people and {result.items / result.seconds:,.0f} "
        f"items a second; ours / bare {result.seconds / result.bare:.1f}; "
        f"loop / ours {result.loop / result.seconds:.1f}",
    ]
    return "\n".join(lines)


def broken(result: Result) -> list[str]:
    """Which promises do not hold."""
    failures = []
    if result.people >= 10_000 and result.statements > MOST_STATEMENTS * result.people:
        failures.append(f"{result.statements} statements: something is done person by person")
    return failures


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="1,000 people")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        result = measure(1_000 if options.quick else options.people, Path(scratch))
    print(table(result))
    for line in (failures := broken(result)):
        print(line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
