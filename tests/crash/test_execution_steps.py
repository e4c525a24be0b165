"""An approved plan that is cut off before and after each of its steps loses nothing, takes nothing
that nobody approved, and calls nothing gone that is there; run again it is carried out."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest
from sqlalchemy import select

from connectors.base import CaseKey
from connectors.case_register import CaseRegister
from connectors.erasure_journal import DONE, INTENDED, ErasureJournal
from connectors.memory import MemoryCaseSystem
from connectors.sql import SqlSystem
from lifecycle.errors import Refused
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.facts import Verdict
from records import leases, plans
from records.engines import reading
from records.plans import Plan
from records.tables import engagement, subject
from tasks.erasing import carrying_out, case_erasing, execution, forgetting
from tasks.erasing.execution import execute
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.proving import certifying
from tasks.proving.certifying import of_plan
from tasks.proving.proof import verify_ledger
from tasks.work_orders import items as work_order_items
from tests.crash.cut_off import Cut, Step
from tests.factories.erasures import Office
from tests.factories.houses import Builder, build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.participants_everywhere import bring, systems_of
from tests.factories.people import canaries

__all__ = ["build", "dialect", "house", "surroundings"]
LEAVERS, STAYERS = (people := canaries(4, seed=31))[:2], people[2:]
TABLES = {"novo": "anvandare", "omnius": "elever"}
OURS = "gallra"


PREPARING: list[Step] = [
    Step(execution, "_begin"),
    Step(work_order_items, "begin"),
    Step(execution, "open_orders"),
    Step(execution, "open_orders", 3),
]
CARRYING_OUT: list[Step] = [
    Step(execution, "take_over"),
    Step(carrying_out, "begin"),
    Step(execution, "witness"),
    Step(SqlSystem, "carry_out"),
    Step(carrying_out, "note_done"),
    Step(SqlSystem, "read_back"),
    Step(carrying_out, "note_answers"),
    Step(case_erasing, "begin"),
    Step(CaseRegister, "anonymise"),
    Step(MemoryCaseSystem, "anonymise"),
    Step(case_erasing, "note_done"),
    Step(case_erasing, "note_answers"),
    Step(forgetting, "begin"),
    Step(forgetting, "forget"),
    Step(ErasureJournal, "append"),
    Step(forgetting, "the commit"),
]
CLOSING: list[Step] = [
    Step(forgetting, "destroy_keys"),
    Step(forgetting, "_close_journal"),
    Step(forgetting, "_prove"),
    Step(execution, "scrub"),
    Step(certifying, "certify"),
    Step(certifying, "_close"),
    Step(execution, "file_copy"),
]
"""Each in the order in which a plan meets them first. After the last of `CARRYING_OUT`, which is
cut off before and after, our own records have forgotten everybody."""
ONCE: list[Step] = [Step(execution, "conclude"), Step(certifying, "file_copy")]
"""After these there is nothing left to cut off."""


class World:
    """People who left and people who did not, in four systems and the places that people weed."""

    def __init__(self, build: Builder, clock: StandingClock) -> None:
        self.build = build
        self.clock = clock
        self.house = build()
        self.office = Office(lambda: self.house, clock)
        bring(self.house, LEAVERS, STAYERS)
        self.plan = self.office.draw()
        self.refs = {
            found.ref
            for person in LEAVERS
            for found in find_by_national_id(self.house, person.national_id)
        }
        with reading(self.house.engine) as connection:
            columns = (engagement.c.case_reference, engagement.c.service, engagement.c.subject_id)
            self.cases = [
                (CaseKey(row[0], row[1]), to_reference(SUBJECT, row[2]))
                for row in connection.execute(select(*columns))
            ]
        self.office.approve(self.plan)
        # Two who stayed ask to be erased; nobody has decided on that.
        (asked,) = find_by_national_id(self.house, STAYERS[0].national_id)
        self.other = execution_request(self.house, asked.ref)

    def go_on(self) -> None:
        """People do what they have to do, an hour goes by, and the plan is run."""
        self.clock.pass_time(hours=2)
        execute(self.house, self.plan.ref)

    def there(self) -> set[tuple[str, str]]:
        """(system, whose) of everything that is really there, by the systems themselves."""
        found: set[tuple[str, str]] = set()
        for system, table in TABLES.items():
            with closing(sqlite3.connect(systems_of(self.house) / f"{system}.db")) as db:
                for (number,) in db.execute(f"SELECT personnummer FROM {table}"):
                    found.add((system, number))
        with reading(self.house.engine) as connection:
            ours = set(connection.execute(select(subject.c.id)).scalars())
        found |= {(OURS, to_reference(SUBJECT, number)) for number in ours}
        system = self.house.case_system
        shown = {s.key for s in system.read_back([key for key, _ in self.cases]) if s.fingerprint}
        return found | {(system.system, ref) for key, ref in self.cases if key in shown}

    def check(self) -> None:
        """What must hold at any time."""
        there, house = self.there(), self.house
        for person in STAYERS:
            assert {("novo", person.national_id), ("omnius", person.national_id)} <= there
        kept = {ref for _, ref in self.cases} - self.refs
        assert {(system, ref) for ref in kept for system in (OURS, "workbuster")} <= there
        left = {(system, who) for system, who in there if who in self.gone}
        with reading(house.engine) as connection:
            going = plans.items(connection, self.plan.number, verdict=Verdict.GO)
            others = plans.items(connection, self.other.number, verdict=Verdict.GO)
            other = plans.get(connection, controller="academedia", number=self.other.number)
        assert other.state is PlanState.DRAWN
        assert {one.state for one in others} == {ItemState.PLANNED}
        proven = {
            (one.item.system, to_reference(SUBJECT, one.item.subject_id))
            for one in going
            if one.state is ItemState.PROVEN
        }
        assert not proven & left, "called proven, and still there"
        for system in ("novo", "omnius"):
            if {ref for name, ref in proven if name == system} == self.refs:
                assert not {who for name, who in left if name == system}
        if {who for name, who in left if name == OURS} != self.refs:
            assert not {name for name, _ in left} - {OURS}, "our own records go last"
        with suppress(Refused):
            of_plan(house, self.plan.ref)
            assert not left, "a false certificate"
        assert not left or not (house.certificates / f"{self.plan.ref}.json").exists()
        verify_ledger(house)

    @property
    def gone(self) -> set[str]:
        return self.refs | {person.national_id for person in LEAVERS}

    def finish(self) -> None:
        """The rest of it, and everything is as if nothing had ever been cut off."""
        self.house = self.build()
        self.go_on()
        self.office.weed_by_hand(self.plan)
        for _ in range(2):
            self.go_on()
        house = self.house
        self.check()
        assert not {who for _, who in self.there() if who in self.gone}
        told = of_plan(house, self.plan.ref).statement
        assert (set(told["people"]), told["given_up"]) == (self.refs, [])
        assert (house.certificates / f"{self.plan.ref}.json").exists()
        entries = [e for e in house.journal.entries() if e.batch.startswith(self.plan.ref)]
        assert {e.batch for e in entries if e.step == INTENDED} == {
            e.batch for e in entries if e.step == DONE
        }
        named = {to_reference(SUBJECT, who.subject_id) for e in entries for who in e.people}
        assert named == self.refs
        assert leases.forget_dead(house.engine) == 0


def execution_request(house: House, ref: str) -> Plan:
    from tasks.erasing.requests import ask_for_erasure

    plan = ask_for_erasure(house, ref)
    assert plan.kind is PlanKind.REQUEST
    return plan


@pytest.fixture
def world(build: Builder, standing_clock: StandingClock) -> World:
    return World(build, standing_clock)


def cut_off(world: World, step: Step, *, after: bool) -> bool:
    """Run the plan until it is cut off there, if it comes that far; look at what is left."""
    cut = Cut(step, after=after)
    with pytest.MonkeyPatch.context() as patch:
        cut.lie_in_wait(patch)
        with suppress(KeyboardInterrupt):
            world.go_on()
    world.check()
    return cut.reached


def test_cut_off_at_one_step_after_the_other_it_comes_to_its_end(world: World) -> None:
    """One execution, cut off some fifty times on its way."""
    missed = []
    for step in [*PREPARING, *CARRYING_OUT, *CLOSING]:
        if step == CARRYING_OUT[0]:
            weeded(world)
        if step.name == "anonymise" and not isinstance(world.house.case_system, step.owner):
            continue
        for after in (False, True):
            if not cut_off(world, step, after=after):
                missed.append((str(step), after))
    world.finish()
    assert missed == []


@pytest.mark.long
@pytest.mark.parametrize("surroundings", ["sqlite"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [*PREPARING, *CARRYING_OUT, *CLOSING, *ONCE], ids=str)
def test_cut_off_once_at_any_step_it_comes_to_its_end(
    step: Step, after: bool, world: World
) -> None:
    """Each of them alone, at its first, second and third call."""
    if step not in PREPARING:
        weeded(world)
    for number in (1, 2, 3):
        cut_off(world, step._replace(number=number), after=after)
    world.finish()


def weeded(world: World) -> None:
    """The work orders are opened and done before anything else is carried out."""
    assert cut_off(world, Step(execution, "erase_in"), after=False)
    assert world.office.weed_by_hand(world.plan) > 2
