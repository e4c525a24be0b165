"""All the ways out at once, each beside whoever receives at its end, and a desk that shares by
them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from connectors.channel import Channel
from connectors.memory_channel import Arrival
from lifecycle.bindings.hand_over import By, ManualChannel
from tasks.house.doors import Door
from tasks.house.parts import House
from tests.factories import drive_channel_world, onedrive_channel_world
from tests.factories.channel_worlds import ChannelWorld, channel_world
from tests.factories.houses import Builder
from tests.factories.keys import StandingClock
from tests.factories.sftp_channel_world import SftpWorld
from tests.factories.sftp_servers import SSHD
from tests.factories.sftp_worlds import sftp_folder
from tests.factories.sharing import DESK, TEXT, Desk

BY_HAND: Final[Mapping[str, By]] = {"usb-stick": "usb_stick", "e-boks": "e_boks"}
"""A person carries it: what a machine does is to lay the file where that person fetches it."""
WAYS: Final[Mapping[str, str]] = {
    # The binding's name → its kind, which is the world's name too.
    "onedrive-link": "onedrive",
    "google-drive-link": "google_drive",
    "outlook-mail": "outlook",
    "smtp-mail": "smtp",
    "sftp-server": "sftp",
    **({"openssh-server": "sftp"} if SSHD is not None else {}),
    **dict.fromkeys(BY_HAND, "manual"),
}
_TODAY: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""Of the clouds' servers: the tests' clock stands there."""

Worlds = Mapping[str, ChannelWorld]
"""By the binding's name; the text messages with the passwords are one of them."""


@contextmanager
def every_way(folder: Path) -> Iterator[Worlds]:
    """All of them at once; their servers end with the block."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for module in (drive_channel_world, onedrive_channel_world):
            patch.setattr(module, "NOW", _TODAY)
        worlds: dict[str, ChannelWorld] = {}
        for name, kind in {**WAYS, TEXT: "sms"}.items():
            if name == "openssh-server":
                server, inbox = stack.enter_context(sftp_folder("sftp_openssh", folder / name))
                worlds[name] = SftpWorld(server, inbox)
            else:
                world = "hand_over" if name in BY_HAND else kind
                worlds[name] = stack.enter_context(channel_world(world, folder / name))
        yield worlds


def desk_at(worlds: Worlds, build: Builder, clock: StandingClock) -> Desk:
    """A desk whose rules let every class take every one of these ways."""

    @cache
    def channel(name: str) -> Channel:
        return worlds[name].channel()

    def changed(house: House) -> House:
        sharing = house.policy.sharing
        assert sharing is not None
        rules = tuple(one.model_copy(update={"channels": "any"}) for one in sharing.rules)
        anyway = sharing.model_copy(update={"rules": rules})
        policy = house.policy.model_copy(update={"sharing": anyway})
        ways = {
            name: Door(name=name, kind=kind, channel=channel(name), by_hand=_order(name))
            for name, kind in {**WAYS, TEXT: "sms"}.items()
        }
        doors = dataclasses.replace(house.doors, ways=ways)
        return dataclasses.replace(house, policy=policy, doors=doors)

    contact = DESK.model_copy(update={"by_hand": "Storgatan 1, Exempelstad"})
    return Desk(build, clock, change=changed, contact=contact)


def _order(name: str) -> ManualChannel | None:
    if name not in BY_HAND:
        return None
    return ManualChannel.model_validate(
        {
            "kind": "manual",
            "by": BY_HAND[name],
            "folder": "/where/it/is/fetched",
            "role": "chef",
            "within": "P7D",
            "remind_every": "P3D",
            "evidence": "kvittens",
            "second_person": True,
            "how": "Lämna det personligen.",
        }
    )


def arrived(worlds: Worlds) -> Counter[tuple[str, Arrival]]:
    """Everything that lies with anybody at the other end of any way."""
    return Counter((name, one) for name, world in worlds.items() for one in world.arrived())
