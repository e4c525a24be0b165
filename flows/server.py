"""Prefect's own server, which waits its turn at SQLite instead of giving up.

Prefect 3.8 begins a transaction that will write as if it would only read. Where anybody else wrote
between its first look and its first line, SQLite refuses that line at once, however patient the
connection is; the pages then say "Something went wrong" and nothing was started, and an automation
misses an event. Here a transaction takes its turn when it begins, and waits for it.
`python -m flows.server …` takes what `python -m prefect …` takes.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from prefect.cli import app
from prefect.server.database.configurations import AioSqliteConfiguration

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

    Begin = Callable[..., AbstractAsyncContextManager[AsyncSessionTransaction]]


def in_turn(begin: Begin) -> Begin:
    """`begin`, as if every transaction were to write (SQLite: BEGIN IMMEDIATE)."""

    @functools.wraps(begin)
    def begin_in_turn(
        database: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = True
    ) -> AbstractAsyncContextManager[AsyncSessionTransaction]:
        return begin(database, session, with_for_update=True)

    return begin_in_turn


if __name__ == "__main__":
    AioSqliteConfiguration.begin_transaction = in_turn(  # type: ignore[method-assign, assignment]
        AioSqliteConfiguration.begin_transaction
    )
    app()
