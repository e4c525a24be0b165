"""Each person is written to once about one thing, and what became of the letter is on record
(art. 13, 14, 34)."""

from __future__ import annotations
