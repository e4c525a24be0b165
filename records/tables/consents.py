"""Who agreed to what, when and in which words, and until when that holds (A-43…A-57)."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

from records.tables.base import RECORDS, Id

consent = Table(
    "consent",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("question", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_on", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("given_on", Text, nullable=False),
    Column("giver", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("withdrawn_on", Text),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Index(
        "consent_answer",
        "subject_id",
        "question",
        "started_on",
        "given_on",
        "answer",
        unique=True,
    ),
)
"""One answer to one question of the policy. `category`: the proof, whose retention rules say how
long it is kept; `version`: SHA-256 of what was asked; `started_on`: the start that it was given
for, "" where it is for all; `giver`: the kind of person who answered; `evidence`: SHA-256 of the
form's file, or `paper`; `decided_by`: the officer who registered it, or `import`; `ended_by`: who
registered the withdrawal, an officer or `person`."""

seen_event = Table(
    "seen_event",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("event", Text, nullable=False),
    Column("on_date", Text),
    PrimaryKeyConstraint("subject_id", "event"),
    sqlite_with_rowid=False,
)
"""Events that no system tells, because they happen here: the last consent ended, somebody opted
out. Without a date: it has not happened, or not any more. A source of `anchor`."""
