"""The accounts of a system: who has access, as what, and until when; removed for good (A-104)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from connectors.mapped import is_empty, local_date
from connectors.sql_database import Conflict, Database
from connectors.sql_tables import named
from lifecycle.access import Access
from lifecycle.bindings.accounts import SqlAccounts as Binding
from lifecycle.errors import Refused, Unreachable


class Accounts(Protocol):
    """The accounts of one system."""

    @property
    def system(self) -> str:
        """The policy's name of it."""
        ...

    def accounts(self) -> Iterator[Access]:
        """Every account, to the very end. Raises `Unreachable`, `Refused("record_malformed")`."""
        ...

    def remove(self, key: str) -> None:
        """Remove exactly this account; one that is not there any more is success. Raises
        `Unreachable`, `Refused("key_ambiguous")`, `Refused("system_conflict")` when the system
        will not let it go."""
        ...

    def is_there(self, key: str) -> bool:
        """Look anew whether the account exists. Raises `Unreachable`: silence is no absence."""
        ...


class SqlAccounts:
    """Accounts in a system's own database."""

    def __init__(
        self,
        binding: Binding,
        *,
        system: str,
        password: Callable[[], str] | None,
        zone: ZoneInfo,
    ) -> None:
        """Connects at the first use."""
        self._binding = binding
        self._system = system
        self._zone = zone
        self._database = Database(binding.url, password, system=system)
        self._table = named(binding.table, binding.columns())

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def accounts(self) -> Iterator[Access]:
        """Every account that the binding means."""
        query = select(self._table).where(*self._meant())
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                yield self._account(row)

    def remove(self, key: str) -> None:
        """One row, or none."""
        refused = False
        try:
            with self._database.writing() as connection:
                one = self._one(key)
                count = connection.execute(
                    select(func.count()).select_from(self._table).where(one, *self._meant())
                ).scalar_one()
                if count > 1:
                    raise Refused("key_ambiguous", ref=self._system, records=count)
                connection.execute(delete(self._table).where(one, *self._meant()))
        except Conflict:
            refused = True
        if refused:
            raise Refused("system_conflict", ref=self._system, records=1)
        self._database.overwrite_what_was_erased()

    def is_there(self, key: str) -> bool:
        """Whether a row has this key."""
        query = select(func.count()).select_from(self._table).where(self._one(key))
        with self._database.reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def _meant(self) -> list[Any]:
        return [self._table.c[name] == value for name, value in self._binding.only.items()]

    def _one(self, key: str) -> Any:
        column = self._table.c[self._binding.key]
        if self._binding.key_is == "integer":
            if not key.removeprefix("-").isdecimal() or len(key) > 18:
                raise Refused("key_malformed", ref=self._system)
            return column == int(key)
        return column == key

    def _account(self, row: Any) -> Access:
        binding = self._binding
        key = row[binding.key]
        if key is None or key == "":
            raise Refused("record_malformed", ref=self._system)
        if isinstance(key, str) != (binding.key_is == "text"):
            raise Unreachable("system_unlike_binding", ref=self._system)
        told = "" if binding.roles is None else str(row[binding.roles] or "")
        return Access(
            key=str(key),
            holder=str(row[binding.holder] or "").strip(),
            roles=tuple(role.strip() for role in told.split(binding.apart) if role.strip()),
            shared=binding.shared is not None and not _is_no(row[binding.shared]),
            last_login=self._date(row, binding.last_login),
            course_ends=self._date(row, binding.course_ends),
        )

    def _date(self, row: Any, column: str | None) -> Any:
        return None if column is None else local_date(row[column], self._zone, system=self._system)


def _is_no(value: object) -> bool:
    return is_empty(value) or str(value).strip().casefold() in {"0", "false", "nej", "no", "n", "f"}


class MemoryAccounts:
    """Accounts that are a dictionary: the twin."""

    def __init__(self, *, system: str) -> None:
        self._system = system
        self.held: dict[str, Access] = {}
        self.unreachable = False
        self.lost_answers = 0
        """So many removals take place, but their answer never arrives."""
        self.locked: set[str] = set()
        """The system will not let these go."""

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def accounts(self) -> Iterator[Access]:
        """Every account at the moment of the call."""
        self._reach()
        return iter(list(self.held.values()))

    def remove(self, key: str) -> None:
        """Forget it, unless a failure is switched on."""
        self._reach()
        if key in self.locked:
            raise Refused("system_conflict", ref=self._system, records=1)
        self.held.pop(key, None)
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unreachable("answer_lost", ref=self._system)

    def is_there(self, key: str) -> bool:
        """Whether it is held."""
        self._reach()
        return key in self.held

    def _reach(self) -> None:
        if self.unreachable:
            raise Unreachable("system_unreachable", ref=self._system)
