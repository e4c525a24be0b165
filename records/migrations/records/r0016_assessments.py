"""Which risks were weighed."""

from __future__ import annotations

revision = "r0016"
down_revision = "r0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
