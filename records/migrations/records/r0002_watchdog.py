"""What the watchdog must remember: since when a name is occupied, and which alarms were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("staged_file", sa.Column("occupied_since", sa.Text(), nullable=True))
    op.add_column("staged_file", sa.Column("first_version_id", Id, nullable=True))
    op.add_column("alarm", sa.Column("telling_at", sa.Text(), nullable=True))
    op.add_column("alarm", sa.Column("told_at", sa.Text(), nullable=True))
    op.create_index(
        "alarm_standing",
        "alarm",
        ["controller", "kind", "ref"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
