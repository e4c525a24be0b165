"""What a person has said no to, and what may only be stored (art. 7(3), 18, 21)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, text

from records.tables.base import RECORDS, Id

barred = Table(
    "barred",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("since_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("cause_id", Id, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Index("barred_subject", "subject_id"),
    Index(
        "barred_standing",
        "controller",
        "subject_id",
        "kind",
        "purpose",
        "category",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
"""What may not be done with a person's data. `kind`: `restriction` (stored and nothing else),
`objection` (not for that purpose), `opt_out` (no mailing of that name). `purpose`, `category`: a
word of the policy, or `*`. `cause_id`: the request or the legal hold that belongs to it, else 0;
`decided_by`: an officer, or `person` where the person's own word is enough."""
