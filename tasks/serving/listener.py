"""A password is told to our own server alone, not to whoever took its port while it was down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS: Final = "0A"
_REACHED_BY_LOOPBACK: Final = frozenset(
    {
        *("0100007F", "00000000", "0" * 32),
        "0000000000000000FFFF00000100007F",
        "0000000000000000FFFF000000000000",
    }
)
"""127.0.0.1, every address, and both as IPv6 has them, in the kernel's own spelling."""


def is_a_strangers(port: int, *, owner: int) -> bool:
    """Whether another user than `owner` (a user's number), root or we ourselves listens there.

    False where nobody does, and where the machine does not tell.
    """
    known = {0, os.geteuid(), owner}
    return any(user not in known for user in listeners(port))


def listeners(port: int) -> Iterator[int]:
    """The numbers of the users whose processes listen on that port of the loopback."""
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            address, _, number = words[1].partition(":")
            if words[3] == _LISTENS and address in _REACHED_BY_LOOPBACK and int(number, 16) == port:
                yield int(words[7])
