"""What cannot be undercut: calamine's parse alone, and a raw driver writing the same bytes."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from itertools import islice
from pathlib import Path

from python_calamine import CalamineWorkbook

HOLDINGS_PER_ROW = 3
"""Identity, contact and study data, each sealed on its own."""
BYTES_PER_HOLDING = 180
"""About what a sealed holding weighs: nonce, tag, and its JSON."""
BATCH = 10_000


def parse(path: Path) -> int:
    """Rows of the first sheet, every cell made a Python value."""
    book = CalamineWorkbook.from_path(str(path))
    return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def insert(rows: int, folder: Path) -> int:
    """As many rows and bytes as an import writes to the records, the keys and the case system,
    by `executemany` in one transaction per database, WAL, synchronous as SQLite has it."""
    payload = os.urandom(BYTES_PER_HOLDING)
    key = os.urandom(40)
    digest = os.urandom(32)
    holdings = rows * HOLDINGS_PER_ROW
    plans = (
        ("records.db", "holding", holdings, "a INTEGER PRIMARY KEY, b INTEGER, c TEXT, d BLOB",
         lambda i: (i, i // HOLDINGS_PER_ROW, "identity", payload)),
        ("records.db", "engagement", rows, "a INTEGER PRIMARY KEY, b TEXT UNIQUE, c TEXT, d BLOB",
         lambda i: (i, f"{300_000_000 + i}", "2026-03-02", digest)),
        ("keys.db", "key", holdings, "a INTEGER PRIMARY KEY, b BLOB", lambda i: (i, key)),
        ("cases.db", "case_", rows, "a INTEGER PRIMARY KEY, b TEXT UNIQUE, c TEXT, d BLOB",
         lambda i: (i, f"{300_000_000 + i}", "2026-03-02", payload * HOLDINGS_PER_ROW)),
    )  # fmt: skip
    written = 0
    for name, table, count, columns, make in plans:
        connection = sqlite3.connect(folder / name)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"CREATE TABLE {table} ({columns})")
        marks = ",".join("?" * (columns.count(",") + 1))
        numbers = iter(range(count))
        with connection:
            while batch := list(islice(numbers, BATCH)):
                connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})", [make(i) for i in batch]
                )
                written += len(batch)
        connection.close()
    return written


if __name__ == "__main__":
    if sys.argv[1] == "parse":
        print({"rows": parse(Path(sys.argv[2]))})
    else:
        with tempfile.TemporaryDirectory() as scratch:
            print({"inserted": insert(int(sys.argv[2]), Path(scratch))})
