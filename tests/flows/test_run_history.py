"""Prefect lets go of what is older than the policy says; what it would keep for ever is removed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows.session import prefect_session
from lifecycle.errors import Unreachable
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import here
from tasks.serving.prefect_server import PrefectServer, local_server
from tasks.serving.run_history import TIDYING_MAY_TAKE, forget_runs, history, limit
from tests.factories.hooks import hooks_restored

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(600)]

KEEP = timedelta(days=90)
OLD = KEEP + TIDYING_MAY_TAKE + timedelta(days=1)
TIDIED_LIMIT = 180.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("remembering")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GALLRA_HOME", str(place))
        yield place


def _ran(home: Path) -> PrefectServer:
    """A real run, with its page, logs and events."""
    with hooks_restored(), prefect_session(home) as server:
        from flows.witness_ledger import witness_ledger

        witness_ledger("academedia")
        _until(lambda: all(_counts(home).values()))
        return server


def _counts(home: Path) -> dict[str, int]:
    tables = ("flow_run", "artifact", "log", "events")
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as database:
        return {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables
        }


def _until(holds: Any) -> None:
    end = time.monotonic() + TIDIED_LIMIT
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.5)


def _made_older(home: Path, *, by: timedelta) -> None:
    """Everything that the database remembers happened so much earlier."""
    columns = {
        "flow_run": ("created", "expected_start_time", "start_time", "end_time"),
        "task_run": ("created", "expected_start_time", "start_time", "end_time"),
        "artifact": ("created", "updated"),
        "log": ("created", "timestamp"),
        "events": ("occurred", "received"),
        "event_resources": ("occurred",),
    }
    days = f"-{by.days} days"
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as database, database:
        for table, names in columns.items():
            for name in names:
                shifted = f"strftime('%Y-%m-%d %H:%M:%f000', {name}, ?)"
                database.execute(f"UPDATE {table} SET {name} = {shifted}", (days,))


def _forgotten_waiting(home: Path) -> str:
    """A run that somebody never answered, as old."""
    run = str(uuid4())
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(flow_run)")]
        own = ("id", "state_id", "state_type", "state_name", "idempotency_key")
        times = ("start_time", "end_time")
        kept = [name for name in names if name not in (*own, *times)]
        chosen = ", ".join(kept)
        database.execute(
            f"INSERT INTO flow_run (id, state_type, state_name, {chosen}) "
            f"SELECT ?, 'PAUSED', 'Suspended', {chosen} FROM flow_run LIMIT 1",
            (run,),
        )
    return run


def test_what_is_older_than_the_policy_says_goes_and_what_is_not_stays(home: Path) -> None:
    settings = Settings.from_environment()
    assert limit(settings) == KEEP
    _ran(home)
    before = _counts(home)
    assert min(before.values()) > 0
    _made_older(home, by=OLD)
    waiting = _forgotten_waiting(home)
    now = datetime.now(UTC)
    with local_server(home) as server:
        api = PrefectApi(here(home, server.port))
        elsewhere = replace(
            settings, prefect_api=f"{server.api}", prefect_auth=home / "prefect" / "auth"
        )
        with open_house("academedia", settings=elsewhere) as house:
            others = forget_runs(house)
        assert others is not None
        assert others.never_ended == 0, "of no pool of ours: on another's server it is another's"
        assert api.get(f"/flow_runs/{waiting}")[0] == 200
        with open_house("academedia") as house:
            found = forget_runs(house)
        assert found is not None
        assert found.never_ended == 1
        assert api.get(f"/flow_runs/{waiting}")[0] == 404
        api.remove(f"/flow_runs/{waiting}")  # another run was faster: it is gone all the same
        with pytest.raises(Unreachable, match="prefect_deploy_failed"):
            api.remove("/admin/version")
        # Prefect's own tidying begins when the server does: what was old is gone, in every table.
        _until(lambda: not any(one.is_over for one in _seen(api, now)))
        _until(lambda: set(_counts(home).values()) <= {0} or not _old(api, now))
        with open_house("academedia") as house:
            again = forget_runs(house)
        assert again is not None
        assert again.never_ended == 0
        assert not any(one.is_over for one in again.history.values())


def _seen(api: PrefectApi, now: datetime) -> list[Any]:
    return list(history(api, now=now, keep=KEEP).values())


def _old(api: PrefectApi, now: datetime) -> bool:
    return any(one.oldest is not None and one.oldest < now - KEEP for one in _seen(api, now))
