"""What every way out promises: whole, once, said honestly, taken back, and silent about whom."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.channel import Channel, Delivered, Parcel, Standing
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.channel_worlds import WORLDS, ChannelWorld, Killed, channel_world
from tests.factories.odd_names import ODD_NAMES

CONTENT = b"PK\x03\x04 sealed \r\n.\r\n" + bytes(range(256)) * 300
"""Bytes that look like the end of a mail, and all the others; 77 kB."""
TEXT = "Lösenord: Wq7-förtrolig-åäö\n.\nMvh"
MOST_STEPS = 120


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChannelWorld]:
    with channel_world(request.param, tmp_path / "world") as world:
        yield world


def parcel(
    world: ChannelWorld, tmp_path: Path, number: int = 7, content: bytes = CONTENT
) -> Parcel:
    path: Path | None = None
    if world.carries_files:
        path = tmp_path / f"sealed-{number}"
        path.write_bytes(content)
    return Parcel(
        ref=to_reference("X", number),
        file=path,
        name=f"dokument-{number}.zip",
        to=world.to,
        subject="Handlingar",
        text=TEXT if world.carries_text else "",
        until=date(2030, 1, 31),
    )


def lies_there_whole(world: ChannelWorld, *refs: str) -> None:
    """Exactly these parcels lie with the recipient, each once and whole."""
    arrived = world.arrived()
    assert sorted(a.ref for a in arrived) == sorted(refs)
    for arrival in arrived:
        if world.carries_files:
            assert arrival.content == CONTENT
        if world.carries_text:
            assert arrival.text.replace("\r\n", "\n").rstrip("\n") == TEXT


def shows(world: ChannelWorld) -> bool:
    """Whether anything of it is left where we can look. Worlds of servers keep no copy."""
    return world.takes_back or getattr(world, "keeps_copy", False)


def try_until_settled(world: ChannelWorld, sent: Parcel, tries: int = 4) -> Delivered | None:
    """What a caller does: again while time may mend it, never after "perhaps"."""
    for _ in range(tries):
        try:
            return world.channel().deliver(sent)
        except Unreachable:
            continue
        except NotProven as unsure:
            assert unsure.code == "perhaps_delivered"
            return None
    raise AssertionError("never settled")


def test_a_parcel_arrives_whole(world: ChannelWorld, tmp_path: Path) -> None:
    sent = parcel(world, tmp_path)
    world.channel().check(world.to)
    assert world.arrived() == []
    delivered = world.channel().deliver(sent)
    assert delivered.ref == sent.ref
    lies_there_whole(world, sent.ref)


def test_asking_is_not_sending(world: ChannelWorld) -> None:
    for _ in range(3):
        world.channel().check(world.to)
    assert world.arrived() == []
    assert world.received() == b""


def test_however_often_it_is_repeated_it_arrives_once(world: ChannelWorld, tmp_path: Path) -> None:
    sent = parcel(world, tmp_path)
    first = world.channel().deliver(sent)
    same_process = world.channel()
    assert {same_process.deliver(sent) for _ in range(3)} == {first}
    lies_there_whole(world, sent.ref)


def test_two_parcels_are_two(world: ChannelWorld, tmp_path: Path) -> None:
    channel = world.channel()
    one, two = parcel(world, tmp_path, 1), parcel(world, tmp_path, 2)
    handles = {channel.deliver(one).handle, channel.deliver(two).handle}
    assert len(handles) == 2
    lies_there_whole(world, one.ref, two.ref)


def test_a_lost_answer_never_makes_two_of_one(world: ChannelWorld, tmp_path: Path) -> None:
    sent = parcel(world, tmp_path)
    world.lose_answers()
    lost: GallraError | None = None
    try:
        world.channel().deliver(sent)
    except (Unreachable, NotProven) as failure:
        lost = failure
    # None: it was looked at where it lies, and is there.
    if isinstance(lost, NotProven):
        assert lost.code == "perhaps_delivered"
        # Nobody can look, so nobody says that it arrived, and it is not sent again.
        with pytest.raises(NotProven) as again:
            world.channel().deliver(sent)
        assert again.value.code == "perhaps_delivered"
    else:
        assert try_until_settled(world, sent) is not None
    lies_there_whole(world, sent.ref)


def test_killed_between_any_two_steps_it_is_whole_and_once_or_honestly_unsure(
    world: ChannelWorld, tmp_path: Path
) -> None:
    sure: list[str] = []
    unsure: list[str] = []
    killed = 0
    for step in range(MOST_STEPS):
        sent = parcel(world, tmp_path, 1000 + step)
        try:
            with world.kill_at(step):
                world.channel().deliver(sent)
        except Killed:
            killed += 1
        else:
            sure.append(sent.ref)
            break
        (sure if try_until_settled(world, sent) is not None else unsure).append(sent.ref)
    else:
        raise AssertionError("it takes too many steps")
    assert killed >= 3
    arrived = world.arrived()
    refs = [arrival.ref for arrival in arrived]
    assert len(refs) == len(set(refs))
    assert set(sure) <= set(refs) <= {*sure, *unsure}
    if world.carries_files:
        assert all(arrival.content == CONTENT for arrival in arrived)


def test_where_it_may_not_go_not_one_byte_of_it_goes(world: ChannelWorld, tmp_path: Path) -> None:
    sent = parcel(world, tmp_path)
    world.refuse()
    with pytest.raises((Refused, Misconfigured)):
        world.channel().check(world.to)
    with pytest.raises((Refused, Misconfigured)):
        world.channel().deliver(sent)
    assert world.arrived() == []
    assert world.received() == b""


def test_out_of_reach_nothing_is_claimed(world: ChannelWorld, tmp_path: Path) -> None:
    sent = parcel(world, tmp_path)
    world.take_away()
    with pytest.raises(Unreachable):
        world.channel().check(world.to)
    with pytest.raises(Unreachable):
        world.channel().deliver(sent)
    assert world.arrived() == []


def test_taken_back_as_far_as_it_can_be_as_often_as_one_likes(
    world: ChannelWorld, tmp_path: Path
) -> None:
    sent, other = parcel(world, tmp_path, 1), parcel(world, tmp_path, 2)
    delivered = world.channel().deliver(sent)
    world.channel().deliver(other)
    before = Standing.THERE if shows(world) else Standing.BEYOND
    assert world.channel().standing(delivered) is before
    for _ in range(2):
        world.channel().withdraw(delivered)
    after = Standing.GONE if world.takes_back else Standing.BEYOND
    assert world.channel().standing(delivered) is after
    if world.takes_back:
        lies_there_whole(world, other.ref)


def test_by_its_reference_alone_it_is_found_and_taken_back(
    world: ChannelWorld, tmp_path: Path
) -> None:
    """What is left when the answer to a delivery was lost: the name it was given before."""
    sent, other = parcel(world, tmp_path, 1), parcel(world, tmp_path, 2)
    after = Standing.GONE if world.takes_back else Standing.BEYOND
    known, never = Delivered(sent.ref, ""), Delivered(to_reference("X", 3), "")
    world.channel().deliver(other)
    world.channel().withdraw(known)
    assert world.channel().standing(never) is after
    world.channel().deliver(sent)
    assert world.channel().standing(known) is (Standing.THERE if shows(world) else Standing.BEYOND)
    for _ in range(2):
        world.channel().withdraw(known)
        world.channel().withdraw(never)
    assert world.channel().standing(known) is after
    if world.takes_back:
        lies_there_whole(world, other.ref)


def test_cut_off_or_unanswered_it_is_taken_back_by_its_reference(
    world: ChannelWorld, tmp_path: Path
) -> None:
    after = Standing.GONE if world.takes_back else Standing.BEYOND
    lost = parcel(world, tmp_path, 3000)
    world.lose_answers()
    with suppress(Unreachable, NotProven):
        world.channel().deliver(lost)
    world.channel().withdraw(Delivered(lost.ref, ""))
    assert world.channel().standing(Delivered(lost.ref, "")) is after
    for step in range(0, MOST_STEPS, 3):
        sent = parcel(world, tmp_path, 4000 + step)
        killed = False
        try:
            with world.kill_at(step):
                world.channel().deliver(sent)
        except (Killed, Unreachable):
            killed = True
        world.channel().withdraw(Delivered(sent.ref, ""))
        assert world.channel().standing(Delivered(sent.ref, "")) is after
        if not killed:
            break
    if world.takes_back:
        assert world.arrived() == []


def test_killed_while_taking_back_it_is_taken_back_by_asking_again(
    world: ChannelWorld, tmp_path: Path
) -> None:
    for step in range(MOST_STEPS):
        sent = parcel(world, tmp_path, 2000 + step)
        delivered = world.channel().deliver(sent)
        try:
            with world.kill_at(step):
                world.channel().withdraw(delivered)
        except Killed:
            world.channel().withdraw(delivered)
            finished = False
        else:
            finished = True
        after = Standing.GONE if world.takes_back else Standing.BEYOND
        assert world.channel().standing(delivered) is after
        if finished:
            break
    if world.takes_back:
        assert world.arrived() == []


def test_looking_never_raises(world: ChannelWorld, tmp_path: Path) -> None:
    delivered = world.channel().deliver(parcel(world, tmp_path))
    world.take_away()
    expected = Standing.COULD_NOT_LOOK if shows(world) else Standing.BEYOND
    assert world.channel().standing(delivered) is expected


@pytest.mark.parametrize(
    "change",
    [
        {"ref": "X-short"},
        {"ref": "P-0000000000007"},
        {"ref": "../0000000000007"},
        {"name": "../handlingar.zip"},
        {"name": "Åsa Ek.zip"},
        {"name": ""},
        {"name": "a\r\nBcc: x@example.se"},
        {"subject": "Handlingar\r\nBcc: x@example.se"},
        {"subject": "Handlingar\0"},
        {"subject": "x" * 201},
        {"text": "a\0b"},
        {"text": "a\rb"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_could_say_more_than_meant_does_not_leave(
    world: ChannelWorld, tmp_path: Path, change: dict[str, str]
) -> None:
    if "name" in change and not world.carries_files:
        pytest.skip("a letter alone has no name")
    with pytest.raises(Refused):
        world.channel().deliver(replace(parcel(world, tmp_path), **change))
    assert world.arrived() == []
    assert world.received() == b""


def test_an_odd_name_leaves_as_it_is_or_not_at_all(world: ChannelWorld, tmp_path: Path) -> None:
    if not world.carries_files:
        pytest.skip("a letter alone has no name")
    went = []
    for number, name in enumerate(ODD_NAMES):
        sent = replace(parcel(world, tmp_path, 6000 + number), name=name)
        before = world.received()
        try:
            world.channel().deliver(sent)
        except Refused:
            assert world.received() == before
        else:
            went.append(name)
    assert len(world.arrived()) == len(went)
    # What a system of its own may take amiss is no path and says nothing, so it goes.
    assert set(went) == {"CON", "NUL.xlsx", "LPT1", "desktop.ini"}


def everything_said(error: BaseException) -> str:
    """The text of an error and of all that hangs on it."""
    said = []
    link: BaseException | None = error
    while link is not None:
        said.append(f"{link!s} {link!r} {link.args!r}")
        link = link.__cause__ or link.__context__
    return " ".join(said)


def test_nobody_is_named_in_an_error_a_log_or_a_picture_of_a_value(
    world: ChannelWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = parcel(world, tmp_path)
    channel: Channel = world.channel()
    delivered = channel.deliver(sent)
    said = [repr(sent), repr(delivered), repr(channel), str(channel.standing(delivered))]
    for trouble in (world.lose_answers, world.refuse, world.take_away):
        trouble()
        try:
            world.channel().deliver(parcel(world, tmp_path, 8))
        except GallraError as error:
            said.append(everything_said(error))
    assert len(said) >= 6
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("mail", "asyncio"))]
    whole = " ".join(said + ours)
    for secret in (
        *world.to,
        *(one.partition("@")[0] for one in world.to),
        "förtrolig",
        "Wq7",
        "Handlingar ",
    ):
        if secret:
            assert secret not in whole, secret
