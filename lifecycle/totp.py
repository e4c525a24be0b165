"""A one-time code shows that the officer is there, and shows it once (RFC 6238)."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

STEP: Final = 30
"""Seconds that a code is shown for."""
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps that the officer's clock may be fast or slow."""
SECRET_BYTES: Final = 20
"""As long as the SHA-1 that it feeds (RFC 4226, 4, R6)."""
WRONG_CODES: Final = 5
"""So many wrong codes in a row lock an officer out."""
FIRST_LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(days=1)
"""Somebody who guesses at another's codes must not keep that officer out for ever."""
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


def new_secret() -> bytes:
    """A random secret to share with one officer's authenticator."""
    return secrets.token_bytes(SECRET_BYTES)


def to_base32(secret: bytes) -> str:
    """The secret as an authenticator takes it when it is typed."""
    return base64.b32encode(secret).decode().rstrip("=")


def from_base32(text: str) -> bytes:
    """The secret behind what `to_base32` wrote; blanks and small letters are forgiven.

    Raises `ValueError`, without the text.
    """
    letters = "".join(text.split()).upper()
    try:
        return base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        pass
    raise ValueError("not base32")


def step_of(now: datetime) -> int:
    """The time step (RFC 6238, 4.2) in which `now` lies."""
    return int(now.timestamp()) // STEP


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of one time step: HOTP (RFC 4226, 5.3) of the step's number."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, *, now: datetime) -> int | None:
    """The newest step around `now` whose code this is; None where it is none of them.

    Every step is compared, each in constant time, so that the time taken tells nothing.
    """
    given = "".join(code.split())
    if not _CODE.fullmatch(given):
        return None
    found = None
    present = step_of(now)
    for step in range(max(0, present - DRIFT), present + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), given):
            found = step
    return found


def lock_after(failures: int) -> timedelta | None:
    """How long nobody may try after so many wrong codes in a row: from the fifth on a quarter of
    an hour, twice as long after each further one, a day at the most."""
    if failures < WRONG_CODES:
        return None
    # Bounded before it is computed: 2 to the power of a year's guesses is no number of minutes.
    doublings = min(failures - WRONG_CODES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def enrolment_uri(secret: bytes, *, handle: str, issuer: str) -> str:
    """The `otpauth:` address that an authenticator reads from a QR code. It holds the secret."""
    parameters = {
        "secret": to_base32(secret),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": str(DIGITS),
        "period": str(STEP),
    }
    label = quote(f"{issuer}:{handle}", safe=":")
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"
