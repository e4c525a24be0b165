"""The letter to somebody who asked, in plain words out of the policy and the request; nothing of a
person is in it (art. 12; H-61, T-65, T-70)."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle.errors import Refused
from lifecycle.opening import Language
from lifecycle.references import REQUEST, from_reference
from lifecycle.rights import Because, Longer, Right, Step, reasons_for
from lifecycle.rights_letter import EXTENDED, LIFTED, REFUSED, Facts, Letter, letter
from records import rights
from records.engines import reading
from tasks.house.parts import House
from tasks.rights.carried import what_stays
from tasks.rights.told import SPOKEN


def answer_letter(
    house: House,
    ref: str,
    what: str,
    *,
    because: Sequence[Because] = (),
    language: Language | None = None,
) -> Letter:
    """A letter about that request: an outcome, `refused`, `extended`, `received` or `lifted` (of a
    restriction).

    Without a reason given it takes those on record. Raises `Refused`: `request_unknown`,
    `reference_malformed`, `refusal_needs_a_reason`, `reason_not_for_this`, `not_extended`,
    `request_of_another_kind`.
    """
    number = from_reference(REQUEST, ref)
    with reading(house.engine) as connection:
        request = rights.get(connection, controller=house.controller, number=number)
        done = rights.steps(connection, number)
    why = tuple(because) or request.because
    if not set(why) <= reasons_for(request.right):
        raise Refused("reason_not_for_this", ref=ref)
    extended = [one.how.split()[0] for one in done if one.kind == Step.EXTEND]
    if what == EXTENDED and not extended:
        raise Refused("not_extended", ref=ref)
    if what == LIFTED and request.right is not Right.RESTRICTION:
        raise Refused("request_of_another_kind", ref=ref)
    if what in {REFUSED, "partly"} and not why:
        raise Refused("refusal_needs_a_reason", ref=ref)
    controller = house.policy.controller
    authority = controller.authority
    asked = request.right is Right.ERASURE and Because.MUST_BE_KEPT in why
    return letter(
        language or SPOKEN[controller.country],
        request.right,
        what,
        Facts(
            ref=request.ref,
            company=controller.company,
            mailbox=controller.privacy_mailbox,
            authority=authority.name,
            authority_contact=", ".join(
                one for one in (authority.web, authority.email, authority.phone) if one
            ),
            received_on=request.clock.received_on,
            due_on=request.clock.due_on,
        ),
        because=why,
        longer=Longer(extended[-1]) if extended else None,
        stays=_stays(house, ref) if asked else (),
    )


def _stays(house: House, ref: str) -> list[str]:
    """Categories in the policy's own words, each once; why stands in the reason."""
    names = {name for one in what_stays(house, ref) for name in one.categories}
    known = house.policy.categories
    return [known[name].called for name in sorted(names) if name in known]
