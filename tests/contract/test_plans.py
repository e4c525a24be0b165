"""A plan is stored once and then only moved on, by the steps that there are, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from lifecycle.erasure import Erased
from lifecycle.errors import Changed, Refused
from lifecycle.plan import ITEM_TRANSITIONS, PLAN_TRANSITIONS, ItemState, PlanItem, PlanKind
from lifecycle.plan import PlanState as State
from lifecycle.references import PLAN, from_reference
from lifecycle.retention.facts import Verdict
from records import planned_people, plans, restored
from records.engines import reading
from records.plans import Plan

AT = "2026-11-02T08:00:00.000000+00:00"
LATER = "2026-11-02T09:00:00.000000+00:00"


def a_plan(number: int = 7, **changes: object) -> Plan:
    plan = Plan(
        number=number,
        controller="academedia",
        kind=PlanKind.RETENTION,
        as_of=date(2026, 11, 2),
        policy_sha256="ab" * 32,
        hash="cd" * 32,
        approvals=1,
        created_at=AT,
        created_by="",
        state=State.DRAWN,
        closed_at=None,
        about_id=0,
        counts={"people": 2, "go": 2},
    )
    return plan._replace(**changes)  # type: ignore[arg-type]


def an_item(subject: int, verdict: Verdict = Verdict.GO, *, system: str = "records") -> PlanItem:
    return PlanItem(
        subject_id=subject,
        placement_id=0,
        system=system,
        verdict=str(verdict),
        action="erase" if verdict is Verdict.GO else "",
        categories=("contact", "identity"),
        stays=("case_reference", "project") if verdict is Verdict.GO else (),
        rule="participant.six-months",
        ripe_on="2026-05-01",
        last_day="2026-11-01" if verdict is Verdict.GO else None,
        reason=None if verdict is Verdict.GO else "anchor_missing",
    )


ITEMS = [
    an_item(11),
    an_item(11, system="novo"),
    an_item(12),
    an_item(13, Verdict.REFUSED),
]


@pytest.fixture
def engine(records_engine: Engine) -> Engine:
    with records_engine.begin() as connection:
        plans.insert(connection, a_plan(), ITEMS)
    return records_engine


def test_what_was_stored_comes_back_whole(engine: Engine) -> None:
    with reading(engine) as connection:
        assert plans.get(connection, controller="academedia", number=7) == a_plan()
        stored = plans.items(connection, 7)
    assert [one.item for one in stored] == ITEMS
    assert [one.number for one in stored] == [1, 2, 3, 4]
    assert from_reference(PLAN, a_plan().ref) == 7


def test_what_goes_is_planned_and_all_else_is_only_shown(engine: Engine) -> None:
    with reading(engine) as connection:
        states = [one.state for one in plans.items(connection, 7)]
        counted = plans.state_counts(connection, 7)
    assert states == [*[ItemState.PLANNED] * 3, ItemState.SHOWN]
    assert counted == {
        ("records", ItemState.PLANNED): 2,
        ("records", ItemState.SHOWN): 1,
        ("novo", ItemState.PLANNED): 1,
    }


def test_items_are_chosen_by_verdict_state_system_and_person_and_paged(engine: Engine) -> None:
    with reading(engine) as connection:

        def numbers(**chosen: object) -> list[int]:
            return [one.number for one in plans.items(connection, 7, **chosen)]  # type: ignore[arg-type]

        assert numbers(verdict=Verdict.REFUSED) == [4]
        assert numbers(states=[ItemState.PLANNED]) == [1, 2, 3]
        assert numbers(states=[]) == []
        assert numbers(system="novo") == [2]
        assert numbers(subject=12) == [3]
        assert numbers(limit=2) == [1, 2]
        assert numbers(after=2, limit=2) == [3, 4]
        assert plans.items(connection, 8) == []


def test_another_controllers_plan_is_unknown(engine: Engine) -> None:
    with reading(engine) as connection:
        for controller, number in (("tommerup", 7), ("academedia", 8)):
            with pytest.raises(Refused, match="plan_unknown"):
                plans.get(connection, controller=controller, number=number)


def test_plans_are_found_newest_first(engine: Engine) -> None:
    with engine.begin() as connection:
        plans.insert(connection, a_plan(8, created_at=LATER, kind=PlanKind.YEAR_END), [])
        plans.insert(connection, a_plan(9, created_at=LATER, state=State.VOID, closed_at=LATER), [])
        plans.insert(connection, a_plan(10, controller="tommerup"), [])

    with reading(engine) as connection:

        def found(**chosen: object) -> list[int]:
            listed = plans.find(connection, controller="academedia", **chosen)  # type: ignore[arg-type]
            return [plan.number for plan in listed]

        assert found() == [9, 8, 7]
        assert found(states=plans.OPEN) == [8, 7]
        assert found(kind=PlanKind.RETENTION) == [9, 7]
        assert found(limit=1) == [9]
        assert found(states=()) == []


def test_every_plan_that_mentions_a_person_is_found(engine: Engine) -> None:
    with engine.begin() as connection:
        plans.insert(connection, a_plan(8, created_at=LATER), [an_item(11)])
        plans.insert(connection, a_plan(9, controller="tommerup"), [an_item(11)])
    with reading(engine) as connection:
        found = planned_people.mentions(connection, controller="academedia", subject=11)
        nobody = planned_people.mentions(connection, controller="academedia", subject=99)
    assert [(plan.number, one.number) for plan, one in found] == [(8, 1), (7, 1), (7, 2)]
    assert nobody == []


@pytest.mark.parametrize("was", list(State))
@pytest.mark.parametrize("to", list(State))
def test_a_plan_takes_the_steps_that_there_are_and_no_other(
    engine: Engine, was: State, to: State
) -> None:
    with engine.begin() as connection:
        plans.insert(connection, a_plan(8, state=was), [])
        if to in PLAN_TRANSITIONS[was]:
            plans.set_state(connection, 8, was=was, to=to, closed_at=LATER)
        else:
            with pytest.raises(Refused, match="plan_step_not_allowed"):
                plans.set_state(connection, 8, was=was, to=to)
            to = was
    with reading(engine) as connection:
        assert plans.get(connection, controller="academedia", number=8).state is to


def test_a_plan_that_somebody_moved_meanwhile_is_not_moved(engine: Engine) -> None:
    with engine.begin() as connection:
        plans.set_state(connection, 7, was=State.DRAWN, to=State.VOID, closed_at=LATER)
    with engine.begin() as connection, pytest.raises(Changed, match="plan_changed_meanwhile"):
        plans.set_state(connection, 7, was=State.DRAWN, to=State.APPROVED)
    with reading(engine) as connection:
        plan = plans.get(connection, controller="academedia", number=7)
    assert (plan.state, plan.closed_at) == (State.VOID, LATER)


def test_items_are_moved_on_and_say_when(engine: Engine) -> None:
    with engine.begin() as connection:
        plans.mark(connection, 7, [1, 2, 2], was=ItemState.PLANNED, to=ItemState.INTENDED, at=AT)
        plans.mark(connection, 7, [1, 2], was=ItemState.INTENDED, to=ItemState.ACTED, at=AT)
        plans.mark(
            connection, 7, [2], was=ItemState.ACTED, to=ItemState.PROVEN, at=LATER, answer="gone"
        )
    with reading(engine) as connection:
        first, second, third, _ = plans.items(connection, 7)
    assert (first.state, first.acted_at, first.proven_at) == (ItemState.ACTED, AT, None)
    assert (second.state, second.acted_at, second.proven_at) == (ItemState.PROVEN, AT, LATER)
    assert (second.answer, first.answer, third.state) == ("gone", None, ItemState.PLANNED)


def test_one_item_that_is_elsewhere_stops_all(engine: Engine) -> None:
    with pytest.raises(Changed, match="plan_changed_meanwhile"), engine.begin() as connection:
        plans.mark(connection, 7, [1, 4], was=ItemState.PLANNED, to=ItemState.INTENDED)
    with reading(engine) as connection:
        assert plans.items(connection, 7, states=[ItemState.INTENDED]) == []


@pytest.mark.parametrize("was", list(ItemState))
@pytest.mark.parametrize("to", list(ItemState))
def test_an_item_takes_the_steps_that_there_are_and_no_other(
    engine: Engine, was: ItemState, to: ItemState
) -> None:
    wrong = Changed if to in ITEM_TRANSITIONS[was] else Refused
    with engine.begin() as connection, pytest.raises(wrong):
        # Item 99 is not there: an allowed step gets as far as finding that out.
        plans.mark(connection, 7, [99], was=was, to=to)


def test_more_items_than_a_statement_takes_are_moved_together(records_engine: Engine) -> None:
    many = [an_item(subject) for subject in range(1, 12_001)]
    with records_engine.begin() as connection:
        plans.insert(connection, a_plan(), iter(many))
        plans.mark(
            connection, 7, range(1, 12_001), was=ItemState.PLANNED, to=ItemState.INTENDED, at=AT
        )
    with reading(records_engine) as connection:
        assert plans.state_counts(connection, 7) == {("records", ItemState.INTENDED): 12_000}


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ([Erased(21, False, (), (9,), False, ())], {"novo"}),
        ([Erased(21, False, ("contact", "identity", "grades"), (), False, ())], {"records"}),
        ([Erased(21, False, ("contact",), (), False, ())], set()),
        ([Erased(21, False, (), (), True, ())], {"workbuster"}),
        (
            [
                Erased(21, False, ("contact",), (9,), False, ()),
                Erased(21, False, ("identity",), (), False, ()),
            ],
            {"novo", "records"},
        ),
        ([Erased(21, True, (), (), False, ())], {"novo", "records", "workbuster", "binder"}),
        ([Erased(22, True, (), (), False, ())], set()),
    ],
    ids=["elsewhere", "own", "a part of it", "cases", "bit by bit", "whole", "somebody else"],
)
def test_a_replay_calls_only_that_done_which_the_journal_says_went(
    records_engine: Engine, said: list[Erased], done: set[str]
) -> None:
    """Who lost a record elsewhere has their own papers still."""
    items = [
        an_item(21, system="novo")._replace(placement_id=9),
        an_item(21),
        an_item(21, system="workbuster"),
        an_item(21, system="binder"),
    ]
    with records_engine.begin() as connection:
        plans.insert(connection, a_plan(), items)
        found = restored.unfinished_items(connection, said, own="records", cases="workbuster")
    assert {system for _, _, _, system, _ in found} == done
