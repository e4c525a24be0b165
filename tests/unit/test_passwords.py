"""The password is made by a machine, out of signs that nobody mishears, and hard to guess."""

from __future__ import annotations

import math
import random
import secrets
from collections import Counter

import pytest

from lifecycle.passwords import (
    ALPHABET,
    BITS,
    GROUP,
    LENGTH,
    RANDOM_BYTES,
    draw,
    is_generated,
    password_from,
)


def test_it_holds_a_hundred_bits() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert LENGTH * math.log2(len(set(ALPHABET))) == BITS >= 100


def test_no_sign_is_taken_for_another() -> None:
    assert not set(ALPHABET) & set("0O1lIio")
    assert ALPHABET.upper() == ALPHABET


def test_it_is_grouped_for_reading_aloud() -> None:
    password = password_from(bytes(range(RANDOM_BYTES)))
    assert password == "2345-6789-ABCD-EFGH-JKLM"
    assert {len(group) for group in password.split("-")} == {GROUP}
    assert password == password_from(bytes(range(RANDOM_BYTES)))


def test_every_byte_counts_for_exactly_one_sign_and_every_sign_has_as_many_bytes() -> None:
    signs = Counter(draw(bytes([byte]), ALPHABET, 1) for byte in range(256))
    assert set(signs) == set(ALPHABET)
    assert set(signs.values()) == {256 // len(ALPHABET)}


def test_a_byte_that_would_favour_the_first_signs_is_thrown_away() -> None:
    ten = "0123456789"
    assert draw(bytes([249, 250, 255, 7]), ten, 2) == "97"
    drawn = Counter(draw(bytes(range(256)), ten, 250))
    assert set(drawn.values()) == {25}


def test_too_few_bytes_are_refused_without_showing_them() -> None:
    with pytest.raises(ValueError, match=r"^too few random bytes$"):
        password_from(b"secret")
    with pytest.raises(ValueError, match="too few"):
        draw(bytes([255] * 100), "0123456789", 1)


def test_a_hundred_thousand_are_all_different_and_even() -> None:
    passwords = [password_from(secrets.token_bytes(RANDOM_BYTES)) for _ in range(100_000)]
    assert len(set(passwords)) == 100_000
    assert all(map(is_generated, passwords))
    expected = 100_000 / len(ALPHABET)
    places = [n for n in range(LENGTH + 4) if passwords[0][n] != "-"]
    assert len(places) == LENGTH
    for place in places:
        seen = Counter(password[place] for password in passwords)
        # 31 degrees of freedom: more than 100 comes by chance once in 10^8.
        chi = sum((seen[sign] - expected) ** 2 / expected for sign in ALPHABET)
        assert chi < 100, (place, chi)


def test_what_people_think_up_is_none() -> None:
    assert is_generated(password_from(random.Random(1).randbytes(RANDOM_BYTES)))
    for other in (
        "",
        "Sommar2026!",
        "2345-6789-ABCD-EFGH",
        "23456789ABCDEFGHJKLM",
        "2345-6789-ABCD-EFGH-JKL0",
        "2345-6789-abcd-EFGH-JKLM",
        "2345-6789-ABCD-EFGH-JKLM\n",
        "2345-6789-ABCD-EFGH-JKLM-2345",
    ):
        assert not is_generated(other)
