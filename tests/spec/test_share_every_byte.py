"""Without an approval nothing leaves, by no way at all: every byte to a recipient, to their server
or to ours is recorded, by every channel that there is (H-32, A-69)."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from flows import approval_form, erasure_steps
from flows.approval_form import Answer
from lifecycle.approval import Reason
from lifecycle.disclosure import Stage
from lifecycle.errors import GallraError, LedgerFailure, Refused
from lifecycle.references import SUBJECT, from_reference
from records.plans import Plan
from records.tables import approval, disclosure, plan_item
from records.tables import plan as plan_table
from tasks.house.parts import House
from tasks.officers.approvals import approve
from tasks.sharing.disclosing import send
from tasks.sharing.register import agreed
from tasks.sharing.withdrawing import withdraw_due
from tests.factories import planning
from tests.factories.byte_recorder import ByteRecorder, recording
from tests.factories.every_way import BY_HAND, WAYS, Worlds, arrived, desk_at, every_way
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import TEXT, Desk, password_in, unseal

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with every_way(tmp_path_factory.mktemp("ways")) as worlds:
        yield worlds


@pytest.fixture
def desk(worlds: Worlds, build: Builder, standing_clock: StandingClock) -> Desk:
    desk = desk_at(worlds, build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


@pytest.fixture
def recorder(desk: Desk) -> Iterator[ByteRecorder]:
    with recording() as recorder:
        yield recorder


# --- what is done without an approval that holds ------------------------------------------------


def nobody_agreed(desk: Desk, plan: Plan) -> None:
    """Prepared, and no more."""


def resumed(desk: Desk, plan: Plan) -> None:
    """Whoever reaches the API lets a waiting run go on: without an answer, with rubbish, with an
    answer that decides nothing, with a yes that nobody signed."""
    now = desk.house().now()
    blank = Answer(plan.ref, "", "", "look_again", Reason("no_reason"), now)
    answers = [None, blank, blank._replace(decision="approve")]

    @contextmanager
    def opened(_: str) -> Iterator[House]:
        yield desk.house()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure_steps, "open_house", opened)
        for given in ([], answers):
            patch.setattr(approval_form, "taken", lambda given=given: iter(given))
            heard = erasure_steps.hear_answers.fn("academedia")
            assert bool(heard.refusal) is bool(given)


def self_approved(desk: Desk, plan: Plan) -> None:
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="own_plan"):
        _yes(desk, plan, first.handle, first.fresh())


def wrong_code(desk: Desk, plan: Plan) -> None:
    first, second = desk.enrolled()
    for code in (second.wrong(), first.fresh(), "", "abc"):
        with pytest.raises(Refused):
            _yes(desk, plan, second.handle, code)


def used_code(desk: Desk, plan: Plan) -> None:
    _, second = desk.enrolled()
    spent = second.fresh()
    other = desk.prepare(OMAR, channel=plan_channel(desk, plan), until=_soon(desk))
    approve(desk.house(), other.ref, officer=second.handle, code=spent, decision="decline")
    with pytest.raises(Refused):
        _yes(desk, plan, second.handle, spent)


def declined(desk: Desk, plan: Plan) -> None:
    _, second = desk.enrolled()
    code = second.fresh()
    approve(desk.house(), plan.ref, officer=second.handle, code=code, decision="decline")


def forged_count(desk: Desk, plan: Plan) -> None:
    """Its row says that nobody is needed."""
    _set(desk, plan, state="approved", approvals=0)


def forged_beginning(desk: Desk, plan: Plan) -> None:
    """Its row says that it is under way already, and its container arrived."""
    _set(desk, plan, state="executing", stage="sent")


def forged_approval(desk: Desk, plan: Plan) -> None:
    """A row of an approval that no officer gave."""
    _, second = desk.enrolled()
    _set(desk, plan, state="approved")
    with desk.house().engine.begin() as connection:
        connection.execute(
            approval.insert().values(
                plan_id=plan.number,
                officer_id=from_reference("O", second.ref),
                role="chef",
                decision="approve",
                plan_hash=plan.hash,
                decided_at=desk.house().at(),
            )
        )


def another_channel(desk: Desk, plan: Plan) -> None:
    """Agreed to for one way, turned to the next one."""
    names = [*WAYS]
    turned = names[(names.index(plan_channel(desk, plan)) + 1) % len(names)]
    desk.approve(plan)
    _set(desk, plan, channel=turned)


def another_person(desk: Desk, plan: Plan) -> None:
    """Agreed to for one person, turned to another one."""
    desk.approve(plan)
    other = from_reference(SUBJECT, desk.ref(OMAR))
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(plan_item).where(plan_item.c.plan_id == plan.number).values(subject_id=other)
        )


def another_address(desk: Desk, plan: Plan) -> None:
    """Agreed to for one address, bound to another one since."""
    desk.approve(plan)
    moved = {"email": "annan@example.se", "phone": "+46701740606", "by_hand": "Lillgatan 2"}
    desk.contact = desk.contact.model_copy(update=moved)


def grown_old(desk: Desk, plan: Plan) -> None:
    desk.approve(plan)
    desk.clock.pass_time(days=8)


def another_policy(desk: Desk, plan: Plan) -> None:
    """Agreed to under rules that are no longer in force."""
    desk.approve(plan)
    before = desk.change

    def stricter(house: House) -> House:
        changed = before(house)
        assert changed.policy.sharing is not None
        sharing = changed.policy.sharing.model_copy(update={"recipients": {}})
        policy = changed.policy.model_copy(update={"sharing": sharing})
        policy._sha256 = "e" * 64
        return _with_policy(changed, policy)

    desk.change = stricter


def unwritten_ledger(desk: Desk, plan: Plan) -> None:
    """Agreed to, and what is done cannot be written down."""
    desk.approve(plan)
    before = desk.change

    class Broken:
        def __init__(self, whole: object) -> None:
            self._whole = whole

        def __getattr__(self, name: str) -> object:
            return getattr(self._whole, name)

        def append(self, *_: object, **__: object) -> None:
            raise LedgerFailure("ledger_not_written")

    def broken(house: House) -> House:
        changed = before(house)
        return dataclasses.replace(changed, ledger=Broken(changed.ledger))  # type: ignore[arg-type]

    desk.change = broken


Attack = Callable[[Desk, Plan], None]
ATTACKS: list[Attack] = [
    nobody_agreed,
    resumed,
    self_approved,
    wrong_code,
    used_code,
    declined,
    forged_count,
    forged_beginning,
    forged_approval,
    another_channel,
    another_person,
    another_address,
    grown_old,
    another_policy,
    unwritten_ledger,
]


ALL = tuple(WAYS)


def _soon(desk: Desk) -> date:
    return desk.clock().date() + timedelta(days=18)


def _yes(desk: Desk, plan: Plan, officer: str, code: str) -> None:
    approve(desk.house(), plan.ref, officer=officer, code=code, decision="approve")


def _set(desk: Desk, plan: Plan, **columns: object) -> None:
    with desk.house().engine.begin() as connection:
        for table, key in ((plan_table, plan_table.c.id), (disclosure, disclosure.c.plan_id)):
            own = {name: value for name, value in columns.items() if name in table.c}
            if own:
                connection.execute(update(table).where(key == plan.number).values(own))


def _with_policy(house: House, policy: object) -> House:
    return dataclasses.replace(house, policy=policy)  # type: ignore[arg-type]


def plan_channel(desk: Desk, plan: Plan) -> str:
    with desk.house().engine.connect() as connection:
        wanted = disclosure.select().where(disclosure.c.plan_id == plan.number)
        return str(connection.execute(wanted).mappings().one()["channel"])


def everything_is_tried(desk: Desk, plan: Plan) -> None:
    """What a run does, and somebody who calls for just this one; again on the next day, and when
    its time is long over."""
    for days in (0, 1, 30):
        desk.clock.pass_time(days=days)
        sent = None
        with suppress(GallraError):
            sent = desk.send(plan)
        assert sent is None or (days and sent.stage is Stage.ENDED)  # given up, not sent
        with suppress(GallraError):
            for ref in agreed(desk.house()):
                send(desk.house(), ref)
        with suppress(GallraError):
            withdraw_due(desk.house())


def test_no_byte_leaves_by_any_way_that_nobody_agreed_to(
    desk: Desk, worlds: Worlds, recorder: ByteRecorder
) -> None:
    _nothing_leaves(desk, worlds, recorder, nobody_agreed, ALL)


def test_no_byte_leaves_without_an_approval_that_holds(
    desk: Desk, worlds: Worlds, recorder: ByteRecorder
) -> None:
    """Each attack by another way; the long tests take every way for each."""
    for number, attack in enumerate(ATTACKS[1:]):
        _nothing_leaves(desk, worlds, recorder, attack, ALL[number % len(ALL) :][:1])


@pytest.mark.long
@pytest.mark.parametrize("attack", ATTACKS[1:], ids=lambda one: one.__name__)
def test_no_byte_leaves_by_any_way_without_an_approval_that_holds(
    desk: Desk, worlds: Worlds, recorder: ByteRecorder, attack: Attack
) -> None:
    _nothing_leaves(desk, worlds, recorder, attack, ALL)


def _nothing_leaves(
    desk: Desk, worlds: Worlds, recorder: ByteRecorder, attack: Attack, ways: tuple[str, ...]
) -> None:
    before = arrived(worlds), [world.received() for world in worlds.values()]
    contact, change = desk.contact, desk.change
    for way in ways:
        plan = desk.prepare(TUVA, channel=way, until=_soon(desk))
        attack(desk, plan)
        everything_is_tried(desk, plan)
        assert recorder.opened == recorder.sent == [], (attack.__name__, way)
        assert (arrived(worlds), [world.received() for world in worlds.values()]) == before, way
        desk.outgoing_is_empty()
        desk.contact, desk.change = contact, change


# --- what leaves when people agreed: the recorder would have seen it -----------------------------


@pytest.mark.parametrize("way", WAYS)
def test_what_was_agreed_to_leaves_by_its_own_way_and_by_no_other(
    desk: Desk, worlds: Worlds, recorder: ByteRecorder, way: str
) -> None:
    before = arrived(worlds)
    plan = desk.prepare(TUVA, channel=way)
    desk.approve(plan)
    assert recorder.opened == recorder.sent == []  # who agrees sends nothing yet
    assert desk.send(plan).stage is (Stage.SENDING if way in BY_HAND else Stage.OPEN)
    new = arrived(worlds) - before
    [container] = [one for name, one in new if name == way]
    assert container.content is not None
    letters = [one for name, one in new if name == TEXT]
    if way in BY_HAND:  # a person carries it, and nobody gets its password before
        assert letters == []
        said = [data for _, data in recorder.sent]  # that the gateway is there and knows us
        assert [one.partition(b" HTTP")[0] for one in said] == [b"GET /v1/account"]
        assert container.content.startswith(b"SEALED")
    else:
        assert recorder.bytes_out > len(container.content)
        cells = unseal(container.content, password_in(letters))
        assert {cell.value for cell in cells} >= set(TUVA[:2])
    assert len(new) == 1 + len(letters)
    out = b"".join(data for _, data in recorder.sent)
    assert not [word for word in TUVA if word.encode() in out]
    desk.outgoing_is_empty()


def test_the_recorder_sees_what_is_sent_whoever_sends_it() -> None:
    with recording() as recorder, socket.create_server(("127.0.0.1", 0)) as server:
        at = server.getsockname()
        with socket.create_connection(at) as client, server.accept()[0] as other:
            client.send(b"1")
            client.sendall(b"2")
            client.sendmsg([b"3", b"4"])
            other.sendall(b"an answer")
            assert client.recv(9) == b"an answer"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loose:
            loose.sendto(b"5", at)
        one, two = socket.socketpair()
        one.send(b"within the process")
        one.close()
        two.close()
    assert recorder.opened == [at]
    assert recorder.sent == [(at, b"1"), (at, b"2"), (at, b"34"), (at, b"5")]
    assert socket.socket.send is not None
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert recorder.opened == [at]  # it ends with its block
