"""A large import is handed over by several workers at once, a lease per chunk between them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from lifecycle.errors import Busy
from lifecycle.references import IMPORT, from_reference
from records import file_imports, leases
from records.engines import reading
from tasks.house.parts import House
from tasks.importing.transfers import CHUNK, batch_of, settle_chunk


def help_with(house: House, ref: str, number: int) -> int:
    """Settle chunk `number` (from 1) of an import and whatever other chunk nobody has in hand,
    backwards from there, as long as a run leads that import; how many.

    Raises what `settle_chunk` raises: the run that leads the import meets the same trouble, and
    reports it.
    """
    leases.forget_dead(house.engine)
    chunks = chunks_of(house, ref)
    first = max(0, number - 1) % max(1, len(chunks))
    return settle(house, ref, chunks, [*range(first, -1, -1), *range(len(chunks) - 1, first, -1)])


def chunks_of(house: House, ref: str) -> list[list[int]]:
    """The cases of each chunk, cut in the same way by whoever asks."""
    number = from_reference(IMPORT, ref)
    with reading(house.engine) as connection:
        found = file_imports.find_import(connection, controller=house.controller, number=number)
        if found is None or found.state == file_imports.VERIFIED:
            return []
        return file_imports.chunks(connection, number, CHUNK)


def settle(house: House, ref: str, chunks: list[list[int]], order: Iterable[int]) -> int:
    """Settle these chunks in this order, leaving out those that another has in hand."""
    number = from_reference(IMPORT, ref)
    done = 0
    for position in order:
        batch = batch_of(ref, position)
        with suppress(Busy), leases.hold(house.engine, batch, now=house.now, renewed=True):
            if ref not in leases.live(house.engine, ref, now=house.now):
                return done  # nobody leads this import any more
            settle_chunk(house, number, chunks[position], batch=batch)
            done += 1
    return done
