"""The reader's child is always dead afterwards, and its death is a file outcome, not a crash."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import connectors.reader_process as reader_process
from connectors.reader_process import ReaderUsage, converse, import_places
from connectors.reading_limits import ReadingLimits
from connectors.workbook import read_export, read_table
from lifecycle.errors import FileRefused, Misconfigured
from lifecycle.intake.outcomes import FileReason
from tests.factories import workbooks
from tests.factories.intake import RULES, TODAY

DATA = workbooks.xlsx(workbooks.sample_rows(3))
MANY = workbooks.xlsx(workbooks.sample_rows(6000), constant_memory=True)
ROOT = Path(reader_process.__file__).resolve().parents[1]


def readers() -> list[int]:
    """Children of this process that are readers."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any("reader_child" in part for part in child.cmdline()) or (
                child.status() == psutil.STATUS_ZOMBIE
            ):
                found.append(child.pid)
    return found


def refusal(child: Path | None = None, **limits: object) -> str:
    bounds = dataclasses.replace(ReadingLimits.for_size(len(DATA)), **limits)  # type: ignore[arg-type]
    with pytest.raises(FileRefused) as refused:
        list(read_table(DATA, name="a.xlsx", limits=bounds))
    assert readers() == []
    assert refused.value.__cause__ is None
    return refused.value.code


@pytest.fixture
def other_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A script that is run in place of the reader's child."""
    monkeypatch.setattr(reader_process, "__file__", str(tmp_path / "reader_process.py"))
    yield tmp_path / "reader_child.py"


def test_a_child_that_dies_is_a_crashed_reader(other_child: Path) -> None:
    other_child.write_text("import os; os.abort()")
    assert refusal() == FileReason.READER_CRASHED


def test_a_child_that_leaves_without_a_word_is_a_crashed_reader(other_child: Path) -> None:
    other_child.write_text("import sys; sys.stdin.buffer.read()")
    assert refusal() == FileReason.READER_CRASHED


def test_a_child_that_never_reads_is_a_timeout(other_child: Path) -> None:
    other_child.write_text("import time; time.sleep(60)")
    assert refusal(wait_seconds=0.3) == FileReason.READER_TIMEOUT


def test_a_child_that_waits_for_a_processor_is_waited_for(other_child: Path) -> None:
    other_child.write_text(
        "import os, time\n"
        "end = time.monotonic() + 2\n"
        "while time.monotonic() < end: pass\n"
        'os.write(1, b"\\0" * 4)\n'
    )
    bounds = dataclasses.replace(ReadingLimits.for_size(1), wait_seconds=0.5)
    assert list(converse({}, b"", bounds)) == []


def test_but_not_for_ever(other_child: Path) -> None:
    other_child.write_text("while True: pass")
    assert refusal(wait_seconds=0.1, cpu_seconds=60) == FileReason.READER_TIMEOUT


def test_a_child_that_burns_its_processor_time_is_a_timeout(other_child: Path) -> None:
    other_child.write_text(
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), 9))\n"
        "while True: pass\n"
    )
    assert refusal(cpu_seconds=1) == FileReason.READER_TIMEOUT


def test_a_frame_beyond_the_limit_is_a_crashed_reader(other_child: Path) -> None:
    other_child.write_text("import os; os.write(1, b'\\x7f' * 4096)")
    assert refusal() == FileReason.READER_CRASHED


def test_too_little_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = dataclasses.replace(ReadingLimits.for_size(len(MANY)), memory_bytes=24 << 20)
    with pytest.raises(FileRefused) as refused:
        list(read_table(MANY, name="a.xlsx", limits=bounds))
    assert refused.value.code in {FileReason.UNPACKED_TOO_LARGE, FileReason.READER_CRASHED}
    assert readers() == []


def test_the_child_is_gone_when_the_caller_stops_early() -> None:
    events = read_export(MANY, name="a.xlsx", rules=RULES, today=TODAY)
    next(events)
    assert len(readers()) == 1
    events.close()  # type: ignore[attr-defined]
    assert readers() == []


def test_the_child_is_gone_when_the_caller_raises() -> None:
    def fail() -> None:
        for _ in read_export(MANY, name="a.xlsx", rules=RULES, today=TODAY):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert readers() == []


def test_what_reading_cost_is_told_however_it_ended() -> None:
    seen: list[ReaderUsage] = []
    list(read_table(DATA, name="a.xlsx", observe=seen.append))
    assert 5 << 20 < seen[0].peak_bytes < 150 << 20
    assert seen[0].cpu_seconds > 0
    bounds = dataclasses.replace(ReadingLimits.for_size(1), area=1)
    with pytest.raises(FileRefused):
        list(read_table(DATA, name="a.xlsx", limits=bounds, observe=seen.append))
    assert len(seen) == 2


def test_rules_that_cannot_be_applied_are_no_fault_of_the_file() -> None:
    rules = dataclasses.replace(RULES, required=("case_reference", "no_such_field"))
    with pytest.raises(Misconfigured):
        list(read_export(DATA, name="a.xlsx", rules=rules, today=TODAY))
    assert readers() == []


def test_a_slow_caller_is_not_taken_for_a_slow_child() -> None:
    seen: list[ReaderUsage] = []
    started = time.monotonic()
    rows = read_table(MANY, name="a.xlsx", observe=seen.append)
    next(rows)
    time.sleep(1.0)
    assert sum(1 for _ in rows) == 6000
    assert seen[0].waited_seconds <= time.monotonic() - started - 1.0


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from connectors.workbook import read_table\n"
        "rows = read_table(open(sys.argv[1], 'rb').read(), name='a.xlsx')\n"
        "next(rows)\n"
        "print('reading', flush=True)\n"
        "time.sleep(60)\n"
    )
    export = tmp_path / "export"
    export.write_bytes(MANY)
    with subprocess.Popen(
        [sys.executable, script, export], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "reading\n"
        (child,) = psutil.Process(parent.pid).children()
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        if not child.is_running() or child.status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the reader outlived its parent")


def test_the_child_holds_no_file_no_environment_and_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.extend(sys.argv[1:]); import connectors.reader_work; "
        "heavy = {'prefect', 'sqlalchemy', 'pydantic', 'pandas', 'python_calamine', 'asyncio'}; "
        "assert not heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code, *import_places()], check=True, env={})
    rows = read_table(MANY, name="a.xlsx")
    next(rows)
    (number,) = readers()
    child = psutil.Process(number)
    assert child.environ() == {}
    assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert child.rlimit(psutil.RLIMIT_AS)[1] <= 512 << 20
    assert [f.path for f in child.open_files() if not f.path.startswith("/dev/")] == []
    assert not any("a.xlsx" in part for part in child.cmdline())
    rows.close()  # type: ignore[attr-defined]
