"""What every staging folder promises: listed whole, read by version, emptied for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Staging
from connectors.folder import FolderStaging
from connectors.folder_changes import refusals
from connectors.memory import MemoryStaging
from lifecycle.errors import Changed, NotProven, Refused, Unreachable
from tests.factories.drive_worlds import staging_on as drive_staging
from tests.factories.drive_worlds import strict_drive
from tests.factories.graph_worlds import onedrive_world
from tests.factories.sftp_worlds import KINDS, dropper, sftp_folder, staging_on


@dataclass
class World:
    """A staging folder, and what people and machines do to it behind its back."""

    staging: Staging
    drop: Callable[[str, bytes], object]
    take_away: Callable[[], None]
    refuse: Callable[[], None]
    key: Callable[[str], str] = str
    """The key of what was dropped under a name, where it is not that name."""


DRIVES = {"google_drive": True, "google_drive_own": False}


@pytest.fixture(params=["folder", "memory", "onedrive", *KINDS, *DRIVES])
def world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    if request.param == "memory":
        memory = MemoryStaging(place="inbox")

        def unreachable() -> None:
            memory.failures.unreachable = True

        def refuse_deletion() -> None:
            memory.failures.refuse_deletion = True

        yield World(memory, memory.drop, unreachable, refuse_deletion)
        return
    if request.param == "onedrive":
        with onedrive_world() as cloud:
            yield World(cloud.staging(), cloud.drop, cloud.take_away, cloud.refuse_deletion)
        return
    if request.param in KINDS:
        with sftp_folder(request.param, tmp_path / "server") as (server, inbox):
            yield World(
                staging_on(server),
                dropper(inbox),
                lambda: inbox.rename(tmp_path / "elsewhere") and None,
                lambda: server.refused.add("remove"),
            )
        return
    if request.param in DRIVES:
        with strict_drive(shared_drive=DRIVES[request.param]) as drive:

            def down() -> None:
                drive.faults.down = True

            def keep() -> None:
                drive.faults.refuse_deletion = True

            yield World(drive_staging(drive), drive.drop, down, keep, drive.key)
        return
    root = tmp_path / "inbox"
    root.mkdir()

    def drop(key: str, data: bytes) -> None:
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)

    def no_rights(name: str, version: str, *, folder: int) -> None:
        raise PermissionError(13, "Permission denied", name)

    yield World(
        FolderStaging(root, place="inbox"),
        drop,
        lambda: root.rename(tmp_path / "elsewhere") and None,
        lambda: monkeypatch.setattr("connectors.folder.remove", no_rights),
    )


NAMES = ["AF export.xlsx", "under/mapp/två.csv", ".dold", "~$låst.xlsx", "utan ändelse"]


def test_every_file_is_listed_whatever_its_name_and_wherever_it_lies(world: World) -> None:
    for name in NAMES:
        world.drop(name, name.encode())
    items = {item.key: item for item in world.staging.list_items()}
    assert {key: world.staging.read(item) for key, item in items.items()} == {
        world.key(name): name.encode() for name in NAMES
    }
    for name in NAMES:
        item = items[world.key(name)]
        assert item.name == name.rpartition("/")[2]
        assert item.size == len(name.encode())


def test_a_file_says_when_it_came(world: World) -> None:
    world.drop("a.xlsx", b"1")
    (item,) = world.staging.list_items()
    assert abs(item.arrived_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert item.arrived_at.utcoffset() == timedelta(0)


def test_a_name_never_shows_in_the_text_of_an_item(world: World) -> None:
    world.drop("Anna Andersson.xlsx", b"1")
    (item,) = world.staging.list_items()
    assert "Anna" not in repr(item)


def test_another_version_is_neither_read_nor_deleted(world: World) -> None:
    world.drop("a.xlsx", b"first")
    (item,) = world.staging.list_items()
    world.drop("a.xlsx", b"other")
    with pytest.raises(Changed):
        world.staging.read(item)
    with pytest.raises(Changed):
        world.staging.delete_permanently(item)
    (now,) = world.staging.list_items()
    assert now.version != item.version
    assert world.staging.read(now) == b"other"


def test_deletion_takes_that_file_only_and_may_be_repeated(world: World) -> None:
    world.drop("a.xlsx", b"1")
    world.drop("b.xlsx", b"2")
    item = next(item for item in world.staging.list_items() if item.key == world.key("a.xlsx"))
    world.staging.delete_permanently(item)
    world.staging.delete_permanently(item)
    assert [item.key for item in world.staging.list_items()] == [world.key("b.xlsx")]
    with pytest.raises(Changed):
        world.staging.read(item)


def test_an_emptied_folder_lists_nothing_not_even_subfolders(world: World) -> None:
    for name in NAMES:
        world.drop(name, b"x")
    for item in list(world.staging.list_items()):
        world.staging.delete_permanently(item)
    assert list(world.staging.list_items()) == []


def test_an_unreachable_folder_is_never_an_empty_one(world: World) -> None:
    world.drop("a.xlsx", b"1")
    (item,) = world.staging.list_items()
    world.take_away()
    with pytest.raises(Unreachable):
        list(world.staging.list_items())
    with pytest.raises(Unreachable):
        world.staging.read(item)
    with pytest.raises(Unreachable):
        world.staging.delete_permanently(item)
    with pytest.raises(Unreachable):
        world.staging.put("b.xlsx", b"2")


def test_a_deletion_that_is_refused_is_not_proven_and_the_file_stays(world: World) -> None:
    world.drop("a.xlsx", b"1")
    (item,) = world.staging.list_items()
    world.refuse()
    with pytest.raises(NotProven) as refused:
        world.staging.delete_permanently(item)
    assert refused.value.code == "deletion_refused"
    assert [item.key for item in world.staging.list_items()] == [world.key("a.xlsx")]


def test_putting_places_a_file_whole_and_never_over_another(world: World) -> None:
    item = world.staging.put("batch.xlsx", b"content")
    assert list(world.staging.list_items()) == [item]
    assert world.staging.read(item) == b"content"
    with pytest.raises(Refused) as taken:
        world.staging.put("batch.xlsx", b"another")
    assert taken.value.code == "name_taken"
    assert list(world.staging.list_items()) == [item]


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "/a", "a\0b"])
def test_putting_accepts_plain_names_only(world: World, name: str) -> None:
    with pytest.raises(Refused) as refused:
        world.staging.put(name, b"1")
    assert refused.value.code == "name_not_allowed"
    assert list(world.staging.list_items()) == []


def test_a_lost_answer_is_mended_by_asking_again() -> None:
    staging = MemoryStaging(place="inbox")
    item = staging.drop("a.xlsx", b"1")
    staging.failures.lost_answers = 1
    with pytest.raises(Unreachable):
        staging.delete_permanently(item)
    assert list(staging.list_items()) == []
    staging.delete_permanently(item)


def test_the_twin_can_change_a_file_under_the_deletion() -> None:
    staging = MemoryStaging(place="inbox")
    item = staging.drop("a.xlsx", b"1")
    staging.failures.change_before_deletion = b"2"
    with pytest.raises(Changed):
        staging.delete_permanently(item)
    (now,) = staging.list_items()
    assert staging.read(now) == b"2"


def test_a_refusal_by_the_system_carries_no_file_name() -> None:
    with pytest.raises(NotProven) as refused, refusals():
        raise PermissionError(13, "Permission denied", "Anna Andersson.xlsx")
    assert refused.value.__suppress_context__
    assert "Anna" not in str(refused.value)
