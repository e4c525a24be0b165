"""Nothing is passed on to partners or other organisations unless the person said yes or the law has
it passed on: tried at the share door itself (H-30)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.consent import Answer
from lifecycle.disclosure_condition import Condition
from lifecycle.errors import Refused
from lifecycle.plan import PlanState
from lifecycle.references import SUBJECT, to_reference
from records.engines import reading
from records.plans import Plan
from records.tables import placement
from tasks.consents.registering import give, withdraw
from tasks.erasing.inventory import take_inventory
from tasks.house.doors import Door, Doors
from tasks.house.parts import House
from tasks.house.wiring import open_house
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.judging import Wish
from tests.factories.databases import NewDatabase
from tests.factories.execution import narrowed
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.factories.sharing import DESK, TEXT, UNTIL, RecordingChannel, seal
from tests.factories.stand_ins import impossible_cpr

BY = "tls-mail"
TUVA, OMAR = ("Tuva", "pupil"), ("Omar", "job-applicant")
Person = tuple[str, str]
"""A name, and what somebody is to the school."""
CPR = {who: impossible_cpr(number) for number, who in enumerate((TUVA, OMAR), start=1)}
DOCTOR = Wish("health-staff", "desk", ("identity",), "treatment-and-teaching", BY, "zip", UNTIL,
              systems=("journal-system",))  # fmt: skip
"""The pupil's own doctor: by law, and for nothing else."""
WORKPLACE = Wish("former-employers", "desk", ("identity",), "recruitment", BY, "zip", UNTIL,
                 systems=("jobindex",))  # fmt: skip
"""A workplace that is asked for a reference: the applicant has to say yes."""


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@dataclass
class School:
    """A school in which Tuva is a pupil and Omar has applied for a post."""

    opened: House
    clock: StandingClock
    officers: list[Authenticator] = field(default_factory=list)
    mail: RecordingChannel = field(default_factory=lambda: RecordingChannel(place=BY))
    text: RecordingChannel = field(default_factory=lambda: RecordingChannel(place=TEXT))

    def __post_init__(self) -> None:
        systems = {name: MemorySystem(system=name) for name in ("journal-system", "jobindex")}
        systems["journal-system"].put(record(TUVA))
        systems["jobindex"].put(record(OMAR))
        desks = {one: {"desk": DESK} for one in ("health-staff", "former-employers")}
        doors = Doors(
            ways={
                BY: Door(name=BY, kind="smtp", channel=self.mail),
                TEXT: Door(name=TEXT, kind="sms", channel=self.text),
            },
            recipients=desks,
            sealers={"zip": seal},
            outgoing=self.opened.settings.home / "outgoing",
        )
        self.house = dataclasses.replace(narrowed(self.opened, systems=systems), doors=doors)
        take_inventory(self.house)
        self.officers = [enrol(self.house, self.clock, "skole", *sorted(self.house.policy.roles))]

    def ref(self, who: Person) -> str:
        """Their `S-…`, by where they stand."""
        with reading(self.house.engine) as connection:
            [found] = connection.execute(
                select(placement.c.subject_id).where(placement.c.kind == who[1])
            ).scalars()
        return to_reference(SUBJECT, found)

    def prepare(self, wish: Wish, who: Person) -> Plan:
        [officer] = self.officers
        selection = Selection(references=(self.ref(who),))
        return prepare(self.house, wish, selection, by=officer.handle, code=officer.fresh())

    def refusal(self, wish: Wish, who: Person) -> tuple[str, str | None]:
        with pytest.raises(Refused) as refused:
            self.prepare(wish, who)
        assert self.mail.handed == self.text.handed == []
        return refused.value.code, refused.value.ref


def record(who: Person) -> MemoryRecord:
    return MemoryRecord(
        key=f"k-{who[0]}",
        kind=who[1],
        identifiers={"national_id": CPR[who]},
        fields={"identity": {"name": who[0]}},
    )


@pytest.fixture
def school(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[School]:
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    with open_house("behandlingsskolerne", settings=settings, now=standing_clock) as house:
        yield School(house, standing_clock)


def test_without_consent_or_duty_nothing_is_passed_on(school: School) -> None:
    assert school.refusal(DOCTOR, TUVA) == ("condition_missing", "H-30")
    assert school.refusal(WORKPLACE, OMAR) == ("consent_missing", school.ref(OMAR))
    agree(school)
    # A yes that nobody points at is not what it rests on.
    assert school.refusal(WORKPLACE, OMAR) == ("condition_missing", "H-30")


def test_where_the_law_has_it_passed_on_it_is(school: School) -> None:
    plan = school.prepare(DOCTOR._replace(condition=Condition.LEGAL_DUTY), TUVA)
    assert plan.state is PlanState.DRAWN


def test_a_duty_that_the_policy_does_not_know_is_none(school: School) -> None:
    wish = WORKPLACE._replace(condition=Condition.LEGAL_DUTY)
    agree(school)
    assert school.refusal(wish, OMAR)[0] == "no_legal_duty"


def test_a_yes_counts_when_it_is_on_record_and_as_long_as_it_stands(school: School) -> None:
    wish = WORKPLACE._replace(condition=Condition.CONSENT)
    assert school.refusal(wish, OMAR)[0] == "consent_missing"
    agree(school)
    assert school.prepare(wish, OMAR).state is PlanState.DRAWN
    assert withdraw(school.house, school.ref(OMAR), "references")
    assert school.refusal(wish, OMAR)[0] == "consent_withdrawn"


def test_a_yes_that_no_question_of_the_policy_asks_for_is_none(school: School) -> None:
    """Nobody is asked whether their doctor may be told: there is no such yes to point at."""
    assert school.refusal(DOCTOR._replace(condition=Condition.CONSENT), TUVA)[0] == (
        "consent_missing"
    )


def agree(school: School) -> None:
    [officer] = school.officers
    give(
        school.house, school.ref(OMAR), "references", answer=Answer.YES,
        on=date(2026, 10, 1), giver="job-applicant", officer=officer.handle, code=officer.fresh(),
    )  # fmt: skip
