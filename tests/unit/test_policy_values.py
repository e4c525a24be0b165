"""Periods, times, names and sources of the policy language."""

from datetime import time, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from lifecycle.policy.running import OfficeHours, Staging
from lifecycle.policy.values import ExactPeriod, Period, Source, Span, Term, TimeOfDay


@pytest.mark.parametrize(
    ("written", "months", "days", "minutes"),
    [
        ("P6M", 6, 0, 0),
        ("P1Y6M", 18, 0, 0),
        ("P2W", 0, 14, 0),
        ("P14D", 0, 14, 0),
        ("PT20H", 0, 0, 1200),
        ("PT15M", 0, 0, 15),
        ("P1Y2M3W4DT5H6M", 14, 25, 306),
    ],
)
def test_a_period_keeps_calendar_months_apart(
    written: str, months: int, days: int, minutes: int
) -> None:
    period = Period.parse(written)
    assert (period.months, period.days, period.minutes) == (months, days, minutes)
    assert str(period) == written


@pytest.mark.parametrize(
    "written", ["P", "PT", "P6", "6M", "P6X", "p6m", "P0D", "P-6M", "P1.5Y", "P6M ", "P٦M", "P1DT"]
)
def test_what_is_no_period_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match=r"is (not an ISO 8601 period|no time at all); write e\.g"):
        Period.parse(written)


def test_a_period_of_months_has_no_exact_length() -> None:
    assert Period.parse("P30D").exact == timedelta(days=30)
    with pytest.raises(ValueError, match="has months"):
        _ = Period.parse("P1M").exact
    with pytest.raises(ValidationError, match="has months"):
        TypeAdapter(ExactPeriod).validate_python("P1M")


def test_a_span_is_a_period_or_one_of_four_words() -> None:
    span: TypeAdapter[Period | Term] = TypeAdapter(Span)
    assert span.validate_python("undecided") is Term.UNDECIDED
    assert span.validate_python("P6M") == Period.parse("P6M")
    with pytest.raises(ValidationError, match="undecided, forever, every_day, on_the_event"):
        span.validate_python("some time")


@pytest.mark.parametrize("written", ["18.00", "24:00", "8:00", "18:60", "18:00:00", "", 1080])
def test_a_time_of_day_has_hours_and_minutes(written: object) -> None:
    moment: TypeAdapter[time] = TypeAdapter(TimeOfDay)
    assert moment.validate_python("18:00") == time(18)
    with pytest.raises(ValidationError, match=r"write hours and minutes, e\.g\. 18:00"):
        moment.validate_python(written)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id": "A-71"},
        {"quote": "ord"},
        {"id": "A-71", "quote": "ord", "law": "GDPR art. 5"},
        {"id": "71", "quote": "ord"},
        {"id": "A-71", "quote": ""},
    ],
)
def test_a_source_is_a_quoted_sentence_or_a_law(given: dict[str, str]) -> None:
    assert Source.model_validate({"law": "GDPR art. 14"}).id is None
    with pytest.raises(ValidationError):
        Source.model_validate(given)


def staging(*, at: list[str], alarm: str = "PT20H", longest: str = "PT24H") -> Staging:
    return Staging.model_validate(
        {
            "place": "af-staging",
            "emptied": "every_day",
            "purge_at": at,
            "alarm_after": alarm,
            "longest": longest,
            "source": {"law": "GDPR art. 5(1)(e)"},
        }
    )


def test_the_longest_wait_counts_the_night_when_the_clocks_go_back() -> None:
    assert staging(at=["23:30", "18:00"]).longest_wait == timedelta(hours=19, minutes=30)


def test_the_longest_wait_counts_the_night_that_has_no_half_past_two() -> None:
    assert staging(at=["02:30", "08:00", "14:00"]).longest_wait == timedelta(hours=18)
    with pytest.raises(ValidationError, match="one more time of day"):
        staging(at=["02:30", "14:30"])


@pytest.mark.parametrize(
    ("at", "alarm", "longest", "word"),
    [
        (["18:00"], "PT20H", "PT24H", "one more time of day"),
        (["18:00", "23:30"], "PT19H", "PT24H", "one more time of day"),
        (["18:00", "23:30"], "PT24H", "PT24H", "alarm_after"),
        (["18:00", "23:30"], "PT25H", "PT24H", "alarm_after"),
    ],
)
def test_purges_that_let_a_file_lie_too_long_are_refused(
    at: list[str], alarm: str, longest: str, word: str
) -> None:
    with pytest.raises(ValidationError, match=word):
        staging(at=at, alarm=alarm, longest=longest)


@pytest.mark.parametrize(
    ("every", "cron"), [("PT15M", "*/15 7-17 * * 1,0"), ("PT1H", "0 7-17 * * 1,0")]
)
def test_office_hours_become_cron(every: str, cron: str) -> None:
    hours = {"every": every, "opens": "07:00", "closes": "18:00", "days": ["monday", "sunday"]}
    assert OfficeHours.model_validate(hours).cron == cron


@pytest.mark.parametrize(
    "wrong", [{"every": "PT25M"}, {"every": "PT2H"}, {"opens": "07:15"}, {"closes": "07:00"}]
)
def test_office_hours_that_cron_cannot_say_are_refused(wrong: dict[str, str]) -> None:
    hours = {"every": "PT15M", "opens": "07:00", "closes": "18:00", "days": ["monday"]}
    with pytest.raises(ValidationError):
        OfficeHours.model_validate(hours | wrong)
