"""A cutoff finds exactly what stands on the plan, whatever the calendar does to its months."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.errors import Misconfigured
from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.policy.values import Boundary, Period, Term, Turn
from lifecycle.retention.limits import cutoff, due_rules, last_day, makes_due, planned_from
from tests.spec.rule_chapter import ERASURE


def rule(anchor: str | None = "left", **keep: Any) -> RetentionRule:
    return RetentionRule.model_validate(
        {
            "id": "a.rule",
            "covers": {"subject": "pupil", "categories": ["identity"], "systems": "all"},
            "from": anchor,
            "keep": keep,
            "then": "erase",
            "approval": "one",
            "source": {"law": "GDPR art. 5"},
        }
    )


def erasure(**choices: Any) -> Erasure:
    return Erasure.model_validate({**ERASURE, **choices})


written = st.one_of(
    st.builds("P{}M".format, st.integers(1, 400)),
    st.builds("P{}D".format, st.integers(1, 9000)),
    st.builds("P{}Y{}M{}D".format, st.integers(0, 40), st.integers(0, 13), st.integers(1, 40)),
)
limits = st.one_of(
    written,
    st.sampled_from(["end_of_year", "end_of_accounting_year", "on_the_event"]),
    st.builds("end_of_year+{}".format, written),
    st.builds("end_of_accounting_year+{}".format, written),
)
rules = st.builds(
    lambda most, least: rule(at_most=most, at_least=least),
    limits,
    st.none() | limits.filter(lambda limit: limit != "on_the_event"),
)
choices = st.builds(
    lambda lead, begins: erasure(lead=lead, accounting_year_begins=begins),
    st.one_of(written, st.just("PT20H")),
    st.sampled_from(["01-01", "03-01", "08-01", "12-31"]),
)
days = st.dates(date(1900, 1, 1), date(2150, 1, 1)) | st.dates()


@settings(deadline=None)
@given(rules, choices, days, days)
def test_the_cutoff_finds_what_is_planned_and_nothing_else(
    rule: RetentionRule, erasure: Erasure, as_of: date, anchor: date
) -> None:
    found = cutoff(rule, as_of=as_of, erasure=erasure)
    planned = planned_from(rule, anchor, erasure)
    assert planned is not None
    assert (found is not None and anchor <= found) == (planned <= as_of)


@settings(deadline=None)
@given(rules, choices, days)
def test_the_cutoff_lies_on_the_edge(rule: RetentionRule, erasure: Erasure, as_of: date) -> None:
    found = cutoff(rule, as_of=as_of, erasure=erasure)
    for anchor in (found, found + timedelta(1) if found and found < date.max else None):
        if found is not None and anchor is not None:
            planned = planned_from(rule, anchor, erasure)
            assert planned is not None
            assert (planned <= as_of) == (anchor == found)


@settings(deadline=None)
@given(rules, choices, days, days)
def test_a_later_event_is_never_planned_earlier(
    rule: RetentionRule, erasure: Erasure, one: date, other: date
) -> None:
    early, late = (planned_from(rule, day, erasure) for day in sorted((one, other)))
    assert early is not None
    assert late is not None
    assert early <= late


@pytest.mark.parametrize(
    ("as_of", "latest"),
    [
        # Left on 28, 29, 30 or 31 August: the last day is 28 February for all of them.
        ("2026-02-13", "2025-08-27"),
        ("2026-02-14", "2025-08-31"),
        ("2026-02-15", "2025-09-01"),
        # In a leap year the 28th has a day of its own.
        ("2028-02-14", "2027-08-28"),
        ("2028-02-15", "2027-08-31"),
    ],
)
def test_the_cutoff_at_a_month_s_end(as_of: str, latest: str) -> None:
    found = cutoff(rule(at_most="P6M"), as_of=date.fromisoformat(as_of), erasure=erasure())
    assert found == date.fromisoformat(latest)


@pytest.mark.parametrize(
    ("keep", "planned"),
    [
        ({"at_most": "end_of_year"}, "2025-12-17"),
        # What is needed through 31 December goes on 1 January.
        ({"at_most": "end_of_year", "at_least": "end_of_year"}, "2025-12-18"),
        ({"at_most": "P6M", "at_least": "P1M"}, "2025-09-01"),
        ({"at_most": "P1M", "at_least": "P6M"}, "2025-09-02"),
    ],
)
def test_it_stands_on_a_plan_from(keep: dict[str, str], planned: str) -> None:
    found = planned_from(rule(**keep), date(2025, 3, 15), erasure())
    assert found == date.fromisoformat(planned)


def test_the_cutoff_at_the_turn_of_the_year() -> None:
    def at(*day: int) -> date | None:
        return cutoff(rule(at_most="end_of_year"), as_of=date(*day), erasure=erasure(lead="P1D"))

    assert at(2025, 12, 29) == date(2024, 12, 31)
    assert at(2025, 12, 30) == at(2025, 12, 31) == at(2026, 1, 1) == date(2025, 12, 31)


@pytest.mark.parametrize(
    "never",
    [
        rule(at_most="undecided"),
        rule(at_least="P10Y"),
        rule(None, at_most="every_day"),
        rule(None, at_least="forever"),
        rule(None, at_most="P6M"),
        rule(at_most="P6M", at_least="forever"),
    ],
    ids=lambda rule: " ".join(str(span) for span in rule.keep.spans),
)
def test_some_rules_never_make_anything_due(never: RetentionRule) -> None:
    assert not makes_due(never)
    assert planned_from(never, date(2000, 1, 1), erasure()) is None
    assert cutoff(never, as_of=date.max, erasure=erasure()) is None


def test_what_nobody_knows_how_long_is_needed_is_found_and_shown() -> None:
    assert makes_due(rule(at_most="P6M", at_least="undecided"))
    found = cutoff(
        rule(at_most="P6M", at_least="undecided"), as_of=date(2026, 2, 14), erasure=erasure()
    )
    assert found == date(2025, 8, 31)


def test_before_the_calendar_began_nothing_is_due() -> None:
    assert cutoff(rule(at_most="P6M"), as_of=date(1, 1, 2), erasure=erasure()) is None


def test_an_accounting_year_that_nobody_told_is_not_made_up() -> None:
    turn = Turn(Boundary.END_OF_ACCOUNTING_YEAR, Period.parse("P5Y"), "end_of_accounting_year+P5Y")
    with pytest.raises(Misconfigured, match="accounting_year_missing"):
        last_day(turn, date(2020, 3, 1), accounting_year_begins=None)


@pytest.mark.parametrize("term", [Term.UNDECIDED, Term.FOREVER, Term.EVERY_DAY])
def test_a_term_without_a_figure_has_no_last_day(term: Term) -> None:
    assert last_day(term, date(2020, 3, 1), accounting_year_begins="01-01") is None


def test_dates_are_kept_ready_for_rules_about_people_only() -> None:
    of_person, of_file = rule("left", at_most="P6M"), rule("imported", at_most="on_the_event")
    daily, undecided = rule(None, at_most="every_day"), rule("left", at_most="undecided")
    anchors = {
        "left": Anchor(means="left the school", per="person"),
        "imported": Anchor(means="the file was imported", per="file"),
    }
    found = due_rules([of_person, of_file, daily, undecided], anchors=anchors)
    assert found == (of_person,)
