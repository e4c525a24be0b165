"""A private key as whoever made it wrote it down, in the form in which it can be used."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paramiko import PKey


def parsed_key(text: str, passphrase: str | None) -> PKey | None:
    """The private key in `text` (OpenSSH's form or PEM); None if it is none, is of a kind that is
    not used any more, or is locked by another passphrase."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from paramiko import ECDSAKey, Ed25519Key, RSAKey, SSHException

    data = text.strip().encode() + b"\n"
    password = None if passphrase is None else passphrase.encode()
    openssh = data.startswith(b"-----BEGIN OPENSSH")
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        key = load(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    # Written anew: paramiko takes half of the ECDSA keys without a comment for broken, and would
    # unlock a key once for each kind that it might be.
    forms = (
        (Ed25519PrivateKey, Ed25519Key, serialization.PrivateFormat.OpenSSH),
        (EllipticCurvePrivateKey, ECDSAKey, serialization.PrivateFormat.TraditionalOpenSSL),
        (RSAPrivateKey, RSAKey, serialization.PrivateFormat.TraditionalOpenSSL),
    )
    for kind, ours, form in forms:
        if isinstance(key, kind):
            pem = key.private_bytes(
                serialization.Encoding.PEM, form, serialization.NoEncryption()
            ).decode()
            try:
                return ours.from_private_key(io.StringIO(pem))
            except SSHException:
                return None
    return None
