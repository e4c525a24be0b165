"""What proves that something was done is kept as a digest: a paper may name people."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from lifecycle.errors import Refused

_LARGEST: Final = 64 * 1024 * 1024


def digest_of(path: Path) -> str:
    """The SHA-256 (hexadecimal) of a file of at most 64 MB.

    Raises `Refused("evidence_missing")`: it is not there, empty or larger.
    """
    content: bytes | None = None
    try:
        if path.stat().st_size <= _LARGEST:
            content = path.read_bytes()
    except OSError:
        content = None
    if not content:
        raise Refused("evidence_missing")
    return hashlib.sha256(content).hexdigest()
