"""What goes, what stays and why comes from one place, for the plan, the approval and the executor.

The approved list and what is erased must never come from separate logic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.errors import Refused
from lifecycle.plan import ERASURES, PlanItem, PlanKind, plan_hash
from lifecycle.retention.calendar import subtract_period
from lifecycle.retention.decide import decide, rules_of
from lifecycle.retention.facts import EVERYTHING, Verdict
from lifecycle.retention.limits import cutoff, due_rules
from lifecycle.retention.on_request import decide_on_request
from lifecycle.retention.reach import relative_kinds
from records import due, facts, holds, kin
from records.engines import reading
from tasks.erasing.inventory import apply_rules
from tasks.erasing.plan_views import item_of, late_items, verdict_counts
from tasks.house.parts import House
from tasks.house.today import local_today

_APPROVALS: Final = {"none": 0, "one": 1, "two": 2}


class Derived(NamedTuple):
    """What the rules, the records and the holds say together, in a plan's words."""

    items: tuple[PlanItem, ...]
    hash: str
    approvals: int
    """How many people must agree: the most that any rule of what goes asks for."""
    counts: dict[str, int]
    """`due`: people whose time is up by some rule; `people`: of whom there is something to show;
    `going`: people of whom something goes; items by verdict; `late`: items that should be gone
    already."""


def derive(
    house: House,
    *,
    kind: PlanKind,
    as_of: date,
    about: int = 0,
    only: Sequence[int] | None = None,
) -> Derived:
    """What a plan of that kind as of that local day holds; no plan is stored.

    Planning and approving ask here, executing by `judge_again`. `about`: the one person of a
    request; `only`: these people and no others, due or not. Each person who is due stands
    there with everything there is: what goes, what stays, what is held, undecided, refused.
    Where the records are kept ready for another policy than this one, this one is applied first
    (`rules.applied`). Raises `Refused("request_about_nobody")` and, for another kind than a
    request, `Refused("plan_about_somebody")`.
    """
    _require_about(kind, about)
    apply_rules(house)
    with reading(house.engine) as connection:
        return _derive(connection, house, kind=kind, as_of=as_of, about=about, only=only)


def judge_again(
    house: House,
    *,
    kind: PlanKind,
    as_of: date,
    about: int,
    people: Sequence[int],
    system: str,
) -> list[PlanItem]:
    """What a plan of that kind and day says now about these people's data in one system: item by
    item the same as `derive` says. The executor's guard; a policy changed since is applied first.
    """
    apply_rules(house)
    with reading(house.engine) as connection:
        chosen = _people(connection, house, kind=kind, as_of=as_of, about=about, only=people)
        return _decided(
            connection, house, chosen, kind=kind, as_of=as_of, about=about, system=system
        )


def rehearse(house: House, *, kind: PlanKind, as_of: date, about: int = 0) -> Derived:
    """The same as `derive`, changing nothing at all: no table, no ledger, whatever the day."""
    _require_about(kind, about)
    with reading(house.engine) as connection:
        if due.is_in_force(connection, house.policy):
            return _derive(connection, house, kind=kind, as_of=as_of, about=about)
    with house.work() as work:  # left without a commit: the new rules are tried and undone
        due.apply_rules(work.connection, house.policy)
        return _derive(work.connection, house, kind=kind, as_of=as_of, about=about)


def hash_of(
    house: House, items: Iterable[PlanItem], *, kind: PlanKind, as_of: date, about: int
) -> str:
    """The hash that an approval is bound to, of these items under the policy of today."""
    return plan_hash(
        items,
        controller=house.controller,
        kind=kind,
        as_of=as_of.isoformat(),
        policy_sha256=house.policy.sha256,
        about_id=about,
    )


def approvals_for(house: House, items: Iterable[PlanItem], *, kind: PlanKind) -> int:
    """How many people must agree; to a request always somebody (H-63)."""
    asked = {item.rule for item in items if item.verdict == Verdict.GO}
    most = max((_APPROVALS[house.policy.rule(rule).approval] for rule in asked), default=0)
    return max(most, 1) if kind is PlanKind.REQUEST else most


def late_now(house: House) -> int:
    """How many items should be gone already, whether a plan was drawn up or not: the watchdog
    asks, because a run that fails every night draws none. Applies another policy as `derive`."""
    today = local_today(house)
    apply_rules(house)
    with reading(house.engine) as connection:
        since = subtract_period(today, house.policy.erasure.grace)
        people = _due(connection, house, as_of=since)
        items = _decided(connection, house, people, kind=PlanKind.RETENTION, as_of=today)
    return late_items(items, today=today, erasure=house.policy.erasure)


def _require_about(kind: PlanKind, about: int) -> None:
    if kind not in ERASURES:
        raise Refused("plan_erases_nothing")
    if kind is PlanKind.REQUEST and not about:
        raise Refused("request_about_nobody")
    if kind is not PlanKind.REQUEST and about:
        raise Refused("plan_about_somebody")


def _derive(
    connection: Connection,
    house: House,
    *,
    kind: PlanKind,
    as_of: date,
    about: int = 0,
    only: Sequence[int] | None = None,
) -> Derived:
    people = _people(connection, house, kind=kind, as_of=as_of, about=about, only=only)
    items = _decided(connection, house, people, kind=kind, as_of=as_of, about=about)
    return derived_of(house, items, kind=kind, as_of=as_of, about=about, due=len(people))


def _people(
    connection: Connection,
    house: House,
    *,
    kind: PlanKind,
    as_of: date,
    about: int,
    only: Sequence[int] | None,
) -> list[int]:
    if kind is PlanKind.REQUEST:
        asked = [about, *kin.known_only_through(connection, about)]
        return asked if only is None else sorted(set(asked).intersection(only))
    return _due(connection, house, as_of=as_of) if only is None else list(only)


def derived_of(
    house: House, items: Sequence[PlanItem], *, kind: PlanKind, as_of: date, about: int, due: int
) -> Derived:
    """These items as a plan would have them."""
    # A rehearsal of a day to come does not call late what will have gone by then.
    today = min(as_of, local_today(house))
    counts = verdict_counts(items)
    counts["due"] = due
    counts["late"] = late_items(items, today=today, erasure=house.policy.erasure)
    return Derived(
        items=tuple(items),
        hash=hash_of(house, items, kind=kind, as_of=as_of, about=about),
        approvals=approvals_for(house, items, kind=kind),
        counts=counts,
    )


def _due(connection: Connection, house: House, *, as_of: date) -> list[int]:
    """The people about whom any rule has something to say by that day."""
    policy = house.policy
    cutoffs = {
        rule.id: latest.isoformat()
        for rule in due_rules(policy.retention, anchors=policy.anchors)
        if (latest := cutoff(rule, as_of=as_of, erasure=policy.erasure)) is not None
    }
    return due.find_due(connection, controller=house.controller, cutoffs=cutoffs)


def _decided(
    connection: Connection,
    house: House,
    people: Collection[int],
    *,
    kind: PlanKind,
    as_of: date,
    about: int = 0,
    system: str | None = None,
) -> list[PlanItem]:
    """Every unit of these people with what the rules make of it; in the order of a plan."""
    known = sorted(people)
    rules = rules_of(house.policy, as_of=as_of)
    held = holds.held_categories(connection, controller=house.controller, subjects=known)
    # A hold on a category that the policy calls by another name now keeps everything.
    held = {
        number: kept if kept <= {EVERYTHING, *house.policy.categories} else kept | {EVERYTHING}
        for number, kept in held.items()
    }
    units = facts.load_units(
        connection, house.policy, controller=house.controller, subjects=known, system=system
    )
    nothing: frozenset[str] = frozenset()
    relatives = relative_kinds(house.policy)
    items = []
    for person in sorted(units):
        kept = held.get(person, nothing)
        for unit in units[person]:
            if unit.system in house.absent:
                continue  # the bindings say that this company has no such place
            if kind is PlanKind.REQUEST and person != about and unit.kind not in relatives:
                continue  # nobody's own data goes because somebody else asks
            decisions = (
                decide_on_request(unit, rules=rules, held=kept, themselves=person == about)
                if kind is PlanKind.REQUEST
                else decide(unit, rules=rules, held=kept)
            )
            items += [
                item_of(
                    decision,
                    subject=person,
                    placement=unit.placement_id,
                    system=unit.system,
                )
                for decision in decisions
            ]
    return items
