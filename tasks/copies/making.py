"""A copy is made while work goes on, read again whole, and only then given its name."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson
from sqlalchemy import Engine

from lifecycle.errors import Busy, GallraError, Misconfigured, NotProven, Unreachable
from lifecycle.ledger import Chain, EventKind
from records import copies
from records.engines import reading
from records.ledger_store import Entry, read_head
from tasks.copies import folders
from tasks.copies.folders import What
from tasks.house.parts import House

_BLOCK = 1 << 20
"""Bytes."""


class Made(NamedTuple):
    """A copy that was made and read again."""

    file: str
    rows: int
    """Of all its tables; of a ledger its events."""
    size: int
    """Bytes."""
    removed: int
    """Older ones that went, because more than `keep` were there."""
    older: int
    """Older ones that are still there."""


def back_up(
    house: House,
    what: What,
    folder: Path,
    *,
    keep: int | None = None,
    same_volume: bool = False,
) -> Made:
    """Copy `what` to `folder`, read the copy again, and note it in the ledger.

    Killed at any point it leaves the older copies and perhaps an unfinished one without a name,
    which the next run takes away. `keep`: of our own copies of this kind so many stay, the new
    one among them. Raises as `folders.require_apart`, `Busy("backup_running")`,
    `Misconfigured("backup_tool_missing")`, `Unreachable`, `NotProven("backup_not_proven")`.
    """
    place = folders.require_apart(house.settings, what, folder, same_volume=same_volume)
    with _alone(house.settings.home):
        for left in folders.ours(place, what, unfinished=True):
            left.unlink()
        ending = "jsonl" if what == "ledger" else copies.ending(_engine(house, what))
        final = place / folders.name_of(what, house.now(), ending)
        draft = place / f".{final.name}.part"
        try:
            rows = _write(house, what, draft)
            digest, size = _read_through(draft)
            draft.rename(final)
        except BaseException as error:
            draft.unlink(missing_ok=True)
            if not _has_no_room(error):
                raise
            raise Unreachable("backup_folder_not_writable") from None
        folders.on_disk(place)
        folders.note(house.settings, what, place, house.now())
        older = [one for one in folders.ours(place, what) if one != final]
        going = older[: max(0, len(older) + 1 - keep)] if keep is not None else []
        going = [one for one in going if _removed(one)]
        folders.on_disk(place)
        with house.work() as work:
            work.record(
                EventKind.BACKUP_MADE,
                found=rows,
                verified=rows,
                removed=len(going),
                facts={"of": what, "sha256": digest},
            )
            work.commit()
    return Made(str(final), rows, size, len(going), len(older) - len(going))


def _has_no_room(error: BaseException) -> bool:
    """Whether it is the copy that cannot be written; what is copied is only read."""
    return isinstance(error, OSError) or (
        isinstance(error, Unreachable) and error.code == "database_full"
    )


def _removed(copy: Path) -> bool:
    """Whether an older copy went; one that its volume lets nobody remove stays, and is counted."""
    try:
        copy.unlink()
    except OSError:
        return False
    return True


def _engine(house: House, what: What) -> Engine:
    return house.keyring.engine if what == "keys" else house.engine


def _write(house: House, what: What, draft: Path) -> int:
    """Make it and read it again; how many rows or events it holds."""
    if what == "ledger":
        return _write_ledger(house, draft)
    engine = _engine(house, what)
    copies.write(engine, what, draft)
    failed = False
    try:
        made = copies.check(
            draft,
            what,
            ending=copies.ending(engine),
            ledger_key=house.ledger_key if what == "records" else None,
        )
        copies.compare(engine, made)
    except GallraError as error:
        if isinstance(error, Misconfigured):
            raise
        failed = True
    if failed:
        raise NotProven("backup_not_proven")
    return made.rows


def _write_ledger(house: House, draft: Path) -> int:
    """Every event as `gallra ledger export` writes it, and every link computed from the file."""
    with (
        reading(house.engine) as connection,
        open(draft, "xb", opener=folders.for_owner) as file,
    ):
        head = read_head(connection)
        for entry in house.ledger.read(connection):
            file.write(as_line(entry) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    chain = Chain(house.ledger_key)
    link, number = chain.first(head.origin), 0
    with draft.open("rb") as file:
        for number, line in enumerate(file, 1):
            told = orjson.loads(line)
            body = orjson.dumps(told["event"], option=orjson.OPT_SORT_KEYS)
            link = chain.next(link, body)
            if told["position"] != number or told["link"] != link.hex():
                raise NotProven("backup_not_proven")
    if (number, link) != (head.size, head.link):
        raise NotProven("backup_not_proven")
    return number


def as_line(entry: Entry) -> bytes:
    """An event of the ledger as one line of JSON, with its link."""
    event = orjson.loads(entry.body)
    return orjson.dumps({"position": entry.position, "event": event, "link": entry.link.hex()})


def _read_through(file: Path) -> tuple[str, int]:
    """SHA-256 and size of what lies there."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One at a time; whoever holds it and dies lets go of it."""
    with open(home / "copies.lock", "w", opener=folders.for_owner) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("backup_running") from None
        yield
