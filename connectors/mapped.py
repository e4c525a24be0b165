"""What every field-mapped system shares: keys, dates, and what an order means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from connectors.system import Action, Order
from lifecycle.errors import Refused

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Keys:
    """A system's keys as its records bear them: with the table's name where it has several, since
    a pupil and a parent may both have the number 17."""

    def __init__(self, names: Iterable[str], *, system: str) -> None:
        self._prefixed = len(set(names)) > 1
        self._system = system

    def written(self, name: str, key: str) -> str:
        """The key of a record, for use outside this system."""
        return f"{name}/{key}" if self._prefixed else key

    def own(self, name: str, written: str) -> str | None:
        """The system's own key, or None when it is a key of another table.

        Raises `Refused("key_malformed")` for one that no record can have.
        """
        if self._prefixed:
            table, slash, key = written.partition("/")
            if slash and table != name:
                return None
        else:
            slash, key = "/", written
        if not slash or not key:
            raise Refused("key_malformed", ref=self._system)
        return key


def is_empty(value: object) -> bool:
    """Nothing, blanks, or a list or object with nothing in it."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return all(is_empty(inner) for inner in value)
    return value is None


def local_date(value: object, zone: ZoneInfo, *, system: str) -> date | None:
    """The local day of a DATE, a timestamp or an ISO 8601 text; None for an empty one.

    Raises `Refused("record_malformed")`: a date that is not understood is never "no date".
    """
    if is_empty(value):
        return None
    found: date | None = None
    try:
        if isinstance(value, datetime):
            found = _local(value, zone)
        elif isinstance(value, date):
            found = value
        elif isinstance(value, str):
            text = value.strip()
            if _DATE.fullmatch(text):
                found = date.fromisoformat(text)
            elif _DATE.match(text) and len(text) > 10:
                found = _local(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        # 9999-12-31T23:59:59Z has no day in our time zone.
        found = None
    if found is None:
        raise Refused("record_malformed", ref=system)
    return found


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return (instant if instant.tzinfo is None else instant.astimezone(zone)).date()


def erases(order: Order) -> bool:
    """Whether the record goes altogether, when nothing but what goes is in it."""
    return order.action in {Action.ERASE, Action.ARCHIVE}


def stays_of(order: Order) -> frozenset[str]:
    """Names of the fields that stay."""
    return frozenset() if erases(order) else frozenset(order.stays)


def places_to_empty(
    order: Order,
    categories: Mapping[str, Mapping[str, str]],
    *,
    besides: Sequence[str] = (),
) -> frozenset[str]:
    """Columns or dotted names that are emptied by `order`.

    `besides`: what else tells of a person (dates, links); it goes when a record is anonymised,
    unless a field that stays stands there.
    """
    stays = stays_of(order)
    goes, kept = set[str](), set[str]()
    for category, fields in categories.items():
        for field, place in fields.items():
            going = category in order.categories and field not in stays
            (goes if going else kept).add(place)
    if order.action is Action.ANONYMISE:
        goes.update(besides)
    return frozenset(goes - kept)


def canonical(content: object) -> bytes:
    """Canonical JSON: UTF-8, keys sorted, no blanks."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return repr(type(value))
