"""Every table: which columns are clear, and which are sealed because they say who a person is.

Two databases. `RECORDS` holds references, anchors and sealed holdings; `KEYS` holds the wrapped
data keys, so that a backup of the records holds no key (design §4). A column that carries
personal data says so: `info={"sealed": True}`; a keyed digest says `info={"keyed": True}`.
Instants are UTC ISO 8601 texts with microseconds, dates are ISO texts: both databases compare
them alike.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""63 bits; on SQLite the plain INTEGER that makes a primary key the row id itself."""

NOBODY = 0
"""The subject of a case whose person was erased: number, date and project stay (A-108)."""

RECORDS = MetaData()
KEYS = MetaData()

# --- people ---------------------------------------------------------------------------------

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

# --- files and hand-over --------------------------------------------------------------------

staged_file = Table(
    "staged_file",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("item_digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("version", Text, nullable=False),
    Column("sealed_name", LargeBinary, info={"sealed": True}),
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", Text, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("sha256", Text),
    Column("import_id", Id),
    Column("deleted_at", Text),
    Column("occupied_since", Text),
    Column("first_version_id", Id),
    UniqueConstraint("place", "item_digest", "version", name="staged_file_item"),
    Index("staged_file_state", "state"),
)
"""One appearance of a file in a staging folder. States: seen → judged → deleting → deleted.
A file that is overwritten is a new version and keeps `occupied_since` and `first_version_id` of
the first: since then something has lain under this name without a gap."""

file_import = Table(
    "file_import",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stored_at", Text, nullable=False),
    Column("verified_at", Text),
    Column("counts", LargeBinary, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    UniqueConstraint("controller", "sha256", name="file_import_bytes"),
)
"""The import of certain bytes, once and for all. States: stored → waiting → verified.
`rows`: the report's row outcomes, compressed; no value in it."""

handover = Table(
    "handover",
    RECORDS,
    Column("import_id", Id, ForeignKey("file_import.id"), nullable=False),
    Column("engagement_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "engagement_id"),
    sqlite_with_rowid=False,
)
"""Intent: this case of this file must be in the case system. `pending` (new or changed) or
`unchanged` (only look), then `verified`."""

lease = Table(
    "lease",
    RECORDS,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

to_do = Table(
    "to_do",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    UniqueConstraint("controller", "kind", "ref", name="to_do_once"),
)
"""What a person must do: `export_again`, `quarantined_rows`, `import_into_workbuster`,
`not_verified`, `erasure_unfinished`."""

alarm = Table(
    "alarm",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("cleared_at", Text),
    Column("telling_at", Text),
    Column("told_at", Text),
    Index(
        "alarm_standing",
        "controller",
        "kind",
        "ref",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
)
"""`telling_at`: when a mail about it was about to be sent; `told_at`: when the server took it."""

# --- proof ----------------------------------------------------------------------------------

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

# --- keys (the other database) --------------------------------------------------------------

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
