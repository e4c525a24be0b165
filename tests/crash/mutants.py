"""Seeded bugs, which the kill sweep must catch or it proves nothing; and circumstances that a
small import does not meet by itself.

Each one changes functions of the running process only; production code has no switch for them.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records import staged_files
from records.unit_of_work import UnitOfWork
from tasks.house import children
from tasks.house.parts import House
from tasks.importing import deletions, intake, second_hand, transfers
from tasks.importing.stock import match


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


_SECOND = """
import sys
from tasks.importing import second_hand, transfers
transfers.CHUNK = 3
sys.exit(second_hand.main(sys.argv[1:]))
"""


def two_hands(*, dying: bool = False) -> None:
    """Chunks so small that a second process helps; the first one waits until it is at work.

    `dying`: and then the second one is killed.
    """
    transfers.CHUNK, second_hand.ENOUGH_CHUNKS = 3, 2
    start = children.start

    def begun(command: Sequence[str], **rest: Any) -> subprocess.Popen[bytes]:
        controller, ref = command[-2:]
        child = start([sys.executable, "-c", _SECOND, controller, ref], **rest)
        database = Path(rest["settings"]["GALLRA_HOME"]) / "records" / "records.db"
        with closing(sqlite3.connect(database, timeout=30)) as db:
            while (
                child.poll() is None
                and not db.execute(
                    "SELECT 1 FROM lease WHERE name LIKE ?", (f"{ref}-%",)
                ).fetchone()
            ):
                time.sleep(0.005)
        if dying:
            child.kill()
        return child

    children.start = begun


CIRCUMSTANCES: dict[str, Callable[[], None]] = {
    "two hands": two_hands,
    "the second hand dies": lambda: two_hands(dying=True),
}
"""No bugs: with these too every guarantee holds."""
