"""The DPO gets each checkpoint by mail, over TLS or not at all."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.witness_mail import MailWitness
from lifecycle.checkpoint import Checkpoint, public_key_of, sign
from lifecycle.errors import LedgerFailure, Misconfigured
from lifecycle.ledger import new_origin
from tests.factories.mail_server import Inbox, mail_server

SIGNING = bytes(range(32))
CHECKPOINT = sign(
    origin=new_origin(),
    size=42,
    link=bytes(32),
    now=datetime(2026, 11, 20, 18, tzinfo=UTC),
    signing_key=SIGNING,
)
SENDER, DPO = "gallra@example.se", "dpo@example.se"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def a_witness(port: int, **options: Any) -> MailWitness:
    return MailWitness(host="127.0.0.1", port=port, sender=SENDER, recipient=DPO, **options)


def take(witness: MailWitness) -> None:
    witness.take(CHECKPOINT.text, size=CHECKPOINT.size)


def failing(witness: MailWitness) -> str:
    with pytest.raises(LedgerFailure) as failure:
        take(witness)
    told = f"{failure.value} {failure.value.__context__} {failure.value.__cause__}"
    assert DPO not in told
    return failure.value.code


def attached(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    [attachment] = list(mail.iter_attachments())  # type: ignore[attr-defined]
    assert attachment.get_filename() == "checkpoint-42.txt"
    return bytes(attachment.get_content())


def test_the_attachment_is_the_checkpoint_byte_for_byte(certificate: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox, tls_context=server_tls(certificate), require_starttls=True) as port:
        take(a_witness(port, trusted=certificate))
    [envelope] = inbox.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [DPO])
    read = Checkpoint.parse(attached(envelope).decode())
    assert read == CHECKPOINT
    read.verify(public_key_of(SIGNING))


def test_it_logs_in_with_a_password_that_is_asked_for_each_time(certificate: Path) -> None:
    asked: list[str] = []

    def password() -> str:
        asked.append("asked")
        return "right" if len(asked) < 3 else "wrong"

    def authenticate(_: Any, __: Any, ___: Any, ____: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    inbox = Inbox()
    with mail_server(
        inbox,
        tls_context=server_tls(certificate),
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    ) as port:
        witness = a_witness(port, trusted=certificate, username="gallra", password=password)
        take(witness)
        take(witness)
        assert failing(witness) == "witness_login"
    assert len(inbox.mails) == 2
    assert "right" not in repr(witness)
    assert "password" not in repr(witness)


def test_without_tls_nothing_is_sent() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        assert failing(a_witness(port)) == "witness_without_tls"
    assert inbox.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox, tls_context=server_tls(certificate)) as port:
        assert failing(a_witness(port)) == "witness_tls_failed"
    assert inbox.mails == []


def test_old_tls_is_refused(certificate: Path) -> None:
    assert a_witness(25, trusted=certificate)._tls().minimum_version is ssl.TLSVersion.TLSv1_2


def test_plain_mail_only_to_this_machine_and_only_when_allowed() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        take(a_witness(port, plain_on_loopback=True))
    assert len(inbox.mails) == 1
    for host in ("mail.example.se", "192.0.2.1", "localhost.example.se"):
        with pytest.raises(Misconfigured, match="mail_without_tls"):
            MailWitness(host=host, port=25, sender=SENDER, recipient=DPO, plain_on_loopback=True)
    with pytest.raises(Misconfigured, match="mail_login_incomplete"):
        a_witness(25, username="gallra")


def test_a_mail_that_was_not_accepted_is_a_failure() -> None:
    with mail_server(Inbox(refuse="554 no thanks to dpo@example.se")) as port:
        assert failing(a_witness(port, plain_on_loopback=True)) == "witness_refused"
    assert failing(a_witness(port, plain_on_loopback=True)) == "witness_unreachable"


def test_only_a_checkpoint_is_sent() -> None:
    with pytest.raises(LedgerFailure, match="checkpoint_malformed"):
        a_witness(1, plain_on_loopback=True).take("anything\n", size=42)
    with pytest.raises(LedgerFailure, match="checkpoint_malformed"):
        a_witness(1, plain_on_loopback=True).take(CHECKPOINT.text, size=41)
