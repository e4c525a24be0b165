"""What a record bears of a person makes it theirs; nothing else lets it out to anybody (A-68,
A-75)."""

from __future__ import annotations

import pytest

from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from lifecycle.references import SUBJECT, from_reference, to_reference
from records import placements
from records.engines import reading
from tasks.sharing.disclosures import Selection, prepare
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import wish
from tests.factories.sharing_elsewhere import NICK, School

__all__ = ["build", "dialect", "house"]

CASE = "1000000001"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def school(build: Builder, standing_clock: StandingClock) -> School:
    school = School(build, standing_clock)
    school.bring(planning.case(CASE, TUVA), planning.case("1000000002", OMAR))
    school.in_novo(TUVA)
    school.look()
    return school


def bears(school: School, identifiers: dict[str, str]) -> None:
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.identifiers = identifiers


OTHERS: list[dict[str, str]] = [
    {"national_id": "19850709TF05"},
    {"national_id": "850709"},
    {"email": "nobody"},
    {"email": "somebody.else@example.se"},
    {"case_reference": "1000000002"},
    {"case_reference": "1000000009"},
]
"""Of which nothing is Tuva's: her key was given anew."""


@pytest.mark.parametrize("identifiers", OTHERS)
def test_a_record_that_bears_nothing_of_the_persons_is_not_given_out(
    school: School, identifiers: dict[str, str]
) -> None:
    plan = school.agreed()
    bears(school, identifiers)
    with pytest.raises(Refused, match=r"^record_unclear novo$"):
        school.send(plan)
    with pytest.raises(Refused, match=r"^record_unclear novo$"):
        school.prepared()
    school.nothing_left()


def test_an_address_in_common_is_not_enough_beside_a_number_that_is_none(school: School) -> None:
    """Siblings have their mother's address; one of them has a TF number."""
    bears(school, {"national_id": TUVA[2], "email": "mother@example.se"})
    school.look()
    plan = school.agreed()
    bears(school, {"national_id": "19850709TF05", "email": "mother@example.se"})
    with pytest.raises(Refused, match=r"^record_unclear novo$"):
        school.send(plan)
    school.nothing_left()


@everywhere
@pytest.mark.parametrize("identifiers", [{"case_reference": f" {CASE}"}, {"national_id": TUVA[2]}])
def test_what_it_bears_of_theirs_makes_it_theirs(
    school: School, identifiers: dict[str, str]
) -> None:
    bears(school, identifiers)
    assert school.send(school.agreed()).stage is Stage.OPEN
    assert {cell.value for cell in school.received()} == {NICK}


def test_who_is_known_by_their_record_alone_is_given_out_while_it_bears_nothing(
    school: School,
) -> None:
    record = planning.novo_record(LINA)
    record.identifiers = {}
    school.novo.put(record)
    school.look()
    tuva = from_reference(SUBJECT, school.ref(TUVA))
    with reading(school.house().engine) as connection:
        known = placements.numbers_in(connection, controller="academedia", system="novo")
    [lina] = set(known.values()) - {tuva}
    first, _ = school.enrolled()
    plan = prepare(
        school.house(),
        wish(systems=("novo",)),
        Selection(references=(to_reference(SUBJECT, lina),)),
        by=first.handle,
        code=first.fresh(),
    )
    school.approve(plan)
    record.identifiers = {"email": "somebody.else@example.se"}
    with pytest.raises(Refused, match=r"^record_unclear novo$"):
        school.send(plan)
    school.nothing_left()
