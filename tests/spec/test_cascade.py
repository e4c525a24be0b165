"""On discharge everything about the pupil goes, parents and other relatives with it (H-84): unless
they are here for a child who stays, or for a purpose of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.references import SUBJECT, from_reference, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan, StoredItem
from records.tables import placement, subject
from tasks.erasing.deriving import derive
from tasks.erasing.holds import place_hold
from tasks.house.parts import House
from tasks.house.wiring import open_house
from tasks.proving.certifying import of_plan
from tests.factories.databases import NewDatabase
from tests.factories.execution import Scene, everywhere, narrowed, surroundings
from tests.factories.houses import dialect, test_settings
from tests.factories.keys import StandingClock
from tests.factories.stand_ins import impossible_cpr

__all__ = ["dialect", "surroundings"]
DISCHARGED = date(2026, 10, 30)
TODAY = date(2026, 11, 2)
ANNA, DORA, BRITTA, CARL, EVA = "Anna", "Dora", "Britta", "Carl", "Eva"
"""Anna is discharged, Dora stays. Britta is Anna's mother; Carl is Anna's and Dora's father. Eva
is Anna's aunt, and was a pupil herself."""
CPR = {n: impossible_cpr(i) for i, n in enumerate((ANNA, DORA, BRITTA, CARL, EVA), start=1)}


@dataclasses.dataclass
class School(Scene):
    """The school's register, journal and accounts as twins."""

    register: MemorySystem = dataclasses.field(
        default_factory=lambda: MemorySystem(system="pupil-register")
    )
    journal: MemorySystem = dataclasses.field(
        default_factory=lambda: MemorySystem(system="journal-system")
    )
    finance: MemorySystem = dataclasses.field(
        default_factory=lambda: MemorySystem(system="finance")
    )

    def house(self, *, anew: bool = False) -> House:
        if anew or self.opened is None:
            self.opened = self.build()
        systems = {one.system: one for one in (self.register, self.journal, self.finance)}
        return narrowed(self.opened, systems=systems, by_hand=self.by_hand)

    def put(
        self,
        system: MemorySystem,
        who: str,
        *,
        kind: str = "pupil",
        because_of: tuple[str, ...] = (),
        **anchors: date | None,
    ) -> MemoryRecord:
        more = {"register": "contact", "journal": "health", "finance": "accounts"}
        category = next(v for k, v in more.items() if k in system.system)
        record = MemoryRecord(
            key=f"{kind}-{who}",
            kind=kind,
            identifiers={"national_id": CPR[who]},
            fields={"identity": {"name": who, "cpr": CPR[who]}, category: {"what": f"of {who}"}},
            anchors=dict(anchors),
            related=tuple(f"pupil-{child}" for child in because_of),
        )
        system.put(record)
        return record

    def names(self) -> dict[str, list[str]]:
        """Whose names lie in which system."""
        return {
            one.system: sorted(
                {r.key.split("-")[1] for r in one._records if r.fields["identity"].get("name")}
            )
            for one in (self.register, self.journal, self.finance)
        }

    def reference(self, who: str) -> str:
        """Somebody's `S-…`, by the register's key."""
        from records import placements

        house = self.house()
        for system in (self.register, self.journal, self.finance):
            for kind in ("pupil", "relative"):
                digest = placements.digest_of(
                    house.vault, system=system.system, key=f"{kind}-{who}"
                )
                with reading(house.engine) as connection:
                    found = connection.execute(
                        placement.select().where(placement.c.digest == digest)
                    ).first()
                if found is not None:
                    return to_reference("S", found.subject_id)
        raise AssertionError(f"{who} is unknown")

    def said(self, plan: Plan, who: str) -> dict[str, list[tuple[str, str | None]]]:
        """What the plan says of somebody: system → verdict and reason."""
        number = self.reference(who)
        found: dict[str, list[tuple[str, str | None]]] = {}
        with reading(self.house().engine) as connection:
            for one in plans.items(connection, plan.number):
                if to_reference("S", one.item.subject_id) == number:
                    found.setdefault(one.item.system, []).append(
                        (one.item.verdict, one.item.reason)
                    )
        return found

    def going(self, plan: Plan) -> dict[str, list[StoredItem]]:
        with reading(self.house().engine) as connection:
            found: dict[str, list[StoredItem]] = {}
            for one in plans.items(connection, plan.number, verdict=Verdict.GO):
                found.setdefault(to_reference("S", one.item.subject_id), []).append(one)
        return found


@pytest.fixture
def school(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[School]:
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    with ExitStack() as stack:

        def build() -> House:
            return stack.enter_context(
                open_house("behandlingsskolerne", settings=settings, now=standing_clock)
            )

        yield School(build, standing_clock)


def family(school: School) -> None:
    """Anna, Dora, Britta and Carl in the register; Anna's and Britta's health in the journal;
    what was paid for Anna in the accounts."""
    school.put(school.register, ANNA, discharged=DISCHARGED)
    school.put(school.register, DORA, discharged=None)
    school.put(school.register, BRITTA, kind="relative", because_of=(ANNA,))
    school.put(school.register, CARL, kind="relative", because_of=(ANNA, DORA))
    school.put(school.journal, ANNA)
    school.put(school.journal, BRITTA, kind="relative", because_of=(ANNA,))
    school.put(school.finance, ANNA, accounting_entry=date(2026, 3, 1))
    school.look()


@everywhere
def test_on_discharge_pupil_and_parent_go_and_the_shared_parent_stays(school: School) -> None:
    family(school)
    plan = school.office.draw()
    assert plan.approvals == 2, "health is in it"
    anna, britta = school.reference(ANNA), school.reference(BRITTA)
    assert set(school.going(plan)) == {anna, britta}
    assert school.said(plan, ANNA)["finance"] == [("stays", None)]
    assert school.said(plan, CARL) == {}, "not due at all: Dora is still here"
    school.office.approve(plan)
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    assert school.names() == {
        "pupil-register": [CARL, DORA],
        "journal-system": [],
        "finance": [ANNA],
    }
    told = of_plan(school.house(), plan.ref).statement
    assert told["people"] == sorted([anna, britta])
    school.look()
    assert school.people() == 3, "Carl, Dora, and Anna for the sake of the accounts"


def test_the_shared_parent_goes_with_the_last_child(school: School) -> None:
    family(school)
    dora = school.register.find(f"pupil-{DORA}")
    assert dora is not None
    dora.anchors["discharged"] = date(2026, 11, 1)
    school.look()
    plan = school.approved()
    assert set(school.said(plan, CARL)) == {"pupil-register"}
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    assert school.names()["pupil-register"] == []


def test_a_parent_who_is_here_as_a_pupil_too_has_a_purpose_of_their_own(school: School) -> None:
    family(school)
    school.put(school.register, EVA, kind="relative", because_of=(ANNA,))
    school.put(school.register, EVA, discharged=None)
    school.look()
    plan = school.approved()
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    assert EVA in school.names()["pupil-register"]
    items = derive(
        school.house(),
        kind=PlanKind.RETENTION,
        as_of=date(2026, 11, 2),
        only=[one for one in _numbers(school) if to_reference("S", one) == school.reference(EVA)],
    ).items
    assert not [item for item in items if item.verdict == Verdict.GO]


def going_of(school: School, who: str) -> set[str]:
    """In which systems somebody's data goes by the plan of today."""
    number = from_reference(SUBJECT, school.reference(who))
    items = derive(school.house(), kind=PlanKind.RETENTION, as_of=TODAY, only=[number]).items
    return {item.system for item in items if item.verdict == Verdict.GO}


def test_a_parent_who_is_a_pupil_elsewhere_goes_there_by_no_date_of_the_child(
    school: School,
) -> None:
    """Nobody has said when Britta's own treatment ended: Anna's discharge does not say it."""
    school.put(school.register, ANNA, discharged=DISCHARGED)
    school.put(school.register, BRITTA, kind="relative", because_of=(ANNA,))
    school.put(school.journal, BRITTA)
    school.look()
    assert going_of(school, ANNA) == {"pupil-register"}
    assert "journal-system" not in going_of(school, BRITTA)
    # Said by the journal, it is hers there; in the register she is Anna's mother all the same.
    mine = school.journal.find(f"pupil-{BRITTA}")
    assert mine is not None
    mine.anchors["discharged"] = date(2027, 6, 30)
    school.look()
    assert going_of(school, BRITTA) == {"pupil-register"}
    mine.anchors["discharged"] = DISCHARGED
    school.look()
    assert going_of(school, BRITTA) == {"pupil-register", "journal-system"}


def test_a_parent_who_was_a_pupil_elsewhere_goes_as_a_parent_by_no_date_of_their_own(
    school: School,
) -> None:
    """Dora is still here, and somebody must be told how she is."""
    school.put(school.register, DORA, discharged=None)
    school.put(school.register, CARL, kind="relative", because_of=(DORA,))
    school.put(school.journal, CARL, discharged=DISCHARGED)
    school.look()
    assert going_of(school, CARL) == {"journal-system"}
    plan = school.approved()
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    assert school.names()["pupil-register"] == [CARL, DORA]
    school.look()
    assert going_of(school, CARL) == set()


def test_a_parent_who_pays_stays_in_the_accounts_as_long_as_the_law_says(school: School) -> None:
    family(school)
    school.put(
        school.finance,
        BRITTA,
        kind="relative",
        because_of=(ANNA,),
        accounting_entry=date(2026, 3, 1),
    )
    school.look()
    plan = school.approved()
    assert school.said(plan, BRITTA)["finance"] == [("stays", None)]
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    assert school.names() == {
        "pupil-register": [CARL, DORA],
        "journal-system": [],
        "finance": [ANNA, BRITTA],
    }
    school.look()
    # Five years after the accounting year both go.
    school.clock.instant = school.clock.instant.replace(year=2032, month=1, day=2)
    last = school.approved()
    school.run(last)
    school.later()
    assert school.run(last).state is PlanState.PROVEN
    assert school.names()["finance"] == []


def test_a_pupil_is_not_forgotten_before_the_parents_who_go_along(school: School) -> None:
    """What is known of the parent is known through the pupil: forgotten first, nobody could say
    any more why the parent goes, and the parent would stay."""
    school.put(school.register, ANNA, discharged=DISCHARGED)
    school.put(school.register, BRITTA, kind="relative", because_of=(ANNA,))
    school.put(school.journal, BRITTA, kind="relative")
    school.look()
    assert school.people() == 2
    plan = school.approved()
    anna, britta = school.reference(ANNA), school.reference(BRITTA)
    school.journal.failures.unreachable = True
    school.run(plan)
    school.later()
    school.run(plan)
    assert {one.state for one in school.going(plan)[anna]} == {ItemState.PROVEN}
    assert school.people() == 2
    # The register has shown meanwhile that neither is there any more.
    school.journal.failures.unreachable = False
    school.look()
    school.run(plan)
    assert {one.state for one in school.going(plan)[britta]} <= {ItemState.PROVEN, ItemState.ACTED}
    school.later()
    done = school.run(plan)
    assert (done.state, done.given_up) == (PlanState.PROVEN, 0)
    assert school.names() == {"pupil-register": [], "journal-system": [], "finance": []}
    assert school.people() == 0


def test_a_parents_record_that_outlives_the_pupils_still_goes(school: School) -> None:
    """The register forgets whose mother she was as soon as the pupil is gone from it."""
    school.put(school.register, ANNA, discharged=DISCHARGED)
    britta = school.put(school.register, BRITTA, kind="relative", because_of=(ANNA,))
    britta.locked = True
    school.look()
    plan = school.approved()
    school.run(plan)
    britta.related = ()
    school.later()
    school.look()
    assert school.run(plan).is_wrong, "kept by the register"
    britta.locked = False
    school.run(plan)
    school.look()
    school.run(plan)
    school.later()
    done = school.run(plan)
    assert (done.state, done.given_up) == (PlanState.PROVEN, 0)
    assert school.names()["pupil-register"] == []
    assert school.people() == 0


def test_a_parent_who_is_held_goes_when_released_though_the_pupil_went_before(
    school: School,
) -> None:
    """The day is not forgotten with the pupil through whom it was known."""
    school.put(school.register, ANNA, discharged=DISCHARGED)
    school.put(school.register, BRITTA, kind="relative", because_of=(ANNA,))
    school.look()
    officer = school.office.enrolled()[0]
    hold = place_hold(
        school.house(),
        [school.reference(BRITTA)],
        reason="proceeding",
        review_on=date(2027, 3, 1),
        officer=officer.handle,
        code=officer.fresh(),
    )
    plan = school.approved()
    school.run(plan)
    school.later()
    assert school.run(plan).state is PlanState.PROVEN
    britta = school.register.find(f"relative-{BRITTA}")
    assert britta is not None
    britta.related = ()
    school.look()
    assert school.names()["pupil-register"] == [BRITTA]
    school.release(hold)
    again = school.approved()
    school.run(again)
    school.later()
    assert school.run(again).state is PlanState.PROVEN
    assert school.names()["pupil-register"] == []
    assert school.people() == 0


def test_who_asks_takes_the_parent_along_who_is_known_through_nobody_else(school: School) -> None:
    family(school)
    dora = school.register.find(f"pupil-{DORA}")
    assert dora is not None
    plan = school.office.draw_request(school.reference(DORA))
    assert set(school.going(plan)) == {school.reference(DORA)}, "Carl is Anna's father too"
    asked = school.office.draw_request(school.reference(ANNA))
    assert set(school.going(asked)) == {school.reference(ANNA), school.reference(BRITTA)}
    school.office.approve(asked)
    school.run(asked)
    school.later()
    assert school.run(asked).state is PlanState.PROVEN
    assert school.names()["pupil-register"] == [CARL, DORA]
    assert school.names()["journal-system"] == []


def _numbers(school: School) -> list[int]:
    with reading(school.house().engine) as connection:
        return [row.id for row in connection.execute(subject.select())]
