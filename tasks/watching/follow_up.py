"""What was agreed is followed up until it is proven: people are reminded, and told what is late."""

from __future__ import annotations

from typing import NamedTuple

from tasks.erasing.due_plans import agreed, waiting
from tasks.erasing.execution import outcome
from tasks.house.parts import House
from tasks.remedies.every import remedy_for
from tasks.remedies.next_steps import WHO
from tasks.sharing import register as share_register
from tasks.watching.daily import watch
from tasks.work_orders import orders as work_orders


class ToAct(NamedTuple):
    """One line of what is left: references, words, dates and counts."""

    ref: str
    what: str
    """A `Why`, the kind of an alarm, `work_order` or `waits_for_approval`."""
    system: str
    items: int
    who: str
    """Roles; "" where nobody has to act."""
    until: str
    """A date or an instant; "" where there is none."""
    next: str
    """What to do."""


APPROVAL = "waits_for_approval"
ORDER = "work_order"


def what_is_left(house: House) -> list[ToAct]:
    """Everything that waits for somebody or something, after the watchdog has looked.

    Raises the watchdog's alarms (a late item, an overdue work order, a hold's review) and writes
    to whom the bindings name. Raises as `tasks.watching.daily.watch`.
    """
    seen = watch(house)
    erasures = agreed(house)
    lines = [
        ToAct(ref=ref, what=str(one.why), system=one.system, items=one.items, who=one.who,
              until=one.until, next=WHO[str(one.why)])
        for ref in erasures
        for one in outcome(house, ref).left
    ]  # fmt: skip
    lines += [
        ToAct(ref=order.ref, what=ORDER, system=order.system, items=order.items, who=order.role,
              until=order.due_on, next=WHO["work_order"])
        for order in work_orders.lines(house)
        if order.plan not in erasures  # those stand above
    ]  # fmt: skip
    lines += [
        ToAct(ref=plan.ref, what=APPROVAL, system="", items=plan.items, who=", ".join(plan.roles),
              until=plan.deadline or "", next=f"gallra plan show {plan.ref}; gallra approve")
        for plan in waiting(house)
    ]  # fmt: skip
    lines += [
        ToAct(ref=one.ref, what=APPROVAL, system="", items=one.people,
              who=", ".join(house.policy.approvals.erasure), until=one.until_on,
              next=f"gallra share show {one.ref}; gallra approve")
        for one in share_register.waiting(house)
    ]  # fmt: skip
    lines += [
        ToAct(ref=alarm.ref, what=alarm.kind, system="", items=1, who="", until="",
              next=remedy_for(alarm.kind).next)
        for alarm in seen.standing
    ]  # fmt: skip
    return lines
