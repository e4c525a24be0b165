"""The list of who works here, as somebody keeps it in a table."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from connectors.workbook import read_table
from lifecycle.access import Member
from lifecycle.bindings.accounts import StaffFile
from lifecycle.errors import FileRefused, Refused, Unreachable

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ][0-9:.]+)?")
_EARLIEST: Final = 1990
"""An empty cell that a formula copies is a day about 1900: it would make a leaver of everybody."""


def read_staff(binding: StaffFile) -> list[Member]:
    """Everybody on the list.

    Raises `Unreachable("staff_list_unreachable")`, `Refused("staff_list_malformed")` for a missing
    header, a date that is none, a line without a person, or no line at all: half a list would make
    leavers of those who are not on it, and an empty one is a list that nobody keeps.
    """
    data = None
    with contextlib.suppress(OSError):
        data = binding.path.read_bytes()
    if data is None:
        raise Unreachable("staff_list_unreachable")
    rows: list[list[str]] | None = None
    with contextlib.suppress(FileRefused):
        rows = [cells for _, cells in read_table(data, name=binding.path.name)]
    if not rows:
        raise Refused("staff_list_malformed")
    header = [cell.strip() for cell in rows[0]]
    places = {}
    for name, meaning in binding.columns.items():
        if header.count(name) != 1:
            raise Refused("staff_list_malformed")
        places[meaning] = header.index(name)
    return whole(
        [
            member(
                {what: cells[at].strip() if at < len(cells) else "" for what, at in places.items()}
            )
            for cells in rows[1:]
            if any(cell.strip() for cell in cells)
        ]
    )


def whole(found: list[Member]) -> list[Member]:
    """A list with somebody on it. Raises `Refused("staff_list_malformed")`."""
    if not found:
        raise Refused("staff_list_malformed")
    return found


def member(line: Mapping[str, str], *, apart: str = ",") -> Member:
    """One line of a list, by what its places mean; dates as 2026-12-31, `apart` between two
    systems. Raises `Refused("staff_list_malformed")`."""
    if not line["holder"]:
        raise Refused("staff_list_malformed")
    return Member(
        holder=line["holder"],
        role=line["role"],
        starts=_day(line.get("starts", "")),
        ends=_day(line.get("ends", "")),
        trained_in=frozenset(
            word.strip().casefold()
            for word in line.get("trained_in", "").split(apart)
            if word.strip()
        ),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    found = None
    if _DATE.fullmatch(text):
        with contextlib.suppress(ValueError):
            found = date.fromisoformat(text[:10])
    if found is None or found.year < _EARLIEST:
        raise Refused("staff_list_malformed")
    return found
