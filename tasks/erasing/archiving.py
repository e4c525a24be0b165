"""When the purpose no longer exists data is archived or erased (A-70): first the copy, then the
erasure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connectors.base import Staging
from connectors.payload import canonical_payload
from connectors.system import Order, OuterSystem
from lifecycle.errors import Misconfigured, NotProven, Refused
from records import bulk
from records.engines import reading
from records.tables import holding
from tasks.house.parts import House


def archive_records(house: House, system: OuterSystem, orders: Sequence[Order]) -> None:
    """Lay a copy of what goes of these records into the archive, and read it back.

    A record that is not there any more was archived by a run that was killed. Raises
    `Misconfigured("no_archive")`, `NotProven("archive_differs")`, `Unreachable`; nothing has been
    erased then.
    """
    if not orders:
        return
    archive = _archive(house, system.system)
    goes: dict[str, set[str]] = {}
    for order in orders:
        goes.setdefault(order.key, set()).update(order.categories)
    copies = {}
    for key, content in system.export(sorted(goes)):
        name = house.vault.index_digest(f"#archive.{system.system}", key).hex()
        copies[f"{system.system}-{name}"] = _only(json.loads(content), goes[key])
    _lay(archive, copies)


def archive_own(house: House, goes: Mapping[int, Collection[str]]) -> None:
    """The same for our own records: person → the categories that are archived."""
    if not goes:
        return
    archive = _archive(house, house.own_system)
    with reading(house.engine) as connection:
        rows = sorted(
            (number, subject, category, bytes(sealed))
            for number, subject, category, sealed in bulk.fetch_in(
                connection,
                (holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed),
                holding.c.subject_id,
                sorted(goes),
            )
            if category in goes[subject]
        )
    copies = {}
    for row, content in zip(rows, house.vault.open(rows), strict=True):
        name = house.vault.index_digest(f"#archive.{house.own_system}", str(row[0])).hex()
        copies[f"{house.own_system}-{name}"] = canonical_payload({row[2]: json.loads(content)})
    _lay(archive, copies)


def _archive(house: House, system: str) -> Staging:
    if house.archive is None:
        raise Misconfigured("no_archive", ref=system)
    return house.archive


def _only(content: Mapping[str, Any], categories: Collection[str]) -> bytes:
    return canonical_payload({name: v for name, v in content.items() if name in categories})


def _lay(archive: Staging, copies: Mapping[str, bytes]) -> None:
    """Laid twice it is the same copy: its name says which bytes it has."""
    named = {
        f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.json": content
        for name, content in copies.items()
    }
    laid = []
    taken: set[str] = set()
    for name, content in named.items():
        try:
            laid.append((archive.put(name, content), content))
        except Refused as refusal:
            if refusal.code != "name_taken":
                raise
            taken.add(name)
    if taken:
        laid += [(item, named[item.name]) for item in archive.list_items() if item.name in taken]
    whole = sum(archive.read(item) == content for item, content in _once(laid))
    if whole != len(named):
        raise NotProven("archive_differs", expected=len(named), found=whole)


def _once(laid: Iterable[tuple[Any, bytes]]) -> list[tuple[Any, bytes]]:
    return list({item.key: (item, content) for item, content in laid}.values())
