"""What a recipient is told: by reference and number, whom it is about only their own file says
(art. 19, H-31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lifecycle.disclosure import Stage
from lifecycle.opening import Language, Letter
from lifecycle.references import TELLING, from_reference
from lifecycle.telling import Because
from lifecycle.telling_letter import telling_letter
from records import disclosures, plans, tellings
from records.disclosures import Disclosure
from records.engines import reading
from records.tellings import Telling
from tasks.house.parts import House
from tasks.sharing.parcels import content_ref, delivered_of

_SPOKEN: Final[Mapping[str, Language]] = {"SE": "sv", "DK": "da"}


def letter_to_tell(house: House, ref: str) -> Letter:
    """The letter of a telling (`N-…`), for whoever tells it themselves. Raises `Refused`:
    `telling_unknown`, `disclosure_unknown`."""
    number = from_reference(TELLING, ref)
    with reading(house.engine) as connection:
        one = tellings.get(connection, controller=house.controller, number=number)
        disclosure = disclosures.get(
            connection, controller=house.controller, number=one.disclosure_id
        )
    return letter_of(house, disclosure, one)


def letter_of(house: House, disclosure: Disclosure, one: Telling) -> Letter:
    """The letter in the recipient's language; in the controller's, where the contact is not bound
    any more."""
    terms = disclosure.terms
    contact = house.doors.recipients.get(terms.recipient, {}).get(terms.contact)
    delivered = delivered_of(house, disclosure)
    controller = house.policy.controller
    return telling_letter(
        _SPOKEN[controller.country] if contact is None else contact.language,
        one.because,
        ref=content_ref(disclosure) if delivered is None else delivered.ref,
        company=controller.company,
        mailbox=controller.privacy_mailbox,
        numbers=_numbers(house, disclosure, one),
    )


def _numbers(house: House, disclosure: Disclosure, one: Telling) -> list[int]:
    """Which people of the file it is about, as the file numbers them."""
    with reading(house.engine) as connection:
        everybody = {
            stored.item.subject_id for stored in plans.items(connection, one.disclosure_id)
        }
        if one.because is Because.ERASED:
            erased = disclosures.of_erased(
                connection,
                controller=house.controller,
                plan_number=one.cause_id,
                stages=frozenset(Stage),
            )
            people = erased.get(disclosure.number, set())
        else:
            people = set(tellings.about(connection, one.number))
    return [n for n, person in enumerate(sorted(everybody), start=1) if person in people]
