"""A person who asks is given everything that is held about them, sealed, with what must go with it
by law; or what they gave themselves, to take along (art. 15, 20)."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.opening import Language
from lifecycle.passwords import RANDOM_BYTES, password_from
from lifecycle.references import REQUEST, SUBJECT, from_reference, to_reference
from lifecycle.rights import Right, Step, after
from lifecycle.rights_recipients import processed_by
from records import rights
from records.engines import reading
from records.officers import Officer
from records.rights import Request
from records.tables import NOBODY
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.rights.files import remove_files
from tasks.rights.found import Found, find
from tasks.rights.orders import LOOK_UP, open_order, slip_for
from tasks.rights.pages import Extract, write_files
from tasks.rights.passages import FREE_TEXT, Passages, passages
from tasks.rights.steps import PROTECTED, take
from tasks.rights.told import SPOKEN, information, on_record, recipients


class Made(NamedTuple):
    """For the terminal of the officer who made it, once, and nothing else."""

    ref: str
    files: tuple[Path, ...]
    password: str
    """Told to the person by another way than the file; kept nowhere."""
    values: int
    systems: tuple[str, ...]
    by_hand: tuple[str, ...]
    """Where somebody looks it up first."""
    protected: bool
    """Never by mail: the person's identity is protected."""
    passages: tuple[Passages, ...] = ()
    """Where there is text in which somebody else may be named; nothing of the text."""

    def __repr__(self) -> str:
        return f"Made(ref={self.ref}, values={self.values})"


def extract(
    house: House, ref: str, *, language: Language | None = None, officer: str, code: str
) -> Made:
    """Read every bound system and lay what is held about the person, sealed, into the folder of
    answers; what a machine cannot read is ordered to be looked up. Repeating it makes it anew,
    under another password.

    Access: a page to read and a file for machines, with what article 15 says. Portability: a file
    for machines and a table, with what the person gave themselves. Raises as `rights_steps.take`,
    `rights_found.find`, `rights_told.information`, the containers; `Refused`:
    `request_of_another_kind`, `nobody_attached`, `nothing_given`;
    `Unreachable("extract_not_writable")`.
    """
    request = _request(house, ref)
    ref = request.ref  # it names the files: whoever closes the request may spell it otherwise
    spoken = language or SPOKEN[house.policy.controller.country]
    only = given_by(house) if request.right is Right.PORTABILITY else None
    found = find(house, request.subject_id, only=only)
    if only is not None and not found.values and not found.by_hand:
        raise Refused("nothing_given", ref=ref)
    content = _content(house, request, found, spoken)
    texts = passages(found.values)
    slips = {name: slip_for(house, request.subject_id, name) for name in found.by_hand}
    password = password_from(os.urandom(RANDOM_BYTES))
    files: list[Path] = []

    def act(work: UnitOfWork, _: Officer, now: Request) -> str | None:
        if now.subject_id != request.subject_id:
            return "request_changed_meanwhile"
        remove_files(house, ref)
        files.extend(write_files(house, ref, content, password, spoken))
        orders = [open_order(house, work, now, LOOK_UP, name, slips[name]) for name in slips]
        work.record(
            EventKind.REQUEST_CARRIED_OUT,
            ref=ref,
            facts={"right": str(request.right)},
            found=len(found.values),
            systems=len(found.read),
            by_hand=len(found.by_hand),
            orders=sum(1 for one in orders if one),
            recipients=len(content.given),
            processors=len(content.processors),
            passages=sum(one.number for one in texts),
        )
        return None

    how = " ".join(
        ["extract", *([PROTECTED] if found.protected else []), *([FREE_TEXT] if texts else [])]
    )
    try:
        take(house, ref, Step.CARRY_OUT, officer=officer, code=code, how=how, act=act)
    except BaseException:
        remove_files(house, ref)
        raise
    return Made(
        ref=ref,
        files=tuple(files),
        password=password,
        values=len(found.values),
        systems=found.read,
        by_hand=found.by_hand,
        protected=found.protected,
        passages=texts,
    )


def _content(house: House, request: Request, found: Found, spoken: Language) -> Extract:
    if request.right is Right.PORTABILITY:
        return Extract(found, (), (), (), (), whole=False)
    return Extract(
        found=found,
        told=information(house, found.kinds, spoken),
        given=recipients(house, request.subject_id),
        processors=processed_by(
            house.policy,
            found.kinds,
            read=found.read,
            by_hand=found.by_hand,
            absent=house.absent,
        ),
        kept=on_record(house, to_reference(SUBJECT, request.subject_id)),
        whole=True,
    )


def given_by(house: House) -> dict[str, Collection[str]]:
    """Kind of data subject → what such people gave themselves, out of the policy."""
    rules = house.policy.rights_rules()
    return {kind: given.categories for kind, given in rules.given.items()}


def _request(house: House, ref: str) -> Request:
    with reading(house.engine) as connection:
        request = rights.get(
            connection, controller=house.controller, number=from_reference(REQUEST, ref)
        )
    if request.right not in {Right.ACCESS, Right.PORTABILITY}:
        raise Refused("request_of_another_kind", ref=ref)
    after(request.right, request.state, Step.CARRY_OUT)
    if request.subject_id == NOBODY:
        raise Refused("nobody_attached", ref=ref)
    return request
