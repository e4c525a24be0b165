"""What is needed for a proceeding is kept longer: for a reason out of these, until it is reviewed
(A-72 to A-74, art. 17(3))."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class HoldReason(StrEnum):
    """Why something is kept longer. Words only: a note could carry personal data."""

    PROCEEDING = "proceeding"
    """One is under way, e.g. before Skolinspektionen (A-73)."""
    EXPECTED_PROCEEDING = "expected_proceeding"
    """One must be expected (A-73)."""
    LEGAL_CLAIM = "legal_claim"
    """To establish, exercise or defend a legal claim (art. 17(3)(e))."""
    LAW = "law"
    """A law asks that it is kept (art. 17(3)(b))."""
    RESTRICTION = "restriction"
    """The person asked that it is kept and not used (art. 18(1)(b) and (c))."""
    ARCHIVE_PLAN = "archive_plan"
    """An exception that the archive plan names (A-72)."""


def is_overdue(review_on: str, *, today: date) -> bool:
    """Whether the day on which a hold must be looked at has come."""
    return date.fromisoformat(review_on) <= today


def may_be_reviewed_on(day: date, *, today: date) -> bool:
    """A review lies ahead: a hold that is never looked at again is a hold for ever."""
    return day > today
