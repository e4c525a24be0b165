"""The list of a JSON interface, read to the very end of every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from connectors.http_client import HttpClient
from lifecycle.bindings.http import Paging
from lifecycle.errors import Unreachable

_MOST_PAGES: Final = 100_000


class Listing:
    """One list: its path, where it stands in the answer, and how it goes on."""

    def __init__(
        self,
        client: HttpClient,
        *,
        path: str,
        where: str | None,
        paging: Paging | None,
        system: str,
    ) -> None:
        self._client = client
        self._path = path
        self._where = where
        self._paging = paging
        self._system = system

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Every record of every page.

        An empty page that leads to another one is not the end; a list that is shorter than it
        says, or leads in a circle, is not a list. Raises `Unreachable`.
        """
        paging = self._paging
        address: str | None = self._first()
        seen: set[str] = set()
        before: list[Mapping[str, Any]] = []
        number, count, total = (0 if paging is None else paging.first), 0, None
        while address is not None:
            if address in seen or len(seen) > _MOST_PAGES:
                raise Unreachable("listing_in_a_circle", ref=self._system)
            seen.add(address)
            page, link = self._page(address)
            found = self._items_of(page)
            if found and found == before:
                # Whatever page is asked for, it gives the same: it would go on so for days.
                raise Unreachable("listing_in_a_circle", ref=self._system)
            before = found or before
            count += len(found)
            yield from found
            total = self._number(page, paging.total) if paging and paging.total else None
            number += 1
            address = self._next(paging, page, link, address, number=number, empty=not found)
        if total is not None and count != total:
            raise Unreachable("listing_incomplete", ref=self._system)

    def _first(self) -> str:
        address = self._client.address(self._path)
        paging = self._paging
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
            start = self._client.address(self._path)
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
        found = page if self._where is None else at(page, self._where)
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            # A page that is not understood is never an empty one.
            raise Unreachable("system_unlike_binding", ref=self._system)
        return found

    def _number(self, page: object, place: str) -> int:
        value = at(page, place)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreachable("system_unlike_binding", ref=self._system)
        return value


def at(item: object, dotted: str) -> Any:
    """What stands under a dotted name; None where nothing does."""
    for name in dotted.split("."):
        if not isinstance(item, Mapping):
            return None
        item = item.get(name)
    return item


def _with(address: str, parameter: str, number: int) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({parameter: number})}"
