"""A person says that something is done: the to-do is closed, and the ledger has who asked when."""

from __future__ import annotations

from typing import Final

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import TO_DO, from_reference
from records import to_dos
from records.engines import reading
from tasks.house.parts import House

BY_HAND: Final = frozenset(
    {
        "consents_lost",
        "export_again",
        "incident_draft",
        "officers_without_agreement",
        "quarantined_processors",
        "quarantined_rows",
        "restored_without_key",
        "said_no_not_here",
        "stage_not_in_ledger",
    }
)
"""Kinds that only a person can know to be done; the others close themselves when it is proven."""


def close(house: House, ref: str) -> None:
    """Close an open to-do by its reference.

    Raises `Refused("to_do_unknown")`, also for one that is closed already, and
    `Refused("to_do_closes_itself")` for a kind that waits for a proof.
    """
    number = from_reference(TO_DO, ref)
    with reading(house.engine) as connection:
        open_now = to_dos.open_to_dos(connection, controller=house.controller)
    found = next((one for one in open_now if one.id == number), None)
    if found is None:
        raise Refused("to_do_unknown")
    if found.kind not in BY_HAND:
        raise Refused("to_do_closes_itself")
    with house.work() as work:
        to_dos.close_to_do(
            work.connection,
            controller=house.controller,
            kind=found.kind,
            ref=found.ref,
            at=house.at(),
        )
        work.record(EventKind.TO_DO_CLOSED, ref=ref, facts={"kind": found.kind})
        work.commit()
