"""A share in OneDrive: for the people named, until the day named, and taken back as far as a hold
lets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest

from connectors.channel import Parcel, Standing
from connectors.onedrive_channel import OneDriveChannel
from lifecycle.errors import NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.graph_server import drives
from tests.factories.graph_worlds import DRIVE, OneDriveWorld, onedrive_world
from tests.factories.onedrive_channel_world import NOW, ZONE

CONTENT = b"PK sealed" * 1000


@pytest.fixture
def cloud() -> Iterator[OneDriveWorld]:
    with onedrive_world() as cloud:
        yield cloud


@pytest.fixture
def channel(cloud: OneDriveWorld) -> OneDriveChannel:
    return OneDriveChannel(cloud.folder(), place="way_out", zone=ZONE, now=lambda: NOW)


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    path = tmp_path / "sealed"
    path.write_bytes(CONTENT)
    return Parcel(
        ref=to_reference("X", 7),
        file=path,
        name="dokument-7.zip",
        to=("mottagare@example.se", "kollega@example.se"),
        until=date(2030, 1, 31),
    )


def test_the_link_is_for_the_people_named_until_the_day_has_ended(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    channel.deliver(parcel)
    (asked,) = cloud.graph.asked("POST", "/createLink")
    assert orjson.loads(asked.body) == {
        "type": "view",
        "scope": "users",
        "recipients": [{"email": "mottagare@example.se"}, {"email": "kollega@example.se"}],
        "expirationDateTime": "2030-01-31T23:00:00Z",
        "retainInheritedPermissions": True,
        "sendNotification": True,
    }
    assert list(cloud.graph.paths(cloud.inbox)) == [f"{parcel.ref}/dokument-7.zip"]


def test_the_folders_own_permissions_stay(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    cloud.inbox.permissions["owner"] = {"id": "owner", "roles": ["owner"]}
    channel.withdraw(channel.deliver(parcel))
    assert list(cloud.inbox.permissions) == ["owner"]


@pytest.mark.parametrize(
    "wider",
    [
        {"link": {"type": "view", "scope": "anonymous"}},
        {"link": {"type": "view", "scope": "organization"}},
        {"expirationDateTime": "2099-01-01T00:00:00Z"},
        {"expirationDateTime": None},
    ],
)
def test_a_link_that_is_wider_than_asked_for_does_not_stay(
    cloud: OneDriveWorld,
    channel: OneDriveChannel,
    parcel: Parcel,
    monkeypatch: pytest.MonkeyPatch,
    wider: dict[str, object],
) -> None:
    made = drives._HANDLERS["/createLink"]

    def too_wide(*arguments: object) -> drives.Reply:
        reply = made(*arguments)
        reply.body.update(wider)
        return drives.Reply(reply.status, reply.body)

    monkeypatch.setitem(drives._HANDLERS, "/createLink", too_wide)
    with pytest.raises(Refused) as refused:
        channel.deliver(parcel)
    assert refused.value.code == "share_too_wide"
    assert cloud.graph.paths(cloud.inbox) == {}
    assert len(cloud.graph.asked("DELETE")) == 1
    assert all(item.permissions == {} for item in cloud.graph.drives[DRIVE].purged)


@pytest.mark.parametrize("scope", ["anonymous", "organization", "existingAccess"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_link_that_is_wider_and_of_which_no_answer_came_is_no_delivery(
    cloud: OneDriveWorld,
    channel: OneDriveChannel,
    parcel: Parcel,
    monkeypatch: pytest.MonkeyPatch,
    scope: str,
    beside: bool,
) -> None:
    """`beside`: a link for the people named is there as well."""
    made = drives._HANDLERS["/createLink"]

    def too_wide(*arguments: object) -> drives.Reply:
        if beside:
            made(*arguments)
        made(*arguments).body["link"]["scope"] = scope
        return drives.Reply(503, None)

    monkeypatch.setitem(drives._HANDLERS, "/createLink", too_wide)
    with pytest.raises(Unreachable):
        channel.deliver(parcel)
    with pytest.raises(Refused) as refused:
        channel.deliver(parcel)
    assert refused.value.code == "share_too_wide"
    assert cloud.graph.paths(cloud.inbox) == {}
    assert all(item.permissions == {} for item in cloud.graph.drives[DRIVE].purged)
    assert len(cloud.graph.asked("POST", "/createLink")) == 1


def test_where_sharing_is_switched_off_nothing_stays(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    cloud.graph.behaviour.refuse["/createLink"] = 403
    with pytest.raises(Refused) as refused:
        channel.deliver(parcel)
    assert refused.value.code == "sharing_switched_off"
    assert cloud.graph.paths(cloud.inbox) == {}
    assert len(cloud.graph.drives[DRIVE].items) == 4


def test_busy_is_not_asked_again_by_itself_where_a_letter_goes_out(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    cloud.graph.behaviour.refuse["/createLink"] = 503
    with pytest.raises(Exception, match="system_unreachable"):
        channel.deliver(parcel)
    assert len(cloud.graph.asked("POST", "/createLink")) == 1


def test_under_a_hold_the_permission_goes_and_nobody_says_gone(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    delivered = channel.deliver(parcel)
    cloud.refuse_deletion()
    with pytest.raises(NotProven) as kept:
        channel.withdraw(delivered)
    assert kept.value.code == "deletion_refused"
    (item,) = cloud.graph.paths(cloud.inbox).values()
    assert item.permissions == {}
    assert channel.standing(delivered) is Standing.THERE
    cloud.graph.behaviour.refuse.clear()
    channel.withdraw(delivered)
    assert channel.standing(delivered) is Standing.GONE


def test_without_the_folder_nobody_can_look(
    cloud: OneDriveWorld, channel: OneDriveChannel, parcel: Parcel
) -> None:
    delivered = channel.deliver(parcel)
    cloud.take_away()
    assert channel.standing(delivered) is Standing.COULD_NOT_LOOK


def test_another_content_or_day_under_the_same_reference_is_refused(
    channel: OneDriveChannel, parcel: Parcel, tmp_path: Path
) -> None:
    channel.deliver(parcel)
    with pytest.raises(Refused, match="parcel_differs"):
        channel.deliver(replace(parcel, until=date(2030, 2, 1)))
    other = tmp_path / "other"
    other.write_bytes(CONTENT[::-1])
    with pytest.raises(Refused, match="parcel_differs"):
        channel.deliver(replace(parcel, file=other))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": None}, "no_last_day"),
        ({"until": date(2029, 5, 31)}, "last_day_past"),
        ({"file": None}, "channel_needs_a_file"),
        ({"to": ()}, "no_recipient"),
        ({"to": ("mottagare",)}, "no_recipient"),
        ({"text": "x" * 2001}, "letter_too_long"),
    ],
)
def test_what_cannot_be_shared_so_is_refused_before_anything_is_put(
    cloud: OneDriveWorld,
    channel: OneDriveChannel,
    parcel: Parcel,
    change: dict[str, object],
    code: str,
) -> None:
    with pytest.raises(Refused, match=code):
        channel.deliver(replace(parcel, **change))  # type: ignore[arg-type]
    assert [s for s in cloud.graph.seen if s.method != "GET"] == []
