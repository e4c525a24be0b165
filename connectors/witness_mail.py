"""A checkpoint is mailed to the data protection officer, who keeps it away from this host."""

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

from lifecycle.checkpoint import Checkpoint
from lifecycle.errors import LedgerFailure, Misconfigured

_TIMEOUT: Final = 30
"""Seconds for each answer of the mail server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWitness:
    """A mail to the data protection officer with the checkpoint attached.

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

    def take(self, text: str, *, size: int) -> None:
        """Send `text`; returns when the server has taken responsibility for it.

        Never repeated by itself: a second mail would be harmless, a retry loop would not.
        Raises `LedgerFailure`: `checkpoint_malformed`, `witness_without_tls`,
        `witness_tls_failed`, `witness_login`, `witness_refused`, `witness_unreachable`.
        """
        if Checkpoint.parse(text).size != size:
            raise LedgerFailure("checkpoint_malformed")
        failure: str | None = None
        try:
            self._send(self._message(text, size))
        except ssl.SSLError:
            failure = "witness_tls_failed"
        except smtplib.SMTPAuthenticationError:
            failure = "witness_login"
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
            failure = "witness_unreachable"
        except smtplib.SMTPException:
            failure = "witness_refused"
        except OSError:
            failure = "witness_unreachable"
        # Outside the handlers: the server's words quote addresses.
        if failure is not None:
            raise LedgerFailure(failure)

    def _send(self, message: EmailMessage) -> None:
        # Without a name of its own smtplib would look this host's up and tell the server.
        name = self.sender.rpartition("@")[2] or "localhost"
        with smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=_TIMEOUT) as server:
            if not self.plain_on_loopback:
                _start_tls(server, self._tls())
            if self.username is not None and self.password is not None:
                server.login(self.username, self.password())
            server.send_message(message)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.trusted) if self.trusted else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _message(self, text: str, size: int) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = self.recipient
        message["Subject"] = f"Gallra: ledger checkpoint {size}"
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2] or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_EXPLANATION.format(size=size) + text)
        # As bytes: a text part might come out with other line ends than were signed.
        message.add_attachment(
            text.encode(),
            maintype="application",
            subtype="octet-stream",
            filename=f"checkpoint-{size}.txt",
        )
        return message


def _start_tls(server: smtplib.SMTP, context: ssl.SSLContext) -> None:
    server.ehlo()
    if not server.has_extn("starttls"):
        raise LedgerFailure("witness_without_tls")
    code, _ = server.starttls(context=context)
    if code != 220:
        raise LedgerFailure("witness_without_tls")


_EXPLANATION: Final = """\
Keep this mail. It shows how long the ledger of personal-data operations was at this moment, and
it holds no personal data. To prove that nothing in the ledger was changed since, save the
attached file and have somebody run:

    gallra ledger verify --checkpoint checkpoint-{size}.txt

"""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
