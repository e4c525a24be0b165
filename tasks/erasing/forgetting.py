"""When a person is proven gone everywhere else, our own records forget them too, last of all.

The order matters: our records know under which key the person stands in every other system, so
they go only after the last of those was read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from connectors.erasure_journal import DONE, INTENDED
from lifecycle.erasure import Erased
from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.facts import EVERYTHING
from records import due, holds, leases, plans
from records.engines import reading
from records.forgetting import forget, still_there
from records.plans import Plan, StoredItem
from records.scrub import scrub
from records.unit_of_work import UnitOfWork
from tasks.erasing.archiving import archive_own
from tasks.erasing.forgettable import (
    OPEN,
    Person,
    archived,
    people_of,
    speaks_on,
    to_forget,
    whom_others_are_known_through,
    with_something_left,
)
from tasks.erasing.item_steps import begin, note_answers
from tasks.erasing.item_steps import drop as give_up
from tasks.house.parts import House
from tasks.importing.intake import STORING_PATIENCE
from tasks.proving.shredding import destroy_keys

AT_ONCE: Final = 2_000
"""People in one transaction."""


def forget_people(house: House, plan: Plan, *, today: str, witnessed: Callable[[], object]) -> int:
    """Forget everybody of `plan` who is proven gone elsewhere; how many that were now.

    `witnessed` is called before anything goes; it raises where no witness takes a checkpoint.
    Safe to repeat: what a killed run left is finished first. Where something of a person was
    given up (a hold, new data), their own records stay. Raises `NotProven`, and `LedgerFailure`
    before anything goes when the journal outside the databases cannot be written.
    """
    destroy_keys(house)
    _close_journal(house)
    people = people_of(house, plan)
    if _open_again(house, plan, [one for p in people.values() for one in p.own]):
        people = people_of(house, plan)
    _give_up_own(house, plan, [p for p in people.values() if p.was_given_up])
    _prove(house, plan, [one for p in people.values() for one in p.own])
    ready = {
        number: person
        for number, person in people.items()
        if person.is_proven_elsewhere and not person.was_given_up and person.is_ripe(today)
    }
    for number in whom_others_are_known_through(house, people, ready):
        del ready[number]
    gone = 0
    for part in _in_parts(with_something_left(house, plan, ready)):
        witnessed()
        gone += _forget(house, plan, {number: ready[number] for number in part})
    if gone:
        destroy_keys(house)
        scrub(house.engine)
        _prove(house, plan, [one for p in people_of(house, plan).values() for one in p.own])
    return gone


def _forget(house: House, plan: Plan, people: Mapping[int, Person]) -> int:
    """One part of the people, in one transaction between two lines of the journal."""
    # No import takes in anybody while we look whether they may go.
    storing = f"storing/{house.controller}"
    with leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE):
        own = [one for p in people.values() for one in p.own if one.state in OPEN]
        allowed = {one.number for one in begin(house, plan, own, system=house.own_system)}
        going = {
            number: person
            for number, person in people.items()
            if all(one.number in allowed for one in person.own if one.state in OPEN)
        }
        if not going:
            return 0
        archive_own(house, archived(going))
        batch = to_batch(plan, min(going))
        with house.work() as work:
            _require_no_hold(house, work, going)
            erased = forget(
                work.connection,
                [to_forget(house, number, person) for number, person in going.items()],
                at=house.at(),
            )
            due.settle(
                work.connection,
                [
                    (one.subject_id, stored.item.placement_id, stored.item.rule)
                    for one in erased
                    if not one.whole
                    for person in [going[one.subject_id]]
                    for stored in [*person.own, *person.elsewhere]
                    if not person.has_come_back(stored)
                    and not speaks_on(stored, person.rest, house.policy)
                ],
                at=house.at(),
            )
            plans.mark(
                work.connection,
                plan.number,
                [one.number for p in going.values() for one in p.own if one.state in OPEN],
                was=ItemState.INTENDED,
                to=ItemState.ACTED,
                at=house.at(),
            )
            for one in erased:
                work.record(
                    EventKind.ERASURE_DONE,
                    ref=to_reference(SUBJECT, one.subject_id),
                    rule="A-75",
                    expected=1,
                    found=1,
                    acted=1,
                    facts={"plan": plan.ref},
                    whole=int(one.whole),
                )
            # Durable before the transaction is: nothing goes that the journal does not know.
            house.journal.append(batch=batch, step=INTENDED, at=house.at(), people=erased)
            work.commit()
        house.journal.append(batch=batch, step=DONE, at=house.at(), people=erased)
    return len(going)


def _require_no_hold(house: House, work: UnitOfWork, going: Mapping[int, Person]) -> None:
    """Raise `Refused("held_meanwhile")` for a hold that came since `begin` looked: the next run
    gives up what it keeps."""
    held = holds.held_categories(
        work.connection, controller=house.controller, subjects=sorted(going)
    )
    for number, kept in held.items():
        what = {c for one in going[number].own for c in one.item.categories}
        if EVERYTHING in kept or kept & what:
            raise Refused("held_meanwhile")


def to_batch(plan: Plan, first: int) -> str:
    """The name of a part of a plan in the journal: references only."""
    return f"{plan.ref}/{to_reference(SUBJECT, first)}"


def _close_journal(house: House) -> None:
    """A killed run may have committed without saying so in the journal: say it now."""
    entries = house.journal.entries()
    done = {entry.batch for entry in entries if entry.step == DONE}
    for entry in entries:
        if entry.batch in done or entry.step != INTENDED:
            continue
        with reading(house.engine) as connection:
            left = still_there(connection, entry.people)
        if not left:
            done.add(entry.batch)
            house.journal.append(batch=entry.batch, step=DONE, at=house.at(), people=entry.people)


def _give_up_own(house: House, plan: Plan, people: Sequence[Person]) -> None:
    """What stays elsewhere must stay findable: our own records of the person stay with it."""
    own = [one for person in people for one in person.own if one.state in OPEN]
    if not own:
        return
    with house.work() as work:
        give_up(work.connection, plan, own)
        for one in own:
            work.record(
                EventKind.ITEM_REFUSED,
                ref=to_reference(SUBJECT, one.item.subject_id),
                rule=one.item.rule,
                facts={"plan": plan.ref, "system": one.item.system, "reason": "stays_elsewhere"},
            )
        work.commit()


def _open_again(house: House, plan: Plan, own: Sequence[StoredItem]) -> bool:
    """Whether an earlier run forgot something that it could not read back and that is there now.

    It went in one transaction: what lies there was told anew since, and is judged anew.
    """
    acted = [one for one in own if one.state is ItemState.ACTED]
    with reading(house.engine) as connection:
        people = set(still_there(connection, [_gone(one) for one in acted]))
        back = [
            one
            for one in acted
            if one.item.subject_id in people and still_there(connection, [_gone(one)])
        ]
    note_answers(house, plan, {one.number: "still_there" for one in back}, back)
    return bool(back)


def _gone(one: StoredItem) -> Erased:
    return Erased(one.item.subject_id, False, one.item.categories, (), False, ())


def _prove(house: House, plan: Plan, own: Sequence[StoredItem]) -> None:
    """Read our own tables again: what had to go is not there. Raises `NotProven`."""
    acted = [one for one in own if one.state is ItemState.ACTED]
    if not acted:
        return
    with reading(house.engine) as connection:
        left = still_there(connection, [_gone(one) for one in acted])
    if left:
        raise NotProven("subject_still_there", ref=plan.ref, left=len(left))
    with house.work() as work:
        plans.mark(
            work.connection,
            plan.number,
            [one.number for one in acted],
            was=ItemState.ACTED,
            to=ItemState.PROVEN,
            at=house.at(),
            answer="gone",
        )
        for one in acted:
            work.record(
                EventKind.ERASURE_VERIFIED,
                ref=to_reference(SUBJECT, one.item.subject_id),
                rule=one.item.rule,
                expected=1,
                verified=1,
                facts={"plan": plan.ref},
            )
        work.commit()


def _in_parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]
