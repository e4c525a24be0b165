"""What only a person can find out of a disclosure: whether it arrived, and that it is deleted."""

from __future__ import annotations

from typing import Any

from connectors.channel import Delivered
from lifecycle.disclosure import Stage
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, PLAN, from_reference, to_reference
from records import disclosures
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree
from tasks.sharing import deletion_orders
from tasks.sharing.parcels import content_ref, seal_handle
from tasks.sharing.recalling import try_recall_earlier
from tasks.sharing.steps import (
    CONFIRM_DELETION,
    FIND_OUT,
    close_as_sent,
    close_to_do,
    get,
    get_plan,
)


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
        close_to_do(house, work, CONFIRM_DELETION, ref)
        deletion_orders.close_open(house, work, disclosure, by=by)
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

    Said not to have arrived, it is taken back all the same from wherever it may lie; said to have
    arrived, when its time is up. Both by its reference, as nothing else is known of it.

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
            sent: dict[str, Any] = {}
            if arrived:
                known = Delivered(content_ref(disclosure), "")
                sent = {
                    "sent_at": house.at(),
                    "sealed_handle": seal_handle(house, disclosure, known),
                }
            disclosures.move(
                work.connection, number, was=disclosure.stage, to=to, attempt=attempt, **sent
            )
        close_to_do(house, work, FIND_OUT, ref)
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
    if not arrived and get(house, number).stage is Stage.PREPARED:
        try_recall_earlier(house, get(house, number))
    return get(house, number).stage


def _may_note(house: House, who: Officer) -> bool:
    return bool(who.roles.intersection(house.policy.approvals.erasure))
