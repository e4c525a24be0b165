"""Who is this, by reference: a person is found by national id, e-mail or case, never by search."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from records import bulk
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


class Known(NamedTuple):
    """Somebody, and since when."""

    number: int
    created_at: str
    """UTC."""


def people_of_kind(connection: Connection, *, controller: str, kind: str) -> list[Known]:
    """Everybody of a kind, in the order of their numbers."""
    rows = bulk.fetch_all(
        connection,
        select(subject.c.id, subject.c.created_at)
        .where(subject.c.controller == controller, subject.c.kind == kind)
        .order_by(subject.c.id),
    )
    return [Known(*row) for row in rows]


class Mine(NamedTuple):
    """A case of a person, by our own numbers of both."""

    engagement_id: int
    subject_id: int


def cases_by_number(connection: Connection, *, controller: str, case_reference: str) -> list[Mine]:
    """The cases of that number, whatever the service; none when anonymised or unknown."""
    return _cases(connection, controller, engagement.c.case_reference == case_reference)


def cases_in_project(connection: Connection, *, controller: str, project: str) -> list[Mine]:
    """The cases in a project that are somebody's."""
    return _cases(connection, controller, engagement.c.project == project)


def cases_by_ids(connection: Connection, *, controller: str, numbers: list[int]) -> list[Mine]:
    """Those of these cases, by our own numbers, that are somebody's."""
    columns = (engagement.c.id, engagement.c.subject_id)
    rows = bulk.fetch_in(
        connection, columns, engagement.c.id, numbers, also={engagement.c.controller: controller}
    )
    return sorted(Mine(*row) for row in rows if row[1] != NOBODY)


def case_numbers(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """Our own number of a case → the case's number."""
    columns = (engagement.c.id, engagement.c.case_reference)
    return {row[0]: row[1] for row in bulk.fetch_in(connection, columns, engagement.c.id, numbers)}


def _cases(connection: Connection, controller: str, which: ColumnElement[bool]) -> list[Mine]:
    rows = connection.execute(
        select(engagement.c.id, engagement.c.subject_id)
        .where(engagement.c.controller == controller, which, engagement.c.subject_id != NOBODY)
        .order_by(engagement.c.id)
    )
    return [Mine(*row) for row in rows]


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
