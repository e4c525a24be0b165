"""A KEK file is whole or absent, private, and gone when it is destroyed."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from lifecycle.errors import KeyFailure, Misconfigured, NotProven
from records import kek
from records.kek import DirectoryKeks

RAW = bytes(range(32))


def place(folder: Path, name: str, content: bytes, mode: int = 0o400) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(content)
    file.chmod(mode)
    return file


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_created_kek_is_private_and_stays_the_same(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path / "keys", writable=True)
    first = keks.create(1)
    assert len(first) == 32
    assert (
        keks.create(1)
        == first
        == keks.read(1)
        == DirectoryKeks(keks.directory, writable=True).read(1)
    )
    assert keks.create(2) != first
    assert keks.epochs() == [1, 2]
    assert stat.S_IMODE((keks.directory / "kek-1").stat().st_mode) == 0o400
    assert stat.S_IMODE(keks.directory.stat().st_mode) == 0o700
    assert names(keks.directory) == ["kek-1", "kek-2"]


@pytest.mark.parametrize("content", [RAW, base64.b64encode(RAW), base64.b64encode(RAW) + b"\n"])
def test_raw_and_base64_files_are_read_alike(tmp_path: Path, content: bytes) -> None:
    place(tmp_path, "kek-7", content)
    assert DirectoryKeks(tmp_path, writable=False).read(7) == RAW


@pytest.mark.parametrize(
    "content", [b"", RAW[:31], RAW + b"\n", base64.b64encode(RAW[:16]), b"x" * 5000]
)
def test_anything_else_is_malformed(tmp_path: Path, content: bytes) -> None:
    place(tmp_path, "kek-7", content)
    with pytest.raises(KeyFailure, match="kek_malformed kek-7"):
        DirectoryKeks(tmp_path, writable=False).read(7)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o444, 0o640, 0o600 | 0o002, 0o410])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    place(tmp_path, "kek-1", RAW, mode)
    with pytest.raises(KeyFailure, match="kek_readable_by_others"):
        DirectoryKeks(tmp_path, writable=True).read(1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of root's")
@pytest.mark.parametrize(("mode", "accepted"), [(0o440, True), (0o444, False), (0o460, False)])
def test_roots_supplied_file_may_be_read_by_its_group(
    tmp_path: Path, mode: int, accepted: bool
) -> None:
    place(tmp_path, "kek-1", RAW, mode)
    if accepted:
        assert DirectoryKeks(tmp_path, writable=False).read(1) == RAW
    else:
        with pytest.raises(KeyFailure, match="kek_readable_by_others"):
            DirectoryKeks(tmp_path, writable=False).read(1)


def test_a_kubernetes_mount_of_links_is_read(tmp_path: Path) -> None:
    place(tmp_path / "..data", "kek-1", RAW)
    (tmp_path / "kek-1").symlink_to(Path("..data") / "kek-1")
    keks = DirectoryKeks(tmp_path, writable=False)
    assert keks.read(1) == RAW
    assert keks.epochs() == [1]


def test_a_missing_kek_says_which(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path / "nowhere", writable=True)
    assert keks.epochs() == []
    with pytest.raises(KeyFailure, match=r"^kek_missing kek-3$") as caught:
        keks.read(3)
    assert caught.value.__context__ is None


def test_a_destroyed_kek_is_overwritten_and_gone(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path, writable=True)
    secret = keks.create(1)
    keks.create(2)
    other_name = tmp_path / "kept-by-a-hard-link"
    os.link(tmp_path / "kek-1", other_name)
    keks.destroy(1)
    assert keks.epochs() == [2]
    assert other_name.read_bytes() != secret
    keks.destroy(1)
    assert len(keks.read(2)) == 32


def test_who_reads_a_key_while_it_is_destroyed_has_it_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a key would make everything it wraps look damaged."""
    keks = DirectoryKeks(tmp_path, writable=True)
    keks.create(1)
    seen: list[str] = []
    sync, opened = os.fsync, (tmp_path / "kek-1").open("rb")

    def overwritten(descriptor: int) -> None:
        sync(descriptor)
        with pytest.raises(KeyFailure) as caught:
            keks.read(1)
        seen.append(caught.value.code)
        # Another had opened it just before, and reads on.
        with monkeypatch.context() as patch, pytest.raises(KeyFailure) as late:
            patch.setattr(Path, "open", lambda *_: opened)
            keks.read(1)
        seen.append(late.value.code)
        monkeypatch.undo()

    with opened:
        monkeypatch.setattr(os, "fsync", overwritten)
        keks.destroy(1)
    assert seen == ["kek_missing", "kek_missing"]
    assert names(tmp_path) == []


def test_a_killed_destruction_is_finished_when_it_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keks = DirectoryKeks(tmp_path, writable=True)
    secret = keks.create(1)
    other_name = tmp_path / "kept-by-a-hard-link"
    os.link(tmp_path / "kek-1", other_name)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kek, "_overwrite_and_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            keks.destroy(1)
    assert keks.epochs() == []
    keks.destroy(1)
    assert names(tmp_path) == ["kept-by-a-hard-link"]
    assert other_name.read_bytes() != secret


def test_a_leftover_of_a_killed_creation_goes_with_its_epoch(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path, writable=True)
    keks.create(1)
    place(tmp_path, ".kek-1.0a0b0c0d", RAW)
    place(tmp_path, ".kek-2.0a0b0c0d", RAW)
    keks.destroy(1)
    assert names(tmp_path) == [".kek-2.0a0b0c0d"]


def test_a_leftover_of_a_killed_creation_goes_when_it_is_repeated(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path, writable=True)
    place(tmp_path, ".kek-1.0a0b0c0d", RAW[:5])
    first = keks.create(1)
    assert names(tmp_path) == ["kek-1"]
    os.link(tmp_path / "kek-1", tmp_path / ".kek-1.0e0f0a0b")
    assert keks.create(1) == first
    assert names(tmp_path) == ["kek-1"]


def test_two_creators_end_with_the_same_kek(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = DirectoryKeks(tmp_path, writable=True)
    second = DirectoryKeks(tmp_path, writable=True)
    made: list[bytes] = []
    link = os.link

    def overtaken(source: Path, target: Path) -> None:
        monkeypatch.setattr(kek.os, "link", link)
        made.append(second.create(1))
        link(source, target)

    monkeypatch.setattr(kek.os, "link", overtaken)
    assert first.create(1) == made[0]
    assert names(tmp_path) == ["kek-1"]


def test_supplied_keks_are_the_administrators_to_bring_and_withdraw(tmp_path: Path) -> None:
    keks = DirectoryKeks(tmp_path, writable=False)
    with pytest.raises(Misconfigured, match="kek_must_be_supplied kek-1"):
        keks.create(1)
    file = place(tmp_path, "kek-1", RAW)
    assert keks.create(1) == RAW
    with pytest.raises(NotProven, match="kek_must_be_withdrawn kek-1"):
        keks.destroy(1)
    assert file.exists()
    file.unlink()
    keks.destroy(1)


def test_a_folder_that_cannot_be_written_is_a_key_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyFailure, match="kek_not_writable"):
        DirectoryKeks(tmp_path / "file" / "keys", writable=True).create(1)
