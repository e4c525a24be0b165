"""Who was erased by an approved plan is in no byte of the installation, under no living key, and
comes back with no old backup (A-71, A-75; GDPR art. 17)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from sqlalchemy import select

from lifecycle.errors import LedgerFailure
from lifecycle.plan import PlanState
from records.engines import open_engine, reading
from records.placements import CATEGORY
from records.tables import data_key, subject
from records.vault import Vault
from tasks.erasing import restoring
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.proving.certifying import of_plan
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import verify_ledger
from tasks.work_orders.items import SLIP
from tests.factories.databases import PostgresServer, postgres_server
from tests.factories.erased_world import (
    LEAVERS,
    STAYERS,
    Erased,
    Sealed,
    erase_the_leavers,
    everybody,
    hits,
    new_world,
    people_in,
    sealed_in,
)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer | None]:
    if request.param == "sqlite":
        yield None
        return
    with postgres_server() as running:
        yield running


@contextmanager
def erased_in(folder: Path, server: PostgresServer | None) -> Iterator[Erased]:
    """Erased, certified, and the keys rotated."""
    with pytest.MonkeyPatch.context() as patched:

        def temporary(there: Path) -> None:
            patched.setenv("TMPDIR", str(there))
            patched.setattr(tempfile, "tempdir", str(there))

        with new_world(folder / "installation", server, temporary=temporary) as world:
            done = erase_the_leavers(world)
            assert (done.outcome.state, done.outcome.left) == (PlanState.PROVEN, ())
            assert done.outcome.given_up == 0
            rotate_keys(world.open())
            world.settle()
            yield done


@pytest.fixture(scope="module")
def erased(
    server: PostgresServer | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Erased]:
    """To look at; what changes it makes one of its own."""
    with erased_in(tmp_path_factory.mktemp("erased"), server) as done:
        yield done


def test_no_byte_says_who_was_erased(erased: Erased) -> None:
    world = erased.world
    told = of_plan(world.open(), erased.outcome.ref).statement
    assert len(told["people"]) == len(LEAVERS)
    assert erased.found_before == everybody(LEAVERS), "the search finds"

    assert hits(world.places, LEAVERS) == []

    found = hits(world.places, STAYERS)
    assert {hit.path.name for hit in found} == {"novo.db", "omnius.db"}, "sealed everywhere else"
    for name in ("novo.db", "omnius.db"):
        there = [hit for hit in found if hit.path.name == name]
        assert people_in(there) == everybody(STAYERS)
    numbers = [person.national_id for person in STAYERS]
    assert all(len(find_by_national_id(world.open(), number)) == 1 for number in numbers)


def test_the_searched_folders_hold_everything_that_was_written(erased: Erased) -> None:
    """A search that looks past the place proves nothing."""
    world = erased.world
    below = {file.name for place in world.places for file in place.rglob("*") if file.is_file()}
    assert below >= {
        "register.db",
        "academedia.checkpoints",
        "erasures-academedia.jsonl",
        f"{erased.outcome.ref}.json",
        "novo.db",
        "omnius.db",
        "kek-2",
    }
    assert "kek-1" not in below
    if world.server is None:
        assert below >= {"records.db", "records.db-wal", "keys.db", "keys.db-wal"}
    else:
        assert list((world.server.folder / "pg_wal").glob("0*"))
        assert "log" in below


def test_sealed_bytes_of_the_erased_leave_the_files_of_sqlite(erased: Erased) -> None:
    """PostgreSQL's own log keeps them until it comes round: that is what rotation is for."""
    world = erased.world
    if world.server is not None:
        pytest.skip("their keys are what is destroyed there")
    old, now = sealed_in(erased.midway), sealed_in(world.settings.database_url)
    staying = {row[3] for row in now}
    gone = [row[3] for row in old if row[3] not in staying]
    assert len(staying) == len(STAYERS) * (3 + 2)
    assert len(gone) == len(old) - len(staying) > 0
    content = [file.read_bytes() for file in world.folder.rglob("*") if file.is_file()]
    assert not [blob for blob in gone if any(blob in one for one in content)]
    assert all(any(blob in one for one in content) for blob in staying), "the search finds"


def test_no_living_key_opens_anything_of_the_erased_in_an_old_copy(erased: Erased) -> None:
    """A thief has last month's records and keys, and today everything alive."""
    world = erased.world
    house = world.open()
    copy = sealed_in(erased.midway)
    kept = {row[1] for row in sealed_in(world.settings.database_url)}
    theirs = [row for row in copy if row[1] not in kept]
    assert Counter(row[2] for row in theirs)[CATEGORY] == 2 * len(LEAVERS)
    assert Counter(row[2] for row in theirs)[SLIP] >= 5
    assert len(theirs) - Counter(row[2] for row in theirs)[SLIP] == len(LEAVERS) * (3 + 2)

    living = living_keys(house, old_keys=erased.midway_keys)
    opened = opened_with(living, copy, house.vault)
    assert {row for row in opened if row[1] not in kept} == set()
    assert opened == {row for row in copy if row[1] in kept}, "every survivor's opens"


def living_keys(house: House, *, old_keys: str) -> list[bytes]:
    """Whatever can be had today: KEKs, the house's own keys, data keys – and the old copy's data
    keys as far as anything alive unwraps them."""
    masters = [house.keyring.keks.read(number) for number in house.keyring.keks.epochs()]
    named = ("index", "names", "ledger", "signing", "officers")
    masters += [house.keyring.named(name) for name in named]
    with reading(house.keyring.engine) as connection:
        numbers = list(connection.execute(select(data_key.c.id)).scalars())
    masters += house.keyring.fetch(numbers).values()
    engine = open_engine(old_keys)
    with reading(engine) as connection:
        wrapped = [bytes(one) for one in connection.execute(select(data_key.c.wrapped)).scalars()]
    engine.dispose()
    assert len(wrapped) > len(numbers)
    unwrapped = []
    for one in wrapped:
        for master in masters:
            try:
                unwrapped.append(aes_key_unwrap(master, one))
            except InvalidUnwrap:
                continue
    assert unwrapped == [], "the KEK that wrapped them is gone"
    return masters


def opened_with(keys: Sequence[bytes], rows: Sequence[Sealed], vault: Vault) -> set[Sealed]:
    """What opens, with every key tried on each, bound as the vault binds it."""
    opened = set()
    for row in rows:
        binding = vault._binding(row[2]) + row[1].to_bytes(8, "big")
        for key in keys:
            try:
                AESGCM(key).decrypt(row[3][1:13], row[3][13:], binding)
                opened.add(row)
            except InvalidTag:
                continue
    return opened


@pytest.mark.parametrize(
    "server",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])],
    indirect=True,
    scope="module",
)
def test_an_old_backup_brings_nobody_back(server: PostgresServer | None, tmp_path: Path) -> None:
    with erased_in(tmp_path, server) as erased:
        # The last one is newer than the ledger that the second restore went on with.
        for backup in (erased.midway, erased.before, erased.midway):
            erased.world.restore(backup)
            with pytest.raises(LedgerFailure, match="database_restored"):
                erased.world.open()
            done = restoring.replay(erased.world.open(restoring=True))
            assert (done.erased_since, done.found_again) == (len(LEAVERS), len(LEAVERS))
            assert done.unsure == 0
            only_the_stayers(erased.world.open())
        erased.world.settle()
        assert hits(erased.world.places, LEAVERS) == []
        assert restoring.replay(erased.world.open(restoring=True)).found_again == 0


def only_the_stayers(house: House) -> None:
    """Whoever looks first finds nobody else; and every survivor's data opens."""
    assert [find_by_national_id(house, person.national_id) for person in LEAVERS] == [[]] * 4
    assert all(len(find_by_national_id(house, person.national_id)) == 1 for person in STAYERS)
    with reading(house.engine) as connection:
        assert len(connection.execute(select(subject.c.id)).all()) == len(STAYERS)
    rows = sealed_in(house.settings.database_url)
    assert Counter(row[2] == CATEGORY for row in rows) == {
        False: len(STAYERS) * 3,
        True: len(STAYERS) * 2,
    }
    assert all(house.vault.open(rows))
    verify_ledger(house)
