"""One plan carried out by one run, and the same by two: side by side, on both databases.

    python -m tests.bench.executors [--people 1667] [--rounds 3] [--quick]

Three outer systems (two databases and the case register), each with everybody: 5,000 items. Once
as they are, and once as if each record took a system five milliseconds to erase, as one with an
interface does at best. Timed is what is shared: `execute` up to the reading back. The second
process stands ready; under Prefect a helper needs 8 to 22 seconds to start, which the first one
spends working. Seconds are this machine's; the ratio is what to look at.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from records.engines import reading
from records.plans import state_counts
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.bench.erasing import STAYING, _people, _settings
from tests.factories.databases import postgres_server
from tests.factories.erasures import Office
from tests.factories.houses import ROOT
from tests.factories.keys import StandingClock
from tests.factories.participants_everywhere import bring

PEOPLE: Final = 1_667
SLOW: Final = 0.005
"""Seconds for each record that a system erases."""
_OUTER: Final = ("novo", "omnius", "workbuster")
_EXECUTOR: Final = """
import sys, time
from datetime import datetime
from pathlib import Path
from connectors.case_register import CaseRegister
from connectors.sql import SqlSystem
from tasks.erasing.execution import execute
from tasks.erasing.helping import help_with
from tasks.house.wiring import open_house
plan, role, barrier, slow, at = sys.argv[1:]
barrier, moment = Path(barrier), datetime.fromisoformat(at)
def slowly(whole):
    def carried(self, orders):
        time.sleep(float(slow) * len(orders))
        return whole(self, orders)
    return carried
SqlSystem.carry_out = slowly(SqlSystem.carry_out)
CaseRegister.anonymise = slowly(CaseRegister.anonymise)
def wait_for(name):
    while not (barrier / name).exists():
        time.sleep(0.002)
def call_in(ref, parts):
    (barrier / "go").touch()
    return 1
alone = None if role == "alone" else call_in
with open_house("academedia", now=lambda: moment, call_in=alone) as house:
    (barrier / role).touch()
    if role == "helps":
        wait_for("go")
        help_with(house, plan, 3)
    else:
        wait_for("begin")
        began = time.perf_counter()
        execute(house, plan)
        print(time.perf_counter() - began)
"""


class Measured(NamedTuple):
    """The median of some rounds."""

    database: str
    slow: bool
    items: int
    one: float
    two: float


def measure(people: int, folder: Path, database: str, *, slow: bool, rounds: int) -> Measured:
    """Interleaved: one executor, two, one, two, …"""
    took: dict[int, list[float]] = {1: [], 2: []}
    items = 0
    for number in range(rounds):
        for executors in took:
            place = folder / f"{database}-{slow}-{number}-{executors}"
            place.mkdir()
            seconds, items = _round(people, place, database, executors, SLOW if slow else 0)
            took[executors].append(seconds)
    one, two = (sorted(each)[rounds // 2] for each in took.values())
    return Measured(database, slow, items, one, two)


def _round(
    people: int, folder: Path, database: str, executors: int, slow: float
) -> tuple[float, int]:
    clock = StandingClock()
    with _databases(database) as urls, ExitStack() as stack:
        made = _settings(folder)
        settings = Settings.from_environment(
            {**made.environment, **urls, "GALLRA_FAN_OUT_FROM": "1"}
        )

        def build() -> House:
            return stack.enter_context(open_house("academedia", settings=settings, now=clock))

        everybody = list(_people(people + STAYING))
        bring(build(), everybody[:people], everybody[people:])
        office = Office(build, clock)
        plan = office.draw()
        office.approve(plan)
        roles = ["alone"] if executors == 1 else ["leads", "helps"]
        arguments = (str(folder), str(slow), clock().isoformat())
        running = {
            role: subprocess.Popen(
                [sys.executable, "-c", _EXECUTOR, plan.ref, role, *arguments],
                cwd=ROOT,
                env={**settings.environment, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                text=True,
            )
            for role in roles
        }
        while not all((folder / role).exists() for role in roles):
            time.sleep(0.01)
        (folder / "begin").touch()
        said = {role: process.communicate(timeout=600)[0] for role, process in running.items()}
        if any(process.returncode for process in running.values()):
            raise SystemExit(f"an executor failed: {said}")
        with reading(build().engine) as connection:
            counts = state_counts(connection, plan.number)
        done = {name: n for (name, state), n in counts.items() if state == "acted"}
        if done != dict.fromkeys(_OUTER, people):
            raise SystemExit(f"not carried out: {counts}")
    return float(said[roles[0]]), sum(done.values())


@contextmanager
def _databases(kind: str) -> Iterator[dict[str, str]]:
    if kind == "SQLite":
        yield {}
        return
    with postgres_server() as server:
        yield {
            "GALLRA_DATABASE_URL": server.new("records"),
            "GALLRA_KEY_DATABASE_URL": server.new("keys"),
        }


HEAD: Final = f"{'records on':<12}{'systems':<24}{'items':>7}{'one':>9}{'two':>9}{'one/two':>9}"


def line(each: Measured) -> str:
    """A result as text."""
    systems = "5 ms for each record" if each.slow else "embedded databases"
    return (
        f"{each.database:<12}{systems:<24}{each.items:>7}{each.one:>8.2f}s{each.two:>8.2f}s"
        f"{each.one / each.two:>9.2f}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--quick", action="store_true", help="200 people, SQLite only")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    options = parser.parse_args(arguments)
    people = 200 if options.quick else options.people
    databases = ("SQLite",) if options.quick else ("SQLite", "PostgreSQL")
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        for database in databases:
            for slow in (True, False):
                made = measure(people, Path(scratch), database, slow=slow, rounds=options.rounds)
                print(line(made), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
