"""Somebody asks for one person: references, cases and counts, and the ledger remembers it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.national_id import NationalId, parse_national_id
from lifecycle.references import SUBJECT, to_reference
from records import lookups
from records.acquaintances import NATIONAL_ID
from records.engines import reading
from records.lookups import Case
from tasks.house.parts import House
from tasks.house.today import local_today


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One person, without a word of who it is."""

    ref: str
    cases: tuple[Case, ...]
    holdings: dict[str, int]


def find_by_national_id(house: House, text: str) -> list[Found]:
    """Look a national id up. Raises `Refused("national_id_not_valid")`."""
    intake = house.policy.intake
    minimum_age = 0 if intake is None else intake.minimum_age
    parsed = parse_national_id(text, today=local_today(house), minimum_age=minimum_age)
    if not isinstance(parsed, NationalId):
        raise Refused("national_id_not_valid")
    digest = house.vault.index_digest(NATIONAL_ID, parsed.digits)
    with reading(house.engine) as connection:
        numbers = lookups.subjects_by(connection, kind=NATIONAL_ID, digest=digest)
    return _found(house, numbers)


def find_by_case(house: House, case_reference: str) -> list[Found]:
    """Look a case number up. Raises `Refused("case_reference_malformed")`: a command line is no
    place for a name or an identity number."""
    if not re.fullmatch(house.policy.intake_from().case_pattern, case_reference.strip()):
        raise Refused("case_reference_malformed")
    with reading(house.engine) as connection:
        numbers = lookups.subject_of_case(
            connection, controller=house.controller, case_reference=case_reference.strip()
        )
    return _found(house, numbers)


def _found(house: House, numbers: list[int]) -> list[Found]:
    with house.work() as work:
        work.record(EventKind.PERSON_LOOKED_UP, found=len(numbers))
        work.commit()
    with reading(house.engine) as connection:
        return [
            Found(
                ref=to_reference(SUBJECT, number),
                cases=tuple(lookups.cases_of(connection, number)),
                holdings=lookups.categories_of(connection, number),
            )
            for number in numbers
        ]
