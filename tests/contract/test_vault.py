"""Only the right person's row opens, and a shredded one never again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from lifecycle.errors import KeyFailure, NotProven
from records import scrub
from records import vault as vault_module
from records.engines import open_engine, reading
from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.tables import data_key
from records.vault import Vault
from tests.factories.keys import StandingClock

ITEMS = [
    (101, 11, "identity", b"Tolvan Tolvansson"),
    (102, 11, "contact", b"tolvan@example.se"),
    (103, 12, "identity", b""),
    (104, 12, "contact", bytes(range(256)) * 50),
]


def stored(vault: Vault) -> list[tuple[int, int, str, bytes]]:
    sealed = vault.seal(ITEMS)
    vault.persist_keys(sealed.keys)
    return [(*item[:3], one) for item, one in zip(ITEMS, sealed.sealed, strict=True)]


def test_what_was_sealed_opens_in_order(vault: Vault) -> None:
    rows = stored(vault)
    assert vault.open(rows) == [item[3] for item in ITEMS]
    assert vault.open(rows[::-1]) == [item[3] for item in ITEMS[::-1]]
    assert vault.open([]) == []


def test_sealing_twice_never_gives_the_same_bytes(vault: Vault) -> None:
    first, second = vault.seal(ITEMS), vault.seal(ITEMS)
    assert not set(first.sealed) & set(second.sealed)
    assert len({wrapped for _, _, wrapped in first.keys + second.keys}) == 2 * len(ITEMS)


def test_sealing_alone_stores_nothing(vault: Vault, keys_engine: Engine) -> None:
    sealed = vault.seal(ITEMS)
    vault.persist_keys([])
    with reading(keys_engine) as connection:
        assert connection.execute(select(func.count()).select_from(data_key)).scalar_one() == 0
    rows = [(*item[:3], one) for item, one in zip(ITEMS, sealed.sealed, strict=True)]
    with pytest.raises(KeyFailure, match="key_missing"):
        vault.open(rows)


def test_persisting_the_same_keys_again_has_no_second_effect(vault: Vault) -> None:
    sealed = vault.seal(ITEMS)
    vault.persist_keys(sealed.keys)
    vault.persist_keys(sealed.keys)
    rows = [(*item[:3], one) for item, one in zip(ITEMS, sealed.sealed, strict=True)]
    assert vault.open(rows) == [item[3] for item in ITEMS]


@pytest.mark.parametrize("position", [0, 1, 12, 13, 20, -17, -16, -1])
def test_a_changed_byte_refuses(vault: Vault, position: int) -> None:
    number, subject, category, sealed = stored(vault)[0]
    changed = bytearray(sealed)
    changed[position] ^= 1
    with pytest.raises(KeyFailure, match=r"sealed_damaged|sealed_version_unknown"):
        vault.open([(number, subject, category, bytes(changed))])


@pytest.mark.parametrize("length", [0, 1, 5, 13, 28, 29])
def test_a_cut_row_refuses(vault: Vault, length: int) -> None:
    number, subject, category, sealed = stored(vault)[0]
    with pytest.raises(KeyFailure):
        vault.open([(number, subject, category, sealed[:length])])


def test_rows_moved_to_another_person_category_or_holding_refuse(vault: Vault) -> None:
    rows = stored(vault)
    number, subject, category, sealed = rows[0]
    for moved in (
        (number, 12, category, sealed),
        (number, subject, "contact", sealed),
        (rows[1][0], subject, category, sealed),
        (number, subject, category, rows[1][3]),
    ):
        with pytest.raises(KeyFailure, match="sealed_damaged"):
            vault.open([moved])


def test_another_controllers_vault_does_not_open(vault: Vault, keyring: Keyring) -> None:
    rows = stored(vault)
    with pytest.raises(KeyFailure, match="sealed_damaged"):
        Vault(keyring, controller="bergqvist").open(rows)


def test_no_error_of_the_vault_carries_context(vault: Vault) -> None:
    number, subject, category, sealed = stored(vault)[0]
    with pytest.raises(KeyFailure) as caught:
        vault.open([(number, 99, category, sealed)])
    assert str(caught.value) == "sealed_damaged"
    assert caught.value.__context__ is None
    assert subject == 11


def test_what_is_shredded_never_opens_again_and_the_rest_does(vault: Vault) -> None:
    rows = stored(vault)
    with pytest.raises(NotProven, match="keys_still_there left=2"):
        vault.shredded([101, 102])
    vault.shred([101, 102, 999])
    assert vault.shredded([101, 102]) == 2
    vault.shred([101, 102])
    vault.shred([])
    for row in rows[:2]:
        with pytest.raises(KeyFailure, match="key_missing"):
            vault.open([row])
    assert vault.open(rows[2:]) == [item[3] for item in ITEMS[2:]]


def test_shredding_empties_the_write_ahead_log(
    vault: Vault, keys_engine: Engine, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("PostgreSQL's log is its server's")
    stored(vault)
    log = Path(f"{keys_engine.url.database}-wal")
    assert log.stat().st_size > 0
    vault.shred([101])
    assert log.stat().st_size == 0


def test_a_reader_in_the_way_leaves_shredding_unproven_until_it_is_gone(
    vault: Vault, keys_engine: Engine, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dialect != "sqlite":
        pytest.skip("PostgreSQL's log is its server's")
    stored(vault)
    monkeypatch.setattr(vault_module, "empty_log", lambda e: scrub.empty_log(e, wait=0.2))
    with reading(keys_engine) as reader:
        reader.execute(select(data_key)).all()
        with pytest.raises(NotProven, match="database_in_use"):
            vault.shred([101])
        assert vault.shredded([101]) == 1, "deleted it is; only its old page is still held"
    vault.shred([101])


def test_shredding_waits_for_a_reader_that_ends(
    vault: Vault, keys_engine: Engine, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("PostgreSQL's log is its server's")
    stored(vault)
    with reading(keys_engine) as reader:
        reader.execute(select(data_key)).all()
        threading.Timer(0.3, reader.rollback).start()
        vault.shred([101])
    assert vault.shredded([101]) == 1


def test_names_are_sealed_to_their_item(vault: Vault, keyring: Keyring) -> None:
    sealed = vault.seal_name(7, "närvaro Åsa Öberg.xlsx")
    assert "Öberg".encode() not in sealed
    assert Vault(keyring, controller="academedia").open_name(7, sealed) == "närvaro Åsa Öberg.xlsx"
    with pytest.raises(KeyFailure, match="sealed_damaged"):
        vault.open_name(8, sealed)


def test_digests_are_stable_keyed_and_kept_apart(
    vault: Vault, keyring: Keyring, tmp_path: Path
) -> None:
    again = Vault(keyring, controller="academedia")
    digest = vault.index_digest("national_id", "189001019802")
    assert len(digest) == 16
    assert digest == again.index_digest("national_id", "189001019802")
    others = {
        vault.index_digest("email", "189001019802"),
        vault.index_digest("national_id", "189001019803"),
        vault.index_digest("national_id1", "89001019802"),
        Vault(keyring, controller="bergqvist").index_digest("national_id", "189001019802"),
        vault.holding_digest(1, "identity", b"189001019802"),
        vault.holding_digest(2, "identity", b"189001019802"),
        vault.holding_digest(1, "contact", b"189001019802"),
        vault.fingerprint(b"189001019802"),
    }
    assert len(others) == 8
    assert digest not in others
    assert vault.fingerprint(b"a") == again.fingerprint(b"a")
    assert vault.holding_digest(1, "identity", b"x") == again.holding_digest(1, "identity", b"x")

    from records.migrations import upgrade

    engine = open_engine(f"sqlite:///{tmp_path}/others/keys.db")
    upgrade(engine, "keys")
    keks = DirectoryKeks(tmp_path / "others" / "kek", writable=True)
    elsewhere = Vault(Keyring(engine, keks, now=StandingClock()), controller="academedia")
    assert elsewhere.index_digest("national_id", "189001019802") != digest
    engine.dispose()


def test_a_box_keeps_its_keys_apart_from_holdings_and_other_boxes(vault: Vault) -> None:
    rows = stored(vault)
    cases, other = vault.box("case_register"), vault.box("other")
    items = [(101, b"case 101"), (102, b"case 102")]
    sealed = cases.seal_many(items)
    in_other = other.seal_many(items)
    boxed = [(number, one) for (number, _), one in zip(items, sealed, strict=True)]
    assert cases.open_many(boxed) == [b"case 101", b"case 102"]
    with pytest.raises(KeyFailure):
        other.open_many(boxed)
    assert vault.open(rows) == [item[3] for item in ITEMS]
    cases.shred([101, 5000])
    with pytest.raises(KeyFailure, match="key_missing"):
        cases.open_many(boxed[:1])
    assert cases.open_many(boxed[1:]) == [b"case 102"]
    assert other.open_many([(101, in_other[0])]) == [b"case 101"]
    assert vault.open(rows) == [item[3] for item in ITEMS]
    assert cases.seal_many([]) == []
    assert cases.open_many([]) == []


def test_sealing_again_in_a_box_leaves_the_old_copy_readable(vault: Vault) -> None:
    """Killed between sealing and storing, the system still has the old copy and must open it."""
    box = vault.box("case_register")
    [old] = box.seal_many([(1, b"old")])
    [new] = box.seal_many([(1, b"new")])
    assert box.open_many([(1, old), (1, new)]) == [b"old", b"new"]
    twice = box.seal_many([(2, b"first"), (2, b"second")])
    assert box.open_many([(2, twice[0]), (2, twice[1])]) == [b"first", b"second"]
