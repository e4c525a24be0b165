"""Each person is written to once about one thing."""

from __future__ import annotations

revision = "r0010"
down_revision = "r0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
