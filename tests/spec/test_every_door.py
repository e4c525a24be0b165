"""Restriction, objection, opt-out and withdrawal are tried at every door: sharing, letters,
mailings, imports, erasure, and the person's own extract (art. 7, 15, 18, 21; T-66, T-68, B-28,
H-64)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest

from lifecycle.barred import Use
from lifecycle.errors import GallraError
from lifecycle.letters import Composed, LetterKind, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Period
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Came, Right, Shown
from tasks.consents.barring import object_to, opt_out, restrict
from tasks.consents.gates import require_free
from tasks.consents.registering import withdraw
from tasks.erasing.finding import find_by_case
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.informing.letters import write
from tasks.rights.extract import extract
from tasks.rights.register import open_request
from tasks.rights.steps import identify
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.factories.sharing import Desk
from tests.spec.test_barred_people import on_public_task
from tests.spec.test_consents import IMAGE, on_consent, yes

__all__ = ["build", "dialect", "house"]

OPEN = "open"
NEWS = Matter(LetterKind.NOTICE, "standard.participant", "a" * 64, "first")
TEXT = Composed("sv", "Rubrik", "Hej!", "<p>Hej!</p>")
RULE = OrderRule(
    role="chef",
    within=Period.parse("P14D"),
    remind_every=Period.parse("P7D"),
    evidence="datum",
    second_person=False,
    how="Lämna texten till personen.",
)


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    def told(house: House) -> House:
        house = on_public_task(house)
        notices = tuple(
            one.model_copy(update={"by_hand": RULE}) if one.id == "standard" else one
            for one in house.policy.notices
        )
        policy = house.policy.model_copy(update={"notices": notices})
        policy._sha256 = "c" * 64
        return dataclasses.replace(house, policy=policy)

    desk = Desk(build, standing_clock, change=told)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def person(desk: Desk) -> int:
    return from_reference(SUBJECT, desk.ref(TUVA))


def share(desk: Desk) -> str:
    desk.prepare(TUVA)
    return OPEN


def letter(desk: Desk) -> str:
    done = write(desk.house(), NEWS, [person(desk)], composed=TEXT, rule=RULE)
    return "barred" if done.barred else OPEN


def mailing(desk: Desk) -> str:
    use = Use("assignment", frozenset({"contact"}), mailing="courses")
    require_free(desk.house(), [person(desk)], use)
    return OPEN


def taken_in(desk: Desk) -> str:
    desk.bring(planning.case("1000000009", TUVA))
    return OPEN if find_by_case(desk.house(), "1000000009") else "set aside"


def erasure(desk: Desk) -> str:
    ask_for_erasure(desk.house(), desk.ref(TUVA))
    return OPEN


def own_extract(desk: Desk) -> str:
    first, _ = desk.enrolled()
    dpo = enrol(desk.house(), desk.clock, "dataskydd", "dpo", by=first)
    line = open_request(
        desk.house(), Right.ACCESS, about=desk.ref(TUVA), came=Came.MAIL,
        received_on=date(2026, 11, 2),
    )  # fmt: skip
    identify(desk.house(), line.ref, Shown.E_ID, officer=dpo.handle, code=dpo.fresh())
    made = extract(desk.house(), line.ref, officer=dpo.handle, code=dpo.fresh())
    return OPEN if made.values else "empty"


DOORS: dict[str, Callable[[Desk], str]] = {
    "share": share,
    "letter": letter,
    "mailing": mailing,
    "import": taken_in,
    "erasure": erasure,
    "own extract": own_extract,
}


def restricted(desk: Desk) -> None:
    first, _ = desk.enrolled()
    restrict(
        desk.house(), desk.ref(TUVA), review_on=date(2027, 2, 1),
        officer=first.handle, code=first.fresh(),
    )  # fmt: skip


def objected(desk: Desk) -> None:
    object_to(desk.house(), desk.ref(TUVA), "assignment")


def withdrawn(desk: Desk) -> None:
    """What is shared rests on a yes, which was given and is taken back."""
    told = desk.change
    desk.change = lambda house: on_consent(told(house))
    yes(desk)
    assert tried(desk, "share") == OPEN, "as long as the yes stands"
    assert withdraw(desk.house(), desk.ref(TUVA), IMAGE)


def opted_out(desk: Desk) -> None:
    opt_out(desk.house(), desk.ref(TUVA))


BARS: dict[str, tuple[Callable[[Desk], None], dict[str, str]]] = {
    "restriction": (
        restricted,
        {
            "share": "data_restricted",
            "letter": "barred",
            "mailing": "data_restricted",
            "import": "set aside",
            "erasure": "nothing_may_go",
            "own extract": OPEN,
        },
    ),
    "objection": (
        objected,
        {"share": "person_objected", "mailing": "person_objected"},
    ),
    "opt-out": (opted_out, {"mailing": "person_opted_out"}),
    "withdrawal": (withdrawn, {"share": "consent_withdrawn"}),
}
"""What each closes; a door that is not named stays open."""


def tried(desk: Desk, door: str) -> str:
    try:
        return DOORS[door](desk)
    except GallraError as closed:
        return closed.code


@pytest.mark.parametrize("bar", BARS)
def test_what_a_person_said_is_heard_at_every_door(desk: Desk, bar: str) -> None:
    put, expected = BARS[bar]
    put(desk)
    found = {door: tried(desk, door) for door in DOORS}
    assert found == dict.fromkeys(DOORS, OPEN) | expected


def test_without_a_bar_every_door_is_open(desk: Desk) -> None:
    assert {door: tried(desk, door) for door in DOORS} == dict.fromkeys(DOORS, OPEN)
