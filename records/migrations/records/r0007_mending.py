"""What is found where it may not be is on a work order; accounts go when somebody agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Of what was found before no order is open: the next look opens one.
    op.add_column("finding", sa.Column("order_id", Id, nullable=False, server_default="0"))
    op.add_column("finding", sa.Column("agreed_at", sa.Text(), nullable=True))
    op.add_column("finding", sa.Column("agreed_by", sa.Text(), nullable=True))
    op.add_column("scanned", sa.Column("shows", sa.Text(), nullable=True))
    # These were to-dos before they were orders.
    op.execute("DELETE FROM to_do WHERE kind IN ('misplaced_data', 'access_to_judge')")
