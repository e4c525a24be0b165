"""Files that are imported, handed over and deleted, and what a person must do about them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from records.tables.base import RECORDS, Id

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
`not_verified`, `anonymise_in_workbuster`, `incident_draft`, `restored_without_key`,
`said_no_not_here`, `consents_lost`, `restricted_cases`."""

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
