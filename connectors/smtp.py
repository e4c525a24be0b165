"""Mail leaves this host encrypted or not at all, and says who sent it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from lifecycle.errors import Misconfigured, Unreachable

_TIMEOUT: Final = 30
"""Seconds for each answer of the mail server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One mailbox that is written to, and the server that takes the mail.

    STARTTLS with TLS 1.2 or newer and a trusted certificate is required. `plain_on_loopback`
    allows a server on this machine's loopback address without it (tests, a local relay).
    `password` is asked for at each mail and never kept.
    """

    host: str
    port: int
    sender: str
    recipient: str
    username: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    trusted: Path | None = None
    """A PEM file of certificate authorities to trust instead of the system's."""
    plain_on_loopback: bool = False

    def __post_init__(self) -> None:
        if self.plain_on_loopback and not _is_loopback(self.host):
            raise Misconfigured("mail_without_tls")
        if (self.username is None) != (self.password is None):
            raise Misconfigured("mail_login_incomplete")

    def letter(self, *, subject: str, text: str, mark: str | None = None) -> EmailMessage:
        """A mail to this mailbox. `mark`: an opaque word that makes its Message-ID the same each
        time, so that whoever gets it twice can tell."""
        domain = self.sender.rpartition("@")[2] or "localhost"
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = self.recipient
        message["Subject"] = subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{mark}@{domain}>" if mark else make_msgid(domain=domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def send(self, message: EmailMessage) -> None:
        """Send it; returns when the server has taken responsibility for it.

        Never repeated by itself. Raises `Unreachable`: `mail_without_tls`, `mail_tls_failed`,
        `mail_login`, `mail_refused`, `mail_unreachable`; after the last two the mail may have
        arrived all the same.
        """
        self._told(lambda server: server.send_message(message))

    def reach(self) -> None:
        """See that the server answers, protects and lets us in; nothing is sent. Raises as
        `send`."""
        self._told(lambda server: server.noop())

    def _told(self, work: Callable[[smtplib.SMTP], object]) -> None:
        failure: str | None = None
        try:
            self._visit(work)
        except ssl.SSLError:
            failure = "mail_tls_failed"
        except smtplib.SMTPAuthenticationError:
            failure = "mail_login"
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
            failure = "mail_unreachable"
        except smtplib.SMTPException:
            failure = "mail_refused"
        except OSError:
            failure = "mail_unreachable"
        # Outside the handlers: the server's words quote addresses.
        if failure is not None:
            raise Unreachable(failure)

    def write(self, *, subject: str, text: str, mark: str) -> None:
        """`letter` and `send` in one."""
        self.send(self.letter(subject=subject, text=text, mark=mark))

    def _visit(self, work: Callable[[smtplib.SMTP], object]) -> None:
        # Without a name of its own smtplib would look this host's up and tell the server.
        name = self.sender.rpartition("@")[2] or "localhost"
        with smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=_TIMEOUT) as server:
            if not self.plain_on_loopback:
                _start_tls(server, self._tls())
            if self.username is not None and self.password is not None:
                server.login(self.username, self.password())
            work(server)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.trusted) if self.trusted else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def _start_tls(server: smtplib.SMTP, context: ssl.SSLContext) -> None:
    server.ehlo()
    if not server.has_extn("starttls"):
        raise Unreachable("mail_without_tls")
    code, _ = server.starttls(context=context)
    if code != 220:
        raise Unreachable("mail_without_tls")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
