"""To whom a letter went, in which version, when and how: the evidence that somebody was told
(art. 5(2), A-46, H-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, select, update

from lifecycle.errors import Changed
from lifecycle.letters import COPY, LetterKind, LetterState, Matter
from lifecycle.references import PARCEL, to_reference
from records import bulk
from records.tables.letters import letter

_c = letter.c
_COLUMNS: Final = (
    _c.id, _c.subject_id, _c.kind, _c.about, _c.version, _c.occasion, _c.languages, _c.channel,
    _c.way, _c.state, _c.reason, _c.opened_at, _c.done_at, _c.order_id,
)  # fmt: skip


class Letter(NamedTuple):
    """One letter to one person."""

    number: int
    subject_id: int
    matter: Matter
    languages: str
    channel: str | None
    way: str | None
    state: LetterState
    reason: str | None
    opened_at: str
    done_at: str | None
    order_id: int

    @property
    def ref(self) -> str:
        """`X-…`: under which a channel knows it."""
        return to_reference(PARCEL, self.number)


class New(NamedTuple):
    """A letter that is about to be sent, or given to a person."""

    number: int
    subject_id: int
    languages: str
    state: LetterState
    channel: str | None = None
    way: str | None = None
    reason: str | None = None
    order_id: int = 0


def open_letters(
    connection: Connection, *, controller: str, matter: Matter, rows: Sequence[New], at: str
) -> list[Letter]:
    """Note these letters; who has one about the same already gets none. Those that are new."""
    columns = (
        "id", "controller", "subject_id", "kind", "about", "version", "occasion", "languages",
        "channel", "way", "state", "reason", "opened_at", "order_id",
    )  # fmt: skip
    bulk.upsert_rows(
        connection,
        letter,
        columns,
        [
            (
                one.number, controller, one.subject_id, str(matter.kind), matter.about,
                matter.version, matter.occasion, one.languages, one.channel, one.way,
                str(one.state), one.reason, at, one.order_id,
            )
            for one in rows
        ],
        key=("subject_id", "kind", "about", "version", "occasion"),
        update=(),
    )  # fmt: skip
    wanted = {one.number for one in rows}
    found = bulk.fetch_in(connection, _COLUMNS, _c.id, sorted(wanted))
    return sorted((_of(row) for row in found), key=lambda one: one.number)


def in_state(
    connection: Connection,
    *,
    controller: str,
    kind: LetterKind,
    about: str,
    states: Collection[LetterState],
) -> list[Letter]:
    """The letters about that in these states, oldest first."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            _c.controller == controller,
            _c.kind == str(kind),
            _c.about == about,
            _c.state.in_([str(one) for one in states]),
        )
        .order_by(_c.opened_at, _c.id)
    )
    return [_of(row) for row in rows]


def about(connection: Connection, *, controller: str, kind: LetterKind, about: str) -> list[Letter]:
    """Every letter about that, in no order."""
    rows = bulk.fetch_all(
        connection,
        select(*_COLUMNS).where(
            _c.controller == controller, _c.kind == str(kind), _c.about == about
        ),
    )
    return [_of(row) for row in rows]


def overtake(connection: Connection, numbers: Collection[int]) -> list[int]:
    """Letters that somebody was to hand over and that say what is not so any more: nobody hands
    them over now. The orders of which nothing is left."""
    orders = {
        row[0]
        for row in bulk.fetch_in(connection, (_c.order_id,), _c.id, sorted(numbers))
        if row[0]
    }
    move(
        connection,
        numbers,
        was=LetterState.BY_PERSON,
        to=LetterState.UNSURE,
        reason="overtaken",
    )
    left = {
        one.order_id
        for order in orders
        for one in of_order(connection, order)
        if one.state is LetterState.BY_PERSON
    }
    return sorted(orders - left)


def of_order(connection: Connection, order_id: int) -> list[Letter]:
    """The letters that somebody hands over by that work order."""
    rows = connection.execute(select(*_COLUMNS).where(_c.order_id == order_id).order_by(_c.id))
    return [_of(row) for row in rows]


def of_people(
    connection: Connection, *, controller: str, kind: LetterKind, people: Iterable[int]
) -> list[Letter]:
    """Every letter of that kind to these people, oldest first."""
    rows = bulk.fetch_in(
        connection,
        _COLUMNS,
        _c.subject_id,
        sorted(set(people)),
        also={_c.controller: controller, _c.kind: str(kind)},
    )
    return sorted((_of(row) for row in rows), key=lambda one: (one.opened_at, one.number))


def move(
    connection: Connection,
    numbers: Collection[int],
    *,
    was: LetterState,
    to: LetterState,
    at: str | None = None,
    reason: str | None = None,
    order_id: int | None = None,
) -> None:
    """Move letters on. Raises `Changed("letter_changed")` if one of them has moved since."""
    values: dict[str, Any] = {"state": str(to), "done_at": at, "reason": reason}
    if order_id is not None:
        values["order_id"] = order_id
    moved = 0
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _PART):
        part = wanted[start : start + _PART]
        moved += connection.execute(
            update(letter).where(_c.id.in_(part), _c.state == str(was)).values(**values)
        ).rowcount
    if moved != len(wanted):
        raise Changed("letter_changed")


def note_purged(connection: Connection, numbers: Collection[int]) -> None:
    """Of these letters no copy is left with us."""
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _PART):
        part = wanted[start : start + _PART]
        connection.execute(
            update(letter).where(_c.id.in_(part), _c.reason == COPY).values(reason=None)
        )


def counts(connection: Connection, *, controller: str, matter: Matter) -> dict[LetterState, int]:
    """How many letters of exactly that stand how."""
    rows = connection.execute(
        select(_c.state, func.count())
        .where(
            _c.controller == controller,
            _c.kind == str(matter.kind),
            _c.about == matter.about,
            _c.version == matter.version,
            _c.occasion == matter.occasion,
        )
        .group_by(_c.state)
    )
    return {LetterState(state): number for state, number in rows}


_PART: Final = 500


def _of(row: Row[Any] | tuple[Any, ...]) -> Letter:
    return Letter(
        number=row[0],
        subject_id=row[1],
        matter=Matter(LetterKind(row[2]), row[3], row[4], row[5]),
        languages=row[6],
        channel=row[7],
        way=row[8],
        state=LetterState(row[9]),
        reason=row[10],
        opened_at=row[11],
        done_at=row[12],
        order_id=row[13],
    )
