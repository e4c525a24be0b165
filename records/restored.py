"""A restored database is brought up to the erasures that it missed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, delete, select, update

from lifecycle.erasure import Erased
from lifecycle.plan import ERASURES, ItemState
from lifecycle.retention.facts import EVERYTHING
from records import bulk, erasing, file_imports
from records.engines import reading
from records.forgetting import ToForget, forget, still_there
from records.tables import (
    data_key,
    disclosure,
    erasure_list,
    held,
    holding,
    ledger_event,
    placement,
    plan,
    plan_item,
    rights_step,
    shredding,
    work_order,
)

_UNFINISHED: Final = (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED)


def erase_again(connection: Connection, people: Sequence[Erased], *, at: str) -> int:
    """Take out what went of these people; of how many there was something.

    Their digests are on the erasure list again. The caller writes the ledger event and destroys
    the keys that `shredding` then names.
    """
    found = len(still_there(connection, people))
    # A hold in the backup on what went was released before it went: the journal is newer.
    for person in people:
        what = None if person.whole else {EVERYTHING, *person.categories}
        condition = held.c.subject_id == person.subject_id
        if what is not None:
            condition &= held.c.category.in_(sorted(what))
        connection.execute(delete(held).where(condition))
    # A person may stand in the journal twice: first a part of them went, then the whole.
    for batch in ([p for p in people if not p.whole], [p for p in people if p.whole]):
        forget(
            connection,
            # Of whom only a part went, the rest may lie where the backup does not know of.
            [
                ToForget(p.subject_id, p.categories, p.placements, p.cases, stays=not p.whole)
                for p in batch
            ],
            at=at,
        )
    erasing.remove_subjects(connection, [p.subject_id for p in people if p.whole], at=at)
    digests = sorted({digest for p in people for digest in p.digests})
    bulk.upsert_rows(
        connection,
        erasure_list,
        ("digest", "erased_at"),
        [(bytes.fromhex(digest), at) for digest in digests],
        update=(),
    )
    return found


def unfinished_items(
    connection: Connection, people: Sequence[Erased], *, own: str, cases: str
) -> list[tuple[int, int, int, str, str]]:
    """(plan, number, person, place, rule) of restored plans' items that the journal says are
    done, and of no others: who lost a record elsewhere has their own papers still. `own`: our own
    records; `cases`: the case system."""
    entries: dict[int, list[Erased]] = {}
    for person in people:
        entries.setdefault(person.subject_id, []).append(person)
    columns = (
        plan_item.c.plan_id,
        plan_item.c.number,
        plan_item.c.subject_id,
        plan_item.c.system,
        plan_item.c.rule,
        plan_item.c.placement_id,
        plan_item.c.categories,
    )
    found = []
    disclosures = set(
        connection.execute(select(plan.c.id).where(plan.c.kind.not_in(ERASURES))).scalars()
    )
    for state in _UNFINISHED:
        for *item, place_id, categories in bulk.fetch_in(
            connection,
            columns,
            plan_item.c.subject_id,
            sorted(entries),
            also={plan_item.c.state: str(state)},
        ):
            plan_id, number, subject, system, rule = item
            if plan_id in disclosures:
                continue  # nothing of it says that somebody is gone
            said = entries[subject]
            if any(one.whole for one in said):
                gone = True
            elif place_id:
                gone = any(place_id in one.placements for one in said)
            elif system == own:
                forgotten = {category for one in said for category in one.categories}
                gone = forgotten.issuperset(categories.split())
            else:
                gone = system == cases and any(one.cases for one in said)
            if gone:
                found.append((plan_id, number, subject, system, rule))
    return found


def prove_items(connection: Connection, items: Sequence[tuple[int, int]], *, at: str) -> None:
    """What the journal says was done had been read back before: these (plan, number) are proven.

    Otherwise a plan would look for people whom the replay has just erased again.
    """
    for plan_number, number in items:
        connection.execute(
            update(plan_item)
            .where(plan_item.c.plan_id == plan_number, plan_item.c.number == number)
            .values(state=str(ItemState.PROVEN), answer="gone", proven_at=at)
        )


def newest_event(connection: Connection, *, besides: set[str]) -> str:
    """When the newest event was written, leaving out these kinds; "" in an empty ledger."""
    newest_first = select(ledger_event.c.body).order_by(ledger_event.c.position.desc())
    with closing(connection.execution_options(yield_per=200).execute(newest_first)) as bodies:
        for (body,) in bodies:
            event = orjson.loads(bytes(body))
            if event["kind"] not in besides:
                return str(event["at"])
    return ""


def keys_without_data(records: Engine, keys: Engine) -> list[int]:
    """Numbers of data keys that no holding, record elsewhere, open work order, disclosure on its
    way or step of a request needs."""
    return sorted(_keys(keys) - _data(records) - _shredding(records))


def data_without_key(records: Engine, keys: Engine) -> list[int]:
    """Numbers of holdings and records elsewhere that no key opens."""
    return sorted(_data(records, slips=False) - _keys(keys))


def slips_without_key(records: Engine, keys: Engine) -> list[int]:
    """Numbers of work orders, disclosures and steps of requests, open in the backup, whose slip,
    password or text went with its key since."""
    return sorted(_data(records) - _data(records, slips=False) - _keys(keys))


def drop_slips(connection: Connection, numbers: Sequence[int]) -> None:
    """Take out slips that nobody can read; the next run of their plan judges the orders anew.

    A disclosure whose password went is one that arrived after the backup: without it nobody can
    send it a second time.
    """
    for table, number in (
        (work_order, work_order.c.id),
        (disclosure, disclosure.c.plan_id),
        (rights_step, rights_step.c.id),
    ):
        connection.execute(update(table).where(number.in_(list(numbers))).values(sealed=None))


def drop_holdings(connection: Connection, numbers: Sequence[int], *, made_anew: set[str]) -> int:
    """Take out what nobody can read: holdings and places in outer systems. How many that were,
    without holdings of the categories `made_anew`: the caller makes them out of the records.

    Whoever lost a holding is not handed over as far as the backup had not come with it: what is
    left is less than the case system has got since.
    """
    columns = (holding.c.subject_id, holding.c.category)
    found = list(bulk.fetch_in(connection, columns, holding.c.id, numbers))
    lost = [subject for subject, category in found if category not in made_anew]
    file_imports.let_go(connection, sorted(set(lost)))
    bulk.delete_in(connection, holding.c.id, numbers)
    bulk.delete_in(connection, placement.c.id, numbers)
    return len(numbers) - (len(found) - len(lost))


def _keys(engine: Engine) -> set[int]:
    # Keys of embedded systems' boxes have negative numbers.
    with reading(engine) as connection:
        return set(connection.execute(select(data_key.c.id).where(data_key.c.id > 0)).scalars())


def _data(engine: Engine, *, slips: bool = True) -> set[int]:
    queries = [select(holding.c.id), select(placement.c.id)]
    if slips:
        queries.append(select(work_order.c.id).where(work_order.c.sealed.is_not(None)))
        queries.append(select(disclosure.c.plan_id).where(disclosure.c.sealed.is_not(None)))
        queries.append(select(rights_step.c.id).where(rights_step.c.sealed.is_not(None)))
    with reading(engine) as connection:
        return {number for query in queries for number in connection.execute(query).scalars()}


def _shredding(engine: Engine) -> set[int]:
    with reading(engine) as connection:
        return set(connection.execute(select(shredding.c.holding_id)).scalars())
