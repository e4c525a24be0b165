"""That everything is gone is certified, and only when it was read back everywhere: signed, free of
personal data."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

from lifecycle.checkpoint import key_name
from lifecycle.errors import LedgerFailure

FORMAT: Final = "gallra erasure certificate 1"
_DOMAIN: Final = b"gallra erasure certificate 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A statement (canonical JSON) and the Ed25519 signature (RFC 8032) over it."""

    body: bytes
    signature: bytes
    key: str
    """Which key signed, as checkpoints name it."""

    @property
    def statement(self) -> dict[str, Any]:
        """What is certified."""
        content: dict[str, Any] = orjson.loads(self.body)
        return content

    def to_json(self) -> bytes:
        """The certificate as a file: statement and signature, keys sorted, readable by eye."""
        envelope = {
            "format": FORMAT,
            "key": self.key,
            "signature": base64.b64encode(self.signature).decode(),
            "statement": self.statement,
        }
        return orjson.dumps(envelope, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Certificate:
        """Read such a file. Raises `LedgerFailure("certificate_malformed")` for anything else; the
        signature is not looked at here."""
        found: Certificate | None = None
        with suppress(ValueError, TypeError, KeyError, AttributeError, binascii.Error):
            # A second "statement" would be seen by readers and passed over by parsers.
            envelope = json.loads(text, object_pairs_hook=_once)
            if envelope["format"] == FORMAT and set(envelope) == {
                "format",
                "key",
                "signature",
                "statement",
            }:
                found = cls(
                    body=canonical(envelope["statement"]),
                    signature=base64.b64decode(envelope["signature"], validate=True),
                    key=str(envelope["key"]),
                )
        if found is None or not isinstance(found.statement, dict):
            raise LedgerFailure("certificate_malformed")
        return found

    def verify(self, public_key: bytes) -> None:
        """Raise `LedgerFailure("certificate_forged")` unless the owner of the raw Ed25519
        `public_key` signed exactly this statement."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        genuine = self.key == key_name(public_key)
        if genuine:
            try:
                key = Ed25519PublicKey.from_public_bytes(public_key)
                key.verify(self.signature, _DOMAIN + self.body)
            except (InvalidSignature, ValueError):
                genuine = False
        if not genuine:
            raise LedgerFailure("certificate_forged")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key stands twice. Raises `ValueError`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def canonical(statement: Mapping[str, Any]) -> bytes:
    """JSON in one spelling: keys sorted, no blanks."""
    return orjson.dumps(dict(statement), option=orjson.OPT_SORT_KEYS)


def certify(statement: Mapping[str, Any], *, signing_key: bytes) -> Certificate:
    """Sign `statement` with the raw 32-byte Ed25519 `signing_key`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    body = canonical(statement)
    key = Ed25519PrivateKey.from_private_bytes(signing_key)
    public = key.public_key().public_bytes_raw()
    return Certificate(body=body, signature=key.sign(_DOMAIN + body), key=key_name(public))
