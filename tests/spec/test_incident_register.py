"""Whoever learns of an incident reports it; it is written down sealed, judged by those whom the
policy names, reported in phases, and kept, reported or not (A-26…A-29, H-57, art. 33)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import delete, select

from lifecycle.errors import Misconfigured, Refused
from lifecycle.incident.states import Report, State, Telling
from lifecycle.incident.words import (
    Consequence,
    Dismissed,
    Exemption,
    Likelihood,
    Risk,
    Topic,
)
from lifecycle.ledger import EventKind
from records import incidents, to_dos
from records.engines import reading
from records.incidents import Incident
from records.tables import RECORDS, ledger_event
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.incidents import people as register
from tasks.incidents.reports import note_reported, note_supplement, supplement_is_late
from tasks.incidents.steps import known
from tasks.incidents.texts import LONGEST, opened
from tasks.proving.lost_records import find_lost
from tasks.proving.proof import verify_ledger
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house"]

SECRET = "Tuva Exempelsson i klass 9A fick Omars intyg"
ZONE = ZoneInfo("Europe/Stockholm")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "dpo")


@pytest.fixture
def chef(house: House, standing_clock: StandingClock, dpo: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "chef-nord", "chef", by=dpo)


@pytest.fixture
def ref(house: House) -> str:
    return register.open_incident(house, kind="mail-to-wrong-person", text=SECRET)


def assess(house: House, ref: str, who: Authenticator, **changed: Any) -> Risk:
    given: dict[str, Any] = {
        "consequence": Consequence.LIMITED,
        "likelihood": Likelihood.POSSIBLE,
        "sensitive": False,
        "risk": None,
        "text": None,
    } | changed
    return register.assess(house, ref, officer=who.handle, code=who.fresh(), **given)


def by(who: Authenticator) -> dict[str, Any]:
    return {"officer": who.handle, "code": who.fresh()}


def is_refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code


def standing(house: House) -> dict[str, int]:
    with reading(house.engine) as connection:
        waiting = to_dos.open_to_dos(connection, controller=house.controller)
    return {one.ref: one.number for one in waiting if one.kind == "incident_open"}


def log(house: House, ref: str) -> list[tuple[Topic, str]]:
    with reading(house.engine) as connection:
        lines = incidents.entries(connection, known(house, ref).number)
    return [(one.topic, text) for one, text in zip(lines, opened(house, lines), strict=True)]


# --- written down ---------------------------------------------------------------------------------


def test_it_stands_in_the_register_from_the_first_word_with_its_clock(
    house: House, ref: str
) -> None:
    one = known(house, ref)
    assert (one.state, one.report, one.telling) == (
        State.OPEN,
        Report.UNDECIDED,
        Telling.UNDECIDED,
    )
    assert one.aware == house.now()
    assert standing(house) == {ref: 1}
    (event,) = events(house, EventKind.INCIDENT_OPENED)
    assert event["ref"] == ref
    assert event["facts"]["kind"] == "mail-to-wrong-person"  # type: ignore[index]
    assert log(house, ref) == [(Topic.HAPPENED, SECRET)]
    verify_ledger(house)


def test_not_a_word_of_what_people_wrote_stands_in_clear_anywhere(
    house: House, ref: str, dpo: Authenticator
) -> None:
    register.note(house, ref, topic=Topic.DONE, text="Ringde Omar Påhittad")
    assess(house, ref, dpo, text="Tuva är dotter till rektorn")
    note_reported(house, ref, receipt="IMY-2026-123 Exempelsson", **by(dpo))
    with reading(house.engine) as connection:
        every = b"".join(
            repr(tuple(row)).encode() + b"".join(c for c in row if isinstance(c, bytes))
            for table in RECORDS.tables.values()
            for row in connection.execute(select(table))
        )
        told = b"".join(bytes(b) for b in connection.execute(select(ledger_event.c.body)).scalars())
    for word in ("Tuva", "Exempelsson", "850709", "Omar", "IMY-2026"):
        assert word.encode() not in every
        assert word.encode() not in told
    assert len(log(house, ref)) == 4


def test_the_same_words_again_are_no_second_incident_and_no_second_line(
    house: House, ref: str, standing_clock: StandingClock
) -> None:
    standing_clock.pass_time(minutes=3)
    again = register.open_incident(house, kind="mail-to-wrong-person", text=f"  {SECRET}\r\n")
    assert again == ref
    for _ in range(2):
        register.note(house, ref, topic=Topic.DONE, text="Bad mottagaren radera", people=3)
    assert len(log(house, ref)) == 2
    assert len(events(house, EventKind.INCIDENT_NOTED)) == 1
    assert len(events(house, EventKind.INCIDENT_OPENED)) == 1


def test_what_is_known_by_and_by_is_written_down(
    house: House, ref: str, standing_clock: StandingClock
) -> None:
    began = standing_clock() - timedelta(hours=5)
    register.note(house, ref, began_at=began, people=12, pieces=40)
    register.note(house, ref, ended_at=began + timedelta(hours=1), people=9)
    one = known(house, ref)
    assert (one.people, one.pieces) == (9, 40)
    assert datetime.fromisoformat(one.began_at or "") == began
    first, second = events(house, EventKind.INCIDENT_NOTED)
    assert first["numbers"] == {"people": 12, "pieces": 40}
    assert second["numbers"] == {"people": 9}
    is_refused(
        "instants_disagree",
        lambda: register.note(house, ref, ended_at=began - timedelta(seconds=1)),
    )
    is_refused("nothing_noted", lambda: register.note(house, ref))
    is_refused("count_not_allowed", lambda: register.note(house, ref, people=10**10))


def test_awareness_is_only_ever_put_earlier(house: House, ref: str) -> None:
    aware = known(house, ref).aware
    register.note(house, ref, aware_at=aware - timedelta(hours=7))
    assert known(house, ref).aware == aware - timedelta(hours=7)
    is_refused(
        "aware_only_earlier",
        lambda: register.note(house, ref, aware_at=aware - timedelta(hours=1)),
    )
    is_refused(
        "aware_in_future",
        lambda: register.note(house, ref, aware_at=aware + timedelta(hours=1)),
    )


def test_local_hours_are_instants_over_the_change_of_the_clocks(
    house: House, standing_clock: StandingClock
) -> None:
    aware = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZONE)  # the second half past two
    ref = register.open_incident(house, kind="virus", text="Virus.", aware_at=aware)
    assert known(house, ref).aware == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_missing"),
        (" \r\n\t ", "text_missing"),
        ("x" * (LONGEST + 1), "text_too_long"),
        ("vanlig \u202e text", "text_not_writable"),
    ],
)
def test_a_text_that_is_none_is_refused_and_nothing_is_written(
    house: House, text: str, code: str
) -> None:
    is_refused(code, lambda: register.open_incident(house, kind="virus", text=text))
    assert standing(house) == {}


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("19850709-9805", "identity_number_in_text"),
        ("8507099805", "identity_number_in_text"),
        ("tuva@example.se", "contact_details_in_text"),
        ("070-123 45 67", "contact_details_in_text"),
    ],
)
def test_a_text_that_names_somebody_by_number_is_refused_and_changes_nothing(
    house: House, ref: str, dpo: Authenticator, named: str, code: str
) -> None:
    """Much of it goes to the authority, where it becomes public; the grounds of a judgement too."""
    text = f"Intyget om {named} låg i skrivaren."
    before = whole(house)
    is_refused(code, lambda: register.open_incident(house, kind="virus", text=text))
    is_refused(code, lambda: register.note(house, ref, topic=Topic.DONE, text=text, people=3))
    assert whole(house) == before
    if code == "identity_number_in_text":
        is_refused(code, lambda: register.note(house, ref, topic=Topic.NOTE, text=text))
        is_refused(code, lambda: assess(house, ref, dpo, text=text))
    with pytest.raises(Refused) as refusal:
        register.note(house, ref, topic=Topic.DONE, text=text)
    assert named not in f"{refusal.value!r} {refusal.value} {refusal.value.counts}"


def test_what_the_policy_does_not_know_is_refused(house: House) -> None:
    is_refused(
        "incident_kind_unknown",
        lambda: register.open_incident(house, kind="Tuva", text="Något"),
    )
    is_refused(
        "day_in_future",
        lambda: register.open_incident(house, kind="virus", text="x", on=date(2026, 11, 3)),
    )
    bare = dataclasses.replace(house, policy=house.policy.model_copy(update={"incidents": None}))
    with pytest.raises(Misconfigured, match="incidents_without_rule"):
        register.open_incident(bare, kind="virus", text="Något")


def test_an_incident_of_another_controller_is_unknown(house: House, ref: str) -> None:
    controller = house.policy.controller.model_copy(update={"id": "bergqvist"})
    other = dataclasses.replace(
        house, policy=house.policy.model_copy(update={"controller": controller})
    )
    is_refused("incident_unknown", lambda: known(other, ref))


# --- judged ---------------------------------------------------------------------------------------


def test_only_whom_the_policy_names_judges_and_every_refusal_is_in_the_ledger(
    house: House, ref: str, dpo: Authenticator, chef: Authenticator
) -> None:
    is_refused("role_may_not_judge", lambda: assess(house, ref, chef))
    is_refused("code_wrong", lambda: register.close(house, ref, officer="ombud", code=dpo.wrong()))
    is_refused("incident_not_assessed", lambda: register.close(house, ref, **by(dpo)))
    assert known(house, ref).state is State.OPEN
    told = [one["facts"]["reason"] for one in events(house, EventKind.APPROVAL_REFUSED)]  # type: ignore[index]
    assert told == ["role_may_not_judge", "code_wrong", "incident_not_assessed"]
    assert assess(house, ref, dpo) is Risk.RISK


def test_less_than_was_proposed_needs_its_grounds(
    house: House, ref: str, dpo: Authenticator
) -> None:
    lower: dict[str, Any] = {"consequence": Consequence.SEVERE, "risk": Risk.UNLIKELY}
    is_refused("grounds_missing", lambda: assess(house, ref, dpo, **lower))
    assert assess(house, ref, dpo, text="Filen var krypterad.", **lower) is Risk.UNLIKELY
    (event,) = events(house, EventKind.INCIDENT_ASSESSED)
    facts = event["facts"]
    assert isinstance(facts, dict)
    assert (facts["risk"], facts["proposed"]) == ("unlikely", "high")


def test_a_high_risk_means_authority_and_people(house: House, ref: str, dpo: Authenticator) -> None:
    assert assess(house, ref, dpo, consequence=Consequence.SEVERE) is Risk.HIGH
    one = known(house, ref)
    assert (one.report, one.telling) == (Report.TO_REPORT, Telling.TO_TELL)
    no: dict[str, Any] = {"yes": False, "text": "Nej."}
    is_refused(
        "must_be_reported",
        lambda: register.decide_report(house, ref, **no, **by(dpo)),
    )
    is_refused(
        "people_must_be_told",
        lambda: register.decide_telling(house, ref, **no, **by(dpo)),
    )
    register.decide_telling(
        house, ref, yes=False, exemption=Exemption.UNREADABLE, text="Krypterad.", **by(dpo)
    )
    one = known(house, ref)
    assert (one.telling, one.exemption) == (Telling.NOT_NEEDED, "unreadable")


def test_an_incident_that_need_not_be_reported_is_decided_with_grounds_and_kept(
    house: House, ref: str, dpo: Authenticator
) -> None:
    assess(house, ref, dpo, likelihood=Likelihood.UNLIKELY)
    is_refused(
        "grounds_missing",
        lambda: register.decide_report(house, ref, yes=False, text=None, **by(dpo)),
    )
    register.decide_report(house, ref, yes=False, text="Ingen har sett det.", **by(dpo))
    register.decide_telling(house, ref, yes=False, text="Ingen risk.", **by(dpo))
    is_refused("measure_missing", lambda: register.close(house, ref, **by(dpo)))
    register.note(house, ref, topic=Topic.DONE, text="Rutinen är ändrad.")
    register.close(house, ref, **by(dpo))
    with reading(house.engine) as connection:
        (kept,) = incidents.find(connection, controller=house.controller)
    assert (kept.state, kept.report) == (State.CLOSED, Report.NOT_NEEDED)
    assert standing(house) == {}
    assert len(log(house, ref)) == 4
    is_refused("incident_closed", lambda: register.note(house, ref, text="Mer"))
    register.reopen(house, ref, **by(dpo))
    assert standing(house) == {ref: 1}
    register.note(house, ref, text="Mer")


# --- reported -------------------------------------------------------------------------------------


def test_a_report_stops_the_clock_and_what_was_promised_has_a_last_day(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    standing_clock.pass_time(hours=20)
    note_reported(house, ref, receipt="2026-77", more=True, **by(dpo))
    one = known(house, ref)
    assert (one.report, one.more) == (Report.REPORTED, True)
    (event,) = events(house, EventKind.INCIDENT_REPORTED)
    assert event["numbers"] == {"hours": 20, "more": 1}
    with reading(house.engine) as connection:
        (phase,) = incidents.phases(connection, one.number)
    assert phase.due_on == "2026-12-01", "four weeks"
    assert not supplement_is_late(house, one, phase)
    is_refused("incident_reported", lambda: note_reported(house, ref, **by(dpo)))
    standing_clock.pass_time(days=29)
    assert supplement_is_late(house, one, phase)
    note_supplement(house, ref, **by(dpo))
    one = known(house, ref)
    with reading(house.engine) as connection:
        first, second = incidents.phases(connection, one.number)
    assert not supplement_is_late(house, one, second)
    assert (first.number, second.number, second.more) == (1, 2, False)


def test_after_72_hours_the_reasons_for_the_delay_come_first(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    aware = known(house, ref).aware
    standing_clock.instant = aware + timedelta(hours=80)
    note: dict[str, Any] = {"sent_at": aware + timedelta(hours=72, seconds=1)}
    is_refused("delay_without_reason", lambda: note_reported(house, ref, **note, **by(dpo)))
    register.note(house, ref, topic=Topic.DELAY, text="Helg.")
    note_reported(house, ref, **note, **by(dpo))
    assert known(house, ref).report is Report.REPORTED


def test_sent_in_time_and_said_later_needs_no_reasons(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    aware = known(house, ref).aware
    standing_clock.instant = aware + timedelta(hours=80)
    is_refused(
        "sent_in_future",
        lambda: note_reported(house, ref, sent_at=aware + timedelta(hours=90), **by(dpo)),
    )
    is_refused(
        "sent_before_aware",
        lambda: note_reported(house, ref, sent_at=aware - timedelta(hours=1), **by(dpo)),
    )
    note_reported(house, ref, sent_at=aware + timedelta(hours=72), **by(dpo))
    is_refused(
        "supplement_before_report",
        lambda: note_supplement(house, ref, sent_at=aware + timedelta(hours=71), **by(dpo)),
    )


def test_the_same_supplement_again_is_no_second_phase(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    note_reported(house, ref, more=True, **by(dpo))
    standing_clock.pass_time(days=2)
    sent = standing_clock()
    for _ in range(2):
        note_supplement(house, ref, sent_at=sent, more=True, **by(dpo))
    with reading(house.engine) as connection:
        assert len(incidents.phases(connection, known(house, ref).number)) == 2


# --- killed ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """A `kill -9`, as far as this process can play it."""


def whole(house: House) -> tuple[list[Incident], list[str], int]:
    with reading(house.engine) as connection:
        every = incidents.find(connection, controller=house.controller)
        lines = [
            f"{entry.topic} {entry.on_date}"
            for one in every
            for entry in incidents.entries(connection, one.number)
        ]
        bodies = connection.execute(select(ledger_event.c.body)).scalars().all()
    kinds = [orjson.loads(bytes(body))["kind"] for body in bodies]
    return every, lines, sum(str(kind).startswith("incident.") for kind in kinds)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["open", "note", "assess", "report", "decide", "close"])
def test_killed_around_the_commit_a_step_is_done_whole_or_not_at_all(
    house: House,
    dpo: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    """And the same step again ends where the first would have."""
    if step != "open":
        ref = register.open_incident(house, kind="virus", text=SECRET)
        register.note(house, ref, topic=Topic.DONE, text="Servern är stängd.")
        if step in {"decide", "close"}:
            assess(house, ref, dpo, likelihood=Likelihood.UNLIKELY)
        if step == "close":
            register.decide_report(house, ref, yes=False, text="Ingen risk.", **by(dpo))
            register.decide_telling(house, ref, yes=False, text="Ingen risk.", **by(dpo))
    steps: dict[str, Callable[[], object]] = {
        "open": lambda: register.open_incident(house, kind="virus", text=SECRET),
        "note": lambda: register.note(house, ref, topic=Topic.REASON, text="Lösenord på lapp."),
        "assess": lambda: assess(house, ref, dpo),
        "report": lambda: note_reported(house, ref, receipt="77", **by(dpo)),
        "decide": lambda: register.decide_report(house, ref, yes=False, text="Nej.", **by(dpo)),
        "close": lambda: register.close(house, ref, **by(dpo)),
    }
    before = whole(house)
    commit = UnitOfWork.commit

    def killed(work: UnitOfWork) -> object:
        if after:
            commit(work)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", killed)
        with pytest.raises(Killed):
            steps[step]()
    if not after:
        assert whole(house) == before, "nothing of it is there"
    try:
        steps[step]()
    except Refused as refused:
        assert after, refused  # it is done, and says so
    every, lines, told = whole(house)
    assert len(every) == 1
    assert len(lines) == len(set(lines)) or step == "close"
    # Assessing twice is two assessments; everything else leaves one event.
    assert told == before[2] + 1 + (step in {"assess", "decide"} and after)
    verify_ledger(house)


# --- drafts ---------------------------------------------------------------------------------------


def draft(house: House) -> str:
    number = 77
    with house.work() as work:
        one = register.new_incident(
            house,
            number,
            kind="kept-too-long",
            state=State.DRAFT,
            aware=house.now(),
            because="staged_too_long",
            cause_id=5,
        )
        incidents.insert(work.connection, one)
        work.record(EventKind.INCIDENT_DRAFTED, ref=one.ref)
        work.commit()
    return one.ref


def test_a_draft_is_taken_up_or_dismissed_by_somebody_and_kept(
    house: House, dpo: Authenticator
) -> None:
    ref = draft(house)
    is_refused("incident_is_a_draft", lambda: assess(house, ref, dpo))
    register.dismiss(house, ref, because=Dismissed.NO_BREACH, text="Tom fil.", **by(dpo))
    one = known(house, ref)
    assert (one.state, one.reason) == (State.DISMISSED, "no_breach")
    is_refused("incident_dismissed", lambda: register.take_up(house, ref, **by(dpo)))
    (event,) = events(house, EventKind.INCIDENT_DISMISSED)
    assert event["facts"]["reason"] == "no_breach"  # type: ignore[index]


def test_a_draft_that_is_taken_up_is_an_incident_of_the_kind_that_is_said(
    house: House, dpo: Authenticator
) -> None:
    ref = draft(house)
    is_refused("incident_kind_unknown", lambda: register.take_up(house, ref, kind="x", **by(dpo)))
    register.take_up(house, ref, kind="shared-too-widely", **by(dpo))
    one = known(house, ref)
    assert (one.state, one.kind, one.because) == (
        State.OPEN,
        "shared-too-widely",
        "staged_too_long",
    )
    is_refused(
        "incident_is_no_draft",
        lambda: register.dismiss(house, ref, because=Dismissed.TRIED_OUT, text=None, **by(dpo)),
    )


def test_the_log_of_one_house_is_read_by_the_next(
    build: Builder, house: House, ref: str, dpo: Authenticator
) -> None:
    assert log(build(), ref) == [(Topic.HAPPENED, SECRET)]


def test_an_entry_that_somebody_took_out_of_the_records_is_told_by_the_nights_check(
    house: House, ref: str
) -> None:
    """Every incident is kept: the ledger knows it."""
    assert find_lost(house) == []
    kept = draft(house)
    with house.work() as work:
        work.connection.execute(delete(RECORDS.tables["incident"]))
        work.record(EventKind.RULES_APPLIED)
        work.commit()
    assert {(one.ref, one.what) for one in find_lost(house)} == {
        (ref, "incident"),
        (kept, "incident"),
    }
