"""Whether something is out is what the keyed ledger says: no column ends the duty to take it back
or to have it deleted (A-69)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import orjson
from sqlalchemy import Connection

from lifecycle.disclosure_told import ABOUT, Told, after
from lifecycle.ledger import EventKind
from lifecycle.references import PLAN, to_reference
from records import disclosures, to_dos
from records.disclosures import Standing
from records.engines import reading
from records.ledger_check import verify
from tasks.house.parts import House

NOT_IN_LEDGER: Final = "stage_not_in_ledger"
"""The to-do: somebody changed in the records where a disclosure stands."""


def put_right(house: House, number: int | None = None) -> None:
    """Where a disclosure (none: any) stands, and its last day, become again what the ledger says,
    and a person is told.

    Raises as `records.ledger_check.verify` does when they differ and the ledger itself was changed:
    then nothing is put right.
    """
    with reading(house.engine) as connection:
        # The rows first: what is moved on meanwhile is then no longer as it was found.
        found = disclosures.standing(connection, controller=house.controller, number=number)
        told = _told(house, connection, {one.number for one in found})
        wrong = [one for one in found if _differs(one, told[one.number])]
        if wrong:
            verify(connection, house.ledger_key)
    for one in wrong:
        _put_right(house, one, told[one.number])


def _differs(found: Standing, told: Told) -> bool:
    return found.stage != told.stage or told.until_on not in {None, found.until_on}


def _put_right(house: House, found: Standing, told: Told) -> None:
    ref = to_reference(PLAN, found.number)
    with house.work() as work:
        if not disclosures.put_right(
            work.connection, found, stage=told.stage, until_on=told.until_on or found.until_on
        ):
            return
        to_dos.stand(
            work.connection,
            controller=house.controller,
            kind=NOT_IN_LEDGER,
            ref=ref,
            number=1,
            at=house.at(),
        )
        work.record(EventKind.TO_DO_OPENED, ref=ref, facts={"kind": NOT_IN_LEDGER}, number=1)
        work.commit()


def _told(house: House, connection: Connection, numbers: Collection[int]) -> dict[int, Told]:
    told = dict.fromkeys(numbers, Told())
    known = {to_reference(PLAN, number): number for number in numbers}
    if known:
        for entry in house.ledger.read(connection):
            if ABOUT not in entry.body:
                continue
            event = orjson.loads(entry.body)
            about = known.get(event.get("ref", ""))
            if about is not None:
                told[about] = after(told[about], event)
    return told
