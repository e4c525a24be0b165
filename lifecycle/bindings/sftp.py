"""A recipient's or partner's SFTP server: where it is, and by which host keys it is known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lifecycle.bindings.places import SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name

_ALGORITHMS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)
"""Names of kinds of keys (RFC 4253, 5656, 8709); an `ssh-rsa` key signs with SHA-2 only."""
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_RIGHT: Final = (
    "write a line as ssh-keyscan gives it (host ssh-ed25519 AAAA…), the key alone "
    "(ssh-ed25519 AAAA…), or its fingerprint (SHA256:…, 43 characters)"
)


class HostKey(NamedTuple):
    """One key by which a server is known."""

    algorithm: str | None
    """The kind of key; None where only a fingerprint is given."""
    fingerprint: str
    """`SHA256:` and 43 characters of base64, as OpenSSH shows it."""
    hosts: tuple[str, ...] = ()
    """Which hosts a known_hosts line is for; empty: it says nothing of that."""


def _host_key(value: object) -> HostKey:
    if isinstance(value, HostKey):
        return value
    if not isinstance(value, str):
        raise ValueError(_RIGHT)  # noqa: TRY004 -- pydantic's
    words = value.split()
    if len(words) == 1 and _FINGERPRINT.fullmatch(words[0]):
        return HostKey(None, words[0])
    hosts: tuple[str, ...] = ()
    if len(words) > 2 and words[0] not in _ALGORITHMS:
        hosts = tuple(words.pop(0).split(","))
        if any(host.startswith(("|", "@", "!")) or "*" in host for host in hosts):
            raise ValueError("write the host's own name: no hash, pattern or marker in this line")
    if len(words) < 2 or words[0] not in _ALGORITHMS:
        raise ValueError(_RIGHT)
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this key is cut off or mistyped; copy the whole line") from None
    name = words[0].encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name):
        raise ValueError("this key is of another kind than the word before it says")
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return HostKey(words[0], f"SHA256:{digest}", hosts)


PinnedKey = Annotated[HostKey, BeforeValidator(_host_key), WithJsonSchema({"type": "string"})]
"""A line of known_hosts, a public key, or a fingerprint."""


def _folder(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^\x00-\x1f\x7f\\]{1,512}", value):
        raise ValueError("write the folder on the server, e.g. /in or in/gallra")
    absolute, steps = value.startswith("/"), value.strip("/").split("/")
    if value in {"/", "."}:
        return value
    if any(step in {"", ".", ".."} for step in steps):
        raise ValueError("write the folder without '.', '..' and doubled slashes")
    return ("/" if absolute else "") + "/".join(steps)


class SftpServer(Part):
    """How a server is reached, known and logged in to."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$", examples=["sftp.example.se"])]
    port: int = Field(default=22, ge=1, le=65_535, strict=True)
    host_keys: tuple[PinnedKey, ...] = Field(
        min_length=1, description="by which keys the server is known; any other is refused"
    )
    username: Annotated[str, Field(pattern=r"^[^\s\x00]{1,64}$", examples=["gallra"], repr=False)]
    private_key: SecretName | None = Field(
        default=None, description="a private key as ssh-keygen writes it"
    )
    passphrase: SecretName | None = Field(default=None, description="of the private key")
    password: SecretName | None = None
    folder: Annotated[str, BeforeValidator(_folder)] = Field(
        description="the folder on the server, e.g. /in"
    )
    timeout: int = Field(default=30, ge=1, le=600, strict=True, description="seconds of silence")

    @model_validator(mode="after")
    def _fits_together(self) -> SftpServer:
        if (self.private_key is None) == (self.password is None):
            raise ValueError("log in by private_key or by password, one of them")
        if self.passphrase is not None and self.private_key is None:
            raise ValueError("passphrase belongs to private_key")
        meant = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        for key in self.host_keys:
            if key.hosts and meant not in key.hosts:
                raise ValueError(f"host_keys: a line is for another host; {meant} is bound here")
        return self


class SftpStaging(SftpServer):
    """A partner's folder with exports, fetched and emptied by SFTP."""

    kind: Literal["sftp"]
    place: Name


class SftpChannel(SftpServer):
    """A recipient's folder that sealed parcels are put into by SFTP."""

    kind: Literal["sftp"]
    to: tuple[
        Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", examples=["registrator@example.se"])],
        ...,
    ] = Field(
        min_length=1,
        repr=False,
        description="whose folder it is: their addresses as under recipients; nobody else's parcel "
        "goes there",
    )
