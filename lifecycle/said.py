"""What a person said about their data counts whatever becomes of a database: a restored backup must
hear it again (art. 7(3), 18, 21)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class What(StrEnum):
    """What was said."""

    BAR = "bar"
    """A restriction, an objection, an opt-out."""
    BAR_ENDED = "bar_ended"
    ANSWERED = "answered"
    """Yes or no to a question of the policy."""
    WITHDRAWN = "withdrawn"


class Said(NamedTuple):
    """One thing that was said, in numbers and words that say nothing about who it was."""

    what: What
    number: int
    """Of the bar or the answer in the records."""
    subject_id: int
    at: str
    words: tuple[str, ...] = ()
    """Words of the policy, dates and references, by `what`: see `tasks.consents.said`."""
    cause: int = 0
    """The legal hold or the request that a bar belongs to."""
    digests: tuple[str, ...] = ()
    """Keyed digests (hexadecimal) by which the person is known again under another number."""
