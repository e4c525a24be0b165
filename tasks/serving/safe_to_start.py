"""Data is protected against those who may not see it before anything is served (A-60, art. 32)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from lifecycle.errors import GallraError, LedgerFailure, Misconfigured
from records.due import everybody_known
from records.engines import open_engine, reading
from records.migrations import HEADS, revision, upgrade
from tasks.house.private import is_exposed, may_be_changed
from tasks.house.settings import Settings, sqlite_path
from tasks.house.wiring import list_policies, open_house
from tasks.proving.proof import witness
from tasks.proving.witnessed import is_unwitnessed
from tasks.serving.prefect_settings import foreign_settings

_KEK: Final = "kek-*"


class Fault(NamedTuple):
    """What keeps this house from being served."""

    code: str
    ref: str


def faults(settings: Settings) -> Iterator[Fault]:
    """What others can read or change, in production a key beside what it protects, and settings of
    somebody's where Prefect would read them."""
    for path in _private(settings):
        if is_exposed(path):
            yield Fault("state_readable_by_others", _name(settings, path))
    for folder in _folders(settings):
        if may_be_changed(folder):
            yield Fault("state_readable_by_others", folder.name)
    if settings.production and settings.keys_lie_beside_data:
        yield Fault("kek_beside_data", "GALLRA_KEYS")
    for name in foreign_settings(settings.home / "prefect"):
        yield Fault("prefect_settings_beside", name)


def require_safe(settings: Settings) -> None:
    """Refuse to serve this house as long as it is not safe; have the ledger witnessed where that
    was forgotten for a day.

    Raises `Misconfigured("state_readable_by_others")`, `Misconfigured("kek_beside_data")`,
    `Misconfigured("prefect_settings_beside")`, `Misconfigured("database_newer_than_program")`,
    `LedgerFailure("ledger_unwitnessed")` where no
    witness takes a checkpoint.
    """
    for fault in faults(settings):
        raise Misconfigured(fault.code, ref=fault.ref)
    controllers = _unwitnessed(settings)
    failed = False
    for controller in controllers:
        try:
            with open_house(controller, settings=settings) as house:
                witness(house)
        except GallraError:
            failed = True
    if failed:
        raise LedgerFailure("ledger_unwitnessed")


def begun_here(settings: Settings) -> list[str]:
    """The controllers whose records were ever opened here, also where a policy's file is gone by
    now: what they had runs no more, and whoever looks has to be told. The records are brought
    forward first where an earlier version left them.

    Raises `Misconfigured("database_newer_than_program")`.
    """
    return _begun(settings, lambda engine: True)


def _unwitnessed(settings: Settings) -> list[str]:
    """The controllers that have begun here and have a policy, where the ledger was not witnessed
    for a day."""
    late = _begun(settings, lambda engine: is_unwitnessed(engine, at=datetime.now(UTC)))
    policies = list_policies(settings)
    return [each for each in late if each in policies]


def _begun(settings: Settings, wanted: Callable[[Engine], bool]) -> list[str]:
    file = sqlite_path(settings.database_url)
    if file is not None and not file.exists():
        return []
    engine = open_engine(settings.database_url)
    try:
        with reading(engine) as connection:
            found = revision(connection, "records")
        if found is None:
            return []
        if found != HEADS["records"]:
            upgrade(engine, "records")  # of an earlier version they are somebody's all the same
        if not wanted(engine):
            return []
        with reading(engine) as connection:
            return everybody_known(connection)
    finally:
        engine.dispose()


def _private(settings: Settings) -> Iterator[Path]:
    """The state folder; databases and keys, wherever they lie."""
    if settings.home.exists():
        yield settings.home
    for url in (settings.database_url, settings.key_database_url):
        file = sqlite_path(url)
        if file is not None and file.exists():
            yield file
    if settings.key_encryption_keys.is_dir():
        # A link that leads nowhere is no key: whoever opens the keys says so.
        keys = settings.key_encryption_keys.glob(_KEK)
        yield from sorted(each for each in keys if each.exists())
    if settings.prefect_auth is not None and settings.prefect_auth.exists():
        yield settings.prefect_auth


def _folders(settings: Settings) -> Iterator[Path]:
    """Where databases and keys lie: who may write there takes them away or puts others there."""
    files = (sqlite_path(url) for url in (settings.database_url, settings.key_database_url))
    around = [file.parent for file in files if file is not None]
    for folder in dict.fromkeys((*around, settings.key_encryption_keys)):
        if folder.is_dir() and folder != settings.home:
            yield folder


def _name(settings: Settings, path: Path) -> str:
    """The file's own name: nobody needs its folder to find it."""
    return "GALLRA_HOME" if path == settings.home else path.name
