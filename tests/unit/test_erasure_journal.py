"""Who was erased is remembered outside the databases: whole after a kill, and damage is seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.erasure_journal import DONE, INTENDED, Entry, ErasureJournal
from lifecycle.erasure import Erased
from lifecycle.errors import LedgerFailure, Unreachable

KEY = b"k" * 32
AT = "2026-11-02T08:00:00.000000+00:00"
TUVA = Erased(7, True, ("contact", "identity"), (11, 12), True, ("ab" * 32,))
OMAR = Erased(8, False, ("health",), (), False, ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "witness" / "erasures-academedia.jsonl"


@pytest.fixture
def journal(path: Path) -> ErasureJournal:
    return ErasureJournal(path, KEY)


def write(journal: ErasureJournal, number: int, step: str = DONE) -> None:
    journal.append(batch=f"P-{number}/S-{number}", step=step, at=AT, people=[TUVA])


def written(path: Path, lines: int = 4) -> bytes:
    journal = ErasureJournal(path, KEY)
    for number in range(lines):
        write(journal, number)
    return path.read_bytes()


def is_damaged(path: Path) -> None:
    for act in (
        lambda: ErasureJournal(path, KEY).entries(),
        lambda: write(ErasureJournal(path, KEY), 99),
    ):
        with pytest.raises(LedgerFailure) as refusal:
            act()
        assert refusal.value.code == "journal_damaged"


# --- writing --------------------------------------------------------------------------------------


def test_where_nothing_was_erased_there_is_no_journal(journal: ErasureJournal, path: Path) -> None:
    assert journal.entries() == []
    assert not path.exists()


def test_what_is_written_comes_back_in_order(journal: ErasureJournal, path: Path) -> None:
    journal.append(batch="P-1/S-7", step=INTENDED, at=AT, people=[TUVA, OMAR])
    journal.append(batch="P-1/S-7", step=DONE, at=AT, people=[TUVA, OMAR])
    assert ErasureJournal(path, KEY).entries() == [
        Entry("P-1/S-7", INTENDED, AT, (TUVA, OMAR)),
        Entry("P-1/S-7", DONE, AT, (TUVA, OMAR)),
    ]
    assert path.stat().st_mode & 0o007 == 0
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_it_is_durable_before_it_says_so(
    journal: ErasureJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(os.fstat(file).st_size)
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    write(journal, 1)
    write(journal, 2)
    assert len(synced) == 2
    assert 0 < synced[0] < synced[1]


@pytest.mark.parametrize("obstacle", ["folder", "link"])
def test_what_cannot_be_written_is_an_error(
    journal: ErasureJournal, path: Path, tmp_path: Path, obstacle: str
) -> None:
    path.parent.mkdir()
    if obstacle == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerFailure, match="journal_not_written"):
        write(journal, 1)
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_read_is_never_an_empty_journal(journal: ErasureJournal, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Unreachable, match="journal_unreadable"):
        journal.entries()


# --- killed ---------------------------------------------------------------------------------------


def test_every_torn_last_line_is_passed_over_and_written_behind(path: Path) -> None:
    """Whatever a kill left of a line: it never was."""
    whole = written(path, 2)
    ends = whole.index(b"\n") + 1
    for length in range(ends, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert len(ErasureJournal(path, KEY).entries()) == 1, length
        if length % 17 == 0 or length == len(whole) - 2:
            write(ErasureJournal(path, KEY), 3)
            found = ErasureJournal(path, KEY).entries()
            assert [entry.batch for entry in found] == ["P-0/S-0", "P-3/S-3"]
            write(ErasureJournal(path, KEY), 4)
            assert len(ErasureJournal(path, KEY).entries()) == 3


def test_a_line_without_its_end_is_a_whole_line(path: Path) -> None:
    whole = written(path, 2)
    path.write_bytes(whole[:-1])
    assert len(ErasureJournal(path, KEY).entries()) == 2
    write(ErasureJournal(path, KEY), 3)
    assert len(ErasureJournal(path, KEY).entries()) == 3


WRITER = """
import sys
from pathlib import Path
from connectors.erasure_journal import DONE, ErasureJournal
from lifecycle.erasure import Erased
journal = ErasureJournal(Path(sys.argv[1]), b"k" * 32)
person = Erased(int(sys.argv[2]), True, ("identity",), (), False, ("ab" * 32,))
for number in range(int(sys.argv[3])):
    journal.append(batch=f"P-{sys.argv[2]}/S-{number}", step=DONE, at="", people=[person])
    print(number, flush=True)
"""


def writer(path: Path, who: int, lines: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(who), str(lines)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_writers_at_the_same_time_lose_and_mix_nothing(path: Path) -> None:
    writers = [writer(path, who, 20) for who in (1, 2, 3)]
    for one in writers:
        one.communicate(timeout=60)
        assert one.returncode == 0
    entries = ErasureJournal(path, KEY).entries()
    assert len(entries) == 60
    for who in (1, 2, 3):
        own = [entry.batch for entry in entries if entry.batch.startswith(f"P-{who}/")]
        assert own == [f"P-{who}/S-{number}" for number in range(20)]


def test_what_a_killed_writer_said_was_written_is_there(path: Path) -> None:
    process = writer(path, 1, 100_000)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    acknowledged = len(said) + rest.count("\n")
    entries = ErasureJournal(path, KEY).entries()
    assert len(entries) >= acknowledged
    write(ErasureJournal(path, KEY), 9)
    assert len(ErasureJournal(path, KEY).entries()) == len(entries) + 1


# --- damaged --------------------------------------------------------------------------------------


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda c: c.replace(b"true", b"false", 1), id="edited"),
        pytest.param(lambda c: c.replace(b"S-1", b"S-5", 1), id="another person"),
        pytest.param(lambda c: b"".join(lines_of(c)[1:]), id="the first taken out"),
        pytest.param(
            lambda c: b"".join(lines_of(c)[:1] + lines_of(c)[2:]), id="one in between taken out"
        ),
        pytest.param(lambda c: b"".join(reversed(lines_of(c))), id="reordered"),
        pytest.param(lambda c: c + lines_of(c)[0], id="said twice"),
        pytest.param(
            lambda c: b"".join(lines_of(c)[:2] + lines_of(c)[:1] + lines_of(c)[2:]), id="put in"
        ),
    ],
)
def test_a_journal_that_somebody_changed_is_damaged(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    content = written(path)
    path.write_bytes(damage(content))
    is_damaged(path)


def test_a_line_in_between_cut_short_is_damage_and_not_a_killed_writer(path: Path) -> None:
    """Else whoever cuts a line short brings somebody back with the next backup."""
    first, second, *rest = lines_of(written(path))
    for cut in (second[:20] + b"\n", second[:-2] + b"\n", b"\n"):
        path.write_bytes(b"".join([first, cut, *rest]))
        is_damaged(path)


def test_another_installations_journal_is_damaged(path: Path) -> None:
    ErasureJournal(path, b"x" * 32).append(batch="P-1/S-1", step=DONE, at=AT, people=[TUVA])
    is_damaged(path)


def test_it_says_nothing_of_a_person(journal: ErasureJournal, path: Path) -> None:
    """Numbers that mean nothing without the records, words of the policy, keyed digests."""
    write(journal, 1)
    body = path.read_text("ascii").rpartition("\t")[0]
    assert body == (
        '["P-1/S-1","done","2026-11-02T08:00:00.000000+00:00",'
        f'[[7,true,["contact","identity"],[11,12],true,["{"ab" * 32}"]]]]'
    )
