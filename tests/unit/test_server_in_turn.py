"""Two who write at the same time into Prefect's SQLite: neither is sent away."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.server import in_turn

if TYPE_CHECKING:
    from flows.server import Begin

PREFECTS_OWN: Begin = AioSqliteConfiguration.begin_transaction


async def look_then_write(
    database: AioSqliteConfiguration, begin: Begin, looked: asyncio.Event, go: asyncio.Event
) -> None:
    async with (
        await database.session(await database.engine()) as session,
        begin(database, session),
    ):
        await session.execute(text("SELECT count(*) FROM line"))
        looked.set()
        await go.wait()
        await session.execute(text("INSERT INTO line VALUES (1)"))


async def both(place: Path, begin: Begin) -> int:
    """One has looked and not written yet when another writes; the lines there are then."""
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{place}")
    engine = await database.engine()
    try:
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TABLE line (n INTEGER)"))
        first, second, go, at_once = (asyncio.Event() for _ in range(4))
        at_once.set()
        early = asyncio.create_task(look_then_write(database, begin, first, go))
        await first.wait()
        late = asyncio.create_task(look_then_write(database, begin, second, at_once))
        await asyncio.wait([late], timeout=0.5)
        go.set()
        await asyncio.gather(early, late)
        async with engine.connect() as connection:
            return int((await connection.execute(text("SELECT count(*) FROM line"))).scalar_one())
    finally:
        await engine.dispose()


def test_whoever_writes_waits_for_its_turn(tmp_path: Path) -> None:
    assert asyncio.run(both(tmp_path / "prefect.db", in_turn(PREFECTS_OWN))) == 2


def test_without_that_the_second_is_sent_away_at_once(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="database is locked"):
        asyncio.run(both(tmp_path / "prefect.db", PREFECTS_OWN))


def test_prefect_still_has_what_is_replaced() -> None:
    named = list(inspect.signature(PREFECTS_OWN).parameters)
    assert named == ["self", "session", "with_for_update"]
