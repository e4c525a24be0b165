"""Who is told why today: over the turn of the year, leap days and changed texts (A-37, T-09)."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.informing import CHANGE, FIRST, Given, last_day, why_now
from lifecycle.policy.values import Period

NOW, OLD = "b" * 64, "a" * 64
SEPTEMBER = "09-01"


def given(*days: str, version: str = NOW) -> list[Given]:
    return [Given(version, date.fromisoformat(day)) for day in days]


CASES = [
    ([], "2026-11-22", SEPTEMBER, FIRST),
    ([], "2026-11-22", None, FIRST),
    (given("2026-11-01"), "2026-11-22", SEPTEMBER, None),
    (given("2026-11-01"), "2027-08-31", SEPTEMBER, None),
    (given("2026-11-01"), "2027-09-01", SEPTEMBER, "2027"),
    (given("2026-11-01"), "2028-01-05", SEPTEMBER, "2027"),
    (given("2026-11-01", "2027-09-01"), "2028-08-31", SEPTEMBER, None),
    (given("2026-11-01", "2027-09-14"), "2028-09-01", SEPTEMBER, "2028"),
    (given("2026-08-31"), "2026-09-01", SEPTEMBER, "2026"),
    (given("2026-09-01"), "2026-09-01", SEPTEMBER, None),
    (given("2020-01-01"), "2026-11-22", None, None),
    (given("2026-12-31"), "2027-01-01", "01-01", "2027"),
    (given("2027-12-31"), "2028-02-29", "02-28", "2028"),
    (given("2028-02-28"), "2028-02-29", "02-28", None),
    (given("2026-11-01", version=OLD), "2026-11-22", SEPTEMBER, CHANGE),
    (given("2026-11-01") + given("2026-11-05", version=OLD), "2026-11-22", None, CHANGE),
    (given("2026-11-01", version=OLD) + given("2026-11-05"), "2026-11-22", None, None),
]


@pytest.mark.parametrize(("told", "today", "yearly", "why"), CASES)
def test_why_now(told: list[Given], today: str, yearly: str | None, why: str | None) -> None:
    day = date.fromisoformat(today)
    assert why_now(told, version=NOW, today=day, yearly_on=yearly) == why
    assert why_now(reversed(told), version=NOW, today=day, yearly_on=yearly) == why


def test_a_month_is_a_calendar_month() -> None:
    assert last_day(date(2027, 1, 31), Period.parse("P1M")) == date(2027, 2, 28)
    assert last_day(date(2028, 1, 31), Period.parse("P1M")) == date(2028, 2, 29)
    assert last_day(date(2027, 1, 31), None) is None
