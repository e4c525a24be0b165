"""A checkpoint is read strictly and believed only with the right signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lifecycle.checkpoint import (
    Checkpoint,
    export_public_key,
    key_name,
    parse_public_key,
    public_key_of,
    sign,
)
from lifecycle.errors import KeyFailure, LedgerFailure
from lifecycle.ledger import new_origin

SIGNING, OTHER = bytes(range(32)), bytes(range(1, 33))
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def a_checkpoint(size: int = 12, *, signing_key: bytes = SIGNING) -> Checkpoint:
    return sign(origin=new_origin(), size=size, link=bytes(32), now=NOW, signing_key=signing_key)


def test_it_is_six_lines_that_a_person_can_read() -> None:
    made = a_checkpoint()
    origin, size, link, at, empty, signature = made.text.splitlines()
    assert origin == made.origin
    assert size == "12"
    assert link == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    assert at == "2026-11-20T18:00:00.000000+00:00"
    assert empty == ""
    assert signature.startswith(f"— {key_name(public_key_of(SIGNING))} ")
    assert len(made.text.encode()) < 400


@pytest.mark.parametrize("size", [0, 1, 10**17])
def test_what_was_written_is_read_back(size: int) -> None:
    made = a_checkpoint(size)
    read = Checkpoint.parse(made.text)
    assert read == made
    read.verify(public_key_of(SIGNING))


def test_every_single_changed_character_is_noticed() -> None:
    text = a_checkpoint().text
    for place, character in enumerate(text):
        changed = text[:place] + ("B" if character != "B" else "C") + text[place + 1 :]
        with pytest.raises(LedgerFailure):
            Checkpoint.parse(changed).verify(public_key_of(SIGNING))


def test_every_truncation_is_malformed() -> None:
    text = a_checkpoint().text
    for length in range(len(text)):
        with pytest.raises(LedgerFailure, match="checkpoint_malformed"):
            Checkpoint.parse(text[:length])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + "\n",
        lambda text: text + text,
        lambda text: " " + text,
        lambda text: "\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n12\n", "\n012\n"),
        lambda text: text.replace("\n12\n", "\n+12\n"),
        lambda text: text.replace("\n12\n", "\n١٢\n"),
        lambda text: text.replace("AAA=", "AAB="),
        lambda text: text.replace("2026-11-20", "2026-13-20"),
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("\n\n", "\nextra\n\n"),
    ],
)
def test_nothing_but_the_one_spelling_is_read(spoil: object) -> None:
    spoilt = spoil(a_checkpoint().text)  # type: ignore[operator]
    with pytest.raises(LedgerFailure, match="checkpoint_malformed"):
        Checkpoint.parse(spoilt)


def test_another_key_and_another_content_are_forgeries() -> None:
    public = public_key_of(SIGNING)
    forged = a_checkpoint(signing_key=OTHER)
    renamed = replace(forged, key_name=key_name(public))
    for forgery in (forged, renamed, replace(a_checkpoint(), size=11)):
        with pytest.raises(LedgerFailure, match="checkpoint_forged"):
            forgery.verify(public)


def test_the_public_key_travels_as_text() -> None:
    public = public_key_of(SIGNING)
    text = export_public_key(public)
    assert text.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert parse_public_key(text) == public
    for other in ("", "x", text.replace("MC", "MD"), text[:-40]):
        with pytest.raises(KeyFailure, match="public_key_malformed"):
            parse_public_key(other)
    with pytest.raises(KeyFailure, match="signing_key_malformed"):
        a_checkpoint(signing_key=b"short")


def test_a_key_of_another_kind_is_not_ours() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    text = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    with pytest.raises(KeyFailure, match="public_key_malformed"):
        parse_public_key(text)
