"""Seeded bugs in the carrying out of a plan, which the sweep over an erasure must catch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from connectors.erasure_journal import DONE, INTENDED, ErasureJournal
from lifecycle.plan import ItemState
from records import plans
from records.engines import reading
from records.plans import Plan, StoredItem
from tasks.erasing import carrying_out, execution, forgettable
from tasks.erasing.item_steps import note_answers, note_done
from tasks.house.parts import House


def proven_before_read_back() -> None:
    """What is about to be carried out is noted as done and proven already."""
    begin = carrying_out.begin

    def hasty(
        house: House, plan: Plan, stored: Sequence[StoredItem], *, system: str
    ) -> list[StoredItem]:
        allowed = begin(house, plan, stored, system=system)
        note_done(house, plan, allowed, system=system)
        numbers = {one.number for one in allowed}
        with reading(house.engine) as connection:
            acted = plans.items(connection, plan.number, states=[ItemState.ACTED], system=system)
        acted = [one for one in acted if one.number in numbers]
        note_answers(house, plan, {one.number: "gone" for one in acted}, acted)
        return allowed

    carrying_out.begin = hasty
    carrying_out.note_done = lambda *_, **__: None


def own_records_first() -> None:
    """Our own records forget the people before the other systems are asked to."""
    carry_out = execution._carry_out

    def reversed_(house: House, plan: Plan, witnessed: Any) -> Any:
        far = (house.now() + timedelta(days=3660)).date().isoformat()
        execution.attempt(lambda: execution._forget(house, plan, far, witnessed))
        return carry_out(house, plan, witnessed)

    execution._carry_out = reversed_
    forgettable.Person.is_proven_elsewhere = property(lambda _: True)  # type: ignore[assignment, method-assign]


def journal_late() -> None:
    """The journal hears of it only when it has happened."""
    append = ErasureJournal.append
    waiting: list[dict[str, Any]] = []

    def late(self: ErasureJournal, **line: Any) -> None:
        waiting.append(line)
        if line["step"] == DONE:
            for one in waiting:
                append(self, **one)
            waiting.clear()
        assert line["step"] in {INTENDED, DONE}

    ErasureJournal.append = late  # type: ignore[method-assign]


ERASURE_MUTANTS: dict[str, Callable[[], None]] = {
    "proven before it is read back": proven_before_read_back,
    "our own records first": own_records_first,
    "journal after the commit": journal_late,
}
