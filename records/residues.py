"""What stays of a participant says nothing about a person: unless so few share it that it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select

from records import bulk
from records.tables import NOBODY, engagement

PROJECT = "project"
START_DATE = "start_date"
CASE_REFERENCE = "case_reference"
KNOWN = frozenset({PROJECT, START_DATE, CASE_REFERENCE})
"""Fields of a residue that our own records can compare."""


def group_sizes(
    connection: Connection, *, controller: str, subjects: Iterable[int], fields: Collection[str]
) -> dict[int, int]:
    """Size → how many groups of cases would be that large, once `subjects` are anonymised.

    A group is the cases with the same project and start date, as far as `fields` keep them (the
    case number is each case's own); those that were anonymised before count along. Only groups
    in which somebody of `subjects` ends are told of.
    """
    project, start = PROJECT in fields, START_DATE in fields
    new: Counter[tuple[str, str]] = Counter(
        (row[0] if project else "", row[1] if start else "")
        for row in bulk.fetch_in(
            connection,
            (engagement.c.project, engagement.c.started_on),
            engagement.c.subject_id,
            subjects,
            also={engagement.c.controller: controller},
        )
    )
    before: Counter[tuple[str, str]] = Counter()
    for name, day, number in connection.execute(
        select(engagement.c.project, engagement.c.started_on, func.count())
        .where(engagement.c.controller == controller, engagement.c.subject_id == NOBODY)
        .group_by(engagement.c.project, engagement.c.started_on)
    ):
        before[name if project else "", day if start else ""] += number
    return dict(sorted(Counter(number + before[key] for key, number in new.items()).items()))
