"""What a disclosure would give to whom today: the policy's word on it, person by person and place
by place (A-68, A-69, H-33)."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.barred import Use
from lifecycle.consent import rests_on_consent
from lifecycle.disclosure import Allowed, Terms, Wanted, judge
from lifecycle.disclosure_condition import Condition
from lifecycle.errors import Misconfigured, Refused
from lifecycle.plan import DISCLOSE, PlanItem, PlanKind, plan_hash
from lifecycle.policy.data import LegalBasis
from lifecycle.references import ENGAGEMENT, SUBJECT, to_reference
from lifecycle.retention.facts import EVERYTHING
from records import disclosures, holds, lookups, placements, planned_people
from records.engines import reading
from tasks.consents.gates import require_free
from tasks.house.doors import contact_digest, way
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing.reading_out import digest
from tasks.sharing.sources import How, require_sources, sources

HELD: Final = "held"
"""The reason of an item of which a legal hold keeps something."""


class Wish(NamedTuple):
    """A disclosure as somebody asks for it; words of policy and bindings."""

    recipient: str
    contact: str
    categories: tuple[str, ...]
    purpose: str
    channel: str
    container: str
    until: date
    """Local date: the last day on which the recipient may have it."""
    condition: Condition = Condition.NONE
    systems: tuple[str, ...] = ()
    """Where it is taken from, by the policy's names; none named: our own records alone."""
    cases: tuple[int, ...] = ()
    """Our numbers of the cases outside of which nothing of their people's cases is disclosed."""


class Judged(NamedTuple):
    """A disclosure as it would be drawn up."""

    items: tuple[PlanItem, ...]
    terms: Terms
    as_of: date
    without: int
    """People of whom there is nothing of these categories."""

    @property
    def people(self) -> int:
        """Of whom something is disclosed."""
        return len({item.subject_id for item in self.items})

    @property
    def elsewhere(self) -> int:
        """Records in other systems that something is taken from."""
        return sum(item.placement_id != 0 for item in self.items)


def judged_by(house: House, wish: Wish, people: Sequence[int], *, as_of: date) -> Judged:
    """What the policy makes of it today, as a plan of the day `as_of` would have it; not bound yet
    to what stands in other systems. Raises as `tasks.sharing.disclosures.prepare`."""
    contact = house.doors.contact(wish.recipient, wish.contact)
    systems = require_sources(house, wish.systems)
    with reading(house.engine) as connection:
        only = only_cases(connection, house.controller, wish.cases)
        present = disclosures.present(
            connection, controller=house.controller, subjects=people, only=only
        )
        places = [
            place
            for place in placements.of_people(connection, present)
            if place.system in systems and place.system in house.systems
        ]
        held = holds.held_categories(
            connection, controller=house.controller, subjects=sorted(present)
        )
        going = planned_people.being_erased(
            connection, controller=house.controller, subjects=present
        )
    if len(present) < len(set(people)):
        raise Refused("subject_unknown")
    agreed = _require_agreed(house, wish, present)
    wanted = Wanted(
        recipient=wish.recipient,
        kinds=frozenset(kind for kind, _ in present.values()),
        categories=tuple(sorted(set(wish.categories))),
        channel=wish.channel,
        purpose=wish.purpose,
        condition=wish.condition,
        until=wish.until,
        agreed=agreed,
    )
    allowed = judge(
        house.policy, wanted, way(house.doors, wish.channel, contact), today=local_today(house)
    )
    if house.doors.door(wish.channel).about.file is None:
        raise Misconfigured("channel_carries_no_files", ref=wish.channel)
    ours = [
        (number, 0, house.own_system, held_here)
        for number, (_, held_here) in present.items()
        if house.own_system in systems
    ]
    # As what they may be told of alone: who is a pupil here may be somebody's parent there.
    others = [
        (place.subject_id, place.id, place.system, frozenset(place.categories))
        for place in places
        if place.kind in allowed.recipient.subjects
    ]
    _require_apart(house, others, only, wanted.categories)
    items = tuple(
        _item(number, place, system, categories, allowed, wish.until, held=held)
        for number, place, system, there in sorted(ours + others, key=lambda one: one[:3])
        if (categories := tuple(sorted(there.intersection(wanted.categories))))
    )
    if not items:
        raise _nothing(house, people, wanted.categories)
    for item in items:
        for category in item.categories:
            if (item.subject_id, item.placement_id, item.system, category) in going:
                raise Refused("being_erased", ref=to_reference(SUBJECT, item.subject_id))
    terms = Terms(
        recipient=wish.recipient,
        contact=wish.contact,
        contact_digest=contact_digest(house.vault, house.doors, wish.channel, contact),
        channel=wish.channel,
        password_by=contact.password_by,
        container=wish.container,
        categories=wanted.categories,
        purpose=wish.purpose,
        legal_basis=str(allowed.recipient.legal_basis),
        condition=str(wish.condition),
        rule=allowed.rule.id,
        until_on=wish.until.isoformat(),
        cases=tuple(to_reference(ENGAGEMENT, case) for case in wish.cases),
    )
    without = len(present) - len({item.subject_id for item in items})
    return Judged(items, terms, as_of, without)


def _require_agreed(house: House, wish: Wish, people: Collection[int]) -> bool:
    """Whether everybody has said yes to it, if it rests on a consent (A-42, B-13, H-30).

    Raises as `tasks.consents.gates.require_free`."""
    use = Use(wish.purpose, frozenset(wish.categories))
    sharing = house.policy.sharing
    recipient = None if sharing is None else sharing.recipients.get(wish.recipient)
    questions: list[str] = []
    rests = rests_on_consent(house.policy, use.purpose, use.categories)
    if recipient is not None and (
        rests or wish.condition is Condition.CONSENT or recipient.legal_basis is LegalBasis.CONSENT
    ):
        questions = list(recipient.consents) or [
            one.id
            for one in house.policy.consents
            if one.purpose == use.purpose and set(one.categories) & use.categories
        ]
    require_free(house, people, use, questions=questions)
    return bool(questions)


def only_cases(
    connection: Connection, controller: str, cases: Sequence[int]
) -> dict[int, frozenset[int]]:
    """Person → the only cases of theirs that are meant. Raises `Refused("subject_unknown")` where
    one of these cases is nobody's any more."""
    found = lookups.cases_by_ids(connection, controller=controller, numbers=sorted(cases))
    if len(found) < len(set(cases)):
        raise Refused("subject_unknown")
    only: dict[int, set[int]] = {}
    for one in found:
        only.setdefault(one.subject_id, set()).add(one.engagement_id)
    return {person: frozenset(theirs) for person, theirs in only.items()}


def _require_apart(
    house: House,
    others: Sequence[tuple[int, int, str, frozenset[str]]],
    only: Container[int],
    categories: Sequence[str],
) -> None:
    """Another system's record tells of all of a person's cases at once.

    Raises `Refused("cases_not_apart", ref=system)`."""
    by_case = {one for one in categories if house.policy.categories[one].per == "case"}
    for person, _, system, there in others:
        if person in only and there.intersection(by_case):
            raise Refused("cases_not_apart", ref=system)


def _item(
    number: int,
    place: int,
    system: str,
    categories: tuple[str, ...],
    allowed: Allowed,
    until: date,
    *,
    held: Mapping[int, frozenset[str]],
) -> PlanItem:
    kept = held.get(number, frozenset())
    return PlanItem(
        subject_id=number,
        placement_id=place,
        system=system,
        verdict=DISCLOSE,
        action=DISCLOSE,
        categories=categories,
        stays=(),
        rule=allowed.rule.id,
        ripe_on=None,
        last_day=until.isoformat(),
        # A hold that comes or goes makes it another disclosure: who agrees must have seen it.
        reason=HELD if EVERYTHING in kept or kept.intersection(categories) else None,
    )


def _nothing(house: House, people: Sequence[int], categories: Sequence[str]) -> Refused:
    """Nothing where it was looked for: elsewhere there may be."""
    there = [one for one in sources(house, people, categories) if one.how == How.READ_OUT]
    if not there:
        return Refused("nothing_to_disclose")
    return Refused("lies_elsewhere", ref=there[0].system)


def hash_of(house: House, judged: Judged) -> str:
    """The hash that an approval is bound to."""
    return plan_hash(
        judged.items,
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        as_of=judged.as_of.isoformat(),
        policy_sha256=house.policy.sha256,
        about_id=0,
        terms=judged.terms.digest(),
    )


def bound_to(judged: Judged, read: Mapping[int, bytes], *, seed: bytes, number: int) -> Judged:
    """The same, bound to what was read in other systems."""
    items = tuple(
        item._replace(digest=digest(seed, number, place, read[place]))
        if (place := item.placement_id)
        else item
        for item in judged.items
    )
    return judged._replace(items=items)
