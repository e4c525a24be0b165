"""What a person has said no to, and what may only be stored (art. 7(3), 18, 21)."""

from __future__ import annotations
