"""Until which day something may be there, and from which day it stands on a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from lifecycle.errors import Misconfigured
from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.policy.values import Boundary, Period, Term, Turn
from lifecycle.retention.calendar import (
    add_period,
    day_after,
    end_of_accounting_year,
    end_of_year,
    subtract_period,
)


def last_day(
    span: Period | Turn | Term, anchor: date, *, accounting_year_begins: str | None
) -> date | None:
    """The last local day of `span`, counted from `anchor`; it never falls as the anchor rises.

    None where no figure can be counted: undecided, forever, every day. Raises
    `Misconfigured("accounting_year_missing")` where an accounting year is counted from and the
    policy does not say when it begins.
    """
    if isinstance(span, Period):
        return add_period(anchor, span)
    if isinstance(span, Turn):
        if span.boundary is Boundary.END_OF_YEAR:
            end = end_of_year(anchor)
        elif accounting_year_begins is None:
            raise Misconfigured("accounting_year_missing")
        else:
            end = end_of_accounting_year(anchor, begins=accounting_year_begins)
        return end if span.period is None else add_period(end, span.period)
    return anchor if span is Term.ON_THE_EVENT else None


def makes_due(rule: RetentionRule) -> bool:
    """Whether the rule gives data a last day at all, once its event has a date."""
    return (
        rule.anchor is not None
        and (isinstance(rule.keep.at_most, Period | Turn) or rule.keep.at_most is Term.ON_THE_EVENT)
        and rule.keep.at_least is not Term.FOREVER
    )


def concerns_people(rule: RetentionRule, *, anchors: Mapping[str, Anchor]) -> bool:
    """Whether the rule speaks of a person's data in a place, and not of a file's own story.

    The staging folder is emptied every day whoever stands in it (A-101).
    """
    if rule.keep.at_most is Term.EVERY_DAY:
        return False
    anchor = anchors.get(rule.anchor) if rule.anchor is not None else None
    return anchor is None or anchor.per != "file"


def due_rules(
    retention: Iterable[RetentionRule], *, anchors: Mapping[str, Anchor]
) -> tuple[RetentionRule, ...]:
    """The rules that a person's or a record's dates are kept ready for: the table `due`."""
    return tuple(
        rule for rule in retention if makes_due(rule) and concerns_people(rule, anchors=anchors)
    )


def latest_day(
    rule: RetentionRule, anchor: date, *, accounting_year_begins: str | None
) -> date | None:
    """The last local day by this rule alone: of `at_most`, or the day after its own `at_least`.

    None where the rule never makes anything due. Raises as `last_day`.
    """
    keep = rule.keep
    if not makes_due(rule) or keep.at_most is None:
        return None
    most = last_day(keep.at_most, anchor, accounting_year_begins=accounting_year_begins)
    if most is None or keep.at_least is None:
        return most
    least = last_day(keep.at_least, anchor, accounting_year_begins=accounting_year_begins)
    return most if least is None else max(most, day_after(least))


def planned_from(rule: RetentionRule, anchor: date, erasure: Erasure) -> date | None:
    """The first local day on which it stands on a plan: `lead` before its last day.

    None where the rule never makes anything due. Raises as `last_day`.
    """
    last = latest_day(rule, anchor, accounting_year_begins=erasure.accounting_year_begins)
    return None if last is None else subtract_period(last, erasure.lead)


def cutoff(rule: RetentionRule, *, as_of: date, erasure: Erasure) -> date | None:
    """The latest anchor whose data stands on the plan of `as_of`: `anchor <= cutoff` finds it all.

    Other rules may keep some of it longer; none makes it due earlier. None where no anchor does.
    Raises as `last_day`.
    """
    if not makes_due(rule):
        return None
    # Calendar steps cannot be turned round (31 August and 28 August may end on the same day),
    # but they never go backwards: so the last anchor is found by halving.
    low, high = date.min.toordinal() - 1, date.max.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        planned = planned_from(rule, date.fromordinal(middle), erasure)
        if planned is not None and planned <= as_of:
            low = middle
        else:
            high = middle - 1
    return date.fromordinal(low) if low >= date.min.toordinal() else None
