"""What an import has decided is written set-wise: people, cases, sealed holdings, keys first.

A changed holding is never overwritten but replaced by a new one with a new key, so that a
rollback can never meet a key that no longer fits.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, update

from records import bulk
from records.tables import blind_index, engagement, holding, shredding, subject
from records.vault import Vault

CLEAR: Final = ("project", "started_on", "ends_on", "broke_off_on")
"""What stands in clear of a case beside its number and service."""
Clear = tuple[str, str, str, str]
_ENOUGH: Final = 12_000
"""Staged holdings: big enough for set-based inserts, small enough to stay in memory."""


class ImportWriter:
    """Stages rows for the tables, and writes them within the caller's transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._clear()

    def _clear(self) -> None:
        self._subjects: list[tuple[int, str, str, str]] = []
        self._index: set[tuple[bytes, str, int]] = set()
        self._cases: dict[int, tuple[object, ...]] = {}
        self._case_changes: dict[int, Clear] = {}
        self._owners: dict[int, int] = {}
        self._holdings: dict[int, tuple[int, int | None, str, bytes, bytes]] = {}
        self._dropped: list[int] = []

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self._holdings) >= _ENOUGH

    def add_subject(self, number: int, *, controller: str, kind: str, at: str) -> None:
        """A new person."""
        self._subjects.append((number, controller, kind, at))

    def add_index(self, digest: bytes, kind: str, subject_id: int) -> None:
        """A way to find a person; one that is there already stays."""
        self._index.add((digest, kind, subject_id))

    def add_case(
        self, number: int, *, controller: str, subject_id: int, key: tuple[str, str], clear: Clear
    ) -> None:
        """A new case."""
        self._cases[number] = (number, controller, subject_id, *key, *clear)

    def change_case(self, number: int, clear: Clear) -> None:
        """A known case with other dates or another project."""
        staged = self._cases.get(number)
        if staged is not None:
            self._cases[number] = (*staged[:5], *clear)
        else:
            self._case_changes[number] = clear

    def give_case(self, number: int, subject_id: int) -> None:
        """A case whose person was erased comes back with a person."""
        self._owners[number] = subject_id

    def hold(
        self,
        number: int,
        *,
        subject_id: int,
        case_id: int | None,
        category: str,
        digest: bytes,
        content: bytes,
    ) -> None:
        """A new holding, sealed when it is written."""
        self._holdings[number] = (subject_id, case_id, category, digest, content)

    def drop(self, number: int) -> None:
        """A holding that another one replaces: row now, key by `finish_shredding`."""
        if self._holdings.pop(number, None) is None:
            self._dropped.append(number)

    def write(self) -> None:
        """Write all that is staged."""
        connection = self._connection
        bulk.insert_rows(
            connection, subject, ("id", "controller", "kind", "created_at"), self._subjects
        )
        bulk.upsert_rows(
            connection, blind_index, ("digest", "kind", "subject_id"), sorted(self._index)
        )
        bulk.insert_rows(
            connection,
            engagement,
            ("id", "controller", "subject_id", "case_reference", "service", *CLEAR),
            self._cases.values(),
        )
        self._write_case_changes()
        self._write_holdings()
        bulk.delete_in(connection, holding.c.id, self._dropped)
        bulk.insert_rows(connection, shredding, ("holding_id",), [(n,) for n in self._dropped])
        self._clear()

    def _write_case_changes(self) -> None:
        for number, subject_id in self._owners.items():
            self._connection.execute(
                update(engagement).where(engagement.c.id == number).values(subject_id=subject_id)
            )
        if self._case_changes:
            self._connection.execute(
                update(engagement)
                .where(engagement.c.id == bindparam("number"))
                .values({name: bindparam(f"new_{name}") for name in CLEAR}),
                [
                    {"number": number}
                    | {f"new_{name}": v for name, v in zip(CLEAR, clear, strict=True)}
                    for number, clear in self._case_changes.items()
                ],
            )

    def _write_holdings(self) -> None:
        staged = self._holdings
        if not staged:
            return
        sealed = self._vault.seal(
            [(number, row[0], row[2], row[4]) for number, row in staged.items()]
        )
        # Keys first and durably: a holding may never exist without its key. If the records are
        # rolled back, keys without a holding remain, which open nothing.
        self._vault.persist_keys(sealed.keys)
        bulk.insert_rows(
            self._connection,
            holding,
            ("id", "subject_id", "engagement_id", "category", "digest", "sealed"),
            (
                (number, row[0], row[1], row[2], row[3], blob)
                for (number, row), blob in zip(staged.items(), sealed.sealed, strict=True)
            ),
        )
