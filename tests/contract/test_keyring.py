"""Keys are wrapped in epochs; whoever comes second finds what the first one made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import Engine, select, update

from lifecycle.errors import Busy, KeyFailure, Misconfigured, NotProven
from records.engines import open_engine, reading
from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.tables import data_key, epoch, named_key
from tests.factories.keys import StandingClock

NewKeyring = Callable[[], Keyring]


@pytest.fixture
def another(keys_engine: Engine, kek_folder: Path, standing_clock: StandingClock) -> NewKeyring:
    """As another process would open the same keys."""
    return lambda: Keyring(
        keys_engine, DirectoryKeks(kek_folder, writable=True), now=standing_clock
    )


def wrapped(keyring: Keyring, *ids: int) -> list[tuple[int, int, bytes]]:
    number, kek = keyring.current()
    return [(one, number, aes_key_wrap(kek, one.to_bytes(32, "big"))) for one in ids]


def test_rfc_3394_test_vector() -> None:
    """256 bits of key data with a 256-bit KEK, RFC 3394 section 4.6."""
    kek = bytes.fromhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    expected = bytes.fromhex(
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    )
    assert aes_key_wrap(kek, key) == expected
    assert aes_key_unwrap(kek, expected) == key


def test_nothing_is_made_before_it_is_needed(keyring: Keyring, kek_folder: Path) -> None:
    assert not kek_folder.exists()
    assert keyring.current()[0] == 1
    assert (kek_folder / "kek-1").exists()


def test_many_at_once_begin_one_epoch_and_one_key_of_each_name(another: NewKeyring) -> None:
    found: list[tuple[bytes, bytes, bytes]] = []
    barrier = threading.Barrier(6)

    def open_up() -> None:
        keyring = another()
        barrier.wait()
        found.append((keyring.current()[1], keyring.named("index"), keyring.named("ledger")))

    threads = [threading.Thread(target=open_up) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(set(found[0])) == 3


def test_a_first_use_killed_after_the_kek_was_written_goes_on_with_it(
    keyring: Keyring, kek_folder: Path
) -> None:
    left = DirectoryKeks(kek_folder, writable=True).create(1)
    assert keyring.current() == (1, left)


def test_an_emptied_key_database_beside_later_keks_is_noticed(
    keyring: Keyring, kek_folder: Path
) -> None:
    DirectoryKeks(kek_folder, writable=True).create(4)
    with pytest.raises(KeyFailure, match="key_database_lost"):
        keyring.current()


def test_persisted_keys_are_there_for_others_and_replaced_by_id(
    keyring: Keyring, another: NewKeyring
) -> None:
    keyring.persist(wrapped(keyring, 1, 2))
    keyring.persist([(2, *wrapped(keyring, 9)[0][1:])])
    assert another().fetch([1, 2, 3]) == {1: (1).to_bytes(32, "big"), 2: (9).to_bytes(32, "big")}


def test_a_wrapped_key_that_was_changed_does_not_unwrap(
    keyring: Keyring, keys_engine: Engine
) -> None:
    keyring.persist(wrapped(keyring, 1))
    with keys_engine.begin() as connection:
        row = connection.execute(select(data_key.c.wrapped)).scalar_one()
        changed = bytes([row[0] ^ 1]) + row[1:]
        connection.execute(update(data_key).values(wrapped=changed))
    with pytest.raises(KeyFailure, match="key_does_not_unwrap") as caught:
        keyring.fetch([1])
    assert caught.value.__context__ is None


def test_a_lost_kek_says_so_and_nothing_is_made_up(keyring: Keyring, another: NewKeyring) -> None:
    keyring.persist(wrapped(keyring, 1))
    keyring.keks.destroy(1)
    with pytest.raises(KeyFailure, match="kek_missing kek-1"):
        another().fetch([1])
    with pytest.raises(KeyFailure, match="kek_missing kek-1"):
        another().named("index")
    assert another().keks.epochs() == []


def test_status_tells_counts_and_age(
    keyring: Keyring, kek_folder: Path, standing_clock: StandingClock, dialect: str
) -> None:
    keyring.named("index")
    keyring.persist(wrapped(keyring, *range(1, 8)))
    standing_clock.pass_time(days=12, hours=23)
    status = keyring.status()
    assert (status.epoch, status.age_days, status.data_keys, status.named_keys) == (1, 12, 7, 1)
    assert (status.waiting, status.retiring, status.destroyed) == (0, (), 0)
    assert status.place == str(kek_folder)
    assert status.beside_data is (dialect == "sqlite")


def test_keks_on_another_volume_do_not_lie_beside_the_data(tmp_path: Path) -> None:
    def beside(database: str, keks: str) -> bool:
        engine = open_engine(f"sqlite:///{tmp_path / database}")
        from records.migrations import upgrade

        upgrade(engine, "keys")
        folder = DirectoryKeks(tmp_path / keks, writable=True)
        answer = Keyring(engine, folder, now=StandingClock()).status().beside_data
        engine.dispose()
        return answer

    assert beside("a/home/keys.db", "a/home/kek")
    assert beside("b/home/data/keys.db", "b/home/kek")
    assert beside("c/home/keys.db", "c/home")
    assert not beside("d/var/lib/gallra/keys.db", "d/etc/gallra/kek")


def test_rotation_is_due_by_age(keyring: Keyring, standing_clock: StandingClock) -> None:
    keyring.current()
    standing_clock.pass_time(days=29, hours=23)
    assert not keyring.must_rotate(timedelta(days=30))
    standing_clock.pass_time(hours=1)
    assert keyring.must_rotate(timedelta(days=30))
    keyring.rotate()
    assert not keyring.must_rotate(timedelta(days=30))


def test_a_rotation_wraps_every_survivor_anew_and_destroys_the_old_kek(
    keyring: Keyring, another: NewKeyring, keys_engine: Engine, standing_clock: StandingClock
) -> None:
    names = {name: keyring.named(name) for name in ("index", "ledger", "signing", "names")}
    ids = [-(1 << 62), -1, *range(1, 41_000), (1 << 63) - 1]
    keyring.persist(wrapped(keyring, *[one % (1 << 63) for one in ids[2:]]))
    keyring.persist([(one, *wrapped(keyring, 5)[0][1:]) for one in ids[:2]])
    before = keyring.fetch(ids)
    standing_clock.pass_time(days=1)

    status = keyring.rotate()

    assert (status.epoch, status.waiting, status.retiring, status.destroyed) == (2, 0, (), 1)
    assert keyring.keks.epochs() == [2]
    assert another().fetch(ids) == keyring.fetch(ids) == before
    assert {name: another().named(name) for name in names} == names
    with reading(keys_engine) as connection:
        for table in (data_key, named_key):
            assert connection.execute(select(table.c.epoch).distinct()).scalars().all() == [2]
        rows = connection.execute(select(epoch).order_by(epoch.c.number)).all()
    assert [(row.number, row.state) for row in rows] == [(1, "destroyed"), (2, "current")]
    assert rows[0].destroyed_at == "2026-11-03T08:00:00.000000+00:00"


def test_a_worker_that_slept_through_a_rotation_stores_nothing_under_the_old_kek(
    keyring: Keyring, another: NewKeyring, keys_engine: Engine
) -> None:
    sleeper = another()
    slept_on = wrapped(sleeper, 1, 2)
    keyring.rotate()
    sleeper.persist(slept_on)
    with reading(keys_engine) as connection:
        assert connection.execute(select(data_key.c.epoch).distinct()).scalars().all() == [2]
    assert another().fetch([1, 2]) == {1: (1).to_bytes(32, "big"), 2: (2).to_bytes(32, "big")}
    assert wrapped(sleeper, 3)[0][1] == 2, "it follows from then on"
    sleeper.persist(wrapped(sleeper, 3))


def test_a_key_held_across_a_whole_rotation_must_be_sealed_again(
    keyring: Keyring, another: NewKeyring
) -> None:
    sleeper = another()
    early, late = wrapped(sleeper, 1), wrapped(sleeper, 2)
    keyring.rotate()
    sleeper.persist(early)
    with pytest.raises(Busy, match="keys_rotated"):
        sleeper.persist([*wrapped(sleeper, 3), *late])
    assert another().fetch([1, 2, 3]).keys() == {1}, "all of a call or nothing"
    sleeper.persist(wrapped(sleeper, 2, 3))
    assert another().fetch([1, 2, 3]).keys() == {1, 2, 3}


def test_keys_that_arrive_during_a_rotation_survive_it(
    keyring: Keyring, another: NewKeyring
) -> None:
    sleeper = another()
    keyring.persist(wrapped(keyring, 1))
    arrived: list[int] = []

    def arrive(_: str) -> None:
        arrived.append(100 + len(arrived))
        sleeper.persist(wrapped(sleeper, arrived[-1]))

    keyring.rotate(on_step=arrive)
    assert len(arrived) >= 5
    assert set(another().fetch([1, *arrived])) == {1, *arrived}


def test_a_key_shredded_during_a_rotation_does_not_come_back(
    keyring: Keyring, another: NewKeyring, keys_engine: Engine
) -> None:
    keyring.persist(wrapped(keyring, *range(1, 30)))
    remaining = list(range(1, 30))

    def shred(_: str) -> None:
        with keys_engine.begin() as connection:
            gone = remaining.pop()
            connection.execute(data_key.delete().where(data_key.c.id == gone))

    keyring.rotate(on_step=shred)
    assert len(remaining) < 27
    assert sorted(another().fetch(range(1, 30))) == remaining


def test_threads_seal_and_read_while_the_epoch_rotates(
    keyring: Keyring, another: NewKeyring
) -> None:
    keyring.persist(wrapped(keyring, *range(1, 200)))
    stop = threading.Event()
    failures: list[BaseException] = []
    stored: list[int] = []

    def work(first: int) -> None:
        mine = another()
        number = first
        try:
            while not stop.is_set():
                number += 1
                try:
                    mine.persist(wrapped(mine, number))
                except Busy:  # overtaken by a whole rotation: seal again
                    continue
                stored.append(number)
                assert len(mine.fetch([number, 5])) == 2
        except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n * 1_000_000,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    rotations = 0
    while rotations < 3 or (len(stored) <= 10 and rotations < 100 and not failures):
        keyring.rotate()
        rotations += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert [repr(failure) for failure in failures] == []
    assert len(stored) > 10, "nobody sealed anything while it rotated"
    assert len(another().fetch(stored)) == len(stored)
    assert another().status().waiting == 0


def test_supplied_keks_rotate_with_the_administrators_help(
    keys_engine: Engine, kek_folder: Path, standing_clock: StandingClock
) -> None:
    own = DirectoryKeks(kek_folder, writable=True)
    own.create(1)
    keyring = Keyring(keys_engine, DirectoryKeks(kek_folder, writable=False), now=standing_clock)
    keyring.persist(wrapped(keyring, 1))
    with pytest.raises(Misconfigured, match="kek_must_be_supplied kek-2"):
        keyring.rotate()
    assert keyring.status().retiring == ()
    own.create(2)
    with pytest.raises(NotProven, match="kek_must_be_withdrawn kek-1"):
        keyring.rotate()
    status = keyring.status()
    assert (status.epoch, status.retiring, status.waiting) == (2, (1,), 0)
    assert keyring.must_rotate(timedelta(days=30))
    own.destroy(1)
    status = keyring.rotate()
    assert (status.epoch, status.retiring, status.destroyed) == (2, (), 1)
    assert keyring.fetch([1]) == {1: (1).to_bytes(32, "big")}
