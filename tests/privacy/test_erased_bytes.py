"""After erasure and rotation no file of the databases gives an erased person back."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Engine, select

from lifecycle.errors import KeyFailure
from records.bulk import delete_in, fetch_in, insert_rows
from records.engines import open_engine, reading
from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.migrations import upgrade
from records.scrub import scrub
from records.tables import blind_index, data_key, holding
from records.vault import Vault
from tests.factories.databases import postgres_server
from tests.factories.keys import StandingClock

PEOPLE = 20
CATEGORIES = ("identity", "contact", "study")


@dataclass
class House:
    """Two databases with their files laid open."""

    records: Engine
    keys: Engine
    folder: Path
    """Everything that the databases ever wrote lies below."""
    settle: Callable[[], None]
    """Write to files what a server holds in memory."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        folder = tmp_path / "data"
        records = open_engine(f"sqlite:///{folder}/records.db")
        keys = open_engine(f"sqlite:///{folder}/keys.db")
        upgrade(records, "records")
        upgrade(keys, "keys")
        yield House(records, keys, folder, lambda: None)
        records.dispose()
        keys.dispose()
        return
    with postgres_server() as server:
        records = open_engine(server.new("records"))
        keys = open_engine(server.new("keys"))
        yield House(records, keys, server.folder, lambda: server.run("CHECKPOINT"))
        records.dispose()
        keys.dispose()


def plaintext(number: int, category: str) -> bytes:
    return (
        f'{{"{category}":"Tolvan Tolvansson-{number:03d}","mail":"t{number}@example.se"}}'.encode()
    )


def forms(value: bytes) -> list[bytes]:
    """How a value could lie in a file."""
    text = value.decode("latin-1")
    encoded = [base64.b64encode(b"x" * shift + value)[4:-4] for shift in range(3)]
    return [value, text.encode("utf-16-le"), value.hex().encode(), value[::-1], *encoded]


def found(folder: Path, needles: list[bytes]) -> int:
    hits = 0
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            hits += sum(needle in content for needle in needles)
    return hits


def fill(house: House, vault: Vault) -> list[tuple[int, int, str, bytes]]:
    """Twenty people with three holdings each; rows of (holding, subject, category, sealed)."""
    items = [
        (number * 10 + place, number, category, plaintext(number, category))
        for number in range(1, PEOPLE + 1)
        for place, category in enumerate(CATEGORIES)
    ]
    result = vault.seal(items)
    vault.persist_keys(result.keys)
    with house.records.begin() as connection:
        insert_rows(
            connection,
            holding,
            ("id", "subject_id", "category", "digest", "sealed"),
            [
                (item[0], item[1], item[2], vault.holding_digest(*item[1:]), one)
                for item, one in zip(items, result.sealed, strict=True)
            ],
        )
        insert_rows(
            connection,
            blind_index,
            ("digest", "kind", "subject_id"),
            [
                (vault.index_digest("email", f"t{number}@example.se"), "email", number)
                for number in range(1, PEOPLE + 1)
            ],
        )
    return [(*item[:3], one) for item, one in zip(items, result.sealed, strict=True)]


def test_nothing_of_an_erased_person_can_be_had_from_the_files(
    house: House, tmp_path: Path
) -> None:
    keks = DirectoryKeks(tmp_path / "kek", writable=True)
    keyring = Keyring(house.keys, keks, now=StandingClock())
    vault = Vault(keyring, controller="academedia")
    rows = fill(house, vault)
    erased = [row for row in rows if row[1] % 2]
    kept = [row for row in rows if not row[1] % 2]
    erased_ids = [row[0] for row in erased]
    old_kek = keyring.current()[1]
    erased_keys = list(keyring.fetch(erased_ids).values())
    kept_keys = list(keyring.fetch([row[0] for row in kept]).values())
    with reading(house.keys) as connection:
        columns = [data_key.c.wrapped]
        old_wrapped = [w for (w,) in fetch_in(connection, columns, data_key.c.id, erased_ids)]
    house.settle()
    assert found(house.folder, old_wrapped) >= len(erased), "the search itself works"

    with house.records.begin() as connection:
        delete_in(connection, holding.c.id, erased_ids)
        delete_in(connection, blind_index.c.subject_id, [row[1] for row in erased])
    vault.shred(erased_ids)
    vault.shredded(erased_ids)
    scrub(house.records)
    keyring.rotate()
    house.settle()

    new_kek = keyring.current()[1]
    never = [form for part in (b"Tolvan Tolvansson", b"@example.se") for form in forms(part)]
    never += [old_kek, new_kek, *erased_keys, *kept_keys]
    never += [aes_key_wrap(new_kek, key) for key in erased_keys]
    assert found(house.folder, never) == 0
    if house.keys.dialect.name == "sqlite":
        assert found(house.folder, [row[3] for row in erased]) == 0
        assert found(house.folder, old_wrapped) == 0
    assert found(house.folder, [aes_key_wrap(new_kek, key) for key in kept_keys]) >= len(kept)

    assert keks.epochs() == [2]
    for wrapped in old_wrapped:
        with pytest.raises(InvalidUnwrap):
            aes_key_unwrap(new_kek, wrapped)
    for row in erased:
        with pytest.raises(KeyFailure, match="key_missing"):
            vault.open([row])
    fresh = Vault(Keyring(house.keys, keks, now=StandingClock()), controller="academedia")
    assert fresh.open(kept) == [plaintext(row[1], row[2]) for row in kept]


def test_living_keys_open_no_erased_holding_of_an_old_backup(house: House, tmp_path: Path) -> None:
    """The thief has last month's backup of both databases and, today, everything alive."""
    keks = DirectoryKeks(tmp_path / "kek", writable=True)
    keyring = Keyring(house.keys, keks, now=StandingClock())
    vault = Vault(keyring, controller="academedia")
    backup = fill(house, vault)
    with reading(house.keys) as connection:
        key_backup = {
            row.id: row.wrapped
            for row in connection.execute(select(data_key.c.id, data_key.c.wrapped))
        }
    vault.shred([row[0] for row in backup if row[1] <= 5])
    keyring.rotate()

    living = [keks.read(number) for number in keks.epochs()]
    living += [keyring.named(name) for name in ("index", "names", "ledger", "signing")]
    living += keyring.fetch([row[0] for row in backup]).values()
    opened = 0
    for number, subject, _, sealed in backup:
        if subject > 5:
            continue
        for key in living:
            try:
                aes_key_unwrap(key, key_backup[number])
                opened += 1
            except InvalidUnwrap:
                pass
            try:
                AESGCM(key).decrypt(sealed[1:13], sealed[13:], None)
                opened += 1
            except InvalidTag:
                pass
    assert opened == 0
    assert len(living) == 1 + 4 + len(backup) - 15
