"""Who somebody is lies sealed: references, cases and sealed holdings of the people on record."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from records.tables.base import RECORDS, Id

subject = Table(
    "subject",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

blind_index = Table(
    "blind_index",
    RECORDS,
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("kind", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    PrimaryKeyConstraint("digest", "kind", "subject_id"),
    Index("blind_index_subject", "subject_id"),
    sqlite_with_rowid=False,
)
"""Lookup by national id or e-mail; the controller is part of the digest."""

engagement = Table(
    "engagement",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("started_on", Text, nullable=False),
    Column("ends_on", Text),
    Column("broke_off_on", Text),
    UniqueConstraint("controller", "case_reference", "service", name="engagement_case"),
    Index("engagement_subject", "subject_id"),
)
"""A case × service: clear, because case number, date and project are what may stay (A-108)."""

holding = Table(
    "holding",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("subject_id", Id, nullable=False),
    Column("engagement_id", Id),
    Column("category", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Index("holding_subject", "subject_id"),
)
"""The unit of sealing and shredding: one subject × one category (× one case). `digest` is keyed
and bound to the subject: it tells "unchanged" without opening."""

shredding = Table(
    "shredding",
    RECORDS,
    Column("holding_id", Id, primary_key=True, autoincrement=False),
)
"""Holdings whose row is gone and whose key must still be destroyed: emptied by recovery."""

erasure_list = Table(
    "erasure_list",
    RECORDS,
    Column("digest", LargeBinary, primary_key=True, info={"keyed": True}),
    Column("erased_at", Text, nullable=False),
)
"""Keyed hashes of national ids that outlive the person: replayed after a restore, checked at
import."""
