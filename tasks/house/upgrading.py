"""The databases are brought to today's shape on purpose, and what was done is told."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

from lifecycle.errors import Misconfigured
from lifecycle.ledger import EventKind
from records import migrations
from records.engines import open_engine, quiet_errors, reading
from records.migrations import Branch
from tasks.house.settings import Settings, sqlite_path
from tasks.house.wiring import open_house

_BRANCHES: Final[tuple[Branch, ...]] = ("records", "keys")
_EMPTY: Final = "empty"
_UNPACKED: Final = "unpacked"
"""The version of a checkout that was never installed."""


class Schema(NamedTuple):
    """Where one of the two databases stands."""

    database: Branch
    found: str
    """`empty` for one without anything in it."""
    wanted: str
    """This version's."""

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to do."""
        return self.found == self.wanted


def program_version() -> str:
    """Gallra's own version, as it was installed."""
    try:
        return version("gallra")
    except PackageNotFoundError:
        return _UNPACKED


def look(settings: Settings) -> list[Schema]:
    """Where both databases stand; nothing is changed.

    Raises `Misconfigured("database_newer_than_program")`, or as `open_engine` does.
    """
    found = []
    for branch in _BRANCHES:
        if not _is_there(_url(settings, branch)):
            found.append(Schema(branch, _EMPTY, migrations.HEADS[branch]))
            continue
        engine = open_engine(_url(settings, branch))
        try:
            with quiet_errors(), reading(engine) as connection:
                at = migrations.revision(connection, branch)
        finally:
            engine.dispose()
        if at is not None and at > migrations.HEADS[branch]:
            raise Misconfigured("database_newer_than_program", ref=branch)
        found.append(Schema(branch, at or _EMPTY, migrations.HEADS[branch]))
    return found


def upgrade(settings: Settings, controller: str) -> list[Schema]:
    """Bring both to today's shape and note it in the ledger; where they stood before.

    Nothing happens where they are current. Each is upgraded wholly or not at all, and any number
    of processes may ask for it at once. Raises `Misconfigured("database_newer_than_program")`.
    """
    before = look(settings)
    for each in before:
        engine = open_engine(_url(settings, each.database))
        try:
            migrations.upgrade(engine, each.database)
        finally:
            engine.dispose()
    changed = [each for each in before if not each.is_current]
    if changed:
        with open_house(controller, settings=settings) as house, house.work() as work:
            for each in changed:
                work.record(
                    EventKind.DATABASE_UPGRADED,
                    facts={"of": each.database, "before": each.found, "after": each.wanted},
                )
            work.commit()
    return before


def _is_there(url: str) -> bool:
    """Whether there is something to look into: opening a file would make it."""
    file = sqlite_path(url)
    return file is None or file.exists()


def _url(settings: Settings, branch: Branch) -> str:
    return settings.key_database_url if branch == "keys" else settings.database_url
