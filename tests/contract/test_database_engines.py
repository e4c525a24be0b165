"""Both databases keep the promises that erasure and the restart rule rest on."""

from __future__ import annotations

import pickle
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from lifecycle.errors import Busy, GallraError, Misconfigured, Refused, Unreachable
from records import engines
from records.engines import open_engine, quiet_errors, reading, translate
from records.migrations import HEADS, Branch, configuration, revision, upgrade, version_table
from records.tables import data_key, epoch, lease, to_do


def sqlite_only(dialect: str) -> None:
    if dialect != "sqlite":
        pytest.skip("a promise of SQLite's")


def test_every_sqlite_connection_deletes_securely_and_writes_durably(
    dialect: str, records_engine: Engine
) -> None:
    sqlite_only(dialect)
    for _ in range(3):
        with reading(records_engine) as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in (
                    "journal_mode",
                    "synchronous",
                    "secure_delete",
                    "foreign_keys",
                    "busy_timeout",
                )
            }
            connection.detach()
        assert pragmas == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
        }


def test_a_sqlite_that_cannot_delete_securely_is_not_used(
    dialect: str, records_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_only(dialect)

    class Forgetful(sqlite3.Connection):
        def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
            asked = sql.replace("PRAGMA secure_delete=ON", "PRAGMA secure_delete=OFF")
            return super().execute(asked, *parameters)  # type: ignore[arg-type]

    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3.dbapi2, "connect", lambda *a, **k: connect(*a, **{**k, "factory": Forgetful})
    )
    engine = open_engine(records_url)
    with pytest.raises(Misconfigured, match="database_without_secure_delete"):
        engine.connect()


def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "deep" / "records.db"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine, "records")
    with engine.begin() as connection:
        connection.execute(insert(lease).values(name="a", holder="b", expires_at="c"))
        modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in file.parent.iterdir()}
    assert modes == {"records.db": 0o600, "records.db-wal": 0o600, "records.db-shm": 0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    engine.dispose()
    file.chmod(0o644)
    open_engine(f"sqlite:///{file}").dispose()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite://", "database_must_be_a_file"),
        ("sqlite:///:memory:", "database_must_be_a_file"),
        ("mysql://localhost/x", "database_kind_unknown"),
        ("no address at all", "database_address_malformed"),
        ("sqlite:////proc/nowhere/records.db", "database_folder_not_writable"),
    ],
)
def test_other_addresses_are_refused_by_name(url: str, code: str) -> None:
    with pytest.raises(Misconfigured, match=f"^{code}$"):
        open_engine(url)


def test_a_failed_transaction_leaves_nothing(keys_engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), keys_engine.begin() as connection:
        connection.execute(insert(data_key).values(id=1, epoch=1, wrapped=b"w"))
        connection.execute(text("CREATE TABLE extra (a INTEGER)"))
        _ = 1 / 0
    with reading(keys_engine) as connection:
        assert connection.execute(select(data_key)).all() == []


def test_reading_sees_one_state_and_blocks_nobody(keys_engine: Engine) -> None:
    with reading(keys_engine) as reader:
        assert reader.execute(select(data_key.c.id)).all() == []
        with keys_engine.begin() as writer:
            writer.execute(insert(data_key).values(id=1, epoch=1, wrapped=b"w"))
        assert reader.execute(select(data_key.c.id)).all() == []
    with reading(keys_engine) as reader:
        assert reader.execute(select(data_key.c.id)).scalars().all() == [1]


def test_writers_wait_for_each_other_instead_of_failing(dialect: str, keys_engine: Engine) -> None:
    """Read, then write: with a deferred transaction SQLite would refuse one of them."""
    with keys_engine.begin() as connection:
        connection.execute(insert(epoch).values(number=0, created_at="", state="x"))

    def count_up() -> None:
        for _ in range(20):
            with keys_engine.begin() as connection:
                query = select(epoch.c.number).with_for_update()
                number = connection.execute(query).scalar_one()
                connection.execute(epoch.update().values(number=number + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(keys_engine) as connection:
        assert connection.execute(select(epoch.c.number)).scalar_one() == 80


def test_a_lock_that_never_comes_is_busy(
    dialect: str, keys_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_WAIT", 1)
    first, second = open_engine(keys_url), open_engine(keys_url)
    with first.begin() as holder:
        holder.execute(insert(data_key).values(id=1, epoch=1, wrapped=b"w"))
        with (
            pytest.raises(Busy, match=r"^database_busy$"),
            quiet_errors(),
            second.begin() as waiter,
        ):
            waiter.execute(insert(data_key).values(id=1, epoch=1, wrapped=b"w"))
    first.dispose()
    second.dispose()


def test_no_error_repeats_a_value(records_engine: Engine) -> None:
    """PostgreSQL's DETAIL quotes the row; neither words, cause nor traceback may keep it."""
    values = {
        "id": 1,
        "controller": "planted-canary",
        "kind": "planted-canary",
        "ref": "r",
        "number": 1,
    }
    row = {**values, "opened_at": "planted-canary"}
    with records_engine.begin() as connection:
        connection.execute(insert(to_do).values(row))
    with pytest.raises(DBAPIError) as raw, records_engine.begin() as connection:
        connection.execute(insert(to_do).values({**row, "id": 2}))
    assert "canary" not in "".join(traceback.format_exception(raw.value))
    assert "canary" not in repr(raw.value) + repr(raw.value.orig) + repr(raw.value.__dict__)
    assert b"canary" not in pickle.dumps(raw.value)
    diagnosis = getattr(raw.value.orig, "diag", None)
    assert diagnosis is None or diagnosis.message_detail is None

    with (
        pytest.raises(Refused, match=r"^database_conflict$") as quiet,
        quiet_errors(),
        records_engine.begin() as connection,
    ):
        connection.execute(insert(to_do).values({**row, "id": 2}))
    assert quiet.value.__cause__ is None
    assert quiet.value.__suppress_context__
    assert b"canary" not in pickle.dumps(quiet.value.__context__)


def test_our_own_errors_pass_unchanged(records_engine: Engine) -> None:
    assert translate(ValueError("x")) is None
    with pytest.raises(LookupError), quiet_errors():
        raise LookupError


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_unreachable() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(Unreachable, match=r"^database_unreachable$"), quiet_errors():
        engine.connect()


def test_a_damaged_file_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"not a database" * 100)
    engine = open_engine(f"sqlite:///{tmp_path}/records.db")
    with pytest.raises(Misconfigured, match=r"^database_damaged$"):
        upgrade(engine, "records")


@pytest.mark.parametrize("branch", ["records", "keys"])
def test_the_newest_revision_is_the_one_that_alembic_knows(
    branch: Branch, new_database: Callable[[Branch], str]
) -> None:
    from alembic.script import ScriptDirectory

    engine = open_engine(new_database(branch))
    with reading(engine) as connection:
        script = ScriptDirectory.from_config(configuration(branch, connection))
        assert script.get_heads() == [HEADS[branch]] == [revision(connection, branch)]
    engine.dispose()


def test_upgrading_again_changes_nothing(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        connection.execute(insert(lease).values(name="a", holder="b", expires_at="c"))
    upgrade(records_engine, "records")
    with reading(records_engine) as connection:
        assert connection.execute(select(lease.c.name)).scalars().all() == ["a"]


def test_a_database_of_a_later_version_is_left_alone(records_engine: Engine) -> None:
    table = version_table("records")
    with records_engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET version_num = 'r9999'")
    with pytest.raises(Misconfigured, match=r"^database_newer_than_program$"):
        upgrade(records_engine, "records")
    with reading(records_engine) as connection:
        assert revision(connection, "records") == "r9999"


def test_both_branches_fit_in_one_database(records_engine: Engine) -> None:
    upgrade(records_engine, "keys")
    with reading(records_engine) as connection:
        assert revision(connection, "records") == HEADS["records"]
        assert revision(connection, "keys") == HEADS["keys"]


UPGRADE = """
import sys
from records.engines import open_engine
from records.migrations import upgrade
upgrade(open_engine(sys.argv[1]), "records")
"""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_several_processes_upgrade_one_new_database(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    if kind == "postgresql":
        server = request.getfixturevalue("session_postgres")
        server.run("CREATE DATABASE upgraded_by_many")
        url = server.url("upgraded_by_many")
    started = [subprocess.Popen([sys.executable, "-c", UPGRADE, url]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    engine = open_engine(url)
    with reading(engine) as connection:
        assert revision(connection, "records") == HEADS["records"]
    engine.dispose()


def test_a_quieted_error_is_always_one_of_ours() -> None:
    for kind in (sqlite3.OperationalError, sqlite3.IntegrityError, sqlite3.DatabaseError):
        assert isinstance(translate(kind("planted-canary")), GallraError)
        assert "canary" not in str(translate(kind("planted-canary")))
