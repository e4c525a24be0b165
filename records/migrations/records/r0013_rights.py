"""What people asked for, and what they said no to."""

from __future__ import annotations

revision = "r0013"
down_revision = "r0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
