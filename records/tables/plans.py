"""What goes is planned, agreed to by people, carried out, ordered where a person must, and then
certified."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

officer = Table(
    "officer",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("last_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    UniqueConstraint("controller", "handle", name="officer_handle"),
)
"""Who may approve. `sealed`: the secret of the one-time codes; `last_step`: the newest time step
whose code was used, so that none is used twice."""

plan = Table(
    "plan",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("policy_sha256", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("approvals", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_at", Text),
    Column("about_id", Id, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Index("plan_state", "controller", "state"),
)
"""States: drawn → approved → executing → proven; or declined, void, superseded. `about_id`: the
one person of a request, else 0; `counts`: canonical JSON, numbers only."""

plan_item = Table(
    "plan_item",
    RECORDS,
    Column("plan_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("system", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("stays", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("ripe_on", Text),
    Column("last_day", Text),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    Column("acted_at", Text),
    Column("answer", Text),
    Column("proven_at", Text),
    Column("digest", LargeBinary, info={"keyed": True}),
    PrimaryKeyConstraint("plan_id", "number"),
    Index("plan_item_subject", "subject_id"),
    Index("plan_item_state", "plan_id", "state", "system"),
    sqlite_with_rowid=False,
)
"""One person × one system × what goes there (or stays, and why). States of what goes: planned →
intended → acted → proven. After the person is gone the reference says nothing any more. `digest`:
of what a disclosure takes from an outer system, under a key that goes with the disclosure."""

approval = Table(
    "approval",
    RECORDS,
    Column("plan_id", Id, nullable=False),
    Column("officer_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("plan_hash", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    PrimaryKeyConstraint("plan_id", "officer_id"),
    sqlite_with_rowid=False,
)
"""One person's yes or no to exactly the plan with that hash; no person twice."""

work_order = Table(
    "work_order",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("plan_id", Id, nullable=False),
    Column("system", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("reminded_on", Text),
    Column("done_at", Text),
    Column("done_by", Text),
    Column("evidence", Text),
    Column("confirmed_at", Text),
    Column("confirmed_by", Text),
    UniqueConstraint("plan_id", "system", name="work_order_once"),
)
"""What a person must weed by hand, until when, with which evidence (SHA-256 of a file, or a word),
and who looked a second time. `sealed`: whose papers they are, under a key of its own that goes when
the order is confirmed."""

certificate = Table(
    "certificate",
    RECORDS,
    Column("plan_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("issued_at", Text, nullable=False),
)
"""Exists only when every item of the plan is proven. Canonical JSON, free of personal data."""
