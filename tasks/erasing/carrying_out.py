"""Deletion takes place in every place where the data lies (A-75): system by system, then read
again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from connectors.system import Action, Answer, Order, OuterSystem
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused
from lifecycle.plan import ItemState
from records import placements, plans
from records.engines import reading
from records.plans import Plan, StoredItem
from tasks.erasing.archiving import archive_records
from tasks.erasing.item_steps import begin, note_answers, note_done
from tasks.erasing.who_else import need_of_others
from tasks.erasing.whose_record import recognisers
from tasks.house.parts import House

AT_ONCE: Final = 5_000
"""Items in one call to a system and in one transaction of ours. After each call an embedded
database is rebuilt, so that nothing of them stays behind: not too few."""
TO_DO: Final = (ItemState.PLANNED, ItemState.INTENDED)


def erase_in(
    house: House,
    plan: Plan,
    name: str,
    *,
    today: str,
    witnessed: Callable[[], object],
    between: tuple[int, int] | None = None,
) -> None:
    """Carry out what is to be done in one outer system, as far as its day has come; `between`: of
    the people from that number to that one.

    `witnessed` is called before anything goes; it raises where no witness takes a checkpoint.
    Raises what the system raises (`Unreachable`, `Refused`); what was done stays noted.
    """
    refused: Refused | None = None
    for part in _in_parts(ripe(house, plan, name, today=today, between=between)):
        allowed = begin(house, plan, part, system=name)
        if not allowed:
            continue  # also where the company does not have the system any more
        system = _system(house, name)
        _require_populated(house, name, system)
        orders = _orders(house, allowed)
        witnessed()
        archive_records(house, system, [o for o in orders if o.action is Action.ARCHIVE])
        try:
            system.carry_out(orders)
        except Refused as refusal:
            # One record that cannot be erased keeps no other waiting: reading back tells which.
            refused = refusal
        note_done(house, plan, allowed, system=name)
    if refused is not None:
        raise Refused(refused.code, ref=name)


def read_back(house: House, plan: Plan, name: str, *, acted_before: datetime) -> None:
    """Ask one outer system of everything that was carried out before that moment: is it gone?"""
    limit = acted_before.isoformat(timespec="microseconds")
    with reading(house.engine) as connection:
        acted = plans.items(connection, plan.number, states=[ItemState.ACTED], system=name)
    due = [one for one in acted if _may_be_read(house, one, limit)]
    if not due:
        return
    system = _system(house, name)
    _require_populated(house, name, system)
    lost = _without_placement(house, due)
    note_answers(house, plan, {one.number: str(Answer.COULD_NOT_LOOK) for one in lost}, lost)
    for part in _in_parts([one for one in due if one not in lost]):
        orders = _orders(house, part)
        answers = {one.number: str(Answer.COULD_NOT_LOOK) for one in part}
        # Not by key: two items may be about one record, each with categories of its own.
        for one, order, found in zip(part, orders, system.read_back(orders), strict=False):
            if found.key == order.key:
                answers[one.number] = str(found.answer)
        note_answers(house, plan, answers, part)
    if lost:  # last, so that nobody else's answer waits for a key that is not found again
        raise GallraError("placement_lost", missing=len(lost))


def ripe(
    house: House, plan: Plan, name: str, *, today: str, between: tuple[int, int] | None = None
) -> list[StoredItem]:
    """What is to be done in a system and whose day has come, in the plan's order."""
    with reading(house.engine) as connection:
        found = plans.items(connection, plan.number, states=TO_DO, system=name, between=between)
    return [one for one in found if one.item.ripe_on is None or one.item.ripe_on <= today]


def _may_be_read(house: House, one: StoredItem, limit: str) -> bool:
    """Whether the delay is over; a moment that lies ahead was a clock that was wrong."""
    acted = one.acted_at or ""
    return acted <= limit or acted > house.at()


def _without_placement(house: House, stored: Sequence[StoredItem]) -> list[StoredItem]:
    """Items of whose records our own do not know the key any more: nobody can look."""
    with reading(house.engine) as connection:
        known = placements.existing(connection, [one.item.placement_id for one in stored])
    return [one for one in stored if one.item.placement_id not in known]


def _require_populated(house: House, name: str, system: OuterSystem) -> None:
    """A system that shows nobody at all, while people stand there who are on no plan, is another
    one, or broken: what is not in it is not gone. Raises `NotProven("system_shows_nothing")`."""
    with reading(house.engine) as connection:
        known = placements.count(connection, controller=house.controller, system=name)
        going = plans.placements_going(connection, system=name)
    if known > going and next(iter(system.records()), None) is None:
        raise NotProven("system_shows_nothing", ref=name)


def _system(house: House, name: str) -> OuterSystem:
    found = house.systems.get(name)
    if found is None:
        raise Misconfigured("system_not_bound", ref=name)
    return found


def _orders(house: House, stored: Sequence[StoredItem]) -> list[Order]:
    """The system's own keys come out of the vault here and go to the connector."""
    with reading(house.engine) as connection:
        kept = placements.opened(
            connection, house.vault, numbers=[one.item.placement_id for one in stored]
        )
        whose = recognisers(connection, house, {place.subject_id for place in kept.values()})
    failed = len([one for one in stored if one.item.placement_id not in kept])
    if failed:
        raise GallraError("placement_lost", missing=failed)
    return [
        Order(
            key=kept[one.item.placement_id].key,
            action=Action(one.item.action),
            kind=kept[one.item.placement_id].kind,
            categories=one.item.categories,
            stays=one.item.stays,
            theirs=whose[kept[one.item.placement_id].subject_id],
            whole=one.item.action in {Action.ERASE, Action.ARCHIVE}
            and set(kept[one.item.placement_id].categories) <= set(one.item.categories),
            needed=need_of_others(house, one.item.system, kept[one.item.placement_id].subject_id),
        )
        for one in stored
    ]


def _in_parts(stored: Sequence[StoredItem]) -> Iterator[Sequence[StoredItem]]:
    for start in range(0, len(stored), AT_ONCE):
        yield stored[start : start + AT_ONCE]
