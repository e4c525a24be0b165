"""Participants are read into Workbuster with an Excel file, and Workbuster's own list shows whether
they arrived (A-97, A-98, A-100).

Workbuster has no programming interface that we know of: people import the workbook that this kind
lays into an exchange folder, and put a list exported from Workbuster into the export folder. That
list is the only proof, and only for cases handed over before it was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final, NamedTuple, Protocol

from connectors.base import (
    CaseKey,
    CaseRecord,
    CaseState,
    Fingerprint,
    HandOver,
    StagedItem,
    Staging,
)
from connectors.text_workbook import write_workbook
from connectors.workbuster_columns import WorkbusterColumn, WorkbusterColumns
from lifecycle.errors import FileRefused, NotProven, Refused, Unreachable

IMPORT_PREFIX: Final = "gallra-import-"
"""How the names of import workbooks begin; the batch's reference follows."""
_OWN_PREFIX: Final = "gallra-"
_EXPORT_SUFFIXES: Final = {".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".txt"}
_BATCH: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_ABANDONED_AFTER: Final = timedelta(minutes=10)


class ReadTable(Protocol):
    """`connectors.workbook.read_table`: numbered rows of a workbook, read in a child process."""

    def __call__(self, data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
        """Raises `FileRefused`."""
        ...


class _Shown(NamedTuple):
    fingerprint: bytes | None
    copies: int


class WorkbusterExchange:
    """Workbuster by workbook. Holds keyed fingerprints of the newest list, never a person."""

    def __init__(
        self,
        exchange: Staging,
        export: Staging,
        fingerprint: Fingerprint,
        *,
        system: str,
        columns: Sequence[WorkbusterColumn],
        read_table: ReadTable,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`exchange`: where import workbooks are laid; `export`: where people put Workbuster's
        lists (it may be the same folder). Raises `Misconfigured`."""
        self._exchange = exchange
        self._export = export
        self._fingerprint = fingerprint
        self._system = system
        self._columns = WorkbusterColumns(columns)
        self._read_table = read_table
        self._now = now
        self._known_lists: dict[tuple[str, str], dict[CaseKey, _Shown]] = {}
        self._known_workbooks: dict[tuple[str, str], frozenset[CaseKey]] = {}

    @property
    def system(self) -> str:
        """The binding's name."""
        return self._system

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Lay an import workbook with these cases into the exchange folder.

        One that lies there already with the same content stays, also when a person saved it
        anew; one with other content is replaced. Raises `Refused("case_twice_in_batch")`,
        `Refused("field_not_mapped")`, `NotProven("workbook_not_written")`, `Unreachable`.
        """
        if len({record.key for record in records}) != len(records):
            raise Refused("case_twice_in_batch")
        name = _workbook_name(batch)
        if not records:
            return HandOver.DONE
        rows = [self._columns.write(record) for record in sorted(records)]
        data = write_workbook(self._columns.header, rows)
        for item in list(self._exchange.list_items()):
            abandoned = item.arrived_at < self._now() - _ABANDONED_AFTER
            if item.key == name:
                if self._has_content(item, data, rows):
                    return HandOver.WAITING
                self._exchange.delete_permanently(item)
            elif item.key.startswith(_OWN_PREFIX) and item.key.endswith(".part") and abandoned:
                # What a killed `put` left: half a workbook full of people.
                self._exchange.delete_permanently(item)
        if self._exchange.read(self._exchange.put(name, data)) != data:
            raise NotProven("workbook_not_written")
        return HandOver.WAITING

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """What Workbuster's newest list shows of these cases.

        A case has an answer only if an import workbook in the exchange folder carries it and
        the list came after every such workbook: an older list proves nothing, and without the
        workbook nobody knows what is old. Extra columns and other people's cases do not count.
        Raises `Unreachable` when the newest list cannot be read (`export_unreadable`,
        `export_not_recognised`, `export_header_ambiguous`) or a folder does not answer.
        """
        newest = _newest(self._lists())
        if newest is None:
            return
        provable, too_new = self._carried(before=newest.arrived_at)
        asked = [key for key in dict.fromkeys(keys) if key in provable and key not in too_new]
        if not asked:
            return
        shown = self._shown(newest)
        for key in asked:
            if key in shown:
                yield CaseState(key, *shown[key])

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Only a person can anonymise in Workbuster: raises `Refused("needs_a_person")`."""
        raise Refused("needs_a_person", cases=len(keys))

    def close_batch(self, batch: str) -> None:
        """Remove the batch's import workbook and the lists that proved it, permanently.

        The newest list stays while another workbook waits that it may prove; it goes with that.
        """
        name = _workbook_name(batch)
        waiting = []
        for item in self._workbooks():
            if item.key == name:
                self._exchange.delete_permanently(item)
            else:
                waiting.append(item)
        lists = self._lists()
        newest = _newest(lists)
        for item in lists:
            needed = item is newest and any(w.arrived_at < item.arrived_at for w in waiting)
            if not needed:
                self._export.delete_permanently(item)

    def _workbooks(self) -> list[StagedItem]:
        return [i for i in self._exchange.list_items() if i.key.startswith(IMPORT_PREFIX)]

    def _lists(self) -> list[StagedItem]:
        return [item for item in self._export.list_items() if _is_list(item.name)]

    def _carried(self, *, before: datetime) -> tuple[set[CaseKey], set[CaseKey]]:
        """The cases in workbooks that came before that moment, and those in later ones."""
        earlier: set[CaseKey] = set()
        later: set[CaseKey] = set()
        workbooks = self._workbooks()
        if all(item.arrived_at >= before for item in workbooks):
            return earlier, later  # nothing to prove: no workbook needs to be read
        known = {}
        for item in workbooks:
            identity = (item.key, item.version)
            known[identity] = self._known_workbooks.get(identity) or frozenset(
                row.key for row in self._columns.read(self._table(self._exchange, item))
            )
        self._known_workbooks = known
        for item in workbooks:
            target = earlier if item.arrived_at < before else later
            target |= known[item.key, item.version]
        return earlier, later

    def _shown(self, item: StagedItem) -> dict[CaseKey, _Shown]:
        """What a list shows of each case; read once per version."""
        identity = (item.key, item.version)
        if identity not in self._known_lists:
            shown: dict[CaseKey, _Shown] = {}
            for row in self._columns.read(self._table(self._export, item)):
                copies = shown[row.key].copies + 1 if row.key in shown else 1
                print_ = None if row.payload is None else self._fingerprint(row.payload)
                shown[row.key] = _Shown(print_, copies)
            self._known_lists = {identity: shown}
        return self._known_lists[identity]

    def _table(self, staging: Staging, item: StagedItem) -> Iterable[tuple[int, list[str]]]:
        try:
            yield from self._read_table(staging.read(item), name=item.name)
        except FileRefused:
            raise Unreachable("export_unreadable") from None

    def _has_content(self, item: StagedItem, data: bytes, rows: list[list[str]]) -> bool:
        present = self._exchange.read(item)
        if present == data:
            return True
        try:
            table = [cells for _, cells in self._read_table(present, name=item.name)]
        except FileRefused:
            return False
        width = len(self._columns.header)
        padded = [[*cells, *[""] * (width - len(cells))] for cells in table]
        return padded == [self._columns.header, *rows]


def _workbook_name(batch: str) -> str:
    if not _BATCH.fullmatch(batch):
        raise Refused("batch_malformed")
    return f"{IMPORT_PREFIX}{batch}.xlsx"


def _is_list(name: str) -> bool:
    """Whether this may be a list from Workbuster: neither ours nor an office program's lock."""
    suffix = PurePosixPath(name).suffix.casefold()
    return suffix in _EXPORT_SUFFIXES and not name.startswith(("~$", ".", _OWN_PREFIX))


def _newest(items: Sequence[StagedItem]) -> StagedItem | None:
    return max(items, key=lambda item: item.arrived_at, default=None)
