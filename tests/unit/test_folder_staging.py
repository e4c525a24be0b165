"""A folder on a disk: nothing outside is touched, nothing is overwritten, nothing is overlooked."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import connectors.folder_changes
from connectors.base import StagedItem
from connectors.folder import FolderStaging
from lifecycle.errors import Changed, FileRefused, NotProven, Refused, Unreachable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    return path


@pytest.fixture
def staging(root: Path) -> FolderStaging:
    return FolderStaging(root, place="inbox")


def only(staging: FolderStaging) -> StagedItem:
    (item,) = staging.list_items()
    return item


def purge(staging: FolderStaging) -> None:
    for item in list(staging.list_items()):
        staging.delete_permanently(item)


def test_links_are_removed_and_what_they_point_at_is_left_alone(
    root: Path, staging: FolderStaging, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.xlsx").write_bytes(b"kept")
    (root / "to_folder").symlink_to(outside)
    (root / "to_file.xlsx").symlink_to(outside / "kept.xlsx")
    (root / "to_nothing").symlink_to(tmp_path / "nothing")
    items = {item.key: item for item in staging.list_items()}
    assert sorted(items) == ["to_file.xlsx", "to_folder", "to_nothing"]
    for item in items.values():
        with pytest.raises(FileRefused):
            staging.read(item)
    purge(staging)
    assert list(root.iterdir()) == []
    assert (outside / "kept.xlsx").read_bytes() == b"kept"


def test_pipes_and_sockets_are_never_opened_and_go_like_files(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "pipe.xlsx")
    monkeypatch.chdir(root)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for item in list(staging.list_items()):
            with pytest.raises(FileRefused):
                staging.read(item)
        purge(staging)
    assert list(root.iterdir()) == []


def test_names_that_are_no_text_are_listed_read_and_deleted(
    root: Path, staging: FolderStaging
) -> None:
    (root / os.fsdecode(b"m\xe5ndag")).mkdir()
    (root / os.fsdecode(b"m\xe5ndag/\xff\xfe \n namn.xlsx")).write_bytes(b"1")
    item = only(staging)
    assert item.name == "\ufffd\ufffd \n namn.xlsx"
    item.key.encode()  # what keeps or digests the key gets plain Unicode text
    assert staging.read(item) == b"1"
    purge(staging)
    assert list(root.iterdir()) == []


def test_two_names_that_are_no_text_are_two_items(root: Path, staging: FolderStaging) -> None:
    for name in (b"\xff", b"\xfe", "\ufffd".encode()):
        (root / os.fsdecode(name)).write_bytes(name)
    items = list(staging.list_items())
    assert len({item.key for item in items}) == 3
    assert sorted(map(staging.read, items)) == [b"\xef\xbf\xbd", b"\xfe", b"\xff"]


def test_an_empty_subfolder_is_something_to_remove(root: Path, staging: FolderStaging) -> None:
    (root / "Anna Andersson" / "tom").mkdir(parents=True)
    item = only(staging)
    assert item.key == "Anna Andersson/tom"
    with pytest.raises(FileRefused):
        staging.read(item)
    purge(staging)
    assert list(root.iterdir()) == []


def test_a_subfolder_that_is_filled_meanwhile_stays(root: Path, staging: FolderStaging) -> None:
    (root / "sub").mkdir()
    item = only(staging)
    (root / "sub" / "new.xlsx").write_bytes(b"1")
    with pytest.raises(Changed):
        staging.delete_permanently(item)
    assert only(staging).key == "sub/new.xlsx"


@pytest.mark.parametrize(
    "key",
    [
        "../kept",
        "sub/../../kept",
        "",
        "/etc",
        "a//b",
        ".",
        "a/.",
        "\0",
        "\0zz",
        "\0" + b"../kept".hex(),
    ],
)
def test_a_key_never_leads_outside(
    root: Path, staging: FolderStaging, tmp_path: Path, key: str
) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    (root / "a").write_bytes(b"1")
    item = replace(only(staging), key=key)
    for act in (staging.read, staging.delete_permanently):
        with pytest.raises(Refused) as refused:
            act(item)
        assert refused.value.code == "key_outside_folder"
    assert (tmp_path / "kept").exists()


def test_a_subfolder_exchanged_for_a_link_leads_nowhere(
    root: Path, staging: FolderStaging, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "sub").mkdir()
    (root / "sub" / "a.xlsx").write_bytes(b"1")
    item = only(staging)
    (root / "sub").rename(tmp_path / "moved")
    os.link(tmp_path / "moved" / "a.xlsx", outside / "a.xlsx")  # the very same version
    (root / "sub").symlink_to(outside)
    for act in (staging.read, staging.delete_permanently):
        with pytest.raises(Changed):
            act(item)
    assert (outside / "a.xlsx").read_bytes() == b"1"


def replacing(monkeypatch: pytest.MonkeyPatch, act: object) -> None:
    """Let `act(private)` happen right after an entry got its private name."""
    rename = os.rename

    def rename_and_act(source: str, target: str, **where: int) -> None:
        rename(source, target, **where)
        monkeypatch.setattr(connectors.folder_changes.os, "rename", rename)
        act(target)  # type: ignore[operator]

    monkeypatch.setattr(connectors.folder_changes.os, "rename", rename_and_act)


def test_what_replaces_a_file_just_before_its_deletion_gets_its_name_back(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.xlsx").write_bytes(b"first")
    item = only(staging)
    replacing(monkeypatch, lambda private: (root / private).write_bytes(b"second!"))
    with pytest.raises(Changed):
        staging.delete_permanently(item)
    assert {path.name: path.read_bytes() for path in root.iterdir()} == {"a.xlsx": b"second!"}


def test_two_replacements_at_once_both_survive(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.xlsx").write_bytes(b"first")
    item = only(staging)

    def both(private: str) -> None:
        (root / private).write_bytes(b"second!")
        (root / "a.xlsx").write_bytes(b"third")

    replacing(monkeypatch, both)
    with pytest.raises(Changed):
        staging.delete_permanently(item)
    found = {item.name: staging.read(item) for item in staging.list_items()}
    assert sorted(found.values()) == [b"second!", b"third"]
    assert found["a.xlsx"] == b"third"
    assert all(name.endswith(".xlsx") for name in found)


def test_what_comes_under_the_old_name_during_a_deletion_stays(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.xlsx").write_bytes(b"first")
    item = only(staging)
    replacing(monkeypatch, lambda private: (root / "a.xlsx").write_bytes(b"new"))
    staging.delete_permanently(item)
    assert staging.read(only(staging)) == b"new"


def test_a_deletion_cut_off_in_the_middle_shows_in_the_next_listing(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.xlsx").write_bytes(b"first")
    item = only(staging)

    def killed(private: str) -> None:
        raise KeyboardInterrupt

    replacing(monkeypatch, killed)
    with pytest.raises(KeyboardInterrupt):
        staging.delete_permanently(item)
    left = only(staging)
    assert left.name.startswith(FolderStaging.private_prefix)
    assert left.version == item.version
    assert [item.key for item in staging.list_named(())] == [left.key]
    purge(staging)
    assert list(root.iterdir()) == []


def test_a_put_that_fails_leaves_nothing(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("connectors.folder.os.fsync", full)
    with pytest.raises(Unreachable):
        staging.put("a.xlsx", b"1")
    assert list(root.iterdir()) == []


def test_put_writes_where_names_cannot_be_linked(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(connectors.folder_changes.os, "link", no_links)
    staging.put("a.xlsx", b"1")
    with pytest.raises(Refused):
        staging.put("a.xlsx", b"2")
    assert {path.name: path.read_bytes() for path in root.iterdir()} == {"a.xlsx": b"1"}


def test_a_file_that_grows_while_it_is_read_is_another_version(
    root: Path, staging: FolderStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.xlsx").write_bytes(b"first")
    item = only(staging)
    fdopen = os.fdopen

    def fdopen_and_grow(descriptor: int, mode: str) -> object:
        with (root / "a.xlsx").open("ab") as file:
            file.write(b" and more")
        return fdopen(descriptor, mode)

    monkeypatch.setattr("connectors.folder.os.fdopen", fdopen_and_grow)
    with pytest.raises(Changed):
        staging.read(item)


def test_a_rewrite_of_the_same_length_right_after_reading_is_another_version(
    root: Path, staging: FolderStaging
) -> None:
    for attempt in range(20):
        path = root / "a.xlsx"
        path.write_bytes(b"%05d" % attempt)
        item = only(staging)
        staging.read(item)
        with path.open("r+b") as file:  # the same inode, the same length
            file.write(b"other")
        with pytest.raises(Changed):
            staging.delete_permanently(item)


def test_a_file_too_large_for_memory_is_refused_before_it_is_read(root: Path) -> None:
    (root / "a.xlsx").write_bytes(b"x" * 11)
    staging = FolderStaging(root, place="inbox", largest_file=10)
    with pytest.raises(FileRefused) as refused:
        staging.read(only(staging))
    assert refused.value.code == "unpacked_too_large"


def test_a_file_never_looks_younger_than_it_is(root: Path, staging: FolderStaging) -> None:
    path = root / "a.xlsx"
    path.write_bytes(b"1")
    written = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    os.utime(path, (0, written.timestamp()))
    path.chmod(0o640)  # sets the inode's time anew
    assert only(staging).arrived_at == written
    os.utime(path, (0, 0))  # no time that says anything
    assert only(staging).arrived_at.year >= 2024


def test_a_folder_exchanged_while_it_is_listed_proves_nothing(
    root: Path, staging: FolderStaging, tmp_path: Path
) -> None:
    (root / "a.xlsx").write_bytes(b"1")
    (root / "b.xlsx").write_bytes(b"2")
    listing = staging.list_items()
    next(listing)
    root.rename(tmp_path / "elsewhere")
    root.mkdir()
    with pytest.raises(Unreachable):
        list(listing)


def test_a_mount_point_without_its_volume_is_unreachable(root: Path) -> None:
    with pytest.raises(Unreachable) as missing:
        list(FolderStaging(root, place="inbox", mount_point=True).list_items())
    assert missing.value.code == "folder_not_mounted"


def test_a_file_in_place_of_the_folder_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(Unreachable):
        list(FolderStaging(tmp_path / "inbox", place="inbox").list_items())


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of one's own, by an account that file permissions bind."""
    folder = Path(tempfile.mkdtemp())
    own = os.geteuid()
    if own == 0:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(own)
        for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
            path.chmod(0o700)
        shutil.rmtree(folder)


def test_a_folder_that_may_not_be_changed_refuses_deletion(as_nobody: Path) -> None:
    staging = FolderStaging(as_nobody, place="inbox")
    (as_nobody / "a.xlsx").write_bytes(b"1")
    as_nobody.chmod(0o500)
    item = only(staging)
    with pytest.raises(NotProven) as refused:
        staging.delete_permanently(item)
    assert refused.value.code == "deletion_refused"
    assert only(staging) == item


def test_a_subfolder_that_may_not_be_looked_into_is_not_empty(as_nobody: Path) -> None:
    (as_nobody / "sub").mkdir()
    (as_nobody / "sub").chmod(0)
    with pytest.raises(Unreachable):
        list(FolderStaging(as_nobody, place="inbox").list_items())


def test_no_error_carries_a_file_name(root: Path, staging: FolderStaging) -> None:
    (root / "Anna Andersson.xlsx").write_bytes(b"1")
    item = only(staging)
    (root / "Anna Andersson.xlsx").write_bytes(b"22")
    for act in (staging.read, staging.delete_permanently):
        with pytest.raises(Changed) as changed:
            act(item)
        chain = [changed.value, changed.value.__cause__, changed.value.__context__]
        assert not any("Anna" in str(error) for error in chain)
