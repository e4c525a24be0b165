"""Personal data is sealed, one key for each holding; to erase is to destroy the key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from lifecycle.errors import KeyFailure, NotProven
from records.bulk import delete_in, fetch_in
from records.engines import quiet_errors, reading
from records.keyring import Keyring, WrappedKey
from records.scrub import empty_log
from records.tables import data_key

VERSION: Final = b"\x01"
"""First byte of everything sealed: AES-256-GCM, then 12 bytes nonce, ciphertext, 16 bytes tag."""
_KEY: Final = 32
_NONCE: Final = 12
_OVERHEAD: Final = 1 + _NONCE + 16

ToSeal = tuple[int, int, str, bytes]
"""(holding id, subject id, category, plaintext)"""
ToOpen = tuple[int, int, str, bytes]
"""(holding id, subject id, category, sealed)"""


class Sealed(NamedTuple):
    """The outcome of sealing, in the order of what was sealed."""

    sealed: list[bytes]
    keys: list[WrappedKey]
    """For `Vault.persist_keys`, before what they open is committed."""


class Vault:
    """One of the two doors of personal data (the other one is a connector).

    What is sealed is bound to controller, subject, category and format: a row moved to another
    person does not open. The names of digests and boxes keep their uses apart.
    """

    def __init__(self, keyring: Keyring, *, controller: str) -> None:
        self._keyring = keyring
        self._controller = controller
        self._bindings: dict[str, bytes] = {}
        self._states: dict[tuple[str, str], hashlib.blake2b] = {}

    def seal(self, items: Sequence[ToSeal]) -> Sealed:
        """Seal plaintexts, each under a new data key. Only computes; nothing is stored yet."""
        return self._seal(items, os.urandom(_KEY * len(items)))

    def persist_keys(self, keys: Sequence[WrappedKey]) -> None:
        """Make data keys durable; to be called before the records that need them commit."""
        if keys:
            self._keyring.persist(keys)

    def open(self, items: Sequence[ToOpen]) -> list[bytes]:
        """The plaintexts. Raises `KeyFailure`: `key_missing` (shredded), `sealed_damaged`
        (changed, or moved to another person or category), `sealed_version_unknown`."""
        keys = self._keyring.fetch([item[0] for item in items]) if items else {}
        return [
            _open(keys.get(number), sealed, self._binding(category) + subject.to_bytes(8, "big"))
            for number, subject, category, sealed in items
        ]

    def shred(self, holding_ids: Sequence[int]) -> None:
        """Destroy the data keys of these holdings, durably; unknown ids are fine.

        Raises `NotProven("database_in_use")` when a reader keeps old pages of the key database
        alive: the keys are deleted then, and repeating the call proves it.
        """
        if not holding_ids:
            return
        with quiet_errors(), self._keyring.engine.begin() as connection:
            delete_in(connection, data_key.c.id, holding_ids)
        empty_log(self._keyring.engine)

    def shredded(self, holding_ids: Sequence[int]) -> int:
        """Prove by reading again that no key of these holdings is left; how many were looked up.

        Raises `NotProven("keys_still_there", left=…)`.
        """
        with quiet_errors(), reading(self._keyring.engine) as connection:
            left = sum(1 for _ in fetch_in(connection, [data_key.c.id], data_key.c.id, holding_ids))
        if left:
            raise NotProven("keys_still_there", left=left)
        return len(set(holding_ids))

    def index_digest(self, kind: str, value: str) -> bytes:
        """16 bytes for looking up `value` (already in its canonical form) among its `kind`."""
        digest = self._state("index", kind).copy()
        digest.update(value.encode())
        return digest.digest()

    def holding_digest(self, subject_id: int, category: str, plaintext: bytes) -> bytes:
        """16 bytes that tell "unchanged" without opening: bound to subject and category."""
        digest = self._state("holding", category).copy()
        digest.update(subject_id.to_bytes(8, "big"))
        digest.update(plaintext)
        return digest.digest()

    def fingerprint(self, payload: bytes) -> bytes:
        """16 bytes by which two copies of a payload can be compared across systems."""
        digest = self._state("payload", "").copy()
        digest.update(payload)
        return digest.digest()

    def seal_name(self, item_id: int, text: str) -> bytes:
        """Seal a file's name (it may be a person's) under the house's own key `names`."""
        return self._seal_named("names", "#name", item_id, text.encode())

    def open_name(self, item_id: int, sealed: bytes) -> str:
        """The name. Raises `KeyFailure`."""
        return self._open_named("names", "#name", item_id, sealed).decode()

    def seal_secret(self, officer_id: int, secret: bytes) -> bytes:
        """Seal an officer's secret of one-time codes under the house's own key `officers`, bound
        to the officer: under another's row it does not open."""
        return self._seal_named("officers", "#officer", officer_id, secret)

    def open_secret(self, officer_id: int, sealed: bytes) -> bytes:
        """The secret. Raises `KeyFailure`."""
        return self._open_named("officers", "#officer", officer_id, sealed)

    def box(self, name: str) -> Box:
        """A sealed box for an embedded system (`connectors.base.SealedBox`); `name` is its own."""
        return Box(self, self._keyring, name)

    def _seal_named(self, key: str, use: str, number: int, plaintext: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        binding = self._binding(use) + number.to_bytes(8, "big")
        return VERSION + nonce + AESGCM(self._keyring.named(key)).encrypt(nonce, plaintext, binding)

    def _open_named(self, key: str, use: str, number: int, sealed: bytes) -> bytes:
        binding = self._binding(use) + number.to_bytes(8, "big")
        return _open(self._keyring.named(key), sealed, binding)

    def _seal(self, items: Sequence[ToSeal], data_keys: bytes) -> Sealed:
        """Seal `items`, each under its 32 bytes of `data_keys`; the hot path of the import."""
        epoch, kek = self._keyring.current()
        nonces = os.urandom(_NONCE * len(items))
        bindings = {category: self._binding(category) for category in {item[2] for item in items}}
        wrap, gcm, version = aes_key_wrap, AESGCM, VERSION
        sealed: list[bytes] = []
        keys: list[WrappedKey] = []
        at_key = at_nonce = 0
        for number, subject, category, plaintext in items:
            key = data_keys[at_key : at_key + _KEY]
            nonce = nonces[at_nonce : at_nonce + _NONCE]
            at_key += _KEY
            at_nonce += _NONCE
            binding = bindings[category] + subject.to_bytes(8, "big")
            sealed.append(version + nonce + gcm(key).encrypt(nonce, plaintext, binding))
            keys.append((number, epoch, wrap(kek, key)))
        return Sealed(sealed, keys)

    def _binding(self, category: str) -> bytes:
        """What is authenticated beside the plaintext; lengths in front keep it unambiguous."""
        found = self._bindings.get(category)
        if found is None:
            found = b"gallra" + VERSION + _framed(self._controller) + _framed(category)
            self._bindings[category] = found
        return found

    def _state(self, use: str, kind: str) -> hashlib.blake2b:
        """BLAKE2b as a MAC (RFC 7693), with the controller and the kind already taken in; to be
        copied, because that halves the time of a digest."""
        found = self._states.get((use, kind))
        if found is None:
            found = self._states[use, kind] = hashlib.blake2b(
                _framed(self._controller) + _framed(kind),
                key=self._keyring.named("index"),
                person=b"gallra." + use.encode(),
                digest_size=16,
            )
        return found


class Box:
    """Sealed storage for a system that runs inside Gallra, with keys apart from the holdings'."""

    def __init__(self, vault: Vault, keyring: Keyring, name: str) -> None:
        self._vault = vault
        self._keyring = keyring
        self._name = name
        digest = hashlib.blake2b(_framed(name), digest_size=8).digest()
        self._turn = int.from_bytes(digest, "big") >> 1

    def seal_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Seal (id, plaintext) pairs; the keys are durable when this returns.

        An id that was sealed before keeps its key, so that what lies sealed already still opens
        if the caller is killed before it has stored the new.
        """
        if not items:
            return []
        ids = [self._key_id(number) for number, _ in items]
        known = self._keyring.fetch(ids)
        new = {number: os.urandom(_KEY) for number in ids if number not in known}
        keys = b"".join(known.get(number) or new[number] for number in ids)
        sealed, wrapped = self._vault._seal(
            [
                (key_id, number, f"#box.{self._name}", plaintext)
                for key_id, (number, plaintext) in zip(ids, items, strict=True)
            ],
            keys,
        )
        self._vault.persist_keys([key for key in wrapped if key[0] not in known])
        return sealed

    def open_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """The plaintexts. Raises `KeyFailure`."""
        return self._vault.open(
            [
                (self._key_id(number), number, f"#box.{self._name}", sealed)
                for number, sealed in items
            ]
        )

    def shred(self, ids: Sequence[int]) -> None:
        """Destroy these items' keys; unknown ids are fine. Raises `NotProven`."""
        self._vault.shred([self._key_id(number) for number in ids])

    def _key_id(self, number: int) -> int:
        """Negative, so that no box can ever touch the key of a holding; turned by the box's name,
        so that boxes keep apart; neighbours stay neighbours, which makes a batch's keys cheap."""
        return -1 - (number ^ self._turn)


def _framed(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _open(key: bytes | None, sealed: bytes, binding: bytes) -> bytes:
    if key is None:
        raise KeyFailure("key_missing")
    if sealed[:1] != VERSION:
        raise KeyFailure("sealed_version_unknown")
    if len(sealed) >= _OVERHEAD:
        try:
            return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], binding)
        except InvalidTag:
            pass
    raise KeyFailure("sealed_damaged")
