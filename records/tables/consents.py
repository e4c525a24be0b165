"""Who agreed to what, when and in which words, and until when that holds (A-43…A-57)."""

from __future__ import annotations
