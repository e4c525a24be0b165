"""Who was erased is remembered outside the databases, so that no old backup brings anybody back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from connectors.chained_file import ChainedFile
from lifecycle.erasure import Erased

_DOMAIN: Final = b"gallra erasure journal 1\n"
INTENDED: Final = "intended"
DONE: Final = "done"


class Entry(NamedTuple):
    """One line of the journal."""

    batch: str
    """An opaque reference: the plan and the part of it."""
    step: str
    """`intended` before anything goes, `done` afterwards."""
    at: str
    people: tuple[Erased, ...]


class ErasureJournal:
    """A chained and keyed file beside the witness's checkpoints.

    A line says only numbers that mean nothing without the records, words of the policy and keyed
    digests.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = ChainedFile(path, key, domain=_DOMAIN, reason="journal")

    def append(self, *, batch: str, step: str, at: str, people: Sequence[Erased]) -> None:
        """Add a line, durably, before returning.

        Raises `LedgerFailure` (`journal_not_written`, `journal_damaged`).
        """
        self._file.append(orjson.dumps([batch, step, at, [list(person) for person in people]]))

    def entries(self) -> list[Entry]:
        """Every line, oldest first; [] where there is no journal yet.

        Raises `LedgerFailure("journal_damaged")` when a line was changed, taken out or put in,
        `Unreachable("journal_unreadable")`.
        """
        return [self._entry(body) for body in self._file.bodies()]

    def _entry(self, body: bytes) -> Entry:
        entry: Entry | None = None
        with suppress(ValueError, TypeError):
            batch, step, at, people = orjson.loads(body)
            entry = Entry(
                batch,
                step,
                at,
                tuple(
                    Erased(p[0], p[1], tuple(p[2]), tuple(p[3]), p[4], tuple(p[5])) for p in people
                ),
            )
        if entry is None:
            raise self._file.damaged()
        return entry
