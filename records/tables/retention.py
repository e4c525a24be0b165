"""What a person's dates ask for, and what keeps it from happening: a legal hold."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from records.tables.base import RECORDS, Id

placement = Table(
    "placement",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("categories", Text, nullable=False),
    Column("active_on", Text),
    Column("seen_at", Text, nullable=False),
    UniqueConstraint("controller", "system", "digest", name="placement_record"),
    Index("placement_subject", "subject_id"),
)
"""One record about one person in one outer system (A-75), as the last inventory saw it. `sealed`:
the system's own key of the record; `kind`: as what the person stands there; `categories`: words
apart by blanks, sorted; `active_on`: when the person last did something there."""

relation = Table(
    "relation",
    RECORDS,
    Column("subject_id", Id, nullable=False),
    Column("to_id", Id, nullable=False),
    PrimaryKeyConstraint("subject_id", "to_id"),
    Index("relation_to", "to_id"),
    sqlite_with_rowid=False,
)
"""`subject_id` is known only because of `to_id`: a parent because of a pupil (H-84)."""

anchor = Table(
    "anchor",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("event", Text, nullable=False),
    Column("on_date", Text),
    PrimaryKeyConstraint("subject_id", "placement_id", "event"),
    sqlite_with_rowid=False,
)
"""Events that time is counted from. `placement_id` 0: of the person, the latest of all sources;
without a date as long as one source has none. -1: of those through whom a relative is known."""

due = Table(
    "due",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("anchor_on", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("done_at", Text),
    PrimaryKeyConstraint("subject_id", "placement_id", "rule"),
    Index(
        "due_open",
        "controller",
        "rule",
        "anchor_on",
        "subject_id",
        "placement_id",
        "done_at",  # always NULL here; without it SQLite looks every row up to see that
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    sqlite_with_rowid=False,
)
"""What a rule will ask for, by the date it counts from: finding what is due costs what is due."""

rules_in_force = Table(
    "rules_in_force",
    RECORDS,
    Column("controller", Text, primary_key=True),
    Column("policy_sha256", Text, nullable=False),
)
"""The policy that `due` was written for: another one means that it is written anew."""

legal_hold = Table(
    "legal_hold",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("placed_at", Text, nullable=False),
    Column("review_on", Text, nullable=False),
    Column("released_at", Text),
    Column("released_by", Text),
)
"""Why something is kept longer, who decided it, and when that is looked at again (A-73, A-74)."""

held = Table(
    "held",
    RECORDS,
    Column("hold_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("category", Text, nullable=False),
    PrimaryKeyConstraint("hold_id", "subject_id", "category"),
    Index("held_subject", "subject_id"),
    sqlite_with_rowid=False,
)
"""What a hold keeps: a person's category, or all of them (`*`)."""
