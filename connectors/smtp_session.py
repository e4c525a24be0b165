"""One conversation with one mail server: every word in turn, nothing heard that was said too early.

The server's words are never kept: they quote addresses. Only codes leave this module.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from typing import Final, NamedTuple

from connectors.mail_route import MailServer

_LONGEST_ANSWER: Final = 64 * 1024
_CONNECT: Final = 20.0
"""Seconds until a connection stands."""
_TOO_OLD: Final = frozenset({
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "NO_PROTOCOLS_AVAILABLE",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
})  # fmt: skip
"""OpenSSL's reasons when the other side speaks nothing newer than TLS 1.1."""


class Trouble(StrEnum):
    """Why a conversation broke off."""

    LOST = "lost"
    """No connection, or it was cut, or the answer did not come in time."""
    NOT_SMTP = "not_smtp"
    """What came is no answer in the sense of RFC 5321, or came before it was asked for."""
    NO_TLS = "no_tls"
    """STARTTLS is not offered, or what followed was no TLS."""
    CERTIFICATE = "certificate"
    """Expired, signed by nobody known, or for another name."""
    TLS_TOO_OLD = "tls_too_old"


class Broken(Exception):
    """The conversation is over; says why and nothing else."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(str(trouble))


class Reply(NamedTuple):
    """An answer: its code, and the lines for those who look for extensions."""

    code: int
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Reply(code={self.code})"


class Session:
    """A connection to `server`; to be closed by whoever opened it."""

    def __init__(self, server: MailServer, *, name: str, timeout: float) -> None:
        """`name`: by which we introduce ourselves. `timeout`: seconds for each whole answer."""
        self._host = server.host
        self._name = name
        self._timeout = timeout
        self._heard = bytearray()
        self._protected = False
        self.extensions: dict[str, str] = {}
        """Upper case; what the server offers, as it said after the last greeting."""
        connection: socket.socket | None = None
        with suppress(OSError):
            connection = socket.create_connection((server.address, server.port), _CONNECT)
        if connection is None:
            raise Broken(Trouble.LOST)
        self._socket = connection

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up without a word."""
        with suppress(OSError):
            self._socket.close()

    def greeted(self) -> None:
        """Hear the server's greeting and introduce ourselves. Raises `Broken`."""
        if self._answer(self._timeout).code != 220:
            raise Broken(Trouble.LOST)
        self._introduce()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """From here on encrypted; what was offered before counts no more (RFC 3207, 4.2)."""
        if "STARTTLS" not in self.extensions:
            raise Broken(Trouble.NO_TLS)
        code = self.say("STARTTLS").code
        if code != 220:
            raise Broken(Trouble.LOST if 400 <= code < 500 else Trouble.NO_TLS)
        if self._heard:
            # Somebody on the way slips in what would be taken for the server's after the TLS.
            raise Broken(Trouble.NO_TLS)
        self.wrap(context)
        self._introduce()

    def wrap(self, context: ssl.SSLContext) -> None:
        """Make the TLS connection. Raises `Broken`."""
        trouble: Trouble | None = None
        try:
            self._socket.settimeout(self._timeout)
            wrapped = context.wrap_socket(self._socket, server_hostname=self._host)
            self._socket = wrapped
            self._protected = wrapped.version() in {"TLSv1.2", "TLSv1.3"}
        except ssl.SSLCertVerificationError:
            trouble = Trouble.CERTIFICATE
        except ssl.SSLError as error:
            trouble = _trouble(error)
        except OSError:
            trouble = Trouble.LOST
        if trouble is not None:
            raise Broken(trouble)
        if not self._protected:
            raise Broken(Trouble.TLS_TOO_OLD)

    @property
    def protected(self) -> bool:
        """Whether TLS ≥ 1.2 with the right server stands."""
        return self._protected

    def say(self, line: str, *, timeout: float | None = None) -> Reply:
        """One command, and the answer to it. Raises `Broken`, `ValueError` for a line that would
        be two."""
        if "\r" in line or "\n" in line or "\0" in line:
            raise ValueError("one command is one line")
        self.write([f"{line}\r\n".encode()])
        return self._answer(timeout or self._timeout)

    def write(self, parts: Iterable[bytes]) -> None:
        """Bytes as they are. Raises `Broken` when something was said before it was asked for."""
        if self._heard:
            raise Broken(Trouble.NOT_SMTP)
        for part in parts:
            self._send(part)

    def hear(self, timeout: float) -> Reply:
        """The answer to what was written."""
        return self._answer(timeout)

    def leave(self) -> None:
        """Say goodbye without waiting for the answer; whatever happens."""
        with suppress(Broken):
            self._send(b"QUIT\r\n")

    def _introduce(self) -> None:
        reply = self.say(f"EHLO {self._name}")
        if 400 <= reply.code < 500:
            raise Broken(Trouble.LOST)
        # A server that knows no EHLO knows no STARTTLS either.
        offered = reply.lines[1:] if reply.code == 250 else ()
        self.extensions = {}
        for line in offered:
            word, _, rest = line.partition(" ")
            self.extensions[word.upper()] = rest.strip()

    def _answer(self, timeout: float) -> Reply:
        until = time.monotonic() + timeout
        taken = 0
        lines: list[str] = []
        code = 0
        while True:
            line = self._line(until)
            taken += len(line)
            if (
                taken > _LONGEST_ANSWER
                or not line[:3].isdigit()
                or line[3:4] not in (b" ", b"-", b"")
            ):
                raise Broken(Trouble.NOT_SMTP)
            if lines and int(line[:3]) != code:
                raise Broken(Trouble.NOT_SMTP)
            code = int(line[:3])
            lines.append(line[4:].decode("ascii", "replace"))
            if line[3:4] != b"-":
                return Reply(code, tuple(lines))

    def _line(self, until: float) -> bytes:
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > _LONGEST_ANSWER:
                raise Broken(Trouble.NOT_SMTP)
            self._heard += self._receive(until)
        line = bytes(self._heard[: end + 1])
        del self._heard[: end + 1]
        return line.rstrip(b"\r\n")

    def _receive(self, until: float) -> bytes:
        left = until - time.monotonic()
        data = b""
        if left > 0:
            with suppress(OSError):
                self._socket.settimeout(left)
                data = self._socket.recv(8192)
        if not data:
            raise Broken(Trouble.LOST)
        return data

    def _send(self, data: bytes) -> None:
        sent = False
        with suppress(OSError):
            self._socket.settimeout(self._timeout)
            self._socket.sendall(data)
            sent = True
        if not sent:
            raise Broken(Trouble.LOST)


def _trouble(error: ssl.SSLError) -> Trouble:
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | TimeoutError):
        return Trouble.LOST
    return Trouble.TLS_TOO_OLD if error.reason in _TOO_OLD else Trouble.NO_TLS
