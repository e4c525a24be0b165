"""What is kept for how long, held, approved, carried out and certified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("placement_id", Id, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "placement_id", "event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "approval",
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("officer_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("plan_hash", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "officer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate",
        sa.Column("plan_id", Id, autoincrement=False, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id"),
    )
    op.create_table(
        "due",
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("anchor_on", sa.Text(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("placement_id", Id, nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "placement_id", "rule"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "due_open",
        "due",
        ["controller", "rule", "anchor_on", "subject_id", "placement_id", "done_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "held",
        sa.Column("hold_id", Id, nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "subject_id", "category"),
        sqlite_with_rowid=False,
    )
    op.create_index("held_subject", "held", ["subject_id"], unique=False)
    op.create_table(
        "legal_hold",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Text(), nullable=False),
        sa.Column("released_at", sa.Text(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "officer",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text(), nullable=True),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("controller", "handle", name="officer_handle"),
    )
    op.create_table(
        "placement",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("active_on", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("controller", "system", "digest", name="placement_record"),
    )
    op.create_index("placement_subject", "placement", ["subject_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("policy_sha256", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("about_id", Id, nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("plan_state", "plan", ["controller", "state"], unique=False)
    op.create_table(
        "plan_item",
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("placement_id", Id, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("stays", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("ripe_on", sa.Text(), nullable=True),
        sa.Column("last_day", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("acted_at", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("proven_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("plan_item_state", "plan_item", ["plan_id", "state", "system"], unique=False)
    op.create_index("plan_item_subject", "plan_item", ["subject_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "to_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("relation_to", "relation", ["to_id"], unique=False)
    op.create_table(
        "rules_in_force",
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("policy_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("controller"),
    )
    op.create_table(
        "work_order",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reminded_on", sa.Text(), nullable=True),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_id", "system", name="work_order_once"),
    )
    # Everybody who was imported before gets the day of leaving: the latest end of all cases, and
    # none as long as one case has none. An export's empty cell was kept as an empty text.
    op.execute(
        "INSERT INTO anchor (controller, subject_id, placement_id, event, on_date) "
        "SELECT controller, subject_id, 0, 'left', "
        "CASE WHEN COUNT(*) = COUNT(COALESCE(NULLIF(broke_off_on, ''), NULLIF(ends_on, ''))) "
        "THEN MAX(COALESCE(NULLIF(broke_off_on, ''), NULLIF(ends_on, ''))) END "
        "FROM engagement WHERE subject_id <> 0 GROUP BY controller, subject_id"
    )
    # Controllers that were here before are known; which rules are in force is worked out anew.
    op.execute(
        "INSERT INTO rules_in_force (controller, policy_sha256) "
        "SELECT DISTINCT controller, '' FROM staged_file"
    )
    # A witness is each controller's own.
    op.execute(
        "UPDATE checkpoint SET sink = sink || '-' || (SELECT MIN(controller) FROM staged_file) "
        "WHERE (SELECT COUNT(DISTINCT controller) FROM staged_file) = 1"
    )
