"""Which risks were weighed, and when they are weighed again (T-75, H-45)."""

from __future__ import annotations
