"""What happened, when, and what was done about it (A-29, art. 33(5))."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from records.tables.base import RECORDS, Id

incident = Table(
    "incident",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("telling", Text, nullable=False),
    Column("risk", Text),
    Column("more", Integer, nullable=False),
    Column("consequence", Text),
    Column("likelihood", Text),
    Column("exemption", Text),
    Column("because", Text, nullable=False),
    Column("cause_id", Id, nullable=False),
    Column("ref", Text),
    Column("aware_at", Text, nullable=False),
    Column("began_at", Text),
    Column("ended_at", Text),
    Column("people", Integer),
    Column("pieces", Integer),
    Column("opened_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("assessed_at", Text),
    Column("plan_id", Id, nullable=False),
    Column("told_at", Text),
    Column("closed_at", Text),
    Column("reason", Text),
    UniqueConstraint("controller", "cause_id", name="incident_once"),
    Index("incident_state", "controller", "state"),
)
"""One entry of the register, reported or not. `because`, `cause_id`, `ref`: what Gallra noticed
itself, by which alarm, about what; of an entry that a person made "", its own number, nothing.
`people`, `pieces`: about how many people and records it is, as far as anybody knows; `plan_id`: the
list of whom to tell, 0 before there is one; `reason`: why a draft was dismissed. States and steps:
`lifecycle.incident.states`."""

incident_entry = Table(
    "incident_entry",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("incident_id", Id, nullable=False),
    Column("position", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("on_date", Text),
    Column("added_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    UniqueConstraint("incident_id", "digest", name="incident_entry_once"),
    Index("incident_entry_digest", "digest"),
)
"""One line of an incident's log: date, event or action. What somebody wrote may say who a person
is: it is sealed under a key of its own. `position`: 1, 2, … within the log; `on_date`: the local
day that it tells of; `digest`: the same words again are no second line."""

incident_report = Table(
    "incident_report",
    RECORDS,
    Column("incident_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("more", Integer, nullable=False),
    Column("due_on", Text),
    PrimaryKeyConstraint("incident_id", "number"),
    sqlite_with_rowid=False,
)
"""One phase of a report to the authority, 1 the first (art. 33(4)). `more`: 1 where more was
promised, `due_on` (local date) by when."""

incident_scope = Table(
    "incident_scope",
    RECORDS,
    Column("incident_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    PrimaryKeyConstraint("incident_id", "kind", "ref"),
    sqlite_with_rowid=False,
)
"""What an incident is about: a system, a disclosure, an import, a person by reference, everything.
From this out it is worked out whom it concerns, anew each time. `began_at`, `ended_at`: only what
was there at some time between these instants; "" leaves that side open."""
