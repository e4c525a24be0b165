"""A plan that several runs carry out at once, one of them killed at any moment: nothing is done
twice, nothing is lost, what is left is taken by the next, and there is one certificate."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState
from lifecycle.references import PLAN, from_reference
from records import leases, plans
from records.engines import reading
from tasks.erasing import execution, parts
from tasks.erasing.helping import Helped, help_with
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.crash import erasure_invariants, erasure_scene, outside
from tests.crash.evidence import Evidence, gather
from tests.crash.scene import Home, Scene
from tests.crash.warm import Warm
from tests.factories.databases import NewDatabase
from tests.factories.houses import ROOT

ONE_EACH: Final = """
import sys, time
from pathlib import Path
from connectors.http import HttpSystem
from connectors.sql import SqlSystem
from tasks.erasing import parts
from tasks.erasing.execution import execute
from tasks.erasing.helping import help_with
from tasks.house.wiring import open_house
parts.ITEMS = 1
def slowly(whole):
    def carried(self, orders):
        time.sleep(0.1)
        return whole(self, orders)
    return carried
HttpSystem.carry_out = slowly(HttpSystem.carry_out)
SqlSystem.carry_out = slowly(SqlSystem.carry_out)
plan, name, barrier = sys.argv[1], sys.argv[2], Path(sys.argv[3])
def wait_for(*names):
    end = time.monotonic() + 60
    while not all((barrier / one).exists() for one in names):
        if time.monotonic() > end: sys.exit(f"{name}: nobody came: {names}")
        time.sleep(0.002)
"""
"""Everybody cuts the plan into parts of one item, so that there are some to share; each takes its
time, and both helpers reach for the same one: two who had one part in hand would meet."""
LEADS: Final = (
    ONE_EACH
    + """
def call_in(ref, number):
    assert number > 3
    wait_for("second", "third")
    (barrier / "go").touch()
    return 2
with open_house("academedia", call_in=call_in) as house:
    execute(house, plan)
"""
)
HELPS: Final = (
    ONE_EACH
    + """
with open_house("academedia") as house:
    (barrier / name).touch()
    wait_for("go")
    time.sleep(0.05 * (name == "third"))  # the other one is in the middle of it
    print(help_with(house, plan, 5).parts)
"""
)
SEEDS: Final = [
    1,
    pytest.param(2, marks=pytest.mark.long),
    *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(3, 14)),
]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm() as one:
        yield one


@pytest.fixture
def databases(dialect: str, new_database: NewDatabase) -> dict[str, str]:
    """None of their own on SQLite: there they lie in the home."""
    if dialect == "sqlite":
        return {}
    return {
        "GALLRA_DATABASE_URL": new_database("records"),
        "GALLRA_KEY_DATABASE_URL": new_database("keys"),
    }


class Together:
    """One who leads a plan and two who were called in, each a process of its own."""

    def __init__(self, made: Scene, folder: Path) -> None:
        assert made.approved is not None
        folder.mkdir()
        self.go = folder / "go"
        self.home: Home = made.home
        env = {**made.home.env, "PYTHONPATH": str(ROOT), "GALLRA_FAN_OUT_FROM": "1"}
        self.processes = {
            name: subprocess.Popen(
                [sys.executable, "-c", program, made.approved.plan, name, str(folder)],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name, program in (("first", LEADS), ("second", HELPS), ("third", HELPS))
        }

    def wait_for_go(self) -> None:
        end = time.monotonic() + 60
        while not self.go.exists():
            assert time.monotonic() < end
            time.sleep(0.002)

    def kill(self, name: str) -> None:
        self.processes[name].kill()

    def ended(self, *, killed: Sequence[str] = ()) -> dict[str, str]:
        """What each said; nobody who was not killed may have failed."""
        said = {}
        for name, process in self.processes.items():
            said[name] = process.communicate(timeout=120)[0]
            if name not in killed:
                assert process.returncode == 0, f"{name}: {said[name]}"
        return said


def times(seen: Evidence, kind: EventKind) -> Counter[tuple[str | None, str]]:
    """How often each person's item in each system is told of."""
    return Counter((event.ref, event.facts["system"]) for event in seen.of(kind))


def test_three_share_a_plan_and_nobody_does_what_another_does(
    warm: Warm, databases: dict[str, str], tmp_path: Path
) -> None:
    with outside.serving():
        made = erasure_scene.erasing(warm, tmp_path / "home", databases)
        server = outside._interface()
        server.requests.clear()
        together = Together(made, tmp_path / "barrier")
        said = together.ended()
        assert int(said["second"]) + int(said["third"]) > 0, "nobody helped"
        seen = gather(made.home, tmp_path / "look")
        assert seen.problems == []
        assert erasure_invariants.at_any_time(made, seen) == []
        assert erasure_invariants.after_rerun(made, seen) == []
        assert set(times(seen, EventKind.ITEM_DONE).values()) == {1}
        deleted = Counter(path for method, path, _ in server.requests if method == "DELETE")
        assert len(deleted) == 3
        assert set(deleted.values()) == {1}, "the outer system was told twice"
        assert seen.leases == 0


def test_a_part_that_another_has_in_hand_is_left_to_it_and_without_a_lead_nobody_begins(
    warm: Warm, databases: dict[str, str], tmp_path: Path
) -> None:
    with outside.serving():
        made = erasure_scene.erasing(warm, tmp_path / "home", databases)
        assert made.approved is not None
        ref, settings = made.approved.plan, Settings.from_environment(made.home.env)
        with open_house("academedia", settings=settings) as house, ExitStack() as stack:
            assert help_with(house, ref, 1) == Helped(0, ()), "nobody has begun it"
            execution._begin(house, from_reference(PLAN, ref))
            assert help_with(house, ref, 1) == Helped(0, ()), "nobody leads it"
            hold = partial(leases.hold, house.engine, now=house.now)
            stack.enter_context(hold(parts.leading(ref)))
            with reading(house.engine) as connection:
                number = from_reference(PLAN, ref)
                plan = plans.get(connection, controller=house.controller, number=number)
            (theirs,) = parts.parts_of(house, plan, ["pingpong"])
            stack.enter_context(hold(theirs.lease))
            assert help_with(house, ref, 3) == Helped(3, ())
            with reading(house.engine) as connection:
                counts = plans.state_counts(connection, number)
            assert {name for name, state in counts if state is ItemState.ACTED} == {
                "novo", "omnius", "workbuster",
            }  # fmt: skip
            assert counts["pingpong", ItemState.PLANNED] == 3
        for _ in range(2):
            assert warm.run(["execute", ref], env=made.home.env).returncode == 0
        seen = gather(made.home, tmp_path / "look")
        assert erasure_invariants.at_any_time(made, seen) == []
        assert erasure_invariants.after_rerun(made, seen) == []
        assert set(times(seen, EventKind.ITEM_DONE).values()) == {1}


@pytest.mark.parametrize("victim", ["first", "second"])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_of_three_is_killed(
    seed: int, victim: str, warm: Warm, databases: dict[str, str], tmp_path: Path
) -> None:
    with outside.serving(), ExitStack() as stack:
        made = erasure_scene.erasing(warm, tmp_path / "home", databases)
        assert made.approved is not None
        together = Together(made, tmp_path / "barrier")
        stack.callback(lambda: [one.kill() for one in together.processes.values()])
        together.wait_for_go()
        time.sleep(random.Random(f"{seed}{victim}").uniform(0, 0.8))
        together.kill(victim)
        together.ended(killed=[victim])
        seen = gather(made.home, tmp_path / "look")
        assert erasure_invariants.at_any_time(made, seen) == []
        for _ in range(2):
            again = warm.run(["execute", made.approved.plan], env=made.home.env)
            assert again.returncode == 0, again
        seen = gather(made.home, tmp_path / "look")
        assert seen.problems == []
        assert erasure_invariants.at_any_time(made, seen) == []
        assert erasure_invariants.after_rerun(made, seen) == []
        assert set(times(seen, EventKind.ITEM_DONE).values()) == {1}
        assert seen.leases == 0
