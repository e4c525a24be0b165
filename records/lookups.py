"""Who is this, by reference: a person is found by national id, e-mail or case, never by search."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from records.tables import NOBODY, blind_index, engagement, file_import, holding, subject


class Case(NamedTuple):
    """A case as it stands in clear."""

    case_reference: str
    service: str
    project: str
    started_on: str
    ends_on: str | None
    broke_off_on: str | None


def subjects_by(connection: Connection, *, kind: str, digest: bytes) -> list[int]:
    """The people behind a keyed digest of an identity number or an address."""
    return list(
        connection.execute(
            select(blind_index.c.subject_id).where(
                blind_index.c.digest == digest, blind_index.c.kind == kind
            )
        ).scalars()
    )


def subject_of_case(connection: Connection, *, controller: str, case_reference: str) -> list[int]:
    """The person of a case; none when the case is anonymised or unknown."""
    return list(
        connection.execute(
            select(engagement.c.subject_id)
            .where(
                engagement.c.controller == controller,
                engagement.c.case_reference == case_reference,
                engagement.c.subject_id != NOBODY,
            )
            .distinct()
        ).scalars()
    )


def subject_of_engagement(connection: Connection, *, controller: str, number: int) -> list[int]:
    """The person of a case by our own number of it; none when it is anonymised or unknown."""
    return list(
        connection.execute(
            select(engagement.c.subject_id).where(
                engagement.c.controller == controller,
                engagement.c.id == number,
                engagement.c.subject_id != NOBODY,
            )
        ).scalars()
    )


def subjects_of_project(connection: Connection, *, controller: str, project: str) -> list[int]:
    """The people with a case in a project."""
    return list(
        connection.execute(
            select(engagement.c.subject_id)
            .where(
                engagement.c.controller == controller,
                engagement.c.project == project,
                engagement.c.subject_id != NOBODY,
            )
            .distinct()
            .order_by(engagement.c.subject_id)
        ).scalars()
    )


def is_known(connection: Connection, *, controller: str, number: int) -> bool:
    """Whether there is anything about that person."""
    found = connection.execute(
        select(subject.c.id).where(subject.c.id == number, subject.c.controller == controller)
    )
    return found.one_or_none() is not None


def cases_of(connection: Connection, number: int) -> list[Case]:
    """The cases of one person, oldest first."""
    rows = connection.execute(
        select(
            engagement.c.case_reference,
            engagement.c.service,
            engagement.c.project,
            engagement.c.started_on,
            engagement.c.ends_on,
            engagement.c.broke_off_on,
        )
        .where(engagement.c.subject_id == number)
        .order_by(engagement.c.started_on, engagement.c.id)
    )
    return [Case(*row) for row in rows]


def categories_of(connection: Connection, number: int) -> dict[str, int]:
    """How many holdings of each category there are about one person."""
    rows = connection.execute(
        select(holding.c.category, func.count())
        .where(holding.c.subject_id == number)
        .group_by(holding.c.category)
    )
    return {row[0]: row[1] for row in rows}


def totals(connection: Connection, *, controller: str) -> dict[str, int]:
    """How much there is: people, cases, anonymised cases, imports."""

    def count(table_count: object) -> int:
        return int(connection.execute(table_count).scalar_one())  # type: ignore[call-overload]

    cases = (
        select(func.count()).select_from(engagement).where(engagement.c.controller == controller)
    )
    return {
        "people": count(
            select(func.count()).select_from(subject).where(subject.c.controller == controller)
        ),
        "cases": count(cases.where(engagement.c.subject_id != NOBODY)),
        "anonymised_cases": count(cases.where(engagement.c.subject_id == NOBODY)),
        "imports": count(
            select(func.count())
            .select_from(file_import)
            .where(file_import.c.controller == controller)
        ),
    }
