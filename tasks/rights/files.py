"""Where answers lie until they were given out, and no longer."""

from __future__ import annotations

from pathlib import Path

from lifecycle.errors import Unreachable
from lifecycle.references import as_written
from tasks.house.parts import House


def folder_of(house: House) -> Path:
    """Where answers lie until they were given out: beside what is about to leave."""
    return house.settings.home / "answers" / house.controller


def remove_files(house: House, ref: str) -> int:
    """Remove what was laid ready for a request; how many files. Raises
    `Unreachable("extract_not_writable")`."""
    ref = as_written(ref)
    removed = 0
    failed = False
    for ending in ("pdf", "zip", "pdf.part", "zip.part"):
        file = folder_of(house) / f"{ref}.{ending}"
        try:
            if file.is_symlink() or file.is_file():
                file.unlink()
                removed += 1
        except OSError:
            failed = True
    if failed:
        raise Unreachable("extract_not_writable", ref=ref)
    return removed
