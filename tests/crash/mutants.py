"""Seeded bugs: what the kill sweep must catch, or it proves nothing.

Each one changes functions of the running process only; production code has no switch for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records import staged_files
from records.unit_of_work import UnitOfWork
from tasks import deletions, intake
from tasks.house import House
from tasks.stock import match


def delete_before_verify() -> None:
    """The file goes as soon as it is stored; the hand-over comes afterwards."""
    settle = intake._settled

    def hasty(house: House, file_id: int, *rest: Any) -> Any:
        for known, item in match(house):
            if known.id == file_id:
                with house.work() as work:
                    staged_files.begin_deleting(work.connection, file_id)
                    ref = to_reference(STAGED_FILE, file_id)
                    work.record(EventKind.DELETION_INTENDED, ref=ref)
                    work.commit()
                house.staging.delete_permanently(item)
                deletions._prove_gone(house, [known], rule="A-98")
        return settle(house, file_id, *rest)

    intake._settled = hasty


def no_intent() -> None:
    """The file is deleted, and only afterwards is anything written down."""
    deletions._intend = lambda house, lease, known, item, *, rule: known


def ledger_outside() -> None:
    """The effect is committed in one transaction, its ledger event in the next."""
    commit = UnitOfWork.commit

    def in_two_steps(self: UnitOfWork) -> Any:
        events, self._events = self._events, []
        connection = self.connection
        state = type(self._state)
        self._state = state.COMMITTING
        connection.commit()
        self._state = state.OPEN
        connection.begin()
        self._events, self._lost = events, False
        return commit(self)

    UnitOfWork.commit = in_two_steps  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[], None]] = {
    "delete before verify": delete_before_verify,
    "no intent row": no_intent,
    "ledger outside the transaction": ledger_outside,
}
