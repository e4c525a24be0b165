"""What happened, when, and what was done about it (A-29, art. 33(5))."""

from __future__ import annotations
