"""Who agreed to what."""

from __future__ import annotations

revision = "r0012"
down_revision = "r0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
