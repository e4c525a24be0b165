"""A signed line that says how long the ledger was at a moment: kept where we cannot change it.

The text is in the spirit of signed notes: origin, size, link, time, an empty line, a signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from lifecycle.errors import KeyFailure, LedgerFailure
from lifecycle.ledger import LINK_SIZE, instant

if TYPE_CHECKING:  # imported where it is used: most who read this module never sign
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN_PREFIX: Final = "gallra/"
NOTE_LINES: Final = (
    r"(?P<origin>gallra/[A-Z]-[0-9A-Z]{13})",
    r"(?P<size>0|[1-9][0-9]{0,17})",
    r"(?P<link>[A-Za-z0-9+/]{43}=)",
    r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00)",
    r"",
    r"— (?P<key>gallra-[0-9a-f]{16}) (?P<signature>[A-Za-z0-9+/]{86}==)",
)
NOTE: Final = re.compile("".join(rf"{line}\n" for line in NOTE_LINES))
"""One whole checkpoint."""
_DOMAIN: Final = b"gallra ledger checkpoint 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The ledger `origin` had `size` events at `at`, and `link` was the last one's link."""

    origin: str
    size: int
    link: bytes
    at: str
    """UTC, as `lifecycle.ledger.instant` writes it."""
    key_name: str
    """Which key signed; derived from the public key."""
    signature: bytes

    @property
    def text(self) -> str:
        """What the witness keeps; ends with a newline."""
        head = _head(self.origin, self.size, self.link, self.at)
        return f"{head}\n— {self.key_name} {base64.b64encode(self.signature).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read `text` back: exactly what `text` writes, and nothing before or after it.

        Raises `LedgerFailure("checkpoint_malformed")`. Says nothing of the signature.
        """
        note = NOTE.fullmatch(text)
        if note is None:
            raise LedgerFailure("checkpoint_malformed")
        checkpoint: Checkpoint | None = None
        with suppress(ValueError, binascii.Error):
            checkpoint = cls(
                origin=note["origin"],
                size=int(note["size"]),
                link=base64.b64decode(note["link"], validate=True),
                at=instant(datetime.fromisoformat(note["at"])),
                key_name=note["key"],
                signature=base64.b64decode(note["signature"], validate=True),
            )
        # Base64 has spellings with stray last bits: only the one that we write is accepted.
        if checkpoint is None or checkpoint.text != text:
            raise LedgerFailure("checkpoint_malformed")
        return checkpoint

    def verify(self, public_key: bytes) -> None:
        """Raise `LedgerFailure("checkpoint_forged")` unless the owner of the raw Ed25519
        `public_key` (RFC 8032) signed this."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        genuine = self.key_name == key_name(public_key)
        if genuine:
            try:
                key = Ed25519PublicKey.from_public_bytes(public_key)
                key.verify(self.signature, _signed(self.origin, self.size, self.link, self.at))
            except (InvalidSignature, ValueError):
                genuine = False
        if not genuine:
            raise LedgerFailure("checkpoint_forged")


def sign(*, origin: str, size: int, link: bytes, now: datetime, signing_key: bytes) -> Checkpoint:
    """A checkpoint signed with the raw 32-byte Ed25519 `signing_key`."""
    if len(link) != LINK_SIZE or size < 0:
        raise LedgerFailure("checkpoint_malformed")
    at = instant(now)
    key = _private(signing_key)
    return Checkpoint(
        origin=origin,
        size=size,
        link=link,
        at=at,
        key_name=key_name(key.public_key().public_bytes_raw()),
        signature=key.sign(_signed(origin, size, link, at)),
    )


def public_key_of(signing_key: bytes) -> bytes:
    """The raw public half (32 bytes), to be given to the witness."""
    return _private(signing_key).public_key().public_bytes_raw()


def key_name(public_key: bytes) -> str:
    """A short name derived from the public key, so that a changed key shows."""
    return f"gallra-{hashlib.sha256(public_key).hexdigest()[:16]}"


def export_public_key(public_key: bytes) -> str:
    """The public key as PEM text (RFC 8410), which other tools read too."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return (
        Ed25519PublicKey.from_public_bytes(public_key)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def parse_public_key(text: str) -> bytes:
    """The raw public key in PEM `text`. Raises `KeyFailure("public_key_malformed")`."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = None
    with suppress(ValueError, UnsupportedAlgorithm):
        key = serialization.load_pem_public_key(text.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFailure("public_key_malformed")
    return key.public_bytes_raw()


def _private(signing_key: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(signing_key) != 32:
        raise KeyFailure("signing_key_malformed")
    return Ed25519PrivateKey.from_private_bytes(signing_key)


def _head(origin: str, size: int, link: bytes, at: str) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(link).decode()}\n{at}\n"


def _signed(origin: str, size: int, link: bytes, at: str) -> bytes:
    return _DOMAIN + _head(origin, size, link, at).encode()
