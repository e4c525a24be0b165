"""Consents are asked for, reminded of and over on the controller's own day: at the year's end, on
the leap day, when clocks are put forward or back, and after a standstill (A-51, A-57, A-99)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from lifecycle.consent import Answer
from lifecycle.references import SUBJECT, from_reference
from records.engines import reading
from records.tables import anchor
from tasks.consents import orders as consent_orders
from tasks.consents.registering import give, lines_of
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house"]

IMAGE, FORM = "image.participant", "participant.first-meeting"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    return Desk(build, standing_clock)


def at(desk: Desk, instant: str) -> None:
    """The clock goes on to that moment, in UTC."""
    desk.clock.instant = datetime.fromisoformat(f"{instant}+00:00")


def answered(desk: Desk, on: date) -> None:
    first, _ = desk.enrolled()
    for question in (IMAGE, FORM):
        give(
            desk.house(), desk.ref(TUVA), question, answer=Answer.YES, on=on, giver="participant",
            officer=first.handle, code=first.fresh(),
        )  # fmt: skip


def state(desk: Desk) -> str:
    [line] = [one for one in lines_of(desk.house(), desk.ref(TUVA)) if one.question == IMAGE]
    return line.state


def over_since(desk: Desk) -> list[str | None]:
    """From which day on the rules about ended consents count."""
    number = from_reference(SUBJECT, desk.ref(TUVA))
    with reading(desk.house().engine) as connection:
        return list(
            connection.execute(
                select(anchor.c.on_date).where(
                    anchor.c.subject_id == number,
                    anchor.c.event == "consent_ended",
                    anchor.c.placement_id == 0,
                    anchor.c.on_date.is_not(None),
                )
            ).scalars()
        )


def asked(desk: Desk) -> list[work_orders.Line]:
    return [one for one in work_orders.lines(desk.house()) if one.what == "consents"]


STARTS = [
    pytest.param("2027-01-01", "2026-12-31T22:55", "2026-12-31T23:05", id="year's end"),
    pytest.param("2028-02-29", "2028-02-28T22:55", "2028-02-28T23:05", id="leap day"),
    pytest.param("2028-03-01", "2028-02-29T22:55", "2028-02-29T23:05", id="after the leap day"),
    pytest.param("2027-03-28", "2027-03-27T22:55", "2027-03-27T23:05", id="clocks forward"),
    pytest.param("2027-03-29", "2027-03-28T21:55", "2027-03-28T22:05", id="the day after"),
    pytest.param("2027-10-31", "2027-10-30T21:55", "2027-10-30T22:05", id="clocks back"),
    pytest.param("2027-11-01", "2027-10-31T22:55", "2027-10-31T23:05", id="the day after that"),
]
"""A new start; five minutes before, and after, that day begins in Stockholm."""


@pytest.mark.parametrize(("start", "before", "after"), STARTS)
def test_a_new_start_asks_anew_from_the_first_minute_of_its_local_day(
    desk: Desk, start: str, before: str, after: str
) -> None:
    desk.bring(planning.case("1000000001", TUVA))
    answered(desk, date(2026, 10, 1))
    at(desk, before)
    desk.bring(planning.case("1000000002", TUVA, start=start, end="2029-01-01"))
    assert state(desk) == "valid"
    assert consent_orders.keep(desk.house()).people == 0
    assert over_since(desk) == []
    at(desk, after)
    assert state(desk) == "consent_not_renewed"
    assert consent_orders.keep(desk.house()).people == 1
    assert over_since(desk) == [start]


DEADLINES = [
    pytest.param("2026-12-20T03:55", "2027-01-03", id="over the year's end"),
    pytest.param("2028-02-15T03:55", "2028-02-29", id="to the leap day"),
    pytest.param("2028-02-29T03:55", "2028-03-14", id="from the leap day"),
    pytest.param("2027-03-26T03:55", "2027-04-09", id="over the short night"),
    pytest.param("2027-10-29T02:55", "2027-11-12", id="over the long night"),
]
"""When the night's run asks (4:55 in Stockholm), and the last day of the answer."""


@pytest.mark.parametrize(("opened", "due"), DEADLINES)
def test_the_deadline_is_a_day_of_the_calendar(desk: Desk, opened: str, due: str) -> None:
    desk.bring(planning.case("1000000001", TUVA))
    at(desk, opened)
    assert consent_orders.keep(desk.house()).opened == 1
    assert [one.due_on for one in asked(desk)] == [due]


NIGHTS = [
    pytest.param("2027-03-26T03:55", "2027-04-01T02:55", "2027-04-02T02:55", id="forward"),
    pytest.param("2027-10-29T02:55", "2027-11-04T03:55", "2027-11-05T03:55", id="back"),
    pytest.param("2028-02-26T03:55", "2028-03-03T03:55", "2028-03-04T03:55", id="leap day"),
    pytest.param("2026-12-28T03:55", "2027-01-03T03:55", "2027-01-04T03:55", id="year's end"),
]
"""The night's run that asks; those six and seven nights later, at the same hour by the clock."""


@pytest.mark.parametrize(("opened", "sixth", "seventh"), NIGHTS)
def test_the_reminder_comes_with_the_seventh_nights_run(
    desk: Desk, opened: str, sixth: str, seventh: str
) -> None:
    """Not with the eighth, because the night when clocks are put forward is an hour short."""
    desk.bring(planning.case("1000000001", TUVA))
    at(desk, opened)
    consent_orders.keep(desk.house())
    at(desk, sixth)
    assert work_orders.remind(desk.house()) == 0
    at(desk, seventh)
    assert work_orders.remind(desk.house()) == 1


def test_after_a_standstill_one_order_one_reminder_and_the_day_on_which_it_was_over(
    desk: Desk,
) -> None:
    """Nothing ran from before the new start until seven weeks after it."""
    desk.bring(planning.case("1000000001", TUVA))
    answered(desk, date(2026, 10, 1))
    desk.bring(planning.case("1000000002", TUVA, start="2027-01-01"))
    consent_orders.keep(desk.house())
    at(desk, "2027-02-20T03:55")
    for _ in range(2):
        consent_orders.keep(desk.house())
        assert over_since(desk) == ["2027-01-01"], "not the day of the run"
    [order] = asked(desk)
    assert order.due_on == "2027-03-06", "whoever asks has the whole time"
    at(desk, "2027-04-20T02:55")
    assert [work_orders.remind(desk.house()) for _ in range(2)] == [1, 0], "one for all it missed"
    assert consent_orders.keep(desk.house()).opened == 0
    [late] = asked(desk)
    assert (late.ref, late.due_on, late.overdue) == (order.ref, "2027-03-06", True)
