"""The accounts of a system with a JSON interface: listed to the end, removed one by one (A-104)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.accounts import is_no, roles_of
from connectors.http_client import HttpClient
from connectors.http_listing import Listing, at
from connectors.mapped import local_date
from lifecycle.access import Access
from lifecycle.bindings.accounts import HttpAccounts as Binding
from lifecycle.errors import Refused, Unreachable

_GONE: Final = frozenset({404, 410})
_KEPT: Final = frozenset({403, 409, 423, 451})
"""Forbidden, in use, locked, for legal reasons: the system keeps it."""


class HttpAccounts:
    """Accounts behind an administrator's interface."""

    by_hand: Final = False

    def __init__(
        self, binding: Binding, *, system: str, token: Callable[[], str] | None, zone: ZoneInfo
    ) -> None:
        """Asks nothing yet."""
        self._binding = binding
        self._system = system
        self._zone = zone
        self._client = HttpClient(binding.url, token, timeout=binding.timeout, system=system)
        self._listing = Listing(
            self._client,
            path=binding.list_,
            where=binding.items,
            paging=binding.paging,
            system=system,
        )

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def as_of(self) -> datetime | None:
        """None: it is asked each time."""
        return None

    def accounts(self) -> Iterator[Access]:
        """Every account that the binding means, every page to the end.

        Raises `Unreachable("system_unlike_binding")` for two with one key: what is over for the
        one would take the other away."""
        seen: set[str] = set()
        for item in self._listing.items():
            if self._is_meant(item):
                one = self._account(item)
                if one.key in seen:
                    raise Unreachable("system_unlike_binding", ref=self._system)
                seen.add(one.key)
                yield one

    def remove(self, key: str) -> None:
        """One account, if it is still one that the binding means."""
        if self._look(key) is None:
            return
        erase = self._binding.erase
        address = self._client.address(erase.path, key=key)
        status = self._client.send(erase.method, address).status
        if 200 <= status < 300 or status in _GONE:
            return
        if status in _KEPT:
            raise Refused("system_conflict", ref=self._system, records=1)
        if status == 401:
            raise Unreachable("system_login_refused", ref=self._system)
        raise Unreachable("system_unreachable", ref=self._system, status=status)

    def is_there(self, key: str) -> bool:
        """Whether the system shows it under its key, or in the list: a wrong address answers "not
        found" to everything."""
        if self._look(key) is not None:
            return True
        return any(self._key(item) == key for item in self._listing.items())

    def _look(self, key: str) -> Mapping[str, Any] | None:
        """The account; None: the system has none of that key. Raises `Unreachable`."""
        answered = self._client.get(self._client.address(self._binding.one, key=key))
        if answered.status in _GONE:
            return None
        if answered.status in {401, 403}:
            raise Unreachable("system_login_refused", ref=self._system)
        if answered.status != 200:
            raise Unreachable("system_unreachable", ref=self._system, status=answered.status)
        told = self._client.parsed(answered)
        found = told if self._binding.one_item is None else at(told, self._binding.one_item)
        if not isinstance(found, Mapping) or self._key(found) != key or not self._is_meant(found):
            # Another account, by a search that is not exact: not to be touched.
            raise Unreachable("system_unlike_binding", ref=self._system)
        return found

    def _is_meant(self, item: Mapping[str, Any]) -> bool:
        return all(at(item, name) == value for name, value in self._binding.only.items())

    def _key(self, item: Mapping[str, Any]) -> str:
        key = at(item, self._binding.key)
        if isinstance(key, bool) or not isinstance(key, str | int) or key == "":
            raise Refused("record_malformed", ref=self._system)
        return str(key)

    def _account(self, item: Mapping[str, Any]) -> Access:
        binding = self._binding
        return Access(
            key=self._key(item),
            holder=str(at(item, binding.holder) or "").strip(),
            roles=() if binding.roles is None else roles_of(at(item, binding.roles), binding.apart),
            shared=binding.shared is not None and not is_no(at(item, binding.shared)),
            last_login=self._date(item, binding.last_login),
            course_ends=self._date(item, binding.course_ends),
        )

    def _date(self, item: Mapping[str, Any], place: str | None) -> date | None:
        if place is None:
            return None
        return local_date(at(item, place), self._zone, system=self._system)
