"""How fast the ledger takes events and is verified; run as `python -m tests.bench.bench_ledger`.

Against the floor: appending is held against a bare insert of the same rows, verifying against
merely reading them.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records.engines import open_engine, reading
from records.ledger_check import verify
from records.migrations import upgrade
from tests.factories.ledgers import LEDGER_KEY, TickingClock, a_ledger, a_unit_of_work, begin_ledger


def append(engine: Engine, events: int, batch: int) -> float:
    """Seconds to record `events` events, `batch` to a unit of work."""
    ledger = a_ledger()
    began = time.perf_counter()
    for start in range(0, events, batch):
        with a_unit_of_work(engine, ledger) as work:
            for number in range(start, min(start + batch, events)):
                work.record(
                    EventKind.DELETION_DONE,
                    ref=to_reference(STAGED_FILE, number),
                    rule="A-101",
                    expected=1,
                    found=1,
                    acted=1,
                    verified=1,
                )
            work.commit()
    return time.perf_counter() - began


def bare_insert(source: Path, target: Path) -> tuple[float, float]:
    """Seconds to read all entries with the bare driver, and to insert them elsewhere."""
    began = time.perf_counter()
    with closing(sqlite3.connect(source)) as connection:
        rows = connection.execute(
            "SELECT position, body, link FROM ledger_event ORDER BY position"
        ).fetchall()
    read = time.perf_counter() - began
    began = time.perf_counter()
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE ledger_event (position INTEGER PRIMARY KEY, body BLOB, link BLOB)"
        )
        connection.executemany("INSERT INTO ledger_event VALUES (?,?,?)", rows)
        connection.commit()
    return read, time.perf_counter() - began


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--url", help="another records database than a temporary SQLite file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.db"
        engine = open_engine(chosen.url or f"sqlite:///{file}")
        upgrade(engine, "records")
        begin_ledger(engine)
        single = append(engine, 300, 1)
        bulk = append(engine, chosen.events, 20_000)
        print(f"append, one per commit   {300 / single:>12,.0f} events/s")
        print(f"append, 20,000 per commit{chosen.events / bulk:>12,.0f} events/s")
        with reading(engine) as connection:
            checkpoint = a_ledger().checkpoint(connection, TickingClock()())
            began, busy = time.perf_counter(), time.process_time()
            verified = verify(
                connection,
                LEDGER_KEY,
                checkpoint=checkpoint,
                public_key=a_ledger().public_key,
            )
            seconds, busy = time.perf_counter() - began, time.process_time() - busy
        print(f"verify {verified.size:,} events {seconds:>8.2f} s ({busy:.2f} s of processor)")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory of these     {peak:>12,.0f} MB")
        engine.dispose()
        if chosen.url is None:
            read, insert = bare_insert(file, Path(folder) / "bare.db")
            print(f"append / bare insert     {bulk / insert:>12.1f}")
            print(f"verify / bare read       {seconds / read:>12.1f}")


if __name__ == "__main__":
    main()
