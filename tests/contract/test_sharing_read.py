"""With whom the documents of a place are shared: what the twin, OneDrive and Google Drive tell of
links, people and groups, without a look at a document (A-64, A-67)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.documents import Document, FolderDocuments
from connectors.google_drive_sharing import DriveReach, account_of
from connectors.memory import MemoryStaging
from connectors.memory_sharing import MemorySharing
from connectors.onedrive_sharing import CloudSharing
from lifecycle.errors import Changed, Misconfigured, Unreachable
from lifecycle.placement.reach import Grant, GrantedTo, Reach, too_wide
from tests.factories.drive_state import ACCOUNT, DriveState, key_file
from tests.factories.drive_worlds import staging_on, strict_drive
from tests.factories.graph_worlds import OneDriveWorld, onedrive_world

OURS = ("example.se",)
ANYONE = Grant(GrantedTo.ANYONE)
EVERYBODY = Grant(GrantedTo.ORGANISATION, "example.se")
TEACHER = Grant(GrantedTo.PERSON, "Lo@example.se")
OUTSIDER = Grant(GrantedTo.PERSON, "nagon@example.dk")
TEAM = Grant(GrantedTo.GROUP, "sju-b@example.se")


@dataclass
class World:
    """A place, and what people do there."""

    documents: FolderDocuments
    drop: Callable[[str, bytes], object]
    share: Callable[[str, Grant], None]
    take_away: Callable[[], object]
    remove: Callable[[str], object]

    def only(self, name: str) -> Document:
        [found] = [one for one in self.documents.documents() if one.where.endswith(name)]
        return found

    def reach(self, name: str = "a.txt") -> set[Reach]:
        grants = self.only(name).grants
        assert grants is not None
        return too_wide(grants(), ours=OURS)


def permission(grant: Grant, mark: str = "perm-1") -> dict[str, Any]:
    """A permission as Graph tells of it."""
    told: dict[str, Any] = {"id": mark, "roles": ["read"]}
    match grant.to:
        case GrantedTo.ANYONE:
            return told | {"link": {"type": "view", "scope": "anonymous"}}
        case GrantedTo.ORGANISATION:
            return told | {"link": {"type": "edit", "scope": "organization"}}
        case GrantedTo.GROUP:
            group = {"displayName": "7B", "id": "g", "email": grant.address}
            return told | {"grantedToV2": {"group": group}}
        case GrantedTo.PERSON:
            user = {"displayName": "Lo Påhittad", "id": "u", "email": grant.address}
            return told | {"grantedToV2": {"user": user}}


def in_the_cloud(cloud: OneDriveWorld) -> World:
    staging = cloud.staging()

    def share(name: str, grant: Grant) -> None:
        item = cloud.graph.paths(cloud.inbox)[name]
        mark = f"perm-{len(item.permissions)}"
        item.permissions[mark] = permission(grant, mark)

    def remove(name: str) -> None:
        for item in list(staging.list_items()):
            if item.name == name:
                staging.delete_permanently(item)

    return World(
        FolderDocuments(staging, grants=CloudSharing(cloud.folder()).grants),
        cloud.drop,
        share,
        lambda: setattr(cloud.graph.behaviour, "unreachable", True),
        remove,
    )


def in_google(server: DriveState) -> World:
    staging = staging_on(server)
    types = {
        GrantedTo.ANYONE: "anyone",
        GrantedTo.ORGANISATION: "domain",
        GrantedTo.PERSON: "user",
        GrantedTo.GROUP: "group",
    }

    def share(name: str, grant: Grant) -> None:
        file = server.child(server.folder, name)
        assert file is not None
        number = str(len(server.permissions[file]) + 7)
        told = {"id": number, "type": types[grant.to], "role": "reader"}
        word = "domain" if grant.to is GrantedTo.ORGANISATION else "emailAddress"
        server.permissions[file][number] = told | ({word: grant.address} if grant.address else {})

    reach = DriveReach(staging._files, account=lambda: account_of(key_file()))
    return World(
        FolderDocuments(staging, grants=reach.grants),
        server.drop,
        share,
        lambda: setattr(server.faults, "down", True),
        lambda name: server.erase(str(server.child(server.folder, name))),
    )


def in_memory() -> World:
    folder, sharing = MemoryStaging(place="inbox"), MemorySharing()

    def share(name: str, grant: Grant) -> None:
        sharing.given.setdefault(name, []).append(grant)

    def remove(name: str) -> None:
        sharing.gone.add(name)

    return World(
        FolderDocuments(folder, grants=sharing.grants),
        folder.drop,
        share,
        lambda: setattr(sharing, "unreachable", True),
        remove,
    )


@pytest.fixture
def cloud() -> Iterator[OneDriveWorld]:
    with onedrive_world() as cloud:
        yield cloud


@pytest.fixture(params=["memory", "onedrive", "google_drive", "google_drive_own"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield in_memory()
    elif request.param == "onedrive":
        yield in_the_cloud(request.getfixturevalue("cloud"))
    else:
        with strict_drive(shared_drive=request.param == "google_drive") as server:
            yield in_google(server)


def test_what_is_shared_with_nobody_or_with_those_who_are_entitled_is_right(world: World) -> None:
    world.drop("a.txt", b"1")
    world.drop("b.txt", b"2")
    assert world.reach() == set()
    world.share("a.txt", TEACHER)
    world.share("a.txt", TEAM)
    assert world.reach() == set()
    world.share("b.txt", ANYONE)
    assert world.reach() == set(), "that is another document"


@pytest.mark.parametrize(
    ("grant", "reach"),
    [
        (ANYONE, Reach.ANYONE),
        (EVERYBODY, Reach.ORGANISATION),
        (OUTSIDER, Reach.OUTSIDERS),
        (Grant(GrantedTo.GROUP, "alla@example.dk"), Reach.OUTSIDERS),
        (Grant(GrantedTo.PERSON, "lo@example.se.example.dk"), Reach.OUTSIDERS),
        (Grant(GrantedTo.PERSON), Reach.OUTSIDERS),
    ],
)
def test_what_is_shared_too_widely_is_told(world: World, grant: Grant, reach: Reach) -> None:
    world.drop("a.txt", b"1")
    for _ in range(4):  # more than one page of permissions
        world.share("a.txt", TEACHER)
    world.share("a.txt", grant)
    assert world.reach() == {reach}


def test_every_way_is_told(world: World) -> None:
    world.drop("a.txt", b"1")
    for grant in (ANYONE, EVERYBODY, OUTSIDER, TEACHER):
        world.share("a.txt", grant)
    assert world.reach() == set(Reach)


def test_what_is_gone_meanwhile_is_gone_and_silence_is_neither(world: World) -> None:
    world.drop("a.txt", b"1")
    world.drop("b.txt", b"1")
    gone, there = world.only("a.txt").grants, world.only("b.txt").grants
    assert gone is not None and there is not None
    world.remove("a.txt")
    with pytest.raises(Changed):
        gone()
    world.take_away()
    with pytest.raises(Unreachable):
        there()


def test_nobody_is_named_by_accident() -> None:
    assert "example" not in repr([TEACHER, OUTSIDER, TEAM, EVERYBODY])


# --- OneDrive -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "reach"),
    [
        # A link for named people opens for these alone.
        (
            {
                "link": {"type": "view", "scope": "users"},
                "grantedToIdentitiesV2": [
                    {"user": {"email": "lo@example.se"}},
                    {"siteUser": {"loginName": "i:0#.f|membership|anna@example.se"}},
                ],
            },
            set(),
        ),
        (
            {
                "link": {"type": "view", "scope": "users"},
                "grantedToIdentitiesV2": [{"user": {"email": "nagon@example.dk"}}],
            },
            {Reach.OUTSIDERS},
        ),
        # A guest has a name in our own tenant.
        (
            {
                "grantedToV2": {
                    "user": {"email": "nagon@example.se"},
                    "siteUser": {"loginName": "i:0#.f|membership|nagon_example.dk#ext#@example.se"},
                }
            },
            {Reach.OUTSIDERS},
        ),
        (
            {
                "grantedToV2": {
                    "siteUser": {
                        "loginName": "c:0-.f|rolemanager|spo-grid-all-users/1",
                        "displayName": "Everyone except external users",
                    }
                }
            },
            {Reach.ORGANISATION},
        ),
        ({"grantedToV2": {"siteGroup": {"displayName": "Members"}}}, set()),
        ({"grantedToV2": {"application": {"displayName": "Gallra"}}}, set()),
        ({"invitation": {"email": "nagon@example.dk"}}, {Reach.OUTSIDERS}),
        ({"grantedTo": {"user": {"displayName": "Okänd"}}}, {Reach.OUTSIDERS}),
        ({}, set()),
    ],
)
def test_what_graph_tells_of_somebody(
    cloud: OneDriveWorld, told: dict[str, Any], reach: set[Reach]
) -> None:
    world = in_the_cloud(cloud)
    item = cloud.drop("a.txt", b"1")
    item.permissions["p"] = {"id": "p", "roles": ["read"], **told}
    assert world.reach() == reach


def test_a_group_without_a_mailbox_is_known_by_its_number(cloud: OneDriveWorld) -> None:
    world = in_the_cloud(cloud)
    item = cloud.drop("a.txt", b"1")
    group = {"displayName": "Alla i huset", "id": "0F1E2D3C"}
    item.permissions["p"] = {"id": "p", "roles": ["read"], "grantedToV2": {"group": group}}
    assert world.reach() == set()
    grants = world.only("a.txt").grants
    assert grants is not None
    assert too_wide(grants(), ours=OURS, everybody=["0f1e2d3c"]) == {Reach.ORGANISATION}


def test_a_folder_that_is_shared_opens_what_lies_in_it(cloud: OneDriveWorld) -> None:
    world = in_the_cloud(cloud)
    cloud.drop("7B/a.txt", b"1")
    cloud.graph.folder("7B", parent=cloud.inbox.id).permissions["p"] = permission(ANYONE)
    assert world.reach() == {Reach.ANYONE}


def test_nothing_but_permissions_is_asked_and_a_missing_right_is_said(
    cloud: OneDriveWorld,
) -> None:
    world = in_the_cloud(cloud)
    cloud.drop("a.txt", b"1")
    grants = world.only("a.txt").grants
    assert grants is not None
    before = len(cloud.graph.seen)
    grants()
    assert all(one.path.endswith("/permissions") for one in cloud.graph.seen[before:])
    cloud.graph.behaviour.refuse["/permissions"] = 403
    with pytest.raises(Misconfigured, match="graph_right_missing"):
        grants()


def test_our_own_account_is_no_outsider() -> None:
    with strict_drive(shared_drive=True) as server:
        world = in_google(server)
        server.drop("a.txt", b"1")
        assert world.reach() == set(), "it is a member of the drive"
        world.share("a.txt", Grant(GrantedTo.PERSON, f"x{ACCOUNT}".replace(".se", ".dk")))
        assert world.reach() == {Reach.OUTSIDERS}
