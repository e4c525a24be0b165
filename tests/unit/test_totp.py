"""One-time codes: the vectors of RFC 6238 and RFC 4226, drift, locks, what a telephone scans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from lifecycle import totp

RFC_SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 2, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, tz=UTC))
    assert totp.code_at(RFC_SECRET, step, digits=8) == code
    assert totp.code_at(RFC_SECRET, step) == code[-6:]


@pytest.mark.parametrize(
    ("counter", "code"),
    [
        (0, "755224"),
        (1, "287082"),
        (2, "359152"),
        (3, "969429"),
        (4, "338314"),
        (5, "254676"),
        (6, "287922"),
        (7, "162583"),
        (8, "399871"),
        (9, "520489"),
    ],
)
def test_the_vectors_of_rfc_4226_appendix_d(counter: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, counter) == code


def test_a_clock_may_be_one_step_fast_or_slow_and_no_more() -> None:
    present = totp.step_of(NOW)
    for drift in (-1, 0, 1):
        code = totp.code_at(RFC_SECRET, present + drift)
        assert totp.matching_step(RFC_SECRET, code, now=NOW) == present + drift
    for drift in (-3, -2, 2, 3):
        code = totp.code_at(RFC_SECRET, present + drift)
        assert totp.matching_step(RFC_SECRET, code, now=NOW) is None


def test_the_newest_step_is_taken_so_that_no_older_one_of_the_same_code_is_left() -> None:
    """Where two steps in the window show the same code, using it must use up both."""
    secret = b"\0" * 20
    step = next(
        # The first one there is: counted from 0 it takes seconds.
        n
        for n in range(418_000, 2_000_000)
        if totp.code_at(secret, n) == totp.code_at(secret, n + 1)
    )
    now = datetime.fromtimestamp((step + 1) * totp.STEP, tz=UTC)
    assert totp.matching_step(secret, totp.code_at(secret, step), now=now) == step + 1


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "१२३४५६", "-12345", "1e5000"])
def test_what_is_not_six_digits_matches_nothing(text: str) -> None:
    assert totp.matching_step(RFC_SECRET, text, now=NOW) is None


def test_blanks_in_a_code_are_forgiven() -> None:
    code = totp.code_at(RFC_SECRET, totp.step_of(NOW))
    spaced = f" {code[:3]} {code[3:]} "
    assert totp.matching_step(RFC_SECRET, spaced, now=NOW) == totp.step_of(NOW)


def test_a_code_of_another_secret_matches_nothing() -> None:
    present = totp.step_of(NOW)
    other = bytes(20)
    shown = {totp.code_at(RFC_SECRET, present + drift) for drift in (-1, 0, 1)}
    assert totp.code_at(other, present) not in shown
    assert totp.matching_step(RFC_SECRET, totp.code_at(other, present), now=NOW) is None


def test_the_fifth_wrong_code_locks_and_each_further_one_twice_as_long() -> None:
    assert [totp.lock_after(failures) for failures in range(5)] == [None] * 5
    minutes = [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    locks = [totp.lock_after(failures) for failures in range(5, 14)]
    assert locks == [timedelta(minutes=each) for each in minutes]
    assert totp.lock_after(1_000_000) == timedelta(days=1)


def test_guessing_for_a_year_finds_nothing() -> None:
    """One guess a day once the lock is a day long: three codes of a million are right."""
    spent, guesses, failures = timedelta(), 0, 0
    while spent < timedelta(days=365):
        guesses += 1
        failures += 1
        spent += totp.lock_after(failures) or timedelta()
    assert guesses < 400
    assert guesses * 3 / 1_000_000 < 0.0015


def test_secrets_are_long_and_differ() -> None:
    first, second = totp.new_secret(), totp.new_secret()
    assert len(first) == 20
    assert first != second


def test_a_secret_survives_being_typed() -> None:
    text = totp.to_base32(RFC_SECRET)
    assert text == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.from_base32(f" {text.lower()[:16]} {text[16:]} ") == RFC_SECRET
    with pytest.raises(ValueError, match=r"^not base32$"):
        totp.from_base32("nothing like 0189")


def test_what_an_authenticator_scans() -> None:
    uri = totp.enrolment_uri(RFC_SECRET, handle="chef-nord", issuer="Gallra academedia")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Gallra academedia:chef-nord"
    assert parse_qs(parts.query) == {
        "secret": [totp.to_base32(RFC_SECRET)],
        "issuer": ["Gallra academedia"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert " " not in uri
    assert "+" not in uri
