"""A bound resource: its list to the very end, and what stands in one of its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from connectors.http_client import HttpClient
from connectors.http_listing import Listing
from connectors.http_listing import at as at
from connectors.mapped import Keys, is_empty, local_date
from connectors.read_out import is_protected
from connectors.system import Record
from lifecycle.bindings.http import Resource
from lifecycle.errors import Refused, Unreachable


class BoundResource:
    """What the binding of one resource means."""

    def __init__(
        self, binding: Resource, client: HttpClient, keys: Keys, zone: ZoneInfo, *, system: str
    ) -> None:
        self.binding = binding
        self._listing = Listing(
            client, path=binding.list_, where=binding.items, paging=binding.paging, system=system
        )
        self._keys = keys
        self._zone = zone
        self._system = system
        self.besides = (*binding.anchors.values(), *((binding.active,) if binding.active else ()))

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Every record of every page. Raises as `Listing.items`."""
        return self._listing.items()

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

    def is_protected(self, item: Mapping[str, Any]) -> bool:
        """Whether the system says that the person's identity is protected."""
        mark = self.binding.protected
        return mark is not None and is_protected(at(item, mark.field), mark.negatives)

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

    def _date(self, value: object) -> Any:
        return local_date(value, self._zone, system=self._system)


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
