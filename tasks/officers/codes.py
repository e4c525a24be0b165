"""An officer agrees with a one-time code: in one transaction the code is used up and the thing is
done, or the refusal is written down and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from lifecycle import totp
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind, instant
from lifecycle.references import OFFICER, to_reference
from records import officers
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House

WRONG: Final = "code_wrong"
USED: Final = "code_used"
LOCKED: Final = "officer_locked"
UNKNOWN: Final = "officer_unknown"
REMOVED: Final = "officer_removed"

IN_TRANSIT: Final = timedelta(minutes=5)
"""A code that was received somewhere else may take so long to get here (RFC 6238, 5.2)."""

Act = Callable[[UnitOfWork, Officer], str | None]
"""Does what the officer agrees to and records its events; or changes nothing and returns the
reason code why this officer may not."""


def agree(
    house: House,
    *,
    handle: str,
    code: str,
    ref: str | None,
    act: Act,
    received_at: datetime | None = None,
) -> None:
    """Let `act` happen if `handle` shows a right, unused code.

    `received_at`: when the code was typed, where it comes out of a form that waited for a process
    to start; it is not judged by an earlier instant than `IN_TRANSIT` ago, and each code is good
    once all the same.

    Every refusal is an `approval.refused` event about `ref`, with the reason alone: a handle that
    nobody has may be anything that was typed. Wrong codes are counted in the records, so that a
    restart forgets none; too many lock the officer out, see `totp.lock_after`. A right code is
    used up even where `act` refuses. Raises `Refused` with `officer_unknown`, `officer_removed`,
    `officer_locked` (`minutes`), `code_wrong`, `code_used`, or what `act` returned.
    """
    minutes = 0
    with house.work() as work:
        officer = officers.by_handle(
            work.connection, controller=house.controller, handle=handle, lock=True
        )
        refusal = _judge(house, work, officer, code, received_at)
        if refusal is None and officer is not None:
            refusal = act(work, officer)
        if refusal is not None:
            note_refusal(work, ref=ref, reason=refusal, officer=officer)
        if refusal == LOCKED and officer is not None and officer.locked_until is not None:
            minutes = -int((house.now() - officer.locked_until) // timedelta(minutes=1))
        work.commit()
    if refusal == LOCKED:
        raise Refused(refusal, ref=ref, minutes=minutes)
    if refusal is not None:
        raise Refused(refusal, ref=ref)


def note_refusal(
    work: UnitOfWork, *, ref: str | None, reason: str, officer: Officer | None = None
) -> None:
    """The refusal as a ledger event."""
    facts = {"reason": reason}
    if officer is not None:
        facts["officer"] = to_reference(OFFICER, officer.id)
    work.record(EventKind.APPROVAL_REFUSED, ref=ref, facts=facts)


def _judge(
    house: House,
    work: UnitOfWork,
    officer: Officer | None,
    code: str,
    received_at: datetime | None,
) -> str | None:
    """Use the code up, or count the failure; the reason code where it is not accepted."""
    if officer is None:
        return UNKNOWN
    if officer.removed_at is not None:
        return REMOVED
    now = house.now()
    if officer.locked_until is not None and now < officer.locked_until:
        return LOCKED  # whatever the code is: a guesser learns nothing while it lasts
    secret = house.vault.open_secret(officer.id, officer.sealed)
    typed = now if received_at is None else min(now, max(received_at, now - IN_TRANSIT))
    step = totp.matching_step(secret, code, now=typed)
    if step is not None and step > officer.last_step:
        officers.note_code(work.connection, officer.id, step=step)
        return None
    failures = officer.failures + 1
    lock = totp.lock_after(failures)
    officers.note_wrong_code(
        work.connection,
        officer.id,
        failures=failures,
        locked_until=None if lock is None else instant(now + lock),
    )
    return WRONG if step is None else USED
