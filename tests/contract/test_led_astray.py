"""Whoever answers may lead elsewhere: to this machine, to what tells its secrets, to strangers. No
channel and no mailbox follows, and not one byte goes there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.channel import Delivered, Parcel
from lifecycle.errors import GallraError
from lifecycle.references import to_reference
from tests.factories.byte_recorder import ByteRecorder, recording
from tests.factories.channel_worlds import ChannelWorld, channel_world
from tests.factories.graph_server.mail_http import Trouble
from tests.factories.mail_looked_through import graph_mail_world
from tests.factories.odd_names import ELSEWHERE

LARGE: Final = 5 << 20
"""Bytes that Outlook takes in parts, each to an address that it gives."""
REF: Final = to_reference("X", 7)


def onedrive(world: Any, target: str) -> None:
    world.cloud.graph.behaviour.redirect_to = target


def onedrive_storage(world: Any, target: str) -> None:
    world.cloud.graph.behaviour.storage_elsewhere = target or "/relative"


def google_drive(world: Any, target: str) -> None:
    world.server.faults.redirect_to = target


def google_drive_storage(world: Any, target: str) -> None:
    world.server.faults.upload_host = target or "/relative"


def outlook(world: Any, target: str) -> None:
    world.server.trouble.append(Trouble(times=-1, status=307, headers={"Location": target}))


def outlook_storage(world: Any, target: str) -> None:
    world.server.upload_base = target or "/relative"


def sms(world: Any, target: str) -> None:
    world._gateway.status, world._gateway.location = 307, target


WAYS: Final[dict[str, list[Callable[[Any, str], None]]]] = {
    "onedrive": [onedrive, onedrive_storage],
    "google_drive": [google_drive, google_drive_storage],
    "outlook": [outlook, outlook_storage],
    "sms": [sms],
}


def parcel(world: ChannelWorld, folder: Path) -> Parcel:
    file = None
    if world.carries_files:
        file = folder / "sealed"
        file.write_bytes(b"PK" + bytes(LARGE))
    return Parcel(ref=REF, file=file, name="dokument-7.zip", to=world.to, text="Hej")


def known_ports(world: ChannelWorld, folder: Path) -> set[Any]:
    """To whom it goes when nobody leads anywhere."""
    with recording() as recorder:
        world.channel().standing(Delivered(REF, ""))
        world.channel().check(world.to)
    return set(recorder.opened)


@pytest.mark.parametrize(
    ("name", "lead"),
    [(name, lead) for name, leads in WAYS.items() for lead in leads],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_channel_goes_nowhere_else_whoever_leads(
    name: str, lead: Callable[[Any, str], None], tmp_path: Path
) -> None:
    with channel_world(name, tmp_path / "world") as world:
        own = known_ports(world, tmp_path)
        assert own
        for target in ELSEWHERE:
            lead(world, target)
            with recording() as recorder, pytest.raises(GallraError) as refused:
                world.channel().deliver(parcel(world, tmp_path))
            _nobody_else(recorder, own)
            assert "169.254" not in f"{refused.value!r}"
            with recording() as recorder:
                world.channel().standing(Delivered(REF, ""))  # never raises
            _nobody_else(recorder, own)
            assert world.arrived() == []


@pytest.mark.parametrize("how", ["redirect", "next page"])
def test_who_looks_through_mail_is_led_nowhere(how: str) -> None:
    with graph_mail_world() as world:
        for _ in range(5):
            world.put(text="Hej")
        with recording() as recorder:
            assert len(list(world.mail.documents())) == 5
        own = set(recorder.opened)
        for target in ELSEWHERE:
            if how == "redirect":
                away = Trouble(times=-1, status=302, headers={"Location": target})
                world.server.trouble = [away]
            else:
                world.server.next_base = target or "/relative"
            with recording() as recorder, pytest.raises(GallraError):
                list(world.mail.documents())
            _nobody_else(recorder, own)


def _nobody_else(recorder: ByteRecorder, own: set[Any]) -> None:
    assert set(recorder.opened) <= own
    assert {to for to, _ in recorder.sent} <= own
