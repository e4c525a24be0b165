"""Each recipient is told of what was rectified, erased or restricted, and each telling is on record
(art. 19, H-31)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.references import IMPORT, PLAN, TELLING, new_id, to_reference
from lifecycle.telling import Because, How
from records import bulk
from records.tables import concerned, file_import, telling

_c = telling.c
About = Mapping[int, Collection[str]]
"""Person → the categories of what was disclosed of them that it is about."""


class Telling(NamedTuple):
    """One recipient that must be, or was, told of one rectification, erasure or restriction."""

    number: int
    disclosure_id: int
    cause_id: int
    people: int
    opened_at: str
    done_at: str | None
    done_by: str | None
    because: Because
    by_import: bool
    """Whether an import brought it; else an erasure did, or a person."""
    how: How | None = None
    """None: no run has seen to it."""

    @property
    def ref(self) -> str:
        """`N-…`."""
        return to_reference(TELLING, self.number)

    @property
    def disclosure(self) -> str:
        """The disclosure, `P-…`."""
        return to_reference(PLAN, self.disclosure_id)

    @property
    def cause(self) -> str | None:
        """The erasure, `P-…`, or the import, `I-…`; None: a person started it."""
        if self.because is Because.ERASED:
            return to_reference(PLAN, self.cause_id)
        return to_reference(IMPORT, self.cause_id) if self.by_import else None


def open_erased(
    connection: Connection, *, controller: str, plan_id: int, people: Mapping[int, int], at: str
) -> list[Telling]:
    """Note that these disclosures' recipients must be told of that erasure (disclosure → people);
    what was noted before stays. Every telling of the erasure."""
    return _open(connection, controller, Because.ERASED, plan_id, people, at=at)


def open_about(
    connection: Connection,
    *,
    controller: str,
    because: Because,
    cause_id: int,
    about: Mapping[int, About],
    at: str,
) -> list[Telling]:
    """Note that these disclosures' recipients must be told about these people; what was noted of
    that cause before stays. Every telling of the cause."""
    counts = {number: len(people) for number, people in about.items()}
    opened = _open(connection, controller, because, cause_id, counts, at=at)
    rows = [
        (one.number, subject, " ".join(sorted(categories)))
        for one in opened
        for subject, categories in about.get(one.disclosure_id, {}).items()
    ]
    columns = ("telling_id", "subject_id", "categories")
    bulk.upsert_rows(connection, concerned, columns, rows, update=())
    return opened


def get(connection: Connection, *, controller: str, number: int) -> Telling:
    """The telling. Raises `Refused("telling_unknown")`."""
    row = connection.execute(_SELECT.where(_c.id == number, _c.controller == controller)).first()
    if row is None:
        raise Refused("telling_unknown")
    return _of(row)


def find(
    connection: Connection, *, controller: str, disclosure_id: int | None = None
) -> list[Telling]:
    """Tellings that are still to be done, or all of one disclosure; the oldest first."""
    query = _SELECT.where(_c.controller == controller)
    if disclosure_id is None:
        query = query.where(_c.done_at.is_(None))
    else:
        query = query.where(_c.disclosure_id == disclosure_id)
    return [_of(row) for row in connection.execute(query.order_by(_c.opened_at, _c.id))]


def numbers(connection: Connection, *, controller: str) -> list[int]:
    """Every telling there is, done or not."""
    return list(connection.execute(select(_c.id).where(_c.controller == controller)).scalars())


def about(connection: Connection, number: int) -> dict[int, tuple[str, ...]]:
    """Whom a telling is about, and which categories; nobody for an erasure's."""
    rows = connection.execute(
        select(concerned.c.subject_id, concerned.c.categories)
        .where(concerned.c.telling_id == number)
        .order_by(concerned.c.subject_id)
    )
    return {person: tuple(categories.split()) for person, categories in rows}


def to_be_told(
    connection: Connection, *, controller: str, because: Because, subject_id: int
) -> dict[int, set[str]]:
    """Disclosure → the categories of that person of which its recipient is still to be told so."""
    rows = connection.execute(
        select(_c.disclosure_id, concerned.c.categories)
        .join(concerned, concerned.c.telling_id == _c.id)
        .where(
            _c.controller == controller,
            _c.because == str(because),
            _c.done_at.is_(None),
            concerned.c.subject_id == subject_id,
        )
    )
    found: dict[int, set[str]] = {}
    for number, categories in rows:
        found.setdefault(number, set()).update(categories.split())
    return found


def note_how(connection: Connection, number: int, *, was: How | None, how: How) -> None:
    """By which way they are told. Raises `Changed("telling_changed")` if that has changed since,
    or they were told."""
    same = _c.how.is_(None) if was is None else _c.how == str(was)
    noted = connection.execute(
        update(telling).where(_c.id == number, _c.done_at.is_(None), same).values(how=str(how))
    )
    if noted.rowcount != 1:
        raise Changed("telling_changed")


def note_done(connection: Connection, number: int, *, by: str, at: str) -> None:
    """The recipient is told; `by`: an officer, or `letter`.

    Raises `Changed("telling_changed")` if it was done."""
    done = connection.execute(
        update(telling).where(_c.id == number, _c.done_at.is_(None)).values(done_at=at, done_by=by)
    )
    if done.rowcount != 1:
        raise Changed("telling_changed")


def _open(
    connection: Connection,
    controller: str,
    because: Because,
    cause_id: int,
    people: Mapping[int, int],
    *,
    at: str,
) -> list[Telling]:
    columns = ("id", "controller", "disclosure_id", "cause_id", "number", "opened_at", "because")
    bulk.upsert_rows(
        connection,
        telling,
        columns,
        [
            (new_id(), controller, number, cause_id, count, at, str(because))
            for number, count in people.items()
        ],
        key=("disclosure_id", "cause_id"),
        update=(),
    )
    rows = connection.execute(_SELECT.where(_c.cause_id == cause_id).order_by(_c.id))
    return [_of(row) for row in rows]


def _of(row: Row[Any]) -> Telling:
    found = Telling(*row)
    return found._replace(
        because=Because(found.because),
        by_import=bool(found.by_import),
        how=None if found.how is None else How(found.how),
    )


_SELECT: Final = select(
    _c.id,
    _c.disclosure_id,
    _c.cause_id,
    _c.number,
    _c.opened_at,
    _c.done_at,
    _c.done_by,
    _c.because,
    file_import.c.id.is_not(None),
    _c.how,
).join(file_import, file_import.c.id == _c.cause_id, isouter=True)
