"""Recipients are told of rectifications and restrictions too, and about whom that is (art. 19)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Not by Alembic's own renaming: on SQLite that copies the table.
    op.execute("ALTER TABLE telling RENAME COLUMN plan_id TO cause_id")
    # Every telling that was noted before is of an erasure.
    op.add_column(
        "telling", sa.Column("because", sa.Text(), nullable=False, server_default="erased")
    )
    op.create_table(
        "concerned",
        sa.Column("telling_id", Id, nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("telling_id", "subject_id"),
        sqlite_with_rowid=False,
    )
