"""The password is sent another way (A-69 d): so it is made by a machine and read aloud by people.

Thirty-two signs, none of which is taken for another when it is heard or read: capital letters
without I and O, digits without 0 and 1. Twenty of them hold 100 bits, so that guessing is hopeless
even where a container's own key stretching is weak (1,000 rounds in an AES zip).
"""

from __future__ import annotations

import math
import re
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 20
"""Signs without the dashes between the groups."""
GROUP: Final = 4
BITS: Final = LENGTH * math.log2(len(ALPHABET))
"""What somebody who knows how passwords are made would still have to guess."""
RANDOM_BYTES: Final = 64
"""Bytes of randomness to hand in; what is not used is thrown away."""
_GENERATED: Final = re.compile(rf"[{ALPHABET}]{{{GROUP}}}(?:-[{ALPHABET}]{{{GROUP}}}){{4}}")


def password_from(random: bytes) -> str:
    """The password that these bytes of a cryptographic random source make: `K7QM-…`, five groups.

    The dashes belong to it: it is typed as it is written. Equal bytes give equal passwords.
    Raises `ValueError` when the bytes do not suffice (`RANDOM_BYTES` do).
    """
    signs = draw(random, ALPHABET, LENGTH)
    return "-".join(signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def draw(random: bytes, alphabet: str, count: int) -> str:
    """`count` signs, each as likely as the others: a byte beyond the last whole multiple of the
    alphabet's length is thrown away, since taking its remainder would favour the first signs.

    Raises `ValueError` when the bytes do not suffice; it never shows them.
    """
    size = len(alphabet)
    usable = 256 - 256 % size
    signs = [alphabet[byte % size] for byte in random if byte < usable]
    if len(signs) < count:
        raise ValueError("too few random bytes")
    return "".join(signs[:count])


def is_generated(password: str) -> bool:
    """Whether it has the form of a generated one: what people think up seals nothing."""
    return _GENERATED.fullmatch(password) is not None
