"""Of what those are told who received somebody's data, how, and until when: rectification, erasure,
restriction (art. 19, H-31)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from lifecycle.policy.values import Period, Term
from lifecycle.retention.calendar import add_period


class Because(StrEnum):
    """Why a recipient has to be told."""

    ERASED = "erased"
    """Art. 17: what they received is gone with us."""
    RECTIFIED = "rectified"
    """Art. 16: what they received was wrong, or is not so any more."""
    RESTRICTED = "restricted"
    """Art. 18: what they received may be kept and not used."""


class How(StrEnum):
    """How a recipient is told; until a run has seen to it nothing says so."""

    LETTER = "letter"
    """By mail: written down before it goes, so it may be on its way."""
    UNSURE = "unsure"
    """Nobody can look whether the letter arrived: a person finds out."""
    PERSON = "person"
    """No mailbox is bound, or no letter could go: a person tells them."""


def due_on(opened_on: date, within: Period | Term) -> date | None:
    """The last local day on which they may be told; None where nobody has decided it."""
    return add_period(opened_on, within) if isinstance(within, Period) else None
