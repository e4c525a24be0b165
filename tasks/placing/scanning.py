"""Places and free-text fields are looked through for what the policy does not allow there: a person
mends it, and what is gone at the next look closes itself (A-58…A-67, A-82, A-83, A-88, A-91)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson

from connectors.system import OuterSystem
from lifecycle.errors import Busy, GallraError, KeyFailure, LedgerFailure, Retryable
from lifecycle.ledger import EventKind
from lifecycle.placement.allowed import FieldRule, breached, field_rules
from lifecycle.placement.showing import Reader
from lifecycle.placement.wording import load_wording
from records import leases
from records.engines import reading
from records.findings import Ledge, Seen
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.placing.documents import DocumentScan
from tasks.placing.messages import MessageScan
from tasks.placing.notes import Part, ScanCount, finish, with_noted

_KEYS: Final = 500


def scan(house: House, *, only: Iterable[str] | None = None) -> dict[str, ScanCount]:
    """Look through every bound place and every free-text field that the policy names.

    A place that cannot be reached changes nothing and is `reached=False`. One that fails keeps no
    other from being looked through: raises what it failed with (a missing right, a server that is
    not the pinned one) after all others; `Busy` when somebody else is looking.
    """
    counts, failures = scan_all(house, only=only)
    if failures:
        raise failures[0]
    return counts


def scan_all(
    house: House, *, only: Iterable[str] | None = None
) -> tuple[dict[str, ScanCount], list[GallraError]]:
    """As `scan`, but what single places failed with stands beside what the others brought."""
    wanted = None if only is None else set(only)
    reader = Reader(load_wording(house.settings.policies, house.policy.controller.country))
    counts: dict[str, ScanCount] = {}
    failures: list[GallraError] = []
    with leases.hold(house.engine, f"scan/{house.controller}", now=house.now):
        for place in sorted(house.scans):
            if wanted is None or place in wanted:
                look = MessageScan if house.scans[place].documents.lasting else DocumentScan
                one = look(house, place, reader)
                counts[place] = _guarded(house, place, one.scan, failures)
        for name in sorted(house.systems):
            rules = list(field_rules(house.policy, name, reader.wording))
            if rules and (wanted is None or name in wanted):
                fields = _Fields(house, house.systems[name], rules, reader)
                counts[name] = _guarded(house, name, fields.scan, failures)
    return counts, failures


def scannable(house: House) -> list[str]:
    """The names that `scan` knows."""
    wording = load_wording(house.settings.policies, house.policy.controller.country)
    fields = {name for name in house.systems if any(field_rules(house.policy, name, wording))}
    return sorted(fields | house.scans.keys())


def _guarded(
    house: House, place: str, look: Callable[[], ScanCount], failures: list[GallraError]
) -> ScanCount:
    try:
        count = look()
    except (Busy, LedgerFailure, KeyFailure):
        raise
    except GallraError as failure:
        if not isinstance(failure, Retryable):
            failures.append(failure)
        with house.work() as work:
            work.record(EventKind.PLACE_NOT_SCANNED, facts={"place": place, "reason": failure.code})
            work.commit()
        return ScanCount(reached=False, why=failure.code)
    return count


class _Fields:
    """A look into the free-text fields of one system."""

    def __init__(
        self, house: House, system: OuterSystem, rules: list[FieldRule], reader: Reader
    ) -> None:
        self._house = house
        self._system = system
        self._rules = rules
        self._reader = reader
        self._today = local_today(house)

    def scan(self) -> ScanCount:
        """Raises `Unreachable`: then nothing of it was written."""
        house, place = self._house, self._system.system
        keys = [record.key for record in self._system.records()]
        part = Part()
        for start in range(0, len(keys), _KEYS):
            for key, content in self._system.export(keys[start : start + _KEYS]):
                self._look(key, orjson.loads(content), part)
        with reading(house.engine) as connection:
            ledge = Ledge(connection, controller=house.controller, place=place)
        with house.work() as work:
            noted = ledge.note(
                work.connection,
                # The system was read to its end: what is not seen now is mended or gone.
                looked=ledge.digests(),
                seen=part.seen,
                gone_from=(),
                at=house.at(),
                seal=lambda number, digest: house.vault.seal_name(number, part.keys[digest]),
            )
            work.record(
                EventKind.FINDINGS_NOTED,
                found=len(part.seen),
                facts={"place": place},
                new=noted.new,
                cleared=noted.cleared,
            )
            work.commit()
        count = with_noted(ScanCount(found=len(keys), looked=len(keys)), noted)
        return finish(house, place, ledge, count, gone=set())

    def _look(self, key: str, content: dict[str, Any], part: Part) -> None:
        for name, text in _texts(content):
            rules = [rule for rule in self._rules if name in rule.names]
            if not rules:
                continue
            shown = self._reader.shows(text, today=self._today, of_somebody=True)
            found = {
                each.sign: each
                for rule in rules
                for each in breached(rule, shown, self._reader.wording)
            }
            where = f"{key} · {name}"
            digest = self._house.vault.index_digest(f"field.{self._system.system}", where)
            part.keys[digest] = where
            part.seen += [
                Seen(digest, each.sign, each.data_class, each.rule, each.times)
                for each in found.values()
            ]


def _texts(content: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a record, by its field's name; those of one field of many rows together."""
    joined: dict[str, list[str]] = {}
    _gather(content, name, joined)
    for field_name, texts in joined.items():
        yield field_name, "\n".join(texts)


def _gather(value: Any, name: str, into: dict[str, list[str]]) -> None:
    if isinstance(value, str):
        into.setdefault(name, []).append(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _gather(inner, key, into)
    elif isinstance(value, list):
        for inner in value:
            _gather(inner, name, into)
