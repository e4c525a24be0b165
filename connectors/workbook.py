"""Reading an export: every row of every sheet, judged, without its plaintext ever lying on our
disk and without a broken or hostile file costing more than one child process."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Generator, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from connectors.file_kind import kind_of
from connectors.reader_process import Observer, ReaderUsage, converse
from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused, Misconfigured
from lifecycle.intake.outcomes import Candidate, FileReason, JudgedRow, RowReason
from lifecycle.intake.rules import IntakeRules

__all__ = ["ReaderUsage", "SheetEnd", "SheetFound", "read_export", "read_table"]


class SheetFound(NamedTuple):
    """A sheet begins; the batches until its `SheetEnd` are its rows."""

    position: int
    """1-based, as the tabs stand in the workbook."""
    hidden: bool
    """Hidden sheets are not imported: each of their rows is `ignored/hidden_sheet`."""


class SheetEnd(NamedTuple):
    """A sheet has been read to its end."""

    position: int
    header_row: int | None
    """None: empty, hidden, or a cover sheet without a header, whose rows are ignored."""
    dropped_columns: int
    """Named columns that the policy does not list and of which nothing is kept (A-03)."""
    rows: int
    """Rows handed out, the header not counted."""


ReadEvent = SheetFound | SheetEnd | list[JudgedRow]
_REASONS: Final = {reason.value: reason for reason in RowReason}


def read_export(
    data: bytes,
    *,
    name: str,
    rules: IntakeRules,
    today: date,
    limits: ReadingLimits | None = None,
    observe: Observer | None = None,
) -> Iterator[ReadEvent]:
    """Read and judge an export; batches of up to a thousand rows come while it is being read.

    `name` serves to tell temporary files and the kind of file; nothing else is done with it.
    `today` is the local day. `limits` default to what a file of this size may cost. `observe`
    is told afterwards, however it ended, what it did cost.

    The caller must treat all rows as one: a refusal may come after any batch (a checksum
    stands at the end of a workbook), and then no row of the file counts.

    Raises `FileRefused` (see `FileReason`) and `Misconfigured` (rules that cannot be applied).
    One thread must exhaust or close the iterator; closing it ends the child.
    """
    limits = limits or ReadingLimits.for_size(len(data))
    request: dict[str, object] = {
        "mode": "judge",
        "kind": kind_of(data, name=name, limits=limits),
        "limits": dataclasses.asdict(limits),
        "rules": rules.to_json(),
        "today": today.isoformat(),
    }
    with contextlib.closing(_told(request, data, limits, observe)) as frames:
        for frame in frames:
            if "rows" in frame:
                yield [_judged(*row) for row in frame["rows"]]
            elif "sheet" in frame:
                yield SheetFound(*frame["sheet"])
            else:
                yield SheetEnd(*frame["end"])


def _judged(sheet: int, number: int, reason: str | None, kept: list[Any] | None) -> JudgedRow:
    if kept is None:
        return JudgedRow(sheet, number, _REASONS[reason] if reason else None, None)
    kept[-1] = tuple(kept[-1])
    return JudgedRow(sheet, number, None, Candidate._make(kept))


def read_table(
    data: bytes,
    *,
    name: str,
    limits: ReadingLimits | None = None,
    observe: Observer | None = None,
) -> Generator[tuple[int, list[str]], None, None]:
    """(row number, cells as text) of the first visible sheet; blank rows are left out, dates
    are ISO. Serves to compare another system's own export with what it was given, and to read
    lists that offices keep. Exhaust or close it: closing ends the child.

    Raises `FileRefused` like `read_export`, `no_rows` for an empty sheet.
    """
    limits = limits or ReadingLimits.for_size(len(data))
    request: dict[str, object] = {
        "mode": "table",
        "kind": kind_of(data, name=name, limits=limits),
        "limits": dataclasses.asdict(limits),
    }
    with contextlib.closing(_told(request, data, limits, observe)) as frames:
        for frame in frames:
            yield from ((number, cells) for number, cells in frame["table"])


def _told(
    request: dict[str, object], data: bytes, limits: ReadingLimits, observe: Observer | None
) -> Generator[dict[str, Any], None, None]:
    """The child's frames about the file; its refusals are raised here."""
    peak = 0

    def tell(usage: ReaderUsage) -> None:
        if observe is not None:
            observe(usage._replace(peak_bytes=peak))

    refused: FileReason | None = None
    with contextlib.closing(converse(request, data, limits, tell)) as conversation:
        for raw in conversation:
            frame: dict[str, Any] = orjson.loads(raw)
            if "usage" in frame:
                peak = frame["usage"][0]
            elif "refused" in frame:
                refused = FileReason(frame["refused"])
            elif "misconfigured" in frame:
                code, ref = frame["misconfigured"]
                raise Misconfigured(code, ref=ref)
            else:
                yield frame
    if refused is not None:
        raise FileRefused(refused)
