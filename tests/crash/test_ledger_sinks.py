"""When the ledger cannot be written the action does not happen, however the ledger failed."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, insert, text

from lifecycle.errors import Busy, GallraError, LedgerFailure, Misconfigured
from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records.engines import open_engine, reading
from records.ledger_check import verify
from records.tables import handover, lease
from tests.factories.ledgers import LEDGER_KEY, a_unit_of_work, begin_ledger

AN_EFFECT = insert(lease).values(name="effect", holder="test", expires_at="2026")
BEFORE = 5
"""Events in the ledger before anything fails."""


@pytest.fixture
def engine(records_engine: Engine) -> Engine:
    begin_ledger(records_engine, BEFORE - 1)
    return records_engine


def is_postgres(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def act(engine: Engine, *, events: int = 1) -> None:
    """An effect with its events, as every step does it."""
    with a_unit_of_work(engine) as work:
        work.connection.execute(AN_EFFECT)
        for number in range(events):
            work.record(EventKind.DELETION_DONE, ref=to_reference(STAGED_FILE, number), acted=1)
        work.commit()


def failing(engine: Engine, *, events: int = 1) -> GallraError:
    with pytest.raises(GallraError) as failure:
        act(engine, events=events)
    return failure.value


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def state(engine: Engine) -> tuple[int, int]:
    """Effects and events."""
    with reading(engine) as connection:
        return (
            connection.scalar(text("SELECT count(*) FROM lease")) or 0,
            connection.scalar(text("SELECT count(*) FROM ledger_event")) or 0,
        )


def require_nothing_happened(engine: Engine) -> None:
    """Neither the effect nor its event; the ledger is as it was, and the same step works again."""
    assert state(engine) == (0, BEFORE)
    with reading(engine) as connection:
        assert verify(connection, LEDGER_KEY).size == BEFORE
    act(engine)
    assert state(engine) == (1, BEFORE + 1)
    with reading(engine) as connection:
        assert verify(connection, LEDGER_KEY).size == BEFORE + 1


@pytest.mark.parametrize(
    ("spoil", "mend", "code"),
    [
        (
            ["ALTER TABLE ledger_event RENAME TO elsewhere"],
            ["ALTER TABLE elsewhere RENAME TO ledger_event"],
            "ledger_not_written",
        ),
        (
            ["ALTER TABLE ledger_head RENAME TO elsewhere"],
            ["ALTER TABLE elsewhere RENAME TO ledger_head"],
            "ledger_not_written",
        ),
        (
            ["CREATE TABLE kept AS SELECT * FROM ledger_head", "DELETE FROM ledger_head"],
            ["INSERT INTO ledger_head SELECT * FROM kept"],
            "head_missing",
        ),
        (
            ["INSERT INTO ledger_head SELECT origin || '-two', size, link FROM ledger_head"],
            ["DELETE FROM ledger_head WHERE origin LIKE '%-two'"],
            "head_not_single",
        ),
        (
            ["UPDATE ledger_head SET size = size - 1"],
            ["UPDATE ledger_head SET size = size + 1"],
            "head_disagrees",
        ),
        (
            ["UPDATE ledger_head SET size = size + 1"],
            ["UPDATE ledger_head SET size = size - 1"],
            "head_disagrees",
        ),
        (
            [f"INSERT INTO ledger_event SELECT {BEFORE + 1}, body, link FROM ledger_event LIMIT 1"],
            [f"DELETE FROM ledger_event WHERE position = {BEFORE + 1}"],
            "ledger_not_written",
        ),
    ],
    ids=[
        "events dropped",
        "head dropped",
        "head row missing",
        "two heads",
        "head behind",
        "head ahead",
        "position taken",
    ],
)
def test_a_damaged_ledger(engine: Engine, spoil: list[str], mend: list[str], code: str) -> None:
    run(engine, *spoil)
    failure = failing(engine)
    assert isinstance(failure, LedgerFailure)
    assert failure.code == code
    run(engine, *mend)
    require_nothing_happened(engine)


def test_the_database_takes_everything_but_ledger_events(engine: Engine) -> None:
    if is_postgres(engine):
        run(
            engine,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER full_up BEFORE INSERT ON ledger_event EXECUTE FUNCTION refuse()",
        )
    else:
        run(
            engine,
            "CREATE TRIGGER full_up BEFORE INSERT ON ledger_event "
            "BEGIN SELECT RAISE(FAIL, 'no'); END",
        )
    assert failing(engine).code == "ledger_not_written"
    run(engine, "DROP TRIGGER full_up" + (" ON ledger_event" if is_postgres(engine) else ""))
    require_nothing_happened(engine)


def test_the_commit_itself_fails(engine: Engine) -> None:
    """Effect and events are written, and the database refuses at the very last step."""
    with (
        pytest.raises(LedgerFailure, match="not_committed"),
        a_unit_of_work(engine) as work,
    ):
        work.connection.execute(AN_EFFECT)
        if is_postgres(engine):
            work.connection.execute(
                text("CREATE TEMP TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            )
            work.connection.execute(text("INSERT INTO late VALUES (1), (1)"))
        else:
            work.connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            work.connection.execute(
                insert(handover).values(import_id=404, engagement_id=1, state="pending")
            )
        work.record(EventKind.IMPORT_STORED)
        work.commit()
    require_nothing_happened(engine)


def test_a_read_only_database(engine: Engine) -> None:
    def only_read(connection: Connection) -> None:
        mode = "SET TRANSACTION READ ONLY" if is_postgres(engine) else "PRAGMA query_only=ON"
        connection.exec_driver_sql(mode)

    event.listen(engine, "begin", only_read)
    failure = failing(engine)
    event.remove(engine, "begin", only_read)
    engine.dispose()
    assert isinstance(failure, Misconfigured)
    assert failure.code == "database_read_only"
    require_nothing_happened(engine)


def test_the_ledger_is_locked_for_too_long(records_url: str, engine: Engine) -> None:
    other = open_engine(records_url)
    holder = engine.connect()
    holder.begin()
    if is_postgres(engine):
        holder.execute(text("SELECT * FROM ledger_head FOR UPDATE"))

    def impatient(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")

    def impatient_sqlite(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=100")

    if is_postgres(engine):
        event.listen(other, "begin", impatient)
    else:
        event.listen(other, "connect", impatient_sqlite)
    failure = failing(other)
    assert isinstance(failure, Busy)
    holder.rollback()
    holder.close()
    require_nothing_happened(other)
    other.dispose()


def test_a_connection_that_is_lost(engine: Engine) -> None:
    if not is_postgres(engine):
        pytest.skip("SQLite has no server to lose")
    with pytest.raises(LedgerFailure, match="ledger_not_written"), a_unit_of_work(engine) as work:
        work.connection.execute(AN_EFFECT)
        backend = work.connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
        work.record(EventKind.DELETION_DONE)
        work.commit()
    require_nothing_happened(engine)


# --- a disk that is full (files of our own: SQLite) ---------------------------------------------


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_templates: dict[str, Path]) -> Iterator[str]:
    file = tmp_path / "private" / "records.db"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(sqlite_templates["records"].read_bytes())
    engine = open_engine(f"sqlite:///{file}")
    begin_ledger(engine, BEFORE - 1)
    engine.dispose()
    yield f"sqlite:///{file}"


def test_no_page_is_left_for_the_events(sqlite_url: str) -> None:
    """The effect fits into the database, its thousand events do not."""
    engine = open_engine(sqlite_url)

    def no_more_pages(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")

    event.listen(engine, "begin", no_more_pages)
    failure = failing(engine, events=1000)
    event.remove(engine, "begin", no_more_pages)
    engine.dispose()
    assert isinstance(failure, LedgerFailure)
    assert failure.code == "ledger_not_written"
    require_nothing_happened(engine)
    engine.dispose()


IN_A_CHILD = """
import resource, signal, sys
from lifecycle.errors import GallraError
from records.engines import open_engine
from tests.crash.test_ledger_sinks import {step}
try:
    {step}(open_engine(sys.argv[1]), int(sys.argv[2]))
except GallraError as error:
    print(type(error).__name__, error.code)
else:
    print("done")
"""


def in_a_child(step: Callable[[Engine, int], None], url: str, number: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_CHILD.format(step=step.__name__), url, str(number)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode <= 0, done.stderr
    return done.returncode, done.stdout.strip()


def act_on_a_small_disk(engine: Engine, size: int) -> None:
    """No file of this process grows beyond `size` bytes: the kernel then refuses the write."""
    with engine.connect():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        act(engine, events=300)


@pytest.mark.parametrize("size", [0, 4096, 8192, 20_000, 40_000, 80_000, 120_000])
def test_the_disk_is_full_at_the_commit(sqlite_url: str, size: int) -> None:
    """Whether the log takes nothing, the effect alone or half of the events."""
    _, told = in_a_child(act_on_a_small_disk, sqlite_url, size)
    engine = open_engine(sqlite_url)
    if told == "done":
        assert state(engine) == (1, BEFORE + 300)
        assert size > 80_000
    else:
        assert told in {
            "LedgerFailure not_committed",
            "LedgerFailure ledger_not_written",
            "Unreachable database_full",
            "Unreachable database_unreachable",
        }
        require_nothing_happened(engine)
    engine.dispose()


def act_and_die(engine: Engine, moment: int) -> None:
    """Die without notice: 0 before the events, 1 after them, 2 after the commit."""

    def die() -> None:
        signal.raise_signal(signal.SIGKILL)

    with a_unit_of_work(engine) as work:
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.DELETION_DONE)
        if moment == 0:
            die()
        if moment == 1:
            event.listen(work.connection, "commit", lambda _: die())
        work.commit()
        die()


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_killed_in_the_middle(engine: Engine, records_url: str, moment: int) -> None:
    code, _ = in_a_child(act_and_die, records_url, moment)
    assert code == -signal.SIGKILL
    if moment < 2:
        require_nothing_happened(engine)
    else:
        assert state(engine) == (1, BEFORE + 1)
        with reading(engine) as connection:
            assert verify(connection, LEDGER_KEY).size == BEFORE + 1


def test_two_writers_at_once_never_fork_the_chain(engine: Engine, records_url: str) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", IN_A_CHILD.format(step="append_many"), records_url, "40"],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        told, _ = child.communicate(timeout=60)
        assert told.strip() == "done"
    with reading(engine) as connection:
        assert verify(connection, LEDGER_KEY).size == BEFORE + 120


def append_many(engine: Engine, number: int) -> None:
    for _ in range(number):
        with a_unit_of_work(engine) as work:
            work.record(EventKind.STAGING_SEEN)
            work.commit()


def test_a_file_that_is_no_database_fails_before_anything(tmp_path: Path) -> None:
    file = tmp_path / "private" / "records.db"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(GallraError) as failure:
        act(open_engine(f"sqlite:///{file}"))
    assert "not a database" not in str(failure.value)
    with pytest.raises(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT * FROM lease")
