"""What somebody outside has of whom, and what an import has changed of that (art. 19)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from lifecycle.disclosure import LEFT_US, Stage
from lifecycle.plan import PlanState
from lifecycle.references import ENGAGEMENT, from_reference
from records import bulk, lookups
from records.tables import disclosure, holding, plan, plan_item

Changed = Mapping[int, Collection[str]]
"""Person → categories."""
Cases = Mapping[tuple[int, str], Collection[int | None]]
"""(person, category) → the cases, by our numbers, that it is about; None among them: the person
whatever the case. Who is not in it is meant with everything."""
_AT_ONCE: Final = 5_000


def watched(connection: Connection, *, controller: str) -> dict[int, set[str]]:
    """Whose which categories somebody received or may receive before long: every disclosure that
    left us or waits to be sent."""
    there = disclosure.c.stage.in_([str(one) for one in LEFT_US | {Stage.PREPARED}])
    found: dict[int, set[str]] = {}
    for _, person, categories, _ in _disclosed(connection, controller, there):
        found.setdefault(person, set()).update(categories.split())
    return found


def by_whom(
    connection: Connection, *, controller: str, of: Changed, cases: Cases = MappingProxyType({})
) -> dict[int, dict[int, set[str]]]:
    """Disclosure → person → those of these categories that its recipient received of them; of a
    category that is about certain `cases` only where one of them was disclosed.

    One that has begun and is not known to have left counts: it may be on its way as this looks.
    """
    there = or_(
        disclosure.c.stage.in_([str(one) for one in LEFT_US]),
        and_(disclosure.c.stage == str(Stage.PREPARED), plan.c.state == str(PlanState.EXECUTING)),
    )
    found: dict[int, dict[int, set[str]]] = {}
    numbers = sorted(of)
    for start in range(0, len(numbers), _AT_ONCE):
        part = plan_item.c.subject_id.in_(numbers[start : start + _AT_ONCE])
        rows = list(_disclosed(connection, controller, and_(there, part)))
        meant = _meant(connection, controller, rows)
        for number, person, categories, _ in rows:
            told = {
                category
                for category in set(categories.split()).intersection(of[person])
                if _had(cases.get((person, category)), meant.get((number, person)))
            }
            if told:
                found.setdefault(number, {}).setdefault(person, set()).update(told)
    return found


class Rectified:
    """What an import changes of what others received: what it had replaced, against what it left.

    A row that changes something and a later row of the same file that changes it back are none.
    """

    def __init__(self, people: Mapping[int, Collection[str]]) -> None:
        """`people`: as `watched` gives them; of all others nothing is remembered."""
        self._people = people
        self._before: dict[tuple[int, str, int | None], bytes] = {}

    def note(
        self,
        connection: Connection,
        *,
        subject_id: int,
        category: str,
        case_id: int | None,
        number: int,
    ) -> None:
        """The holding `number`, as it was before this import, is about to be replaced."""
        key = (subject_id, category, case_id)
        if category not in self._people.get(subject_id, ()) or key in self._before:
            return
        digest = connection.execute(
            select(holding.c.digest).where(holding.c.id == number)
        ).scalar_one()
        self._before[key] = bytes(digest)

    def changed(self, connection: Connection) -> dict[int, dict[str, set[int | None]]]:
        """Person → the categories that are not as they were, when all of it is written, and of
        which cases (None: the person)."""
        now = {
            (person, category, case_id): bytes(digest)
            for person, category, case_id, digest in self._held(connection)
        }
        found: dict[int, dict[str, set[int | None]]] = {}
        for (person, category, case_id), digest in self._before.items():
            if now.get((person, category, case_id)) != digest:
                found.setdefault(person, {}).setdefault(category, set()).add(case_id)
        return found

    def _held(self, connection: Connection) -> Iterator[tuple[Any, ...]]:
        columns = (
            holding.c.subject_id,
            holding.c.category,
            holding.c.engagement_id,
            holding.c.digest,
        )
        people = sorted({person for person, _, _ in self._before})
        return bulk.fetch_in(connection, columns, holding.c.subject_id, people)


def _meant(
    connection: Connection, controller: str, rows: Sequence[Row[tuple[int, int, str, str | None]]]
) -> dict[tuple[int, int], set[int]]:
    """(disclosure, person) → the only cases of theirs that were disclosed; not there: all."""
    named = {
        number: [from_reference(ENGAGEMENT, ref) for ref in cases.split()]
        for number, _, _, cases in rows
        if cases
    }
    every = sorted({one for cases in named.values() for one in cases})
    whose = dict(lookups.cases_by_ids(connection, controller=controller, numbers=every))
    found: dict[tuple[int, int], set[int]] = {}
    for number, cases in named.items():
        for case in cases:
            if case in whose:
                found.setdefault((number, whose[case]), set()).add(case)
    return found


def _had(about: Collection[int | None] | None, meant: Collection[int] | None) -> bool:
    """Whether a recipient had something of what it is `about`."""
    if about is None or meant is None or None in about:
        return True
    return not set(meant).isdisjoint(about)


def _disclosed(
    connection: Connection, controller: str, there: ColumnElement[bool]
) -> Iterable[Row[tuple[int, int, str, str | None]]]:
    """(disclosure, person, categories of them, the disclosure's cases)."""
    return connection.execute(
        select(
            disclosure.c.plan_id,
            plan_item.c.subject_id,
            plan_item.c.categories,
            disclosure.c.cases,
        )
        .join(plan_item, plan_item.c.plan_id == disclosure.c.plan_id)
        .join(plan, plan.c.id == disclosure.c.plan_id)
        .where(disclosure.c.controller == controller, there)
    )
