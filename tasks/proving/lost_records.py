"""What the keyed ledger knows and the records do not: who takes a row away ends no duty, and it is
told (A-69, art. 5(2))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from lifecycle.disclosure_told import ABOUT, Told, after
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind
from lifecycle.references import PLAN, TELLING, to_reference
from records import disclosures, incidents, plans, tellings, to_dos
from records.engines import reading
from tasks.house.parts import House

RECORD_LOST: Final = "record_lost"
"""The to-do: somebody took a plan, a disclosure, a telling or an incident out of the records."""
_MARKS: Final = (
    ABOUT,
    b'"plan.drawn"',
    b'"telling.opened"',
    b'"incident.opened"',
    b'"incident.drafted"',
)


class Lost(NamedTuple):
    """One plan, disclosure, telling or incident that is missing, and what the ledger says of it:
    references, words of policy and bindings, a day."""

    ref: str
    what: str
    """`plan`, `disclosure`, `telling` or `incident`."""
    stage: str = ""
    """Of a disclosure: where it stood last."""
    recipient: str = ""
    channel: str = ""
    until: str = ""
    """The recipient's last day with it, a local date."""
    about: str = ""
    """Of a telling: the disclosure whose recipient was to be told."""


def find_lost(house: House) -> list[Lost]:
    """Everything of that kind that the ledger knows and the records do not, by reference.

    Whether the ledger itself is whole is `records.ledger_check.verify`'s to say, before this.
    """
    with reading(house.engine) as connection:
        events = _events(house, connection)
        kept = _kept(house, connection)
    known = _known(events, controller=house.controller)
    return [one for ref, one in sorted(known.items()) if ref not in kept[one.what]]


def tell_lost(house: House) -> list[Lost]:
    """The same; each is a to-do that stands until it is back. Safe to repeat."""
    lost = find_lost(house)
    with reading(house.engine) as connection:
        asked = {
            one.ref
            for one in to_dos.open_to_dos(connection, controller=house.controller)
            if one.kind == RECORD_LOST
        }
    missing = {one.ref for one in lost}
    if missing == asked:
        return lost
    with house.work() as work:
        for ref in sorted(missing ^ asked):
            is_new = ref in missing
            to_dos.stand(
                work.connection,
                controller=house.controller,
                kind=RECORD_LOST,
                ref=ref,
                number=int(is_new),
                at=house.at(),
            )
            kind = EventKind.TO_DO_OPENED if is_new else EventKind.TO_DO_CLOSED
            work.record(kind, ref=ref, facts={"kind": RECORD_LOST})
        work.commit()
    return lost


def _events(house: House, connection: Connection) -> list[dict[str, Any]]:
    return [
        orjson.loads(entry.body)
        for entry in house.ledger.read(connection)
        if any(mark in entry.body for mark in _MARKS)
    ]


def _kept(house: House, connection: Connection) -> Mapping[str, set[str]]:
    drawn = plans.find(connection, controller=house.controller)
    whole = {one.ref for one in drawn}
    shared = disclosures.standing(connection, controller=house.controller)
    return {
        "plan": whole,
        "disclosure": whole & {to_reference(PLAN, one.number) for one in shared},
        "incident": {one.ref for one in incidents.find(connection, controller=house.controller)},
        "telling": {
            to_reference(TELLING, number)
            for number in tellings.numbers(connection, controller=house.controller)
        },
    }


def _known(events: Iterable[dict[str, Any]], *, controller: str) -> dict[str, Lost]:
    known: dict[str, Lost] = {}
    stood: dict[str, Told] = {}
    for event in events:
        kind, ref, facts = event["kind"], event.get("ref"), event.get("facts", {})
        if ref is None or event["controller"] != controller:
            continue
        if kind == EventKind.PLAN_DRAWN:
            shares = facts.get("kind") == PlanKind.DISCLOSURE
            known[ref] = Lost(ref, "disclosure" if shares else "plan")
        elif kind in {EventKind.INCIDENT_OPENED, EventKind.INCIDENT_DRAFTED}:
            known[ref] = Lost(ref, "incident")
        elif kind == EventKind.TELLING_OPENED:
            known[ref] = Lost(ref, "telling", about=facts.get("disclosure", ""))
        elif ref in known and known[ref].what == "disclosure":
            stood[ref] = after(stood.get(ref, Told()), event)
            told = {
                name: facts[name] for name in ("recipient", "channel", "until") if name in facts
            }
            if kind in {EventKind.DISCLOSURE_PREPARED, EventKind.DISCLOSURE_INTENDED}:
                known[ref] = known[ref]._replace(**told)
            known[ref] = known[ref]._replace(stage=str(stood[ref].stage))
    return known
