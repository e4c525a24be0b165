"""When its time is up a disclosure is taken back, and the recipient deletes what lies with them
(A-69 b)."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from connectors.channel import Standing
from lifecycle.disclosure import FINISHED, LEFT_US, MAYBE_OUT, OUT_THERE, Stage
from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, NotProven
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import PLAN, from_reference
from records import disclosures, leases, plans
from records.disclosures import Disclosure
from records.engines import reading
from records.scrub import scrub
from records.unit_of_work import UnitOfWork
from tasks.erasing.parts import prefix_of
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.proving.shredding import destroy_keys
from tasks.proving.stages_told import put_right
from tasks.sharing.asking_to_delete import ask_to_delete, is_to_be_reminded
from tasks.sharing.handing_over import pull_back
from tasks.sharing.outgoing import clear_outgoing
from tasks.sharing.parcels import delivered_of
from tasks.sharing.recalling import NOT_WITHDRAWN, look, recall, recall_earlier
from tasks.sharing.steps import (
    FIND_OUT,
    PERHAPS,
    ask_a_person,
    ask_to_confirm,
    close_to_do,
    forget_seed,
    get,
    get_plan,
    give_up,
)

WITHDRAWN: Final = "withdrawn"
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

    What nobody knows to have arrived is taken back by its reference: proven gone, nobody has to
    find out any more. Raises `Refused`: `disclosure_unknown`, `plan_discloses_nothing`,
    `contact_changed` (taken back, and nobody was asked to delete what lies with them);
    `NotProven`: `not_withdrawn`, `perhaps_delivered` (nobody can look: a person must find out);
    `Misconfigured("channel_rebound")`; and what the channel says.
    """
    return _withdraw(house, ref, as_told=True)


def _withdraw(house: House, ref: str, *, as_told: bool) -> Taken:
    number = from_reference(PLAN, ref)
    leases.forget_dead(house.engine)
    executing = f"executing/{house.controller}"
    parts = prefix_of(house)
    with leases.hold(house.engine, executing, now=house.now, patience=_PATIENCE, none_under=parts):
        get_plan(house, number)
        if as_told:
            put_right(house, number)
        disclosure = get(house, number)
        if disclosure.stage is Stage.PREPARED:
            _end(house, disclosure)
        elif disclosure.stage in MAYBE_OUT | OUT_THERE:
            _take_back(house, disclosure)
        clear_outgoing(house)
        if destroy_keys(house):
            scrub(house.engine)
        if get(house, number).stage is Stage.WITH_RECIPIENT:
            ask_to_delete(house, get(house, number))
        return Taken(ref, get(house, number).stage)


def withdraw_due(house: House) -> list[Taken]:
    """Take back everything whose last day is over, ask again where a recipient has not said that it
    is deleted, and end what nobody will send any more. One that fails keeps no other waiting.

    Whatever the columns say: what the ledger says is put back first. Raises `LedgerFailure` when
    they differ and the ledger was changed as well, after all that could be taken back was.
    """
    today = local_today(house)
    broken: LedgerFailure | None = None
    try:
        put_right(house)
    except LedgerFailure as failure:
        broken = failure
    taken = _sweep(house)
    with reading(house.engine) as connection:
        found = disclosures.find(
            connection,
            controller=house.controller,
            stages=[Stage.PREPARED, *MAYBE_OUT, *OUT_THERE, Stage.WITH_RECIPIENT],
        )
    for one in reversed(found):
        if date.fromisoformat(one.terms.until_on) >= today:
            if one.stage is not Stage.WITH_RECIPIENT:
                continue
        elif one.stage is Stage.PREPARED and not _is_open(house, one):
            continue
        if one.stage is Stage.WITH_RECIPIENT and not is_to_be_reminded(one, today):
            continue
        try:
            taken.append(_withdraw(house, one.ref, as_told=False))
        except (LedgerFailure, KeyFailure):
            raise
        except GallraError as failure:
            taken.append(Taken(one.ref, one.stage, failure.code))
    if broken is not None:
        raise broken
    return taken


def overdue(house: House) -> list[Disclosure]:
    """What is out there although its time is up, and nobody has said that it is deleted."""
    today = local_today(house).isoformat()
    with reading(house.engine) as connection:
        found = disclosures.find(connection, controller=house.controller, stages=LEFT_US - FINISHED)
    return [one for one in found if one.terms.until_on < today]


def _is_open(house: House, disclosure: Disclosure) -> bool:
    return get_plan(house, disclosure.number).state in plans.OPEN


def _sweep(house: House) -> list[Taken]:
    """What nobody agreed to, or what has changed since, is ended: its key goes. Which are not
    ended yet, as something of them may be out."""
    with reading(house.engine) as connection:
        numbers = disclosures.closed_with_password(connection, controller=house.controller)
    left = []
    for number in numbers:
        one = get(house, number)
        try:
            _end(house, one)
        except (LedgerFailure, KeyFailure):
            raise
        except GallraError as failure:
            left.append(Taken(one.ref, one.stage, failure.code))
    if destroy_keys(house):
        scrub(house.engine)
    return left


def _end(house: House, disclosure: Disclosure) -> None:
    plan = get_plan(house, disclosure.number)
    recall_earlier(house, disclosure)
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


def _take_back(house: House, disclosure: Disclosure) -> None:
    unsure = disclosure.stage in MAYBE_OUT
    if disclosure.stage is Stage.PERHAPS_SENT and look(house, disclosure) is Standing.BEYOND:
        raise NotProven(PERHAPS, ref=disclosure.ref)  # what could be taken back was
    with house.work() as work:
        work.record(
            EventKind.DISCLOSURE_WITHDRAWAL_ASKED,
            ref=disclosure.ref,
            facts={"until": disclosure.terms.until_on, "channel": disclosure.terms.channel},
        )
        work.commit()
    recalled = recall(house, disclosure)
    standing = recalled.now
    if recalled == (Standing.GONE, Standing.GONE) and not unsure and _said(house, disclosure):
        standing = Standing.BEYOND  # it arrived, a person says, and nobody knows where
    to = {Standing.GONE: Stage.WITHDRAWN, Standing.BEYOND: Stage.WITH_RECIPIENT}.get(standing)
    asks = unsure and to is Stage.WITH_RECIPIENT
    with house.work() as work:
        if to is None:
            work.record(
                EventKind.DISCLOSURE_NOT_WITHDRAWN,
                ref=disclosure.ref,
                expected=1,
                verified=0,
                facts={"standing": str(standing)},
            )
        elif not asks:
            _note_taken(house, work, disclosure, to)
        elif disclosure.stage is Stage.SENDING:
            _call_off(house, work, disclosure)
        work.commit()
    if asks or to is None:
        raise NotProven(PERHAPS if asks else NOT_WITHDRAWN, ref=disclosure.ref)


def _said(house: House, disclosure: Disclosure) -> bool:
    """Whether only a person's word says that it arrived."""
    delivered = delivered_of(house, disclosure)
    return delivered is None or not delivered.handle


def _call_off(house: House, work: UnitOfWork, disclosure: Disclosure) -> None:
    """Nobody sends it or hands it over any more. Whether somebody has, without saying so, a person
    finds out."""
    plan = plans.get(work.connection, controller=house.controller, number=disclosure.number)
    disclosures.move(work.connection, disclosure.number, was=Stage.SENDING, to=Stage.PERHAPS_SENT)
    pull_back(house, work, disclosure)
    work.record(EventKind.DISCLOSURE_PERHAPS_SENT, ref=disclosure.ref, facts={"reason": WITHDRAWN})
    ask_a_person(house, work, plan)


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
        close_to_do(house, work, FIND_OUT, plan.ref)
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
        ask_to_confirm(house, work, disclosure.ref)
