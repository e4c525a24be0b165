"""Who is chosen by case is meant with that case: of their other cases nothing is disclosed (A-03,
A-68)."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import ENGAGEMENT, SUBJECT, from_reference, to_reference
from lifecycle.rights import Came, Right, Shown
from records import lookups
from records.engines import reading
from records.plans import Plan
from records.tables import NOBODY, engagement
from tasks.rights.corrected import correct
from tasks.rights.register import open_request
from tasks.rights.steps import identify
from tasks.sharing.disclosures import Chosen, Selection, chosen, prepare, still_current
from tasks.sharing.register import entry
from tasks.telling.recipients import waiting
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.factories.sharing import Desk, wish

__all__ = ["build", "dialect", "house"]

FIRST, SECOND, OTHERS = "1000000001", "1000000003", "1000000002"
STARTS = {FIRST: "2026-01-07", SECOND: "2026-03-09"}
EVERYTHING = ("identity", "assignment")


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(
        *(planning.case(number, TUVA, start=start) for number, start in STARTS.items()),
        planning.case(OTHERS, OMAR, start="2026-02-03"),
    )
    return desk


def number_of(desk: Desk, case: str) -> int:
    house = desk.house()
    with reading(house.engine) as connection:
        [mine] = lookups.cases_by_number(
            connection, controller=house.controller, case_reference=case
        )
    return mine.engagement_id


def drawn(desk: Desk, selection: Selection, **changed: object) -> Plan:
    first, _ = desk.enrolled()
    asked = wish(categories=EVERYTHING, **changed)
    return prepare(desk.house(), asked, selection, by=first.handle, code=first.fresh())


def arrived(desk: Desk, plan: Plan) -> set[str]:
    """The days on which the cases began that the recipient reads of."""
    desk.approve(plan)
    assert desk.send(plan).stage is Stage.OPEN
    cells = desk.received()
    for cell in cells:
        assert bool(cell.case) is (cell.category == "assignment")
    return {cell.value for cell in cells if cell.field == "start_date"}


def test_a_case_alone_is_disclosed_and_no_other_of_that_person(desk: Desk) -> None:
    plan = drawn(desk, Selection(cases=(SECOND,)))
    assert entry(desk.house(), plan.ref).cases == 1
    assert arrived(desk, plan) == {STARTS[SECOND]}
    cells = desk.received()
    assert {cell.case for cell in cells} == {"", SECOND}
    assert TUVA[2] in {cell.value for cell in cells}


@pytest.fixture
def received(desk: Desk) -> dict[str, str]:
    """Three disclosures that arrived: each case alone, and the person with both."""
    chosen_by = {
        FIRST: Selection(cases=(FIRST,)),
        SECOND: Selection(cases=(SECOND,)),
        "person": Selection(references=(desk.ref(TUVA),)),
    }
    sent: dict[str, str] = {}
    for name, selection in chosen_by.items():
        plan = drawn(desk, selection)
        desk.approve(plan)
        assert desk.send(plan).stage is Stage.OPEN
        sent[name] = plan.ref
    return sent


def told(desk: Desk, received: dict[str, str]) -> set[str]:
    """Who is still to be told."""
    names = {ref: name for name, ref in received.items()}
    return {names[one.disclosure] for one in waiting(desk.house())}


def test_of_a_case_that_is_put_right_only_who_received_that_case_is_told(
    desk: Desk, received: dict[str, str]
) -> None:
    desk.bring(planning.case(SECOND, TUVA, start=STARTS[SECOND], end="2027-06-01"))
    assert told(desk, received) == {SECOND, "person"}


def test_of_what_is_the_persons_own_everybody_is_told(desk: Desk, received: dict[str, str]) -> None:
    renamed = (TUVA[0], f"{TUVA[1]}-Ny", TUVA[2])
    desk.bring(planning.case(SECOND, renamed, start=STARTS[SECOND]))
    assert told(desk, received) == {FIRST, SECOND, "person"}


def test_of_a_case_that_somebody_puts_right_only_who_received_that_case_is_told(
    desk: Desk, received: dict[str, str]
) -> None:
    first, _ = desk.enrolled()
    dpo = enrol(desk.house(), desk.clock, "dataskydd", "dpo", by=first)
    line = open_request(
        desk.house(), Right.RECTIFICATION, about=desk.ref(TUVA), came=Came.MAIL,
        received_on=date(2026, 11, 2),
    )  # fmt: skip
    by = {"officer": dpo.handle}
    identify(desk.house(), line.ref, Shown.E_ID, **by, code=dpo.fresh())
    correct(
        desk.house(), line.ref, "assignment", "unit", "Exempelenhet Syd",
        case=FIRST, **by, code=dpo.fresh(),
    )  # fmt: skip
    assert told(desk, received) == {FIRST, "person"}


def test_a_case_by_our_own_reference_is_that_case_too(desk: Desk) -> None:
    ref = to_reference(ENGAGEMENT, number_of(desk, FIRST))
    assert arrived(desk, drawn(desk, Selection(references=(ref,)))) == {STARTS[FIRST]}


def test_a_person_chosen_by_name_has_all_cases_apart_by_number(desk: Desk) -> None:
    plan = drawn(desk, Selection(references=(desk.ref(TUVA),), cases=(SECOND, OTHERS)))
    assert entry(desk.house(), plan.ref).cases == 1  # Omar's: Tuva is meant whole
    assert arrived(desk, plan) == {*STARTS.values(), "2026-02-03"}
    cells = [cell for cell in desk.received() if cell.field == "start_date"]
    assert {(cell.case, cell.value) for cell in cells} == {
        *STARTS.items(),
        (OTHERS, "2026-02-03"),
    }


def test_a_project_is_its_cases(desk: Desk) -> None:
    house = desk.house()
    with house.work() as work:
        work.connection.execute(
            engagement.update()
            .where(engagement.c.id.in_([number_of(desk, one) for one in (FIRST, OTHERS)]))
            .values(project="nord")
        )
        work.record(EventKind.RUN_BEGUN)
        work.commit()
    plan = drawn(desk, Selection(project="nord"))
    assert arrived(desk, plan) == {STARTS[FIRST], "2026-02-03"}


def test_which_cases_is_part_of_what_is_agreed_to(desk: Desk) -> None:
    one, other, both = (
        drawn(desk, Selection(cases=cases)) for cases in ((FIRST,), (SECOND,), (FIRST, SECOND))
    )
    whole = drawn(desk, Selection(references=(desk.ref(TUVA),)))
    assert len({one.hash, other.hash, both.hash, whole.hash}) == 4
    assert drawn(desk, Selection(cases=(FIRST,))).ref == one.ref


def test_another_case_that_comes_changes_nothing_and_one_that_goes_voids_it(desk: Desk) -> None:
    plan = drawn(desk, Selection(cases=(SECOND,)))
    desk.approve(plan)
    desk.bring(planning.case("1000000004", TUVA, start="2026-10-05"))
    assert still_current(desk.house(), plan)
    house = desk.house()
    with house.work() as work:
        work.connection.execute(
            engagement.update()
            .where(engagement.c.id == number_of(desk, SECOND))
            .values(subject_id=NOBODY)
        )
        work.record(EventKind.RUN_BEGUN)
        work.commit()
    assert not still_current(desk.house(), plan)
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(plan)
    assert entry(desk.house(), plan.ref).state == PlanState.VOID
    desk.nothing_left()


def test_unknown_cases_choose_nobody(desk: Desk) -> None:
    for selection in (
        Selection(cases=("1000000009",)),
        Selection(references=(to_reference(ENGAGEMENT, 77),)),
    ):
        with pytest.raises(Refused, match="subject_unknown"):
            chosen(desk.house(), selection)
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    both = Selection(references=(desk.ref(TUVA),), cases=(FIRST,))
    assert chosen(desk.house(), both) == Chosen((tuva,), ())
