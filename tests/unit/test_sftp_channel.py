"""A parcel lies in the recipient's folder whole and once, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.channel import Delivered, Parcel, Standing
from connectors.channel_registry import channel as made_by_registry
from connectors.sftp import SftpChannel
from connectors.sftp_packets import Status, StatusError
from connectors.sftp_wire import Wire
from lifecycle.errors import NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.sftp_servers import PASSWORD, Server
from tests.factories.sftp_worlds import sftp_folder

CONTENT = bytes(range(256)) * 700
REF = to_reference("X", 7)
FINAL, PART = f"{REF}-dokument.zip", f"{REF}.part"


@dataclass
class World:
    server: Server
    inbox: Path
    file: Path

    def channel(self, **changes: Any) -> SftpChannel:
        return SftpChannel(self.server.binding(**changes), self.server.login(), place="kommun")

    def parcel(self, **changes: Any) -> Parcel:
        said: dict[str, Any] = {"ref": REF, "file": self.file, "name": "dokument.zip", "to": ()}
        return Parcel(**said | changes)

    def lying(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with sftp_folder("sftp", tmp_path / "server") as (server, inbox):
        file = tmp_path / "sealed"
        file.write_bytes(CONTENT)
        yield World(server, inbox, file)


@pytest.mark.parametrize(
    ("left", "sent"),
    [
        (CONTENT[:70_000], len(CONTENT) - 70_000),
        (CONTENT, 0),
        (b"x" + CONTENT[1:70_000], len(CONTENT)),
        (CONTENT + b"more", len(CONTENT)),
        (b"", len(CONTENT)),
    ],
    ids=["beginning", "all", "another", "longer", "empty"],
)
def test_a_part_is_gone_on_with_only_if_it_is_the_beginning_of_the_same_file(
    world: World, left: bytes, sent: int
) -> None:
    (world.inbox / PART).write_bytes(left)
    world.channel().deliver(world.parcel())
    assert world.lying() == {FINAL: CONTENT}
    assert sum(map(len, world.server.written)) == sent


def test_a_part_that_is_a_link_leads_nowhere(world: World) -> None:
    outside = world.inbox.parent / "outside"
    outside.write_bytes(CONTENT[:10])
    (world.inbox / PART).symlink_to("../outside")
    world.channel().deliver(world.parcel())
    assert world.lying() == {FINAL: CONTENT}
    assert outside.read_bytes() == CONTENT[:10]


@pytest.mark.parametrize("other", [b"other", b"x" + CONTENT[1:]])
def test_what_lies_under_the_name_and_is_not_the_parcel_stays(world: World, other: bytes) -> None:
    (world.inbox / FINAL).write_bytes(other)
    with pytest.raises(Refused) as taken:
        world.channel().deliver(world.parcel())
    assert taken.value.code == "recipient_file_differs"
    assert world.lying() == {FINAL: other}


def test_two_left_by_a_stopped_naming_become_one(world: World) -> None:
    (world.inbox / FINAL).write_bytes(CONTENT)
    os.link(world.inbox / FINAL, world.inbox / PART)
    world.channel().deliver(world.parcel())
    assert world.lying() == {FINAL: CONTENT}
    assert world.server.written == []


def test_a_server_without_naming_in_one_step_gets_it_in_the_old_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(wire: Wire, old: bytes, new: bytes) -> None:
        raise StatusError(Status.UNSUPPORTED)

    monkeypatch.setattr(Wire, "rename_over", unknown)
    world.channel().deliver(world.parcel())
    assert world.lying() == {FINAL: CONTENT}


def test_what_the_server_changed_is_not_called_delivered(world: World) -> None:
    world.server.refused.add("truth")
    with pytest.raises(Unreachable) as differs:
        world.channel().deliver(world.parcel())
    assert differs.value.code == "sent_file_differs"
    assert world.lying() == {}


def test_what_nobody_may_read_back_is_not_called_delivered(world: World) -> None:
    world.server.refused.add("read")
    with pytest.raises(Refused) as unproven:
        world.channel().deliver(world.parcel())
    assert unproven.value.code == "read_back_refused"
    assert world.lying() == {}


def test_withdrawing_takes_file_and_part(world: World) -> None:
    delivered = world.channel().deliver(world.parcel())
    (world.inbox / PART).write_bytes(b"left")
    (world.inbox / "theirs.txt").write_bytes(b"theirs")
    world.channel().withdraw(delivered)
    assert world.lying() == {"theirs.txt": b"theirs"}
    assert world.channel().standing(delivered) is Standing.GONE


def test_a_refused_withdrawal_is_not_proven(world: World) -> None:
    delivered = world.channel().deliver(world.parcel())
    world.server.refused.add("remove")
    with pytest.raises(NotProven) as kept:
        world.channel().withdraw(delivered)
    assert kept.value.code == "deletion_refused"
    assert world.channel().standing(delivered) is Standing.THERE


@pytest.mark.parametrize(
    ("ref", "handle"),
    [
        (REF, "../outside"),
        (REF, f"{REF}-../x"),
        (REF, "theirs.txt"),
        (REF, f"{REF}-"),
        ("../outside", ""),
        ("", ""),
    ],
)
def test_a_name_that_no_delivery_gave_is_refused(world: World, ref: str, handle: str) -> None:
    for use in (world.channel().withdraw, world.channel().standing):
        with pytest.raises(Refused):
            use(Delivered(ref, handle))
    assert world.server.met == []


def test_a_folder_that_is_not_there_is_never_gone(world: World) -> None:
    delivered = world.channel().deliver(world.parcel())
    lost = world.channel(folder="/elsewhere")
    for use in (lambda: lost.check(()), lambda: lost.withdraw(delivered)):
        with pytest.raises(Unreachable) as missing:
            use()
        assert missing.value.code == "recipient_folder_missing"
    assert lost.standing(delivered) is Standing.COULD_NOT_LOOK


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file": None}, "channel_carries_no_letter"),
        ({"to": ("annan@example.se",)}, "folder_of_another_recipient"),
        ({"to": ("mottagare@example.se", "annan@example.se")}, "folder_of_another_recipient"),
        ({"name": "a.part"}, "name_not_allowed"),
        ({"file": Path("/nowhere/sealed")}, "parcel_file_missing"),
    ],
)
def test_what_is_not_for_this_channel_does_not_leave(
    world: World, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.channel().deliver(world.parcel(**change))
    assert refused.value.code == code
    assert world.server.met == []


def test_a_letter_around_a_file_is_not_laid_beside_it(world: World) -> None:
    world.channel().deliver(world.parcel(to=("Mottagare@example.se",), text="Hej"))
    assert world.lying() == {FINAL: CONTENT}
    assert b"Hej" not in b"".join(world.server.written)


def test_the_registry_makes_it_from_its_binding(world: World) -> None:
    made = made_by_registry(
        world.server.binding(), place="kommun", secrets=lambda name: lambda: PASSWORD
    )
    made.check(())
    assert made.place == "kommun"
