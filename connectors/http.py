"""A system with a JSON interface: its list read to the end, each record erased and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.http_client import Answered, HttpClient
from connectors.http_resources import BoundResource, at, nested
from connectors.mapped import Keys, canonical, erases, is_empty, places_to_empty
from connectors.read_out import read_out, standing
from connectors.system import Action, Answer, Asked, Found, Order, ReadOut, Record, Shown
from lifecycle.bindings.http import Http
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable

_GONE: Final = frozenset({404, 410})
_KEPT: Final = frozenset({403, 423, 451})
"""Forbidden, locked, for legal reasons: the system keeps it."""


class HttpSystem:
    """An outer system's JSON interface; one request for each record and step."""

    def __init__(
        self,
        binding: Http,
        *,
        system: str,
        token: Callable[[], str] | None,
        zone: ZoneInfo,
        residue: frozenset[str] = frozenset(),
    ) -> None:
        """Asks nothing yet."""
        self._system = system
        self._residue = residue
        self._client = HttpClient(binding.url, token, timeout=binding.timeout, system=system)
        self._keys = Keys((r.resource for r in binding.resources), system=system)
        self._resources = [
            BoundResource(r, self._client, self._keys, zone, system=system)
            for r in binding.resources
        ]
        self._refusals: set[str] = set()
        """Keys whose erasure the system refused: to a reading it may show them all the same."""

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def records(self) -> Iterator[Record]:
        """Every record with anything personal in it, to the very end of every page.

        Raises `Unreachable`, `Refused("record_malformed")`.
        """
        for resource in self._resources:
            for item in resource.items():
                fields = {n for f in resource.content(item).values() for n in f}
                if fields - self._residue or resource.others(item):
                    yield resource.record(item)

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Do exactly this, one record after the other; what the system keeps is left.

        Raises `Unreachable`; when everything else is done
        `Refused("system_conflict", records=…)`.
        """
        conflicts = sum(not self._carry_out(order) for order in orders)
        if conflicts:
            raise Refused("system_conflict", ref=self._system, records=conflicts)

    def read_back(self, orders: Sequence[Order]) -> Iterator[Found]:
        """Look anew at each record, in the order of the orders.

        A record that is not found by its key is gone only if the list, read to its end, does not
        show it either: a wrong address answers "not found" to everything.
        """
        listed: dict[str, set[str] | None] = {}
        for order in orders:
            try:
                answer = self._look(order) or self._look_in_list(order, listed)
            except GallraError:
                answer = Answer.COULD_NOT_LOOK
            yield Found(order.key, answer)

    def export(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Everything these records hold, by key. Raises `Unreachable`."""
        for written in dict.fromkeys(keys):
            for resource in self._resources:
                key = self._keys.own(resource.binding.resource, written)
                item = None if key is None else self._read(resource, key)
                if item is not None:
                    yield written, canonical(resource.content(item))

    def read_out(self, asked: Sequence[Asked]) -> Iterator[ReadOut]:
        """What these records hold now in the categories asked for, one request for each; see the
        protocol."""
        for one in asked:
            yield self._told(one)

    def _told(self, asked: Asked) -> ReadOut:
        resource, key = self._resource_of(asked)
        answered = self._client.get(self._client.address(resource.binding.one, key=key))
        if answered.status in _GONE | _KEPT:
            shown = Shown.MISSING if answered.status in _GONE else Shown.WITHHELD
            return ReadOut(key=asked.key, shown=shown)
        if answered.status == 401:
            raise Unreachable("system_login_refused", ref=self._system)
        item = self._item(resource, key, answered)
        kept = standing(
            asked,
            resource.identifiers(item),
            rows=1,
            protected=resource.is_protected(item),
        )
        if kept is not None:
            return ReadOut(key=asked.key, shown=kept)
        return read_out(asked, resource.content(item), system=self._system)

    def _resource_of(self, order: Order | Asked) -> tuple[BoundResource, str]:
        for resource in self._resources:
            key = self._keys.own(resource.binding.resource, order.key)
            if resource.binding.kind == order.kind and key is not None:
                return resource, key
        raise Refused("key_malformed", ref=self._system)

    def _carry_out(self, order: Order) -> bool:
        """Whether the system took it, or keeps the record for a reason of its own."""
        resource, key = self._resource_of(order)
        item = self._read(resource, key)
        if item is None or not order.may_touch(resource.identifiers(item)):
            return True
        if resource.is_locked(item):
            return True
        if _goes_whole(order, resource, item):
            erase = resource.binding.erase
            if erase is None:
                raise Misconfigured("cannot_erase", ref=self._system)
            address = self._client.address(erase.path, key=key)
            return self._taken(order, self._client.send(erase.method, address))
        places = _places(order, resource)
        empty = resource.binding.empty
        if empty is None or resource.binding.key in places:
            raise Misconfigured("cannot_empty", ref=self._system)
        if not places:
            return True
        nothing = None if empty.with_ == "null" else ""
        address = self._client.address(empty.path, key=key)
        body = nested(dict.fromkeys(sorted(places), nothing))
        return self._taken(order, self._client.send(empty.method, address, body))

    def _taken(self, order: Order, answered: Answered) -> bool:
        status = answered.status
        if 200 <= status < 300 or status in _GONE:
            self._refusals.discard(order.key)
            return True
        if status in _KEPT:
            self._refusals.add(order.key)
            return True
        if status == 401:
            raise Unreachable("system_login_refused", ref=self._system)
        if status >= 500 or status == 429:
            raise Unreachable("system_unreachable", ref=self._system, status=status)
        return False

    def _read(self, resource: BoundResource, key: str) -> Mapping[str, Any] | None:
        """The record; None where the system has none or keeps it. Raises `Unreachable`."""
        answered = self._client.get(self._client.address(resource.binding.one, key=key))
        if answered.status in _GONE | _KEPT:
            return None
        return self._item(resource, key, answered)

    def _item(self, resource: BoundResource, key: str, answered: Answered) -> Mapping[str, Any]:
        if answered.status != 200:
            raise Unreachable("system_unreachable", ref=self._system, status=answered.status)
        item = resource.one(self._client.parsed(answered))
        if resource.own_key(item) != key:
            # Another record, by a search that is not exact: not to be touched.
            raise Unreachable("system_unlike_binding", ref=self._system)
        return item

    def _look(self, order: Order) -> Answer | None:
        """What the record itself shows; None where the system says that it has none."""
        resource, key = self._resource_of(order)
        answered = self._client.get(self._client.address(resource.binding.one, key=key))
        if answered.status in _GONE:
            return None
        if answered.status in _KEPT:
            return Answer.KEPT
        item = self._item(resource, key, answered)
        if order.is_anothers(resource.identifiers(item)) or _is_done(order, resource, item):
            return Answer.GONE
        kept = resource.is_locked(item) or order.key in self._refusals
        return Answer.KEPT if kept else Answer.STILL_THERE

    def _look_in_list(self, order: Order, listed: dict[str, set[str] | None]) -> Answer:
        resource, key = self._resource_of(order)
        name = resource.binding.resource
        if name not in listed:
            listed[name] = None
            listed[name] = {resource.own_key(item) for item in resource.items()}
        keys = listed[name]
        if keys is None:
            return Answer.COULD_NOT_LOOK
        return Answer.STILL_THERE if key in keys else Answer.GONE


def _goes_whole(order: Order, resource: BoundResource, item: Mapping[str, Any]) -> bool:
    return erases(order) and set(resource.content(item)) <= set(order.categories)


def _places(order: Order, resource: BoundResource) -> frozenset[str]:
    links = tuple(related.field for related in resource.binding.related)
    besides = (*resource.besides, *links)
    return places_to_empty(order, resource.binding.categories, besides=besides)


def _is_done(order: Order, resource: BoundResource, item: Mapping[str, Any]) -> bool:
    """Whether what had to go of a record that is still there is gone."""
    if (order.whole and erases(order)) or _goes_whole(order, resource, item):
        return False
    if order.action is Action.ANONYMISE and resource.others(item):
        return False
    return all(is_empty(at(item, place)) for place in _places(order, resource))
