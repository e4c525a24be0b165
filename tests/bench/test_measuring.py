"""The yardstick itself is right: time, memory of children, and failures are seen."""

import os
import sys
from pathlib import Path

import pytest

from tests.bench.measuring import RunFailed, measure

MEBIBYTE = 1 << 20


def test_memory_of_a_child_counts_together_with_its_parents(tmp_path: Path) -> None:
    child = f"import time; b = bytearray({120 * MEBIBYTE}); time.sleep(0.6)"
    parent = (
        f"import subprocess, sys; b = bytearray({80 * MEBIBYTE});"
        f"subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    )
    taken = measure([sys.executable, "-c", parent], env=os.environ, cwd=tmp_path)
    # Between fork and exec the child shares the parent's pages, which then count twice.
    assert 200 * MEBIBYTE <= taken.peak_bytes < 650 * MEBIBYTE
    assert 0.6 <= taken.seconds < 30


def test_what_the_measuring_process_holds_is_not_counted(tmp_path: Path) -> None:
    held = bytearray(os.urandom(1)) * (700 * MEBIBYTE)
    taken = measure([sys.executable, "-c", "pass"], env=os.environ, cwd=tmp_path)
    assert len(held) > 10 * taken.peak_bytes


def test_memory_of_a_short_spike_is_not_missed(tmp_path: Path) -> None:
    spike = f"b = bytearray({150 * MEBIBYTE}); del b; import time; time.sleep(0.3)"
    taken = measure([sys.executable, "-c", spike], env=os.environ, cwd=tmp_path)
    assert taken.peak_bytes >= 150 * MEBIBYTE


def test_a_contender_that_fails_stops_the_bench(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="exit 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"], env=os.environ, cwd=tmp_path)
