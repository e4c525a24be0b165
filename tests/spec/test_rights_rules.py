"""A request is answered within a month, whoever doubts who asks; every step of it is known
(GDPR art. 12; A-35, T-61, H-61)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.errors import Refused
from lifecycle.policy.values import Period
from lifecycle.rights import (
    ARTICLE,
    CLOSED,
    OPEN,
    OWN_WORD,
    STEPS,
    Because,
    Right,
    State,
    Step,
    after,
    objection,
    reasons_for,
)
from lifecycle.rights_clock import Clock

STOCKHOLM = ZoneInfo("Europe/Stockholm")
BEFORE = (Period.parse("P14D"), Period.parse("P7D"), Period.parse("P2D"))

DUE = [
    (date(2026, 11, 2), 0, date(2026, 12, 2)),
    (date(2026, 1, 31), 0, date(2026, 2, 28)),
    (date(2028, 1, 31), 0, date(2028, 2, 29)),
    (date(2028, 1, 30), 0, date(2028, 2, 29)),
    (date(2028, 2, 29), 0, date(2028, 3, 29)),
    (date(2026, 12, 31), 0, date(2027, 1, 31)),
    (date(2026, 1, 31), 1, date(2026, 3, 31)),
    (date(2026, 1, 31), 2, date(2026, 4, 30)),
    (date(2027, 11, 30), 2, date(2028, 2, 29)),
]


@pytest.mark.parametrize(("received", "more", "due"), DUE)
def test_the_last_day_is_the_same_date_or_that_months_last(
    received: date, more: int, due: date
) -> None:
    clock = Clock(received_on=received, more=more)
    assert clock.due_on == due
    assert clock.days_left(due) == 0
    assert not clock.is_late(due)
    assert clock.is_late(due + timedelta(days=1))
    assert clock.days_left(due + timedelta(days=1)) == -1


def test_the_last_day_ends_at_local_midnight_on_days_of_23_and_25_hours_too() -> None:
    spring = Clock(received_on=date(2027, 2, 28))
    assert spring.due_on == date(2027, 3, 28)
    assert spring.ends_at(STOCKHOLM) == datetime(2027, 3, 28, 22, tzinfo=UTC)
    autumn = Clock(received_on=date(2026, 9, 25))
    assert autumn.ends_at(STOCKHOLM) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    plain = Clock(received_on=date(2026, 11, 2))
    assert plain.ends_at(STOCKHOLM) == datetime(2026, 12, 2, 23, tzinfo=UTC)


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(0, 2))
def test_nobody_waits_longer_than_that_many_calendar_months(received: date, more: int) -> None:
    due = Clock(received_on=received, more=more).due_on
    months = (due.year - received.year) * 12 + due.month - received.month
    assert months == 1 + more
    assert due.day == received.day or (due + timedelta(days=1)).day == 1


def test_it_is_extended_once_by_two_months_at_most_and_only_within_the_first() -> None:
    clock = Clock(received_on=date(2026, 1, 31))
    for months in (0, 3, -1):
        assert clock.against_extending(months, today=date(2026, 2, 1)) == "extension_too_long"
    assert clock.against_extending(2, today=date(2026, 2, 28)) is None
    assert clock.against_extending(1, today=date(2026, 3, 1)) == "extension_too_late"
    longer = Clock(received_on=date(2026, 1, 31), more=1)
    assert longer.against_extending(1, today=date(2026, 2, 1)) == "extended_already"
    assert longer.first_due_on == date(2026, 2, 28)
    with pytest.raises(ValueError, match="one month or two"):
        Clock(received_on=date(2026, 1, 31), more=3)


def test_reminders_come_once_each_and_every_day_when_it_is_late() -> None:
    clock = Clock(received_on=date(2026, 11, 2))
    days = {
        date(2026, 11, 17): None,
        date(2026, 11, 18): date(2026, 11, 18),
        date(2026, 11, 24): date(2026, 11, 18),
        date(2026, 11, 25): date(2026, 11, 25),
        date(2026, 12, 2): date(2026, 11, 30),
        date(2026, 12, 3): date(2026, 12, 3),
        date(2027, 1, 9): date(2027, 1, 9),
    }
    assert {day: clock.reminder(BEFORE, today=day) for day in days} == days


WHOLE = list(product(Right, State, Step))


@pytest.mark.parametrize("right", Right)
def test_every_step_in_every_state_is_allowed_or_refused_by_a_code(right: Right) -> None:
    for state, step in product(State, Step):
        against = objection(right, state, step)
        if against is None:
            assert after(right, state, step) in State
        else:
            with pytest.raises(Refused, match=f"^{against}$"):
                after(right, state, step)


def test_nothing_is_given_out_before_somebody_has_shown_who_they_are() -> None:
    for right, step in product(Right, (Step.CARRY_OUT, Step.ANSWER)):
        expected = None if right in OWN_WORD else "identity_not_seen"
        assert objection(right, State.RECEIVED, step) == expected
        assert objection(right, State.DOUBTED, step) == "identity_doubted"
        assert objection(right, State.IDENTIFIED, step) is None


def test_who_is_doubted_can_still_be_answered_in_time_with_no() -> None:
    for right, state in product(Right, OPEN):
        assert after(right, state, Step.REFUSE) is State.REFUSED
        assert after(right, state, Step.TAKE_BACK) is State.TAKEN_BACK


def test_what_is_closed_is_only_noted_on_or_opened_again() -> None:
    for right, state, step in WHOLE:
        if state in CLOSED:
            allowed = objection(right, state, step) is None
            assert allowed == (step in {Step.NOTE, Step.REOPEN})
    assert set(STEPS) == set(State)


def test_every_right_has_its_article_and_its_reasons() -> None:
    assert set(ARTICLE) == set(Right)
    for right in Right:
        assert Because.IDENTITY_NOT_SHOWN in reasons_for(right)
    assert Because.MUST_BE_KEPT in reasons_for(Right.ERASURE)
    assert Because.MUST_BE_KEPT not in reasons_for(Right.ACCESS)
    assert Because.COMPELLING_GROUNDS in reasons_for(Right.OBJECTION)
    assert set().union(*map(reasons_for, Right)) == set(Because)
