"""A small real sealed box: AES-256-GCM, one key per item, and a memory of what was asked of it."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lifecycle.errors import KeyFailure

_KEY = os.urandom(32)


def fingerprint(payload: bytes) -> bytes:
    """A keyed digest, as the vault gives it."""
    return hmac.digest(_KEY, payload, hashlib.sha256)


class TestBox:
    """`SealedBox` with its keys in a dictionary."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: dict[int, bytes] = {}

    def seal_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        sealed = []
        for number, plaintext in items:
            key = self.keys[number] = os.urandom(32)
            nonce = os.urandom(12)
            sealed.append(nonce + AESGCM(key).encrypt(nonce, plaintext, str(number).encode()))
        return sealed

    def open_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        try:
            return [
                AESGCM(self.keys[n]).decrypt(blob[:12], blob[12:], str(n).encode())
                for n, blob in items
            ]
        except (KeyError, InvalidTag):
            raise KeyFailure("key_missing") from None

    def shred(self, ids: Sequence[int]) -> None:
        for number in ids:
            self.keys.pop(number, None)
