"""A request is written down, looked at, extended with a reason, answered or refused, in time
(art. 12; A-35, B-23, T-61, T-65, H-61)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lifecycle.errors import GallraError, Refused
from lifecycle.ledger import EventKind
from lifecycle.references import REQUEST, SUBJECT, from_reference
from lifecycle.rights import Because, Came, Given, Longer, Outcome, Right, Shown
from records import rights as kept
from records.engines import reading
from records.erasing import remove_subjects
from records.tables import RECORDS, rights_step
from tasks.proving.shredding import destroy_keys
from tasks.rights.register import Line, lines, open_request, overdue, show
from tasks.rights.steps import (
    answer,
    doubt,
    extend,
    identify,
    note,
    read,
    refuse,
    reopen,
    take_back,
)
from tasks.watching.daily import watch
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house"]

CAME = date(2026, 11, 2)
SAID = "Jag vill veta vad ni har om mig, hälsar Tuva Exempelsson"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


@pytest.fixture
def dpo(desk: Desk) -> Authenticator:
    first, _ = desk.enrolled()
    return enrol(desk.house(), desk.clock, "dataskydd", "dpo", by=first)


def opened(desk: Desk, right: Right = Right.COMPLAINT, about: str = "", text: str = SAID) -> Line:
    return open_request(
        desk.house(), right, about=about, came=Came.MAIL, received_on=CAME, text=text
    )


def by(dpo: Authenticator) -> dict[str, str]:
    return {"officer": dpo.handle, "code": dpo.fresh()}


def everything_kept(desk: Desk) -> bytes:
    with reading(desk.house().engine) as connection:
        rows = [tuple(r) for t in RECORDS.tables.values() for r in connection.execute(t.select())]
    return repr(rows).encode()


@everywhere
def test_a_request_is_on_the_list_with_its_days_left_until_it_is_answered(
    desk: Desk, dpo: Authenticator
) -> None:
    tuva = desk.ref(TUVA)
    line = opened(desk, about=tuva)
    assert (line.right, line.article, line.person) == ("complaint", "77", tuva)
    assert (line.received_on, line.due_on, line.days_left) == ("2026-11-02", "2026-12-02", 30)
    assert [one.ref for one in lines(desk.house())] == [line.ref]
    done = answer(desk.house(), line.ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))
    assert (done.state, done.outcome, done.answered_on) == ("answered", "granted", "2026-11-02")
    assert lines(desk.house()) == []
    assert [one.ref for one in lines(desk.house(), everything=True)] == [line.ref]
    [closed] = events(desk.house(), EventKind.REQUEST_CLOSED)
    assert closed["numbers"] == {"late": 0, "reasons": 0}


def test_what_was_asked_is_sealed_and_nowhere_else(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk, about=desk.ref(TUVA))
    note(desk.house(), line.ref, "Tuva ringde igen", **by(dpo))
    assert SAID.encode() not in everything_kept(desk)
    assert b"ringde" not in everything_kept(desk)
    number = from_reference(REQUEST, line.ref)
    with reading(desk.house().engine) as connection:
        texts = kept.written(connection, desk.house().vault, number)
    assert list(texts.values()) == [SAID, "Tuva ringde igen"]
    assert SAID not in repr(events(desk.house(), *EventKind))
    assert [text for _, text in read(desk.house(), line.ref, **by(dpo))] == list(texts.values())
    with pytest.raises(Refused, match="nothing_written"):
        note(desk.house(), line.ref, "  ", **by(dpo))


def test_who_is_erased_leaves_the_request_and_not_what_was_written(
    desk: Desk, dpo: Authenticator
) -> None:
    line = opened(desk, about=desk.ref(TUVA))
    number, tuva = from_reference(REQUEST, line.ref), from_reference(SUBJECT, desk.ref(TUVA))
    house = desk.house()
    with house.work() as work:
        remove_subjects(work.connection, [tuva], at=house.at())
        work.record(EventKind.ERASURE_DONE)
        work.commit()
    destroy_keys(house)
    assert show(house, line.ref).line.right == "complaint"
    with reading(house.engine) as connection:
        assert kept.written(connection, house.vault, number) == {}
        assert [one.sealed for one in connection.execute(rights_step.select())] == [None]


def test_access_waits_for_somebody_to_look_who_asks_and_the_month_does_not(
    desk: Desk, dpo: Authenticator
) -> None:
    line = opened(desk, Right.ACCESS)
    with pytest.raises(Refused, match="identity_not_seen"):
        answer(desk.house(), line.ref, Outcome.NOTHING_HELD, given=Given.MAIL, **by(dpo))
    assert doubt(desk.house(), line.ref, **by(dpo)).state == "doubted"
    desk.clock.pass_time(days=10)
    with pytest.raises(Refused, match="identity_doubted"):
        answer(desk.house(), line.ref, Outcome.NOTHING_HELD, given=Given.MAIL, **by(dpo))
    tuva = desk.ref(TUVA)
    seen = identify(desk.house(), line.ref, Shown.E_ID, about=tuva, **by(dpo))
    assert (seen.state, seen.person, seen.due_on) == ("identified", tuva, "2026-12-02")
    assert seen.days_left == 20
    with pytest.raises(Refused, match="something_is_held"):
        answer(desk.house(), line.ref, Outcome.NOTHING_HELD, given=Given.MAIL, **by(dpo))
    with pytest.raises(Refused, match="nothing_carried_out"):
        answer(desk.house(), line.ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))
    steps = [(one.kind, one.how) for one in show(desk.house(), line.ref).steps]
    assert steps == [("note", ""), ("doubt", ""), ("identify", "e_id")]


def test_that_nothing_is_held_is_an_answer_too(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk, Right.ACCESS)
    identify(desk.house(), line.ref, Shown.ID_DOCUMENT, **by(dpo))
    done = answer(desk.house(), line.ref, Outcome.NOTHING_HELD, given=Given.LETTER, **by(dpo))
    assert (done.state, done.outcome, done.person) == ("answered", "nothing_held", "")


def test_a_request_is_of_one_person(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk, Right.ACCESS, about=desk.ref(TUVA))
    with pytest.raises(Refused, match="request_about_another"):
        identify(desk.house(), line.ref, Shown.E_ID, about=desk.ref(OMAR), **by(dpo))
    with pytest.raises(Refused, match=f"request_open_already {line.ref}"):
        opened(desk, Right.ACCESS, about=desk.ref(TUVA))
    opened(desk, Right.ERASURE, about=desk.ref(TUVA))
    opened(desk, Right.ACCESS, about=desk.ref(OMAR))
    with pytest.raises(Refused, match="subject_unknown"):
        opened(desk, Right.ACCESS, about="S-0000000000000")
    assert len(lines(desk.house())) == 3


def test_it_takes_longer_only_with_a_reason_said_within_the_first_month(
    desk: Desk, dpo: Authenticator
) -> None:
    line = opened(desk)
    longer = extend(desk.house(), line.ref, 2, Longer.COMPLEX, **by(dpo))
    assert (longer.more, longer.due_on) == (2, "2027-02-02")
    with pytest.raises(Refused, match="extended_already"):
        extend(desk.house(), line.ref, 1, Longer.COMPLEX, **by(dpo))
    [told] = events(desk.house(), EventKind.REQUEST_EXTENDED)
    assert told["facts"] == {"because": "complex", "told_on": "2026-11-02"}
    other = opened(desk)
    desk.clock.pass_time(days=31)
    with pytest.raises(Refused, match="extension_too_late"):
        extend(desk.house(), other.ref, 1, Longer.MANY, **by(dpo))


def test_a_refusal_has_a_reason_of_the_law(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk, Right.ERASURE, about=desk.ref(TUVA))
    with pytest.raises(Refused, match="refusal_needs_a_reason"):
        refuse(desk.house(), line.ref, [], given=Given.LETTER, **by(dpo))
    with pytest.raises(Refused, match="reason_not_for_this"):
        refuse(desk.house(), line.ref, [Because.CORRECT_AS_IT_IS], given=Given.LETTER, **by(dpo))
    done = refuse(desk.house(), line.ref, [Because.MUST_BE_KEPT], given=Given.LETTER, **by(dpo))
    assert (done.state, done.because) == ("refused", ("must_be_kept",))
    again = reopen(desk.house(), line.ref, **by(dpo))
    assert (again.state, again.because, again.due_on) == ("received", (), "2026-12-02")
    assert take_back(desk.house(), line.ref, **by(dpo)).state == "taken_back"


def test_part_of_it_needs_a_reason_and_all_of_it_none(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk)
    for outcome, because in ((Outcome.PARTLY, ()), (Outcome.GRANTED, (Because.NO_GROUND,))):
        with pytest.raises(Refused, match="partly_needs_a_reason"):
            answer(desk.house(), line.ref, outcome, because=because, given=Given.MAIL, **by(dpo))


def test_only_who_the_policy_names_takes_steps(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk)
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="role_may_not_answer"):
        take_back(desk.house(), line.ref, officer=first.handle, code=first.fresh())
    with pytest.raises(Refused, match="code_wrong"):
        take_back(desk.house(), line.ref, officer=dpo.handle, code=dpo.wrong())
    assert show(desk.house(), line.ref).line.state == "received"


def test_nobody_is_asked_to_come_before_they_came(desk: Desk) -> None:
    with pytest.raises(Refused, match="received_in_the_future"):
        open_request(
            desk.house(), Right.ACCESS, came=Came.MAIL, received_on=CAME + timedelta(days=1)
        )
    with pytest.raises(GallraError, match="request_unknown"):
        show(desk.house(), "Q-0000000000000")


def test_what_is_late_is_an_alarm_until_it_is_answered(desk: Desk, dpo: Authenticator) -> None:
    line = opened(desk)
    desk.clock.pass_time(days=30)
    assert overdue(desk.house()) == []
    desk.clock.pass_time(days=1)
    assert [one.ref for one in overdue(desk.house())] == [line.ref]
    assert line.ref in {a.ref for a in watch(desk.house()).standing if a.kind == "request_overdue"}
    answer(desk.house(), line.ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))
    [closed] = events(desk.house(), EventKind.REQUEST_CLOSED)
    assert closed["numbers"] == {"late": 1, "reasons": 0}
    assert not [a for a in watch(desk.house()).standing if a.kind == "request_overdue"]
