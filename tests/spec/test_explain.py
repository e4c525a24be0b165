"""One screen says why something is kept, until when and by which sentence; and what became of
who is gone."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import select

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.references import HOLD, SUBJECT, new_id, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.tables import due, engagement, holding, placement, subject
from tasks.erasing.explaining import Explanation, Kept, explain
from tasks.erasing.planning import draw
from tasks.house.parts import House
from tests.factories.houses import PEOPLE, build, dialect, house, surroundings
from tests.factories.planning import (
    bring,
    case,
    everything,
    hold,
    in_novo,
    novo_record,
    person,
    reference,
)
from tests.factories.retention import rule, small_policy

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
TODAY = date(2026, 11, 2)
LEFT = "2026-05-10"


def kept_in(told: Explanation, system: str, verdict: Verdict | None = None) -> Kept:
    (found,) = [
        one
        for one in told.kept
        if one.line.system == system and verdict in {None, one.line.verdict}
    ]
    return found


def test_it_says_until_when_and_by_which_sentence(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2027-04-01"))
    told = explain(house, reference(house, OMAR))
    one = kept_in(told, "gallra")
    assert told.known
    assert (one.line.verdict, one.line.last_day) == (Verdict.STAYS, "2027-10-01")
    assert (one.event, one.event_on) == ("left", "2027-04-01")
    assert "2027-10-01" in one.why
    assert "2027-09-17" in one.why, "from when it stands on a plan"
    assert one.line.sentence is not None
    assert one.line.sentence.id == "A-71"
    rule = house.policy.rule(one.line.rule)
    assert one.line.sentence.words == rule.source.quote
    assert str(rule.source.quote) in str(one.line.sentence)
    assert one.do is None


def test_what_is_due_is_said_with_the_plan_that_it_stands_on(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=PlanKind.RETENTION, as_of=TODAY)
    assert plan is not None
    told = explain(house, reference(house, OMAR))
    one = kept_in(told, "workbuster", Verdict.GO)
    assert "anonymise" in one.why
    assert "2026-11-10" in one.why
    assert "project" in one.why, "what stays"
    assert one.do is not None
    assert told.plans == ((plan.ref, "drawn"),)


def test_a_hold_is_named_with_its_review(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    number = hold(house, person(house, OMAR), "contact")
    told = explain(house, reference(house, OMAR))
    ref = to_reference(HOLD, number)
    one = kept_in(told, "gallra", Verdict.HELD)
    assert one.line.categories == ("contact",)
    assert one.holds == (ref,)
    assert ref in one.why
    assert "2026-11-10" in one.why, "when it would have to go"
    assert [(h.ref, h.categories, h.review_on) for h in told.holds] == [
        (ref, ("contact",), "2027-01-01")
    ]
    assert kept_in(told, "gallra", Verdict.GO).holds == ()


def test_what_is_refused_says_what_a_person_must_do(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=""))
    one = kept_in(explain(house, reference(house, OMAR)), "gallra")
    assert (one.line.verdict, one.line.reason) == (Verdict.REFUSED, "anchor_missing")
    assert (one.event, one.event_on) == ("left", None)
    assert one.do is not None
    assert "date" in one.do


def test_activity_is_said_with_place_and_day(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    record = novo_record(OMAR)
    record.active_on = date(2026, 10, 15)
    in_novo(house, record)
    one = kept_in(explain(house, reference(house, OMAR)), "gallra")
    assert one.line.reason == "active_since"
    assert "novo on 2026-10-15" in one.why


def test_what_nobody_has_decided_asks_the_open_question(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    ref = reference(house, OMAR)
    question = next(one for one in house.policy.decisions if one.id == "workbuster-inactivity")
    undecided = rule(
        "participant.some-time",
        "participant",
        "left",
        at_most="undecided",
        decision="workbuster-inactivity",
    )
    policy = small_policy(rules=[undecided], sha256="4" * 64)
    told = explain(dataclasses.replace(house, policy=policy), ref)
    one = kept_in(told, "gallra", Verdict.UNDECIDED)
    assert one.do is not None
    assert question.question in one.do


def test_somebody_whom_only_novo_knows_is_explained_too(house: House) -> None:
    in_novo(house, novo_record(LINA, kind="pupil"))
    with reading(house.engine) as connection:
        number = connection.execute(select(subject.c.id)).scalar_one()
    told = explain(house, to_reference(SUBJECT, number))
    assert {(one.kind, one.line.rule) for one in told.kept} == {("pupil", "pupil.six-months")}
    assert {one.line.reason for one in told.kept} == {"anchor_missing"}


def test_nothing_in_it_says_who_it_is(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    in_novo(house, novo_record(OMAR))
    text = repr(explain(house, reference(house, OMAR)))
    for value in (*OMAR, "omar@example.se", "0701740605", "Provgatan"):
        assert value not in text


def test_it_writes_nothing(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    ref = reference(house, OMAR)
    before = everything(house)
    explain(house, ref)
    assert everything(house) == before


def test_who_is_gone_is_not_known_but_the_plan_says_since_when(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    number, ref = person(house, OMAR), reference(house, OMAR)
    plan = draw(house, kind=PlanKind.RETENTION, as_of=TODAY)
    assert plan is not None
    with house.work() as work:
        connection = work.connection
        numbers = [one.number for one in plans.items(connection, plan.number)]
        for was, to in (
            (ItemState.PLANNED, ItemState.INTENDED),
            (ItemState.INTENDED, ItemState.ACTED),
            (ItemState.ACTED, ItemState.PROVEN),
        ):
            plans.mark(connection, plan.number, numbers, was=was, to=to, at=house.at())
        for state, to_ in (
            (PlanState.DRAWN, PlanState.APPROVED),
            (PlanState.APPROVED, PlanState.EXECUTING),
            (PlanState.EXECUTING, PlanState.PROVEN),
        ):
            plans.set_state(connection, plan.number, was=state, to=to_)
        for table in (engagement, holding, placement, due):
            connection.execute(table.delete().where(table.c.subject_id == number))
        connection.execute(subject.delete().where(subject.c.id == number))
        work.record(EventKind.PLAN_PROVEN, ref=plan.ref)
        work.commit()
    told = explain(house, ref)
    assert not told.known
    assert told.kept == ()
    assert {(gone.plan, gone.on) for gone in told.erased} == {(plan.ref, "2026-11-02")}
    assert {"gallra", "workbuster"} <= {gone.system for gone in told.erased}


def test_somebody_unknown_is_not_told_from_somebody_erased_long_ago(house: House) -> None:
    told = explain(house, to_reference(SUBJECT, new_id()))
    assert (told.known, told.kept, told.erased, told.plans) == (False, (), (), ())


def test_what_is_no_reference_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="reference_malformed"):
        explain(house, "198507099805")
