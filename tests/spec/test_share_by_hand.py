"""What a person hands over, a stick, e-Boks, a password by telephone, is a work order (A-69 d)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from connectors.hand_over import HandOver
from lifecycle.bindings.hand_over import By, ManualChannel
from lifecycle.disclosure import Stage
from lifecycle.errors import KeyFailure, Misconfigured, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.references import WORK_ORDER, to_reference
from records import disclosures
from records.engines import reading
from records.plans import Plan
from records.tables import RECORDS
from tasks.house.doors import Door, Doors
from tasks.house.parts import House
from tasks.sharing.disclosures import SEED
from tasks.sharing.finding_out import confirm_deleted, note_found_out
from tasks.sharing.handing_over import Told, show_password, where
from tasks.sharing.register import agreed
from tasks.sharing.withdrawing import withdraw, withdraw_due
from tasks.watching.daily import WORK_ORDER_OVERDUE, watch
from tasks.watching.follow_up import what_is_left
from tasks.watching.overview import overview
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, events
from tests.factories.sharing import DESK, Desk, unseal
from tests.spec.test_work_orders import Letters

__all__ = ["build", "dialect", "house"]
STICK, CALL = "usb-stick", "call"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


def by_hand(name: str, by: By, folder: Path | None, *, second: bool = True) -> Door:
    order = ManualChannel.model_validate(
        {
            "kind": "manual",
            "by": by,
            "folder": None if folder is None else str(folder),
            "role": "chef",
            "within": "P7D",
            "remind_every": "P3D",
            "evidence": "kvittens",
            "second_person": second,
            "how": "Lägg filen på ett krypterat minne och lämna det personligen.",
        }
    )
    channel = HandOver(place=name, folder=folder)
    return Door(name=name, kind="manual", channel=channel, by_hand=order)


class HandedOver(Desk):
    """A desk whose ways are a stick and a telephone."""

    folder: Path

    def at(self, folder: Path) -> HandedOver:
        self.folder = folder
        self.contact = DESK.model_copy(
            update={"by_hand": "Storgatan 1, Exempelstad", "password_by": CALL}
        )

        def doors(house: House) -> House:
            ways = {
                STICK: by_hand(STICK, "usb_stick", folder),
                CALL: by_hand(CALL, "phone", None, second=False),
            }
            made: Doors = dataclasses.replace(house.doors, ways=ways)
            return dataclasses.replace(house, doors=made)

        self.change = doors
        return self

    def files(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir()) if self.folder.exists() else []

    def order(self) -> str:
        [one] = work_orders.lines(self.house())
        return one.ref

    def done(self, word: str, *, confirmed: bool = True) -> None:
        ref = self.order()
        first, second = self.enrolled()
        work_orders.finish(
            self.house(), ref, officer=first.handle, code=first.fresh(), evidence=word
        )
        if confirmed:
            work_orders.confirm(self.house(), ref, officer=second.handle, code=second.fresh())

    def password(self, plan: Plan) -> Told:
        first, _ = self.enrolled()
        return show_password(self.house(), plan.ref, officer=first.handle, code=first.fresh())


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock, tmp_path: Path) -> HandedOver:
    desk = HandedOver(build, standing_clock).at(tmp_path / "hand-over" / "chef")
    desk.bring(planning.case("1000000001", TUVA))
    return desk


def prepared(desk: HandedOver) -> Plan:
    plan = desk.prepare(TUVA, channel=STICK)
    desk.approve(plan)
    return plan


@everywhere
def test_a_stick_and_a_call_from_the_first_run_to_the_last(desk: HandedOver) -> None:
    plan = prepared(desk)
    assert desk.files() == []
    assert desk.send(plan).stage is Stage.SENDING
    lies, to = where(desk.house(), plan.ref)
    assert to == "Storgatan 1, Exempelstad"
    assert desk.files() == sorted([lies.name, f"{lies.stem}.txt"])
    assert (lies.stat().st_mode & 0o777, lies.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    content = lies.read_bytes()
    desk.outgoing_is_empty()
    [line] = work_orders.lines(desk.house())
    assert (line.role, line.items, line.due_on, line.what, line.overdue) == (
        "chef",
        1,
        "2026-11-09",
        "container",
        False,
    )
    # However often it runs: one order, the same file, and nobody is told a password before.
    for _ in range(2):
        assert desk.send(plan).stage is Stage.SENDING
    assert lies.read_bytes() == content
    assert len(work_orders.lines(desk.house())) == 1
    with pytest.raises(Refused, match="no_password_to_tell"):
        desk.password(plan)
    desk.done("handed-over", confirmed=False)
    assert desk.send(plan).stage is Stage.SENDING  # a second person looks first
    desk.enrolled()
    _, second = desk.enrolled()
    work_orders.confirm(desk.house(), line.ref, officer=second.handle, code=second.fresh())
    assert desk.send(plan).stage is Stage.OPENING
    assert desk.files() == []
    with pytest.raises(Refused, match="nothing_to_hand_over"):
        where(desk.house(), plan.ref)
    told = desk.password(plan)
    assert desk.password(plan) == told  # a restart shows it again
    assert told.to == "+46701740605"
    assert told.opening == ""  # the letter lay beside the file
    assert told.about == lies.stem
    assert told.password not in repr(told)
    assert {cell.value for cell in unseal(content, told.password)} >= set(TUVA[:2])
    desk.done("told", confirmed=False)
    assert desk.send(plan).stage is Stage.OPEN
    with pytest.raises(Refused, match="no_password_to_tell"):
        desk.password(plan)
    shown = events(desk.house(), EventKind.DISCLOSURE_PASSWORD_SHOWN)
    assert [one["ref"] for one in shown] == [plan.ref, plan.ref]
    assert work_orders.lines(desk.house()) == []
    secrets = (told.password, told.to, "Storgatan", *TUVA)
    with reading(desk.house().engine) as connection:
        for table in RECORDS.tables.values():
            for row in connection.execute(table.select()):
                said = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
                assert not [one for one in secrets if one.encode() in said], table.name


def test_what_the_password_is_made_of_goes_when_it_is_told(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    desk.done("handed-over")
    desk.send(plan)
    with reading(desk.house().engine) as connection:
        sealed = disclosures.sealed(connection, plan.number)
    assert sealed is not None
    desk.house().vault.open([(plan.number, plan.number, SEED, sealed)])
    desk.done("told", confirmed=False)
    desk.send(plan)
    with pytest.raises(KeyFailure, match="key_missing"):
        desk.house().vault.open([(plan.number, plan.number, SEED, sealed)])


def test_only_who_has_the_role_and_a_fresh_code_sees_the_password(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    desk.done("handed-over")
    desk.send(plan)
    first, _ = desk.enrolled()
    other: Authenticator = desk_officer(desk, "dpo")
    for who, code, reason in (
        (first.handle, "000000", "code_wrong"),
        (other.handle, other.fresh(), "role_may_not_finish"),
        ("nobody", "000000", "officer_unknown"),
    ):
        with pytest.raises(Refused, match=reason):
            show_password(desk.house(), plan.ref, officer=who, code=code)
    assert events(desk.house(), EventKind.DISCLOSURE_PASSWORD_SHOWN) == []


def desk_officer(desk: Desk, role: str) -> Authenticator:
    from tests.factories.officers import enrol

    first, _ = desk.enrolled()
    return enrol(desk.house(), desk.clock, "annan", role, by=first)


def test_what_nobody_hands_over_shows_as_overdue(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    assert WORK_ORDER_OVERDUE not in {one.kind for one in watch(desk.house()).standing}
    assert work_orders.remind(desk.house()) == 0
    desk.clock.pass_time(days=8)
    assert work_orders.remind(desk.house()) == 1
    [line] = work_orders.lines(desk.house())
    assert line.overdue
    assert WORK_ORDER_OVERDUE in {one.kind for one in watch(desk.house()).standing}


def test_when_its_time_is_up_before_it_was_handed_over_a_person_finds_out(
    desk: HandedOver,
) -> None:
    plan = prepared(desk)
    desk.send(plan)
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert (taken.stage, taken.failure) == (Stage.SENDING, "perhaps_delivered")
    assert desk.files() == []
    assert work_orders.lines(desk.house()) == []
    assert desk.stage(plan) is Stage.PERHAPS_SENT
    _, second = desk.enrolled()
    note_found_out(
        desk.house(), plan.ref, arrived=False, officer=second.handle, code=second.fresh()
    )
    assert withdraw(desk.house(), plan.ref).stage is Stage.ENDED
    assert agreed(desk.house()) == []


def test_found_not_to_have_arrived_it_is_handed_over_again_by_an_order_of_its_own(
    desk: HandedOver,
) -> None:
    plan = prepared(desk)
    desk.send(plan)
    before = where(desk.house(), plan.ref).file.name
    with pytest.raises(NotProven, match="perhaps_delivered"):
        withdraw(desk.house(), plan.ref)
    _, second = desk.enrolled()
    note_found_out(
        desk.house(), plan.ref, arrived=False, officer=second.handle, code=second.fresh()
    )
    assert desk.send(plan).stage is Stage.SENDING
    assert where(desk.house(), plan.ref).file.name != before
    desk.done("handed-over")
    assert desk.send(plan).stage is Stage.OPENING


def test_it_is_with_the_recipient_until_they_say_that_it_is_gone(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    desk.done("handed-over")
    desk.send(plan)
    # Taken back before anybody told the password: the order to tell it goes too.
    assert withdraw(desk.house(), plan.ref).stage is Stage.WITH_RECIPIENT
    with pytest.raises(Refused, match="no_password_to_tell"):
        desk.password(plan)
    # Whoever handed it over asks the recipient, once, in the words of the letter.
    [line] = work_orders.lines(desk.house())
    assert (line.what, line.role, line.due_on) == ("deletion", "chef", "2026-11-09")
    assert "har tagit tillbaka filen X-" in line.how
    assert f"gallra share confirm {plan.ref} --deleted" in line.how
    desk.clock.pass_time(days=8)
    withdraw_due(desk.house())
    [again] = work_orders.lines(desk.house())
    assert (again.ref, again.overdue) == (line.ref, True)
    _, second = desk.enrolled()
    stage = confirm_deleted(desk.house(), plan.ref, officer=second.handle, code=second.fresh())
    assert stage is Stage.DELETED
    assert work_orders.lines(desk.house()) == []
    assert work_orders.line(desk.house(), line.ref).state == "confirmed"


def test_what_was_brought_to_somebody_is_not_evidenced_by_weeding(desk: HandedOver) -> None:
    desk.send(prepared(desk))
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="evidence_of_another_kind"):
        work_orders.finish(
            desk.house(), desk.order(), officer=first.handle, code=first.fresh(),
            evidence="shredded",
        )  # fmt: skip
    assert work_orders.line(desk.house(), desk.order()).state == "open"


def test_who_waits_for_a_person_stands_on_the_page_of_the_morning(desk: HandedOver) -> None:
    plan = desk.prepare(TUVA, channel=STICK)
    seen = overview(desk.house())
    assert (seen.work_orders, seen.waits_for_approval) == (0, (plan.ref,))
    assert seen.needs_a_person
    assert [one.what for one in what_is_left(desk.house()) if one.ref == plan.ref] == [
        "waits_for_approval"
    ]
    desk.approve(plan)
    desk.send(plan)
    seen = overview(desk.house())
    assert (seen.work_orders, seen.work_orders_late, seen.waits_for_approval) == (1, 0, ())
    [line] = [one for one in what_is_left(desk.house()) if one.ref == desk.order()]
    assert (line.what, line.who, line.until) == ("work_order", "chef", "2026-11-09")


def test_another_address_while_it_waits_calls_it_off(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    agreed_to = desk.contact
    desk.contact = agreed_to.model_copy(update={"by_hand": "Lillgatan 2"})
    desk.opened = None
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert desk.files() == []
    assert work_orders.lines(desk.house()) == []


def test_an_order_whose_way_is_not_bound_any_more_hides_no_other(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    ref, bound = desk.order(), desk.change
    box = Letters()

    def without(house: House) -> House:
        changed = bound(house)
        ways = {CALL: changed.doors.ways[CALL]}
        doors = dataclasses.replace(changed.doors, ways=ways)
        return dataclasses.replace(changed, doors=doors, mailbox=box)

    desk.change = without
    desk.clock.pass_time(days=8)
    [line] = work_orders.lines(desk.house())
    assert (line.ref, line.role, line.evidence, line.overdue) == (
        ref, "chef", "channel_not_bound", True,
    )  # fmt: skip
    assert "channel_not_bound" in line.how
    assert work_orders.remind(desk.house()) == 1
    [letter] = box.written
    assert "OVERDUE" in letter
    # Nobody can say that it is done by a way that nobody describes.
    first, _ = desk.enrolled()
    with pytest.raises(Misconfigured, match="channel_not_bound"):
        work_orders.finish(
            desk.house(), ref, officer=first.handle, code=first.fresh(), evidence="handed-over"
        )
    desk.change = bound
    assert desk.order() == ref
    assert work_orders.line(desk.house(), ref).evidence == "kvittens"


def test_an_order_of_a_disclosure_has_nobodys_papers_to_reveal(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="work_order_hands_over"):
        work_orders.reveal(desk.house(), desk.order(), officer=first.handle, code=first.fresh())


def test_a_forged_confirmation_releases_no_password(desk: HandedOver) -> None:
    from lifecycle.errors import LedgerFailure
    from records.tables import work_order

    plan = prepared(desk)
    desk.send(plan)
    with desk.house().engine.begin() as connection:
        connection.execute(
            work_order.update().values(
                done_at="2026-11-02T10:00:00.000000+00:00",
                confirmed_at="2026-11-02T10:00:00.000000+00:00",
            )
        )
    with pytest.raises(LedgerFailure, match="proof_not_in_ledger"):
        desk.send(plan)
    assert desk.stage(plan) is Stage.SENDING


def test_a_telephone_carries_no_file_and_a_stick_no_password(desk: HandedOver) -> None:
    # `harmless`-style rules aside, the policy names the stick; a call is none of its four ways.
    with pytest.raises(Refused, match="channel_not_allowed"):
        desk.prepare(TUVA, channel=CALL)
    desk.contact = desk.contact.model_copy(update={"password_by": STICK})
    with pytest.raises(Misconfigured, match="password_way_without_letters"):
        desk.prepare(TUVA, channel=STICK)


def test_the_reference_of_the_order_is_all_that_the_ledger_says(desk: HandedOver) -> None:
    plan = prepared(desk)
    desk.send(plan)
    [opened] = events(desk.house(), EventKind.WORK_ORDER_OPENED)
    assert opened["facts"] == {
        "plan": plan.ref,
        "system": STICK,
        "what": "container",
        "role": "chef",
        "due_on": "2026-11-09",
    }
    assert str(opened["ref"]).startswith(to_reference(WORK_ORDER, 1)[:2])
