"""The witness file keeps every checkpoint, and refuses what contradicts the newest one."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.witness import FileWitness, Witness
from lifecycle.checkpoint import Checkpoint, sign
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import new_origin

ORIGIN = new_origin()
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def a_checkpoint(size: int, *, link: bytes = bytes(32), origin: str = ORIGIN) -> Checkpoint:
    return sign(origin=origin, size=size, link=link, now=NOW, signing_key=bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "witness.txt"


@pytest.fixture
def witness(path: Path) -> FileWitness:
    return FileWitness(path)


def give(witness: Witness, *sizes: int) -> None:
    for size in sizes:
        witness.take(a_checkpoint(size).text, size=size)


def test_it_gives_back_the_newest(witness: FileWitness) -> None:
    assert witness.latest() is None
    for size in (0, 1, 5, 5, 1000):
        give(witness, size)
        assert witness.latest() == a_checkpoint(size)


def test_it_only_grows(witness: FileWitness, path: Path) -> None:
    before = b""
    for size in range(20):
        give(witness, size)
        after = path.read_bytes()
        assert after.startswith(before)
        assert len(after) > len(before)
        before = after


def test_what_contradicts_it_is_refused_and_not_kept(witness: FileWitness, path: Path) -> None:
    give(witness, 3, 10)
    kept = path.read_bytes()
    for contradiction, code in (
        (a_checkpoint(9), "witness_rolled_back"),
        (a_checkpoint(0), "witness_rolled_back"),
        (a_checkpoint(10, link=bytes([1] * 32)), "witness_contradicts"),
        (a_checkpoint(11, origin=new_origin()), "witness_other_origin"),
    ):
        with pytest.raises(LedgerFailure, match=code):
            witness.take(contradiction.text, size=contradiction.size)
    assert path.read_bytes() == kept


def test_only_a_whole_checkpoint_of_that_size_is_taken(witness: FileWitness, path: Path) -> None:
    text = a_checkpoint(7).text
    for wrong, size in ((text, 8), (text[:-1], 7), ("", 0), (text + "\n", 7)):
        with pytest.raises(LedgerFailure, match="checkpoint_malformed"):
            witness.take(wrong, size=size)
    assert not path.exists()


def test_a_torn_end_is_survived_at_every_byte(path: Path) -> None:
    """The power went while a checkpoint was being written: nothing is truncated or lost."""
    FileWitness(path).take(a_checkpoint(3).text, size=3)
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole + whole[:length])
        assert FileWitness(path).latest() == a_checkpoint(3)
        FileWitness(path).take(a_checkpoint(4).text, size=4)
        assert path.read_bytes().startswith(whole + whole[:length])
        assert FileWitness(path).latest() == a_checkpoint(4)
        path.write_bytes(whole[:length])
        FileWitness(path).take(a_checkpoint(5).text, size=5)
        assert FileWitness(path).latest() == a_checkpoint(5)


@pytest.mark.parametrize(
    "text",
    [
        "some other file\n",
        "x" * 100_000,
        "gallra/x\n1\n",
        a_checkpoint(3).text.replace("\n3\n", "\n3x\n"),
        "x" + a_checkpoint(3).text,
        a_checkpoint(3).text + "and more\n",
        a_checkpoint(3).text.replace("— ", "- "),
        a_checkpoint(3).text.replace("==\n", "=!\n"),
        "\0" * 50,
    ],
)
def test_a_damaged_file_is_not_added_to(witness: FileWitness, path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(LedgerFailure, match="witness_damaged"):
        witness.latest()
    with pytest.raises(LedgerFailure, match="witness_damaged"):
        give(witness, 9)
    assert path.read_text() == text


def test_a_long_file_is_read_from_its_end(witness: FileWitness, path: Path) -> None:
    path.write_text("".join(f"{a_checkpoint(size).text}\n" for size in range(2000)))
    assert path.stat().st_size > 5 * 64 * 1024
    assert witness.latest() == a_checkpoint(1999)
    give(witness, 2000)
    assert witness.latest() == a_checkpoint(2000)


def test_a_file_that_cannot_be_written_fails_loudly(tmp_path: Path) -> None:
    for place in (tmp_path / "missing" / "witness.txt", tmp_path, Path("/dev/full")):
        with pytest.raises(LedgerFailure, match="witness_not_written") as failure:
            give(FileWitness(place), 1)
        assert str(place) not in str(failure.value)
        assert failure.value.__suppress_context__


def test_a_link_in_its_place_is_not_followed(tmp_path: Path, path: Path) -> None:
    target = tmp_path / "elsewhere"
    path.symlink_to(target)
    with pytest.raises(LedgerFailure, match="witness_not_written"):
        give(FileWitness(path), 1)
    assert not target.exists()


def test_a_disk_that_fills_up_in_the_middle_is_told_and_survived(
    witness: FileWitness, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(witness, 1)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[:100]))
        with pytest.raises(LedgerFailure, match="witness_not_written"):
            give(witness, 2)
    assert witness.latest() == a_checkpoint(1)
    give(witness, 2)
    assert witness.latest() == a_checkpoint(2)


def test_many_writers_at_once_leave_whole_checkpoints(witness: FileWitness, path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: give(FileWitness(path), 5), range(40)))
    assert path.read_text() == f"{a_checkpoint(5).text}\n" * 40


def test_it_is_told_whether_the_volume_is_another(witness: FileWitness, tmp_path: Path) -> None:
    assert witness.shares_volume_with(tmp_path)
    assert not witness.shares_volume_with(Path("/proc"))
