"""In the outgoing folder lies what is about to leave, and nothing else for long (A-69)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lifecycle.disclosure import Stage
from lifecycle.errors import NotProven
from lifecycle.ledger import EventKind
from records import disclosures, to_dos
from records.engines import reading
from tasks.house.parts import House
from tasks.sharing.parcels import file_name

FOREIGN: Final = "foreign_in_outgoing"
"""The to-do: something lies there that is not ours to remove."""
_PLACE: Final = "outgoing"
_OURS: Final = re.compile(r"X-[0-9A-HJKMNP-TV-Z]{13}\.(zip|xlsx|pdf)(\.part)?", re.ASCII)


def clear_outgoing(house: House) -> int:
    """Remove our own containers from the outgoing folder; how many files. One is there only while
    it is handed over: until a channel has said what became of it, and then no more.

    What is not ours stays, keeps nothing from being sent, and a person is told that it is there.
    Raises `NotProven("outgoing_not_empty")` when one of ours stays.
    """
    folder = house.doors.outgoing
    with reading(house.engine) as connection:
        sending = disclosures.find(connection, controller=house.controller, stages=[Stage.SENDING])
    kept = {file_name(one) for one in sending}
    removed = foreign = 0
    left = False
    try:
        for entry in list(folder.iterdir()):
            if not _is_ours(entry):
                foreign += 1
            elif entry.name not in kept:
                entry.unlink(missing_ok=True)
                removed += 1
        left = any(_is_ours(one) and one.name not in kept for one in folder.iterdir())
    except FileNotFoundError:
        pass
    except OSError:
        left = True
    _tell(house, foreign)
    if left:
        raise NotProven("outgoing_not_empty")
    return removed


def _is_ours(entry: Path) -> bool:
    """A link by our name is ours to remove; where it leads is not."""
    named = _OURS.fullmatch(entry.name) is not None
    return named and (entry.is_symlink() or not entry.is_dir())


def _tell(house: House, foreign: int) -> None:
    with reading(house.engine) as connection:
        standing = [
            one.number
            for one in to_dos.open_to_dos(connection, controller=house.controller)
            if one.kind == FOREIGN
        ]
    if standing == ([foreign] if foreign else []):
        return
    with house.work() as work:
        to_dos.stand(
            work.connection,
            controller=house.controller,
            kind=FOREIGN,
            ref=_PLACE,
            number=foreign,
            at=house.at(),
        )
        event = EventKind.TO_DO_OPENED if foreign else EventKind.TO_DO_CLOSED
        work.record(event, facts={"kind": FOREIGN}, number=foreign)
        work.commit()
