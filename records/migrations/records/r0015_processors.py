"""Who processes data on the controller's behalf."""

from __future__ import annotations

revision = "r0015"
down_revision = "r0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
