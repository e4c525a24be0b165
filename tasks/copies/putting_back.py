"""A copy is put back only where nothing runs; what was there is set aside, never overwritten."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Engine, make_url

from lifecycle.errors import Busy, GallraError, LedgerFailure, Misconfigured, Refused, Unreachable
from records import copies, migrations, postgres_copies
from records.copies import Contents
from records.engines import make_private_folder, open_engine, quiet_errors, reading
from records.kek import DirectoryKeks
from records.keyring import Keyring
from tasks.copies import folders
from tasks.house import replay_first
from tasks.house.clock import utc_now
from tasks.house.settings import Settings

Which = Literal["records", "keys"]


class PutBack(NamedTuple):
    """What was put back."""

    rows: int
    aside: str
    """Where the present one lies now; "" where there was none."""


def put_back(
    settings: Settings, which: Which, file: Path, *, replace: bool = False, now: datetime
) -> PutBack:
    """Exchange the present database for the copy: wholly or not at all, whenever it is stopped.

    Before anything is touched the copy is read whole: it must be one of that database, of no later
    version, of this installation, and the keys that it needs must be there. Raises `Refused`:
    `copy_not_readable`, `copy_of_another_installation`, `copy_keys_outdated`,
    `restore_would_replace` (there is one, and not `replace`); `Busy("restore_while_running")`,
    `Misconfigured("database_newer_than_program")`, `Unreachable`.
    """
    url = settings.key_database_url if which == "keys" else settings.database_url
    engine = open_engine(url) if not url.startswith("sqlite") or _there(url) else None
    asked = False
    try:
        ending = _ending(url)
        found = copies.check(file, which, ending=ending, ledger_key=None)
        _require_known(which, found)
        _require_its_keys(settings, which, file, found, ending)
        if engine is not None and not replace and _begun(engine, which):
            raise Refused("restore_would_replace")
        asked = which == "keys" and replay_first.ask(settings.home)
        mark = f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
        if ending == copies.ENDINGS["postgresql"] and engine is not None:
            aside = _exchange_tables(engine, which, file, mark)
        else:
            aside = _exchange_file(engine, _file(url), file, mark)
        return PutBack(found.rows, aside)
    except Busy:
        if asked:
            replay_first.done(settings.home)
        raise
    finally:
        if engine is not None:
            engine.dispose()


def _ending(url: str) -> str:
    return copies.ENDINGS["sqlite" if url.startswith("sqlite") else "postgresql"]


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _there(url: str) -> bool:
    file = _file(url)
    return file.exists() and file.stat().st_size > 0


def _begun(engine: Engine, which: Which) -> bool:
    """Whether there is something to lose; a damaged one is still something."""
    try:
        with quiet_errors(), reading(engine) as connection:
            return migrations.revision(connection, which) is not None
    except GallraError as error:
        if error.code == "database_damaged":
            return True
        raise


def _require_known(which: Which, found: Contents) -> None:
    if found.revision > migrations.HEADS[which]:
        raise Misconfigured("database_newer_than_program")


def _require_its_keys(
    settings: Settings, which: Which, file: Path, found: Contents, ending: str
) -> None:
    keks = DirectoryKeks(settings.key_encryption_keys, writable=False)
    if which == "keys":
        if not set(found.epochs) <= set(keks.epochs()):
            raise Refused("copy_keys_outdated", missing=len(set(found.epochs) - set(keks.epochs())))
        if not copies.opens_with(file, keks, ending=ending):
            raise Refused("copy_of_another_installation")
        return
    url = settings.key_database_url
    if url.startswith("sqlite") and not _there(url):
        return  # lost too: what comes first, nobody knows
    engine = open_engine(url)
    try:
        key = copies.ledger_key_of(Keyring(engine, keks, now=utc_now))
    finally:
        engine.dispose()
    if key is None:
        return
    fits = True
    try:
        copies.check(file, which, ending=ending, ledger_key=key)
    except LedgerFailure:
        fits = False
    if not fits:
        raise Refused("copy_of_another_installation")


def _exchange_tables(engine: Engine, which: Which, file: Path, mark: str) -> str:
    postgres_copies.require_alone(engine)
    aside = f"gallra_{which}_aside_{mark.lower().replace('.', '_')}"
    names = copies.names_of(engine, which)
    engine.dispose()
    postgres_copies.put_back(engine, names, file, aside=aside)
    return aside if names else ""


def _exchange_file(engine: Engine | None, target: Path, file: Path, mark: str) -> str:
    """The new one is whole beside the present one before it takes its name."""
    draft = target.with_name(f".{target.name}.restored")
    aside = target.with_name(f"{target.name}.aside-{mark}")
    failed = False
    try:
        make_private_folder(target.parent)
        draft.unlink(missing_ok=True)
        with file.open("rb") as source, open(draft, "xb", opener=folders.for_owner) as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        _drop_second_names(target)
        if engine is not None:
            engine.dispose()
            _close_log(target, aside)
            os.link(target, aside)
        else:
            _set_log_aside(target, aside)
        draft.replace(target)
        folders.on_disk(target.parent)
    except OSError:
        failed = True
    finally:
        with suppress(OSError):  # people are in it: where nothing came of it, it does not stay
            draft.unlink(missing_ok=True)
    if failed:
        raise Unreachable("database_unreachable")
    return "" if engine is None else str(aside)


def _drop_second_names(target: Path) -> None:
    """A run that was killed between both steps has given the present one a second name."""
    for each in target.parent.glob(f"{target.name}.aside-*"):
        if target.exists() and each.samefile(target):
            each.unlink()


def _close_log(target: Path, aside: Path) -> None:
    """Nobody else has the file open, and no log lies beside it that belongs to the old one.

    Leaving the log's way of writing needs the file for oneself: SQLite refuses it otherwise.
    Raises `Busy("restore_while_running")`.
    """
    answer: object = None
    with closing(sqlite3.connect(target, timeout=1)) as alone:
        try:
            answer = alone.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            answer = ("locked",)
        except sqlite3.DatabaseError:
            answer = ("delete",)  # damaged: nobody works with it
    if answer != ("delete",):
        raise Busy("restore_while_running")
    _set_log_aside(target, aside)  # of a damaged one, which may yet be mended


def _set_log_aside(target: Path, aside: Path) -> None:
    """No log stays beside the target: SQLite would write it into whatever file lies there next,
    also that of a database which was lost without it."""
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            target.with_name(target.name + suffix).rename(f"{aside}{suffix}")
