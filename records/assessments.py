"""Assessments of risk and impact: rows that are added, never changed."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, cast

from sqlalchemy import Connection, select

from lifecycle.references import ASSESSMENT, to_reference
from lifecycle.risk import Kind, Weighed
from records.tables import assessment

_c = assessment.c


class Stored(NamedTuple):
    """One assessment as it lies in the table."""

    number: int
    label: str
    """`activity.education`."""
    weighed: Weighed
    sealed: bytes
    by: str
    evidence: str
    at: str

    @property
    def ref(self) -> str:
        """Its public reference, `A-…`."""
        return to_reference(ASSESSMENT, self.number)


def insert(
    connection: Connection,
    *,
    controller: str,
    number: int,
    label: str,
    weighed: Weighed,
    sealed: bytes,
    by: str,
    evidence: str,
    at: str,
) -> None:
    """Add an assessment."""
    matter, _, name = label.partition(".")
    connection.execute(
        assessment.insert().values(
            id=number,
            controller=controller,
            kind=weighed.kind,
            matter=matter,
            name=name,
            on_date=weighed.on.isoformat(),
            consequence=weighed.consequence,
            likelihood=weighed.likelihood,
            outcome=weighed.outcome,
            review_on=None if weighed.review_on is None else weighed.review_on.isoformat(),
            sealed=sealed,
            decided_by=by,
            evidence=evidence,
            created_at=at,
        )
    )


def every(connection: Connection, *, controller: str) -> dict[str, list[Stored]]:
    """All assessments by what they are about, in the order of the days on which they were decided;
    of one day the one that was noted last stands last."""
    found = connection.execute(
        select(
            _c.id,
            _c.kind,
            _c.matter,
            _c.name,
            _c.on_date,
            _c.consequence,
            _c.likelihood,
            _c.outcome,
            _c.review_on,
            _c.sealed,
            _c.decided_by,
            _c.evidence,
            _c.created_at,
        )
        .where(_c.controller == controller)
        .order_by(_c.on_date, _c.created_at, _c.id)
    )
    told: dict[str, list[Stored]] = {}
    for number, kind, matter, name, on, *levels, review_on, sealed, by, evidence, at in found:
        consequence, likelihood, outcome = levels
        weighed = Weighed(
            cast("Kind", kind),
            date.fromisoformat(on),
            consequence,
            likelihood,
            outcome,
            None if review_on is None else date.fromisoformat(review_on),
        )
        label = f"{matter}.{name}"
        one = Stored(number, label, weighed, bytes(sealed), by, evidence, at)
        told.setdefault(label, []).append(one)
    return told
