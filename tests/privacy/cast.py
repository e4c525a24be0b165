"""Whom the canary test plants: some who must be found nowhere, and some who must be found."""

from __future__ import annotations

from console.sample_people import Person
from tests.factories.people import canaries

_ALL = canaries(95, seed=17)
PEOPLE = _ALL[:60]
"""Planted in the files and in every forced error: found nowhere afterwards."""
_KNOWN = frozenset(person.national_id for person in _ALL)
_MORE = [one for one in canaries(20, seed=42) if one.national_id not in _KNOWN][:14]
CONTROLS = (
    *_ALL[65:],
    # Ten telephone numbers in a row begin alike in base64, and those above are all that there are
    # in their series: these have theirs of another one that is nobody's.
    *(one._replace(phone=f"031-39006{n:02}") for n, one in enumerate(_MORE)),
)
"""Left on purpose, one for each surface: all found, or the search is worth nothing."""
TAKEN = _KNOWN | {person.national_id for person in _MORE}


def full_name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}"


def told(person: Person) -> str:
    """Everything in one line, as an error message would quote a row."""
    return f"{full_name(person)} {person.national_id} {person.street} {person.phone} {person.mail}"
