"""Who agreed to what, and the events that happen here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_on", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "consent_answer",
        "consent",
        ["subject_id", "question", "started_on", "given_on", "answer"],
        unique=True,
    )
    op.create_table(
        "seen_event",
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "event"),
        sqlite_with_rowid=False,
    )
