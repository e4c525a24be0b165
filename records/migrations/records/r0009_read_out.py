"""What a disclosure takes from other systems is what was agreed to, or it is not sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # None: our own records, and every plan that was drawn up before.
    op.add_column("plan_item", sa.Column("digest", sa.LargeBinary()))
    # None: whole people, as every disclosure before.
    op.add_column("disclosure", sa.Column("cases", sa.Text()))
