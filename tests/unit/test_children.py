"""A child finds the modules that its parent finds, and its log does not grow for ever."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tasks.house import children


@pytest.mark.parametrize("named", ["modules", "modules:", ":modules"])
def test_modules_are_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    for name in ("modules", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "modules" / "somewhere_else.py").write_text("print('found')", encoding="ascii")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", named)
    child = children.start(
        [sys.executable, "-m", "somewhere_else"],
        settings={}, log=tmp_path / "log", cwd=tmp_path / "elsewhere",
    )  # fmt: skip
    assert child.wait(timeout=60) == 0
    assert (tmp_path / "log").read_text(encoding="ascii") == "found\n"


def test_a_log_that_has_grown_long_is_set_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    for longer, aside in ((0, False), (1, True), (0, True)):
        log.write_bytes(b"x" * (children.LONGEST_LOG + longer))
        child = children.start([sys.executable, "-c", "print('new')"], settings={}, log=log)
        assert child.wait(timeout=60) == 0
        assert (log.with_name("server.log.1")).exists() == aside
        assert log.read_bytes().endswith(b"new\n")
        assert (log.stat().st_size < 10) == bool(longer)
        assert log.stat().st_mode & 0o077 == 0 or not longer
