"""Participants are read into Workbuster with an Excel file, and Workbuster's own list shows whether
they arrived (A-97, A-98, A-100).

Workbuster has no programming interface that we know of: people import the workbook that this kind
lays into an exchange folder, and put a list exported from Workbuster there. That list is the only
proof, and only for cases handed over before it was made. Beside each workbook lies a check file
of case numbers and keyed fingerprints: it says what the list has to show and since when, so that
a person may move or save the workbook as he or she likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

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
from connectors.workbuster_files import (
    ASK_PREFIX,
    CHECK_PREFIX,
    batch_of,
    is_abandoned,
    is_list,
    is_workbook,
    names_of,
    newest,
)
from connectors.workbuster_proof import ListedCases, ReadTable
from lifecycle.errors import NotProven, Refused

_AGAIN: Final = b"""\
Gallra took the import workbook away overnight: it holds personal data. As long as Workbuster's
list does not show its cases, the next import lays it here again.
"""
_ASK: Final = """\
These cases are to be anonymised in Workbuster. Do that, then export Workbuster's list of
participants, with these cases in it, into this folder. Gallra goes on by itself and removes this
file.

"""


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
        self._now = now
        self._cases = ListedCases(
            exchange=exchange,
            lists=self._lists_folder,
            columns=self._columns,
            fingerprint=fingerprint,
            read_table=read_table,
        )

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
        names = names_of(batch)
        known = [(record, self._columns.values(record)) for record in sorted(records)]
        check = self._check_file(known)
        present = {item.key: item for item in self._exchange.list_items()}
        self._clear_abandoned(present.values())
        if names.check in present and self._exchange.read(present[names.check]) == check:
            if names.again in present:
                if names.workbook not in present:
                    self._lay(names.workbook, self._workbook(known))
                self._exchange.delete_permanently(present[names.again])
            return HandOver.WAITING
        # The check file is the last to come and the first to go: without it nothing counts.
        for name in (names.check, names.workbook, names.again):
            if name in present:
                self._exchange.delete_permanently(present[name])
        self._lay(names.workbook, self._workbook(known))
        self._lay(names.check, check)
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
        latest = newest(self._cases.lists())
        if latest is None:
            return
        checks = self._cases.provable(before=latest.arrived_at)
        asked = [key for key in dict.fromkeys(keys) if key in checks]
        if not asked:
            return
        shown = self._cases.shown(latest)
        for key in asked:
            if key in shown:
                seen, copies = shown[key]
                answer = checks[key].payload if seen == checks[key].seen else seen
                yield CaseState(key, answer, copies)

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Only a person can anonymise in Workbuster: ask for it, and look whether it was done.

        The first call lays a file that names the cases into the exchange folder. Raises
        `Refused("needs_a_person")` until a list that came later shows each of these cases, and
        none with a person. A case that is missing from it counts as not there only while it
        waits to be proven; of any other the list just does not speak.
        """
        text = _ASK + "".join(f"{case}  {service}\n" for case, service in sorted(set(keys)))
        name = f"{ASK_PREFIX}{self._fingerprint(text.encode()).hex()[:32]}.txt"
        request = next((i for i in self._exchange.list_items() if i.key == name), None)
        if request is None:
            self._lay(name, text.encode())
            raise Refused("needs_a_person", cases=len(keys))
        latest = newest(self._cases.lists())
        if latest is None or latest.arrived_at <= request.arrived_at:
            raise Refused("needs_a_person", cases=len(keys))
        shown = self._cases.shown(latest)
        waiting = self._cases.provable(before=latest.arrived_at)
        left = [
            key
            for key in keys
            if (shown[key].seen is not None if key in shown else key not in waiting)
        ]
        if left:
            raise Refused("needs_a_person", cases=len(left))
        self._exchange.delete_permanently(request)
        self._clear_lists()

    def close_batch(self, batch: str) -> None:
        """Remove the batch's import workbook and the lists that proved it, permanently.

        The newest list stays while another batch waits that it may prove; it goes with that.
        """
        own = names_of(batch)
        for item in list(self._exchange.list_items()):
            if item.key in own or is_workbook(item, batch):
                self._exchange.delete_permanently(item)
        self._clear_lists()

    def withdraw(self, *, lists_before: datetime, intend: Callable[[int], None]) -> int:
        """Remove every import workbook, and the lists that came before that moment.

        The check files stay: what a person has imported already is still proven by a later list.
        Where it is not, the next `hand_over` lays the workbook again.
        """
        now = self._now()
        items = [
            item
            for item in self._exchange.list_items()
            if is_workbook(item) or is_abandoned(item, now)
        ]
        items += [item for item in self._cases.lists() if item.arrived_at < lists_before]
        if not items:
            return 0
        intend(len(items))
        present = {item.key for item in self._exchange.list_items()}
        for item in items:
            batch = batch_of(item)
            # The note comes first: a stop in between leaves a workbook too many, never too few.
            if batch is not None and (again := names_of(batch).again) not in present:
                self._lay(again, _AGAIN)
            self._folder_of(item).delete_permanently(item)
        versions = {item.version for item in items}
        left = [
            i for i in (*self._exchange.list_items(), *self._cases.lists()) if i.version in versions
        ]
        if left:
            raise NotProven("workbook_still_there", left=len(left))
        return len(items)

    def _folder_of(self, item: StagedItem) -> Staging:
        return self._lists_folder if is_list(item) else self._exchange

    def _clear_lists(self) -> None:
        """Remove the lists; not the newest while a batch or a request waits that it may answer."""
        waiting = [
            item
            for item in self._exchange.list_items()
            if item.key.startswith((CHECK_PREFIX, ASK_PREFIX))
        ]
        lists = self._cases.lists()
        latest = newest(lists)
        for item in lists:
            needed = item is latest and any(w.arrived_at < item.arrived_at for w in waiting)
            if not needed:
                self._lists_folder.delete_permanently(item)

    def _lay(self, name: str, data: bytes) -> None:
        if self._exchange.read(self._exchange.put(name, data)) != data:
            raise NotProven("workbook_not_written")

    def _workbook(self, known: Sequence[tuple[CaseRecord, dict[str, str]]]) -> bytes:
        rows = (self._columns.row(values) for _, values in known)
        return write_workbook(self._columns.header, rows, sheet=self._sheet)

    def _clear_abandoned(self, items: Iterable[StagedItem]) -> None:
        for item in items:
            if is_abandoned(item, self._now()):
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
