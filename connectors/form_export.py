"""A form's exported answers, as somebody put them in one place: read whole, apart from this
process, and deleted only as they were read."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from pathlib import Path
from typing import Final, NamedTuple

from connectors.chosen_bytes import read_chosen
from connectors.workbook import read_table
from lifecycle.consent_form import HEADER_WITHIN, MOST_ROWS
from lifecycle.errors import Changed, FileRefused, Refused

_LARGEST: Final = 32 * 1024 * 1024
_MOST: Final = MOST_ROWS + HEADER_WITHIN
"""Rows that are ever held at once."""


class Exported(NamedTuple):
    """What lay there; the cells are personal data."""

    sha256: str
    """Hexadecimal, of the file: the evidence."""
    table: tuple[tuple[int, list[str]], ...]
    """(row number, cells as text)"""

    def __repr__(self) -> str:
        return f"Exported(rows={len(self.table)})"


def read_export_of(path: Path) -> Exported:
    """The file's first sheet. Raises `Refused("consent_form_not_readable")`: not there, empty,
    larger than 32 MB, longer than `read_form` takes, or no list that the reader can read."""
    data = _bytes(path)
    table: tuple[tuple[int, list[str]], ...] | None = None
    if data:
        # A list that is too long is not read to its end: closing ends the reader's child.
        with (
            contextlib.suppress(FileRefused),
            contextlib.closing(read_table(data, name=path.name)) as rows,
        ):
            table = tuple(itertools.islice(rows, _MOST + 1))
    if table is None or len(table) > _MOST:
        raise Refused("consent_form_not_readable")
    return Exported(hashlib.sha256(data).hexdigest(), table)


def is_there(path: Path) -> bool:
    """Whether somebody has put an export there."""
    return path.is_file()


def delete_export(path: Path, sha256: str) -> None:
    """Delete the file that was read; one that is gone is fine.

    Raises `Changed("file_no_longer_there")` where another has taken its place, and
    `Refused("consent_form_not_readable")` where the folder refuses.
    """
    if not path.exists():
        return
    if hashlib.sha256(_bytes(path)).hexdigest() != sha256:
        raise Changed("file_no_longer_there")
    refused = False
    try:
        path.unlink(missing_ok=True)
    except OSError:
        refused = True
    if refused:
        raise Refused("consent_form_not_readable")


def _bytes(path: Path) -> bytes:
    return read_chosen(path, largest=_LARGEST) or b""
