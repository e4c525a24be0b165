"""Why something is kept, until when, and by which sentence: one person's data, place by place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from lifecycle.plan import ItemState
from lifecycle.policy.model import Policy
from lifecycle.references import HOLD, SUBJECT, from_reference, to_reference
from lifecycle.retention.calendar import local_date, subtract_period
from lifecycle.retention.decide import decide, rules_of
from lifecycle.retention.facts import EVERYTHING, Decision, Unit, Verdict
from records import due, facts, holds, planned_people, plans
from records.engines import reading
from tasks.erasing.plan_views import ORDER, Line, item_of, line_of
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.remedies.every import remedy_for


class HoldOn(NamedTuple):
    """A legal hold that keeps something of the person."""

    ref: str
    reason: str
    categories: tuple[str, ...]
    """`*`: everything."""
    review_on: str


class Kept(NamedTuple):
    """Some categories of a person's data in one place."""

    line: Line
    kind: str
    """As what the person stands there."""
    event: str | None
    """What the time is counted from."""
    event_on: str | None
    why: str
    """One sentence: what becomes of it, when, and what stands in the way."""
    do: str | None
    """What a person must do; None where nobody has to."""
    holds: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for a script."""
        told = self.line.as_json() | {"kind": self.kind, "event": self.event}
        return told | {
            "event_on": self.event_on,
            "why": self.why,
            "next": self.do,
            "holds": list(self.holds),
        }


class Erased(NamedTuple):
    """Something of the person that is proven gone."""

    plan: str
    system: str
    on: str
    """The controller's local day."""


class Explanation(NamedTuple):
    """All that is known about one reference; nothing in it says who it is."""

    ref: str
    as_of: str
    known: bool
    """False: erased, or never here."""
    kept: tuple[Kept, ...]
    holds: tuple[HoldOn, ...]
    erased: tuple[Erased, ...]
    plans: tuple[tuple[str, str], ...]
    """Open plans that speak of the person, with their states."""
    rules_waiting: bool
    """Another policy waits to be applied: dates of events may still be those of the old one."""


def explain(house: House, ref: str) -> Explanation:
    """What there is about `S-…` today, why, until when and by which sentence; nothing is written.

    Raises `Refused("reference_malformed")`. Somebody who is gone is not known; what plans and
    certificates still say of the reference is told.
    """
    number = from_reference(SUBJECT, ref)
    today = local_today(house)
    with reading(house.engine) as connection:
        waiting = not due.is_in_force(connection, house.policy)
        units = facts.load_units(
            connection, house.policy, controller=house.controller, subjects=[number]
        )
        standing = holds.on_person(connection, controller=house.controller, subject=number)
        said = planned_people.mentions(connection, controller=house.controller, subject=number)
        kept = _kept(house.policy, units.get(number, []), standing, house.absent, today=today)
    return Explanation(
        ref=to_reference(SUBJECT, number),
        as_of=today.isoformat(),
        known=number in units,
        kept=tuple(kept),
        holds=tuple(_hold_on(hold, words) for hold, words in standing),
        erased=_erased(house, said),
        plans=_open_plans(said),
        rules_waiting=waiting,
    )


_Standing = list[tuple[holds.Hold, frozenset[str]]]
_Said = list[tuple[plans.Plan, plans.StoredItem]]


def _kept(
    policy: Policy,
    units: list[Unit],
    standing: _Standing,
    absent: frozenset[str],
    *,
    today: date,
) -> list[Kept]:
    rules = rules_of(policy, as_of=today)
    held = frozenset(word for _, words in standing for word in words)
    told = [
        _explained(policy, unit, decision, standing)
        for unit in units
        if unit.system not in absent
        for decision in decide(unit, rules=rules, held=held)
    ]
    return sorted(told, key=lambda one: (one.line.system, ORDER.index(one.line.verdict)))


def _explained(policy: Policy, unit: Unit, decision: Decision, standing: _Standing) -> Kept:
    item = item_of(
        decision, subject=unit.subject_id, placement=unit.placement_id, system=unit.system
    )
    rule = next((one for one in policy.retention if one.id == decision.rule), None)
    event = rule.anchor if rule is not None else None
    day = unit.anchors.get(event) if event is not None else None
    keeping = tuple(
        to_reference(HOLD, hold.id)
        for hold, words in standing
        if decision.verdict is Verdict.HELD
        and (EVERYTHING in words or not words.isdisjoint(decision.categories))
    )
    return Kept(
        line=line_of(policy, item),
        kind=unit.kind,
        event=event,
        event_on=day.isoformat() if day is not None else None,
        why=_why(policy, unit, decision, keeping),
        do=_do(policy, decision, keeping),
        holds=keeping,
    )


def _why(policy: Policy, unit: Unit, decision: Decision, keeping: tuple[str, ...]) -> str:
    last, ripe = decision.last_day, decision.ripe_on
    match decision.verdict:
        case Verdict.GO:
            left = f"; {', '.join(decision.stays)} stay" if decision.stays else ""
            return f"Due: {decision.action}, from {ripe}, by {last} at the latest{left}."
        case Verdict.HELD:
            otherwise = f" Without it, it would have to go by {last}." if last is not None else ""
            return f"Kept by {', '.join(keeping)}.{otherwise}"
        case Verdict.REFUSED:
            seen = ""
            if decision.reason == "active_since":
                seen = f" Last seen in {unit.active_in} on {unit.active_on}."
            return remedy_for(str(decision.reason)).happened + seen
        case Verdict.UNDECIDED:
            return remedy_for("undecided").happened
    if decision.reason is not None:
        return remedy_for(str(decision.reason)).happened
    if last is None:
        return "Kept for ever."
    if ripe is not None and ripe > last:
        return f"Must be kept through {last}."
    planned = subtract_period(last, policy.erasure.lead)
    return f"Goes by {last} at the latest; it stands on a plan from {planned} on."


def _do(policy: Policy, decision: Decision, keeping: tuple[str, ...]) -> str | None:
    match decision.verdict:
        case Verdict.GO:
            return "Have the plan approved: `gallra plan list`."
        case Verdict.HELD:
            return f"Review the hold; `gallra hold release {keeping[0]}` ends it."
        case Verdict.REFUSED:
            return remedy_for(str(decision.reason)).next
        case Verdict.UNDECIDED:
            rule = policy.rule(decision.rule)
            asked = next((one for one in policy.decisions if one.id == rule.decision), None)
            return (
                f"Decide: {asked.question}" if asked is not None else remedy_for("undecided").next
            )
    return None


def _hold_on(hold: holds.Hold, words: frozenset[str]) -> HoldOn:
    return HoldOn(
        ref=to_reference(HOLD, hold.id),
        reason=hold.reason,
        categories=tuple(sorted(words)),
        review_on=hold.review_on,
    )


def _erased(house: House, said: _Said) -> tuple[Erased, ...]:
    zone = house.policy.controller.zone
    return tuple(
        Erased(
            plan=plan.ref,
            system=one.item.system,
            on=local_date(datetime.fromisoformat(one.proven_at), zone).isoformat(),
        )
        for plan, one in said
        if one.state is ItemState.PROVEN and one.proven_at is not None
    )


def _open_plans(said: _Said) -> tuple[tuple[str, str], ...]:
    found = {plan.ref: str(plan.state) for plan, _ in said if plan.state in plans.OPEN}
    return tuple(found.items())
