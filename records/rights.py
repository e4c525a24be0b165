"""Requests and what was done with them: rows of steps are added, never changed; what people wrote
lies sealed, each under a key of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.references import REQUEST, new_id, to_reference
from lifecycle.rights import CLOSED, COPIES, OPEN, Because, Outcome, Right, State
from lifecycle.rights_clock import Clock
from records import bulk
from records.tables import NOBODY, rights_request, rights_step, shredding
from records.vault import Vault

WRITTEN: Final = "#request"
"""What a text is bound to, beside its own number and its request's."""

_c, _s = rights_request.c, rights_step.c
_SHOWN: Final = (_s.number, _s.kind, _s.how, _s.ref, _s.decided_by, _s.done_at)


class Request(NamedTuple):
    """One request as it stands; whom it is about by number alone."""

    number: int
    subject_id: int
    """0: nobody knows yet, or nothing is held."""
    right: Right
    channel: str
    clock: Clock
    state: State
    outcome: Outcome | None
    because: tuple[Because, ...]
    opened_at: str
    answered_on: date | None
    reminded_on: date | None

    @property
    def ref(self) -> str:
        """Its public reference, `Q-…`."""
        return to_reference(REQUEST, self.number)


class Done(NamedTuple):
    """One step."""

    number: int
    kind: str
    how: str
    ref: str
    by: str
    at: str
    has_text: bool


def insert(
    connection: Connection,
    *,
    controller: str,
    number: int,
    subject_id: int,
    right: Right,
    channel: str,
    received_on: date,
    at: str,
) -> None:
    """Write down a request."""
    connection.execute(
        rights_request.insert().values(
            id=number,
            controller=controller,
            subject_id=subject_id,
            kind=str(right),
            channel=channel,
            received_on=received_on.isoformat(),
            more=0,
            state=str(State.RECEIVED),
            outcome="",
            because="",
            opened_at=at,
        )
    )


def get(connection: Connection, *, controller: str, number: int, lock: bool = False) -> Request:
    """The request of that number. Raises `Refused("request_unknown")`."""
    query = select(rights_request).where(_c.id == number, _c.controller == controller)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise Refused("request_unknown")
    return _of(row)


def find(
    connection: Connection,
    *,
    controller: str,
    states: Collection[State] | None = None,
    subject_id: int | None = None,
) -> list[Request]:
    """Requests in these states, or all; the longest waiting first."""
    query = select(rights_request).where(_c.controller == controller)
    if states is not None:
        query = query.where(_c.state.in_([str(one) for one in states]))
    if subject_id is not None:
        query = query.where(_c.subject_id == subject_id)
    found = [_of(row) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.clock.due_on, one.number))


def open_ones(connection: Connection, *, controller: str) -> list[Request]:
    """Those that nobody has answered yet, the nearest last day first."""
    return find(connection, controller=controller, states=OPEN)


def who_waits(connection: Connection, *, controller: str) -> set[int]:
    """The people who asked for a copy of their data and were not answered yet (art. 15, 20)."""
    waiting = open_ones(connection, controller=controller)
    return {one.subject_id for one in waiting if one.right in COPIES} - {NOBODY}


def change(connection: Connection, request: Request, **values: Any) -> None:
    """Other values (columns) of a request that still stands as it was read. Raises
    `Changed("request_changed_meanwhile")`."""
    changed = connection.execute(
        update(rights_request)
        .where(_c.id == request.number, _c.state == str(request.state))
        .values(**values)
    )
    if changed.rowcount != 1:
        raise Changed("request_changed_meanwhile", ref=request.ref)


def attach(connection: Connection, request: Request, subject_id: int) -> None:
    """Whom it is about is known now: of what was written before as well."""
    change(connection, request, subject_id=subject_id)
    connection.execute(
        update(rights_step).where(_s.request_id == request.number).values(subject_id=subject_id)
    )


def note_reminded(connection: Connection, number: int, *, on: date) -> None:
    """Somebody was reminded on that local day."""
    connection.execute(
        update(rights_request).where(_c.id == number).values(reminded_on=on.isoformat())
    )


def add_step(
    connection: Connection,
    vault: Vault,
    request: int,
    *,
    subject_id: int,
    kind: str,
    how: str = "",
    ref: str = "",
    by: str = "",
    at: str,
    text: str = "",
) -> None:
    """Note a step behind the others; `text`: what somebody wrote, sealed here."""
    number = new_id()
    sealed = None
    if text:
        made = vault.seal([(number, request, WRITTEN, text.encode())])
        vault.persist_keys(made.keys)
        [sealed] = made.sealed
    last = connection.execute(
        select(func.coalesce(func.max(_s.number), 0)).where(_s.request_id == request)
    ).scalar_one()
    connection.execute(
        rights_step.insert().values(
            id=number,
            request_id=request,
            subject_id=subject_id,
            number=last + 1,
            kind=kind,
            how=how,
            ref=ref,
            decided_by=by,
            done_at=at,
            sealed=sealed,
        )
    )


def steps(connection: Connection, request: int) -> list[Done]:
    """What was done with a request, oldest first."""
    rows = connection.execute(
        select(*_SHOWN, _s.sealed.is_not(None)).where(_s.request_id == request).order_by(_s.number)
    )
    return [
        Done(number, kind, how, ref, by, at, bool(has_text))
        for number, kind, how, ref, by, at, has_text in rows
    ]


def written(connection: Connection, vault: Vault, request: int) -> dict[int, str]:
    """Step → what somebody wrote; personal. Raises `KeyFailure`."""
    rows = list(
        connection.execute(
            select(_s.number, _s.id, _s.sealed)
            .where(_s.request_id == request, _s.sealed.is_not(None))
            .order_by(_s.number)
        )
    )
    opened = vault.open([(row[1], request, WRITTEN, bytes(row[2])) for row in rows])
    return {row[0]: text.decode() for row, text in zip(rows, opened, strict=True)}


def with_old_texts(connection: Connection, *, controller: str, before: date) -> list[int]:
    """Requests closed before that local day of which what somebody wrote is still here."""
    rows = connection.execute(
        select(_c.id)
        .join(rights_step, _s.request_id == _c.id)
        .where(
            _c.controller == controller,
            _c.state.in_([str(one) for one in CLOSED]),
            _c.answered_on < before.isoformat(),
            _s.sealed.is_not(None),
        )
        .distinct()
        .order_by(_c.id)
    )
    return list(rows.scalars())


def drop_texts(connection: Connection, requests: Sequence[int]) -> int:
    """What somebody wrote goes; how many texts. Their keys are noted for destruction: the caller
    destroys them after the commit."""
    rows = list(
        connection.execute(
            select(_s.id).where(_s.request_id.in_(requests), _s.sealed.is_not(None))
        ).scalars()
    )
    bulk.upsert_rows(connection, shredding, ("holding_id",), [(n,) for n in rows], update=())
    connection.execute(update(rights_step).where(_s.id.in_(rows)).values(sealed=None))
    return len(rows)


def _of(row: Row[Any]) -> Request:
    values = row._mapping
    return Request(
        number=values["id"],
        subject_id=values["subject_id"],
        right=Right(values["kind"]),
        channel=values["channel"],
        clock=Clock(received_on=date.fromisoformat(values["received_on"]), more=values["more"]),
        state=State(values["state"]),
        outcome=Outcome(values["outcome"]) if values["outcome"] else None,
        because=tuple(Because(word) for word in values["because"].split()),
        opened_at=values["opened_at"],
        answered_on=_day(values["answered_on"]),
        reminded_on=_day(values["reminded_on"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
