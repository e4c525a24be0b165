"""Data leaves the European Economic Area only where the law gives a ground for it (H-27, GDPR
chapter V)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_EEA: Final = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
EEA: Final = frozenset(_EEA.split())
"""ISO 3166-1 alpha-2: the European Union, Iceland, Liechtenstein and Norway."""


class Ground(StrEnum):
    """Why data may go to a country outside the EEA, or that nobody has decided why."""

    ADEQUACY = "adequacy"
    """The Commission has found that the country protects data well enough (art. 45)."""
    STANDARD_CLAUSES = "standard_clauses"
    """The Commission's standard contractual clauses (art. 46(2)(c))."""
    BINDING_RULES = "binding_rules"
    """Binding corporate rules (art. 47)."""
    DEROGATION = "derogation"
    """One of the exceptions for single cases (art. 49)."""
    UNDECIDED = "undecided"
    """Data goes there, and nobody has said by which ground: then it may not."""


def is_outside(country: str) -> bool:
    """Whether a country (ISO 3166-1 alpha-2, capital letters) lies outside the EEA."""
    return country not in EEA
