"""The list of who works here, as another system keeps it in its database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from connectors.mapped import is_empty, local_date
from connectors.sql_database import Database
from connectors.sql_tables import named
from connectors.staff_list import member, whole
from lifecycle.access import Member
from lifecycle.bindings.accounts import StaffTable as Binding
from lifecycle.errors import Refused

SYSTEM = "staff"
_DATES = frozenset({"starts", "ends"})


class StaffTable:
    """One row for each time that somebody is, or was, employed."""

    def __init__(
        self, binding: Binding, *, password: Callable[[], str] | None, zone: ZoneInfo
    ) -> None:
        """Connects at the first use. `zone`: whose day a timestamp falls on."""
        self._binding = binding
        self._zone = zone
        self._database = Database(binding.url, password, system=SYSTEM)
        self._table = named(binding.table, binding.columns())

    def members(self) -> list[Member]:
        """Everybody on the list, read anew and in one transaction.

        Raises `Unreachable`; `Refused("staff_list_malformed")` for a date that is none, a row
        without a person, or no row at all: half a list would make leavers of those who are not on
        it, and an empty one is a list that nobody keeps.
        """
        only = [self._table.c[name] == value for name, value in self._binding.only.items()]
        with self._database.reading() as connection:
            rows = connection.execute(select(self._table).where(*only)).mappings().all()
        return whole([self._member(row) for row in rows])

    def _member(self, row: Any) -> Member:
        places = self._binding.meant()
        return member(
            {meaning: self._text(meaning, row[name]) for meaning, name in places.items()},
            apart=self._binding.apart,
        )

    def _text(self, meaning: str, value: object) -> str:
        if is_empty(value):
            return ""
        if meaning not in _DATES:
            return str(value).strip()
        day = None
        try:
            day = local_date(value, self._zone, system=SYSTEM)
        except Refused:
            day = None
        if day is None:
            raise Refused("staff_list_malformed")
        return day.isoformat()
