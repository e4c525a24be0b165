"""When its time is up a disclosure is taken back, and the recipient deletes what lies with them
(A-69 b)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from connectors.channel import Standing
from lifecycle.disclosure import FINISHED, LEFT_US, OUT_THERE, Stage
from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import OFFICER, PLAN, from_reference, to_reference
from records import disclosures, leases, plans, to_dos
from records.disclosures import Disclosure
from records.engines import reading
from records.officers import Officer
from records.scrub import scrub
from records.unit_of_work import UnitOfWork
from tasks.disclosing import (
    FIND_OUT,
    ask_a_person,
    close_as_sent,
    forget_seed,
    get,
    get_plan,
    give_up,
)
from tasks.disclosure_parcels import clear_outgoing, content_ref, deletion_parcel, delivered_of
from tasks.handing_over import pull_back, remove_container
from tasks.house import House
from tasks.intake import local_today
from tasks.officer_codes import agree
from tasks.shredding import destroy_keys

CONFIRM_DELETION: Final = "recipient_deletes"
"""The to-do: the recipient must say that it is deleted, and somebody note it."""
WITHDRAWN: Final = "withdrawn"
_REMIND_EVERY: Final = timedelta(days=7)
_PATIENCE: Final = 60.0


class Taken(NamedTuple):
    """What came of taking something back."""

    ref: str
    stage: Stage
    failure: str = ""
    """The reason code for which it is not taken back yet."""


def withdraw(house: House, ref: str) -> Taken:
    """Take a disclosure back now, whatever its time; one that was not sent is ended. Nobody has to
    agree to that. Safe to repeat.

    Raises `Refused`: `disclosure_unknown`, `plan_discloses_nothing`; `NotProven`: `not_withdrawn`,
    `perhaps_delivered` (a person must find out first); and what the channel says.
    """
    number = from_reference(PLAN, ref)
    leases.forget_dead(house.engine)
    executing = f"executing/{house.controller}"
    with leases.hold(house.engine, executing, now=house.now, patience=_PATIENCE):
        get_plan(house, number)
        disclosure = get(house, number)
        if disclosure.stage is Stage.PREPARED:
            _end(house, disclosure)
        elif disclosure.stage in {Stage.SENDING, Stage.PERHAPS_SENT}:
            if disclosure.stage is Stage.SENDING and _goes_by_hand(house, disclosure):
                _call_off(house, disclosure)
            raise NotProven("perhaps_delivered", ref=ref)
        elif disclosure.stage in OUT_THERE:
            _take_back(house, disclosure)
        if get(house, number).stage is Stage.WITH_RECIPIENT:
            _ask_to_delete(house, get(house, number))
        clear_outgoing(house)
        if destroy_keys(house):
            scrub(house.engine)
        return Taken(ref, get(house, number).stage)


def withdraw_due(house: House) -> list[Taken]:
    """Take back everything whose last day is over, ask again where a recipient has not said that it
    is deleted, and end what nobody will send any more. One that fails keeps no other waiting."""
    today = local_today(house)
    _sweep(house)
    with reading(house.engine) as connection:
        found = disclosures.find(
            connection,
            controller=house.controller,
            stages=[Stage.PREPARED, Stage.SENDING, *OUT_THERE, Stage.WITH_RECIPIENT],
        )
    taken = []
    for one in reversed(found):
        if date.fromisoformat(one.terms.until_on) >= today:
            if one.stage is not Stage.WITH_RECIPIENT:
                continue
        elif one.stage is Stage.PREPARED and not _is_open(house, one):
            continue
        if one.stage is Stage.SENDING and not _goes_by_hand(house, one):
            continue
        if one.stage is Stage.WITH_RECIPIENT and not _is_to_be_reminded(one, today):
            continue
        try:
            taken.append(withdraw(house, one.ref))
        except (LedgerFailure, KeyFailure):
            raise
        except GallraError as failure:
            taken.append(Taken(one.ref, one.stage, failure.code))
    return taken


def overdue(house: House) -> list[Disclosure]:
    """What is out there although its time is up, and nobody has said that it is deleted."""
    today = local_today(house).isoformat()
    with reading(house.engine) as connection:
        found = disclosures.find(connection, controller=house.controller, stages=LEFT_US - FINISHED)
    return [one for one in found if one.terms.until_on < today]


def confirm_deleted(house: House, ref: str, *, officer: str, code: str) -> Stage:
    """An officer notes that the recipient has confirmed the deletion.

    Raises `Refused`: `disclosure_unknown`, `not_with_recipient`, `role_may_not_approve`, or as
    `officer_codes.agree` does.
    """
    number = from_reference(PLAN, ref)
    get_plan(house, number)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        disclosure = disclosures.get(work.connection, controller=house.controller, number=number)
        if disclosure.stage is not Stage.WITH_RECIPIENT:
            return "not_with_recipient"
        if not _may_note(house, who):
            return "role_may_not_approve"
        by = to_reference(OFFICER, who.id)
        disclosures.move(
            work.connection,
            number,
            was=Stage.WITH_RECIPIENT,
            to=Stage.DELETED,
            ended_at=house.at(),
            ended_by=by,
        )
        _close_to_do(house, work, CONFIRM_DELETION, ref)
        work.record(
            EventKind.DISCLOSURE_DELETION_CONFIRMED,
            ref=ref,
            expected=1,
            verified=1,
            facts={"officer": by},
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    return get(house, number).stage


def note_found_out(house: House, ref: str, *, arrived: bool, officer: str, code: str) -> Stage:
    """An officer has found out whether what was perhaps sent arrived; the next run goes on.

    Raises `Refused`: `disclosure_unknown`, `nothing_to_find_out`, `role_may_not_approve`, or as
    `officer_codes.agree` does.
    """
    number = from_reference(PLAN, ref)
    plan = get_plan(house, number)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        disclosure = disclosures.get(work.connection, controller=house.controller, number=number)
        if disclosure.stage not in {Stage.PERHAPS_SENT, Stage.PERHAPS_TOLD}:
            return "nothing_to_find_out"
        if not _may_note(house, who):
            return "role_may_not_approve"
        container = disclosure.stage is Stage.PERHAPS_SENT
        if arrived and not container:
            close_as_sent(house, work, plan, was=disclosure.stage)
        else:
            back = Stage.PREPARED if container else Stage.SENT
            # Another reference: the channel would take it for the one that is perhaps there.
            attempt = disclosure.attempt + (not arrived)
            to = Stage.SENT if arrived else back
            sent = {"sent_at": house.at()} if arrived else {}
            disclosures.move(
                work.connection, number, was=disclosure.stage, to=to, attempt=attempt, **sent
            )
        _close_to_do(house, work, FIND_OUT, ref)
        work.record(
            EventKind.DISCLOSURE_FOUND_OUT,
            ref=ref,
            found=int(arrived),
            facts={
                "officer": to_reference(OFFICER, who.id),
                "what": "container" if container else "password",
            },
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    return get(house, number).stage


def _may_note(house: House, who: Officer) -> bool:
    return bool(who.roles.intersection(house.policy.approvals.erasure))


def _is_open(house: House, disclosure: Disclosure) -> bool:
    return get_plan(house, disclosure.number).state in plans.OPEN


def _is_to_be_reminded(disclosure: Disclosure, today: date) -> bool:
    last = disclosure.reminded_on
    return last is None or today - date.fromisoformat(last) >= _REMIND_EVERY


def _sweep(house: House) -> None:
    """What nobody agreed to, or what has changed since, is ended: its key goes."""
    with reading(house.engine) as connection:
        numbers = disclosures.closed_with_password(connection, controller=house.controller)
    for number in numbers:
        _end(house, get(house, number))
    if destroy_keys(house):
        scrub(house.engine)


def _end(house: House, disclosure: Disclosure) -> None:
    plan = get_plan(house, disclosure.number)
    with house.work() as work:
        disclosures.move(
            work.connection,
            disclosure.number,
            was=Stage.PREPARED,
            to=Stage.ENDED,
            sealed=None,
            ended_at=house.at(),
        )
        give_up(house, work, plan, reason=WITHDRAWN)
        work.record(EventKind.DISCLOSURE_WITHDRAWN, ref=disclosure.ref, found=0)
        work.commit()


def _goes_by_hand(house: House, disclosure: Disclosure) -> bool:
    door = house.doors.ways.get(disclosure.terms.channel)
    return door is not None and door.by_hand is not None


def _call_off(house: House, disclosure: Disclosure) -> None:
    """Nobody hands it over any more. Whether somebody has, without saying so, a person finds
    out."""
    remove_container(disclosure, house.doors.door(disclosure.terms.channel))
    plan = get_plan(house, disclosure.number)
    with house.work() as work:
        disclosures.move(
            work.connection, disclosure.number, was=Stage.SENDING, to=Stage.PERHAPS_SENT
        )
        pull_back(house, work, disclosure)
        work.record(
            EventKind.DISCLOSURE_PERHAPS_SENT, ref=disclosure.ref, facts={"reason": WITHDRAWN}
        )
        ask_a_person(house, work, plan)
        work.commit()


def _take_back(house: House, disclosure: Disclosure) -> None:
    delivered = delivered_of(house, disclosure)
    door = house.doors.door(disclosure.terms.channel)
    with house.work() as work:
        work.record(
            EventKind.DISCLOSURE_WITHDRAWAL_ASKED,
            ref=disclosure.ref,
            facts={"until": disclosure.terms.until_on, "channel": disclosure.terms.channel},
        )
        work.commit()
    standing = Standing.BEYOND  # only a person's word says that it arrived: nobody knows where
    if delivered is not None:
        door.channel.withdraw(delivered)
        standing = door.channel.standing(delivered)
    to = {Standing.GONE: Stage.WITHDRAWN, Standing.BEYOND: Stage.WITH_RECIPIENT}.get(standing)
    with house.work() as work:
        if to is None:
            work.record(
                EventKind.DISCLOSURE_NOT_WITHDRAWN,
                ref=disclosure.ref,
                expected=1,
                verified=0,
                facts={"standing": str(standing)},
            )
        else:
            _note_taken(house, work, disclosure, to)
        work.commit()
    if to is None:
        raise NotProven("not_withdrawn", ref=disclosure.ref)


def _note_taken(house: House, work: UnitOfWork, disclosure: Disclosure, to: Stage) -> None:
    gone = to is Stage.WITHDRAWN
    disclosures.move(
        work.connection,
        disclosure.number,
        was=disclosure.stage,
        to=to,
        sealed=None,
        ended_at=house.at() if gone else None,
    )
    pull_back(house, work, disclosure)
    plan = plans.get(work.connection, controller=house.controller, number=disclosure.number)
    if plan.state is PlanState.EXECUTING:
        give_up(house, work, plan, reason=WITHDRAWN)  # its password never followed
        _close_to_do(house, work, FIND_OUT, plan.ref)
    else:
        forget_seed(work, disclosure.number)
    work.record(
        EventKind.DISCLOSURE_WITHDRAWN,
        ref=disclosure.ref,
        expected=1,
        acted=1,
        verified=1 if gone else None,
        facts={"stage": str(to)},
    )
    if not gone:
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=CONFIRM_DELETION,
            ref=disclosure.ref,
            number=1,
            at=house.at(),
        )
        work.record(
            EventKind.TO_DO_OPENED, ref=disclosure.ref, facts={"kind": CONFIRM_DELETION}, number=1
        )


def _ask_to_delete(house: House, disclosure: Disclosure) -> None:
    """Write to the recipient, by the way that the container took if it carries letters."""
    today = local_today(house)
    if not _is_to_be_reminded(disclosure, today):
        return
    ways = [disclosure.terms.channel, disclosure.terms.password_by]
    doors = [house.doors.door(name) for name in ways]
    door = next((one for one in doors if one.about.password and one.by_hand is None), None)
    if door is None:
        with house.work() as work:  # a person asks; the to-do reminds them
            disclosures.note_reminded(work.connection, disclosure.number, on=today.isoformat())
            work.record(
                EventKind.DISCLOSURE_DELETION_ASKED, ref=disclosure.ref, facts={"by": "person"}
            )
            work.commit()
        return
    delivered = delivered_of(house, disclosure)
    about = content_ref(disclosure) if delivered is None else delivered.ref
    # The same letter on the same day is the same parcel, whatever is killed and repeated.
    parcel = deletion_parcel(house, disclosure, door, about=about, number=today.toordinal())
    with house.work() as work:
        disclosures.note_reminded(work.connection, disclosure.number, on=today.isoformat())
        work.record(
            EventKind.DISCLOSURE_DELETION_ASKED,
            ref=disclosure.ref,
            expected=1,
            facts={"parcel": parcel.ref},
        )
        work.commit()
    try:
        door.channel.deliver(parcel)
    except (Refused, NotProven):
        return  # the to-do asks a person all the same


def _close_to_do(house: House, work: UnitOfWork, kind: str, ref: str) -> None:
    to_dos.close_to_do(
        work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
    )
    work.record(EventKind.TO_DO_CLOSED, ref=ref, facts={"kind": kind})
