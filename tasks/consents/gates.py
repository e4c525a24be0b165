"""Before anything is done with a person's data it is asked whether they said no, whether it may
only be stored, and whether they said yes where a yes is needed (A-42, T-13; art. 7, 18, 21)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from lifecycle.barred import Barred, Use, stops
from lifecycle.consent import State, keeps_from, question_of, questions_for, rests_on_consent
from lifecycle.errors import Refused
from lifecycle.references import SUBJECT, to_reference
from records import barred
from records.engines import reading
from tasks.consents.registering import Register
from tasks.house.parts import House
from tasks.house.today import local_today

CODES: Final[Mapping[Barred, str]] = {
    Barred.RESTRICTION: "data_restricted",
    Barred.OBJECTION: "person_objected",
    Barred.OPT_OUT: "person_opted_out",
}


def barred_of(
    house: House, people: Collection[int], use: Use, *, connection: Connection | None = None
) -> dict[int, Barred]:
    """Of these people those with whose data that may not be done, and why."""
    if connection is None:
        with reading(house.engine) as opened:
            return barred_of(house, people, use, connection=opened)
    bars: dict[int, list[barred.Standing]] = {}
    for one in barred.standing(connection, controller=house.controller, subjects=people):
        bars.setdefault(one.subject_id, []).append(one)
    found = {}
    for person, theirs in bars.items():
        why = stops([one.bar for one in theirs], use)
        if why is not None:
            found[person] = why
    return found


def consents_for(
    house: House,
    people: Collection[int],
    use: Use,
    *,
    questions: Iterable[str] = (),
    collected_on: date | None = None,
    connection: Connection | None = None,
) -> dict[int, State]:
    """Of these people those without whose consent that may not be done, and why; nobody, where
    nothing of it rests on a consent.

    `questions`: the policy's questions of which each needs a yes; none: those that cover the use,
    if its purpose rests on consent (art. 6(1)(a), 9(2)(a)). Where there is no such question nobody
    has answered one. `collected_on`: when the data was collected under the consent, see
    `lifecycle.consent.keeps_from`. Raises `Refused("consent_unknown")`.
    """
    named = [question_of(house.policy, name) for name in questions]
    if not named and not rests_on_consent(house.policy, use.purpose, use.categories):
        return {}
    if connection is None:
        with reading(house.engine) as opened:
            return consents_for(
                house,
                people,
                use,
                questions=[one.id for one in named],
                collected_on=collected_on,
                connection=opened,
            )
    register = Register(house, connection, sorted(set(people)))
    found = {}
    for person in sorted(set(people)):
        kinds = register.people[person].kinds if person in register.people else frozenset()
        asked = [one for one in named if one.subject in kinds] or (
            [] if named else questions_for(house.policy, use.purpose, use.categories, kinds)
        )
        why = keeps_from(
            asked,
            register.answers(person),
            start=register.start(person) if kinds else None,
            today=local_today(house),
            collected_on=collected_on,
        )
        if why is not None:
            found[person] = why
    return found


def require_free(
    house: House, people: Collection[int], use: Use, *, questions: Iterable[str] = ()
) -> None:
    """Return only if that may be done with the data of all of them.

    Raises `Refused` with the person's reference: `data_restricted`, `person_objected`,
    `person_opted_out`, or a `lifecycle.consent.State` as `consents_for` tells it.
    """
    for person, why in sorted(barred_of(house, people, use).items()):
        raise Refused(CODES[why], ref=to_reference(SUBJECT, person))
    for person, state in sorted(consents_for(house, people, use, questions=questions).items()):
        raise Refused(str(state), ref=to_reference(SUBJECT, person))
