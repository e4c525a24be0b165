"""The accounts of a system: who has access, as what, and until when; removed for good (A-104)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, Protocol
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

    @property
    def by_hand(self) -> bool:
        """Whether only a person can remove an account: `remove` refuses."""
        ...

    def as_of(self) -> datetime | None:
        """When these accounts were told (UTC); None: the system is asked each time. Raises
        `Unreachable`."""
        ...

    def accounts(self) -> Iterator[Access]:
        """Every account, to the very end. Raises `Unreachable`, `Refused("record_malformed")`."""
        ...

    def remove(self, key: str) -> None:
        """Remove exactly this account; one that is not there any more is success. Raises
        `Unreachable`, `Refused("key_ambiguous")`, `Refused("system_conflict")` when the system
        will not let it go, `Refused("removed_by_hand")`."""
        ...

    def is_there(self, key: str) -> bool:
        """Look anew whether the account exists. Raises `Unreachable`: silence is no absence."""
        ...


class SqlAccounts:
    """Accounts in a system's own database."""

    by_hand: Final = False

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

    def as_of(self) -> datetime | None:
        """None: it is asked each time."""
        return None

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
        return Access(
            key=str(key),
            holder=str(row[binding.holder] or "").strip(),
            roles=() if binding.roles is None else roles_of(row[binding.roles], binding.apart),
            shared=binding.shared is not None and not is_no(row[binding.shared]),
            last_login=self._date(row, binding.last_login),
            course_ends=self._date(row, binding.course_ends),
        )

    def _date(self, row: Any, column: str | None) -> Any:
        return None if column is None else local_date(row[column], self._zone, system=self._system)


def roles_of(value: object, apart: str) -> tuple[str, ...]:
    """The roles of a list, or of a text with `apart` between two."""
    told = value if isinstance(value, list | tuple) else str(value or "").split(apart)
    return tuple(text for role in told if (text := str(role).strip()))


def is_no(value: object) -> bool:
    """Whether a field that says yes or no is empty or says no."""
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
        self.by_hand = False
        """Only a person can remove them."""
        self.told_at: datetime | None = None

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def as_of(self) -> datetime | None:
        """When somebody told them, if that was set."""
        self._reach()
        return self.told_at

    def accounts(self) -> Iterator[Access]:
        """Every account at the moment of the call."""
        self._reach()
        return iter(list(self.held.values()))

    def remove(self, key: str) -> None:
        """Forget it, unless a failure is switched on."""
        self._reach()
        if self.by_hand:
            raise Refused("removed_by_hand", ref=self._system)
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
