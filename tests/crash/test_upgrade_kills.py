"""An upgrade that ends anywhere has not happened, and the next one does it; many do it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from records.engines import open_engine, reading
from records.migrations import HEADS, revision, upgrade
from tests.crash.killing import Ending, KillPoint, run_killed, spread, survey, sweep, why_no_strace
from tests.factories.databases import PostgresServer
from tests.factories.earlier_schemas import Rows, make_at, rows_of, shape_of

FROM = "r0002"
"""The oldest schema that anybody has: every later migration runs."""
AT = "2026-01-07T08:00:00.000000+00:00"
PEOPLE = 40
UPGRADE = """
import sys
from records.engines import open_engine
from records.migrations import upgrade
upgrade(open_engine(sys.argv[1]), "records")
"""
_number = count()


def filled() -> Rows:
    """Cases of forty people, a witnessed checkpoint, a file that was seen."""
    people = range(1, PEOPLE + 1)
    return {
        "engagement": [
            {
                "id": one, "controller": "academedia", "subject_id": one, "service": "s",
                "case_reference": str(one), "project": "p", "started_on": "2026-01-01",
                "ends_on": f"2026-06-{one % 28 + 1:02}", "broke_off_on": "",
            }
            for one in people
        ],
        "checkpoint": [{"size": 1, "sink": "", "text": "t", "witnessed_at": AT}],
        "staged_file": [
            {
                "id": 1, "controller": "academedia", "place": "p", "item_digest": b"d",
                "version": "1", "size": 1, "arrived_at": AT, "first_seen_at": AT,
                "state": "deleted",
            }
        ],
    }  # fmt: skip


@pytest.fixture
def empty(
    dialect: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], str]]:
    """Addresses of new, empty databases."""
    if dialect == "sqlite":
        yield lambda: f"sqlite:///{tmp_path}/{next(_number)}/records.db"
        return
    server: PostgresServer = request.getfixturevalue("session_postgres")
    made: list[str] = []

    def new() -> str:
        made.append(f"upgraded_{next(_number)}")
        server.run(f"CREATE DATABASE {made[-1]}")
        return server.url(made[-1])

    yield new
    for name in made:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def earlier(empty: Callable[[], str]) -> tuple[str, Rows]:
    """A database at the earlier schema, and what it holds."""
    url = empty()
    with opened(url) as engine:
        return url, make_at(engine, FROM, filled())


class opened:  # noqa: N801 -- read as a word
    """An engine that is gone afterwards."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def __enter__(self) -> Engine:
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()


def state_of(url: str) -> tuple[str | None, Rows, dict[str, object]]:
    with opened(url) as engine:
        with reading(engine) as connection:
            at = revision(connection, "records")
        return at, rows_of(engine), shape_of(engine)


def whole(url: str) -> tuple[str | None, Rows, dict[str, object]]:
    """What it is after an upgrade that nothing disturbs."""
    with opened(url) as engine:
        upgrade(engine, "records")
    done = state_of(url)
    assert done[0] == HEADS["records"]
    assert len(done[1]["anchor"]) == PEOPLE
    return done


class Stopped(Exception):
    """Raised in place of a kill."""


def stopped_at(url: str, at: int, stop: Callable[[], None]) -> bool:
    """Upgrade and call `stop` before statement number `at`; whether there was one."""
    seen = count(1)
    reached = False

    def tick(*_: object) -> None:
        nonlocal reached
        if next(seen) == at:
            reached = True
            stop()

    with opened(url) as engine:
        event.listen(engine, "before_cursor_execute", tick)
        event.listen(engine, "commit", tick)
        try:
            upgrade(engine, "records")
        except Stopped:
            assert reached
    return reached


def raise_stopped() -> None:
    raise Stopped


def kill_child(url: str, at: int) -> bool:
    """The same in a child that is killed there; whether it was reached."""
    child = os.fork()
    if child == 0:
        try:
            stopped_at(url, at, lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def swept(url: str, points: range, stop: Callable[[int], bool]) -> int:
    """Stop at each of `points` in turn; every time the database is what it was. How many."""
    before, stopped = state_of(url), 0
    for at in points:
        if not stop(at):
            break
        stopped += 1
        assert state_of(url) == before, f"stopped at {at}: something of the upgrade stayed"
    return stopped


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("how", ["raised", "killed"])
def test_stopped_before_any_statement_nothing_of_it_stays(
    earlier: tuple[str, Rows], how: str, step: int
) -> None:
    url, _ = earlier
    if how == "raised":
        done = swept(url, range(2, 1_000, step), lambda at: stopped_at(url, at, raise_stopped))
    else:
        done = swept(url, range(2, 1_000, step), lambda at: kill_child(url, at))
    assert done >= 80 // step
    whole(url)


def test_several_at_once_upgrade_it_once(earlier: tuple[str, Rows]) -> None:
    url, held = earlier
    command = [sys.executable, "-c", UPGRADE, url]
    started = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(timeout=120) for process in started] == [0] * 4
    at, now, _ = state_of(url)
    assert at == HEADS["records"]
    assert len(now["anchor"]) == PEOPLE
    # Twice over, the name would stand there twice.
    assert [row["sink"] for row in now["checkpoint"]] == [
        f"{row['sink']}-academedia" for row in held["checkpoint"]
    ]


def test_threads_of_one_process_upgrade_several_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}/records.db" for number in range(6)]
    for url in urls:
        with opened(url) as engine:
            make_at(engine, FROM, filled())
    with ThreadPoolExecutor(len(urls)) as pool:
        done = list(pool.map(whole, urls))
    assert done == [done[0]] * len(urls)


def copied(url: str, folder: Path) -> str:
    folder.mkdir()
    (folder / "records.db").write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
    (folder / "records.db").chmod(0o600)
    return f"sqlite:///{folder}/records.db"


@pytest.mark.long
@pytest.mark.skipif(why_no_strace() is not None, reason=str(why_no_strace()))
def test_killed_before_any_system_call_it_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/template/records.db"
    with opened(url) as engine:
        make_at(engine, FROM, filled())
    old = state_of(url)
    new = whole(copied(url, tmp_path / "whole"))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def command(one: str) -> list[str]:
        return [sys.executable, "-c", UPGRADE, one]

    looked = copied(url, tmp_path / "survey")
    points = survey(command(looked), env=env, folders=[tmp_path / "survey"])
    assert len(points) > 20

    def one(point: KillPoint) -> bool:
        mine = copied(url, tmp_path / f"{point.syscall}-{point.number}")
        run = run_killed(command(mine), point, env=env)
        assert state_of(mine) in (old, new), f"half an upgrade at {point}"
        assert whole(mine) == new
        return run.ending is Ending.KILLED

    assert sum(sweep(spread(points, 40), one)) >= 30
