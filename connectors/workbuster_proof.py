"""Workbuster's own list is the only proof, and only of what was handed over before it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

import orjson

from connectors.base import CaseKey, Fingerprint, StagedItem, Staging
from connectors.workbuster_columns import WorkbusterColumns
from connectors.workbuster_files import CHECK_PREFIX, is_list
from lifecycle.errors import FileRefused, Unreachable


class ReadTable(Protocol):
    """`connectors.workbook.read_table`: numbered rows of a workbook, read in a child process."""

    def __call__(self, data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
        """Raises `FileRefused`."""
        ...


class Check(NamedTuple):
    """Keyed fingerprints of one handed-over case: of its payload, and of what a list shows."""

    payload: bytes
    seen: bytes


class Shown(NamedTuple):
    seen: bytes | None
    copies: int


class ListedCases:
    """What the lists and the check files say; each version of a file is read once."""

    def __init__(
        self,
        *,
        exchange: Staging,
        lists: Staging,
        columns: WorkbusterColumns,
        fingerprint: Fingerprint,
        read_table: ReadTable,
    ) -> None:
        """`exchange`: where check files lie; `lists`: where people put Workbuster's lists."""
        self._exchange = exchange
        self._lists_folder = lists
        self._columns = columns
        self._fingerprint = fingerprint
        self._read_table = read_table
        self._known_list: tuple[tuple[str, str], dict[CaseKey, Shown]] | None = None
        self._known_checks: dict[tuple[str, str], dict[CaseKey, Check]] = {}

    def lists(self) -> list[StagedItem]:
        """Every list that lies there."""
        return [item for item in self._lists_folder.list_items() if is_list(item)]

    def provable(self, *, before: datetime) -> dict[CaseKey, Check]:
        """What was handed over before that moment and not again since."""
        items = [i for i in self._exchange.list_items() if i.key.startswith(CHECK_PREFIX)]
        self._known_checks = {
            identity: self._known_checks.get(identity) or self._read_check(item)
            for item in items
            if (identity := (item.key, item.version))
        }
        provable: dict[CaseKey, Check] = {}
        for item in sorted(items, key=lambda item: item.arrived_at):
            cases = self._known_checks[item.key, item.version]
            if item.arrived_at < before:
                provable |= cases
            else:
                provable = {key: check for key, check in provable.items() if key not in cases}
        return provable

    def _read_check(self, item: StagedItem) -> dict[CaseKey, Check]:
        try:
            return {
                CaseKey(case, service): Check(bytes.fromhex(payload), bytes.fromhex(seen))
                for case, service, payload, seen in orjson.loads(self._exchange.read(item))
            }
        except (ValueError, TypeError):
            raise Unreachable("check_file_unreadable") from None

    def shown(self, item: StagedItem) -> dict[CaseKey, Shown]:
        """Keyed fingerprints of what a list shows of each case; read once per version."""
        identity = (item.key, item.version)
        if self._known_list is None or self._known_list[0] != identity:
            shown: dict[CaseKey, Shown] = {}
            try:
                table = self._read_table(self._lists_folder.read(item), name=item.name)
                for row in self._columns.read(table):
                    before = shown.get(row.key, Shown(None, 0))
                    # Of a case that stands there twice the line with a person counts.
                    seen = before.seen if row.seen is None else self._fingerprint(row.seen)
                    shown[row.key] = Shown(seen, before.copies + 1)
            except FileRefused:
                raise Unreachable("list_unreadable") from None
            self._known_list = (identity, shown)
        return self._known_list[1]
