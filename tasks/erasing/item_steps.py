"""Nothing is carried out that is not still due, approved and free of holds; each step is noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from connectors.system import Action
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanItem
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.facts import EVERYTHING, Verdict
from records import holds, placements, plans, stripped
from records.plans import Plan, StoredItem
from tasks.erasing.deriving import judge_again
from tasks.house.parts import House

NO_LONGER_DUE: Final = "no_longer_due"
"""The person came back, a date or the policy changed: it was right when it was approved."""
HELD_SINCE: Final = "held_since"


def begin(
    house: House, plan: Plan, stored: Sequence[StoredItem], *, system: str
) -> list[StoredItem]:
    """Note that these items of one system are about to be carried out; which may be.

    The very logic that drew the plan up is asked again. What it does not name any more, or what a
    hold keeps now, is dropped for good. Items that were begun before are looked at in the same
    way: a killed run does not carry out what has been held since.
    """
    if not stored:
        return []
    subjects = sorted({one.item.subject_id for one in stored})
    judged = judge_again(
        house,
        kind=plan.kind,
        as_of=plan.as_of,
        about=plan.about_id,
        people=subjects,
        system=system,
    )
    going = {item for item in judged if item.verdict == Verdict.GO}
    with house.work() as work:
        held = holds.held_categories(
            work.connection, controller=house.controller, subjects=subjects
        )
        allowed = []
        dropped: dict[str, list[StoredItem]] = defaultdict(list)
        for one in stored:
            if _is_held(one, held):
                dropped[HELD_SINCE].append(one)
            elif one.item not in going:
                dropped[NO_LONGER_DUE].append(one)
            else:
                allowed.append(one)
        for reason, given_up in dropped.items():
            drop(work.connection, plan, given_up)
            for one in given_up:
                work.record(
                    EventKind.ITEM_REFUSED,
                    ref=to_reference(SUBJECT, one.item.subject_id),
                    rule=one.item.rule,
                    facts={"plan": plan.ref, "system": system, "reason": reason},
                )
        if allowed == list(stored) and not any(one.state is ItemState.PLANNED for one in stored):
            return allowed  # begun before, and nothing has changed: nothing to write
        new = [one.number for one in allowed if one.state is ItemState.PLANNED]
        plans.mark(work.connection, plan.number, new, was=ItemState.PLANNED, to=ItemState.INTENDED)
        work.record(
            EventKind.ITEM_INTENDED,
            ref=plan.ref,
            expected=len(stored),
            found=len(allowed) if allowed else None,
            facts={"system": system, "approved": plan.hash},
            dropped=len(stored) - len(allowed),
        )
        work.commit()
    return allowed


def drop(connection: Connection, plan: Plan, stored: Iterable[StoredItem]) -> None:
    """Give these items up, whatever they had come to."""
    by_state: dict[ItemState, list[int]] = defaultdict(list)
    for one in stored:
        by_state[one.state].append(one.number)
    for state, numbers in by_state.items():
        plans.mark(connection, plan.number, numbers, was=state, to=ItemState.DROPPED)


def note_done(house: House, plan: Plan, stored: Sequence[StoredItem], *, system: str) -> None:
    """These items were carried out; that they are gone is for reading back to say."""
    if not stored:
        return
    ref = plan.ref
    with house.work() as work:
        plans.mark(
            work.connection,
            plan.number,
            [one.number for one in stored],
            was=ItemState.INTENDED,
            to=ItemState.ACTED,
            at=house.at(),
        )
        for one in stored:
            work.record(
                EventKind.ITEM_DONE,
                ref=to_reference(SUBJECT, one.item.subject_id),
                rule=one.item.rule,
                expected=1,
                acted=1,
                facts={"plan": ref, "system": system, "action": one.item.action},
            )
        work.commit()


def note_answers(
    house: House, plan: Plan, answers: Mapping[int, str], stored: Sequence[StoredItem]
) -> None:
    """What reading back showed, by item number: only `gone` proves; `still_there` begins anew;
    every other answer is kept with the item, which waits for somebody."""
    if not answers:
        return
    by_number = {one.number: one for one in stored}
    by_answer: dict[str, list[int]] = defaultdict(list)
    for number, answer in answers.items():
        by_answer[answer].append(number)
    ref = plan.ref
    with house.work() as work:
        for answer, numbers in by_answer.items():
            to = _AFTER.get(answer)
            if to is None:
                plans.note_answer(work.connection, plan.number, numbers, answer=answer)
            else:
                plans.mark(
                    work.connection,
                    plan.number,
                    numbers,
                    was=ItemState.ACTED,
                    to=to,
                    at=house.at(),
                    answer=answer,
                )
            if to is ItemState.PROVEN:
                placements.emptied(
                    work.connection,
                    [
                        (item.placement_id, _taken_whole(house, item))
                        for item in (by_number[number].item for number in numbers)
                    ],
                )
            for number in numbers:
                item = by_number[number].item
                proven = to is ItemState.PROVEN
                work.record(
                    EventKind.ITEM_PROVEN if proven else EventKind.ITEM_NOT_PROVEN,
                    ref=to_reference(SUBJECT, item.subject_id),
                    rule=item.rule,
                    expected=1,
                    verified=int(proven),
                    facts={"plan": ref, "system": item.system, "answer": answer},
                )
        work.commit()


def _taken_whole(house: House, item: PlanItem) -> tuple[str, ...]:
    """The categories of which nothing is left in that record: of a strip, those of which no field
    stays."""
    if item.action in {Action.ERASE, Action.ARCHIVE}:
        return item.categories
    if item.action != Action.STRIP:
        return ()
    policy = house.policy
    return tuple(c for c in item.categories if stripped.taken_whole(policy, c, item.stays))


_AFTER: Final = {"gone": ItemState.PROVEN, "still_there": ItemState.INTENDED}


def _is_held(stored: StoredItem, held: Mapping[int, frozenset[str]]) -> bool:
    kept = held.get(stored.item.subject_id, frozenset())
    return EVERYTHING in kept or not kept.isdisjoint(stored.item.categories)
