"""Who received somebody's data is told by letter, once, or by a person by a day (art. 19, H-31)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from typer.testing import CliRunner

from console.main import app
from lifecycle.bindings.recipients import Contact
from lifecycle.disclosure import Stage
from lifecycle.errors import LedgerFailure, NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.policy.values import Period, Term
from lifecycle.references import TELLING, from_reference, new_id, to_reference
from lifecycle.telling import Because, How
from records import leases, tellings
from records.engines import reading
from records.plans import Plan
from records.tables import disclosure, telling
from records.unit_of_work import UnitOfWork
from tasks.house import wiring
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.proving.proof import verify_ledger
from tasks.sharing import sent_notes
from tasks.telling import letters as telling_letters
from tasks.telling.due import to_tell
from tasks.telling.letters import Came, tell_waiting
from tasks.telling.recipients import note_told, waiting
from tasks.telling.started import tell
from tasks.telling.text import letter_to_tell
from tasks.watching.daily import TELLING_OVERDUE, WORK_ORDER_OVERDUE, watch
from tasks.work_orders import orders as work_orders
from tests.crash.cut_off import Cut, Step
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.factories.sharing import DESK, MAIL, RECIPIENT, Desk, RecordingChannel
from tests.spec.test_share_by_hand import CALL, STICK, by_hand
from tests.spec.test_share_notes import NotingChannel
from tests.spec.test_work_orders import Letters

__all__ = ["build", "dialect"]
FIRST, SECOND = "1000000001", "1000000002"
TOLD, INTENDED = EventKind.TELLING_DONE, EventKind.TELLING_INTENDED


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def with_rule(house: House, within: Period | Term, role: str = "chef") -> House:
    """The same house when its policy says until when recipients are told, and by whom."""
    sharing = house.policy.sharing
    assert sharing is not None
    assert sharing.telling is not None
    rule = sharing.telling.model_copy(update={"within": within, "role": role})
    changed = house.policy.model_copy(
        update={"sharing": sharing.model_copy(update={"telling": rule})}
    )
    changed._sha256 = house.policy.sha256
    return dataclasses.replace(house, policy=changed)


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.change = lambda house: with_rule(house, Period.parse("P14D"))
    desk.bring(planning.case(FIRST, TUVA), planning.case(SECOND, OMAR))
    return desk


def restricted(desk: Desk, who: planning.Person = TUVA) -> str:
    """Somebody says that their data is restricted; the telling of it."""
    before = {one.ref for one in waiting(desk.house())}
    _, second = desk.enrolled()
    tell(
        desk.house(), desk.ref(who), because=Because.RESTRICTED,
        officer=second.handle, code=second.fresh(),
    )  # fmt: skip
    [ref] = {one.ref for one in waiting(desk.house())} - before
    return ref


def sent(desk: Desk, *people: planning.Person) -> Plan:
    plan = desk.approved(*people)
    assert desk.send(plan).stage is Stage.OPEN
    return plan


def came(desk: Desk) -> dict[str, tuple[Came, str]]:
    return {one.ref: (one.came, one.failure) for one in tell_waiting(desk.house())}


def letters(channel: RecordingChannel) -> list[tuple[str, str, tuple[str, ...]]]:
    """What arrived without a file, in that channel."""
    return [(one.subject, one.text, one.to) for one in channel.arrived if one.content is None]


def how(desk: Desk, ref: str) -> How | None:
    house = desk.house()
    with reading(house.engine) as connection:
        return tellings.get(
            connection, controller=house.controller, number=from_reference(TELLING, ref)
        ).how


def done(desk: Desk) -> list[dict[str, str]]:
    return [dict(one.facts) for one in planning.events(desk.house(), TOLD)]


# --- by letter ----------------------------------------------------------------------------------


def test_a_letter_goes_to_the_mailbox_once_names_nobody_and_is_on_record(desk: Desk) -> None:
    plan = sent(desk, TUVA, OMAR)
    [container] = [one.ref for one in desk.mail.arrived]
    ref = restricted(desk)
    assert came(desk) == {ref: (Came.TOLD, "")}
    [(subject, text, to)] = letters(desk.mail)
    assert subject == f"Underrättelse om {container}"
    assert to == (DESK.email,)
    both = sorted((desk.ref(who), who) for who in (TUVA, OMAR))
    number = [who for _, who in both].index(TUVA) + 1
    assert f"person nr {number} i den" in text
    assert "begränsats" in text
    for who in (TUVA, OMAR):
        assert all(word not in subject + text for word in who)
    assert plan.ref not in text, "the recipient knows the file, not the plan"
    [fact] = done(desk)
    assert (fact["by"], fact["disclosure"], fact["because"]) == ("letter", plan.ref, "restricted")
    [intended] = planning.events(desk.house(), INTENDED)
    assert intended.facts["parcel"] == fact["parcel"]
    assert intended.facts["channel"] == MAIL
    assert waiting(desk.house()) == []
    assert asked_of_people(desk) == []
    # Run again as often as you like.
    handed = len(desk.mail.handed)
    assert came(desk) == {}
    assert len(desk.mail.handed) == handed
    assert len(letters(desk.text)) == 1, "by text message only the password went"
    verify_ledger(desk.house())


def asked_of_people(desk: Desk) -> list[str]:
    from records import to_dos

    house = desk.house()
    with reading(house.engine) as connection:
        found = to_dos.open_to_dos(connection, controller=house.controller)
    return [one.ref for one in found if one.kind == "tell_recipients"]


def test_what_an_import_rectifies_is_told_of_those_alone_whom_it_is_about(desk: Desk) -> None:
    sent(desk, TUVA, OMAR)
    sent(desk, OMAR)
    desk.bring(planning.case(FIRST, (TUVA[0], f"{TUVA[1]}-Ny", TUVA[2])))
    assert [one for one, _ in came(desk).values()] == [Came.TOLD]
    [(_, text, _)] = letters(desk.mail)
    assert "rättats" in text
    assert "-Ny" not in text


def test_each_recipient_reads_it_in_their_language(desk: Desk) -> None:
    desk.contact = DESK.model_copy(update={"language": "da"})
    sent(desk, TUVA)
    restricted(desk)
    came(desk)
    [(subject, text, _)] = letters(desk.mail)
    assert subject.startswith("Underretning om X-")
    assert "artikel 19" in text


def test_another_mailbox_than_the_one_agreed_to_gets_no_letter(desk: Desk) -> None:
    sent(desk, TUVA)
    desk.contact = DESK.model_copy(update={"email": None, "password_email": "brev@example.se"})
    ref = restricted(desk)
    # Another address than the one that was agreed to is somebody else's.
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    assert letters(desk.mail) == []
    assert how(desk, ref) is How.PERSON
    [event] = planning.events(desk.house(), EventKind.TELLING_NOT_SENT)
    assert event.facts["reason"] == "contact_changed"


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ("recipient", "contact_not_bound"),
        ("contact", "contact_not_bound"),
        ("channel", "contact_changed"),
    ],
)
def test_whom_the_bindings_do_not_know_any_more_a_person_tells(
    desk: Desk, gone: str, reason: str
) -> None:
    plan = sent(desk, TUVA)
    ref = restricted(desk)
    with_them = desk.change

    def without(house: House) -> House:
        doors = house.doors
        if gone == "channel":
            ways = {"mail": dataclasses.replace(doors.ways[MAIL], name="mail")}
            changed = dataclasses.replace(doors, ways=ways)
        else:
            left: dict[str, dict[str, Contact]] = {} if gone == "recipient" else {RECIPIENT: {}}
            changed = dataclasses.replace(doors, recipients=left)
        return with_them(dataclasses.replace(house, doors=changed))

    desk.change = without
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    assert letters(desk.mail) == []
    [event] = planning.events(desk.house(), EventKind.TELLING_NOT_SENT)
    assert event.facts["reason"] == reason
    # The order says until when and by whom; the text to tell them by is there all the same.
    [order] = work_orders.lines(desk.house())
    assert (order.what, order.plan, order.role) == ("telling", plan.ref, "chef")
    assert letter_to_tell(desk.house(), ref).subject.startswith("Underrättelse om X-")
    # Bound again, nobody is told twice.
    desk.change = with_them
    assert came(desk) == {}
    first, _ = desk.enrolled()
    assert finish(desk, order.ref, first) == "confirmed"
    assert waiting(desk.house()) == []
    verify_ledger(desk.house())


def test_what_may_be_on_its_way_waits_and_of_what_never_left_nobody_is_told(desk: Desk) -> None:
    plan = sent(desk, TUVA)
    ref = restricted(desk)
    stage(desk, plan, Stage.SENDING)
    assert came(desk) == {ref: (Came.WAITS, "")}
    stage(desk, plan, Stage.ENDED)
    assert came(desk) == {ref: (Came.NOBODY, "")}
    assert letters(desk.mail) == []
    assert waiting(desk.house()) == []
    [fact] = done(desk)
    assert fact["reason"] == "nothing_left"
    [event] = planning.events(desk.house(), TOLD)
    assert event.acted == 0


def stage(desk: Desk, plan: Plan, to: Stage) -> None:
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(disclosure).where(disclosure.c.plan_id == plan.number).values(stage=str(to))
        )


# --- once, or honestly unsure --------------------------------------------------------------------


def test_a_lost_answer_is_no_second_letter(desk: Desk) -> None:
    sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.failures.lost_answers = 1
    assert came(desk) == {ref: (Came.WAITS, "answer_lost")}
    assert how(desk, ref) is How.LETTER
    assert came(desk) == {ref: (Came.TOLD, "")}
    assert len(letters(desk.mail)) == 1
    assert len(planning.events(desk.house(), INTENDED)) == 1


def test_a_server_that_does_not_answer_is_asked_again(desk: Desk) -> None:
    sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.failures.unreachable = True
    for _ in range(2):
        assert came(desk) == {ref: (Came.WAITS, "channel_unreachable")}
    assert how(desk, ref) is None
    assert planning.events(desk.house(), INTENDED) == []
    desk.mail.failures.unreachable = False
    assert came(desk) == {ref: (Came.TOLD, "")}


@pytest.mark.parametrize(
    ("answer", "stands", "kind"),
    [
        (Refused("recipient_refused"), How.PERSON, EventKind.TELLING_NOT_SENT),
        (NotProven("perhaps_delivered"), How.UNSURE, EventKind.TELLING_PERHAPS_SENT),
    ],
)
def test_refused_or_unsure_a_person_tells_them_and_nothing_is_sent_again(
    desk: Desk, answer: Exception, stands: How, kind: EventKind
) -> None:
    plan = sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.answers.append(answer)
    before = len(desk.mail.handed)
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    assert how(desk, ref) is stands
    assert came(desk) == {}, "it is a person's now"
    assert len(desk.mail.handed) == before + 1
    assert letters(desk.mail) == []
    assert len(planning.events(desk.house(), kind)) == 1
    [order] = work_orders.lines(desk.house())
    assert (order.what, order.plan, order.role, order.system) == (
        "telling", plan.ref, "chef", f"telling {ref}",
    )  # fmt: skip
    # Whoever says that they are told ends the order too.
    _, second = desk.enrolled()
    note_told(desk.house(), ref, officer=second.handle, code=second.fresh())
    assert work_orders.lines(desk.house()) == []
    assert asked_of_people(desk) == []
    [fact] = done(desk)
    assert fact["officer"] == second.ref


def test_a_refusal_after_an_earlier_try_may_have_arrived_then(desk: Desk) -> None:
    sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.answers.append(Unreachable("answer_lost"))
    assert came(desk) == {ref: (Came.WAITS, "answer_lost")}
    desk.mail.answers.append(Refused("recipient_refused"))
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    assert how(desk, ref) is How.UNSURE


def test_one_that_fails_keeps_no_other_waiting(desk: Desk) -> None:
    sent(desk, TUVA)
    sent(desk, OMAR)
    first, second = restricted(desk), restricted(desk, OMAR)
    desk.mail.answers.append(Unreachable("server_unreachable"))
    found = came(desk)
    assert sorted(one for one, _ in found.values()) == [Came.TOLD, Came.WAITS]
    assert set(found) == {first, second}
    came(desk)
    assert len(letters(desk.mail)) == 2


def test_without_the_notes_of_what_was_sent_no_letter_goes(desk: Desk, tmp_path: Path) -> None:
    desk.mail = NotingChannel(place=MAIL, folder=tmp_path / "notes")
    sent(desk, TUVA)
    ref = restricted(desk)
    (tmp_path / "notes").rename(tmp_path / "elsewhere")
    assert came(desk) == {ref: (Came.WAITS, "sent_journal_lost")}
    assert how(desk, ref) is None
    assert letters(desk.mail) == []
    (tmp_path / "elsewhere").rename(tmp_path / "notes")
    assert came(desk) == {ref: (Came.TOLD, "")}


def test_a_letter_that_was_about_to_go_counts_as_sent_by_that_way(desk: Desk) -> None:
    sent(desk, TUVA)
    restricted(desk)
    house = desk.house()
    assert EventKind.TELLING_INTENDED in sent_notes._GOES
    came(desk)
    assert sent_notes._was_used(house, MAIL)


STEPS = [
    Step(telling_letters, "_intend"),
    Step(telling_letters, "require_notes"),
    Step(RecordingChannel, "check"),
    Step(RecordingChannel, "deliver"),
    Step(telling_letters, "close"),
    Step(UnitOfWork, "commit", 1),
    Step(UnitOfWork, "commit", 2),
]


def test_cut_off_anywhere_each_is_told_once(desk: Desk) -> None:
    missed = []
    sent(desk, TUVA)
    for count, (step, after) in enumerate(((s, a) for s in STEPS for a in (False, True)), start=1):
        ref = restricted(desk)
        cut = Cut(step, after=after)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(step.owner, step.name, cut._cutting(getattr(step.owner, step.name)))
            with suppress(KeyboardInterrupt):
                tell_waiting(desk.house())
        leases.forget_dead(desk.house().engine)
        if not cut.reached:
            missed.append((str(step), after))
        assert len(letters(desk.mail)) in {count - 1, count}
        desk.house(anew=True)
        found = came(desk)
        assert found in ({ref: (Came.TOLD, "")}, {})
        assert len(letters(desk.mail)) == count
        assert len(done(desk)) == count
    assert missed == []
    verify_ledger(desk.house())


def test_whom_nobody_can_write_to_gets_one_order_however_often_it_is_cut_off(desk: Desk) -> None:
    sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.failures.refuse = "recipient_without_tls"
    for step in (Step(telling_letters, "open_order"), Step(UnitOfWork, "commit", 1)):
        cut = Cut(step, after=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(step.owner, step.name, cut._cutting(getattr(step.owner, step.name)))
            with pytest.raises(KeyboardInterrupt):
                tell_waiting(desk.house())
        leases.forget_dead(desk.house().engine)
        assert how(desk, ref) is None
        assert work_orders.lines(desk.house()) == []
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    assert len(work_orders.lines(desk.house())) == 1


@pytest.mark.parametrize("change", ["another", "gone", "elsewhere"])
def test_a_letter_that_may_be_on_its_way_goes_by_no_other_way(
    desk: Desk, tmp_path: Path, change: str
) -> None:
    """Neither channel of the disclosure is a mailbox; any that is bound tells them."""
    first, second = (RecordingChannel(place=name) for name in ("office-mail", "another-mail"))
    handing(desk, tmp_path / "sticks", email=DESK.email)
    ways = {"office-mail": Door(name="office-mail", kind="smtp", channel=first)}
    before = desk.change

    def bound(house: House) -> House:
        house = before(house)
        made = dataclasses.replace(house.doors, ways=dict(house.doors.ways) | ways)
        return dataclasses.replace(house, doors=made)

    desk.change = bound
    ref = restricted(desk)
    first.failures.lost_answers = 1
    assert came(desk)[ref] == (Came.WAITS, "answer_lost")
    assert len(letters(first)) == 1
    match change:
        case "another":  # comes first by its name
            ways["another-mail"] = Door(name="another-mail", kind="smtp", channel=second)
            assert came(desk)[ref] == (Came.TOLD, "")
        case "gone":
            ways = {"another-mail": Door(name="another-mail", kind="smtp", channel=second)}
            assert came(desk)[ref] == (Came.BY_PERSON, "")
            assert how(desk, ref) is How.UNSURE
        case _:
            ways["office-mail"] = Door(
                name="office-mail", kind="smtp", channel=second, leads_to="another mailbox"
            )
            assert came(desk)[ref] == (Came.BY_PERSON, "")
            assert how(desk, ref) is How.UNSURE
    assert (len(letters(first)), letters(second)) == (1, [])


# --- nobody writes because of a row alone ---------------------------------------------------------


def test_a_row_that_somebody_wrote_makes_nobody_write(desk: Desk) -> None:
    plan = sent(desk, TUVA)
    house = desk.house()
    number = new_id()
    with house.engine.begin() as connection:
        connection.execute(
            insert(telling).values(
                id=number, controller=house.controller, disclosure_id=plan.number,
                cause_id=new_id(), number=1, opened_at=house.at(), because="erased",
            )
        )  # fmt: skip
    handed = desk.mail.bytes_out() + desk.text.bytes_out()
    assert came(desk) == {to_reference(TELLING, number): (Came.WAITS, "telling_not_in_ledger")}
    assert desk.mail.bytes_out() + desk.text.bytes_out() == handed


def test_a_ledger_that_was_changed_lets_no_letter_go(desk: Desk) -> None:
    sent(desk, TUVA)
    restricted(desk)
    with desk.house().engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE ledger_event SET link = (SELECT link FROM ledger_event WHERE position = 2) "
            "WHERE position = 3"
        )
    with pytest.raises(LedgerFailure):
        tell_waiting(desk.house())
    assert letters(desk.mail) == []


# --- by a person, until a day --------------------------------------------------------------------


def handing(
    desk: Desk, folder: Path, who: planning.Person = TUVA, *, email: str | None = None
) -> Plan:
    """Their file went on a stick and the password by telephone: no mail of its own reaches them."""
    before = desk.change
    desk.contact = DESK.model_copy(
        update={"email": email, "by_hand": "Storgatan 1, Exempelstad", "password_by": CALL}
    )

    def ways(house: House) -> House:
        bound = {
            STICK: by_hand(STICK, "usb_stick", folder, second=False),
            CALL: by_hand(CALL, "phone", None, second=False),
        }
        made = dataclasses.replace(house.doors, ways=bound)
        return before(dataclasses.replace(house, doors=made))

    desk.change = ways
    plan = desk.prepare(who, channel=STICK)
    desk.approve(plan)
    first, _ = desk.enrolled()
    for word in ("handed-over", "told"):
        desk.send(plan)
        [order] = work_orders.lines(desk.house())
        work_orders.finish(
            desk.house(), order.ref, officer=first.handle, code=first.fresh(), evidence=word
        )
    assert desk.send(plan).stage is Stage.OPEN
    return plan


def test_whom_no_mail_reaches_a_role_tells_with_evidence(desk: Desk, tmp_path: Path) -> None:
    plan = handing(desk, tmp_path / "sticks")
    ref = restricted(desk)
    assert came(desk) == {ref: (Came.BY_PERSON, "")}
    [order] = work_orders.lines(desk.house())
    assert (order.what, order.plan, order.role, order.due_on, order.overdue) == (
        "telling", plan.ref, "chef", "2026-11-16", False,
    )  # fmt: skip
    [event] = planning.events(desk.house(), EventKind.TELLING_NOT_SENT)
    assert event.facts["reason"] == "no_mailbox_bound"
    assert desk.send(plan).stage is Stage.OPEN, "its own orders are as they were"
    stranger = enrol(desk.house(), desk.clock, "marknad", "marketing", by=desk.enrolled()[0])
    with pytest.raises(Refused, match="role_may_not_finish"):
        finish(desk, order.ref, stranger)
    assert [one.ref for one in waiting(desk.house())] == [ref]
    first, _ = desk.enrolled()
    assert finish(desk, order.ref, first) == "confirmed"
    assert waiting(desk.house()) == []
    assert asked_of_people(desk) == []
    [fact] = done(desk)
    assert fact["officer"] == first.ref
    with pytest.raises(Refused, match="telling_done"):
        note_told(desk.house(), ref, officer=first.handle, code=first.fresh())
    with pytest.raises(Refused, match="work_order_done"):
        finish(desk, order.ref, first)
    verify_ledger(desk.house())


def finish(desk: Desk, ref: str, who: Authenticator) -> str:
    return work_orders.finish(
        desk.house(), ref, officer=who.handle, code=who.fresh(), evidence="posted"
    )


def test_what_nobody_told_by_its_day_is_overdue_everywhere(desk: Desk, tmp_path: Path) -> None:
    handing(desk, tmp_path / "sticks")
    ref = restricted(desk)
    came(desk)
    box = Letters()
    before = desk.change
    desk.change = lambda house: dataclasses.replace(before(house), mailbox=box)
    desk.clock.pass_time(days=14)
    [one] = to_tell(desk.house())
    assert (one.due_on, one.overdue) == ("2026-11-16", False)
    desk.clock.pass_time(days=1)
    [one] = to_tell(desk.house())
    assert one.overdue
    [order] = work_orders.lines(desk.house())
    assert order.overdue
    alarms = {alarm.kind: alarm.ref for alarm in watch(desk.house()).standing}
    assert alarms[TELLING_OVERDUE] == ref
    assert WORK_ORDER_OVERDUE not in alarms, "one thing is told once"
    box.written.clear()
    assert work_orders.remind(desk.house()) == 1
    assert work_orders.remind(desk.house()) == 0
    [text] = box.written
    assert "a recipient to tell" in text
    assert "OVERDUE" in text
    assert all(word not in text for word in TUVA)
    for _ in range(2):
        desk.clock.pass_time(days=7)
        assert work_orders.remind(desk.house()) == 1
    _, second = desk.enrolled()
    note_told(desk.house(), ref, officer=second.handle, code=second.fresh())
    assert TELLING_OVERDUE not in {alarm.kind for alarm in watch(desk.house()).standing}
    assert work_orders.remind(desk.house()) == 0


def test_where_nobody_has_decided_it_there_is_no_last_day_and_it_is_reminded_of(
    desk: Desk, tmp_path: Path
) -> None:
    desk.change = lambda house: with_rule(house, Term.UNDECIDED)
    handing(desk, tmp_path / "sticks")
    ref = restricted(desk)
    came(desk)
    desk.clock.pass_time(days=400)
    [one] = to_tell(desk.house())
    assert (one.ref, one.due_on, one.overdue, one.how) == (ref, "", False, How.PERSON)
    [order] = work_orders.lines(desk.house())
    assert (order.due_on, order.overdue) == ("", False)
    assert {alarm.kind for alarm in watch(desk.house()).standing}.isdisjoint(
        {TELLING_OVERDUE, WORK_ORDER_OVERDUE}
    )
    assert work_orders.remind(desk.house()) == 1
    # Decided later, it holds for what is to be told already.
    later = desk.change
    desk.change = lambda house: with_rule(later(house), Period.parse("P30D"))
    [one] = to_tell(desk.house())
    assert one.overdue
    assert date.fromisoformat(one.due_on) - timedelta(days=30) == date(2026, 11, 2)


def test_a_letter_that_cannot_go_in_time_is_overdue_too(desk: Desk) -> None:
    sent(desk, TUVA)
    ref = restricted(desk)
    desk.mail.failures.unreachable = True
    came(desk)
    desk.clock.pass_time(days=15)
    assert [one.ref for one in to_tell(desk.house()) if one.overdue] == [ref]
    assert (TELLING_OVERDUE, ref) in {(a.kind, a.ref) for a in watch(desk.house()).standing}


def test_the_commands_write_the_letters_and_show_their_text(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def open_again(*_: object, **__: object) -> Iterator[House]:
        yield desk.house()

    monkeypatch.setattr(wiring, "open_house", open_again)

    def gallra(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == code, result.output
        assert all(secret not in result.output for secret in TUVA)
        return result.output

    sent(desk, TUVA)
    ref = restricted(desk)
    shown = gallra("share", "about", ref, "--letter")
    assert "person nr 1 i den" in shown
    [listed] = json.loads(gallra("share", "list", "--json", code=1))["tellings"]
    assert (listed["due_on"], listed["overdue"], listed["how"]) == ("2026-11-16", False, None)
    desk.mail.failures.unreachable = True
    assert "channel_unreachable" in gallra("share", "letters", code=6)
    desk.mail.failures.unreachable = False
    assert "told" in gallra("share", "letters")
    assert letters(desk.mail)[0][1].strip() in shown.replace("\r", "")
    assert "Nobody to write to." in gallra("share", "letters")
    gallra("share", "list")
    handing(desk, tmp_path / "sticks", OMAR)
    ref = restricted(desk, OMAR)
    gallra("share", "letters")
    [order] = work_orders.lines(desk.house())
    shown = gallra("work-orders", "show", order.ref)
    assert f"gallra share about {ref} --letter" in shown
    desk.clock.pass_time(days=15)
    assert "OVERDUE" in gallra("share", "list", code=1)
