"""A child that starts in a folder of its own finds the modules that its parent finds."""

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
