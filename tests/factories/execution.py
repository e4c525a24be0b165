"""A participant and a record in Novo, on their way out: with what goes wrong on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import select

from connectors.memory_system import MemoryRecord, MemorySystem
from connectors.system import OuterSystem
from lifecycle.plan import ItemState
from lifecycle.policy.model import Policy
from lifecycle.references import SUBJECT, from_reference
from records import plans
from records.engines import reading
from records.plans import Plan, StoredItem
from records.tables import subject
from tasks.erasing.execution import Outcome, execute
from tasks.erasing.holds import place_hold, release_hold
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tests.factories import planning
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, Builder
from tests.factories.keys import StandingClock

LEFT = "2026-05-10"
"""Six months later is 10 November 2026; the tests' clock stands on 2 November."""
TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]

everywhere = pytest.mark.parametrize(
    "surroundings",
    ["twins in memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
"""For tests that run on the twins, on SQLite and on PostgreSQL."""


@pytest.fixture
def surroundings() -> str:
    """Most of these tests need no more than twins and SQLite."""
    return "twins in memory"


def narrowed(
    house: House, *, systems: Mapping[str, OuterSystem], by_hand: tuple[str, ...] = ()
) -> House:
    """The same house with these systems only; every other place does not exist there."""
    everything = {name for name, system in house.policy.systems.items() if system.by_hand}
    return dataclasses.replace(
        house,
        systems=systems,
        by_hand=frozenset(by_hand),
        absent=frozenset(everything - set(by_hand)),
    )


@dataclass
class Scene:
    """One house with Novo as a twin, officers, and a way to look into it."""

    build: Builder
    clock: StandingClock
    by_hand: tuple[str, ...] = ()
    novo: MemorySystem = field(default_factory=lambda: MemorySystem(system="novo"))
    change: Callable[[House], House] = lambda house: house
    more: dict[str, OuterSystem] = field(default_factory=dict)
    opened: House | None = None

    def __post_init__(self) -> None:
        self.office = Office(self.house, self.clock)

    def house(self, *, anew: bool = False) -> House:
        """The house as the next run has it; opened `anew` it has another run's reference."""
        if anew or self.opened is None:
            self.opened = self.build()
        systems: dict[str, OuterSystem] = {"novo": self.novo, **self.more}
        return self.change(narrowed(self.opened, systems=systems, by_hand=self.by_hand))

    def bring(self, *rows: str) -> None:
        """An export is imported."""
        planning.bring(self.house(), *rows)

    def leavers(self, *people: planning.Person) -> None:
        """They left half a year ago, but for eight days; each has a record in Novo too."""
        rows = [
            planning.case(f"100000000{number}", who, end=LEFT)
            for number, who in enumerate(people, start=1)
        ]
        self.bring(*rows)
        for who in people:
            self.novo.put(novo_record(who))
        self.look()

    def look(self) -> None:
        """The inventory looks into every system."""
        take_inventory(self.house())

    def approved(self) -> Plan:
        """What is due, drawn up and approved."""
        plan = self.office.draw()
        self.office.approve(plan)
        return plan

    def run(self, plan: Plan) -> Outcome:
        """One run, now."""
        return execute(self.house(), plan.ref)

    def later(self, **time: float) -> None:
        """Time passes; an hour if it is not said how much."""
        self.clock.pass_time(**(time or {"hours": 1}))

    def hold(self, who: planning.Person, *categories: str) -> str:
        """An officer holds everything of a person, or some categories; the hold's reference."""
        officer = self.office.enrolled()[0]
        return place_hold(
            self.house(),
            [self.ref(who)],
            reason="proceeding",
            review_on=date(2027, 3, 1),
            categories=categories or ("*",),
            officer=officer.handle,
            code=officer.fresh(),
        )

    def release(self, ref: str) -> None:
        officer = self.office.enrolled()[0]
        release_hold(self.house(), ref, officer=officer.handle, code=officer.fresh())

    def ref(self, who: planning.Person) -> str:
        return planning.reference(self.house(), who)

    def items(self, plan: Plan, who: str | None = None) -> dict[str, StoredItem]:
        """What goes by a plan, by system (of one person, `S-…`)."""
        chosen = None if who is None else from_reference(SUBJECT, who)
        with reading(self.house().engine) as connection:
            found = plans.items(connection, plan.number, subject=chosen)
        return {one.item.system: one for one in found if one.item.verdict == "go"}

    def states(self, plan: Plan, who: str | None = None) -> dict[str, ItemState]:
        return {system: one.state for system, one in self.items(plan, who).items()}

    def people(self) -> int:
        """How many people our records know."""
        with reading(self.house().engine) as connection:
            return len(connection.execute(select(subject.c.id)).all())

    def with_policy(self, change: Callable[[Policy], Policy]) -> None:
        """From the next run on another policy file lies there."""
        before = self.change

        def changed(house: House) -> House:
            house = before(house)
            policy = change(house.policy).model_copy()  # the one that was read is everybody's
            policy._sha256 = "c" * 64
            return dataclasses.replace(house, policy=policy)

        self.change = changed


@pytest.fixture
def scene(build: Builder, standing_clock: StandingClock) -> Iterator[Scene]:
    yield Scene(build, standing_clock)


def novo_record(who: planning.Person, *, kind: str = "participant") -> MemoryRecord:
    """What Novo knows of somebody, under a key that one can guess."""
    return MemoryRecord(
        key=key_of(who),
        kind=kind,
        identifiers={"national_id": who[2]},
        fields={
            "identity": {"name": f"{who[0]} {who[1]}", "national_id": who[2]},
            "attendance": {"present": "yes"},
        },
    )


def key_of(who: planning.Person) -> str:
    return f"novo-{who[0].lower()}"
