"""Two workers never hold the same file: a lease per staged file, reclaimed when its holder is dead.

A lease is no effect on personal data, so it needs no ledger event; it is the one write outside a
unit of work. The holder names host, boot, process and start time: after a `kill -9` the next run
on the same host takes over at once, another host waits for the expiry.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from lifecycle.errors import Busy, Refused
from records.engines import quiet_errors, reading
from records.tables import lease

HELD: Final = "held_by_another_run"
"""The code of what is raised while somebody else holds a lease."""
DURATION: Final = timedelta(minutes=30)
RENEWED: Final = timedelta(minutes=4)
"""How long a lease that is renewed outlives its holder, as far as another host can tell."""
_RENEWALS: Final = 4
"""How often it is renewed in that time: a server that is away for a minute costs no lease."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease we hold; `confirm` it inside the transaction that it protects."""

    name: str
    holder: str

    def confirm(self, connection: Connection) -> None:
        """Raise `Busy("lease_lost")` unless the lease is still ours; locks it meanwhile."""
        held = connection.execute(
            update(lease)
            .where(lease.c.name == self.name, lease.c.holder == self.holder)
            .values(holder=self.holder)
        )
        if held.rowcount != 1:
            raise Busy("lease_lost")


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def _started(pid: int) -> str:
    """The process's start time in clock ticks, "" when no such process lives any more."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    # Killed and not yet waited for by its parent, which may never happen in a container.
    return "" if fields[0] in "ZX" else fields[19]


def _own_name() -> str:
    pid = os.getpid()
    return "|".join((socket.gethostname(), _boot(), str(pid), _started(pid), secrets.token_hex(8)))


def _is_dead(holder: str) -> bool:
    parts = holder.split("|")
    if len(parts) != 5 or parts[0] != socket.gethostname() or not parts[3]:
        return False
    return parts[1] != _boot() or _started(int(parts[2])) != parts[3]


def _take(engine: Engine, name: str, now: datetime, duration: timedelta) -> Lease:
    mine = Lease(name, _own_name())
    expires = (now + duration).isoformat(timespec="microseconds")
    with quiet_errors(), engine.begin() as connection:
        row = connection.execute(
            select(lease.c.holder, lease.c.expires_at).where(lease.c.name == name).with_for_update()
        ).one_or_none()
        if row is None:
            connection.execute(
                insert(lease).values(name=name, holder=mine.holder, expires_at=expires)
            )
        elif row.expires_at <= now.isoformat(timespec="microseconds") or _is_dead(row.holder):
            taken = connection.execute(
                update(lease)
                .where(lease.c.name == name, lease.c.holder == row.holder)
                .values(holder=mine.holder, expires_at=expires)
            )
            if taken.rowcount != 1:
                raise Busy(HELD)
        else:
            raise Busy(HELD)
    return mine


def forget_dead(engine: Engine) -> int:
    """Drop the leases whose holder was killed, also of things that nobody asks for again."""
    with quiet_errors(), reading(engine) as connection:
        rows = connection.execute(select(lease.c.name, lease.c.holder)).all()
    dead = [row for row in rows if _is_dead(row.holder)]
    if dead:
        with quiet_errors(), engine.begin() as connection:
            for row in dead:
                _drop(connection, row.name, row.holder)
    return len(dead)


def _drop(connection: Connection, name: str, holder: str) -> None:
    connection.execute(delete(lease).where(lease.c.name == name, lease.c.holder == holder))


def live(engine: Engine, prefix: str, *, now: Callable[[], datetime]) -> list[str]:
    """The names that begin so and are held by somebody who is, as far as we can tell, at work."""
    with quiet_errors(), reading(engine) as connection:
        rows = connection.execute(
            select(lease.c.name, lease.c.holder, lease.c.expires_at)
            .where(lease.c.name.startswith(prefix, autoescape=True))
            .order_by(lease.c.name)
        ).all()
    moment = now().isoformat(timespec="microseconds")
    return [row.name for row in rows if row.expires_at > moment and not _is_dead(row.holder)]


@contextmanager
def hold(
    engine: Engine,
    name: str,
    *,
    now: Callable[[], datetime],
    patience: float = 0.0,
    none_under: str | None = None,
    renewed: bool = False,
) -> Iterator[Lease]:
    """Hold the lease called `name` (an opaque reference) for the block.

    Waits up to `patience` seconds for another holder, and then for everybody who holds a lease
    whose name begins with `none_under`; raises `Busy("held_by_another_run")` after that. One that
    is `renewed` while the block lasts may last as long as it likes, and is free for another host a
    few minutes after its holder was killed.
    """
    give_up = time.monotonic() + patience
    duration = RENEWED if renewed else DURATION
    while True:
        try:
            mine = _take(engine, name, now(), duration)
            break
        except (Busy, Refused):  # a conflict: another took it between our look and our insert
            if time.monotonic() >= give_up:
                raise Busy(HELD) from None
            time.sleep(0.1)
    try:
        if none_under is not None:
            _wait_for_none(engine, none_under, now=now, until=give_up)
        if renewed:
            with _renewing(engine, mine, now):
                yield mine
        else:
            yield mine
    finally:
        with quiet_errors(), engine.begin() as connection:
            _drop(connection, mine.name, mine.holder)


def _wait_for_none(
    engine: Engine, prefix: str, *, now: Callable[[], datetime], until: float
) -> None:
    while live(engine, prefix, now=now):
        if time.monotonic() >= until:
            raise Busy(HELD)
        time.sleep(0.1)


@contextmanager
def _renewing(engine: Engine, mine: Lease, now: Callable[[], datetime]) -> Iterator[None]:
    """Another thread puts the lease's end off. What cannot be written now is tried again: whoever
    relies on the lease confirms it in its own transaction."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEWED.total_seconds() / _RENEWALS):
            # Whatever it is (no free connection, say): one that ended would let the lease run out.
            with suppress(Exception), quiet_errors(), engine.begin() as connection:
                expires = (now() + RENEWED).isoformat(timespec="microseconds")
                connection.execute(
                    update(lease)
                    .where(lease.c.name == mine.name, lease.c.holder == mine.holder)
                    .values(expires_at=expires)
                )

    thread = threading.Thread(target=renew, name="lease renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
