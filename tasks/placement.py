"""Places and free-text fields are looked through for what the policy does not allow there: a person
mends it, and what is gone at the next look closes itself (A-58…A-67, A-82, A-83, A-88, A-91)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson

from connectors.document_text import document_text
from connectors.documents import Document
from connectors.system import OuterSystem
from lifecycle.errors import Busy, FileRefused, Retryable, Unreachable
from lifecycle.intake.outcomes import FileReason
from lifecycle.ledger import EventKind
from lifecycle.placement.allowed import FieldRule, breached, field_rules, misplaced
from lifecycle.placement.showing import Reader
from lifecycle.placement.wording import FOLDER, load_wording
from records import findings, leases, to_dos
from records.engines import reading
from records.findings import Ledge, Noted, Seen
from tasks.house import House
from tasks.intake import local_today

TO_DO: Final = "misplaced_data"
LOOKED: Final = "looked"
_PART: Final = 100
"""Documents that are looked at before what was found is written down."""
_KEYS: Final = 500
_TRY_AGAIN: Final = frozenset({FileReason.READER_CRASHED, FileReason.READER_TIMEOUT})
_NOTHING_IN_IT: Final = frozenset({FileReason.EMPTY_FILE})


class ScanCount(NamedTuple):
    """What a look through one place or system brought."""

    reached: bool = True
    found: int = 0
    """Documents or records there."""
    looked: int = 0
    """Of these opened in this run."""
    unchanged: int = 0
    """Looked at before, under the same rules."""
    protected: int = 0
    """Behind a password: nobody can look, and nobody should be able to."""
    could_not_look: int = 0
    """Not understood: never taken for clean."""
    new: int = 0
    moved: int = 0
    cleared: int = 0
    standing: int = 0


@dataclass(slots=True)
class _Part:
    looked: list[tuple[bytes, str, str]] = field(default_factory=list)
    """(digest, version, outcome)"""
    seen: list[Seen] = field(default_factory=list)
    keys: dict[bytes, str] = field(default_factory=dict, repr=False)


def scan(house: House, *, only: Iterable[str] | None = None) -> dict[str, ScanCount]:
    """Look through every bound place and every free-text field that the policy names.

    A place that cannot be reached changes nothing and is `reached=False`. Raises `Busy` when
    somebody else is looking.
    """
    wanted = None if only is None else set(only)
    reader = Reader(load_wording(house.settings.policies, house.policy.controller.country))
    counts: dict[str, ScanCount] = {}
    with leases.hold(house.engine, f"scan/{house.controller}", now=house.now):
        for place in sorted(house.scans):
            if wanted is None or place in wanted:
                counts[place] = _guarded(house, place, _Documents(house, place, reader).scan)
        for name in sorted(house.systems):
            rules = list(field_rules(house.policy, name, reader.wording))
            if rules and (wanted is None or name in wanted):
                fields = _Fields(house, house.systems[name], rules, reader)
                counts[name] = _guarded(house, name, fields.scan)
    return counts


def scannable(house: House) -> list[str]:
    """The names that `scan` knows."""
    wording = load_wording(house.settings.policies, house.policy.controller.country)
    fields = {name for name in house.systems if any(field_rules(house.policy, name, wording))}
    return sorted(fields | house.scans.keys())


def _guarded(house: House, place: str, look: Any) -> ScanCount:
    try:
        count: ScanCount = look()
    except Busy:
        raise
    except Retryable as failure:
        with house.work() as work:
            work.record(EventKind.PLACE_NOT_SCANNED, facts={"place": place, "reason": failure.code})
            work.commit()
        return ScanCount(reached=False)
    return count


def _finish(
    house: House, place: str, ledge: Ledge, count: ScanCount, *, gone: set[bytes]
) -> ScanCount:
    """What is not there any more is cleared, the to-do says how many stand, the look is noted."""
    with house.work() as work:
        noted = ledge.note(
            work.connection, looked=gone, seen=(), gone_from=(), at=house.at(), seal=_never
        )
        standing = ledge.standing()
        to_dos.stand(
            work.connection,
            controller=house.controller,
            kind=TO_DO,
            ref=place,
            number=standing,
            at=house.at(),
        )
        count = count._replace(cleared=count.cleared + noted.cleared, standing=standing)
        work.record(
            EventKind.PLACE_SCANNED,
            found=count.found,
            facts={"place": place},
            looked=count.looked,
            unchanged=count.unchanged,
            protected=count.protected,
            could_not_look=count.could_not_look,
            new=count.new,
            moved=count.moved,
            cleared=count.cleared,
            standing=standing,
        )
        work.commit()
    return count


def _never(_: int, __: bytes) -> bytes:
    raise AssertionError  # nothing new is written when only the gone are cleared


class _Documents:
    """A look through the documents of one place."""

    def __init__(self, house: House, place: str, reader: Reader) -> None:
        self._house = house
        self._place = place
        self._reader = reader
        self._today = local_today(house)
        self._rules = sha256(
            house.policy.sha256.encode()
            + b"".join(
                path.read_bytes()
                for path in sorted((house.settings.policies / FOLDER).glob("*.yaml"))
            )
        ).hexdigest()

    def scan(self) -> ScanCount:
        """Raises `Unreachable`."""
        house, place = self._house, self._place
        # The whole list first: what is not in it is gone, and a new name may be an old document.
        listed = {
            self._digest(document): document
            for document in house.scans[place].documents.documents()
        }
        with reading(house.engine) as connection:
            ledge = Ledge(connection, controller=house.controller, place=place)
            before = findings.looked_before(connection, controller=house.controller, place=place)
        changed = {
            digest: document
            for digest, document in listed.items()
            if before.get(digest, ("", "", ""))[:2] != (document.version, self._rules)
            or before[digest][2] in _TRY_AGAIN
        }
        count = ScanCount(found=len(listed), unchanged=len(listed) - len(changed))
        kept = Counter(before[digest][2] for digest in listed.keys() - changed.keys())
        count = _with_outcomes(count, kept)
        gone = ledge.digests() - listed.keys()
        waiting = iter(changed.items())
        while batch := list(islice(waiting, _PART)):
            count = self._write(ledge, self._look(batch), count, gone_from=gone)
        forgotten = sorted(before.keys() - listed.keys())
        if forgotten:
            with house.work() as work:
                findings.forget_looked(
                    work.connection, forgotten, controller=house.controller, place=place
                )
                work.record(
                    EventKind.FINDINGS_NOTED, facts={"place": place}, documents_gone=len(forgotten)
                )
                work.commit()
        return _finish(house, place, ledge, count, gone=ledge.digests() - listed.keys())

    def _digest(self, document: Document) -> bytes:
        return self._house.vault.index_digest(f"document.{self._place}", document.key)

    def _look(self, batch: list[tuple[bytes, Document]]) -> _Part:
        part = _Part()
        for digest, document in batch:
            outcome = LOOKED
            try:
                data = document.read()
                text = document_text(data)
            except Unreachable:
                raise
            except Retryable:
                continue  # another version by now, or gone: the next look meets it
            except FileRefused as refused:
                outcome = refused.code
            else:
                # A part that nobody could read keeps the whole from being called clean.
                if text.unread:
                    outcome = FileReason.NOT_A_WORKBOOK
                shown = self._reader.shows(text.text, today=self._today)
                known = self._house.vault.fingerprint(data)
                part.seen += [
                    Seen(digest, each.sign, each.data_class, each.rule, each.times, known)
                    for each in misplaced(
                        self._house.policy, self._place, shown, self._reader.wording
                    )
                ]
            part.looked.append((digest, document.version, outcome))
            part.keys[digest] = document.where
        return part

    def _write(
        self, ledge: Ledge, part: _Part, count: ScanCount, *, gone_from: set[bytes]
    ) -> ScanCount:
        house, place = self._house, self._place
        outcomes = Counter(outcome for _, _, outcome in part.looked)
        # A document that cannot be opened now keeps what was found in it before, unless a password
        # is why: then it is as it should be, or nobody can tell.
        readable = [
            digest
            for digest, _, outcome in part.looked
            if outcome in {LOOKED, FileReason.PASSWORD_PROTECTED, FileReason.EMPTY_FILE}
        ]
        with house.work() as work:
            noted = ledge.note(
                work.connection,
                looked=readable,
                seen=part.seen,
                gone_from=gone_from,
                at=house.at(),
                seal=lambda number, digest: house.vault.seal_name(number, part.keys[digest]),
            )
            findings.note_looked(
                work.connection,
                part.looked,
                controller=house.controller,
                place=place,
                rules=self._rules,
                at=house.at(),
            )
            work.record(
                EventKind.FINDINGS_NOTED,
                found=len(part.seen),
                facts={"place": place},
                documents=len(part.looked),
                new=noted.new,
                moved=noted.moved,
                cleared=noted.cleared,
            )
            work.commit()
        count = _with_outcomes(count._replace(looked=count.looked + len(part.looked)), outcomes)
        return _with_noted(count, noted)


def _with_outcomes(count: ScanCount, outcomes: Counter[str]) -> ScanCount:
    protected = outcomes[FileReason.PASSWORD_PROTECTED]
    clear = outcomes[LOOKED] + sum(outcomes[reason] for reason in _NOTHING_IN_IT)
    return count._replace(
        protected=count.protected + protected,
        could_not_look=count.could_not_look + outcomes.total() - protected - clear,
    )


def _with_noted(count: ScanCount, noted: Noted) -> ScanCount:
    return count._replace(
        new=count.new + noted.new,
        moved=count.moved + noted.moved,
        cleared=count.cleared + noted.cleared,
    )


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
        part = _Part()
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
        count = _with_noted(ScanCount(found=len(keys), looked=len(keys)), noted)
        return _finish(house, place, ledge, count, gone=set())

    def _look(self, key: str, content: dict[str, Any], part: _Part) -> None:
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
