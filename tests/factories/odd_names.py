"""Names as somebody else's system may give them, and hosts to which it may lead: one list for
every connector that meets them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ODD_NAMES: Final = (
    "..",
    ".",
    "...",
    "a/b",
    "/etc/passwd",
    "../../beside/Tuva Exempelsson.xlsx",
    "..%2f..%2fbeside",
    "a\\b",
    "..\\..\\beside",
    "C:\\Windows\\x",
    "\0",
    "a\0.xlsx",
    "a\nb.xlsx",
    "a\r\nX-Header: y",
    "\x1b[31mröd",
    "\u202exslx.exe",
    "\u200f\u200e.xlsx",
    "\ufeffa.xlsx",
    "..\u2215outside",
    "CON",
    "NUL.xlsx",
    "LPT1",
    "a.",
    "a ",
    " a",
    "~",
    "~root",
    "~$a.xlsx",
    "-rf",
    "*",
    "$(id)",
    "`id`",
    "desktop.ini",
    ".lock",
    "_vti_a",
    "x" * 400,
    "å" * 300,
    "a" + "\u0301" * 60,
    "\U0001f5d1\ufe0f.xlsx",
    "a?b#c&d=e",
    "%00",
    "%2e%2e",
    "{driveItem-id}",
    "root:/x:",
    ":/x:",
    "$value",
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "=HYPERLINK(1)",
    "\ud800half.xlsx",
)
LEADS_OUT: Final = tuple(n for n in ODD_NAMES if "/" in n or "\0" in n)
"""In a folder of files no name is like these: who lists one lies, or wants to be followed."""
NO_FILE: Final = (*LEADS_OUT, ".", "..")
LONGEST: Final = 255
"""Bytes of a name in a folder of files."""
ELSEWHERE: Final = (
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://127.0.0.1:1/",
    "http://localhost/",
    "http://[::1]/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://10.0.0.1/",
    "https://graph.microsoft.com.example.org/v1.0/",
    "https://www.googleapis.com@example.org/drive/v3/",
    "http://user:pass@127.0.0.1/",
    "file:///etc/passwd",
    "//example.org/",
    "http://[",
    "",
)
"""This machine, what tells a virtual machine its secrets, networks behind the wall, strangers."""


def as_bytes(name: str) -> bytes:
    """The name as a folder of files has it, even the one that is no text."""
    return name.encode("utf-8", "surrogatepass")


def fits_a_folder(name: str) -> bool:
    """Whether a file can be called so."""
    return name not in NO_FILE and len(as_bytes(name)) <= LONGEST


@pytest.fixture
def nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the end nothing lies where this process was nor in the folder for what is temporary, and
    beside what the test itself laid out there is nothing new."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    before = set(tmp_path.parent.iterdir())
    yield
    assert list(here.iterdir()) == []
    assert set(tmp_path.parent.iterdir()) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"here", "server", "systems", "home"}
