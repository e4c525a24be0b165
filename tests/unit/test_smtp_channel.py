"""Mail leaves over verified TLS ≥ 1.2 to the recipient's server, whole and once, or not at all."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import re
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trustme
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.channel import Parcel
from connectors.sent_journal import FolderJournal
from connectors.smtp_channel import SmtpChannel
from connectors.smtp_letter import Letter, letter_for
from connectors.smtp_routes import RelayRoute
from lifecycle.bindings.channels import Relay
from lifecycle.errors import Changed, GallraError, Misconfigured, NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.mail_server import mail_server
from tests.factories.smtp_channel_world import (
    DOMAIN,
    HOST,
    Office,
    arrival,
    binding,
    channel_of,
    parsed,
    server_tls,
)
from tests.factories.wire import Wire, wire_to

RELAY = "hemligt-relay"
TO = (f"mottagare@{DOMAIN}",)
CONTENT = bytes(range(256)) * 600


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def folder(tmp_path: Path, authority: trustme.CA) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


@contextmanager
def recipient(
    office: Office, tls: ssl.SSLContext | None, **options: Any
) -> Iterator[tuple[int, Wire]]:
    """A server and a wire to it: the wire's port is the one that is bound."""
    with mail_server(office, tls_context=tls, **options) as port, wire_to(port) as wire:
        yield wire.port, wire


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def server(office: Office, authority: trustme.CA) -> Iterator[tuple[int, Wire]]:
    with recipient(office, server_tls(authority.issue_cert(HOST))) as there:
        yield there


def parcel(folder: Path, number: int = 1, content: bytes | None = CONTENT) -> Parcel:
    path = folder / f"sealed-{number}"
    if content is not None:
        path.write_bytes(content)
    return Parcel(
        ref=to_reference("X", number),
        file=None if content is None else path,
        name="handlingar.zip",
        to=TO,
        subject="Handlingar från skolan",
        text="Se bilagan.",
    )


def channel(folder: Path, port: int, **more: Any) -> SmtpChannel:
    return channel_of(binding(folder, port, **more), folder)


def refused_before_a_word(folder: Path, port: int, wire: Wire, office: Office, code: str) -> None:
    """Both the asking and the sending are refused, and nobody's address was heard or seen."""
    for attempt in (
        lambda: channel(folder, port).check(TO),
        lambda: channel(folder, port).deliver(parcel(folder)),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == code
        assert refused.value.__context__ is None
    assert wire.connections == 2
    for word in (b"MAIL FROM", b"RCPT TO", b"MOTTAGARE", b"HANDLINGAR", b"GALLRA@"):
        assert word not in wire.said.upper()
    assert office.commands == [] and office.mails == []
    assert FolderJournal(folder / "sent").look(parcel(folder).ref) is None


def test_a_letter_arrives_over_tls_with_its_container(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    port, wire = server
    delivered = channel(folder, port).deliver(parcel(folder))
    [envelope] = office.mails
    got = arrival(envelope)
    assert (got.content, got.name, got.text) == (CONTENT, "handlingar.zip", "Se bilagan.")
    message = parsed(envelope)
    assert message["Message-ID"] == f"<{to_reference('X', 1)}@skola.example.se>"
    assert message["Subject"] == "Handlingar från skolan"
    assert message["To"] == TO[0]
    assert message["Auto-Submitted"] == "auto-generated"
    assert not message.defects
    assert "@" not in delivered.handle
    assert wire.plain_said() == b"EHLO skola.example.se\r\nSTARTTLS\r\n"


def test_the_size_is_announced_to_the_byte(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    for number, content in enumerate([None, b"", b"x", b"y" * 57, b"z" * 58, CONTENT]):
        channel(folder, server[0]).deliver(parcel(folder, number + 1, content))
        announced = int(office.commands[-3].partition("SIZE=")[2])
        original = office.mails[-1].original_content
        assert original is not None and len(original) == announced


def self_signed(tmp_path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "self.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def old_tls(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    context = server_tls(authority.issue_cert(HOST))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


CERTIFICATES: dict[str, tuple[str, Callable[[trustme.CA, Path], ssl.SSLContext]]] = {
    "expired": (
        "recipient_certificate_refused",
        lambda ca, _: server_tls(
            ca.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1))
        ),
    ),
    "unknown_authority": (
        "recipient_certificate_refused",
        lambda _, __: server_tls(trustme.CA().issue_cert(HOST)),
    ),
    "self_signed": ("recipient_certificate_refused", lambda _, folder: self_signed(folder)),
    "another_name": (
        "recipient_certificate_refused",
        lambda ca, _: server_tls(ca.issue_cert("mail.example.dk")),
    ),
    "the_domain_is_not_the_host": (
        "recipient_certificate_refused",
        lambda ca, _: server_tls(ca.issue_cert(DOMAIN)),
    ),
    "address_instead_of_name": (
        "recipient_certificate_refused",
        lambda ca, _: server_tls(ca.issue_cert("127.0.0.1")),
    ),
    "name_in_the_common_name_only": (
        "recipient_certificate_refused",
        lambda ca, _: server_tls(ca.issue_cert("x.example.dk", common_name=HOST)),
    ),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_a_server_that_does_not_prove_itself_hears_nothing(
    folder: Path, office: Office, authority: trustme.CA, case: str
) -> None:
    code, tls = CERTIFICATES[case]
    with recipient(office, tls(authority, folder)) as (port, wire):
        refused_before_a_word(folder, port, wire, office, code)


@contextmanager
def old_server(authority: trustme.CA, folder: Path) -> Iterator[int]:
    """A server that knows TLS 1.1 and says so with an alert, as aiosmtpd does not."""
    listener = socket.create_server(("127.0.0.1", 0))
    tls = old_tls(authority, folder)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                client.sendall(b"220 old\r\n")
                client.recv(1000)
                client.sendall(b"250-old\r\n250 STARTTLS\r\n")
                client.recv(1000)
                client.sendall(b"220 go on\r\n")
                tls.wrap_socket(client, server_side=True).close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_tls_1_1_is_too_old(folder: Path, office: Office, authority: trustme.CA) -> None:
    with old_server(authority, folder) as port, wire_to(port) as wire:
        refused_before_a_word(folder, wire.port, wire, office, "recipient_tls_too_old")


def test_a_server_that_hangs_up_instead_of_tls_may_be_asked_again(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    with recipient(office, old_tls(authority, folder)) as (port, wire):
        with pytest.raises((Unreachable, Refused)) as failed:
            channel(folder, port).deliver(parcel(folder))
        assert failed.value.code in {"recipient_server_unreachable", "recipient_tls_too_old"}
        assert b"MAIL FROM" not in wire.said


def test_a_server_without_starttls_is_refused(folder: Path, office: Office) -> None:
    with recipient(office, None) as (port, wire):
        refused_before_a_word(folder, port, wire, office, "recipient_without_tls")


def test_starttls_that_somebody_takes_away_on_the_way_is_missed(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    port, wire = server
    wire.meddle = lambda data: data.replace(b"STARTTLS", b"XXXXXXXX")
    refused_before_a_word(folder, port, wire, office, "recipient_without_tls")


@pytest.mark.parametrize(
    "instead", [b"454 not now\r\n", b"500 what?\r\n", b"220 go on\r\n250 OK\r\n250 OK\r\n"]
)
def test_whatever_stands_for_the_go_ahead_nothing_is_said_in_clear(
    folder: Path, server: tuple[int, Wire], office: Office, instead: bytes
) -> None:
    port, wire = server

    def meddle(data: bytes) -> bytes:
        return instead if data.startswith(b"220 Ready to start TLS") else data

    wire.meddle = meddle
    with pytest.raises((Refused, Unreachable)) as refused:
        channel(folder, port).deliver(parcel(folder))
    assert refused.value.code == (
        "recipient_server_unreachable" if instead[:1] == b"4" else "recipient_without_tls"
    )
    assert b"MAIL" not in wire.said
    assert office.commands == []


def test_answers_slipped_in_before_they_are_asked_for_end_the_talk(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    port, wire = server

    def meddle(data: bytes) -> bytes:
        return data + b"250 OK\r\n" if b"STARTTLS" in data else data

    wire.meddle = meddle
    refused_before_a_word(folder, port, wire, office, "recipient_unlike_smtp")


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n", b"\xff\xfe\r\n", b"220-a\r\n250 b\r\n", b"x" * 70_000],
)
def test_what_is_no_mail_server_is_called_so(folder: Path, greeting: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            client.sendall(greeting)
            client.recv(100)

    thread = threading.Thread(target=serve)
    thread.start()
    with listener, pytest.raises(Refused) as refused:
        channel(folder, listener.getsockname()[1]).check(TO)
    thread.join()
    assert refused.value.code == "recipient_unlike_smtp"


def test_a_server_that_drips_is_given_up_in_time(folder: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            while not over.wait(0.1):
                client.sendall(b"2")

    thread = threading.Thread(target=serve)
    thread.start()
    started = datetime.now(UTC)
    with listener, pytest.raises(Unreachable):
        channel(folder, listener.getsockname()[1], timeout=1).check(TO)
    over.set()
    thread.join()
    assert datetime.now(UTC) - started < timedelta(seconds=4)


def test_the_keys_of_a_session_are_written_nowhere(
    folder: Path, server: tuple[int, Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(folder / "keys"))
    channel(folder, server[0]).deliver(parcel(folder))
    assert not (folder / "keys").exists()


# --- all recipients or none ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ("550 no such user", Refused, "recipient_refused"),
        ("251 will forward", Refused, "recipient_refused"),
        ("451 greylisted, come back", Unreachable, "recipient_says_later"),
        ("552 mailbox full", Refused, "parcel_too_large_for_mail"),
    ],
)
def test_one_recipient_that_is_refused_keeps_the_letter_from_all(
    folder: Path,
    server: tuple[int, Wire],
    office: Office,
    answer: str,
    kind: type[GallraError],
    code: str,
) -> None:
    second = f"arkiv@{DOMAIN}"
    both = replace(parcel(folder), to=(*TO, second))
    office.rcpt_answers = {second: answer}
    with pytest.raises(kind) as refused:
        channel(folder, server[0]).deliver(both)
    assert refused.value.code == code
    assert office.commands[-1] == "RSET" and "DATA" not in office.commands
    assert office.mails == []
    office.rcpt_answers = {}
    channel(folder, server[0]).deliver(both)
    [envelope] = office.mails
    assert envelope.rcpt_tos == [*TO, second]


def test_greylisting_is_waited_for_by_coming_back(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    office.data_answer = "451 come back"
    with pytest.raises(Unreachable) as later:
        channel(folder, server[0]).deliver(parcel(folder))
    assert later.value.code == "recipient_says_later"
    office.data_answer = None
    channel(folder, server[0]).deliver(parcel(folder))
    assert len(office.mails) == 1


@pytest.mark.parametrize(
    ("moment", "code"), [("mail_answer", "sender_refused"), ("data_answer", "letter_refused")]
)
def test_a_refusal_for_good_is_one(
    folder: Path, server: tuple[int, Wire], office: Office, moment: str, code: str
) -> None:
    setattr(office, moment, "550 5.7.1 we do not like mottagare@example.se")
    with pytest.raises(Refused) as refused:
        channel(folder, server[0]).deliver(parcel(folder))
    assert str(refused.value) == code
    assert FolderJournal(folder / "sent").look(parcel(folder).ref) is None


def test_recipients_in_two_domains_are_two_parcels(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    with pytest.raises(Refused) as refused:
        channel(folder, server[0]).deliver(replace(parcel(folder), to=(*TO, "a@example.dk")))
    assert refused.value.code == "recipients_in_two_domains"
    assert server[1].connections == 0


# --- sizes ---------------------------------------------------------------------------------------


def test_what_the_server_does_not_take_is_not_begun(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    tls = server_tls(authority.issue_cert(HOST))
    with recipient(office, tls, data_size_limit=100_000) as (port, _):
        with pytest.raises(Refused) as refused:
            channel(folder, port).deliver(parcel(folder))
        assert office.commands == []
        channel(folder, port).deliver(parcel(folder, 2, b"small"))
    assert refused.value.code == "parcel_too_large_for_mail"


def test_what_is_too_large_for_mail_is_refused_without_a_connection(
    folder: Path, server: tuple[int, Wire]
) -> None:
    big = parcel(folder, content=b"\0" * (1024 * 1024 + 1))
    with pytest.raises(Refused) as refused:
        channel(folder, server[0], largest=1).deliver(big)
    assert refused.value.code == "parcel_too_large_for_mail"
    assert server[1].connections == 0


def test_a_container_is_never_whole_in_memory(folder: Path) -> None:
    size = 6 * 1024 * 1024
    path = folder / "sealed"
    with path.open("wb") as file:
        file.truncate(size)
    letter: Letter = letter_for(
        replace(parcel(folder), file=path), sender="a@example.se", to=TO, attached=size
    )
    tracemalloc.start()
    try:
        with path.open("rb") as container:
            total = sum(len(part) for part in letter.parts(container))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == letter.size
    assert peak < 1024 * 1024


@pytest.mark.parametrize("attached", [False, True])
def test_a_letter_to_read_at_leisure_is_text_and_page_in_one(folder: Path, attached: bool) -> None:
    page = "<p dir='rtl'>\u0633\u0644\u0627\u0645 &amp; åäö</p>\n.\n" * 40
    one = parcel(folder)
    size = len(CONTENT) if attached else 0
    sent = replace(one, file=one.file if attached else None, html=page)
    letter = letter_for(sent, sender="a@example.se", to=TO, attached=size)
    with folder.joinpath("sealed-open").open("w+b") as container:
        container.write(CONTENT)
        container.seek(0)
        whole = b"".join(letter.parts(container if attached else None))
    assert len(whole) == letter.size
    assert not any(line.startswith(b".") for line in whole.split(b"\r\n"))
    read = email.message_from_bytes(whole, policy=email.policy.default)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None and html is not None
    assert html.get_content().replace("\r\n", "\n") == page
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == sent.text.rstrip("\n")
    assert [len(part.get_content()) for part in read.iter_attachments()] == [size] * attached
    again = letter_for(sent, sender="a@example.se", to=TO, attached=size)
    boundary = re.findall(rb'boundary="([^"]+)"', letter.head)
    assert boundary == re.findall(rb'boundary="([^"]+)"', again.head)
    assert len(set(boundary)) == len(boundary) == 1 + attached


@pytest.mark.parametrize("change", ["shorter", "longer"])
def test_a_container_that_changes_on_its_way_is_no_letter(
    folder: Path, server: tuple[int, Wire], office: Office, change: str
) -> None:
    sent = parcel(folder)
    assert sent.file is not None
    path = sent.file

    class Meddling(FolderJournal):
        def begin(self, ref: str) -> None:
            super().begin(ref)
            with path.open("r+b") as file:
                file.truncate(len(CONTENT) + (1 if change == "longer" else -1))

    mail = channel_of(binding(folder, server[0]), folder)
    mail._journal = Meddling(folder / "sent")
    with pytest.raises(Changed) as changed:
        mail.deliver(sent)
    assert changed.value.code == "parcel_changed"
    assert office.mails == []
    path.write_bytes(CONTENT)
    channel(folder, server[0]).deliver(sent)
    assert arrival(office.mails[0]).content == CONTENT


def test_a_container_that_is_missing_is_told(folder: Path, server: tuple[int, Wire]) -> None:
    with pytest.raises(Refused) as refused:
        channel(folder, server[0]).deliver(replace(parcel(folder), file=folder / "gone"))
    assert refused.value.code == "parcel_file_missing"
    assert server[1].connections == 0


# --- cut anywhere --------------------------------------------------------------------------------


def measured(folder: Path, wire: Wire, port: int) -> tuple[int, int]:
    """Bytes that a delivery takes there and back."""
    said, answered = len(wire.said), len(wire.answered)
    channel(folder, port).deliver(parcel(folder, 999, b"q" * 3000))
    return len(wire.said) - said, len(wire.answered) - answered


@pytest.mark.parametrize("direction", ["said", "answered"])
def test_cut_anywhere_it_arrives_once_or_nobody_claims_that_it_did(
    folder: Path, server: tuple[int, Wire], office: Office, direction: str
) -> None:
    port, wire = server
    whole = measured(folder, wire, port)[0 if direction == "said" else 1]
    outcomes = set()
    for number in range(16):
        office.mails.clear()
        sent = parcel(folder, 100 + number, b"q" * 3000)
        setattr(wire, f"cut_{direction}_after", 1 + number * (whole - 2) // 15)
        try:
            channel(folder, port).deliver(sent)
            outcomes.add("delivered")
        except Unreachable:
            wire.cut_said_after = wire.cut_answered_after = None
            assert office.mails == []
            channel(folder, port).deliver(sent)
            outcomes.add("again")
        except NotProven as unsure:
            assert unsure.code == "perhaps_delivered"
            wire.cut_said_after = wire.cut_answered_after = None
            with pytest.raises(NotProven):
                channel(folder, port).deliver(sent)
            assert len(office.mails) <= 1
            outcomes.add("perhaps")
            continue
        finally:
            wire.cut_said_after = wire.cut_answered_after = None
        assert len(office.mails) == 1
    assert "again" in outcomes


def test_a_lost_answer_is_never_tried_again(
    folder: Path, server: tuple[int, Wire], office: Office
) -> None:
    port, wire = server
    office.after_data = wire.cut_now.set
    for _ in range(3):
        with pytest.raises(NotProven) as unsure:
            channel(folder, port).deliver(parcel(folder))
        assert unsure.value.code == "perhaps_delivered"
    assert len(office.mails) == 1
    assert wire.connections == 1


# --- by a relay ----------------------------------------------------------------------------------


class Promising(Office):
    """A relay that offers REQUIRETLS."""

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-REQUIRETLS", responses[-1]]


class Login:
    """An authenticator of aiosmtpd."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        self.asked += 1
        return AuthResult(success=data.password == RELAY.encode(), handled=False)


def by_relay(
    folder: Path, port: int, password: str = RELAY, security: str = "starttls"
) -> SmtpChannel:
    relay = Relay.model_validate(
        {
            "host": HOST,
            "port": port,
            "security": security,
            "username": "gallra",
            "password": {"env": "RELAY"},
        }
    )
    return SmtpChannel(
        place="mail",
        sender="gallra@skola.example.se",
        route=RelayRoute(
            relay, address="127.0.0.1", password=lambda: password, trusted=folder / "ca.pem"
        ),
        journal=FolderJournal(folder / "sent"),
        largest=1_000_000,
        timeout=5,
    )


@contextmanager
def relay(
    office: Office, authority: trustme.CA, login: Login, host: str = HOST
) -> Iterator[tuple[int, Wire]]:
    tls = server_tls(authority.issue_cert(host))
    with recipient(office, tls, authenticator=login, auth_required=True) as there:
        yield there


@contextmanager
def tls_from_the_start(office: Office, tls: ssl.SSLContext, **options: Any) -> Iterator[int]:
    """aiosmtpd's own starter would wait for a greeting of its own making; asyncio's serves."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: SMTP(office, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    server.close()
    await asyncio.sleep(0.1)


class RequireTls(SMTP):
    """aiosmtpd does not know the word after MAIL FROM that RFC 8689 adds."""

    asked: ClassVar[list[bool]] = []

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self.asked.append(" REQUIRETLS" in arg)
        await super().smtp_MAIL(arg.replace(" REQUIRETLS", ""))


def test_a_relay_that_promises_tls_all_the_way_is_asked_for_it(
    folder: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    promising, login = Promising(), Login()
    monkeypatch.setattr("aiosmtpd.controller.SMTP", RequireTls)
    RequireTls.asked.clear()
    with relay(promising, authority, login) as (port, wire):
        by_relay(folder, port).check(TO)
        assert RequireTls.asked == []
        by_relay(folder, port).deliver(parcel(folder))
    assert login.asked == 2
    assert RequireTls.asked == [True]
    assert arrival(promising.mails[0]).content == CONTENT
    assert wire.plain_said() == b"EHLO skola.example.se\r\nSTARTTLS\r\n"


def test_a_relay_with_tls_from_the_first_byte(folder: Path, authority: trustme.CA) -> None:
    login = Login()
    options = {"authenticator": login, "auth_require_tls": False}
    tls = server_tls(authority.issue_cert(HOST))
    with tls_from_the_start(Promising(), tls, **options) as port, wire_to(port) as wire:
        by_relay(folder, wire.port, security="implicit_tls").check(TO)
    assert login.asked == 1
    assert wire.said.startswith(b"\x16\x03")


def test_a_relay_that_promises_nothing_gets_neither_letter_nor_login(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    login = Login()
    with relay(office, authority, login) as (port, _):
        for attempt in (
            lambda: by_relay(folder, port).check(TO),
            lambda: by_relay(folder, port).deliver(parcel(folder)),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.code == "relay_without_requiretls"
    assert login.asked == 0 and office.commands == []


def test_a_relay_that_does_not_prove_itself_gets_no_login(
    folder: Path, authority: trustme.CA
) -> None:
    login = Login()
    with (
        relay(Promising(), authority, login, "mail.example.dk") as (port, _),
        pytest.raises(Refused) as refused,
    ):
        by_relay(folder, port).check(TO)
    assert refused.value.code == "relay_not_protected"
    assert login.asked == 0


def test_a_login_that_the_relay_refuses_is_told_and_not_shown(
    folder: Path, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        relay(Promising(), authority, Login()) as (port, _),
        pytest.raises(Misconfigured) as refused,
    ):
        by_relay(folder, port, "fel-hemlighet").check(TO)
    assert str(refused.value) == "relay_login_refused"
    assert not [r for r in caplog.records if not r.name.startswith(("mail", "asyncio"))]


# --- addresses -----------------------------------------------------------------------------------


def test_a_name_that_is_not_ascii_needs_a_server_that_takes_it(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    tls = server_tls(authority.issue_cert(HOST))
    sent = replace(parcel(folder), to=(f"åsa@{DOMAIN}",))
    with (
        recipient(office, tls, enable_SMTPUTF8=False) as (port, _),
        pytest.raises(Refused) as refused,
    ):
        channel(folder, port).deliver(sent)
    assert refused.value.code == "recipient_without_smtputf8"
    assert office.commands == []
    with recipient(office, tls, enable_SMTPUTF8=True) as (port, _):
        channel(folder, port).deliver(sent)
    [envelope] = office.mails
    assert envelope.rcpt_tos == [f"åsa@{DOMAIN}"]
    assert parsed(envelope)["To"] == f"åsa@{DOMAIN}"


def test_a_domain_that_is_not_ascii_is_written_as_dns_knows_it(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    tls = server_tls(authority.issue_cert(HOST))
    with recipient(office, tls) as (port, _):
        pinned = {"xn--skola-hra.example": [{"host": HOST, "port": port, "address": "127.0.0.1"}]}
        domain = b"xn--skola-hra".decode("idna") + ".example"
        channel(folder, port, servers=pinned).deliver(
            replace(parcel(folder), to=(f"rektor@{domain}",))
        )
    assert office.mails[0].rcpt_tos == ["rektor@xn--skola-hra.example"]


def test_no_server_is_tried_for_a_letter_when_the_list_is_exhausted(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(Unreachable) as unreachable:
        channel(folder, free).deliver(parcel(folder))
    assert str(unreachable.value) == "recipient_server_unreachable"
    assert FolderJournal(folder / "sent").look(parcel(folder).ref) is None


def test_the_second_server_is_taken_when_the_first_does_not_prove_itself(
    folder: Path, office: Office, authority: trustme.CA
) -> None:
    bad, good = Office(), office
    with ExitStack() as stack:
        first, _ = stack.enter_context(recipient(bad, None))
        second, _ = stack.enter_context(
            recipient(good, server_tls(authority.issue_cert("mx2.example.se")))
        )
        servers = {
            DOMAIN: [
                {"host": HOST, "port": first, "address": "127.0.0.1"},
                {"host": "mx2.example.se", "port": second, "address": "127.0.0.1"},
            ]
        }
        channel(folder, first, servers=servers).deliver(parcel(folder))
    assert bad.commands == [] and len(good.mails) == 1
