"""The accounts of a system that no machine reaches, as somebody exported them; a person removes
them there (A-104)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.accounts import is_no, roles_of
from connectors.mapped import local_date
from connectors.workbook import read_table
from lifecycle.access import Access
from lifecycle.bindings.accounts import AccountsFile as Binding
from lifecycle.errors import FileRefused, Refused, Unreachable

_CLOCKS: Final = timedelta(hours=1)
"""So far may the clocks of two machines differ."""


class ListedAccounts:
    """A list of accounts, .csv or .xlsx, that somebody puts in one place again and again.

    A list that is too old is none: who came or went since does not stand in it.
    """

    by_hand: Final = True

    def __init__(
        self, binding: Binding, *, system: str, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        """Reads nothing yet."""
        self._binding = binding
        self._system = system
        self._zone = zone
        self._now = now

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def as_of(self) -> datetime | None:
        """When the list was put there (UTC). Raises `Unreachable`: `account_list_missing`,
        `account_list_stale`."""
        changed = None
        with contextlib.suppress(OSError):
            changed = self._binding.path.stat().st_mtime
        return self._fresh(changed)

    def accounts(self) -> Iterator[Access]:
        """Every account on the list.

        Raises as `as_of`, and `Refused("account_list_malformed")` for a missing header, a date that
        is none, a line without a key, two lines with one, or no line at all.
        """
        return iter(list(self._read().values()))

    def remove(self, key: str) -> None:
        """Nobody can by this: raises `Refused("removed_by_hand")`."""
        raise Refused("removed_by_hand", ref=self._system)

    def is_there(self, key: str) -> bool:
        """Whether it stands on the list as it is now."""
        return key in self._read()

    def _read(self) -> dict[str, Access]:
        data, changed = b"", None
        # Of the file that is read, however often another is put in its place meanwhile.
        with contextlib.suppress(OSError), self._binding.path.open("rb") as listed:
            data, changed = listed.read(), os.fstat(listed.fileno()).st_mtime
        self._fresh(changed)
        rows: list[list[str]] | None = None
        with contextlib.suppress(FileRefused):
            rows = [cells for _, cells in read_table(data, name=self._binding.path.name)]
        if not rows:
            raise self._malformed()
        places = self._places([cell.strip() for cell in rows[0]])
        found: dict[str, Access] = {}
        for cells in rows[1:]:
            if any(cell.strip() for cell in cells):
                one = self._account(
                    {w: cells[i].strip() if i < len(cells) else "" for w, i in places.items()}
                )
                if one.key in found:
                    raise self._malformed()
                found[one.key] = one
        if not found:
            raise self._malformed()
        return found

    def _fresh(self, changed: float | None) -> datetime:
        if changed is None:
            raise Unreachable("account_list_missing", ref=self._system)
        put = datetime.fromtimestamp(changed, UTC)
        # One that is of a day to come would never grow old; its clock says nothing.
        if not -_CLOCKS <= self._now() - put <= self._binding.longest.exact:
            raise Unreachable("account_list_stale", ref=self._system)
        return put

    def _places(self, header: list[str]) -> dict[str, int]:
        places: dict[str, int] = {}
        for name, meaning in self._binding.columns.items():
            if header.count(name) != 1:
                raise self._malformed()
            places[meaning] = header.index(name)
        return places

    def _account(self, line: Mapping[str, str]) -> Access:
        if not line["key"]:
            raise self._malformed()
        return Access(
            key=line["key"],
            holder=line["holder"],
            roles=roles_of(line.get("roles", ""), self._binding.apart),
            shared=not is_no(line.get("shared", "")),
            last_login=self._day(line.get("last_login", "")),
            course_ends=self._day(line.get("course_ends", "")),
        )

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        day = None
        with contextlib.suppress(Refused):
            day = local_date(text, self._zone, system=self._system)
        if day is None:
            raise self._malformed()
        return day

    def _malformed(self) -> Refused:
        return Refused("account_list_malformed", ref=self._system)
