"""A letter with a sealed container, written as it is sent: it is never whole in memory."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from connectors.channel import Parcel
from lifecycle.errors import Changed, Refused

_LINE: Final = 57
"""Bytes of one line of base64: 76 characters."""
_PART: Final = _LINE * 1024
"""Bytes of the container that are in memory at a time."""


class Letter(NamedTuple):
    """A letter whose length is known before its first byte leaves."""

    head: bytes
    """Header, text and all, up to the container."""
    tail: bytes
    attached: int
    """Bytes of the container; 0: there is none."""

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        lines = -(-self.attached // _LINE)
        return len(self.head) + 4 * (-(-self.attached // 3)) + 2 * lines + len(self.tail)

    def parts(self, container: BinaryIO | None) -> Iterator[bytes]:
        """The letter bit by bit, ready to be written: no line begins with a dot.

        Raises `Changed("parcel_changed")` when the container is not as long as it was."""
        yield self.head
        left = self.attached
        while container is not None and left:
            data = _whole(container, min(_PART, left))
            left -= len(data)
            yield _lines(data)
        if container is not None and container.read(1):
            raise Changed("parcel_changed")
        yield self.tail

    def __repr__(self) -> str:
        return f"Letter(attached={self.attached})"


def letter_for(parcel: Parcel, *, sender: str, to: tuple[str, ...], attached: int) -> Letter:
    """The letter of a parcel. The Message-ID is always the same for the same parcel: whoever gets
    it twice can tell (RFC 5322, 3.6.4)."""
    utf8 = not all(address.isascii() for address in to)
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["From"] = sender
    message["To"] = [_address(address) for address in to]
    message["Subject"] = parcel.subject
    message["Date"] = formatdate()
    message["Message-ID"] = message_id(parcel.ref, sender)
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    text = _body(parcel)
    head = message.as_bytes().rstrip(b"\r\n") + b"\r\n"
    if parcel.file is None:
        return Letter(head + text, b"", 0)
    # A boundary that no line of base64 can be, and that is the same each time.
    boundary = b"=_" + hashlib.sha256(parcel.ref.encode()).hexdigest()[:32].encode()
    name = parcel.name.encode("ascii")
    head += (
        b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
        b"--" + boundary + b"\r\n" + text + b"\r\n--" + boundary + b"\r\n"
        b'Content-Type: application/octet-stream; name="' + name + b'"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="' + name + b'"\r\n\r\n'
    )
    return Letter(head, b"\r\n--" + boundary + b"--\r\n", attached)


def _body(parcel: Parcel) -> bytes:
    """The text; where there is a page of it too, both as each other's alternative (RFC 2046,
    5.1.4): the richer one last."""
    plain = _part("plain", parcel.text)
    if not parcel.html:
        return plain
    boundary = b"=_" + hashlib.sha256(b"page " + parcel.ref.encode()).hexdigest()[:32].encode()
    between = b"\r\n--" + boundary
    return (
        b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n'
        + between + b"\r\n" + plain + between + b"\r\n" + _part("html", parcel.html)
        + between + b"--\r\n"
    )  # fmt: skip


def _part(subtype: str, text: str) -> bytes:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n".encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + _lines(_with_crlf(text).encode())
    )


def message_id(ref: str, sender: str) -> str:
    """`<X-…@the sender's domain>`."""
    return f"<{ref}@{sender.rpartition('@')[2]}>"


def opened(path: Path) -> tuple[BinaryIO, int]:
    """The container, and how many bytes it has. Raises `Refused("parcel_file_missing")`."""
    file = None
    try:
        file = path.open("rb")
        return file, os.fstat(file.fileno()).st_size
    except OSError:
        if file is not None:
            file.close()
    raise Refused("parcel_file_missing")


def _address(address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(username=local, domain=domain)


def _with_crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _whole(container: BinaryIO, size: int) -> bytes:
    data = None
    try:
        data = container.read(size)
    except OSError:
        data = None
    if data is None or len(data) != size:
        raise Changed("parcel_changed")
    return data


def _lines(data: bytes) -> bytes:
    return b"".join(
        base64.b64encode(data[start : start + _LINE]) + b"\r\n"
        for start in range(0, len(data), _LINE)
    )
