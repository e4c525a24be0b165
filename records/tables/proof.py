"""What was done, chained, and what a witness took of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from records.tables.base import RECORDS, Id

ledger_event = Table(
    "ledger_event",
    RECORDS,
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
)
"""`body`: canonical JSON, free of personal data; `link`: HMAC of the previous link and the body."""

ledger_head = Table(
    "ledger_head",
    RECORDS,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    RECORDS,
    Column("size", BigInteger, nullable=False),
    Column("sink", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("witnessed_at", Text, nullable=False),
    PrimaryKeyConstraint("size", "sink", "witnessed_at"),
)
"""Checkpoints that a witness took. A convenience: proof is what lies with the witness."""
