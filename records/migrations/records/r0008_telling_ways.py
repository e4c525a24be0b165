"""How a recipient is told: by letter, or by a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of a telling that was noted before nobody has seen to it yet.
    op.add_column("telling", sa.Column("how", sa.Text(), nullable=True))
