"""Finding what is due costs what is due; erasing ten thousand people is a handful of statements.

    python -m tests.bench.due [--people 1000000 5000000] [--due 10000] [--rounds 5] [--quick]

On SQLite and on PostgreSQL, in the same run: ours against the bare SQL on the same tables, and
against a loop over mapped rows. Rounds are interleaved, the median counts; ratios are what to
trust, seconds are this machine's.
"""

# SQL is put together from our own names and numbers.

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from lifecycle.ledger import EventKind
from lifecycle.policy.load import load_policy, policy_directory
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.limits import cutoff
from records import due as due_records
from records import erasing
from records.engines import open_engine, reading
from records.migrations import upgrade
from tests.bench.due_baseline import find_by_rows
from tests.bench.due_population import AS_OF, CONTROLLER, RULE, fill, numbers_of
from tests.factories.databases import postgres_server
from tests.factories.ledgers import a_ledger, a_unit_of_work, begin_ledger

ALLOWED = {"sqlite": 1.5, "postgresql": 2.0}
"""How many times the bare SQL finding may take."""
AT_LEAST = 30
"""How many times faster than the loop over rows."""


class Result(NamedTuple):
    """Medians, in seconds."""

    database: str
    people: int
    ours: float
    bare: float
    rows: float
    erasing: float
    bare_erasing: float


def measure(engine: Engine, *, people: int, due: int, rounds: int) -> Result:
    """All contenders on one filled database."""
    policy = load_policy(policy_directory() / f"{CONTROLLER}.yaml")
    rule = policy.rule(RULE)
    latest = cutoff(rule, as_of=AS_OF, erasure=policy.erasure)
    assert latest is not None
    cutoffs = {RULE: latest.isoformat()}

    def ours() -> list[int]:
        with reading(engine) as connection:
            return due_records.find_due(connection, controller=CONTROLLER, cutoffs=cutoffs)

    def bare() -> list[int]:
        driver = engine.raw_connection()
        try:
            cursor = driver.cursor()
            cursor.execute(
                "SELECT subject_id FROM due WHERE done_at IS NULL "
                f"AND controller = '{CONTROLLER}' AND rule = '{RULE}' "
                f"AND anchor_on <= '{latest.isoformat()}'"
            )
            # Sorted here: asked to sort, SQLite walks the whole primary key.
            return sorted(row[0] for row in cursor.fetchall())
        finally:
            driver.close()

    def by_rows() -> list[int]:
        lead = policy.erasure.lead.longest.days
        return find_by_rows(engine, as_of=AS_OF, months=6, lead=lead)

    ours(), bare()
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        for name, find in (("ours", ours), ("bare", bare)):
            took[name].append(_timed(find, due))
    rows = _timed(by_rows, due)
    erased: dict[str, list[float]] = {"ours": [], "bare": []}
    first = 2
    for _ in range(min(rounds, 3)):
        for name, erase in (("ours", _erase), ("bare", _erase_bare)):
            going = numbers_of(people, first=first, count=due)
            first += due
            began = time.perf_counter()
            erase(engine, going)
            erased[name].append(time.perf_counter() - began)
    return Result(
        engine.dialect.name,
        people,
        statistics.median(took["ours"]),
        statistics.median(took["bare"]),
        rows,
        statistics.median(erased["ours"]),
        statistics.median(erased["bare"]),
    )


def _timed(find: Callable[[], list[int]], due: int) -> float:
    began = time.perf_counter()
    found = find()
    seconds = time.perf_counter() - began
    if len(found) != due or found != sorted(found):
        raise SystemExit(f"found {len(found)} people instead of {due}")
    return seconds


def _erase(engine: Engine, people: Sequence[int]) -> None:
    """As an execution does it: one transaction, one ledger event for each person."""
    with a_unit_of_work(engine, a_ledger()) as work:
        erasing.remove_subjects(work.connection, people, at="2026-11-02T08:00:00.000000+00:00")
        for number in people:
            work.record(
                EventKind.ERASURE_DONE,
                ref=to_reference(SUBJECT, number),
                rule="A-70",
                expected=1,
                acted=1,
            )
        work.commit()


def _erase_bare(engine: Engine, people: Sequence[int]) -> None:
    """The same effect on the same tables, without guard and ledger."""
    listed = ",".join(map(str, people))
    among = f"IN (SELECT {'value FROM json_each' if engine.dialect.name == 'sqlite' else 'unnest'}"
    chosen = (
        f"{among}('[{listed}]'))"
        if engine.dialect.name == "sqlite"
        else f"{among}('{{{listed}}}'::bigint[]))"
    )
    with engine.begin() as connection:
        for table in ("holding", "placement"):
            connection.exec_driver_sql(
                f"INSERT INTO shredding SELECT id FROM {table} WHERE subject_id {chosen} "
                "ON CONFLICT DO NOTHING"
            )
        connection.exec_driver_sql(
            "INSERT INTO erasure_list SELECT digest, '2026' FROM blind_index "
            f"WHERE kind = 'national_id' AND subject_id {chosen} ON CONFLICT DO NOTHING"
        )
        for table in ("holding", "blind_index", "placement", "relation", "anchor", "due", "held"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE subject_id {chosen}")
        connection.exec_driver_sql(f"DELETE FROM relation WHERE to_id {chosen}")
        connection.exec_driver_sql(f"DELETE FROM subject WHERE id {chosen}")
        connection.exec_driver_sql(
            "UPDATE engagement SET subject_id = 0, ends_on = NULL, broke_off_on = NULL "
            f"WHERE subject_id {chosen}"
        )


@contextmanager
def _databases() -> Iterator[dict[str, Callable[[], Engine]]]:
    """How to make an empty records database of each kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gallra-bench-")))
        server = stack.enter_context(postgres_server())
        made: list[Path] = []

        def sqlite() -> Engine:
            made.append(folder / f"{len(made)}" / "records.db")
            return open_engine(f"sqlite:///{made[-1]}")

        yield {"sqlite": sqlite, "postgresql": lambda: open_engine(server.new("records"))}


def table(results: Sequence[Result]) -> str:
    """The results as text."""
    lines = [
        f"{'finding what is due':<24}{'ours ms':>9}{'bare ms':>9}{'ours/bare':>11}{'allowed':>9}"
        f"{'rows s':>9}{'rows/ours':>11}"
    ]
    for r in results:
        lines.append(
            f"{r.database:<11}{r.people:>12,} {r.ours * 1e3:>9.1f}{r.bare * 1e3:>9.1f}"
            f"{r.ours / r.bare:>11.2f}{ALLOWED[r.database]:>9.1f}{r.rows:>9.1f}"
            f"{r.rows / r.ours:>11,.0f}"
        )
    lines += ["", f"{'erasing as many':<24}{'ours s':>9}{'bare s':>9}{'ours/bare':>11}"]
    for r in results:
        lines.append(
            f"{r.database:<11}{r.people:>12,} {r.erasing:>9.2f}{r.bare_erasing:>9.2f}"
            f"{r.erasing / r.bare_erasing:>11.2f}"
        )
    return "\n".join(lines)


def broken(results: Sequence[Result]) -> list[str]:
    """Which promises do not hold."""
    return [
        f"{r.database}, {r.people:,} people: {what}"
        for r in results
        for what, holds in (
            ("slower than allowed beside bare SQL", r.ours <= ALLOWED[r.database] * r.bare),
            ("not fast enough beside a loop over rows", r.rows >= AT_LEAST * r.ours),
        )
        if not holds
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="100,000 people, 1,000 due")
    options = parser.parse_args(arguments)
    people, due = ([100_000], 1_000) if options.quick else (options.people, options.due)
    results = []
    with _databases() as databases:
        for size in people:
            for make in databases.values():
                engine = make()
                upgrade(engine, "records")
                begin_ledger(engine)
                fill(engine, people=size, due=due)
                results.append(measure(engine, people=size, due=due, rounds=options.rounds))
                engine.dispose()
                print(table(results[-1:]), file=sys.stderr)
    print(table(results))
    for line in (failures := broken(results)):
        print(line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
