"""Sharing in Google Drive: named people, until a day, taken back whole."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.channel import Channel, Parcel, Standing
from connectors.channel_registry import channel
from connectors.google_drive_channel import DriveChannel
from lifecycle.bindings import GoogleDriveChannel
from lifecycle.errors import Misconfigured, NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.drive_channel_world import ZONE, DriveWorld
from tests.factories.drive_state import DriveState, key_file
from tests.factories.drive_worlds import bound_to, strict_drive

SEALED = b"PK\x03\x04" + bytes(range(256)) * 4000
TO = ("mottagare@example.se", "Vikarie@example.dk")


@pytest.fixture
def world() -> Iterator[DriveWorld]:
    with pytest.MonkeyPatch.context() as patch, strict_drive() as server:
        yield DriveWorld(server, patch)


@pytest.fixture
def server(world: DriveWorld) -> DriveState:
    return world.server


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    file = tmp_path / "sealed.zip"
    file.write_bytes(SEALED)
    return Parcel(
        ref=to_reference("X", 7),
        file=file,
        name="handlingar-7.zip",
        to=TO,
        subject="Handlingar",
        text="Filen öppnas med 7-Zip.",
        until=date(2030, 1, 31),
    )


def shared(server: DriveState) -> list[dict[str, object]]:
    return [p for permissions in server.permissions.values() for p in permissions.values()]


def files(server: DriveState) -> list[str]:
    return [file for file in server.files if file != server.folder]


def test_each_person_may_read_until_the_end_of_the_last_day(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    world.channel().deliver(parcel)
    for person, permission in zip(TO, shared(server), strict=True):
        assert permission["emailAddress"] == person
        assert permission["type"] == "user"
        assert permission["role"] == "reader"
        assert permission["expirationTime"] == "2030-01-31T23:00:00Z"
    assert [(to, text) for to, _, text in server.mails] == [(to, parcel.text) for to in TO]
    [begun] = [urlsplit(address).query for _, address, _ in server.requests if "/upload/" in address
               and "upload_id" not in address]  # fmt: skip
    assert parse_qs(begun)["ignoreDefaultVisibility"] == ["true"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": None}, "no_last_day"),
        ({"until": date(2029, 5, 31)}, "last_day_past"),
        ({"until": date(2030, 6, 2)}, "last_day_too_far"),
        ({"file": None}, "channel_needs_a_file"),
        ({"text": "x" * 1501}, "letter_too_long"),
        ({"to": ()}, "no_recipient"),
        ({"to": ("everybody",)}, "no_recipient"),
        ({"to": ("a b@example.se",)}, "no_recipient"),
        ({"file": Path("/nowhere/sealed.zip")}, "parcel_file_missing"),
    ],
)
def test_what_cannot_be_shared_so_is_not_put_there(
    world: DriveWorld, server: DriveState, parcel: Parcel, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.channel().deliver(replace(parcel, **change))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert files(server) == []
    assert "files.create" not in server.operations


def test_the_last_day_may_be_today(world: DriveWorld, server: DriveState, parcel: Parcel) -> None:
    world.channel().deliver(replace(parcel, until=date(2029, 6, 1)))
    assert {p["expirationTime"] for p in shared(server)} == {"2029-06-01T22:00:00Z"}


def test_if_one_of_two_cannot_be_reached_neither_keeps_it(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    server.faults.strangers = {TO[1]}
    with pytest.raises(Refused) as refused:
        world.channel().deliver(parcel)
    assert refused.value.code == "recipient_not_shareable"
    assert files(server) == []
    assert shared(server) == []


def test_a_share_without_its_time_limit_is_taken_back(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    server.faults.ignore_time_limits = True
    with pytest.raises(Refused) as refused:
        world.channel().deliver(parcel)
    assert refused.value.code == "time_limit_not_kept"
    assert files(server) == []


def test_too_many_shares_in_a_day_wait_for_another(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    server.faults.only = "permissions.create"
    server.faults.answers = [(403, "sharingRateLimitExceeded")]
    with pytest.raises(Unreachable):
        world.channel().deliver(parcel)
    world.channel().deliver(parcel)
    assert len(server.mails) == 2
    assert server.operations.count("files.create") == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_share_is_asked_for_once_where_nobody_knows_what_became_of_it(
    world: DriveWorld, server: DriveState, parcel: Parcel, status: int
) -> None:
    server.faults.only = "permissions.create"
    server.faults.answers = [(status, "backendError")]
    with pytest.raises(Unreachable):
        world.channel().deliver(parcel)
    assert server.operations.count("permissions.create") == 1


def test_other_bytes_under_a_reference_that_went_out_are_refused(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    delivered = world.channel().deliver(parcel)
    assert parcel.file is not None
    parcel.file.write_bytes(b"sealed anew")
    with pytest.raises(Refused) as refused:
        world.channel().deliver(parcel)
    assert refused.value.code == "parcel_differs"
    assert list(server.content.values()) == [SEALED]
    assert world.channel().standing(delivered) is Standing.THERE


@pytest.mark.parametrize(
    "change", [{"to": ("annan@example.se",)}, {"until": date(2030, 1, 30)}], ids=["to", "until"]
)
def test_another_address_or_day_under_the_same_reference_is_refused_and_takes_nothing_back(
    world: DriveWorld, server: DriveState, parcel: Parcel, change: dict[str, object]
) -> None:
    world.channel().deliver(parcel)
    before = shared(server)
    with pytest.raises(Refused) as refused:
        world.channel().deliver(replace(parcel, **change))  # type: ignore[arg-type]
    assert refused.value.code == "parcel_differs"
    assert shared(server) == before


def test_other_bytes_that_nobody_saw_are_replaced(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    server.faults.only = "permissions.create"
    server.faults.answers = [(503, "backendError")]
    with pytest.raises(Unreachable):
        world.channel().deliver(parcel)
    assert parcel.file is not None
    parcel.file.write_bytes(b"sealed anew")
    world.channel().deliver(parcel)
    assert list(server.content.values()) == [b"sealed anew"]


def test_what_a_kill_left_twice_is_shared_once_and_taken_back_whole(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    for _ in range(2):
        server.add(
            parcel.name,
            parents=(server.folder,),
            data=SEALED,
            properties={"gallraParcel": parcel.ref},
        )
    delivered = world.channel().deliver(parcel)
    assert len(files(server)) == 1
    server.add("left", parents=(server.folder,), data=b"x", properties={"gallraParcel": parcel.ref})
    world.channel().withdraw(delivered)
    assert files(server) == []
    assert world.channel().standing(delivered) is Standing.GONE


def test_an_upload_that_is_cut_arrives_whole(
    world: DriveWorld, server: DriveState, parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.drive_upload.PART", 256 * 1024)
    server.faults.cut_uploads_at = [1, 100_000, 0]
    world.channel().deliver(parcel)
    assert list(server.content.values()) == [SEALED]


@pytest.mark.parametrize("right", ["canAddChildren", "canListChildren", "canDeleteChildren"])
def test_without_its_rights_nothing_is_put_there(
    world: DriveWorld, server: DriveState, parcel: Parcel, right: str
) -> None:
    server.faults.rights[right] = False
    with pytest.raises(Refused) as refused:
        world.channel().deliver(parcel)
    assert refused.value.code == "account_lacks_rights"
    assert files(server) == []


def test_a_deletion_that_is_refused_still_ends_the_share(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    delivered = world.channel().deliver(parcel)
    server.faults.refuse_deletion = True
    with pytest.raises(NotProven) as refused:
        world.channel().withdraw(delivered)
    assert refused.value.code == "deletion_refused"
    assert shared(server) == []
    assert world.channel().standing(delivered) is Standing.THERE
    server.faults.refuse_deletion = False
    world.channel().withdraw(delivered)
    assert world.channel().standing(delivered) is Standing.GONE


def test_the_trash_is_not_gone(world: DriveWorld, server: DriveState, parcel: Parcel) -> None:
    delivered = world.channel().deliver(parcel)
    [file] = files(server)
    server.files[file]["trashed"] = True
    assert world.channel().standing(delivered) is Standing.THERE
    world.channel().withdraw(delivered)
    assert world.channel().standing(delivered) is Standing.GONE


def test_what_the_account_cannot_see_any_more_is_not_gone(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    delivered = world.channel().deliver(parcel)
    server.faults.blind = True
    assert world.channel().standing(delivered) is Standing.COULD_NOT_LOOK
    with pytest.raises(Unreachable):
        world.channel().withdraw(delivered)


def test_a_lost_answer_to_each_step_of_taking_back_is_mended(
    world: DriveWorld, server: DriveState, parcel: Parcel
) -> None:
    for operation in ("permissions.delete", "files.delete"):
        delivered = world.channel().deliver(parcel)
        server.faults.only, server.faults.lost = operation, 1
        world.channel().withdraw(delivered)
        assert server.faults.lost == 0
        assert world.channel().standing(delivered) is Standing.GONE


def test_nobody_and_no_key_stands_in_a_log_or_a_handle(
    world: DriveWorld, server: DriveState, parcel: Parcel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    delivered = world.channel().deliver(parcel)
    said = " ".join(record.getMessage() for record in caplog.records) + delivered.handle
    for secret in (*TO, "mottagare", "ya29", "upload_id", "7-Zip", "PRIVATE"):
        assert secret not in said


def bound_channel(server: DriveState) -> Channel:
    binding = GoogleDriveChannel.model_validate(bound_to(server))
    return channel(binding, place="way_out", secrets=lambda _: key_file, zone=ZONE)


def test_in_somebodys_own_drive_the_account_acts_as_its_owner() -> None:
    with strict_drive(shared_drive=False) as server:
        server.faults.rights["canDeleteChildren"] = False
        made = bound_channel(server)
        assert isinstance(made, DriveChannel)
        assert made.place == "way_out"
        made.check(TO)


def test_the_channel_is_built_as_bound() -> None:
    with strict_drive() as server:
        bound_channel(server).check(TO)
        server.drive = "0AanotherDrive12345"
        with pytest.raises(Misconfigured):
            bound_channel(server).check(TO)
