"""What was found where it may not lie, and which documents were looked at (A-58, A-78)."""

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

finding = Table(
    "finding",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("bytes_digest", LargeBinary, info={"keyed": True}),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("sign", Text, nullable=False),
    Column("worth", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cleared_at", Text),
    Column("order_id", Id, nullable=False, server_default="0"),
    Column("agreed_at", Text),
    Column("agreed_by", Text),
    UniqueConstraint("controller", "place", "digest", "sign", name="finding_once"),
    Index("finding_state", "controller", "state", "place"),
)
"""Something of a kind (`sign`) that may not be where it is, `number` times: in a document, in a
field of a record, or an account that should not be. `worth`: the class of the data; `sealed`: the
path, or the system's key, dropped when it is cleared; `bytes_digest`: knows a document again that
was moved; `order_id`: the work order that mends it, 0 before there is one; `agreed_by`: the officer
who agreed that the account is removed. States: open → cleared; an account also open → agreed →
intended → cleared."""

scanned = Table(
    "scanned",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("version", Text, nullable=False),
    Column("policy_sha256", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("shows", Text),
    PrimaryKeyConstraint("controller", "place", "digest"),
    sqlite_with_rowid=False,
)
"""Which version of a document was looked at under which policy and words: it is not opened again
until either changes. `outcome`: `looked`, or why nobody could look; `shows`: signs of a person, or
`unread`: then with whom it is shared is asked each time; "" or none: nothing."""
