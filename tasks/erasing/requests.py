"""A person can always ask to be erased (B-23, art. 17): it becomes a plan like every other."""

from __future__ import annotations

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind
from lifecycle.references import SUBJECT, from_reference
from records.engines import reading
from records.lookups import is_known
from records.plans import Plan
from tasks.erasing import planning
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.registering import list_officers


def ask_for_erasure(house: House, ref: str, *, created_by: str = "") -> Plan:
    """Draw up a plan that erases this person wherever nothing needs the data any more.

    Asking again gives the same plan as long as nothing has changed. Raises `Refused`:
    `reference_malformed`, `subject_unknown`, `officer_unknown` (`created_by` is no officer), and
    `nothing_may_go` where a law, a hold or a plan under way leaves nothing to erase.
    """
    number = from_reference(SUBJECT, ref)
    if created_by and created_by not in {officer.handle for officer in list_officers(house)}:
        raise Refused("officer_unknown")
    with reading(house.engine) as connection:
        if not is_known(connection, controller=house.controller, number=number):
            raise Refused("subject_unknown")
    with house.work() as work:
        work.record(EventKind.ERASURE_ASKED, ref=ref, rule="A-70")
        work.commit()
    plan = planning.draw(
        house,
        kind=PlanKind.REQUEST,
        as_of=local_today(house),
        about=number,
        created_by=created_by,
    )
    if plan is None:
        raise Refused("nothing_may_go", ref=ref)
    return plan
