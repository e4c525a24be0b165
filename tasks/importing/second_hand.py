"""A large import is handed over by two processes at once: this one from the front, a second one
from the end, a lease per chunk between them. Whatever the second does not do, the first does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lifecycle.errors import Busy, GallraError
from lifecycle.references import IMPORT, from_reference
from records import file_imports, leases
from records.engines import reading
from tasks.house import children
from tasks.house.parts import House

ENOUGH_CHUNKS = 4
"""Below this the second process's start costs more than it brings."""


@contextmanager
def second_hand(house: House, ref: str, chunks: int) -> Iterator[subprocess.Popen[bytes] | None]:
    """Start the second process for a large import; none for a small one or on one core."""
    if not house.may_have_help or chunks < ENOUGH_CHUNKS or (os.cpu_count() or 1) < 2:
        yield None
        return
    command = [sys.executable, "-m", "tasks.importing.second_hand", house.controller, ref]
    child = children.start(command, settings=house.settings.environment, log=Path(os.devnull))
    try:
        yield child
    finally:
        children.stop(child)


def main(arguments: Sequence[str]) -> int:
    """Settle the chunks of an import from the last one down, until the first process is met."""
    from tasks.house.wiring import open_house
    from tasks.importing.transfers import CHUNK, settle_chunk

    controller, ref = arguments
    number = from_reference(IMPORT, ref)
    try:
        # The staging folder is none of its business: no file is chosen.
        with open_house(controller, chosen=[]) as house:
            with reading(house.engine) as connection:
                chunks = file_imports.chunks(connection, number, CHUNK)
            for position in reversed(range(len(chunks))):
                batch = f"{ref}-{position:03d}"
                with leases.hold(house.engine, batch, now=house.now):
                    settle_chunk(house, number, chunks[position], batch=batch)
    except Busy:
        return 0  # the first process is at this chunk: everything before it is done
    except GallraError:
        return 1  # the first process meets the same trouble, and reports it
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
