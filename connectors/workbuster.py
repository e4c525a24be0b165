"""Participants are read into Workbuster with an Excel file, and Workbuster's own list shows whether
they arrived (A-97, A-98, A-100).

Workbuster has no programming interface that we know of: people import the workbook that this kind
lays into an exchange folder, and put a list exported from Workbuster there. That list is the only
proof, and only for cases handed over before it was made. Beside each workbook lies a check file
of case numbers and keyed fingerprints: it says what the list has to show and since when, so that
a person may move or save the workbook as he or she likes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final, NamedTuple, Protocol

import orjson

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
from connectors.workbook import read_table
from connectors.workbuster_columns import WorkbusterColumns
from lifecycle.errors import FileRefused, NotProven, Refused, Unreachable

IMPORT_PREFIX: Final = "gallra-import-"
"""How the names of import workbooks begin; the batch's reference follows."""
CHECK_PREFIX: Final = "gallra-check-"
_OWN_PREFIX: Final = "gallra-"
_LIST_SUFFIXES: Final = {".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".txt"}
_BATCH: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_ABANDONED_AFTER: Final = timedelta(minutes=10)


class ReadTable(Protocol):
    """`connectors.workbook.read_table`: numbered rows of a workbook, read in a child process."""

    def __call__(self, data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
        """Raises `FileRefused`."""
        ...


class _Check(NamedTuple):
    """Keyed fingerprints of one handed-over case: of its payload, and of what a list shows."""

    payload: bytes
    seen: bytes


class _Shown(NamedTuple):
    seen: bytes | None
    copies: int


class WorkbusterExchange:
    """Workbuster by workbook. Remembers keyed fingerprints only, never a person."""

    def __init__(
        self,
        exchange: Staging,
        fingerprint: Fingerprint,
        *,
        system: str,
        sheet: str,
        workbook: Mapping[str, str],
        list_: Mapping[str, str],
        projects: Mapping[str, str] | None = None,
        lists: Staging | None = None,
        read_table: ReadTable = read_table,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`exchange`: where import workbooks are laid; `lists`: where people put Workbuster's
        lists, if not there. `sheet`, `workbook`: name and header → field of the import
        workbook; `list_`: header → field of the list. Raises `Misconfigured`."""
        self._exchange = exchange
        self._lists_folder = lists or exchange
        self._fingerprint = fingerprint
        self._system = system
        self._sheet = sheet
        self._columns = WorkbusterColumns(workbook=workbook, list_=list_, projects=projects or {})
        self._read_table = read_table
        self._now = now
        self._known_list: tuple[tuple[str, str], dict[CaseKey, _Shown]] | None = None
        self._known_checks: dict[tuple[str, str], dict[CaseKey, _Check]] = {}

    @property
    def system(self) -> str:
        """The binding's name."""
        return self._system

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Lay an import workbook with these cases into the exchange folder, then its check file.

        The same cases under the same batch have no second effect, whatever a person did with
        the workbook; other content replaces both. Raises `Refused("case_twice_in_batch")`,
        `Refused("payload_not_canonical")`, `NotProven("workbook_not_written")`, `Unreachable`.
        """
        if len({record.key for record in records}) != len(records):
            raise Refused("case_twice_in_batch")
        if not records:
            return HandOver.DONE
        workbook_name, check_name = _names(batch)
        known = [(record, self._columns.values(record)) for record in sorted(records)]
        check = self._check_file(known)
        present = {item.key: item for item in self._exchange.list_items()}
        self._clear_abandoned(present.values())
        if check_name in present and self._exchange.read(present[check_name]) == check:
            return HandOver.WAITING
        # The check file is the last to come and the first to go: without it nothing counts.
        for name in (check_name, workbook_name):
            if name in present:
                self._exchange.delete_permanently(present[name])
        rows = (self._columns.row(values) for _, values in known)
        workbook = write_workbook(self._columns.header, rows, sheet=self._sheet)
        for name, data in ((workbook_name, workbook), (check_name, check)):
            if self._exchange.read(self._exchange.put(name, data)) != data:
                raise NotProven("workbook_not_written")
        return HandOver.WAITING

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """What Workbuster's newest list shows of these cases.

        A case has an answer only if a check file in the exchange folder knows it and the list
        came after every such file: an older list proves nothing. The answer is the payload's
        fingerprint if the list shows every mapped field as it was handed over; fields that the
        list has no column for are taken for what was handed over. Extra columns and other
        cases do not count. Raises `Unreachable` when the newest list cannot be read
        (`list_unreadable`, `list_not_recognised`, `list_header_ambiguous`).
        """
        newest = _newest(self._lists())
        if newest is None:
            return
        checks = self._provable(before=newest.arrived_at)
        asked = [key for key in dict.fromkeys(keys) if key in checks]
        if not asked:
            return
        shown = self._shown(newest)
        for key in asked:
            if key in shown:
                seen, copies = shown[key]
                answer = checks[key].payload if seen == checks[key].seen else seen
                yield CaseState(key, answer, copies)

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Only a person can anonymise in Workbuster: raises `Refused("needs_a_person")`."""
        raise Refused("needs_a_person", cases=len(keys))

    def close_batch(self, batch: str) -> None:
        """Remove the batch's import workbook and the lists that proved it, permanently.

        The newest list stays while another batch waits that it may prove; it goes with that.
        """
        own = _names(batch)
        others = []
        for item in list(self._exchange.list_items()):
            if item.key in own:
                self._exchange.delete_permanently(item)
            elif item.key.startswith(CHECK_PREFIX):
                others.append(item)
        lists = self._lists()
        newest = _newest(lists)
        for item in lists:
            needed = item is newest and any(o.arrived_at < item.arrived_at for o in others)
            if not needed:
                self._lists_folder.delete_permanently(item)

    def _clear_abandoned(self, items: Iterable[StagedItem]) -> None:
        """What a killed `put` left: half a workbook full of people."""
        for item in items:
            own = item.key.startswith(_OWN_PREFIX) and item.key.endswith(".part")
            if own and item.arrived_at < self._now() - _ABANDONED_AFTER:
                self._exchange.delete_permanently(item)

    def _check_file(self, known: Sequence[tuple[CaseRecord, dict[str, str]]]) -> bytes:
        lines = [
            (
                *record.key,
                self._fingerprint(record.payload).hex(),
                self._fingerprint(self._columns.expected(values)).hex(),
            )
            for record, values in known
        ]
        return orjson.dumps(lines)

    def _lists(self) -> list[StagedItem]:
        return [item for item in self._lists_folder.list_items() if _is_list(item.name)]

    def _provable(self, *, before: datetime) -> dict[CaseKey, _Check]:
        """What was handed over before that moment and not again since."""
        items = [i for i in self._exchange.list_items() if i.key.startswith(CHECK_PREFIX)]
        self._known_checks = {
            identity: self._known_checks.get(identity) or self._read_check(item)
            for item in items
            if (identity := (item.key, item.version))
        }
        provable: dict[CaseKey, _Check] = {}
        for item in sorted(items, key=lambda item: item.arrived_at):
            cases = self._known_checks[item.key, item.version]
            if item.arrived_at < before:
                provable |= cases
            else:
                provable = {key: check for key, check in provable.items() if key not in cases}
        return provable

    def _read_check(self, item: StagedItem) -> dict[CaseKey, _Check]:
        try:
            return {
                CaseKey(case, service): _Check(bytes.fromhex(payload), bytes.fromhex(seen))
                for case, service, payload, seen in orjson.loads(self._exchange.read(item))
            }
        except (ValueError, TypeError):
            raise Unreachable("check_file_unreadable") from None

    def _shown(self, item: StagedItem) -> dict[CaseKey, _Shown]:
        """Keyed fingerprints of what a list shows of each case; read once per version."""
        identity = (item.key, item.version)
        if self._known_list is None or self._known_list[0] != identity:
            shown: dict[CaseKey, _Shown] = {}
            try:
                table = self._read_table(self._lists_folder.read(item), name=item.name)
                for row in self._columns.read(table):
                    copies = shown[row.key].copies + 1 if row.key in shown else 1
                    seen = None if row.seen is None else self._fingerprint(row.seen)
                    shown[row.key] = _Shown(seen, copies)
            except FileRefused:
                raise Unreachable("list_unreadable") from None
            self._known_list = (identity, shown)
        return self._known_list[1]


def _names(batch: str) -> tuple[str, str]:
    if not _BATCH.fullmatch(batch):
        raise Refused("batch_malformed")
    return f"{IMPORT_PREFIX}{batch}.xlsx", f"{CHECK_PREFIX}{batch}.json"


def _is_list(name: str) -> bool:
    """Whether this may be a list from Workbuster: neither ours nor an office program's lock."""
    suffix = PurePosixPath(name).suffix.casefold()
    return suffix in _LIST_SUFFIXES and not name.startswith(("~$", ".", _OWN_PREFIX))


def _newest(items: Sequence[StagedItem]) -> StagedItem | None:
    return max(items, key=lambda item: item.arrived_at, default=None)
