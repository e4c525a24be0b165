"""What somebody outside has of whom, and what an import has changed of that (art. 19)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from lifecycle.disclosure import LEFT_US, Stage
from lifecycle.plan import PlanState
from records import bulk
from records.tables import disclosure, holding, plan, plan_item

Changed = Mapping[int, Collection[str]]
"""Person → categories."""
_AT_ONCE: Final = 5_000


def watched(connection: Connection, *, controller: str) -> dict[int, set[str]]:
    """Whose which categories somebody received or may receive before long: every disclosure that
    left us or waits to be sent."""
    there = disclosure.c.stage.in_([str(one) for one in LEFT_US | {Stage.PREPARED}])
    found: dict[int, set[str]] = {}
    for _, person, categories in _disclosed(connection, controller, there):
        found.setdefault(person, set()).update(categories.split())
    return found


def by_whom(
    connection: Connection, *, controller: str, of: Changed
) -> dict[int, dict[int, set[str]]]:
    """Disclosure → person → those of these categories that its recipient received of them.

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
        for number, person, categories in _disclosed(connection, controller, and_(there, part)):
            told = set(categories.split()).intersection(of[person])
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

    def changed(self, connection: Connection) -> dict[int, set[str]]:
        """Person → the categories that are not as they were, when all of it is written."""
        now = {
            (person, category, case_id): bytes(digest)
            for person, category, case_id, digest in self._held(connection)
        }
        found: dict[int, set[str]] = {}
        for key, digest in self._before.items():
            if now.get(key) != digest:
                found.setdefault(key[0], set()).add(key[1])
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


def _disclosed(
    connection: Connection, controller: str, there: ColumnElement[bool]
) -> Iterable[Row[tuple[int, int, str]]]:
    """(disclosure, person, categories of them)."""
    return connection.execute(
        select(disclosure.c.plan_id, plan_item.c.subject_id, plan_item.c.categories)
        .join(plan_item, plan_item.c.plan_id == disclosure.c.plan_id)
        .join(plan, plan.c.id == disclosure.c.plan_id)
        .where(disclosure.c.controller == controller, there)
    )
