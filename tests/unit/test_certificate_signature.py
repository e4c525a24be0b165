"""A certificate says what was signed: edited, cut off, signed with another key or moved to another
plan it is none."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lifecycle.certificate import FORMAT, Certificate, canonical, certify
from lifecycle.checkpoint import key_name, public_key_of
from lifecycle.errors import LedgerFailure

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
STATEMENT: dict[str, Any] = {
    "plan": "P-0123456789ABC",
    "items": {"proven": 3, "given_up": 0},
    "people": ["S-0123456789ABC"],
    "company": "Övningsföretaget AB",
}


@pytest.fixture
def certificate() -> Certificate:
    return certify(STATEMENT, signing_key=KEY)


def is_forged(found: Certificate, key: bytes = KEY) -> None:
    with pytest.raises(LedgerFailure) as refusal:
        found.verify(public_key_of(key))
    assert refusal.value.code == "certificate_forged"


def test_it_is_signed_and_comes_back_from_its_file_unchanged(certificate: Certificate) -> None:
    certificate.verify(public_key_of(KEY))
    again = Certificate.from_json(certificate.to_json())
    again.verify(public_key_of(KEY))
    assert again == certificate
    assert again.statement == STATEMENT
    assert certificate.key == key_name(public_key_of(KEY))
    assert certify(STATEMENT, signing_key=KEY) == certificate, "the same says the same"


def test_layout_and_order_of_the_file_do_not_matter_but_every_word_does(
    certificate: Certificate,
) -> None:
    envelope = json.loads(certificate.to_json())
    shuffled = {name: envelope[name] for name in sorted(envelope, reverse=True)}
    Certificate.from_json(json.dumps(shuffled).encode()).verify(public_key_of(KEY))


@pytest.mark.parametrize(
    "edit",
    [
        {"plan": "P-0123456789ABD"},
        {"items": {"proven": 4, "given_up": 0}},
        {"items": {"proven": 3, "given_up": 0.0}},
        {"people": []},
        {"company": "Ovningsforetaget AB"},
        {"added": True},
    ],
)
def test_an_edited_one_is_refused(certificate: Certificate, edit: dict[str, Any]) -> None:
    envelope = json.loads(certificate.to_json())
    envelope["statement"] |= edit
    is_forged(Certificate.from_json(json.dumps(envelope).encode()))


def test_one_with_a_word_taken_out_is_refused(certificate: Certificate) -> None:
    envelope = json.loads(certificate.to_json())
    del envelope["statement"]["people"]
    is_forged(Certificate.from_json(json.dumps(envelope).encode()))


def test_another_keys_signature_is_refused_also_under_our_keys_name(
    certificate: Certificate,
) -> None:
    foreign = certify(STATEMENT, signing_key=OTHER)
    is_forged(foreign)
    is_forged(Certificate(body=foreign.body, signature=foreign.signature, key=certificate.key))
    is_forged(certificate, key=OTHER)


def test_the_signature_of_another_plan_is_refused(certificate: Certificate) -> None:
    other = certify(STATEMENT | {"plan": "P-0123456789ABD"}, signing_key=KEY)
    is_forged(Certificate(body=certificate.body, signature=other.signature, key=certificate.key))


def test_what_was_signed_for_another_purpose_is_no_certificate(certificate: Certificate) -> None:
    """A checkpoint's or anybody's signature over the same bytes does not count."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    bare = Ed25519PrivateKey.from_private_bytes(KEY).sign(certificate.body)
    is_forged(Certificate(body=certificate.body, signature=bare, key=certificate.key))


@pytest.mark.parametrize("length", [0, 1, 63, 65])
def test_a_signature_of_another_length_is_refused(certificate: Certificate, length: int) -> None:
    signature = (certificate.signature * 2)[:length]
    is_forged(Certificate(body=certificate.body, signature=signature, key=certificate.key))


def test_any_part_of_the_file_is_malformed(certificate: Certificate) -> None:
    text = certificate.to_json()
    for length in range(len(text.rstrip())):
        with pytest.raises(LedgerFailure, match="certificate_malformed"):
            Certificate.from_json(text[:length])


def _envelope(**changed: object) -> bytes:
    envelope = json.loads(certify(STATEMENT, signing_key=KEY).to_json()) | changed
    return json.dumps({name: v for name, v in envelope.items() if v is not None}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b'"certificate"',
        b"\xff\xfe",
        _envelope(format="gallra erasure certificate 2"),
        _envelope(signature="not base64!"),
        _envelope(signature=7),
        _envelope(statement=["a list"]),
        _envelope(statement=None),
        _envelope(key=None),
        _envelope(more="than there should be"),
    ],
)
def test_what_is_no_certificate_is_malformed(text: bytes) -> None:
    with pytest.raises(LedgerFailure, match="certificate_malformed"):
        Certificate.from_json(text)


def test_the_file_can_be_checked_without_gallra(certificate: Certificate) -> None:
    """By anybody with the public key: canonical JSON behind one line of text, Ed25519."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    envelope = json.loads(certificate.to_json())
    assert envelope["format"] == FORMAT
    body = json.dumps(
        envelope["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    assert body == canonical(STATEMENT)
    Ed25519PublicKey.from_public_bytes(public_key_of(KEY)).verify(
        base64.b64decode(envelope["signature"]), b"gallra erasure certificate 1\n" + body
    )
