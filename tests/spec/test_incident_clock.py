"""Somebody is reminded at 24, 48 and 60 hours and told when 72 have passed; what Gallra notices
itself is put before people as a draft (A-27, A-28, H-57)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from connectors.memory import MemoryStaging
from lifecycle.incident.states import State
from lifecycle.incident.words import Dismissed, Topic
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind
from lifecycle.policy.values import Period
from records import incidents, to_dos
from records.engines import reading
from records.incidents import Incident
from records.tables import RECORDS
from records.unit_of_work import UnitOfWork
from tasks.erasing.planning import draw
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.importing.purge import purge
from tasks.incidents import people as register
from tasks.incidents.clocks import ALARMS, running
from tasks.incidents.drafts import open_drafts
from tasks.incidents.following import follow
from tasks.incidents.reports import note_reported
from tasks.incidents.steps import known
from tasks.watching.alarm_mail import Told
from tasks.watching.daily import watch
from tests.factories import planning
from tests.factories.execution import OMAR
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house"]

HOUR = timedelta(hours=1)


@dataclasses.dataclass
class Letters:
    """A mailbox that keeps what is written."""

    written: list[str] = dataclasses.field(default_factory=list)

    def write(self, *, subject: str, text: str, mark: str) -> None:
        self.written.append(f"{subject}\n{text}")


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def office(house: House, letters: Letters) -> House:
    """A house with a mailbox, whose file lies in memory."""
    staging = MemoryStaging(place=house.staging.place, now=house.now)
    return dataclasses.replace(house, mailbox=letters, staging=staging)


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "dpo")


def about_incidents(house: House) -> set[tuple[str, str]]:
    return {(one.kind, one.ref) for one in watch(house).standing if one.kind in ALARMS}


def drafts(house: House) -> list[Incident]:
    with reading(house.engine) as connection:
        return incidents.find(connection, controller=house.controller, states=[State.DRAFT])


def by(who: Authenticator) -> dict[str, Any]:
    return {"officer": who.handle, "code": who.fresh()}


# --- the clock ------------------------------------------------------------------------------------


def test_reminders_at_24_48_and_60_hours_each_mailed_once_and_escalation_at_72(
    office: House, standing_clock: StandingClock, letters: Letters
) -> None:
    ref = register.open_incident(office, kind="virus", text="Virus i databasen.")
    began = standing_clock()
    mailed: list[tuple[float, str]] = []
    for hours in [*range(73), 72.25, 73, 80, 100]:
        standing_clock.instant = began + hours * HOUR
        before = len(letters.written)
        seen = about_incidents(office)
        assert len([kind for kind, _ in seen if kind.startswith("incident_reminder")]) <= 1
        for mail in letters.written[before:]:
            told = [kind for kind in ALARMS if f"\n{kind}: 1" in mail]
            mailed += [(hours, kind) for kind in told]
    assert mailed == [
        (0, "incident_noticed"),
        (24, "incident_reminder_1"),
        (48, "incident_reminder_2"),
        (60, "incident_reminder_3"),
        (72.25, "incident_late"),
    ]
    third = next(mail for mail in letters.written if "incident_reminder_3" in mail)
    assert f"- {ref}, since 2026-11-04 21:00 CET" in third
    assert "report due 2026-11-05 09:00 CET: 12.0 hours left" in third
    assert "TOO LATE" in letters.written[-1]
    assert not any("Virus i" in mail for mail in letters.written)


def test_after_an_outage_the_newest_reminder_alone(
    office: House, standing_clock: StandingClock
) -> None:
    ref = register.open_incident(office, kind="virus", text="Virus.")
    standing_clock.pass_time(hours=50)
    assert about_incidents(office) == {
        ("incident_noticed", ref),
        ("incident_reminder_2", ref),
    }
    standing_clock.pass_time(hours=100)
    assert about_incidents(office) == {("incident_noticed", ref), ("incident_late", ref)}


def mailed_about(letters: Letters, ref: str) -> list[str]:
    """The kinds of alarms about it, in the order in which they were mailed; each as often."""
    found = []
    for mail in letters.written:
        assert ref in mail or "incident" not in mail
        found += [kind for kind in ALARMS if f"\n{kind}: 1" in mail]
    return found


def test_off_for_two_days_reminders_are_not_doubled_and_the_escalation_comes(
    office: House, standing_clock: StandingClock, letters: Letters
) -> None:
    """Whether it was off over one reminder or several: what is past is not told after the event."""
    ref = register.open_incident(office, kind="virus", text="Virus.")
    follow(office)
    assert mailed_about(letters, ref) == ["incident_noticed"]
    standing_clock.pass_time(hours=20)
    follow(office)
    standing_clock.pass_time(days=2)  # over the reminders at 24, 48 and 60 hours
    for _ in range(3):
        follow(office)
        standing_clock.pass_time(minutes=30)
    assert mailed_about(letters, ref) == ["incident_noticed", "incident_reminder_3"]
    standing_clock.pass_time(days=2)  # and over the end
    for _ in range(3):
        follow(office)
        standing_clock.pass_time(hours=5)
    assert mailed_about(letters, ref) == [
        "incident_noticed",
        "incident_reminder_3",
        "incident_late",
    ]


OVER_WHAT = {
    "summer time begins": datetime(2027, 3, 27, 12, tzinfo=UTC),
    "summer time ends": datetime(2026, 10, 24, 20, tzinfo=UTC),
    "the turn of the year": datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 28, 0, 30, tzinfo=UTC),
    "no leap day": datetime(2027, 2, 27, 23, 0, tzinfo=UTC),
}


@pytest.mark.parametrize("over", OVER_WHAT)
def test_each_reminder_comes_to_the_second_and_not_before(
    office: House, standing_clock: StandingClock, letters: Letters, over: str
) -> None:
    began = standing_clock.instant = OVER_WHAT[over]
    ref = register.open_incident(office, kind="virus", text="Virus.")
    follow(office)
    due = {24: "incident_reminder_1", 48: "incident_reminder_2", 60: "incident_reminder_3"}
    told = ["incident_noticed"]
    for hours, kind in due.items():
        standing_clock.instant = began + hours * HOUR - timedelta(seconds=1)
        follow(office)
        assert mailed_about(letters, ref) == told
        standing_clock.instant = began + hours * HOUR
        follow(office)
        told.append(kind)
        assert mailed_about(letters, ref) == told
    standing_clock.instant = began + 72 * HOUR
    follow(office)
    assert mailed_about(letters, ref) == told, "at its very end it is not late"
    standing_clock.instant = began + 72 * HOUR + timedelta(seconds=1)
    follow(office)
    assert mailed_about(letters, ref) == [*told, "incident_late"]


def test_it_ends_when_the_authority_was_told(
    office: House, standing_clock: StandingClock, dpo: Authenticator
) -> None:
    ref = register.open_incident(office, kind="virus", text="Virus.")
    standing_clock.pass_time(hours=73)
    assert ("incident_late", ref) in about_incidents(office)
    register.note(office, ref, topic=Topic.DELAY, text="Ingen såg det.")
    note_reported(office, ref, more=True, **by(dpo))
    assert about_incidents(office) == {("incident_noticed", ref)}, "nobody has assessed it yet"
    assert running(office, known(office, ref)) is None
    standing_clock.pass_time(days=29)
    assert ("supplement_late", ref) in about_incidents(office)


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 27, 20, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 30, 12, tzinfo=UTC)),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), datetime(2027, 1, 3, 22, 30, tzinfo=UTC)),
        (datetime(2028, 2, 28, 0, 0, tzinfo=UTC), datetime(2028, 3, 2, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_alarm_comes_after_72_elapsed_hours_in_nights_of_23_and_25_and_over_new_year(
    office: House, standing_clock: StandingClock, aware: datetime, due: datetime
) -> None:
    standing_clock.instant = aware
    ref = register.open_incident(office, kind="virus", text="Virus.")
    standing_clock.instant = due
    assert ("incident_late", ref) not in about_incidents(office)
    standing_clock.instant = due + timedelta(seconds=1)
    assert ("incident_late", ref) in about_incidents(office)


def test_a_policy_with_shorter_hours_is_kept(office: House, standing_clock: StandingClock) -> None:
    ref = register.open_incident(office, kind="virus", text="Virus.")
    standing_clock.pass_time(hours=25)
    rules = office.policy.incident_rules().model_copy(
        update={"within": Period.parse("PT24H"), "remind_after": (Period.parse("PT12H"),)}
    )
    shorter = office.policy.model_copy(update={"incidents": rules})
    assert ("incident_late", ref) in about_incidents(dataclasses.replace(office, policy=shorter))


# --- drafts ---------------------------------------------------------------------------------------


def test_a_file_past_its_day_opens_one_draft_also_when_it_is_gone_by_now(
    office: House, standing_clock: StandingClock
) -> None:
    assert isinstance(office.staging, MemoryStaging)
    office.staging.drop("Tuva.csv", b"x", arrived_at=standing_clock() - 21 * HOUR)
    watch(office)
    raised = standing_clock()
    purge(office)
    standing_clock.pass_time(hours=3)
    watch(office)
    (ref,) = open_drafts(office)
    assert open_drafts(office) == []
    (one,) = drafts(office)
    assert (one.ref, one.kind, one.because) == (ref, "kept-too-long", "staged_too_long")
    assert one.aware == raised, "noticed when the alarm was raised, not when the draft was made"
    assert (one.ref_of or "").startswith("F-")
    assert ("incident_to_judge", ref) in about_incidents(office)


def test_a_second_time_is_a_second_draft(office: House, standing_clock: StandingClock) -> None:
    assert isinstance(office.staging, MemoryStaging)
    for _ in range(2):
        office.staging.drop("a.csv", b"x", arrived_at=standing_clock() - 21 * HOUR)
        watch(office)
        purge(office)
        watch(office)
        standing_clock.pass_time(hours=1)
    assert len(open_drafts(office)) == 2


def test_an_erasure_past_its_deadline_opens_a_draft_and_judging_it_closes_what_the_plan_asked_for(
    house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    planning.bring(house, planning.case("1000000001", OMAR, end="2026-04-01"))
    plan = draw(house, kind=PlanKind.RETENTION, as_of=local_today(house))
    assert plan is not None
    (ref,) = open_drafts(house)
    one = known(house, ref)
    assert (one.because, one.ref_of) == ("retention_late", "academedia")
    assert waiting(house) == {plan.ref}
    register.dismiss(house, ref, because=Dismissed.TRIED_OUT, text=None, **by(dpo))
    assert waiting(house) == set()
    assert open_drafts(house) == [], "what was dismissed does not come back"


def waiting(house: House) -> set[str]:
    with reading(house.engine) as connection:
        found = to_dos.open_to_dos(connection, controller=house.controller)
    return {one.ref for one in found if one.kind == "incident_draft"}


def test_what_is_no_breach_opens_no_draft(office: House, standing_clock: StandingClock) -> None:
    standing_clock.pass_time(days=3)
    assert {one.kind for one in watch(office).standing} == {"witness_silent"}
    assert open_drafts(office) == []


class Killed(BaseException):
    """A `kill -9`, as far as this process can play it."""


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_a_draft_is_opened_there_is_one_in_the_end(
    office: House,
    build: Builder,
    standing_clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,
) -> None:
    assert isinstance(office.staging, MemoryStaging)
    for name in ("a.csv", "b.csv"):
        office.staging.drop(name, b"x", arrived_at=standing_clock() - 21 * HOUR)
    watch(office)
    commit = UnitOfWork.commit

    def killed(work: UnitOfWork) -> object:
        if after:
            commit(work)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", killed)
        with pytest.raises(Killed):
            open_drafts(office)
    open_drafts(build())
    assert len(drafts(office)) == 2
    assert len(events(office, EventKind.INCIDENT_DRAFTED)) == 2


def test_the_watchdog_alone_reminds_without_any_orchestrator(
    office: House, standing_clock: StandingClock, letters: Letters
) -> None:
    register.open_incident(office, kind="virus", text="Virus.")
    assert watch(office).told is Told.SENT
    standing_clock.pass_time(hours=49)
    assert watch(office).told is Told.SENT
    assert "incident_reminder_2: 1" in letters.written[-1]


def test_an_entry_that_somebody_took_out_keeps_no_alarm_from_being_told(
    office: House, standing_clock: StandingClock, letters: Letters
) -> None:
    register.open_incident(office, kind="virus", text="Virus.")
    watch(dataclasses.replace(office, mailbox=None))
    with office.work() as work:
        work.connection.execute(delete(RECORDS.tables["incident"]))
        work.record(EventKind.RULES_APPLIED)
        work.commit()
    assert watch(office).told is Told.SENT
    assert "incident_noticed: 1" in letters.written[-1]
    assert "report due" not in letters.written[-1]
