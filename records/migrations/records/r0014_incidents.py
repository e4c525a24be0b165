"""What happened, and what was done about it."""

from __future__ import annotations

revision = "r0014"
down_revision = "r0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
