"""Every key is wrapped by the key-encryption key of an epoch; nothing else is ever stored."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, Engine, select

from lifecycle.errors import Busy, KeyFailure
from records import epochs
from records.bulk import fetch_in, upsert_rows
from records.engines import quiet_errors, reading, sqlite_file
from records.kek import KEY_BYTES, KekSource
from records.tables import data_key, epoch, named_key

Fetched = TypeVar("Fetched")
WrappedKey = tuple[int, int, bytes]
"""(id, epoch, data key wrapped by that epoch's KEK): a row of `data_key`."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What an administrator may see of the keys."""

    epoch: int
    age: timedelta
    """Since the current epoch began."""
    data_keys: int
    named_keys: int
    waiting: int
    """Keys still wrapped in an epoch that is to be destroyed."""
    retiring: tuple[int, ...]
    """Epochs whose KEK is not yet proven destroyed."""
    destroyed: int
    """How many epochs are."""
    place: str
    """Where the KEKs lie."""
    beside_data: bool
    """Whether they lie beside the keys that they wrap: one copied folder then holds both."""

    @property
    def age_days(self) -> int:
        """Whole days since the current epoch began."""
        return self.age.days


class Keyring:
    """The data keys and the keys of the house, wrapped (AES-KW, RFC 3394) by the KEK of an epoch.

    `now` gives the time in UTC. Safe to use from several threads and processes at once.
    """

    def __init__(self, engine: Engine, keks: KekSource, *, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self.keks = keks
        self._now = now
        self._current: int | None = None
        self._kek: dict[int, bytes] = {}
        self._named: dict[str, bytes] = {}

    def current(self) -> tuple[int, bytes]:
        """The current epoch and its KEK; the first is made on first use. Raises `KeyFailure`."""
        number = self._current
        if number is None:
            with quiet_errors():
                with reading(self.engine) as connection:
                    number = epochs.find_current(connection)
                if number is None:
                    with self.engine.begin() as connection:
                        number = epochs.begin_first(connection, self.keks, self.instant())
            self._current = number
        return number, self.kek(number)

    def kek(self, number: int) -> bytes:
        """The KEK of an epoch. Raises `KeyFailure("kek_missing")` for a destroyed one."""
        found = self._kek.get(number)
        if found is None:
            found = self._kek[number] = self.keks.read(number)
        return found

    def named(self, name: str) -> bytes:
        """The 32-byte key of the house called `name`; made on first use. Raises `KeyFailure`."""
        found = self._named.get(name)
        if found is None:
            self.current()
            found = self._named[name] = self._again_if_rotated(lambda: self._fetch_named(name))
        return found

    def has(self, name: str) -> bool:
        """Whether the key of the house called `name` was made already."""
        with quiet_errors(), reading(self.engine) as connection:
            return _named_row(connection, name) is not None

    def persist(self, keys: Iterable[WrappedKey]) -> None:
        """Make `keys` durable, each in place of an earlier one of its id.

        A key wrapped in an epoch that was retired since is wrapped anew first: nothing is ever
        stored under a KEK that is about to be destroyed. Raises `Busy("keys_rotated")` when that
        epoch's KEK is gone already: seal again.
        """
        self.current()
        with quiet_errors(), self.engine.begin() as connection:
            number = epochs.hold_current(connection)
            upsert_rows(
                connection, data_key, ("id", "epoch", "wrapped"), self._all_in(number, keys)
            )
        self.follow(number)

    def fetch(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The unwrapped data keys of `ids`; those that are not there are left out."""
        return self._again_if_rotated(lambda: self._fetch(ids))

    def unwrap(self, rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """The keys behind (epoch, wrapped) pairs. Raises `KeyFailure("key_does_not_unwrap")`."""
        keks = {number: self.kek(number) for number in {number for number, _ in rows}}
        try:
            return [aes_key_unwrap(keks[number], wrapped) for number, wrapped in rows]
        except (InvalidUnwrap, ValueError):
            pass
        raise KeyFailure("key_does_not_unwrap")

    def status(self) -> KeyStatus:
        """Epochs, counts and age."""
        self.current()
        with quiet_errors(), reading(self.engine) as connection:
            rows = connection.execute(select(epoch)).all()
            data, named = epochs.counts(connection)
        current = max((row for row in rows if row.state == epochs.CURRENT), key=lambda r: r.number)
        all_data, all_named = sum(data.values()), sum(named.values())
        wrapped_now = data.get(current.number, 0) + named.get(current.number, 0)
        return KeyStatus(
            epoch=current.number,
            age=self._now() - datetime.fromisoformat(current.created_at),
            data_keys=all_data,
            named_keys=all_named,
            waiting=all_data + all_named - wrapped_now,
            retiring=tuple(sorted(r.number for r in rows if r.state == epochs.RETIRING)),
            destroyed=sum(row.state == epochs.DESTROYED for row in rows),
            place=self.keks.place,
            beside_data=_lie_together(self.keks.place, sqlite_file(self.engine)),
        )

    def must_rotate(self, max_age: timedelta) -> bool:
        """Whether the epoch is `max_age` old, or an earlier rotation did not reach its end."""
        status = self.status()
        return bool(status.retiring) or status.age >= max_age

    def rotate(self, *, on_step: Callable[[str], None] = lambda _: None) -> KeyStatus:
        """Begin a new epoch, or finish the rotation under way; see `records.rotation.rotate`."""
        from records.rotation import rotate  # here: it builds on this module

        return rotate(self, on_step=on_step)

    def follow(self, number: int) -> None:
        """Take `number` as the current epoch and forget every other KEK."""
        self._kek = {number: self.kek(number)}
        self._current = number

    def instant(self) -> str:
        """The present instant as our tables hold it."""
        return self._now().isoformat(timespec="microseconds")

    def _all_in(self, number: int, keys: Iterable[WrappedKey]) -> Iterator[WrappedKey]:
        for key in keys:
            if key[1] == number:
                yield key
            else:
                yield key[0], number, self._wrap_anew(key, number)

    def _wrap_anew(self, key: WrappedKey, number: int) -> bytes:
        try:
            [plain] = self.unwrap([(key[1], key[2])])
            return aes_key_wrap(self.kek(number), plain)
        except KeyFailure as failure:
            if failure.code != "kek_missing":
                raise
        raise Busy("keys_rotated")

    def _fetch(self, ids: Sequence[int]) -> dict[int, bytes]:
        columns = [data_key.c.id, data_key.c.epoch, data_key.c.wrapped]
        with quiet_errors(), reading(self.engine) as connection:
            rows = list(fetch_in(connection, columns, data_key.c.id, ids))
        keys = self.unwrap([(number, wrapped) for _, number, wrapped in rows])
        return {row[0]: key for row, key in zip(rows, keys, strict=True)}

    def _fetch_named(self, name: str) -> bytes:
        with quiet_errors():
            with reading(self.engine) as connection:
                row = _named_row(connection, name)
            if row is None:
                with self.engine.begin() as connection:
                    row = self._create_named(connection, name)
        return self.unwrap([row])[0]

    def _create_named(self, connection: Connection, name: str) -> tuple[int, bytes]:
        number = epochs.hold_current(connection)
        wrapped = aes_key_wrap(self.kek(number), secrets.token_bytes(KEY_BYTES))
        # Where another process was first, its key stays and is the one read back.
        upsert_rows(
            connection,
            named_key,
            ("name", "epoch", "wrapped"),
            [(name, number, wrapped)],
            update=(),
        )
        row = _named_row(connection, name)
        if row is None:
            raise KeyFailure("named_key_missing", ref=name)
        return row

    def _again_if_rotated(self, fetch: Callable[[], Fetched]) -> Fetched:
        """Rows read just before a rotation's end name a KEK that is gone just after it."""
        try:
            return fetch()
        except KeyFailure as failure:
            if failure.code != "kek_missing":
                raise
        return fetch()


def _named_row(connection: Connection, name: str) -> tuple[int, bytes] | None:
    row = connection.execute(
        select(named_key.c.epoch, named_key.c.wrapped).where(named_key.c.name == name)
    ).one_or_none()
    return None if row is None else (row.epoch, row.wrapped)


def _lie_together(place: str, database: Path | None) -> bool:
    """Whether both lie in the same folder of a person's or a program's, however deep."""
    if database is None:
        return False
    keks, data = Path(place).resolve(), database.resolve()
    shared = keks.parent
    return data.parent in (keks, *keks.parents) or (
        shared != Path(shared.anchor) and shared in data.parents
    )
