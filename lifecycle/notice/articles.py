"""What a person must be told: the points of articles 13(1), 13(2), 14(1) and 14(2), one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lifecycle.notice.facts import Section

ARTICLE_13: Final = (
    "13(1)(a)",  # who the controller is, and contact
    "13(1)(b)",  # the data protection officer
    "13(1)(c)",  # purposes and legal basis
    "13(1)(d)",  # legitimate interests
    "13(1)(e)",  # recipients
    "13(1)(f)",  # third countries
    "13(2)(a)",  # how long, or by which criteria
    "13(2)(b)",  # the rights
    "13(2)(c)",  # consent can be withdrawn
    "13(2)(d)",  # complaint to the authority
    "13(2)(e)",  # what must be given, and what happens otherwise
    "13(2)(f)",  # automated decisions
)
"""Data collected from the person."""
ARTICLE_14: Final = (
    "14(1)(a)",
    "14(1)(b)",
    "14(1)(c)",
    "14(1)(d)",  # categories of data
    "14(1)(e)",
    "14(1)(f)",
    "14(2)(a)",
    "14(2)(b)",  # legitimate interests
    "14(2)(c)",  # the rights
    "14(2)(d)",
    "14(2)(e)",
    "14(2)(f)",  # where the data comes from, and whether anybody can look it up there
    "14(2)(g)",
)
"""Data that came from somebody else."""


def unanswered(sections: Iterable[Section], points: Iterable[str]) -> tuple[str, ...]:
    """The points that no section with anything in it answers; () for a complete notice."""
    answered = {point for section in sections if section.statements for point in section.answers}
    return tuple(point for point in points if point not in answered)
