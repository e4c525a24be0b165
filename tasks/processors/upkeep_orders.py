"""What is missing in the registers is brought by whoever answers for it: a work order to a role,
with a deadline, as long as it is missing (A-13…A-15, A-20…A-23, H-12, H-40)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.policy.orders import OrderRule
from lifecycle.processor import OF_REVIEW, Lack
from lifecycle.retention.calendar import add_period
from records import leases, work_orders
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.processors.assessments import lines as assessment_lines
from tasks.processors.register import lines, services
from tasks.work_orders.ordering import open_noted, withdraw_noted

PAPERS: Final = "papers"
"""Of a processor: agreement, instruction, countries, sub-processors."""
JUDGE: Final = "judgement"
"""Of an app or service that was reported."""
USE: Final = "use"
"""Of one that is used as it may not be."""
RISK: Final = "assessment"
"""Of an activity or a system."""
KINDS: Final = frozenset({PAPERS, JUDGE, USE, RISK})


class Wanted(NamedTuple):
    """What somebody has to bring now."""

    label: str
    what: str
    lacks: tuple[str, ...]
    rule: OrderRule


class Kept(NamedTuple):
    """What became of the orders; counts."""

    opened: int
    withdrawn: int
    standing: int


Source = Callable[[House], Iterable[Wanted]]


def is_upkeep(order: WorkOrder) -> bool:
    """Whether something that is missing in a register is brought by that order."""
    return what_of(order) in KINDS


def what_of(order: WorkOrder) -> str:
    """`papers`, `judgement`, `use` or `assessment`; "" for any other order."""
    label, _, what = order.system.partition(" ")
    return what if label and what in KINDS else ""


def label_of(order: WorkOrder) -> str:
    """The processor, service, activity or system that it is about."""
    return order.system.partition(" ")[0]


def rule_of(house: House, order: WorkOrder) -> OrderRule:
    """How it is brought; as long as it is missing, with what is missing.

    Raises `Refused("work_order_without_rule")`: the policy does not say so any more.
    """
    label, what = label_of(order), what_of(order)
    for one in wanted(house):
        if (one.label, one.what) == (label, what):
            missing = ", ".join(lack.replace("_", " ") for lack in one.lacks)
            return one.rule.model_copy(update={"how": f"{one.rule.how} ({label}: {missing})"})
    rule = _declared(house, what, order.role)
    if rule is None:
        raise Refused("work_order_without_rule", ref=label)
    return rule


def wanted(house: House) -> list[Wanted]:
    """Everything that is missing today and that a person brings."""
    return [one for source in _sources() for one in source(house)]


def keep(house: House, *, only: Sequence[str] | None = None) -> Kept:
    """Open an order for what is missing and on none; withdraw those for what is there.

    Safe to repeat: of the same thing never two while the first is open. One that somebody finished
    while it is missing all the same is opened anew. `only`: of these kinds.
    """
    kinds = KINDS if only is None else frozenset(only)
    missing = [one for one in wanted(house) if one.what in kinds]
    opened = withdrawn = 0
    with (
        leases.hold(house.engine, f"upkeep:{house.controller}", now=house.now),
        house.work() as work,
    ):
        known = {
            order.system: order
            for order in work_orders.unconfirmed(work.connection, controller=house.controller)
            if what_of(order) in kinds
        }
        for one in missing:
            if f"{one.label} {one.what}" not in known:
                _open(house, work, one)
                opened += 1
        still = {f"{one.label} {one.what}" for one in missing}
        for place, order in known.items():
            if place not in still and order.state == "open":
                _withdraw(house, work, order)
                withdrawn += 1
        if opened or withdrawn:
            work.commit()
    return Kept(opened, withdrawn, len(missing))


def _open(house: House, work: UnitOfWork, one: Wanted) -> None:
    open_noted(
        house,
        work,
        place=f"{one.label} {one.what}",
        role=one.rule.role,
        items=len(one.lacks),
        due_on=add_period(local_today(house), one.rule.within).isoformat(),
        facts={"what": one.what, "system": one.label},
    )


def _withdraw(house: House, work: UnitOfWork, order: WorkOrder) -> None:
    facts = {"what": what_of(order), "system": label_of(order)}
    withdraw_noted(house, work, order, facts=facts, dropped=order.items)


def _sources() -> tuple[Source, ...]:
    return (_of_processors, _of_services, _of_assessments)


def _of_processors(house: House) -> Iterable[Wanted]:
    review = house.policy.processor_review
    if review is None:
        return
    for line in lines(house):
        lacks = tuple(str(lack) for lack in line.lacks if lack not in OF_REVIEW)
        if lacks:
            yield Wanted(line.label, PAPERS, lacks, review.order.of(line.answers))


def _of_services(house: House) -> Iterable[Wanted]:
    rule = house.policy.services
    if rule is None:
        return
    for one in services(house):
        unjudged = tuple(str(lack) for lack in one.lacks if lack is Lack.VERDICT_MISSING)
        used = tuple(str(lack) for lack in one.lacks if lack is not Lack.VERDICT_MISSING)
        if unjudged:
            yield Wanted(one.label, JUDGE, unjudged, rule.assess.of(rule.assessed_by))
        if used:
            yield Wanted(one.label, USE, used, rule.mend)


def _of_assessments(house: House) -> Iterable[Wanted]:
    rule = house.policy.assessments
    if rule is None:
        return
    for one in assessment_lines(house):
        if one.due:
            yield Wanted(one.label, RISK, tuple(str(lack) for lack in one.due), rule.order)


def _declared(house: House, what: str, role: str) -> OrderRule | None:
    """The policy's rule where nothing is missing any more."""
    review, rule = house.policy.processor_review, house.policy.services
    if what == PAPERS:
        return None if review is None else review.order.of(role)
    if what == RISK:
        assessments = house.policy.assessments
        return None if assessments is None else assessments.order
    if rule is None:
        return None
    return rule.mend if what == USE else rule.assess.of(role)
