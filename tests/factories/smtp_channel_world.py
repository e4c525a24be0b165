"""A recipient's mail server with TLS, a wire to it that can be cut, and the channel that writes."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest import mock

import trustme
from aiosmtpd.smtp import Envelope

from connectors.channel import Channel
from connectors.memory_channel import Arrival
from connectors.sent_journal import FolderJournal
from connectors.smtp_channel import SmtpChannel, smtp_channel
from connectors.smtp_session import Session
from lifecycle.bindings.channels import SmtpChannel as SmtpBinding
from tests.factories.channel_worlds import ChannelWorld, counting_down
from tests.factories.mail_server import mail_server
from tests.factories.wire import Wire, wire_to

HOST = "mail.example.se"
DOMAIN = "example.se"


@dataclass
class Office:
    """A handler of aiosmtpd: the recipient's office, with moods."""

    mails: list[Envelope] = field(default_factory=list)
    mail_answer: str | None = None
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    """Address → answer; `*` for all."""
    data_answer: str | None = None
    after_data: Callable[[], None] = lambda: None
    commands: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {' '.join(options)}")
        if self.mail_answer is not None:
            return self.mail_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append("RCPT")
        answer = self.rcpt_answers.get(address, self.rcpt_answers.get("*"))
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.commands.append("RSET")
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.commands.append("DATA")
        if self.data_answer is not None:
            return self.data_answer
        self.mails.append(envelope)
        self.after_data()
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        return "451 trouble"


def server_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def binding(folder: Path, port: int, **more: Any) -> SmtpBinding:
    """A channel that sends to `example.se`, whose server is on loopback."""
    return SmtpBinding.model_validate(
        {
            "kind": "smtp",
            "sender": "gallra@skola.example.se",
            "servers": {DOMAIN: [{"host": HOST, "port": port, "address": "127.0.0.1"}]},
            "trusted": str(folder / "ca.pem"),
            "journal": str(folder / "sent"),
            "timeout": 5,
            **more,
        }
    )


def channel_of(bound: SmtpBinding, folder: Path, **more: Any) -> SmtpChannel:
    return smtp_channel(
        bound, place="mail", password=None, journal=FolderJournal(folder / "sent"), **more
    )


def parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content
    assert content is not None
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def arrival(envelope: Envelope) -> Arrival:
    message = parsed(envelope)
    text = message.get_body(("plain",))
    files = list(message.iter_attachments())
    content = files[0].get_content() if files else None
    return Arrival(
        ref=str(message["Message-ID"])[1:].partition("@")[0],
        name=(files[0].get_filename() or "") if files else "",
        to=tuple(envelope.rcpt_tos),
        content=content,
        subject=str(message["Subject"]),
        text=text.get_content() if text is not None else "",
    )


class SmtpWorld:
    """The channel `smtp` and a real server."""

    to = (f"mottagare@{DOMAIN}", f"arkiv@{DOMAIN}")
    carries_files = True
    carries_text = True
    takes_back = False

    def __init__(self, folder: Path, office: Office, wire: Wire, stop: Callable[[], None]) -> None:
        self._folder = folder
        self._office = office
        self._wire = wire
        self._stop = stop
        self._port = wire.port
        self._trusted = "ca.pem"

    def channel(self) -> Channel:
        more = {"trusted": str(self._folder / self._trusted)}
        return channel_of(binding(self._folder, self._port, **more), self._folder)

    def arrived(self) -> list[Arrival]:
        return [arrival(envelope) for envelope in self._office.mails]

    def received(self) -> bytes:
        return b"".join((a.content or b"") + a.text.encode() for a in self.arrived())

    def refuse(self) -> None:
        self._trusted = "other.pem"

    def take_away(self) -> None:
        self._stop()

    def lose_answers(self) -> None:
        self._office.after_data = self._wire.cut_now.set

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        with killed_in_session(counting_down(step)):
            yield


@contextmanager
def killed_in_session(hook: Callable[..., None]) -> Iterator[None]:
    """`hook` is called before whatever goes to the server or to the journal, and at the end."""
    with ExitStack() as stack:
        for owner, names in (
            (Session, ("_send", "_receive", "wrap")),
            (FolderJournal, ("begin", "sent", "not_sent")),
        ):
            for name in names:
                stack.enter_context(mock.patch.object(owner, name, _hooked(owner, name, hook)))
        yield


def _hooked(owner: type, name: str, hook: Callable[..., None]) -> Callable[..., Any]:
    original = getattr(owner, name)

    def hooked(*arguments: Any) -> Any:
        hook()
        result = original(*arguments)
        if name == "sent":
            hook()
        return result

    return hooked


@contextmanager
def smtp_world(folder: Path) -> Iterator[ChannelWorld]:
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other.pem")
    office = Office()
    with ExitStack() as stack:
        tls = server_tls(authority.issue_cert(HOST))
        port = stack.enter_context(mail_server(office, tls_context=tls))
        ends = stack.enter_context(ExitStack())
        wire = ends.enter_context(wire_to(port))
        yield SmtpWorld(folder, office, wire, ends.close)
