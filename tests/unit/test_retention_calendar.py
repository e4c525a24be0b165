"""Calendar steps: month ends, leap days, accounting years, days with 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.policy.values import Period
from lifecycle.retention.calendar import (
    add_period,
    day_after,
    end_of_accounting_year,
    end_of_year,
    local_date,
    local_midnight,
    subtract_period,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")

periods = st.builds(
    lambda months, days: Period(months, days, 0, "P"), st.integers(0, 600), st.integers(0, 900)
)


@pytest.mark.parametrize(
    ("day", "period", "later"),
    [
        ("2025-08-31", "P6M", "2026-02-28"),
        ("2027-08-31", "P6M", "2028-02-29"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2025-01-31", "P1M", "2025-02-28"),
        ("2025-01-31", "P1M1D", "2025-03-01"),
        ("2025-12-31", "P1D", "2026-01-01"),
        ("2025-12-15", "P1M", "2026-01-15"),
        ("2025-06-01", "P2W", "2025-06-15"),
        ("2096-02-29", "P4Y", "2100-02-28"),
        ("2025-06-01", "PT1H", "2025-06-02"),
        ("2025-06-01", "PT24H", "2025-06-02"),
        ("2025-06-01", "P1DT1M", "2025-06-03"),
        ("9999-11-30", "P2M", "9999-12-31"),
        ("9999-12-30", "P9D", "9999-12-31"),
    ],
)
def test_a_period_later(day: str, period: str, later: str) -> None:
    assert add_period(date.fromisoformat(day), Period.parse(period)) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("day", "period", "earlier"),
    [
        ("2026-02-28", "P14D", "2026-02-14"),
        ("2026-03-31", "P1M", "2026-02-28"),
        ("2024-02-29", "P1Y", "2023-02-28"),
        ("2026-01-15", "P1M", "2025-12-15"),
        ("2026-01-01", "PT12H", "2025-12-31"),
        ("0001-01-20", "P1M", "0001-01-01"),
        ("0001-01-20", "P30D", "0001-01-01"),
    ],
)
def test_a_period_earlier(day: str, period: str, earlier: str) -> None:
    found = subtract_period(date.fromisoformat(day), Period.parse(period))
    assert found == date.fromisoformat(earlier)


@settings(deadline=None)
@given(st.dates(), st.dates(), periods)
def test_a_later_day_never_ends_earlier(one: date, other: date, period: Period) -> None:
    early, late = sorted((one, other))
    assert add_period(early, period) <= add_period(late, period)
    assert subtract_period(early, period) <= subtract_period(late, period)
    assert subtract_period(early, period) <= early <= add_period(early, period)


@pytest.mark.parametrize(
    ("day", "begins", "end"),
    [
        ("2025-07-31", "08-01", "2025-07-31"),
        ("2025-08-01", "08-01", "2026-07-31"),
        ("2025-12-31", "08-01", "2026-07-31"),
        ("2025-01-01", "01-01", "2025-12-31"),
        ("2025-12-31", "01-01", "2025-12-31"),
        ("2024-01-10", "03-01", "2024-02-29"),
        ("2025-01-10", "03-01", "2025-02-28"),
        ("2025-05-05", "05-06", "2025-05-05"),
        ("2025-05-06", "05-06", "2026-05-05"),
        ("9999-09-01", "08-01", "9999-12-31"),
    ],
)
def test_the_accounting_year_ends(day: str, begins: str, end: str) -> None:
    assert end_of_accounting_year(date.fromisoformat(day), begins=begins) == date.fromisoformat(end)


@settings(deadline=None)
@given(st.dates(), st.sampled_from(["01-01", "03-01", "07-15", "08-01", "12-31"]))
def test_an_accounting_year_is_a_year_and_the_day_lies_in_it(day: date, begins: str) -> None:
    end = end_of_accounting_year(day, begins=begins)
    assert day <= end
    assert (end - day).days < 366
    if end != date.max:
        assert day_after(end).strftime("%m-%d") == begins


def test_the_year_ends_on_31_december() -> None:
    assert end_of_year(date(2024, 1, 1)) == end_of_year(date(2024, 12, 31)) == date(2024, 12, 31)


def test_the_last_day_of_the_calendar_has_none_after_it() -> None:
    assert day_after(date(2024, 2, 28)) == date(2024, 2, 29)
    assert day_after(date.max) == date.max


@pytest.mark.parametrize(
    ("day", "instant", "hours"),
    [
        ("2026-01-15", "2026-01-14T23:00+00:00", 24),
        ("2026-07-15", "2026-07-14T22:00+00:00", 24),
        ("2026-03-29", "2026-03-28T23:00+00:00", 23),
        ("2026-03-30", "2026-03-29T22:00+00:00", 24),
        ("2026-10-25", "2026-10-24T22:00+00:00", 25),
        ("2026-10-26", "2026-10-25T23:00+00:00", 24),
    ],
)
@pytest.mark.parametrize("zone", [STOCKHOLM, COPENHAGEN], ids=str)
def test_a_local_day_begins(zone: ZoneInfo, day: str, instant: str, hours: int) -> None:
    begins = local_midnight(date.fromisoformat(day), zone)
    assert begins == datetime.fromisoformat(instant)
    assert begins.tzinfo is UTC
    ends = local_midnight(day_after(date.fromisoformat(day)), zone)
    assert ends - begins == timedelta(hours=hours)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2099, 12, 30)), st.sampled_from([STOCKHOLM, COPENHAGEN]))
def test_a_day_lasts_from_its_midnight_to_just_before_the_next(day: date, zone: ZoneInfo) -> None:
    begins, ends = local_midnight(day, zone), local_midnight(day_after(day), zone)
    moment = timedelta(microseconds=1)
    assert local_date(begins, zone) == local_date(ends - moment, zone) == day
    assert local_date(begins - moment, zone) == day - timedelta(days=1)


def test_an_instant_without_its_zone_has_no_local_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 1, 1), STOCKHOLM)  # noqa: DTZ001 -- that is the point
