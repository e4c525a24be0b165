"""What must not help anybody: forged rows, officers who left, old backups, changed keys."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lifecycle.errors import LedgerFailure, Refused
from lifecycle.plan import PlanState
from lifecycle.references import PLAN, from_reference
from tasks.erasing import restoring
from tasks.erasing.execution import execute
from tasks.officers.registering import add_officer, remove_officer
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import newest_witnessed, verify_ledger
from tests.machine.deciding import Deciding
from tests.machine.happenings import KILL
from tests.machine.kills import Killed
from tests.machine.school import OFFICERS

FORGERIES = st.sampled_from(("other hash", "nobody", "removed officer", "state untouched"))


class Mishaps(Deciding):
    """Forgeries, officers, backups and keys."""

    # --- approvals that nobody gave ---------------------------------------------------------------

    @precondition(lambda self: self._without_approvals())
    @rule(which=st.integers(0, 3), how=FORGERIES)
    def somebody_forges_approvals(self, which: int, how: str) -> None:
        """Rows are written past the program; they are no approvals."""
        plans = self._without_approvals()
        ref = plans[which % len(plans)]
        number, beside = from_reference(PLAN, ref), self.beside
        if how == "removed officer" and "dan" not in beside.removed:
            self._remove()
        signers = {"anna": "chef", "bo": "dpo"}
        if how == "removed officer":
            signers = {"dan": "chef"}
        with closing(sqlite3.connect(beside.school.records_file)) as table:
            for who, role in signers.items():
                table.execute(
                    "INSERT INTO approval SELECT p.id, o.id + ?, ?, 'approve', "
                    "CASE WHEN ? THEN ? ELSE p.hash END, ? FROM plan p, officer o "
                    "WHERE p.id = ? AND o.handle = ?",
                    (
                        int(how == "nobody"), role, how == "other hash", "0" * 64,
                        self.house.at(), number, who,
                    ),
                )  # fmt: skip
            if how != "state untouched":
                table.execute("UPDATE plan SET state = 'approved' WHERE id = ?", (number,))
            table.commit()
        with pytest.raises(Refused):
            execute(self.house, ref)
        with closing(sqlite3.connect(beside.school.records_file)) as table:
            table.execute("DELETE FROM approval WHERE plan_id = ?", (number,))
            table.execute(
                "UPDATE plan SET state = 'drawn' WHERE id = ? AND state = 'approved'", (number,)
            )
            table.commit()
        beside.do(lambda: None)

    def _without_approvals(self) -> list[str]:
        return [ref for ref in self._open(PlanState.DRAWN) if not self.beside.book[ref].approvals]

    # --- officers come and go ---------------------------------------------------------------------

    @rule()
    def an_officer_leaves_or_comes_back(self) -> None:
        self._remove() if "dan" not in self.beside.removed else self._enrol()

    def _remove(self) -> None:
        anna = self.beside.school.officers["anna"]
        remove_officer(self.house, "dan", by="anna", code=anna.fresh())
        self.beside.removed.add("dan")
        self.beside.do(lambda: None)

    def _enrol(self) -> None:
        """Enrolled anew: what was approved before does not count again."""
        anna, dan = (self.beside.school.officers[name] for name in ("anna", "dan"))
        add_officer(
            self.house, "dan", roles=OFFICERS["dan"], secret=dan.secret, confirmation=None,
            by="anna", code=anna.fresh(),
        )  # fmt: skip
        self.beside.removed.discard("dan")
        self.beside.do(lambda: None)

    # --- backups ----------------------------------------------------------------------------------

    @rule()
    def the_records_are_backed_up(self) -> None:
        self.beside.make_backup()

    @rule(kill=KILL)
    def the_backup_is_put_back(self, kill: int) -> None:
        """It opens to nothing but the replay; a killed replay is begun again. Where there is no
        backup, the replay is run all the same, and changes nothing."""
        if self.beside.backup is None:
            self.beside.do(lambda: restoring.replay(self.house), kill=kill)
            return
        school = self.beside.school
        shown = newest_witnessed(self.house)
        school.put_back()
        if shown is not None and self._events_in_backup() < shown.size:
            with pytest.raises(LedgerFailure, match="database_restored"):
                school.reopen()
        school.reopen(restoring=True)
        school.killer.arm(kill)
        try:
            restoring.replay(self.house)
        except Killed:
            school.killer.arm(0)
            school.reopen(restoring=True)
            restoring.replay(self.house)
        finally:
            school.killer.arm(0)
        school.reopen()
        self.beside.restored()
        self._tidy_up()
        verify_ledger(self.house)

    def _events_in_backup(self) -> int:
        with closing(sqlite3.connect(self.beside.school.records_file)) as table:
            return int(table.execute("SELECT size FROM ledger_head").fetchone()[0])

    # --- keys -------------------------------------------------------------------------------------

    @rule(kill=KILL)
    def the_keys_are_rotated(self, kill: int) -> None:
        self.beside.do(lambda: rotate_keys(self.house), kill=kill)
        self.beside.nothing_opens()
