"""A bound resource: its list to the very end, and what stands in one of its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from connectors.http_client import HttpClient
from connectors.mapped import Keys, is_empty, local_date
from connectors.system import Record
from lifecycle.bindings.http import Paging, Resource
from lifecycle.errors import Refused, Unreachable

_MOST_PAGES: Final = 100_000


class BoundResource:
    """What the binding of one resource means."""

    def __init__(
        self, binding: Resource, client: HttpClient, keys: Keys, zone: ZoneInfo, *, system: str
    ) -> None:
        self.binding = binding
        self._client = client
        self._keys = keys
        self._zone = zone
        self._system = system
        self.besides = (*binding.anchors.values(), *((binding.active,) if binding.active else ()))

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Every record of every page.

        An empty page that leads to another one is not the end; a list that is shorter than it
        says, or leads in a circle, is not a list. Raises `Unreachable`.
        """
        paging = self.binding.paging
        address: str | None = self._first()
        seen: set[str] = set()
        number, count, total = (0 if paging is None else paging.first), 0, None
        while address is not None:
            if address in seen or len(seen) > _MOST_PAGES:
                raise Unreachable("listing_in_a_circle", ref=self._system)
            seen.add(address)
            page, link = self._page(address)
            found = self._items_of(page)
            count += len(found)
            yield from found
            total = self._number(page, paging.total) if paging and paging.total else None
            number += 1
            address = self._next(paging, page, link, address, number=number, empty=not found)
        if total is not None and count != total:
            raise Unreachable("listing_incomplete", ref=self._system)

    def one(self, answer: object) -> Mapping[str, Any]:
        """The record in the answer to a reading of one."""
        found = answer if self.binding.one_item is None else at(answer, self.binding.one_item)
        if not isinstance(found, Mapping):
            raise Unreachable("system_unlike_binding", ref=self._system)
        return found

    def own_key(self, item: Mapping[str, Any]) -> str:
        """The record's key. Raises `Refused("record_malformed")` where it has none."""
        key = at(item, self.binding.key)
        if isinstance(key, bool) or not isinstance(key, str | int) or key == "":
            raise Refused("record_malformed", ref=self._system)
        return str(key)

    def content(self, item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Category → field → value, what is empty left out."""
        found: dict[str, dict[str, Any]] = {}
        for category, fields in self.binding.categories.items():
            for name, place in fields.items():
                value = at(item, place)
                if not is_empty(value):
                    found.setdefault(category, {})[name] = value
        return found

    def is_locked(self, item: Mapping[str, Any]) -> bool:
        """Whether the system says that it keeps the record."""
        locked = self.binding.locked
        return locked is not None and at(item, locked.field) == locked.value

    def others(self, item: Mapping[str, Any]) -> tuple[str, ...]:
        """Keys of the people because of whom this one is known."""
        found: list[str] = []
        for related in self.binding.related:
            value = at(item, related.field)
            for key in value if isinstance(value, list) else [value]:
                if not is_empty(key):
                    found.append(self._keys.written(related.resource, str(key)))
        return tuple(found)

    def identifiers(self, item: Mapping[str, Any]) -> dict[str, str]:
        """Those by which the binding lets people be recognised; empty ones left out."""
        binding = self.binding
        matched = {name: at(item, binding.identifiers[name]) for name in binding.match}
        return {name: str(value) for name, value in matched.items() if not is_empty(value)}

    def record(self, item: Mapping[str, Any]) -> Record:
        """As the inventory sees it. Raises `Refused("record_malformed")`."""
        binding = self.binding
        return Record(
            key=self._keys.written(binding.resource, self.own_key(item)),
            kind=binding.kind,
            identifiers=self.identifiers(item),
            categories=tuple(sorted(self.content(item))),
            anchors={event: self._date(at(item, p)) for event, p in binding.anchors.items()},
            active_on=self._date(at(item, binding.active)) if binding.active else None,
            related=self.others(item),
        )

    def _first(self) -> str:
        address = self._client.address(self.binding.list_)
        paging = self.binding.paging
        if paging is not None and paging.page is not None:
            return _with(address, paging.page, paging.first)
        return address

    def _next(
        self,
        paging: Paging | None,
        page: object,
        link: str | None,
        address: str,
        *,
        number: int,
        empty: bool,
    ) -> str | None:
        if paging is not None and paging.page is not None:
            if paging.last is not None:
                go_on = number <= self._number(page, paging.last)
            else:
                go_on = not empty
            start = self._client.address(self.binding.list_)
            return _with(start, paging.page, number) if go_on else None
        following = link
        if paging is not None and paging.next is not None:
            following = at(page, paging.next) or link
        if following is None:
            return None
        if not isinstance(following, str):
            raise Unreachable("system_unlike_binding", ref=self._system)
        return self._client.following(address, following)

    def _page(self, address: str) -> tuple[object, str | None]:
        answered = self._client.get(address)
        if answered.status in {401, 403}:
            raise Unreachable("system_login_refused", ref=self._system)
        if answered.status != 200:
            raise Unreachable("system_unreachable", ref=self._system, status=answered.status)
        return self._client.parsed(answered), answered.link

    def _items_of(self, page: object) -> list[Mapping[str, Any]]:
        found = page if self.binding.items is None else at(page, self.binding.items)
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            # A page that is not understood is never an empty one.
            raise Unreachable("system_unlike_binding", ref=self._system)
        return found

    def _number(self, page: object, place: str) -> int:
        value = at(page, place)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreachable("system_unlike_binding", ref=self._system)
        return value

    def _date(self, value: object) -> Any:
        return local_date(value, self._zone, system=self._system)


def at(item: object, dotted: str) -> Any:
    """What stands under a dotted name; None where nothing does."""
    for name in dotted.split("."):
        if not isinstance(item, Mapping):
            return None
        item = item.get(name)
    return item


def nested(values: Mapping[str, object]) -> dict[str, Any]:
    """Dotted names → a JSON object."""
    found: dict[str, Any] = {}
    for dotted, value in values.items():
        *path, last = dotted.split(".")
        inner = found
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return found


def _with(address: str, parameter: str, number: int) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({parameter: number})}"
