"""Every system is asked whom it holds and since when, because data is erased everywhere (A-75)."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.system import OuterSystem
from lifecycle.errors import GallraError, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.references import SUBJECT, to_reference
from records import anchors, due, erasing, leases, relations
from records.engines import reading
from records.inventory_writer import people_under_way
from records.leases import Lease
from records.scrub import scrub
from records.vanished import gone_everywhere
from tasks.erasing.inventory_look import Look, SystemCount
from tasks.erasing.parts import prefix_of
from tasks.house.parts import House
from tasks.house.turns import turn
from tasks.importing.intake import STORING_PATIENCE
from tasks.proving.shredding import destroy_keys


def take_inventory(
    house: House,
    systems: Mapping[str, OuterSystem] | None = None,
    *,
    accept_shrunk: bool = False,
) -> dict[str, SystemCount]:
    """Read every bound system and bring our records in line with it; counts by system.

    A system that cannot be reached changes nothing and is `reached=False`; what was read before it
    broke off stays noted. After all systems were looked at, the first other failure is raised:
    `NotProven("inventory_shrunk", ref=system)` for one that shows nothing, or fewer than half, of
    more than twenty records, unless `accept_shrunk`: nothing is taken away there, because a broken
    connector must not look as if everybody had left. `Refused("record_malformed")`, `Busy`.
    """
    chosen = house.systems if systems is None else systems
    counts: dict[str, SystemCount] = {}
    failures: list[GallraError] = []
    # Whoever led a plan may have been killed while others still have parts of it in hand.
    parts = prefix_of(house)
    name = f"inventory/{house.controller}"
    with leases.hold(house.engine, name, now=house.now, none_under=parts) as lease:
        apply_rules(house)
        told: set[relations.Pair] = set()
        for name in sorted(chosen):
            look = Look(house, lease, chosen[name], accept_shrunk=accept_shrunk)
            try:
                with turn(house, name):
                    look.take()
            except Unreachable:
                _note_unreached(house, look)
            except GallraError as failure:
                failures.append(failure)
                _note_unreached(house, look)
            counts[name] = look.count
            told |= look.related
        if chosen.keys() >= house.systems.keys() and all(c.reached for c in counts.values()):
            _forget_relations(house, told)
            _forget_vanished(house, lease)
    if destroy_keys(house):
        scrub(house.engine)
    if failures:
        raise failures[0]
    return counts


def apply_rules(house: House) -> None:
    """Write what is due for the policy of today, if that has not been done."""
    with reading(house.engine) as connection:
        if due.is_in_force(connection, house.policy):
            return
    with house.work() as work:
        changed = due.apply_rules(work.connection, house.policy)
        work.record(EventKind.RULES_APPLIED, acted=changed, facts={"policy": house.policy.sha256})
        work.commit()


def _note_unreached(house: House, look: Look) -> None:
    """Write down that nothing counts as gone, and take that into the counts."""
    look.count = look.count._replace(reached=False)
    with house.work() as work:
        work.record(EventKind.INVENTORY_TAKEN, ref=look.name, facts={"part": "broken_off"})
        work.commit()


def _forget_relations(house: House, told: set[relations.Pair]) -> None:
    """Relations that no system tells of any more: only when every system was read to its end.

    Those of people who are being erased right now stay: of a parent who goes along the day is
    known through the pupil, whose record may be gone already.
    """
    with reading(house.engine) as connection:
        stale = relations.of_controller(connection, controller=house.controller) - told
        busy = people_under_way(connection, controller=house.controller)
        stale = {pair for pair in stale if busy.isdisjoint(pair)}
    if not stale:
        return
    with house.work() as work:
        relations.remove(work.connection, sorted(stale))
        anchors.refresh(
            work.connection,
            house.policy,
            controller=house.controller,
            subjects=sorted({who for who, _ in stale}),
        )
        work.record(
            EventKind.INVENTORY_TAKEN, facts={"part": "relations"}, relations_gone=len(stale)
        )
        work.commit()


def _forget_vanished(house: House, lease: Lease) -> None:
    """People who are in no system any more: nobody erased them, but there is nothing to keep."""
    storing = f"storing/{house.controller}"
    with leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE):
        with reading(house.engine) as connection:
            if not gone_everywhere(connection, house.policy, absent=house.absent):
                return
        with house.work() as work:
            lease.confirm(work.connection)
            nowhere = gone_everywhere(work.connection, house.policy, absent=house.absent)
            kin = relations.known_because_of(work.connection, nowhere)
            erasing.remove_subjects(work.connection, nowhere, at=house.at(), listed=False)
            anchors.refresh(
                work.connection,
                house.policy,
                controller=house.controller,
                subjects=sorted(kin.difference(nowhere)),
            )
            for number in nowhere:
                work.record(
                    EventKind.ERASURE_DONE,
                    ref=to_reference(SUBJECT, number),
                    rule="A-75",
                    acted=1,
                    facts={"reason": "gone_everywhere"},
                )
            work.record(
                EventKind.INVENTORY_TAKEN, facts={"part": "people"}, people_gone=len(nowhere)
            )
            work.commit()
