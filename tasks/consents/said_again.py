"""A restored database hears again who said no since the backup, before anything is sent out of it
(art. 7(3), 18, 21; T-66, T-68, T-69, B-28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from connectors.erasure_journal import DONE
from lifecycle.barred import Barred
from lifecycle.consent import Answer
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import EventKind, instant
from lifecycle.legal_hold import HoldReason
from lifecycle.said import Said, What
from records import barred, consents, holds, to_dos
from records.engines import reading
from records.forgetting import known, known_by_digest
from records.unit_of_work import UnitOfWork
from tasks.consents.barring import note_opt_out
from tasks.consents.registering import settle
from tasks.consents.said import BarSaid, row_of
from tasks.house.parts import House

NOT_HERE: Final = "said_no_not_here"
"""The to-do for people who said no, and whom the backup does not know."""
LOST: Final = "consents_lost"
"""The to-do for consents that were given after the backup."""
_SLACK: Final = timedelta(days=1)
"""A transaction may take long: what was said before its newest event may have come after it. No
proof is weeded within a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a restored database heard again: counts."""

    again: int
    """Restrictions, objections, opt-outs, noes and withdrawals that the backup did not have."""
    stand_again: int
    """Bars that were ended after the backup; they stand until somebody ends them again."""
    not_here: int
    """Bars of people whom the backup does not know: heard by another replay after their import."""
    consents_lost: int
    """Consents given after the backup: missing, so that nothing happens under them."""


def require_whole(house: House) -> None:
    """Whatever the records know was said stands in the journal too: it was written there first.

    Raises `LedgerFailure` with `said_lost` when it does not, else as `hear_again`: what was said
    after the backup is not known then.
    """
    told = {one.number for one in house.said.entries()}
    with reading(house.engine) as connection:
        bars = barred.numbers(connection, controller=house.controller)
        answers = consents.numbers(connection, controller=house.controller)
    if not bars | answers <= told:
        raise LedgerFailure("said_lost")


def hear_again(house: House, *, knew_until: str) -> Heard:
    """Do again what the journal tells and the records do not know. Safe to repeat and to kill.

    `knew_until`: the moment of the backup, UTC ISO 8601. Raises `LedgerFailure("said_damaged")`,
    `Unreachable("said_unreadable")`; then nothing is changed.
    """
    said = house.said.entries()
    erased = {
        person.subject_id
        for entry in house.journal.entries()
        if entry.step == DONE
        for person in entry.people
        if person.whole
    }
    said = [one for one in said if one.subject_id not in erased]
    since = instant(datetime.fromisoformat(knew_until) - _SLACK) if knew_until else ""
    with house.work() as work:
        bars, stand_again, not_here, barred_people = _bar_again(house, work, said)
        answers, lost, answered = _answer_again(house, work, said, since=since)
        withdrawn, back = _withdraw_again(house, work, said)
        again = bars + answers + withdrawn
        note_opt_out(house, work, barred_people)
        # Whatever opens under no key any more was taken out before: the proofs are made anew.
        everybody = consents.everybody(work.connection, controller=house.controller)
        settle(house, work, everybody | answered | back)
        # A second replay has heard what the first one could not; nobody gave what is lost anew.
        for kind, number in [(NOT_HERE, not_here)] + [(LOST, lost)] * bool(lost):
            to_dos.stand(
                work.connection,
                controller=house.controller,
                kind=kind,
                ref="restore",
                number=number,
                at=house.at(),
            )
        work.record(
            EventKind.ERASURE_REPLAYED,
            facts={"what": "said"},
            again=again,
            stand_again=stand_again,
            not_here=not_here,
            consents_lost=lost,
        )
        work.commit()
    return Heard(again=again, stand_again=stand_again, not_here=not_here, consents_lost=lost)


def _bar_again(
    house: House, work: UnitOfWork, said: Sequence[Said]
) -> tuple[int, int, int, set[int]]:
    """(how many bars, of those ended since how many stand, of how many nobody is here, people)."""
    connection = work.connection
    ended = {one.number for one in said if one.what is What.BAR_ENDED}
    told = [one for one in said if one.what is What.BAR]
    stored = barred.stored(connection, {*ended, *(one.number for one in told)})
    here = _here(connection, told)
    again = not_here = 0
    people: set[int] = set()
    for one in told:
        if one.number in stored or one.number in ended:
            continue
        person = here.get(one.number)
        if person is None:
            not_here += 1
            continue
        bar = BarSaid.read(one)
        if bar.bar.kind is Barred.RESTRICTION:
            _hold_again(house, connection, one, person, bar)
        barred.put(
            connection, controller=house.controller, rows=[(one.number, person, bar.bar)],
            at=one.at, by=bar.by, cause_id=one.cause,
        )  # fmt: skip
        again += 1
        people.add(person)
    return again, sum(1 for one in ended if stored.get(one)), not_here, people


def _hold_again(
    house: House, connection: Connection, said: Said, person: int, bar: BarSaid
) -> None:
    """A restriction ends with its legal hold: without it nobody could end it."""
    holds.place_again(
        connection,
        number=said.cause,
        controller=house.controller,
        reason=str(HoldReason.RESTRICTION),
        decided_by=bar.by,
        placed_at=said.at,
        review_on=bar.review_on,
        subject=person,
        category=bar.bar.category,
    )


def _answer_again(
    house: House, work: UnitOfWork, said: Sequence[Said], *, since: str
) -> tuple[int, int, set[int]]:
    """(how many noes, how many consents are lost, people). A yes is not given again: nobody can
    show it but by the form (art. 7(1))."""
    told = [one for one in said if one.what is What.ANSWERED and one.at >= since]
    withdrawn = {one.number for one in said if one.what is What.WITHDRAWN}
    stored = consents.stored(work.connection, {one.number for one in told})
    missing = [row_of(one) for one in told if one.number not in stored]
    here = known(work.connection, sorted({row.subject_id for row in missing}))
    new = consents.add(
        work.connection,
        controller=house.controller,
        rows=[row for row in missing if row.answer == Answer.NO and row.subject_id in here],
    )
    people = {row.subject_id for row in missing}
    every = consents.of_people(work.connection, controller=house.controller, subjects=people)
    # A run that was killed before its commit had said it already, and its rerun said it again.
    there = {row.same for theirs in every.values() for row in theirs}
    lost = sum(
        row.answer == Answer.YES and row.number not in withdrawn and row.same not in there
        for row in missing
    )
    return len(new), lost, {row.subject_id for row in new}


def _withdraw_again(house: House, work: UnitOfWork, said: Iterable[Said]) -> tuple[int, set[int]]:
    told = {one.number: one for one in said if one.what is What.WITHDRAWN}
    standing = consents.standing(work.connection, told)
    for number in standing:
        on, by = told[number].words
        consents.withdraw(work.connection, number, on=on, at=told[number].at, by=by)
    return len(standing), {told[number].subject_id for number in standing}


def _here(connection: Connection, said: Sequence[Said]) -> dict[int, int]:
    """Bar → whom it is about in these records, by number or, where the person came in anew, by the
    digest of their identity number."""
    numbers = known(connection, sorted({one.subject_id for one in said}))
    by_digest = known_by_digest(
        connection,
        {digest for one in said if one.subject_id not in numbers for digest in one.digests},
    )
    found = {}
    for one in said:
        if one.subject_id in numbers:
            found[one.number] = one.subject_id
        else:
            people = {by_digest[digest] for digest in one.digests if digest in by_digest}
            if len(people) == 1:
                found[one.number] = people.pop()
    return found
