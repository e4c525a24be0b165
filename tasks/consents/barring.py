"""Somebody says no, or asks that their data is stored and nothing else: from that moment every door
asks, until it is lifted (art. 18, 21; T-66, T-68, B-28, H-31)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple

from lifecycle.barred import EVERY, Bar, Barred
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.legal_hold import HoldReason, may_be_reviewed_on
from lifecycle.policy.data import LegalBasis
from lifecycle.references import HOLD, OFFICER, SUBJECT, from_reference, new_id, to_reference
from lifecycle.retention.calendar import local_date
from lifecycle.telling import Because
from records import anchors, barred, consents, holds, leases
from records.engines import reading
from records.lookups import is_known
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.consents.said import say_barred, say_ended
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import Act, agree
from tasks.telling.started import start

_PATIENCE: Final = 60.0
_OBJECTED_TO: Final = frozenset({LegalBasis.PUBLIC_TASK, LegalBasis.LEGITIMATE_INTERESTS})
PERSON: Final = "person"
"""In place of an officer: the person's own word was enough (art. 21(2), B-28)."""


class BarLine(NamedTuple):
    """What stands in the way, as a list shows it."""

    kind: str
    purpose: str
    category: str
    since_at: str
    decided_by: str
    hold: str
    """The legal hold that belongs to a restriction, `H-…`; else ""."""


def restrict(
    house: House,
    ref: str,
    *,
    categories: Collection[str] = (EVERY,),
    review_on: date,
    officer: str,
    code: str,
) -> str:
    """Store these categories of the person and do nothing else with them; the hold's `H-…`.

    A legal hold keeps them from being erased, and whoever received them is told (art. 19). Raises
    `Refused`: `subject_unknown`, `category_unknown`, `review_not_ahead`, `role_may_not_hold`,
    `restricted_already`, or as `officer_codes.agree` does.
    """
    person = _known(house, ref)
    hold, act = restriction(house, person, categories=categories, review_on=review_on)
    with leases.hold(
        house.engine, f"telling/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        agree(house, handle=officer, code=code, ref=ref, act=act)
    return hold


def restriction(
    house: House, person: int, *, categories: Collection[str], review_on: date
) -> tuple[str, Act]:
    """The hold's `H-…`, and what puts it within the caller's transaction, under the lease
    `telling/…`. Raises `Refused`: `category_unknown`, `review_not_ahead`."""
    wanted = frozenset(categories)
    if not wanted or not wanted <= {EVERY, *house.policy.categories}:
        raise Refused("category_unknown")
    if not may_be_reviewed_on(review_on, today=local_today(house)):
        raise Refused("review_not_ahead")
    number = new_id()
    hold = to_reference(HOLD, number)
    ref = to_reference(SUBJECT, person)
    bars = [Bar(Barred.RESTRICTION, category=category) for category in sorted(wanted)]

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not set(who.roles) & set(house.policy.approvals.hold):
            return "role_may_not_hold"
        standing = barred.standing(work.connection, controller=house.controller, subjects=[person])
        if {one.bar for one in standing} >= set(bars):
            return "restricted_already"
        by, at = to_reference(OFFICER, who.id), house.at()
        holds.place(
            work.connection,
            number=number,
            controller=house.controller,
            reason=str(HoldReason.RESTRICTION),
            decided_by=by,
            placed_at=at,
            review_on=review_on.isoformat(),
            subjects=[person],
            categories=wanted,
        )
        new = [(new_id(), bar) for bar in bars if bar not in {one.bar for one in standing}]
        say_barred(
            house, work.connection, person, new, by=by, cause=number,
            review_on=review_on.isoformat(),
        )  # fmt: skip
        barred.put(
            work.connection,
            controller=house.controller,
            rows=[(bar_number, person, bar) for bar_number, bar in new],
            at=at,
            by=by,
            cause_id=number,
        )
        work.record(
            EventKind.HOLD_PLACED,
            ref=hold,
            facts={
                "reason": str(HoldReason.RESTRICTION),
                "review_on": review_on.isoformat(),
                "officer": by,
            },
            people=1,
            categories=len(wanted),
        )
        work.record(
            EventKind.BAR_PUT,
            ref=ref,
            facts={"kind": str(Barred.RESTRICTION), "hold": hold, "officer": by},
            categories=len(wanted),
        )
        told = set(house.policy.categories) if EVERY in wanted else wanted
        start(house, work, person, because=Because.RESTRICTED, categories=told, by=by)
        return None

    return hold, act


def object_to(house: House, ref: str, purpose: str, *, by: str = PERSON, cause: int = 0) -> bool:
    """The person objects to that purpose of the policy (`*`: to every one that they may object
    to): their data is not used for it any more, until somebody shows compelling grounds (art.
    21(1)). False: they had objected before.

    Raises `Refused`: `subject_unknown`, `purpose_unknown`, `purpose_without_objection` (its legal
    basis is neither a public task nor a legitimate interest, T-68).
    """
    return _put(house, _known(house, ref), objection_to(house, purpose), by=by, cause=cause)


def objection_to(house: House, purpose: str) -> list[Bar]:
    """What an objection to that purpose of the policy (`*`: to every one) bars. Raises as
    `object_to`."""
    policy = house.policy
    open_to = {name for name, one in policy.purposes.items() if one.legal_basis in _OBJECTED_TO}
    if purpose not in {EVERY, *policy.purposes}:
        raise Refused("purpose_unknown")
    wanted = open_to if purpose == EVERY else {purpose} & open_to
    if not wanted:
        raise Refused("purpose_without_objection")
    return [Bar(Barred.OBJECTION, purpose=name) for name in sorted(wanted)]


def opt_out(house: House, ref: str, mailing: str = EVERY, *, by: str = PERSON) -> bool:
    """The person wants no mailing of that name (`*`: none at all); honoured everywhere, at once
    (B-28, B-31). False: they had said so before. Raises `Refused("subject_unknown")`."""
    person = _known(house, ref)
    return _put(house, person, [Bar(Barred.OPT_OUT, purpose=mailing)], by=by, cause=0)


def note_opt_out(house: House, work: UnitOfWork, people: Collection[int]) -> None:
    """Who wants no mailing at all is taken out of the registers by the rules that count from that
    event (B-28, B-31); who wants them again is not. Within the caller's transaction."""
    rules = house.policy.mailings
    if rules is None or rules.opted_out is None:
        return
    since: dict[int, list[date]] = {}
    for one in barred.standing(work.connection, controller=house.controller, subjects=people):
        if one.bar == Bar(Barred.OPT_OUT):
            on = local_date(datetime.fromisoformat(one.since_at), house.policy.controller.zone)
            since.setdefault(one.subject_id, []).append(on)
    consents.set_events(
        work.connection,
        controller=house.controller,
        dates={
            (person, rules.opted_out): min(since[person]).isoformat() if person in since else None
            for person in people
        },
    )
    anchors.refresh(
        work.connection, house.policy, controller=house.controller, subjects=sorted(people)
    )


def end_bar(
    house: House, ref: str, kind: Barred, *, purpose: str = EVERY, officer: str, code: str
) -> None:
    """An officer ends an objection (compelling grounds, art. 21(1)) or an opt-out (the person wants
    it again). A restriction ends with its hold.

    Raises `Refused`: `subject_unknown`, `bar_unknown`, `restriction_ends_with_its_hold`,
    `role_may_not_hold`, or as `officer_codes.agree` does.
    """
    person = _known(house, ref)
    if kind is Barred.RESTRICTION:
        raise Refused("restriction_ends_with_its_hold")

    found: list[int] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not set(who.roles) & set(house.policy.approvals.hold):
            return "role_may_not_hold"
        found[:] = [
            one.number
            for one in barred.standing(
                work.connection, controller=house.controller, subjects=[person]
            )
            if one.bar.kind is kind and one.bar.purpose == purpose
        ]
        if not found:
            return "bar_unknown"
        by = to_reference(OFFICER, who.id)
        ended = barred.end(work.connection, found, at=house.at(), by=by)
        if kind is Barred.OPT_OUT:
            note_opt_out(house, work, [person])
        work.record(
            EventKind.BAR_ENDED,
            ref=ref,
            acted=ended,
            facts={"kind": str(kind), "officer": by} | _word(purpose),
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    say_ended(house, [(number, person) for number in found])


def bars_of(house: House, ref: str) -> list[BarLine]:
    """What stands in the way of anything with a person's data, oldest first. Raises
    `Refused("subject_unknown")`."""
    person = _known(house, ref)
    with reading(house.engine) as connection:
        found = barred.standing(connection, controller=house.controller, subjects=[person])
    return [
        BarLine(
            kind=str(one.bar.kind),
            purpose=one.bar.purpose,
            category=one.bar.category,
            since_at=one.since_at,
            decided_by=one.decided_by,
            hold=to_reference(HOLD, one.cause_id) if one.bar.kind is Barred.RESTRICTION else "",
        )
        for one in found
    ]


def _put(house: House, person: int, bars: list[Bar], *, by: str, cause: int) -> bool:
    with house.work() as work:
        if not put(house, work, person, bars, by=by, cause=cause):
            return False
        work.commit()
    return True


def put(
    house: House, work: UnitOfWork, person: int, bars: list[Bar], *, by: str, cause: int
) -> bool:
    """The same within the caller's transaction; False where all of it stands already."""
    standing = barred.standing(work.connection, controller=house.controller, subjects=[person])
    new = [bar for bar in bars if bar not in {one.bar for one in standing}]
    if not new:
        return False
    numbered = [(new_id(), bar) for bar in new]
    say_barred(house, work.connection, person, numbered, by=by, cause=cause)
    barred.put(
        work.connection,
        controller=house.controller,
        rows=[(number, person, bar) for number, bar in numbered],
        at=house.at(),
        by=by,
        cause_id=cause,
    )
    if any(bar.kind is Barred.OPT_OUT for bar in new):
        note_opt_out(house, work, [person])
    for bar in new:
        work.record(
            EventKind.BAR_PUT,
            ref=to_reference(SUBJECT, person),
            facts={"kind": str(bar.kind), "by": by} | _word(bar.purpose),
        )
    return True


def _word(purpose: str) -> dict[str, str]:
    return {} if purpose == EVERY else {"purpose": purpose}


def _known(house: House, ref: str) -> int:
    person = from_reference(SUBJECT, ref)
    with reading(house.engine) as connection:
        if not is_known(connection, controller=house.controller, number=person):
            raise Refused("subject_unknown")
    return person
