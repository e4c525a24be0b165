"""Who said no is remembered outside the databases, so that no old backup forgets it (art. 7(3), 18,
21)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import orjson

from connectors.chained_file import ChainedFile
from lifecycle.said import Said, What

_DOMAIN: Final = b"gallra journal of what was said 1\n"


class SaidJournal:
    """A chained and keyed file beside the journal of erasures.

    A line says only numbers that mean nothing without the records, words of the policy, dates and
    keyed digests.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = ChainedFile(path, key, domain=_DOMAIN, reason="said")

    def append(self, said: Sequence[Said]) -> None:
        """Add what was said at one time as one line, durably, before returning.

        Raises `LedgerFailure` (`said_not_written`, `said_damaged`).
        """
        self._file.append(orjson.dumps([list(one) for one in said]))

    def entries(self) -> list[Said]:
        """Everything that was said, oldest first; [] where there is no journal yet.

        Raises `LedgerFailure("said_damaged")`, `Unreachable("said_unreadable")`.
        """
        return [one for body in self._file.bodies() for one in self._said(body)]

    def _said(self, body: bytes) -> list[Said]:
        found: list[Said] | None = None
        with suppress(ValueError, TypeError):
            found = [
                Said(What(what), number, subject, at, tuple(words), cause, tuple(digests))
                for what, number, subject, at, words, cause, digests in orjson.loads(body)
            ]
        if found is None:
            raise self._file.damaged()
        return found
