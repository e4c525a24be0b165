"""The databases are brought to today's shape before anything is read from them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import Connection, Engine, MetaData, inspect

from lifecycle.errors import Misconfigured
from records.engines import quiet_errors, reading
from records.tables import KEYS, RECORDS

if TYPE_CHECKING:
    from alembic.config import Config

Branch = Literal["records", "keys"]

HEADS: Final[dict[Branch, str]] = {"records": "r0016", "keys": "k0001"}
"""The newest revision of each database: lets an up-to-date one open without loading Alembic."""

METADATA: Final[dict[Branch, MetaData]] = {"records": RECORDS, "keys": KEYS}
_HERE: Final = Path(__file__).parent
_LOCK: Final = 0x47414C4C5241  # "GALLRA": one upgrade of a PostgreSQL database at a time
_alembic: Final = threading.Lock()
"""Alembic keeps what it works on in its module: one thread of a process at a time."""


def upgrade(engine: Engine, branch: Branch) -> None:
    """Bring the database of `branch` to its newest shape; nothing happens where it is.

    Any number of processes may call this at once. All or nothing: a failed upgrade leaves the
    database as it was. Raises `Misconfigured("database_newer_than_program")` for a database
    that a later version of Gallra wrote.
    """
    with quiet_errors():
        with reading(engine) as connection:
            current = revision(connection, branch)
        if current == HEADS[branch]:
            return
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            if revision(connection, branch) != HEADS[branch]:
                _run(connection, branch)


def revision(connection: Connection, branch: Branch) -> str | None:
    """The revision that the database of `branch` is at; None if it is empty."""
    table = version_table(branch)
    if not inspect(connection).has_table(table):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalar()  # noqa: S608 -- a fixed name
    return None if found is None else str(found)


def version_table(branch: Branch) -> str:
    """Where Alembic notes the revision: a table for each branch, so that both fit one server."""
    return f"alembic_version_{branch}"


def configuration(branch: Branch, connection: Connection) -> Config:
    """Alembic's configuration, made here so that no one needs an alembic.ini."""
    from alembic.config import Config  # here: an up-to-date database opens 0.2 s sooner

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(_HERE / branch))
    config.set_main_option("path_separator", "newline")  # a folder's name may hold anything else
    config.attributes.update(
        connection=connection, metadata=METADATA[branch], version_table=version_table(branch)
    )
    return config


def _run(connection: Connection, branch: Branch) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    failed = False
    try:
        with _alembic:
            command.upgrade(configuration(branch, connection), "head")
    except CommandError:
        failed = True  # the database names a revision that these scripts do not know
    if failed:
        raise Misconfigured("database_newer_than_program")
