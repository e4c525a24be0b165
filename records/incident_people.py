"""Whom an incident concerns, by reference: who stood where at some time, who was disclosed, who is
gone since."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, or_, select

from lifecycle.plan import ERASURES, ItemState
from lifecycle.retention.facts import Verdict
from records.tables import (
    NOBODY,
    disclosure,
    engagement,
    handover,
    holding,
    placement,
    plan,
    plan_item,
    staged_file,
    subject,
)


class Stands(NamedTuple):
    """A person in a place: as what, with which categories."""

    subject_id: int
    kind: str
    categories: tuple[str, ...]


class Sent(NamedTuple):
    """A disclosure that left, or may have."""

    number: int
    recipient: str
    categories: tuple[str, ...]
    stage: str
    sent_at: str
    until_on: str
    ended_at: str | None


def in_own_records(connection: Connection, *, controller: str, until: str) -> Iterator[Stands]:
    """Everybody of whom our own records hold something; `until`: only who was known by then, an
    instant, or ""."""
    rows = connection.execute(
        _known(
            select(subject.c.id, subject.c.kind, holding.c.category)
            .join(holding, holding.c.subject_id == subject.c.id)
            .distinct(),
            controller,
            until,
        )
    )
    for number, kind, category in rows:
        yield Stands(number, kind, (category,))


def with_a_case(connection: Connection, *, controller: str, until: str) -> Iterator[Stands]:
    """Everybody with a case."""
    rows = connection.execute(
        _known(
            select(subject.c.id, subject.c.kind)
            .join(engagement, engagement.c.subject_id == subject.c.id)
            .distinct(),
            controller,
            until,
        )
    )
    for number, kind in rows:
        yield Stands(number, kind, ())


def in_system(
    connection: Connection, *, controller: str, system: str, until: str
) -> Iterator[Stands]:
    """Everybody of whom an outer system had a record when it was asked last."""
    rows = connection.execute(
        _known(
            select(placement.c.subject_id, placement.c.kind, placement.c.categories).join(
                subject, subject.c.id == placement.c.subject_id
            ),
            controller,
            until,
        ).where(placement.c.controller == controller, placement.c.system == system)
    )
    for number, kind, categories in rows:
        yield Stands(number, kind, tuple(categories.split()))


def of_kinds(
    connection: Connection, *, controller: str, kinds: Collection[str], until: str
) -> Iterator[Stands]:
    """Everybody of these kinds whom we know."""
    rows = connection.execute(
        _known(select(subject.c.id, subject.c.kind), controller, until).where(
            subject.c.kind.in_(sorted(kinds))
        )
    )
    for number, kind in rows:
        yield Stands(number, kind, ())


def one_person(connection: Connection, *, controller: str, number: int) -> Iterator[Stands]:
    """That person, if we know them."""
    rows = connection.execute(
        select(subject.c.kind).where(subject.c.id == number, subject.c.controller == controller)
    )
    for kind in rows.scalars():
        yield Stands(number, kind, ())


def of_import(connection: Connection, number: int) -> Iterator[Stands]:
    """Everybody with a case in that import who is here still."""
    rows = connection.execute(
        select(subject.c.id, subject.c.kind)
        .join(engagement, engagement.c.subject_id == subject.c.id)
        .join(handover, handover.c.engagement_id == engagement.c.id)
        .where(handover.c.import_id == number, subject.c.id != NOBODY)
        .distinct()
    )
    for person, kind in rows:
        yield Stands(person, kind, ())


def cases_of_import(connection: Connection, number: int) -> int:
    """How many cases of an import are anonymised by now: nobody can say any more whose they
    were."""
    return connection.execute(
        select(func.count())
        .select_from(handover)
        .join(engagement, engagement.c.id == handover.c.engagement_id)
        .where(handover.c.import_id == number, engagement.c.subject_id == NOBODY)
    ).scalar_one()


def of_disclosure(connection: Connection, number: int) -> Iterator[Stands]:
    """Everybody in a disclosure who is here still, with what was disclosed of them."""
    rows = connection.execute(
        select(subject.c.id, subject.c.kind, plan_item.c.categories)
        .join(plan_item, plan_item.c.subject_id == subject.c.id)
        .where(plan_item.c.plan_id == number)
    )
    for person, kind, categories in rows:
        yield Stands(person, kind, tuple(categories.split()))


def people_of_disclosure(connection: Connection, number: int) -> int:
    """How many people were in a disclosure, whoever is here still."""
    return connection.execute(
        select(func.count(plan_item.c.subject_id.distinct())).where(plan_item.c.plan_id == number)
    ).scalar_one()


def import_of_file(connection: Connection, *, controller: str, number: int) -> int | None:
    """The import of a staged file; None where it was never imported or is unknown."""
    found: int | None = connection.execute(
        select(staged_file.c.import_id).where(
            staged_file.c.id == number, staged_file.c.controller == controller
        )
    ).scalar_one_or_none()
    return found


def lay_there(
    connection: Connection, *, controller: str, place: str, since: str, until: str
) -> tuple[frozenset[int], int]:
    """The imports of the files that lay in a staging place at some time between these instants, and
    how many files lay there that nobody ever read."""
    c = staged_file.c
    query = select(c.import_id).where(c.controller == controller, c.place == place)
    if until:
        query = query.where(c.arrived_at <= until)
    if since:
        query = query.where(or_(c.deleted_at.is_(None), c.deleted_at >= since))
    found = list(connection.execute(query).scalars())
    return frozenset(one for one in found if one is not None), found.count(None)


def erased_since(
    connection: Connection, *, controller: str, systems: Collection[str] | None, since: str
) -> int:
    """How many people's data was erased from these systems (None: all) since that instant: they
    may be concerned, and nobody here knows any more who they were."""
    query = (
        select(func.count(plan_item.c.subject_id.distinct()))
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan.c.controller == controller,
            plan.c.kind.in_([str(kind) for kind in ERASURES]),
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.state == str(ItemState.PROVEN),
            plan_item.c.proven_at >= since,
            plan_item.c.subject_id.not_in(select(subject.c.id)),
        )
    )
    if systems is not None:
        query = query.where(plan_item.c.system.in_(sorted(systems)))
    return connection.execute(query).scalar_one()


def sent_disclosures(
    connection: Connection, *, controller: str, since: str, until: str
) -> list[Sent]:
    """Disclosures that left, or may have, and were out at some time between these instants; the
    oldest first."""
    c = disclosure.c
    query = select(
        c.plan_id, c.recipient, c.categories, c.stage, c.sent_at, c.until_on, c.ended_at
    ).where(c.controller == controller, c.sent_at.is_not(None))
    if until:
        query = query.where(c.sent_at <= until)
    if since:
        query = query.where(or_(c.ended_at.is_(None), c.ended_at >= since))
    rows = connection.execute(query.order_by(c.sent_at, c.plan_id))
    return [
        Sent(number, recipient, tuple(categories.split()), *rest)
        for number, recipient, categories, *rest in rows
    ]


def in_disclosure(connection: Connection, number: int) -> frozenset[int]:
    """The numbers of everybody in a disclosure."""
    return frozenset(
        connection.execute(
            select(plan_item.c.subject_id).where(plan_item.c.plan_id == number)
        ).scalars()
    )


def first_known(connection: Connection, *, controller: str) -> dict[int, str]:
    """Since when we know each person."""
    rows = connection.execute(
        select(subject.c.id, subject.c.created_at).where(subject.c.controller == controller)
    )
    return {row[0]: row[1] for row in rows}


def _known(
    query: Select[tuple[object, ...]], controller: str, until: str
) -> Select[tuple[object, ...]]:
    query = query.where(subject.c.controller == controller)
    return query.where(subject.c.created_at <= until) if until else query
