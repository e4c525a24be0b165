"""Who may agree to an erasure is enrolled by somebody who may already (docs/decisions/0008)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from lifecycle import totp
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, new_id, to_reference
from records import leases, officers, to_dos
from records.engines import reading
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import REMOVED, UNKNOWN, WRONG, agree, note_refusal
from tasks.proving.proof import witness

WITHOUT_AGREEMENT: Final = "officers_without_agreement"
"""The to-do that tells everybody when officers were changed and no officer agreed."""
NOT_AGREED: Final = "officer_must_agree"
_HANDLE: Final = re.compile(r"[a-z]+(-[a-z]+)*(-[0-9]{1,3})?", re.ASCII)
_LONGEST_HANDLE: Final = 32


class OfficerLine(NamedTuple):
    """One officer as a list shows them."""

    ref: str
    handle: str
    roles: tuple[str, ...]
    added_at: str
    removed_at: str | None
    locked_until: str | None
    """Too many wrong codes: nobody can use this officer's codes before that instant."""


def issuer(house: House) -> str:
    """What an authenticator shows beside the handle."""
    return f"Gallra {house.controller}"


def add_officer(
    house: House,
    handle: str,
    *,
    roles: Collection[str],
    secret: bytes,
    confirmation: str | None,
    by: str | None = None,
    code: str | None = None,
    without_agreement: bool = False,
) -> str:
    """Enrol an officer with `secret` (from `totp.new_secret`); their reference.

    `confirmation`: a first code, which shows that the secret arrived; it is used up. None takes
    that on trust. The first officer of all needs nobody's agreement; everybody later needs that
    of an officer (`by`, `code`). A known handle is the same officer enrolled anew: new secret,
    these roles. An officer may agree to their own enrolment as long as it gives no further role.
    `without_agreement` is for the day when nobody can agree any more: it opens a to-do.

    Raises `Refused` with `handle_not_allowed`, `role_unknown`, `code_wrong` (the confirmation),
    `officer_must_agree`, `own_roles`, or as `officer_codes.agree` does; nothing is stored then.
    """
    require_enrollable(house, handle, roles)
    step = 0
    if confirmation is not None:
        found = totp.matching_step(secret, confirmation, now=house.now())
        if found is None:
            raise Refused(WRONG)
        step = found
    with leases.hold(house.engine, _lease(house), now=house.now):
        every = _every(house)
        known = next((one for one in every if one.handle == handle), None)
        number = new_id() if known is None else known.id
        ref = to_reference(OFFICER, number)
        wanted = frozenset(roles)

        def enrol(work: UnitOfWork, facts: Mapping[str, str]) -> None:
            officers.enrol(
                work.connection,
                number=number,
                controller=house.controller,
                handle=handle,
                roles=wanted,
                sealed=house.vault.seal_secret(number, secret),
                last_step=max(step, 0 if known is None else known.last_step),
                at=house.at(),
            )
            named = {f"role_{at}": role for at, role in enumerate(sorted(wanted), start=1)}
            work.record(EventKind.OFFICER_ADDED, ref=ref, facts={**named, **facts})

        def act(work: UnitOfWork, agreeing: Officer) -> str | None:
            if agreeing.id == number and not wanted <= agreeing.roles:
                return "own_roles"
            enrol(work, {"agreed_by": to_reference(OFFICER, agreeing.id)})
            return None

        if by is not None:
            agree(house, handle=by, code=code or "", ref=ref, act=act)
            return ref
        _require_agreement(house, ref, first=not every, without=without_agreement)
        with house.work() as work:
            enrol(work, {"agreement": "none" if every else "first"})
            if every:
                _tell(house, work, ref)
            work.commit()
        witness(house)
    return ref


def remove_officer(
    house: House,
    handle: str,
    *,
    by: str | None = None,
    code: str | None = None,
    without_agreement: bool = False,
) -> str:
    """Officer no more, their secret destroyed and their approvals void; their reference.

    Needs an officer's agreement too, perhaps their own: else whoever sits at the terminal could
    remove everybody and be the first again. Raises `Refused` as `add_officer` does, and with
    `officer_unknown` or `officer_removed`.
    """
    with leases.hold(house.engine, _lease(house), now=house.now):
        known = next((one for one in _every(house) if one.handle == handle), None)
        if known is None:
            raise Refused(UNKNOWN)
        ref = to_reference(OFFICER, known.id)
        if known.removed_at is not None:
            raise Refused(REMOVED, ref=ref)

        def act(work: UnitOfWork, agreeing: Officer) -> str | None:
            officers.remove(work.connection, known.id, at=house.at())
            facts = {"agreed_by": to_reference(OFFICER, agreeing.id)}
            work.record(EventKind.OFFICER_REMOVED, ref=ref, facts=facts)
            return None

        if by is not None:
            agree(house, handle=by, code=code or "", ref=ref, act=act)
            return ref
        _require_agreement(house, ref, first=False, without=without_agreement)
        with house.work() as work:
            officers.remove(work.connection, known.id, at=house.at())
            work.record(EventKind.OFFICER_REMOVED, ref=ref, facts={"agreement": "none"})
            _tell(house, work, ref)
            work.commit()
        witness(house)
    return ref


def list_officers(house: House) -> list[OfficerLine]:
    """All that ever were, by handle; no secret."""
    now = house.now()
    return [
        OfficerLine(
            ref=to_reference(OFFICER, one.id),
            handle=one.handle,
            roles=tuple(sorted(one.roles)),
            added_at=one.added_at,
            removed_at=one.removed_at,
            locked_until=None
            if one.locked_until is None or one.locked_until <= now
            else one.locked_until.isoformat(timespec="microseconds"),
        )
        for one in _every(house)
    ]


def needs_agreement(house: House) -> bool:
    """Whether the next officer needs an officer's agreement: all but the very first."""
    return bool(_every(house))


def require_enrollable(house: House, handle: str, roles: Collection[str]) -> None:
    """Raise `Refused` with `handle_not_allowed` or `role_unknown` unless handle and roles fit."""
    if len(handle) > _LONGEST_HANDLE or not _HANDLE.fullmatch(handle):
        raise Refused("handle_not_allowed")
    if not roles or not set(roles) <= set(house.policy.roles):
        raise Refused("role_unknown")


def _every(house: House) -> list[Officer]:
    with reading(house.engine) as connection:
        return officers.every(connection, controller=house.controller)


def _lease(house: House) -> str:
    return f"officers:{house.controller}"


def _require_agreement(house: House, ref: str, *, first: bool, without: bool) -> None:
    if first or without:
        return
    with house.work() as work:
        note_refusal(work, ref=ref, reason=NOT_AGREED)
        work.commit()
    raise Refused(NOT_AGREED)


def _tell(house: House, work: UnitOfWork, ref: str) -> None:
    """Nobody agreed: everybody is told, until a person has looked into it."""
    to_dos.open_to_do(
        work.connection,
        controller=house.controller,
        kind=WITHOUT_AGREEMENT,
        ref=ref,
        number=1,
        at=house.at(),
    )
    work.record(EventKind.TO_DO_OPENED, ref=ref, facts={"kind": WITHOUT_AGREEMENT})
