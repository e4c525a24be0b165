"""What other systems hold of the people of a disclosure is read anew for it alone: what somebody
agreed to, of exactly the people meant, or nothing (A-68, H-32).

The values go from the connector into the sealed container. Between the two they are in memory.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.system import Asked, Exports, OuterSystem, ReadOut, Shown, Value
from connectors.text_workbook import check_writable
from lifecycle.errors import Misconfigured, NotProven, Refused
from lifecycle.intake.protected import ProtectedWords
from lifecycle.plan import PlanItem
from records import placements
from records.engines import reading
from tasks.erasing.whose_record import recognisers
from tasks.house.parts import House
from tasks.processors.gate import require_may_run

CHANGED: Final = "record_changed"
REFUSALS: Final[Mapping[Shown, str]] = {
    Shown.MISSING: "record_missing",
    Shown.ANOTHERS: "record_anothers",
    Shown.UNCLEAR: "record_unclear",
    Shown.PROTECTED: "identity_protected",
    Shown.WITHHELD: "record_withheld",
}
"""Why a record is not read out → reason code."""
NOT_AS_AGREED: Final = frozenset({CHANGED, *REFUSALS.values()})
"""After these it is not what was agreed to any more, and another one has to be prepared."""
_INFO: Final = b"gallra disclosure records 1"
_KEY: Final = 32
_DIGEST: Final = 16
"""Bytes."""


class Taken(NamedTuple):
    """What one record in an outer system holds of what is disclosed; personal data."""

    placement_id: int
    subject_id: int
    system: str
    values: tuple[Value, ...]

    def __repr__(self) -> str:
        return f"Taken(placement_id={self.placement_id}, system={self.system})"


def exporting(house: House, name: str) -> Exports:
    """The system of that name, to read it out.

    Raises `Misconfigured("system_not_bound")`, `Refused`: `system_not_read_out`,
    `processor_not_valid`.
    """
    system: OuterSystem | None = house.systems.get(name)
    if system is None:
        raise Misconfigured("system_not_bound", ref=name)
    if not isinstance(system, Exports):
        raise Refused("system_not_read_out", ref=name)
    require_may_run(house, name)
    return system


def take_out(house: House, items: Iterable[PlanItem]) -> list[Taken]:
    """Read out the records that these items name, of several systems one after the other.

    Raises `Refused` with the system's name: `record_missing`, `record_anothers`, `record_unclear`,
    `identity_protected`, `record_withheld`, `record_changed` (it does not hold what our records say
    any more), `text_not_writable`, and what the system refuses; `Unreachable`. Nothing is given
    out then.
    """
    wanted = sorted(
        (item for item in items if item.placement_id), key=lambda i: (i.system, i.placement_id)
    )
    found: list[Taken] = []
    for system, group in groupby(wanted, key=lambda item: item.system):
        found += _of_system(house, system, list(group))
    return found


def _of_system(house: House, name: str, items: Sequence[PlanItem]) -> Iterator[Taken]:
    system = exporting(house, name)
    with reading(house.engine) as connection:
        kept = placements.opened(
            connection, house.vault, numbers=[item.placement_id for item in items]
        )
        people = {item.subject_id for item in items}
        whose = recognisers(connection, house, people, surely=True)
    for item in items:
        place = kept.get(item.placement_id)
        if place is None or place.subject_id != item.subject_id or place.system != name:
            raise Refused(REFUSALS[Shown.MISSING], ref=name)
    asked = [
        Asked(
            key=kept[item.placement_id].key,
            kind=kept[item.placement_id].kind,
            categories=item.categories,
            theirs=whose[item.subject_id],
        )
        for item in items
    ]
    answers = list(system.read_out(asked))
    if [one.key for one in answers] != [one.key for one in asked]:
        raise NotProven("system_answered_otherwise", ref=name)
    marked = ProtectedHere(house)
    for item, answer in zip(items, answers, strict=True):
        _require_whole(name, item, answer)
        if marked.shows(answer.values):
            raise Refused(REFUSALS[Shown.PROTECTED], ref=name)
        yield Taken(item.placement_id, item.subject_id, name, answer.values)


def _require_whole(name: str, item: PlanItem, answer: ReadOut) -> None:
    if answer.shown is not Shown.TAKEN:
        raise Refused(REFUSALS[answer.shown], ref=name)
    if {value.category for value in answer.values} != set(item.categories):
        raise Refused(CHANGED, ref=name)
    if not all(_is_writable(text) for value in answer.values for text in value[1:]):
        raise Refused("text_not_writable", ref=name)


def _is_writable(text: str) -> bool:
    try:
        check_writable(text)
    except Refused:
        return False
    return True


class ProtectedHere:
    """The policy's words that announce a protected identity, looked for in the fields that an
    export has too: in a free text the same word may be about a helmet."""

    def __init__(self, house: House) -> None:
        intake = house.policy.intake
        self._fields = frozenset[str]() if intake is None else frozenset(intake.columns)
        self._words = ProtectedWords(() if intake is None else intake.protected.words)

    def shows(self, values: Iterable[Value]) -> bool:
        texts = [value.text for value in values if value.field.split(" ")[0] in self._fields]
        return bool(texts) and self._words.inside_cells(texts)


def fingerprints(house: House, taken: Iterable[Taken]) -> dict[int, bytes]:
    """Placement → 16 bytes that only the vault can make of exactly these values. In memory only:
    what is kept is `digest`."""
    return {one.placement_id: house.vault.fingerprint(_payload(one)) for one in taken}


def digest(seed: bytes, number: int, placement_id: int, fingerprint: bytes) -> str:
    """What a disclosure keeps of a record (hexadecimal), so that another content is noticed.

    Its key comes of the disclosure's own seed, which is destroyed with it: then nobody, with
    whatever other key, can find out by trying what was in the record.
    """
    salt = number.to_bytes(8, "big")
    key = HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=_INFO).derive(seed)
    about = placement_id.to_bytes(8, "big") + fingerprint
    return hmac.digest(key, about, hashlib.sha256)[:_DIGEST].hex()


def require_as_agreed(
    house: House, items: Iterable[PlanItem], taken: Iterable[Taken], *, seed: bytes, number: int
) -> None:
    """Whether these are the records as they were agreed to. Raises `Refused("record_changed")`."""
    now = fingerprints(house, taken)
    for item in items:
        if item.placement_id == 0:
            continue
        found = now.get(item.placement_id)
        made = "" if found is None else digest(seed, number, item.placement_id, found)
        if not hmac.compare_digest(made, item.digest or "-"):
            raise Refused(CHANGED, ref=item.system)


def _payload(taken: Taken) -> bytes:
    """Each text with its length before it: no two contents are the same bytes."""
    parts = []
    for value in taken.values:
        for text in value:
            told = text.encode("utf-8", "surrogatepass")
            parts.append(len(told).to_bytes(8, "big") + told)
    return b"".join(parts)
