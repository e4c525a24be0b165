"""Data is shared consciously: prepared by one, approved by another, sealed, sent once, taken back
(A-68, A-69, H-30…H-35)."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from connectors.channel import Standing
from lifecycle.disclosure import Stage
from lifecycle.errors import KeyFailure, Misconfigured, NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanState
from lifecycle.references import PLAN, SUBJECT, from_reference
from records import disclosures, plans
from records.disclosures import Disclosure
from records.engines import reading
from records.plans import Plan
from records.tables import RECORDS
from records.to_dos import open_to_dos
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.proving.proof import verify_ledger
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.finding_out import confirm_deleted, note_found_out
from tasks.sharing.outgoing import FOREIGN
from tasks.sharing.parcels import content_ref
from tasks.sharing.register import entry, people_of, register
from tasks.sharing.withdrawing import overdue, withdraw, withdraw_due
from tasks.watching.daily import DISCLOSURE_OVERDUE, watch
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import MAIL, TEXT, UNTIL, Desk, RecordingChannel, password_in, wish

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


# --- how it goes when all is well -----------------------------------------------------------


@everywhere
def test_what_was_approved_arrives_sealed_and_its_password_by_another_way(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.nothing_left()
    sent = desk.send(plan)
    assert sent == (plan.ref, Stage.OPEN, 1)
    told = {(cell.category, cell.field): cell.value for cell in desk.received()}
    assert set(TUVA[:2]) < set(told.values())
    assert {category for category, _ in told} == {"identity"}
    [(container, _)], [(message, content)] = desk.mail.handed, desk.text.handed
    assert container.to == ("mottagare@example.se",)
    assert message.to == ("+46701740605",)
    assert content == b""
    assert container.until == UNTIL
    desk.outgoing_is_empty()
    with reading(desk.house().engine) as connection:
        stored = plans.get(connection, controller="academedia", number=plan.number)
        states = {one.state for one in plans.items(connection, plan.number)}
    assert stored.state is PlanState.PROVEN
    assert states == {ItemState.PROVEN}


@pytest.mark.parametrize(("kind", "beside"), [("onedrive", True), ("sftp", False)])
def test_how_to_open_it_comes_with_the_file_or_under_the_password(
    desk: Desk, kind: str, beside: bool
) -> None:
    """By SFTP only the file arrives: whoever reads the password has to read the rest too."""

    def by_folder(house: House) -> House:
        ways = dict(house.doors.ways)
        ways["cloud-folder"] = Door(name="cloud-folder", kind=kind, channel=desk.mail)
        assert house.policy.sharing is not None
        # No policy names SFTP for such data: for this test one does.
        cloud = house.policy.sharing.channels["cloud-folder"].model_copy(
            update={"needs": ("access_control",)}
        )
        channels = {**house.policy.sharing.channels, "cloud-folder": cloud}
        sharing = house.policy.sharing.model_copy(update={"channels": channels})
        policy = house.policy.model_copy(update={"sharing": sharing})
        policy._sha256 = "e" * 64
        doors = dataclasses.replace(house.doors, ways=ways)
        return dataclasses.replace(house, doors=doors, policy=policy)

    desk.change = by_folder
    plan = desk.prepare(TUVA, channel="cloud-folder")
    desk.approve(plan)
    assert desk.send(plan).stage is Stage.OPEN
    [(container, _)], [(message, _)] = desk.mail.handed, desk.text.handed
    assert "7-Zip" in container.text
    assert ("7-Zip" in message.text) is not beside
    assert (str(UNTIL) in message.text) is not beside
    assert password_in(desk.text.arrived) in message.text
    assert len(message.text) <= 480


def test_a_password_that_would_come_the_way_of_the_file_is_refused(desk: Desk) -> None:
    desk.contact = desk.contact.model_copy(update={"password_by": MAIL})
    with pytest.raises(Refused, match="safeguard_missing A-69"):
        desk.prepare(TUVA)

    def other_mail(house: House) -> House:
        ways = dict(house.doors.ways)
        ways["cloud-folder"] = Door(name="cloud-folder", kind="onedrive", channel=desk.mail)
        return dataclasses.replace(house, doors=dataclasses.replace(house.doors, ways=ways))

    desk.change = other_mail
    with pytest.raises(Refused, match="password_not_apart A-69"):
        desk.prepare(TUVA, channel="cloud-folder")  # the invitation goes to the same mailbox
    desk.contact = desk.contact.model_copy(update={"password_email": "koder@example.se"})
    plan = desk.prepare(TUVA, channel="cloud-folder")
    desk.approve(plan)
    desk.contact = desk.contact.model_copy(update={"password_email": "andra@example.se"})
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(plan)  # another mailbox is another disclosure
    desk.nothing_left()


@everywhere
def test_nothing_but_the_container_says_anything_of_a_person(desk: Desk) -> None:
    plan = desk.approved(TUVA, OMAR)
    desk.send(plan)
    out = (desk.mail.bytes_out() + desk.text.bytes_out()).decode("utf-8", "replace")
    for who in (TUVA, OMAR):
        assert not [word for word in who if word in out]
    [(container, content)] = desk.mail.handed
    assert container.name == f"{container.ref}.zip"
    password = password_in(desk.text.arrived)
    assert password.encode() not in content
    assert password not in container.text + container.subject


@everywhere
def test_the_tables_and_the_ledger_hold_no_password_address_or_name(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    password = password_in(desk.text.arrived)
    with reading(desk.house().engine) as connection:
        rows = {
            name: [tuple(row) for row in connection.execute(table.select())]
            for name, table in RECORDS.tables.items()
        }
    assert rows["disclosure"]
    assert rows["ledger_event"]
    told = b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for name in rows
        for row in rows[name]
        for value in row
    )
    for secret in (password, "mottagare@example.se", "+46701740605", *TUVA):
        assert secret.encode() not in told, "a secret lies in a table"
    [(parcel, content)] = desk.mail.handed
    for name in ("sha256", "sha1", "md5"):
        digest = hashlib.new(name, content, usedforsecurity=False)
        assert digest.digest() not in told, "a fingerprint of the container"
        assert digest.hexdigest().encode() not in told + repr(parcel).encode()


@everywhere
def test_sending_again_sends_nothing_twice(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    for _ in range(3):
        assert desk.send(plan).stage is Stage.OPEN
    assert (len(desk.mail.handed), len(desk.text.handed)) == (1, 1)


@everywhere
def test_what_the_password_is_made_of_is_gone_when_both_have_arrived(desk: Desk) -> None:
    from records import disclosures
    from tasks.sharing.disclosures import SEED

    plan = desk.approved(TUVA)
    house = desk.house()
    with reading(house.engine) as connection:
        sealed = disclosures.sealed(connection, plan.number)
    assert sealed is not None
    house.vault.open([(plan.number, plan.number, SEED, sealed)])
    desk.send(plan)
    with reading(house.engine) as connection:
        assert disclosures.sealed(connection, plan.number) is None
    with pytest.raises(KeyFailure, match="key_missing"):
        house.vault.open([(plan.number, plan.number, SEED, sealed)])


@everywhere
def test_the_register_says_who_received_what_about_whom_until_when(desk: Desk) -> None:
    plan = desk.approved(TUVA, OMAR)
    desk.send(plan)
    [one] = register(desk.house())
    assert (one.ref, one.recipient, one.people) == (plan.ref, "arbetsformedlingen", 2)
    assert one.categories == ("identity",)
    assert (one.purpose, one.legal_basis, one.until_on) == (
        "assignment",
        "legal_obligation",
        "2026-11-20",
    )
    assert (one.rule, one.sentence) == ("four-ways", "A-69")
    assert one.data_class == "integrity_sensitive"
    about = dict(people_of(desk.house(), plan.ref))
    assert about == {desk.ref(who): ("identity",) for who in (TUVA, OMAR)}


@everywhere
def test_the_ledger_tells_every_step_in_references_and_counts(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    kinds = (
        EventKind.DISCLOSURE_PREPARED,
        EventKind.APPROVAL_GIVEN,
        EventKind.PLAN_BEGUN,
        EventKind.DISCLOSURE_INTENDED,
        EventKind.DISCLOSURE_SENT,
        EventKind.DISCLOSURE_PASSWORD_INTENDED,
        EventKind.DISCLOSURE_PASSWORD_SENT,
        EventKind.PLAN_PROVEN,
    )
    told = events(desk.house(), *kinds)
    assert [one["kind"] for one in told] == [str(kind) for kind in kinds]
    assert {one["ref"] for one in told} == {plan.ref}


# --- whom it is about -----------------------------------------------------------------------


def test_people_are_chosen_by_reference_case_or_project_alone(desk: Desk) -> None:
    first, _ = desk.enrolled()

    def about(**chosen: object) -> set[str]:
        selection = Selection(**chosen)  # type: ignore[arg-type]
        plan = prepare(desk.house(), wish(), selection, by=first.handle, code=first.fresh())
        return {who for who, _ in people_of(desk.house(), plan.ref)}

    assert about(references=(desk.ref(TUVA),)) == {desk.ref(TUVA)}
    assert about(cases=("1000000002",)) == {desk.ref(OMAR)}
    assert about(project="Exempelenhet Nord") == {desk.ref(TUVA), desk.ref(OMAR)}
    assert set(Selection._fields) == {"references", "cases", "project"}


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({}, "selection_empty"),
        ({"references": ("S-0000000000001",)}, "subject_unknown"),
        ({"references": ("198507099805",)}, "reference_malformed"),
        ({"cases": ("Tuva",)}, "case_reference_malformed"),
        ({"cases": ("1999999999",)}, "subject_unknown"),
        ({"project": "Finns inte"}, "selection_empty"),
    ],
)
def test_nobody_is_chosen_by_mistake(chosen: dict[str, object], reason: str, desk: Desk) -> None:
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match=rf"^{reason}"):
        prepare(
            desk.house(),
            wish(),
            Selection(**chosen),  # type: ignore[arg-type]
            by=first.handle,
            code=first.fresh(),
        )


def test_preparing_the_same_again_gives_the_same_plan(desk: Desk) -> None:
    assert desk.prepare(TUVA) == desk.prepare(TUVA)
    assert desk.prepare(TUVA).ref != desk.prepare(OMAR).ref


def test_what_the_policy_refuses_is_refused_with_its_sentence_and_in_the_ledger(
    desk: Desk,
) -> None:
    cases: list[tuple[dict[str, Any], str, str | None]] = [
        ({"categories": ("contact",)}, "category_not_for_recipient", "A-100"),
        ({"purpose": "education"}, "category_not_needed", None),
        ({"until": date(2026, 11, 1)}, "until_is_past", "A-100"),
        ({"channel": TEXT}, "channel_not_allowed", "A-69"),
    ]
    for changed, reason, sentence in cases:
        with pytest.raises(Refused) as refusal:
            desk.prepare(TUVA, **({"categories": ("identity", "assignment")} | changed))
        assert refusal.value.code == reason
        if sentence is not None:
            assert refusal.value.ref == sentence
        [*_, noted] = events(desk.house(), EventKind.DISCLOSURE_REFUSED)
        assert noted["facts"]["reason"] == reason  # type: ignore[index]
    desk.nothing_left()


def test_what_is_not_bound_is_refused_before_anything_is_drawn_up(desk: Desk) -> None:
    for changed, reason in (
        ({"channel": "cloud-folder"}, "channel_not_bound"),
        ({"contact": "nobody"}, "contact_not_bound"),
        ({"container": "doc"}, "container_unknown"),
    ):
        with pytest.raises(Misconfigured, match=rf"^{reason}"):
            desk.prepare(TUVA, **changed)
    assert register(desk.house()) == []


# --- what changes voids it ------------------------------------------------------------------


@everywhere
def test_another_address_after_the_approval_is_another_disclosure(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.contact = desk.contact.model_copy(update={"email": "annan@example.se"})
    with pytest.raises(Refused, match=r"^plan_changed"):
        desk.send(plan)
    desk.nothing_left()
    with pytest.raises(Refused, match=r"^plan_void"):
        desk.send(plan)
    withdraw_due(desk.house())
    assert desk.stage(plan) is Stage.ENDED


def test_nothing_is_sent_after_its_last_day(desk: Desk) -> None:
    desk.officers = []
    plan = desk.prepare(TUVA, until=date(2026, 11, 3))
    desk.approve(plan)
    desk.clock.pass_time(days=2)
    with pytest.raises(Refused, match=r"^plan_changed"):
        desk.send(plan)
    desk.nothing_left()


# --- what goes wrong on the way -------------------------------------------------------------


@everywhere
def test_a_channel_that_does_not_answer_is_asked_again_and_sends_once(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.failures.unreachable = True
    with pytest.raises(Unreachable):
        desk.send(plan)
    desk.nothing_left()
    desk.mail.failures.unreachable = False
    desk.mail.failures.lost_answers = 1  # it arrives, and nobody says so
    with pytest.raises(Unreachable):
        desk.send(plan)
    assert desk.send(plan).stage is Stage.OPEN
    [first, second] = [content for _, content in desk.mail.handed[-2:]]
    assert first == second  # the same container, or a channel would take it for another one
    assert len(desk.mail.arrived) == 1
    assert desk.received()
    desk.outgoing_is_empty()


@everywhere
def test_a_container_whose_password_cannot_follow_is_not_sent(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.failures.refuse = "recipient_without_tls"
    with pytest.raises(Refused, match="recipient_without_tls"):
        desk.send(plan)
    desk.nothing_left()
    assert desk.stage(plan) is Stage.PREPARED
    desk.text.failures.refuse = None
    assert desk.send(plan).stage is Stage.OPEN


@everywhere
def test_a_password_that_did_not_go_follows_later(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers = [Unreachable("channel_unreachable")]
    with pytest.raises(Unreachable):
        desk.send(plan)
    assert len(desk.mail.arrived) == 1
    assert desk.text.arrived == []
    assert desk.send(plan).stage is Stage.OPEN
    assert len(desk.mail.handed) == 1
    assert desk.received()


@everywhere
def test_a_password_that_follows_later_follows_to_nobody_else(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers = [Unreachable("channel_unreachable")]
    with pytest.raises(Unreachable):
        desk.send(plan)
    agreed = desk.contact
    desk.contact = agreed.model_copy(update={"phone": "+46701740699"})
    with pytest.raises(Refused, match="contact_changed"):
        desk.send(plan)
    assert desk.text.arrived == []
    assert len(desk.text.handed) == 1  # the one that was not taken
    desk.contact = agreed
    assert desk.send(plan).stage is Stage.OPEN
    assert {parcel.to for parcel, _ in desk.text.handed} == {("+46701740605",)}


@everywhere
def test_a_refusal_says_nothing_of_what_an_earlier_run_may_have_sent(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.failures.lost_answers = 1  # it arrives, and nobody says so
    with pytest.raises(Unreachable):
        desk.send(plan)
    desk.mail.answers = [Refused("recipient_refused")]
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert desk.stage(plan) is Stage.PERHAPS_SENT
    desk.outgoing_is_empty()


@everywhere
def test_what_perhaps_arrived_waits_for_a_person_and_is_not_sent_again(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.answers = [NotProven("perhaps_delivered")]
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert desk.stage(plan) is Stage.PERHAPS_SENT
    for _ in range(2):
        with pytest.raises(NotProven, match="perhaps_delivered"):
            desk.send(plan)
    assert len(desk.mail.handed) == 1
    assert desk.text.handed == []
    _, second = desk.enrolled()
    stage = note_found_out(
        desk.house(), plan.ref, arrived=False, officer=second.handle, code=second.fresh()
    )
    assert stage is Stage.PREPARED
    assert desk.send(plan).stage is Stage.OPEN
    first_parcel, again = (parcel.ref for parcel, _ in desk.mail.handed)
    assert first_parcel != again
    assert desk.received()


@everywhere
def test_a_password_that_perhaps_arrived_waits_for_a_person_too(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers = [NotProven("perhaps_delivered")]
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert desk.stage(plan) is Stage.PERHAPS_TOLD
    _, second = desk.enrolled()
    stage = note_found_out(
        desk.house(), plan.ref, arrived=True, officer=second.handle, code=second.fresh()
    )
    assert stage is Stage.OPEN
    assert len(desk.mail.handed) == len(desk.text.handed) == 1
    with pytest.raises(Refused, match=r"^nothing_to_find_out"):
        note_found_out(
            desk.house(), plan.ref, arrived=True, officer=second.handle, code=second.fresh()
        )


# --- its time is up -------------------------------------------------------------------------


@everywhere
def test_when_its_time_is_up_it_is_taken_back_and_proven_gone(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    desk.clock.pass_time(days=18)  # the 20th: its last day
    assert withdraw_due(desk.house()) == []
    desk.clock.pass_time(days=1)
    assert [one.ref for one in overdue(desk.house())] == [plan.ref]
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.WITHDRAWN, "")
    assert desk.mail.arrived == []
    [told] = events(desk.house(), EventKind.DISCLOSURE_WITHDRAWN)
    assert (told["acted"], told["verified"]) == (1, 1)
    assert overdue(desk.house()) == []
    assert withdraw_due(desk.house()) == []


@everywhere
def test_what_lies_with_the_recipient_is_deleted_there_and_somebody_says_so(
    build: Builder, standing_clock: StandingClock
) -> None:
    mail = RecordingChannel(place=MAIL, takes_back=False)
    desk = Desk(build, standing_clock, mail=mail)
    desk.bring(planning.case("1000000001", TUVA))
    plan = desk.approved(TUVA)
    desk.send(plan)
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITH_RECIPIENT
    assert len(mail.handed) == 2  # the container, and the wish that it be deleted
    assert mail.handed[1][0].file is None
    assert withdraw_due(desk.house()) == []
    desk.clock.pass_time(days=7)
    withdraw_due(desk.house())
    assert len(mail.handed) == 3
    assert [one.ref for one in overdue(desk.house())] == [plan.ref]
    assert DISCLOSURE_OVERDUE in {alarm.kind for alarm in watch(desk.house()).standing}
    _, second = desk.enrolled()
    confirm_deleted(desk.house(), plan.ref, officer=second.handle, code=second.fresh())
    assert desk.stage(plan) is Stage.DELETED
    assert overdue(desk.house()) == []
    assert DISCLOSURE_OVERDUE not in {alarm.kind for alarm in watch(desk.house()).standing}


@pytest.mark.parametrize("killed", ["before it is sent", "after it was sent"])
def test_the_wish_to_delete_is_neither_lost_nor_doubled(
    build: Builder,
    standing_clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
    killed: str,
) -> None:
    mail = RecordingChannel(place=MAIL, takes_back=False)
    desk = Desk(build, standing_clock, mail=mail)
    desk.bring(planning.case("1000000001", TUVA))
    plan = desk.approved(TUVA)
    desk.send(plan)
    desk.clock.pass_time(days=19)
    with monkeypatch.context() as patch:
        if killed == "before it is sent":
            mail.answers = [Unreachable("channel_unreachable")]
        else:
            patch.setattr("tasks.sharing.asking_to_delete.disclosures.note_reminded", _killed)
        with suppress(_Killed):
            [taken] = withdraw_due(desk.house())
            assert taken.failure == "channel_unreachable"
    desk.clock.pass_time(days=1)
    withdraw_due(desk.house())
    assert [one.content is None for one in mail.arrived] == [False, True]
    assert withdraw_due(desk.house()) == []
    desk.clock.pass_time(days=7)
    withdraw_due(desk.house())
    assert [one.content is None for one in mail.arrived] == [False, True, True]
    asked = events(desk.house(), EventKind.DISCLOSURE_DELETION_ASKED)
    assert sum(event.get("acted", 0) for event in asked) == 2
    verify_ledger(desk.house())


class _Killed(BaseException):
    """The process is no more."""


def _killed(*_: object, **__: object) -> None:
    raise _Killed


@everywhere
def test_the_wish_to_delete_goes_to_nobody_else(
    build: Builder, standing_clock: StandingClock
) -> None:
    mail = RecordingChannel(place=MAIL, takes_back=False)
    desk = Desk(build, standing_clock, mail=mail)
    desk.bring(planning.case("1000000001", TUVA))
    plan = desk.approved(TUVA)
    desk.send(plan)
    agreed = desk.contact
    desk.contact = agreed.model_copy(update={"email": "annan@example.se"})
    desk.clock.pass_time(days=19)
    for _ in range(2):
        [taken] = withdraw_due(desk.house())
        assert taken.failure == "contact_changed"
        assert desk.stage(plan) is Stage.WITH_RECIPIENT
    assert {parcel.to for parcel, _ in mail.handed} == {("mottagare@example.se",)}
    assert len(mail.handed) == 1
    assert events(desk.house(), EventKind.DISCLOSURE_DELETION_ASKED) == []
    desk.contact = agreed
    [taken] = withdraw_due(desk.house())
    assert taken.failure == ""
    assert [parcel.to for parcel, _ in mail.handed] == [("mottagare@example.se",)] * 2


def test_what_cannot_be_shown_to_be_gone_is_not_called_withdrawn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    desk.clock.pass_time(days=19)
    with monkeypatch.context() as patch:
        patch.setattr(desk.mail, "standing", lambda _: Standing.COULD_NOT_LOOK)
        [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.OPEN, "not_withdrawn")
    assert overdue(desk.house())
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITHDRAWN


@everywhere
def test_what_is_not_ours_in_the_outgoing_folder_stays_and_blocks_nobody(desk: Desk) -> None:
    folder = desk.house().doors.outgoing
    inside = folder / "somebody's" / "letter.txt"
    inside.parent.mkdir(parents=True)
    inside.write_text("kept")
    (folder / "notes.txt").write_text("kept")
    (folder / "X-0000000000007.zip").write_bytes(b"SEALED and left by a killed run")
    plan = desk.approved(TUVA)
    (folder / f"{content_ref(_stored(desk, plan))}.pdf").mkdir()  # named as ours, and a folder
    assert desk.send(plan).stage is Stage.OPEN
    assert len(list(folder.iterdir())) == 3
    assert inside.read_text() == (folder / "notes.txt").read_text() == "kept"
    assert _to_dos(desk) == [("outgoing", 3)]
    assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN
    assert len(events(desk.house(), EventKind.TO_DO_OPENED)) == 1
    shutil.rmtree(folder)
    withdraw(desk.house(), plan.ref)
    assert _to_dos(desk) == []


def _stored(desk: Desk, plan: Plan) -> Disclosure:
    with reading(desk.house().engine) as connection:
        return disclosures.get(connection, controller="academedia", number=plan.number)


def _to_dos(desk: Desk) -> list[tuple[str, int]]:
    with reading(desk.house().engine) as connection:
        found = open_to_dos(connection, controller="academedia")
    return [(one.ref, one.number) for one in found if one.kind == FOREIGN]


def test_it_is_taken_back_before_its_time_whenever_somebody_wants(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN
    assert desk.mail.arrived == []
    assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN


def test_one_that_was_not_sent_ends(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    assert withdraw(desk.house(), plan.ref).stage is Stage.ENDED
    with pytest.raises(Refused, match=r"^plan_void"):
        from tasks.officers.approvals import require_approved

        require_approved(desk.house(), plan)
    assert desk.send(plan).stage is Stage.ENDED
    desk.nothing_left()


def test_a_container_without_its_password_is_taken_back_when_its_time_is_up(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers = [Unreachable("channel_unreachable")]
    with pytest.raises(Unreachable):
        desk.send(plan)
    desk.clock.pass_time(days=19)
    with pytest.raises(Refused, match=r"^time_is_up"):
        desk.send(plan)
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITHDRAWN
    assert desk.mail.arrived == desk.text.arrived == []
    assert entry(desk.house(), plan.ref).state == PlanState.VOID


def test_what_arrived_by_a_persons_word_alone_lies_with_the_recipient(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.answers = [NotProven("perhaps_delivered")]
    with pytest.raises(NotProven):
        desk.send(plan)
    _, second = desk.enrolled()
    note_found_out(desk.house(), plan.ref, arrived=True, officer=second.handle, code=second.fresh())
    assert desk.send(plan).stage is Stage.OPEN
    assert len(desk.mail.handed) == 1
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITH_RECIPIENT


def test_a_stranger_to_it_is_nobody_in_it(desk: Desk) -> None:
    desk.bring(planning.case("1000000003", LINA))
    plan = desk.approved(TUVA)
    desk.send(plan)
    assert {cell.person for cell in desk.received()} == {1}
    assert from_reference(PLAN, plan.ref) == plan.number
    assert {from_reference(SUBJECT, who) for who, _ in people_of(desk.house(), plan.ref)} == {
        from_reference(SUBJECT, desk.ref(TUVA))
    }
