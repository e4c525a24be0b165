"""The sealed format is fixed: what an earlier version sealed must open as long as it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from sqlalchemy import insert

from lifecycle.errors import KeyFailure
from records import vault as vault_module
from records.engines import open_engine
from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.migrations import upgrade
from records.tables import data_key, epoch, named_key
from records.vault import Vault
from tests.factories.keys import StandingClock

KEK = bytes(range(32))
INDEX_KEY = bytes(range(32, 64))
NAMES_KEY = bytes(range(64, 96))
DATA_KEY = bytes(range(96, 128))
NONCE = bytes(range(128, 140))
SEALED = bytes.fromhex(
    "01808182838485868788898a8b7650b16f1eed74b5ff00f3829cbc28a1004e6b75de2b927e233758a814296d965c"
)
INDEX_DIGEST = bytes.fromhex("b32adf7ba0a8d48c880d23bc2a454969")
HOLDING_DIGEST = bytes.fromhex("79a798b7d949328ebdc52d4baa7aa8bb")
FINGERPRINT = bytes.fromhex("2e7bcbab0cc5301c473997bab3b0712f")
SEALED_NAME = bytes.fromhex(
    "01808182838485868788898a8beefb7d63e1c204fb0419e8b2955958befeb3659e632042aa28d395"
)


@pytest.fixture
def fixed_vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault whose every key is known."""
    keks = tmp_path / "kek"
    keks.mkdir()
    (keks / "kek-1").write_bytes(KEK)
    (keks / "kek-1").chmod(0o400)
    engine = open_engine(f"sqlite:///{tmp_path}/keys.db")
    upgrade(engine, "keys")
    with engine.begin() as connection:
        connection.execute(
            insert(epoch).values(
                number=1, created_at="2026-11-02T08:00:00.000000+00:00", state="current"
            )
        )
        for name, key in (("index", INDEX_KEY), ("names", NAMES_KEY)):
            wrapped = aes_key_wrap(KEK, key)
            connection.execute(insert(named_key).values(name=name, epoch=1, wrapped=wrapped))
        wrapped = aes_key_wrap(KEK, DATA_KEY)
        connection.execute(insert(data_key).values(id=5, epoch=1, wrapped=wrapped))
    yield Vault(
        Keyring(engine, DirectoryKeks(keks, writable=True), now=StandingClock()),
        controller="academedia",
    )
    engine.dispose()


def test_nist_gcm_test_case_16() -> None:
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
        "b525b16aedf5aa0de657ba637b39"
    )
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    expected = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
        "8838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    )
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    assert AESGCM(key).encrypt(nonce, plaintext, associated) == expected


def test_a_holding_is_version_nonce_ciphertext_tag_bound_to_whom_and_what(
    fixed_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module.os, "urandom", lambda size: DATA_KEY if size == 32 else NONCE)
    result = fixed_vault.seal([(5, 258, "identity", b"Tolvan Tolvansson")])
    assert result.keys == [(5, 1, aes_key_wrap(KEK, DATA_KEY))]
    assert result.sealed == [SEALED]
    binding = b"gallra\x01" + b"\x00\x0aacademedia" + b"\x00\x08identity" + bytes(6) + b"\x01\x02"
    assert (
        b"\x01" + NONCE + AESGCM(DATA_KEY).encrypt(NONCE, b"Tolvan Tolvansson", binding) == SEALED
    )


def test_a_holding_sealed_long_ago_opens(fixed_vault: Vault) -> None:
    assert fixed_vault.open([(5, 258, "identity", SEALED)]) == [b"Tolvan Tolvansson"]
    with pytest.raises(KeyFailure, match="sealed_version_unknown"):
        fixed_vault.open([(5, 258, "identity", b"\x02" + SEALED[1:])])


def test_a_name_sealed_long_ago_opens(fixed_vault: Vault) -> None:
    assert fixed_vault.open_name(258, SEALED_NAME) == "åäö.xlsx"


def test_digests_do_not_change_between_versions(fixed_vault: Vault) -> None:
    assert fixed_vault.index_digest("national_id", "189001019802") == INDEX_DIGEST
    assert fixed_vault.holding_digest(258, "identity", b"Tolvan Tolvansson") == HOLDING_DIGEST
    assert fixed_vault.fingerprint(b"{}") == FINGERPRINT
