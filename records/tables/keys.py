"""Wrapped data keys, in a database of their own: a backup of the records holds no key."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from records.tables.base import KEYS, Id

epoch = Table(
    "epoch",
    KEYS,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("destroyed_at", Text),
)
"""Epochs of the key-encryption key: current → retiring → destroyed."""

data_key = Table(
    "data_key",
    KEYS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One data key per holding, wrapped (AES-KW) by the KEK of its epoch."""

named_key = Table(
    "named_key",
    KEYS,
    Column("name", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Keys of the house, wrapped likewise: `index`, `ledger`, `signing`, `names`."""
