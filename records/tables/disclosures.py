"""What was disclosed to whom, until when, and whom a recipient must be told of (art. 19)."""

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

disclosure = Table(
    "disclosure",
    RECORDS,
    Column("plan_id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("contact_digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("channel", Text, nullable=False),
    Column("password_by", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("cases", Text),
    Column("purpose", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("until_on", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("sealed_handle", LargeBinary, info={"sealed": True}),
    Column("sent_at", Text),
    Column("password_at", Text),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Column("reminded_on", Text),
    Index("disclosure_stage", "controller", "stage"),
)
"""What a disclosure's approval is bound to beside its items, and where it stands. `contact_digest`:
of the addresses, which stand in the bindings alone. `sealed`: what the password is made of, until
it has arrived; `sealed_handle`: where the channel put it; `attempt`: how often a person found out
that something had not arrived, so that a channel does not take the next one for the same. `cases`:
of people who were chosen by case the only ones of which anything is disclosed."""

telling = Table(
    "telling",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("disclosure_id", Id, nullable=False),
    Column("cause_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("done_at", Text),
    Column("done_by", Text),
    Column("because", Text, nullable=False, server_default="erased"),
    Column("how", Text),
    UniqueConstraint("disclosure_id", "cause_id", name="telling_once"),
)
"""A recipient must be told that data of people of a disclosure was erased by a plan, rectified by
an import, or rectified or restricted as somebody says (art. 19). `cause_id`: the plan, the import,
or a number of its own; `number`: how many people; `how`: by letter or by a person, once a run has
seen to it."""

concerned = Table(
    "concerned",
    RECORDS,
    Column("telling_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("categories", Text, nullable=False),
    PrimaryKeyConstraint("telling_id", "subject_id"),
    sqlite_with_rowid=False,
)
"""Whom a telling of a rectification or a restriction is about, and which categories of what was
disclosed. Of an erasure its plan says that."""
