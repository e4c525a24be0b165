"""A simulated office: imports the workbook from the exchange folder into its Workbuster and puts
Workbuster's list back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Protocol

import openpyxl

from connectors.base import StagedItem
from connectors.folder import FolderStaging

WORKBOOK = {
    "Ärendenummer": "case_reference",
    "Tjänst": "service",
    "Projekt": "project",
    "Personnummer": "national_id",
    "Förnamn": "given_name",
    "Efternamn": "family_name",
    "Telefon": "phone",
    "E-post": "email",
    "Startdatum": "start_date",
}
LIST = {
    "Pers.nr": "national_id",
    "Efternamn": "family_name",
    "Förnamn": "given_name",
    "Telefon": "phone",
    "Mejl": "email",
    "Projekt": "project",
    "Ärendenr": "case_reference",
    "Tjänst": "service",
}


def read_xlsx(data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """`connectors.workbook.read_table` by openpyxl, in this process."""
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, ["" if cell is None else str(cell) for cell in cells]


class Exchange(Protocol):
    """What people see of the exchange folder."""

    def list_items(self) -> Iterator[StagedItem]: ...

    def read(self, item: StagedItem) -> bytes: ...

    def drop(
        self, key: str, data: bytes, *, arrived_at: datetime | None = None
    ) -> StagedItem | None: ...


class ExchangeFolder:
    """A real folder, as people see it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._staging = FolderStaging(path, place="exchange")

    def list_items(self) -> Iterator[StagedItem]:
        return self._staging.list_items()

    def read(self, item: StagedItem) -> bytes:
        return self._staging.read(item)

    def drop(self, key: str, data: bytes, *, arrived_at: datetime | None = None) -> None:
        """`arrived_at` earlier than now only: it is written into the file."""
        time.sleep(0.02)  # file systems stamp in ticks: it comes after what lies there
        (self.path / key).write_bytes(data)
        if arrived_at is not None:
            os.utime(self.path / key, (arrived_at.timestamp(),) * 2)

    def names(self) -> list[str]:
        return sorted(item.key for item in self.list_items())


class TickingClock:
    """Every look at it is a minute later."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


class WorkbusterOffice:
    """People and their Workbuster. `rows` is what Workbuster holds: one dict per line."""

    def __init__(self, folder: Exchange) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        self._exports = 0

    def import_workbooks(self) -> None:
        """A person reads every waiting workbook into Workbuster."""
        for item in self.folder.list_items():
            if not item.name.startswith("gallra-import-"):
                continue
            _, *lines = (cells for _, cells in read_xlsx(self.folder.read(item), name=item.name))
            for line in lines:
                row = dict(zip(WORKBOOK.values(), line, strict=True))
                kept = [old for old in self.rows if _key(old) != _key(row)]
                self.rows = [*kept, row]

    def export_list(
        self,
        *,
        change: Callable[[list[list[str]]], None] = lambda table: None,
        arrived_at: datetime | None = None,
    ) -> None:
        """A person puts Workbuster's list into the folder; `change` is what happens to it."""
        table = [["Deltagarlista"], list(LIST)]
        table += [[row.get(field, "") for field in LIST.values()] for row in self.rows]
        change(table)
        book = openpyxl.Workbook()
        for cells in table:
            book.active.append(cells)
        target = BytesIO()
        book.save(target)
        self._exports += 1
        name = f"Deltagare {self._exports}.xlsx"
        self.folder.drop(name, target.getvalue(), arrived_at=arrived_at)

    def anonymise(self, case_reference: str) -> None:
        """Workbuster's own anonymisation: case number, service and project stay."""
        for row in self.rows:
            if row["case_reference"] == case_reference:
                for field in row.keys() - {"case_reference", "service", "project"}:
                    row[field] = ""


def _key(row: dict[str, str]) -> tuple[str, str]:
    return row["case_reference"], row["service"]
