"""How long an upgrade of large records takes: from the oldest schema to today's, on both databases.

    python -m tests.bench.upgrading [--people 100000]

Two holdings and one case a person. Beside it the floor: the same file copied once.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from alembic import command
from sqlalchemy import Engine, MetaData

from records.engines import open_engine
from records.migrations import configuration, upgrade
from tests.factories.databases import postgres_server

FROM = "r0001"
_PAGE = 20_000
AT = "2026-01-07T08:00:00.000000+00:00"


def fill(engine: Engine, people: int) -> None:
    """Records at the oldest schema with that many people in them."""
    with engine.begin() as connection:
        command.upgrade(configuration("records", connection), FROM)
        found = MetaData()
        found.reflect(connection, only=["subject", "engagement", "holding", "blind_index"])
        for first in range(1, people + 1, _PAGE):
            page = range(first, min(first + _PAGE, people + 1))
            rows: dict[str, list[dict[str, object]]] = {
                "subject": [
                    {"id": n, "controller": "academedia", "kind": "participant", "created_at": AT}
                    for n in page
                ],
                "engagement": [
                    {
                        "id": n, "controller": "academedia", "subject_id": n, "service": "s",
                        "case_reference": str(n), "project": "p", "started_on": "2026-01-01",
                        "ends_on": "2026-06-30", "broke_off_on": "",
                    }
                    for n in page
                ],
                "holding": [
                    {
                        "id": 2 * n + part, "subject_id": n, "engagement_id": None,
                        "category": "contact", "digest": bytes(16), "sealed": bytes(300),
                    }
                    for n in page for part in (0, 1)
                ],
                "blind_index": [
                    {"digest": n.to_bytes(16), "kind": "national_id", "subject_id": n}
                    for n in page
                ],
            }  # fmt: skip
            for name, values in rows.items():
                connection.execute(found.tables[name].insert(), values)


def timed(url: str, people: int) -> float:
    """Seconds that the upgrade takes."""
    engine = open_engine(url)
    fill(engine, people)
    begun = time.perf_counter()
    upgrade(engine, "records")
    taken = time.perf_counter() - begun
    engine.dispose()
    return taken


def main(people: int) -> None:
    """Print one line for each database."""
    with tempfile.TemporaryDirectory(prefix="gallra-upgrading-") as folder:
        file = Path(folder) / "records.db"
        taken = timed(f"sqlite:///{file}", people)
        begun = time.perf_counter()
        shutil.copyfile(file, file.with_name("copy.db"))
        floor = time.perf_counter() - begun
        size = file.stat().st_size / 1e6
        _show("SQLite", people, f"{taken:.2f} s ({size:.0f} MB; copying the file {floor:.2f} s)")
    with postgres_server() as server:
        server.run("CREATE DATABASE large")
        _show("PostgreSQL", people, f"{timed(server.url('large'), people):.2f} s")


def _show(kind: str, people: int, told: str) -> None:
    sys.stdout.write(f"{kind:12} {2 * people:>9,} holdings  {told}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    main(parser.parse_args().people)
