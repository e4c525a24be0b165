"""Today's addresses are handed to whoever sends the mailing: one file, for its owner alone, whole
or not at all (B-26, B-28)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from lifecycle.errors import Refused

HEADER: Final = "email"
_MODE: Final = 0o600


def write_list(path: Path, addresses: Sequence[str]) -> None:
    """Write the addresses, one in a line under a header; readable for its owner only.

    A run that is killed leaves at most a hidden draft, which the next one overwrites. Raises
    `Refused`: `mailing_file_exists`, `mailing_file_not_written`.
    """
    if os.path.lexists(path):
        raise Refused("mailing_file_exists")
    text = "".join(f"{line}\r\n" for line in (HEADER, *addresses))
    draft = path.with_name(f".{path.name}.part")
    refusal = ""
    try:
        _write(draft, text.encode())
        os.link(draft, path)  # unlike a rename it takes nothing's place
    except FileExistsError:
        refusal = "mailing_file_exists"
    except OSError:
        refusal = "mailing_file_not_written"
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    if refusal:
        raise Refused(refusal)


def _write(draft: Path, data: bytes) -> None:
    with suppress(FileNotFoundError):
        draft.unlink()  # a killed run's
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, _MODE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
