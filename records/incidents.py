"""The register of incidents: every one is kept, reported or not (A-29, art. 33(5))."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.incident.states import Report, Situation, State, Telling
from lifecycle.incident.words import Risk, Topic
from lifecycle.references import INCIDENT, to_reference
from records import bulk
from records.tables import incident, incident_entry, incident_report, incident_scope

_c = incident.c
_ENTRY: Final = ("id", "incident_id", "topic", "on_date", "added_at", "created_by")


class Incident(NamedTuple):
    """One entry of the register, without the words that people wrote."""

    number: int
    controller: str
    kind: str
    state: State
    report: Report
    telling: Telling
    risk: Risk | None
    more: bool
    consequence: str | None
    likelihood: str | None
    exemption: str | None
    because: str
    """What Gallra noticed itself, a `lifecycle.incident.words.Cause`; "": a person did."""
    cause_id: int
    ref_of: str | None
    """What it noticed that about."""
    aware_at: str
    began_at: str | None
    ended_at: str | None
    people: int | None
    pieces: int | None
    opened_at: str
    created_by: str
    assessed_at: str | None
    plan_id: int
    told_at: str | None
    closed_at: str | None
    reason: str | None

    @property
    def ref(self) -> str:
        """Its public reference, `B-…`."""
        return to_reference(INCIDENT, self.number)

    @property
    def aware(self) -> datetime:
        """When the controller became aware of it, UTC."""
        return datetime.fromisoformat(self.aware_at)


class Entry(NamedTuple):
    """One line of the log; its words are sealed."""

    number: int
    incident_id: int
    topic: Topic
    on_date: str | None
    """The local day that it tells of."""
    added_at: str
    created_by: str
    sealed: bytes


class Phase(NamedTuple):
    """One phase of the report to the authority (art. 33(4))."""

    number: int
    sent_at: str
    added_at: str
    created_by: str
    more: bool
    due_on: str | None
    """The local day by which more was promised."""


class Scope(NamedTuple):
    """One part of what an incident is about."""

    kind: str
    ref: str
    began_at: str = ""
    ended_at: str = ""


def insert(connection: Connection, one: Incident) -> bool:
    """Write a new entry; False where one of the same cause is there already (that one stays)."""
    values = one._asdict()
    values["id"] = values.pop("number")
    values["ref"] = values.pop("ref_of")
    values["more"] = int(one.more)
    columns = tuple(values)
    bulk.upsert_rows(
        connection,
        incident,
        columns,
        [tuple(_plain(value) for value in values.values())],
        key=("controller", "cause_id"),
        update=(),
    )
    found = connection.execute(
        select(_c.id).where(_c.controller == one.controller, _c.cause_id == one.cause_id)
    ).scalar_one()
    return bool(found == one.number)


def get(connection: Connection, *, controller: str, number: int, lock: bool = False) -> Incident:
    """The entry. Raises `Refused("incident_unknown")`. `lock`: nobody else moves it before the
    transaction ends."""
    query = select(incident).where(_c.id == number, _c.controller == controller)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise Refused("incident_unknown", ref=to_reference(INCIDENT, number))
    return _of(row)


def find(
    connection: Connection, *, controller: str, states: Collection[State] | None = None
) -> list[Incident]:
    """Entries in these states, or all; the one noticed first comes first."""
    query = select(incident).where(_c.controller == controller).order_by(_c.aware_at, _c.id)
    if states is not None:
        query = query.where(_c.state.in_([str(state) for state in states]))
    return [_of(row) for row in connection.execute(query)]


def known_causes(connection: Connection, *, controller: str) -> frozenset[int]:
    """The alarms that there is an entry for."""
    found = connection.execute(
        select(_c.cause_id).where(_c.controller == controller, _c.because != "")
    )
    return frozenset(found.scalars())


def change(connection: Connection, was: Incident, **values: Any) -> Incident:
    """Change an entry that stands as `was`; as it is now.

    Raises `Changed("incident_changed")` where somebody else has moved it meanwhile.
    """
    changed = connection.execute(
        update(incident)
        .where(
            _c.id == was.number,
            _c.state == str(was.state),
            _c.report == str(was.report),
            _c.telling == str(was.telling),
        )
        .values({name: _plain(value) for name, value in values.items()})
    )
    if changed.rowcount != 1:
        raise Changed("incident_changed", ref=was.ref)
    return get(connection, controller=was.controller, number=was.number)


def situation(connection: Connection, one: Incident, *, agreed: bool) -> Situation:
    """Where it stands as a whole; `agreed`: whether both agreed to the list of whom to tell."""
    measures = connection.execute(
        select(incident_entry.c.id)
        .where(
            incident_entry.c.incident_id == one.number,
            incident_entry.c.topic.in_([str(Topic.DONE), str(Topic.PLANNED)]),
        )
        .limit(1)
    ).first()
    return Situation(
        state=one.state,
        report=one.report,
        telling=one.telling,
        risk=one.risk,
        more=one.more,
        measures=measures is not None,
        agreed=agreed,
    )


def add_entry(connection: Connection, entry: Entry, *, digest: bytes) -> bool:
    """Write a line into the log; False where the same words stand there already."""
    last = connection.execute(
        select(func.max(incident_entry.c.position)).where(
            incident_entry.c.incident_id == entry.incident_id
        )
    ).scalar_one()
    bulk.upsert_rows(
        connection,
        incident_entry,
        (*_ENTRY, "position", "digest", "sealed"),
        [(*(_plain(value) for value in entry[:6]), (last or 0) + 1, digest, entry.sealed)],
        key=("incident_id", "digest"),
        update=(),
    )
    found = connection.execute(
        select(incident_entry.c.id).where(
            incident_entry.c.incident_id == entry.incident_id, incident_entry.c.digest == digest
        )
    ).scalar_one()
    return bool(found == entry.number)


def entries(connection: Connection, number: int) -> list[Entry]:
    """The log of an incident, oldest line first."""
    rows = connection.execute(
        select(*(incident_entry.c[name] for name in (*_ENTRY, "sealed")))
        .where(incident_entry.c.incident_id == number)
        .order_by(incident_entry.c.position, incident_entry.c.id)
    )
    return [
        Entry(
            row.id,
            row.incident_id,
            Topic(row.topic),
            row.on_date,
            row.added_at,
            row.created_by,
            bytes(row.sealed),
        )
        for row in rows
    ]


def told_so(
    connection: Connection, *, controller: str, states: Collection[State], digest: bytes
) -> int | None:
    """The number of an entry in these states in whose log those words stand; None: there is
    none."""
    found: int | None = connection.execute(
        select(_c.id)
        .join(incident_entry, incident_entry.c.incident_id == _c.id)
        .where(
            _c.controller == controller,
            _c.state.in_([str(state) for state in states]),
            incident_entry.c.digest == digest,
        )
        .order_by(_c.opened_at)
        .limit(1)
    ).scalar_one_or_none()
    return found


def add_phase(connection: Connection, incident_id: int, phase: Phase) -> None:
    """Write down a phase of the report. Raises `Refused("database_conflict")` for a number that is
    taken."""
    bulk.insert_rows(
        connection,
        incident_report,
        ("incident_id", "number", "sent_at", "added_at", "created_by", "more", "due_on"),
        [(incident_id, *phase[:4], int(phase.more), phase.due_on)],
    )


def phases(connection: Connection, number: int) -> list[Phase]:
    """The phases of the report, the first one first."""
    c = incident_report.c
    rows = connection.execute(
        select(c.number, c.sent_at, c.added_at, c.created_by, c.more, c.due_on)
        .where(c.incident_id == number)
        .order_by(c.number)
    )
    return [_phase(row) for row in rows]


def last_phases(connection: Connection, *, controller: str) -> dict[int, Phase]:
    """By incident the newest phase of its report, where there is one."""
    c = incident_report.c
    newest = (
        select(c.incident_id, func.max(c.number).label("number"))
        .join(incident, _c.id == c.incident_id)
        .where(_c.controller == controller)
        .group_by(c.incident_id)
        .subquery()
    )
    rows = connection.execute(
        select(c.incident_id, c.number, c.sent_at, c.added_at, c.created_by, c.more, c.due_on).join(
            newest, (newest.c.incident_id == c.incident_id) & (newest.c.number == c.number)
        )
    )
    return {row.incident_id: _phase(row) for row in rows}


def add_scope(connection: Connection, number: int, scope: Scope, *, at: str) -> bool:
    """Note a part of what it is about; a part with other instants takes the place of the earlier.
    False where exactly that stands there already."""
    if scope in scopes(connection, number):
        return False
    bulk.upsert_rows(
        connection,
        incident_scope,
        ("incident_id", "kind", "ref", "began_at", "ended_at", "added_at"),
        [(number, *scope, at)],
    )
    return True


def replace_scopes(
    connection: Connection, number: int, kind: str, refs: Iterable[str], *, at: str
) -> None:
    """Of that kind these parts, and no others."""
    c = incident_scope.c
    connection.execute(incident_scope.delete().where((c.incident_id == number) & (c.kind == kind)))
    for ref in refs:
        add_scope(connection, number, Scope(kind, ref), at=at)


def drop_scope(connection: Connection, number: int, scope: Scope) -> None:
    """It is not about this part after all."""
    c = incident_scope.c
    connection.execute(
        incident_scope.delete().where(
            (c.incident_id == number) & (c.kind == scope.kind) & (c.ref == scope.ref)
        )
    )


def scopes(connection: Connection, number: int) -> list[Scope]:
    """What an incident is about."""
    c = incident_scope.c
    rows = connection.execute(
        select(c.kind, c.ref, c.began_at, c.ended_at)
        .where(c.incident_id == number)
        .order_by(c.kind, c.ref)
    )
    return [Scope(*row) for row in rows]


def _of(row: Row[Any]) -> Incident:
    values = dict(row._mapping)
    return Incident(
        number=values.pop("id"),
        ref_of=values.pop("ref"),
        state=State(values.pop("state")),
        report=Report(values.pop("report")),
        telling=Telling(values.pop("telling")),
        risk=None if (risk := values.pop("risk")) is None else Risk(risk),
        more=bool(values.pop("more")),
        **values,
    )


def _phase(row: Row[Any]) -> Phase:
    return Phase(
        number=row.number,
        sent_at=row.sent_at,
        added_at=row.added_at,
        created_by=row.created_by,
        more=bool(row.more),
        due_on=row.due_on,
    )


def _plain(value: Any) -> Any:
    """Words as the databases take them: an enumeration's member is a text of its own class."""
    return (
        int(value) if isinstance(value, bool) else str(value) if isinstance(value, str) else value
    )
