"""What proves that something was done is kept as a digest: a paper may name people."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from connectors.chosen_bytes import read_chosen
from lifecycle.errors import Refused

_LARGEST: Final = 64 * 1024 * 1024


def digest_of(path: Path) -> str:
    """The SHA-256 (hexadecimal) of a file of at most 64 MB.

    Raises `Refused("evidence_missing")`: it is not there, no ordinary file, empty or larger.
    """
    content = read_chosen(path, largest=_LARGEST)
    if not content:
        raise Refused("evidence_missing")
    return hashlib.sha256(content).hexdigest()
