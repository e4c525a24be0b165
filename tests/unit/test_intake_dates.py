"""Dates in every spelling that offices use, and those that can be read in two ways."""

from __future__ import annotations

import math
from datetime import date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecycle.intake.dates import parse_date
from lifecycle.intake.outcomes import RowReason
from lifecycle.intake.text import Cell

SECOND_OF_NOVEMBER = date(2026, 11, 2)


@pytest.mark.parametrize(
    "cell",
    [
        SECOND_OF_NOVEMBER,
        datetime(2026, 11, 2, 13, 45),  # noqa: DTZ001
        46328,
        46328.0,
        46328.75,
        "46328",
        20261102,
        20261102.0,
        "20261102",
        "20261102.0",
        "2026-11-02",
        " 2026-11-02 ",
        "'2026-11-02",
        "2026–11–02",
        "2026-11-2",
        "2026/11/02",
        "2026.11.02",
        "2026-11-02T00:00:00",
        "2026-11-02 00:00",
        "2026-11-02 23:59:59.999",
        "2026-11-02T00:00:00Z",
        "2026-11-02T00:00:00+01:00",
        "2/11 2026",
        "02/11 2026",
        "2/11-2026",
        "2.11.2026",
        "02.11.2026",
        "2. 11. 2026",
        "2 november 2026",
        "2 NOVEMBER 2026",
        "2 nov 2026",
        "2 nov. 2026",
        "2. november 2026",
        "den 2 november 2026",
        "2:a november 2026",
        "02-nov-2026",
        "2\u00a0november\u00a02026",
    ],
)
def test_one_day_in_every_spelling(cell: Cell) -> None:
    assert parse_date(cell) == SECOND_OF_NOVEMBER


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "-", "–", "'"])
def test_no_day_at_all(cell: Cell) -> None:
    assert parse_date(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("26-11-02", RowReason.DATE_TWO_DIGIT_YEAR),
        ("02-11-26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2/11 26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2/11-26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2/11/26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2.11.26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2 nov 26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("2 nov '26", RowReason.DATE_TWO_DIGIT_YEAR),
        ("261102", RowReason.DATE_TWO_DIGIT_YEAR),
        (261102, RowReason.DATE_TWO_DIGIT_YEAR),
        ("02/11/2026", RowReason.DATE_AMBIGUOUS_DAY_MONTH),
        ("2/11/2026", RowReason.DATE_AMBIGUOUS_DAY_MONTH),
        ("11-02-2026", RowReason.DATE_AMBIGUOUS_DAY_MONTH),
        ("2026-02-30", RowReason.DATE_NO_SUCH_DAY),
        ("2026-13-01", RowReason.DATE_NO_SUCH_DAY),
        ("2025-02-29", RowReason.DATE_NO_SUCH_DAY),
        ("0000-00-00", RowReason.DATE_NO_SUCH_DAY),
        ("20261131", RowReason.DATE_NO_SUCH_DAY),
        (20260231, RowReason.DATE_NO_SUCH_DAY),
        ("13/13/2026", RowReason.DATE_NO_SUCH_DAY),
        ("31.4.2026", RowReason.DATE_NO_SUCH_DAY),
        ("0 maj 2026", RowReason.DATE_NO_SUCH_DAY),
        ("snarast", RowReason.DATE_NOT_A_DATE),
        ("2026", RowReason.DATE_NOT_A_DATE),
        (2026, RowReason.DATE_NOT_A_DATE),
        ("2026-11", RowReason.DATE_NOT_A_DATE),
        ("november 2026", RowReason.DATE_NOT_A_DATE),
        ("2 brumaire 2026", RowReason.DATE_NOT_A_DATE),
        ("2026-11-02 - 2026-12-02", RowReason.DATE_NOT_A_DATE),
        ("2026-11-01T23:00:00Z", RowReason.DATE_NOT_A_DATE),
        ("٢٠٢٦-١١-٠٢", RowReason.DATE_NOT_A_DATE),
        (True, RowReason.DATE_NOT_A_DATE),
        (time(12, 0), RowReason.DATE_NOT_A_DATE),
        (math.nan, RowReason.DATE_NOT_A_DATE),
        (math.inf, RowReason.DATE_NOT_A_DATE),
        (-1, RowReason.DATE_NOT_A_DATE),
    ],
)
def test_what_is_no_day_says_why(cell: Cell, reason: RowReason) -> None:
    assert parse_date(cell) is reason


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("13/11/2026", date(2026, 11, 13)),
        ("11/13/2026", date(2026, 11, 13)),
        ("31-12-2026", date(2026, 12, 31)),
        ("11/11/2026", date(2026, 11, 11)),
    ],
)
def test_day_and_month_that_can_be_told_apart(cell: str, day: date) -> None:
    assert parse_date(cell) == day


def test_serial_numbers_count_from_the_epoch_of_the_workbook() -> None:
    assert parse_date(46328 - 1462, date1904=True) == SECOND_OF_NOVEMBER
    assert parse_date("44866", date1904=True) == SECOND_OF_NOVEMBER


def test_every_swedish_month_has_its_number() -> None:
    spellings = (
        ("januari", "jan"),
        ("februari", "feb"),
        ("mars", "mar"),
        ("april", "apr"),
        ("maj",),
        ("juni", "jun"),
        ("juli", "jul"),
        ("augusti", "aug"),
        ("september", "sep", "sept"),
        ("oktober", "okt"),
        ("november", "nov"),
        ("december", "dec"),
    )
    for month, names in enumerate(spellings, start=1):
        for name in names:
            assert parse_date(f"3 {name} 2026") == date(2026, month, 3)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_every_day_comes_back_from_each_unambiguous_spelling(day: date) -> None:
    for form in ("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.day}/{0.month} {0.year}", "{0:%d.%m.%Y}"):
        assert parse_date(form.format(day)) == day
    assert parse_date((day - date(1899, 12, 30)).days) == day


@given(
    st.one_of(
        st.text(max_size=25),
        st.text(st.sampled_from("0123456789-/. :TZnovmaj+"), max_size=22),
        st.integers(),
        st.floats(),
    )
)
@example(10**5000)
@example("9" * 5000)
def test_nothing_raises(cell: Cell) -> None:
    assert isinstance(parse_date(cell), date | RowReason | None)
