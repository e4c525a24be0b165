"""Every processor is reviewed once a year by whoever the policy names; what is missing is ordered
from whoever answers (A-12…A-15, A-18, A-20…A-23, H-40)."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind, PlanState
from lifecycle.processor import Entry, Lack
from lifecycle.processor_entry import EntryKind
from records import plans
from records.engines import reading
from tasks.house.parts import House
from tasks.officers.approvals import approve
from tasks.processors.check import Checked, check
from tasks.processors.noting import add, note
from tasks.processors.register import Line, Said, lines
from tasks.processors.reviewing import ask, take, waiting
from tasks.work_orders import orders as work_orders
from tests.factories.houses import Builder, build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house", "surroundings"]

WHOLE = (
    ("agreement", "framework"),
    ("instruction", ""),
    ("country", "eea"),
)


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo")


@pytest.fixture
def chef(house: House, standing_clock: StandingClock, dpo: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "chef-nord", "chef", "company", by=dpo)


def entry(kind: str, outcome: str = "", on: str = "2026-01-01") -> Entry:
    return Entry(EntryKind(kind), date.fromisoformat(on), None, outcome)


def whole(house: House, who: Authenticator, name: str = "workbuster") -> None:
    for kind, outcome in WHOLE:
        note(house, name, entry(kind, outcome), officer=who.handle, code=who.fresh())


def line(house: House, name: str = "workbuster") -> Line:
    [found] = [one for one in lines(house) if one.label == name]
    return found


def decide(house: House, ref: str, who: Authenticator, decision: str = "approve") -> None:
    approve(house, ref, officer=who.handle, code=who.fresh(), decision=decision)


def state(house: House, ref: str) -> PlanState:
    with reading(house.engine) as connection:
        found = plans.find(connection, controller=house.controller, kind=PlanKind.REVIEW)
    return next(plan.state for plan in found if plan.ref == ref)


def test_without_an_agreement_there_is_nothing_to_review(house: House) -> None:
    assert ask(house) == []
    assert {Lack.REVIEW_MISSING} <= set(line(house).lacks)


def test_the_reviewer_says_yes_to_exactly_what_is_known(
    house: House, dpo: Authenticator, chef: Authenticator, standing_clock: StandingClock
) -> None:
    whole(house, dpo)
    [asked] = ask(house)
    assert asked.line.label == "workbuster"
    assert asked.line.lacks == (Lack.REVIEW_MISSING,)
    assert ask(house) == [asked]  # once, however often it is asked
    # Whoever may approve erasures may not approve this.
    with pytest.raises(Refused, match=r"^role_may_not_approve"):
        decide(house, asked.ref, chef)
    assert take(house) == (0, 0)
    decide(house, asked.ref, dpo)
    assert line(house).lacks == (Lack.REVIEW_MISSING,)  # an approval is carried out by a run
    assert take(house) == (1, 0)
    assert take(house) == (0, 0)
    assert line(house).lacks == ()
    assert line(house).reviewed_until == date(2027, 11, 2)
    assert state(house, asked.ref) is PlanState.PROVEN
    [said] = events(house, EventKind.PROCESSOR_REVIEWED)
    assert said["facts"] == {
        "processor": "workbuster",
        "outcome": "approved",
        "officer": dpo.ref,
        "on": "2026-11-02",
    }


def test_a_year_later_it_is_asked_again_ahead_of_time(
    house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    whole(house, dpo)
    [asked] = ask(house)
    decide(house, asked.ref, dpo)
    take(house)
    standing_clock.instant = standing_clock.instant.replace(year=2027, month=10, day=2)
    assert ask(house) == []
    standing_clock.instant = standing_clock.instant.replace(day=3)
    [again] = ask(house)
    assert again.ref != asked.ref
    assert again.line.lacks == ()
    standing_clock.instant = standing_clock.instant.replace(month=11, day=3)
    assert [one.ref for one in ask(house)] == [again.ref]
    assert line(house).lacks == (Lack.REVIEW_OVER,)


def test_what_is_noted_meanwhile_makes_it_another_review(house: House, dpo: Authenticator) -> None:
    whole(house, dpo)
    [asked] = ask(house)
    note(house, "workbuster", entry("audit", "flawed"), officer="dpo", code=dpo.fresh())
    with pytest.raises(Refused, match=r"^plan_changed"):
        decide(house, asked.ref, dpo)
    assert state(house, asked.ref) is PlanState.VOID
    [again] = ask(house)
    assert again.ref != asked.ref
    add(house, "sub_processor", Said("Hall AB"), parent="workbuster", officer="dpo",
        code=dpo.fresh())  # fmt: skip
    assert [one.ref for one in ask(house)] != [again.ref]
    assert state(house, again.ref) is PlanState.VOID


def test_a_no_is_noted_and_not_asked_about_again_until_something_was_brought(
    house: House, dpo: Authenticator
) -> None:
    whole(house, dpo)
    [asked] = ask(house)
    decide(house, asked.ref, dpo, "decline")
    assert take(house) == (0, 1)
    assert take(house) == (0, 0)
    assert line(house).lacks == (Lack.REVIEW_REFUSED,)
    assert ask(house) == []
    note(house, "workbuster", entry("audit", "sound"), officer="dpo", code=dpo.fresh())
    [again] = ask(house)
    decide(house, again.ref, dpo)
    take(house)
    assert line(house).lacks == ()


def test_the_decision_counts_from_the_day_on_which_it_was_taken(
    house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    """Decided at 23:40 UTC on the second: in Stockholm that is the third. Noted days later."""
    whole(house, dpo)
    [asked] = ask(house)
    standing_clock.instant = standing_clock.instant.replace(hour=23, minute=40)
    decide(house, asked.ref, dpo)
    standing_clock.pass_time(days=4)
    take(house)
    assert line(house).reviewed_until == date(2027, 11, 3)


def test_a_run_that_stops_anywhere_notes_each_decision_once(
    house: House, dpo: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(house, dpo)
    [asked] = ask(house)
    decide(house, asked.ref, dpo)
    real = plans.set_state

    def stops(*given: object, **named: object) -> None:
        if named["to"] is PlanState.PROVEN:
            raise KeyboardInterrupt
        real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(plans, "set_state", stops)
    with pytest.raises(KeyboardInterrupt):
        take(house)
    assert line(house).lacks == (Lack.REVIEW_MISSING,)
    assert events(house, EventKind.PROCESSOR_REVIEWED) == []
    monkeypatch.undo()
    assert take(house) == (1, 0)
    assert len(events(house, EventKind.PROCESSOR_REVIEWED)) == 1


def test_what_is_missing_is_ordered_once_from_whoever_answers_and_withdrawn_when_there(
    house: House, dpo: Authenticator, chef: Authenticator
) -> None:
    first = check(house).checked
    assert first == Checked(
        processors=5, lacking=5, stopped=0, approved=0, refused=0, asked=0, services=0,
        services_wrong=0, orders_opened=5, orders_withdrawn=0,
    )  # fmt: skip
    assert check(house).checked.orders_opened == 0
    orders = {order.system: order for order in work_orders.lines(house)}
    assert orders["workbuster"].role == "company"
    assert orders["cloud"].role == "group"
    shown = orders["workbuster"]
    assert (shown.what, shown.plan, shown.due_on, shown.items) == ("papers", "", "2026-12-02", 4)
    assert "agreement missing" in shown.how
    whole(house, dpo)
    done = check(house).checked
    assert (done.orders_withdrawn, done.asked, done.lacking) == (1, 1, 5)
    assert "workbuster" not in {order.system for order in work_orders.lines(house)}
    assert [one.line.label for one in waiting(house)] == ["workbuster"]


def test_an_order_that_somebody_finished_while_it_is_missing_is_opened_anew(
    house: House, dpo: Authenticator, chef: Authenticator
) -> None:
    check(house)
    [order] = [one for one in work_orders.lines(house) if one.system == "workbuster"]
    ended = work_orders.finish(
        house, order.ref, officer=chef.handle, code=chef.fresh(), evidence="agreed"
    )
    assert ended == "confirmed"
    assert check(house).checked.orders_opened == 1


def test_an_app_is_judged_by_the_officer_and_taken_out_of_use_by_the_manager(
    house: House, dpo: Authenticator, chef: Authenticator
) -> None:
    ref = add(house, "app", Said("Glosor"), officer="chef-nord", code=chef.fresh())
    seen = check(house)
    assert (seen.checked.services, seen.checked.services_wrong) == (1, 1)
    orders = {order.system: order for order in work_orders.lines(house)}
    assert (orders[ref].what, orders[ref].role) == ("judgement", "dpo")
    assert orders[ref].due_on == "2026-11-16"
    refused = entry("verdict", "refused", "2026-11-02")
    note(house, ref, refused, officer="dpo", code=dpo.fresh())
    check(house)
    [order] = [one for one in work_orders.lines(house) if one.system == ref]
    assert (order.what, order.role) == ("use", "chef")
    ended = entry("use", "ended", "2026-11-02")
    note(house, ref, ended, officer="dpo", code=dpo.fresh())
    check(house)
    assert ref not in {one.system for one in work_orders.lines(house)}


def test_the_night_leaves_its_mark(build: Builder) -> None:
    house = build()
    check(house)
    [said] = events(house, EventKind.PROCESSORS_CHECKED)
    assert said["found"] == 5
    assert said["numbers"]["orders_opened"] == 5  # type: ignore[index]
    assert "called" not in str(said)
