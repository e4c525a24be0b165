"""An account is removed when somebody who may approve erasures agreed to exactly that (A-104)."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle.access import removes
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import FINDING, OFFICER, from_reference, to_reference
from records import findings
from records.findings import CLEARED, OPEN
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree
from tasks.placing.findings import ACCOUNTS


def agree_removals(house: House, refs: Sequence[str], *, officer: str, code: str) -> int:
    """These accounts (`D-…`, as `gallra access list` shows them) are to be removed: all of them or
    none; how many.

    The next review removes them, if the policy and the list of staff still say so then. Raises
    `Refused`: `reference_malformed`, `finding_unknown`, `finding_cleared`, `removal_not_asked`
    (the policy does not have such an account removed), `removal_agreed` (it is already),
    `role_may_not_approve`, or as `officer_codes.agree` does.
    """
    numbers = list(dict.fromkeys(from_reference(FINDING, ref) for ref in refs))

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not who.roles & set(house.policy.approvals.erasure):
            return "role_may_not_approve"
        for number in numbers:
            objection = _objection(house, work, number)
            if objection is not None:
                return objection
        by = to_reference(OFFICER, who.id)
        for number in numbers:
            findings.agree(work.connection, number, by=by, at=house.at())
            work.record(
                EventKind.ACCESS_REMOVAL_AGREED,
                ref=to_reference(FINDING, number),
                facts={"officer": by},
            )
        return None

    ref = to_reference(FINDING, numbers[0]) if len(numbers) == 1 else None
    agree(house, handle=officer, code=code, ref=ref, act=act)
    return len(numbers)


def _objection(house: House, work: UnitOfWork, number: int) -> str | None:
    try:
        found, _ = findings.get(work.connection, controller=house.controller, number=number)
    except Refused as refused:
        return refused.code
    if found.state == CLEARED:
        return "finding_cleared"
    system = found.place.removeprefix(ACCOUNTS)
    asked = found.place.startswith(ACCOUNTS) and any(
        removes(rule, found.sign)
        for rule in house.policy.access
        if system in rule.systems and found.rule == (rule.source.id or rule.id)
    )
    if not asked:
        return "removal_not_asked"
    return None if found.state == OPEN else "removal_agreed"
