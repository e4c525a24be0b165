"""What people asked for, and by when they are answered (art. 12, 15 to 22)."""

from __future__ import annotations
