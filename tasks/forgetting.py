"""When a person is proven gone everywhere else, our own records forget them too, last of all.

The order matters: our records know under which key the person stands in every other system, so
they go only after the last of those was read back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.erasure_journal import DONE, INTENDED
from lifecycle.erasure import Erased
from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState
from lifecycle.policy.retention import Then
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.decide import CARRIED_OUT
from lifecycle.retention.facts import EVERYTHING, Verdict
from records import due, holds, leases, plans, relations
from records.engines import reading
from records.forgetting import ToForget, forget, known, still_there
from records.plans import Plan, StoredItem
from records.scrub import scrub
from records.unit_of_work import UnitOfWork
from tasks.archiving import archive_own
from tasks.house import House
from tasks.intake import STORING_PATIENCE
from tasks.item_steps import begin
from tasks.item_steps import drop as give_up
from tasks.shredding import destroy_keys

AT_ONCE: Final = 2_000
"""People in one transaction."""
_OPEN: Final = frozenset({ItemState.PLANNED, ItemState.INTENDED})
_WHOLE: Final = frozenset({"erase", "archive", "anonymise"})
"""After these a system's record is of nobody; a stripped one is still somebody's."""


@dataclass(slots=True)
class _Person:
    """What a plan lets go of one person: in our own records, and elsewhere."""

    own: list[StoredItem] = field(default_factory=list)
    elsewhere: list[StoredItem] = field(default_factory=list)
    rest: list[StoredItem] = field(default_factory=list)
    """What stays of the person, or is held or undecided, in any place: another plan's matter."""

    @property
    def is_proven_elsewhere(self) -> bool:
        return all(one.state is ItemState.PROVEN for one in self.elsewhere)

    @property
    def is_proven(self) -> bool:
        return all(one.state is ItemState.PROVEN for one in [*self.elsewhere, *self.own])

    @property
    def was_given_up(self) -> bool:
        return any(one.state is ItemState.DROPPED for one in [*self.elsewhere, *self.own])

    def is_ripe(self, today: str) -> bool:
        return all(one.item.ripe_on is None or one.item.ripe_on <= today for one in self.own)


def forget_people(house: House, plan: Plan, *, today: str, witnessed: Callable[[], object]) -> int:
    """Forget everybody of `plan` who is proven gone elsewhere; how many that were now.

    `witnessed` is called before anything goes; it raises where no witness takes a checkpoint.
    Safe to repeat: what a killed run left is finished first. Where something of a person was
    given up (a hold, new data), their own records stay. Raises `NotProven`, and `LedgerFailure`
    before anything goes when the journal outside the databases cannot be written.
    """
    destroy_keys(house)
    _close_journal(house)
    people = _people(house, plan)
    _give_up_own(house, plan, [p for p in people.values() if p.was_given_up])
    _prove(house, plan, [one for p in people.values() for one in p.own])
    ready = {
        number: person
        for number, person in people.items()
        if person.is_proven_elsewhere and not person.was_given_up and person.is_ripe(today)
    }
    for number in _whom_others_are_known_through(house, people, ready):
        del ready[number]
    gone = 0
    for part in _in_parts(_with_something_left(house, plan, ready)):
        witnessed()
        gone += _forget(house, plan, {number: ready[number] for number in part})
    if gone:
        destroy_keys(house)
        scrub(house.engine)
        _prove(house, plan, [one for p in _people(house, plan).values() for one in p.own])
    return gone


def _people(house: House, plan: Plan) -> dict[int, _Person]:
    people: dict[int, _Person] = defaultdict(_Person)
    with reading(house.engine) as connection:
        for one in plans.items(connection, plan.number):
            person = people[one.item.subject_id]
            if one.item.verdict != Verdict.GO:
                if one.item.reason != CARRIED_OUT:
                    person.rest.append(one)
            elif one.item.system == house.own_system:
                person.own.append(one)
            else:
                person.elsewhere.append(one)
    return {number: person for number, person in people.items() if person.own or person.elsewhere}


def _whom_others_are_known_through(
    house: House, people: Mapping[int, _Person], ready: Mapping[int, _Person]
) -> list[int]:
    """A pupil waits for the parents who go along: what is known of these is known through the
    pupil, and without that nobody could say any more why they go."""
    waiting = [
        number
        for number, person in people.items()
        if number not in ready and not person.was_given_up and not person.is_proven
    ]
    with reading(house.engine) as connection:
        return sorted(relations.known_through(connection, waiting).intersection(ready))


def _with_something_left(house: House, plan: Plan, ready: Mapping[int, _Person]) -> list[int]:
    """Who has not been forgotten yet: an own item is open, a record is still noted, or the journal
    does not say so of this plan. Whoever is known through somebody else goes first."""
    everything = [_as_erased(_to_forget(house, number, p)) for number, p in ready.items()]
    said = {
        person.subject_id
        for entry in house.journal.entries()
        if entry.step == DONE and entry.batch.startswith(f"{plan.ref}/")
        for person in entry.people
    }
    with reading(house.engine) as connection:
        left = set(still_there(connection, everything))
        left |= known(connection, sorted(ready.keys() - said))
        kin = relations.known_through(connection, sorted(ready))
    return sorted(
        (
            number
            for number, person in ready.items()
            if number in left or any(one.state in _OPEN for one in person.own)
        ),
        key=lambda number: (number in kin, number),
    )


def _to_forget(house: House, number: int, person: _Person) -> ToForget:
    elsewhere = person.elsewhere
    # A record of which something stays is somebody's still; so is whose papers lie somewhere.
    partly = {one.item.placement_id for one in person.rest} | {
        one.item.placement_id for one in elsewhere if one.item.action not in _WHOLE
    }
    return ToForget(
        subject_id=number,
        categories=tuple(sorted({c for one in person.own for c in one.item.categories})),
        placements=tuple(sorted({one.item.placement_id for one in elsewhere} - partly - {0})),
        cases=any(one.item.system == house.case_system.system for one in elsewhere),
        stays=any(one.item.system in house.by_hand for one in person.rest),
    )


def _as_erased(one: ToForget) -> Erased:
    return Erased(one.subject_id, False, one.categories, one.placements, one.cases, ())


def _forget(house: House, plan: Plan, people: Mapping[int, _Person]) -> int:
    """One part of the people, in one transaction between two lines of the journal."""
    # No import takes in anybody while we look whether they may go.
    storing = f"storing/{house.controller}"
    with leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE):
        own = [one for p in people.values() for one in p.own if one.state in _OPEN]
        allowed = {one.number for one in begin(house, plan, own, system=house.own_system)}
        going = {
            number: person
            for number, person in people.items()
            if all(one.number in allowed for one in person.own if one.state in _OPEN)
        }
        if not going:
            return 0
        archive_own(house, _archived(going))
        batch = to_batch(plan, min(going))
        with house.work() as work:
            _require_no_hold(house, work, going)
            erased = forget(
                work.connection,
                [_to_forget(house, number, person) for number, person in going.items()],
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
                    if not _speaks_on(stored, person.rest)
                ],
                at=house.at(),
            )
            plans.mark(
                work.connection,
                plan.number,
                [one.number for p in going.values() for one in p.own if one.state in _OPEN],
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


def _archived(going: Mapping[int, _Person]) -> dict[int, set[str]]:
    """Of our own holdings: what a copy is made of first, by person."""
    goes = {
        number: {
            category
            for one in person.own
            if one.item.action == Then.ARCHIVE
            for category in one.item.categories
        }
        for number, person in going.items()
    }
    return {number: categories for number, categories in goes.items() if categories}


def _speaks_on(done: StoredItem, rest: Sequence[StoredItem]) -> bool:
    """Whether the same rule still has something to say there: of what is held, when released."""
    there = done.item.placement_id, done.item.rule
    return any((one.item.placement_id, one.item.rule) == there for one in rest)


def _require_no_hold(house: House, work: UnitOfWork, going: Mapping[int, _Person]) -> None:
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


def _give_up_own(house: House, plan: Plan, people: Sequence[_Person]) -> None:
    """What stays elsewhere must stay findable: our own records of the person stay with it."""
    own = [one for person in people for one in person.own if one.state in _OPEN]
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


def _prove(house: House, plan: Plan, own: Sequence[StoredItem]) -> None:
    """Read our own tables again: what had to go is not there. Raises `NotProven`."""
    acted = [one for one in own if one.state is ItemState.ACTED]
    if not acted:
        return
    expected = [
        Erased(one.item.subject_id, False, one.item.categories, (), False, ()) for one in acted
    ]
    with reading(house.engine) as connection:
        left = still_there(connection, expected)
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
