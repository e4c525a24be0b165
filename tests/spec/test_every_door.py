"""Restriction, objection, opt-out and withdrawal are tried at every door: sharing, letters,
mailing lists, hand-overs, imports, erasure, and the person's own extract (art. 7, 15, 18, 21; T-66,
T-68, B-28, H-64)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.errors import GallraError
from lifecycle.letters import Composed, LetterKind, Matter
from lifecycle.policy.mailings import Mailing, Mailings
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Period, Source
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Came, Right, Shown
from tasks.consents.barring import object_to, opt_out, restrict
from tasks.consents.mailings import list_addresses
from tasks.consents.registering import withdraw
from tasks.erasing.finding import find_by_case
from tasks.erasing.inventory import take_inventory
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.importing.main_job import begin_import
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
from tests.spec.test_restricted_rows import copies, postponed

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
NEWSLETTER = Mailings(
    terms=("01-01",),
    lists={
        "courses": Mailing(
            called="utskick om kommande kurser",
            purpose="assignment",
            subject="participant",
            category="contact",
            address="email",
            taken_from="novo",
            sent_with="novo",
            answers="chef",
            source=Source(id="B-26", quote="Några gånger per termin"),
        )
    },
)
"""A mailing such as Bergqvist's, of the controller whom all the other doors are of."""
WAITS = "1000000008"
"""A case that was stored, and not handed over yet."""


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
        changed = {"notices": notices, "mailings": NEWSLETTER}
        policy = house.policy.model_copy(update=changed)
        policy._sha256 = "c" * 64
        return dataclasses.replace(house, policy=policy, systems={"novo": novo})

    novo = MemorySystem(system="novo")
    for who in (TUVA, OMAR):
        novo.put(in_novo(who))
    desk = Desk(build, standing_clock, change=told)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    postponed(desk, planning.case(WAITS, TUVA))
    take_inventory(desk.house())
    return desk


def in_novo(who: planning.Person) -> MemoryRecord:
    return MemoryRecord(
        key=f"novo-{who[2]}",
        kind="participant",
        identifiers={"national_id": who[2]},
        fields={"identity": {"name": who[1]}, "contact": {"email": address(who)}},
    )


def address(who: planning.Person) -> str:
    return f"{who[0].lower()}@example.se"


def person(desk: Desk) -> int:
    return from_reference(SUBJECT, desk.ref(TUVA))


def share(desk: Desk) -> str:
    desk.prepare(TUVA)
    return OPEN


def letter(desk: Desk) -> str:
    done = write(desk.house(), NEWS, [person(desk)], composed=TEXT, rule=RULE)
    return "barred" if done.barred else OPEN


def mailing(desk: Desk) -> str:
    file = desk.house().settings.home / "addresses.csv"
    file.unlink(missing_ok=True)
    list_addresses(desk.house(), "courses", file)
    listed = file.read_text(encoding="utf-8").split()
    assert address(OMAR) in listed, "whoever said nothing is on it"
    return OPEN if address(TUVA) in listed else "left out"


def hand_over(desk: Desk) -> str:
    begin_import(desk.house())
    return OPEN if copies(desk, WAITS) == [1] else "kept back"


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
    "hand-over": hand_over,
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
            "mailing": "left out",
            "hand-over": "kept back",
            "import": "set aside",
            "erasure": "nothing_may_go",
            "own extract": OPEN,
        },
    ),
    "objection": (
        objected,
        {"share": "person_objected", "mailing": "left out"},
    ),
    "opt-out": (opted_out, {"mailing": "left out"}),
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
