"""A responsible manager decides what is kept longer, and answers for its release (A-74)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from lifecycle.barred import Barred
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.legal_hold import HoldReason, is_overdue, may_be_reviewed_on
from lifecycle.references import HOLD, OFFICER, SUBJECT, from_reference, new_id, to_reference
from lifecycle.rights import Given
from records import barred, holds
from records.engines import reading
from records.holds import EVERYTHING, Hold
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.consents.said import say_ended
from tasks.house.parts import House
from tasks.officers.codes import agree

MAY_NOT: Final = "role_may_not_hold"


class HoldLine(NamedTuple):
    """A standing hold as a list shows it; whom it is about is not told."""

    ref: str
    reason: str
    categories: tuple[str, ...]
    """`*`: everything."""
    people: int
    decided_by: str
    placed_at: str
    age_days: int
    review_on: str
    overdue: bool


class Told(NamedTuple):
    """The person was told that their restriction ends."""

    by: Given
    """By which way."""
    on: date
    """The local day."""


def place_hold(
    house: House,
    people: Collection[str],
    *,
    categories: Collection[str] = (EVERYTHING,),
    reason: str,
    review_on: date,
    officer: str,
    code: str,
) -> str:
    """Hold these categories (`*`: all) of these people (`S-…`) until released; the hold's `H-…`.

    From then on nothing held is planned; a plan with such a person does not fit any more; what is
    still planned of one that is under way is dropped. Raises `Refused` with `nobody_named`,
    `subject_unknown`, `category_unknown`, `hold_reason_unknown`, `review_not_ahead`,
    `role_may_not_hold`, or as `officer_codes.agree` does.
    """
    numbers = frozenset(from_reference(SUBJECT, ref) for ref in people)
    if not numbers:
        raise Refused("nobody_named")
    with reading(house.engine) as connection:
        known = holds.known_subjects(connection, controller=house.controller, numbers=numbers)
    if known != numbers:
        raise Refused("subject_unknown")
    if not categories or not set(categories) <= {EVERYTHING, *house.policy.categories}:
        raise Refused("category_unknown")
    if reason not in set(HoldReason):
        raise Refused("hold_reason_unknown")
    _require_ahead(house, review_on)
    number = new_id()
    ref = to_reference(HOLD, number)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not _may(house, who):
            return MAY_NOT
        holds.place(
            work.connection,
            number=number,
            controller=house.controller,
            reason=reason,
            decided_by=to_reference(OFFICER, who.id),
            placed_at=house.at(),
            review_on=review_on.isoformat(),
            subjects=numbers,
            categories=categories,
        )
        work.record(
            EventKind.HOLD_PLACED,
            ref=ref,
            facts={"reason": reason, "review_on": review_on.isoformat()} | _by(who),
            people=len(numbers),
            categories=len(set(categories)),
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    return ref


def release_hold(
    house: House, ref: str, *, told: Told | None = None, officer: str, code: str
) -> None:
    """Let go: what is due by the rules is planned again, at once. `told`: how and when the person
    was told that their restriction ends, which comes first (art. 18(3)).

    Raises `Refused` with `hold_unknown`, `hold_released`, `role_may_not_hold`, `person_not_told`
    (a restriction, and nobody said that the person was told), `told_on_another_day` (not between
    the day on which it was put and today), or as `officer_codes.agree` does.
    """
    hold = _standing(house, ref)
    number = hold.id
    if hold.reason == HoldReason.RESTRICTION:
        _require_told(house, hold, told)
    said = {} if told is None else {"told": str(told.by), "told_on": told.on.isoformat()}
    over: dict[int, int] = {}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not _may(house, who):
            return MAY_NOT
        by, at = to_reference(OFFICER, who.id), house.at()
        holds.release(work.connection, number, at=at, by=by)
        work.record(EventKind.HOLD_RELEASED, ref=ref, facts=_by(who) | said)
        # A restriction is one thing: kept from being erased, and from everything else.
        if bars := barred.of_cause(work.connection, number):
            ended = barred.end(work.connection, bars, at=at, by=by)
            over.update(bars)
            work.record(
                EventKind.BAR_ENDED,
                ref=ref,
                acted=ended,
                facts={"kind": str(Barred.RESTRICTION)} | _by(who),
            )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    say_ended(house, over.items())


def review_hold(house: House, ref: str, *, following: date, officer: str, code: str) -> None:
    """It was looked at and is still needed: look again on the day `following`.

    Raises `Refused` with `review_not_ahead`, or as `release_hold` does.
    """
    number = _standing(house, ref).id
    _require_ahead(house, following)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not _may(house, who):
            return MAY_NOT
        holds.set_review(work.connection, number, review_on=following.isoformat())
        facts = {"review_on": following.isoformat()} | _by(who)
        work.record(EventKind.HOLD_REVIEWED, ref=ref, facts=facts)
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)


def list_holds(house: House) -> list[HoldLine]:
    """Every standing hold, the oldest first: none is forgotten."""
    with reading(house.engine) as connection:
        found = holds.standing(connection, controller=house.controller)
        words = holds.categories_by_hold(connection, [hold.id for hold in found])
    now, today = house.now(), local_day(house)
    return [
        HoldLine(
            ref=to_reference(HOLD, hold.id),
            reason=hold.reason,
            categories=tuple(sorted(words.get(hold.id, ()))),
            people=hold.people,
            decided_by=hold.decided_by,
            placed_at=hold.placed_at,
            age_days=(now - datetime.fromisoformat(hold.placed_at)).days,
            review_on=hold.review_on,
            overdue=is_overdue(hold.review_on, today=today),
        )
        for hold in found
    ]


def overdue_reviews(house: House) -> list[str]:
    """References of the holds that must be looked at now: each is an alarm (`hold_review_due`)
    until somebody reviews or releases it."""
    with reading(house.engine) as connection:
        due = holds.due_reviews(connection, controller=house.controller, today=local_day(house))
    return [to_reference(HOLD, hold.id) for hold in due]


def local_day(house: House) -> date:
    """Today where the controller is."""
    return house.now().astimezone(ZoneInfo(house.policy.controller.time_zone)).date()


def _standing(house: House, ref: str) -> Hold:
    with reading(house.engine) as connection:
        hold = holds.get(connection, controller=house.controller, number=from_reference(HOLD, ref))
    if hold.released_at is not None:
        raise Refused("hold_released", ref=ref)
    return hold


def _require_told(house: House, hold: Hold, told: Told | None) -> None:
    if told is None:
        raise Refused("person_not_told", ref=to_reference(HOLD, hold.id))
    zone = ZoneInfo(house.policy.controller.time_zone)
    since = datetime.fromisoformat(hold.placed_at).astimezone(zone).date()
    if not since <= told.on <= local_day(house):
        raise Refused("told_on_another_day", ref=to_reference(HOLD, hold.id))


def _require_ahead(house: House, day: date) -> None:
    if not may_be_reviewed_on(day, today=local_day(house)):
        raise Refused("review_not_ahead")


def _may(house: House, who: Officer) -> bool:
    return bool(who.roles & set(house.policy.approvals.hold))


def _by(who: Officer) -> dict[str, str]:
    return {"officer": to_reference(OFFICER, who.id)}
