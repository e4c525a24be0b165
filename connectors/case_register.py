"""Participants are documented in the case system: the embedded register with Workbuster's model,
used where no Workbuster is bound (A-96, A-105 to A-108)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from connectors.base import CaseKey, CaseRecord, CaseState, Fingerprint, HandOver, SealedBox
from connectors.case_access import Reader, Scope, Sight, sight_of
from connectors.case_register_file import RegisterFile, empty_log, transaction
from lifecycle.errors import Refused
from lifecycle.references import new_id

_AT_A_TIME: Final = 10_000
"""Cases sealed, written or opened at a time: bounds memory."""
_PUT: Final = """
INSERT INTO case_record (case_reference, service, project, opened, payload_id, sealed)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (case_reference, service) DO UPDATE SET
    project = excluded.project, opened = excluded.opened,
    payload_id = excluded.payload_id, sealed = excluded.sealed
"""
_FIND: Final = """
SELECT c.case_reference, c.service, c.payload_id, c.sealed
FROM json_each(?) AS asked CROSS JOIN case_record AS c
ON c.case_reference = asked.value ->> 0 AND c.service = asked.value ->> 1
"""


class CaseView(NamedTuple):
    """One case as a member of staff sees it."""

    key: CaseKey
    project: str
    opened: str
    """ISO date."""
    coach: str | None
    payload: bytes | None
    """Canonical JSON, personal data; None: anonymised."""


class CaseRegister:
    """The embedded case system. Its payloads are sealed by the vault's box, one key per case and
    version: a replaced or anonymised payload's key is destroyed."""

    def __init__(
        self, path: Path | str, box: SealedBox, fingerprint: Fingerprint, *, system: str
    ) -> None:
        """Opens the register's file or makes it. Raises `Unreachable`."""
        self._file = RegisterFile(Path(path))
        self._box = box
        self._fingerprint = fingerprint
        self._system = system

    @property
    def system(self) -> str:
        """The binding's name."""
        return self._system

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Put these cases, all or none; the same case again replaces it and keeps its coach.

        The same records under the same batch have no second effect, even if the case was
        replaced in between. Raises `Refused("case_twice_in_batch")`, `Busy`, `Unreachable`.
        """
        if len({record.key for record in records}) != len(records):
            raise Refused("case_twice_in_batch")
        digest = self._digest(records)
        with self._file.writing() as db:
            self._finish_interrupted(db)
            if _is_known(db, batch, digest):
                return HandOver.DONE
            first = new_id()
            with transaction(db):
                db.execute("INSERT INTO sealing VALUES (?, ?)", (first, len(records)))
            with transaction(db):
                for start in range(0, len(records), _AT_A_TIME):
                    part = records[start : start + _AT_A_TIME]
                    db.executemany(_PUT, self._sealed_rows(part, first_id=first + start))
                db.execute("INSERT INTO batch VALUES (?, ?)", (batch, digest))
                db.execute("DELETE FROM sealing WHERE first_id = ?", (first,))
            self._shred(db)
        return HandOver.DONE

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """What the register really holds: each payload is opened and fingerprinted.

        Raises `KeyFailure` when a payload cannot be opened, `Unreachable`.
        """
        asked = list(dict.fromkeys(keys))
        with self._file.reading() as db:
            for start in range(0, len(asked), _AT_A_TIME):
                part = json.dumps(asked[start : start + _AT_A_TIME])
                rows = db.execute(_FIND, (part,)).fetchall()
                payloads = self._opened([row[2:] for row in rows])
                for row, payload in zip(rows, payloads, strict=True):
                    print_ = None if payload is None else self._fingerprint(payload)
                    yield CaseState(CaseKey(row[0], row[1]), print_, 1)

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Erase payload, key and coach for good; what stays is exactly case number, date and
        project (A-108): the service gives way to a number that says nothing.

        Unknown cases are fine. Raises `Busy` (repeat it) while somebody reads: the data is
        unreadable by then, but the log still has its sealed bytes.
        """
        with self._file.writing() as db:
            self._finish_interrupted(db)
            with transaction(db):
                db.executemany(
                    "UPDATE case_record SET payload_id = NULL, sealed = NULL, coach = NULL, "
                    "service = '#' || id "
                    "WHERE case_reference = ? AND service = ?",
                    keys,
                )
            self._shred(db)
            empty_log(db)

    def close_batch(self, batch: str) -> None:
        """Nothing carries a batch across but the register's memory of it: forget that."""
        with self._file.writing() as db, transaction(db):
            db.execute("DELETE FROM batch WHERE reference = ?", (batch,))

    def withdraw(self, *, lists_before: datetime, intend: Callable[[int], None]) -> int:
        """Nothing: no file carries cases into the register."""
        return 0

    def assign(self, key: CaseKey, coach: str) -> None:
        """Let `coach` (an opaque reference) see this case. Raises `Refused("case_unknown")`."""
        with self._file.writing() as db, transaction(db):
            done = db.execute(
                "UPDATE case_record SET coach = ? WHERE case_reference = ? AND service = ? "
                "AND sealed IS NOT NULL",
                (coach, *key),
            )
            if done.rowcount != 1:
                raise Refused("case_unknown")

    def read(self, scope: Scope, *, as_: Reader) -> list[CaseView]:
        """What this member of staff may see of `scope`.

        Raises `Refused("not_permitted")` for anything else, also for a single case that is not
        there: whether it exists is not told.
        """
        sight = sight_of(scope, as_=as_)
        condition, values = _condition(sight)
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT case_reference, service, project, opened, coach, payload_id, sealed "  # noqa: S608
                f"FROM case_record WHERE {condition} ORDER BY id",
                values,
            ).fetchall()
        if sight.key is not None and not rows:
            raise Refused("not_permitted")
        payloads = self._opened([row[5:] for row in rows])
        return [
            CaseView(CaseKey(row[0], row[1]), row[2], row[3], row[4], payload)
            for row, payload in zip(rows, payloads, strict=True)
        ]

    def _sealed_rows(
        self, records: Sequence[CaseRecord], *, first_id: int
    ) -> Iterator[tuple[str, str, str, str, int, bytes]]:
        items = [(first_id + n, record.payload) for n, record in enumerate(records)]
        sealed = self._box.seal_many(items)
        for (payload_id, _), record, blob in zip(items, records, sealed, strict=True):
            yield (*record.key, record.project, record.opened, payload_id, blob)

    def _opened(self, rows: Sequence[tuple[int | None, bytes | None]]) -> Iterator[bytes | None]:
        """The payloads, None for each anonymised case."""
        items = [(number, blob) for number, blob in rows if number is not None and blob is not None]
        payloads = iter(self._box.open_many(items))
        return (None if number is None else next(payloads) for number, _ in rows)

    def _digest(self, records: Sequence[CaseRecord]) -> bytes:
        parts = (
            self._fingerprint(
                b"\0".join(
                    field
                    for r in records[start : start + _AT_A_TIME]
                    for field in ("\0".join((*r.key, r.project, r.opened)).encode(), r.payload)
                )
            )
            for start in range(0, len(records), _AT_A_TIME)
        )
        return self._fingerprint(b"".join(parts))

    def _finish_interrupted(self, db: sqlite3.Connection) -> None:
        """Destroy the keys of a hand-over that a kill cut off, and those already replaced."""
        blocks = db.execute("SELECT first_id, number FROM sealing").fetchall()
        for first_id, number in blocks:
            self._box.shred(range(first_id, first_id + number))
            with transaction(db):
                db.execute("DELETE FROM sealing WHERE first_id = ?", (first_id,))
        self._shred(db)

    def _shred(self, db: sqlite3.Connection) -> None:
        ids = [row[0] for row in db.execute("SELECT payload_id FROM shredding")]
        if ids:
            self._box.shred(ids)
            with transaction(db):
                db.execute("DELETE FROM shredding")


def _is_known(db: sqlite3.Connection, batch: str, digest: bytes) -> bool:
    found = db.execute("SELECT 1 FROM batch WHERE reference = ? AND digest = ?", (batch, digest))
    return found.fetchone() is not None


def _condition(sight: Sight) -> tuple[str, list[str]]:
    """The sight as SQL. The only place where a reading is narrowed, so that none goes around."""
    parts = ["1"]
    values: list[str] = []
    if sight.key is not None:
        parts.append("case_reference = ? AND service = ?")
        values += sight.key
    if sight.coach is not None:
        parts.append("coach = ?")
        values.append(sight.coach)
    if sight.projects is not None:
        parts.append("project IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(sight.projects)))
    return " AND ".join(parts), values
