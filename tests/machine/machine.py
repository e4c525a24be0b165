"""The whole machine: what was agreed to is carried out, and nothing that is due is left."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lifecycle.errors import Refused
from lifecycle.plan import ItemState, PlanKind, PlanState
from tasks.erasing.execution import Outcome, Why, execute
from tasks.proving.proof import verify_ledger
from tasks.work_orders.orders import confirm, finish, lines
from tests.machine.happenings import KILL
from tests.machine.kills import points
from tests.machine.mishaps import Mishaps
from tests.machine.model import PAPER, Thing
from tests.machine.school import SYSTEMS
from tests.machine.sentences import GRACE, Says

UNDER_WAY = (PlanState.EXECUTING,)
BEGINNING = (PlanState.DRAWN, PlanState.APPROVED, PlanState.EXECUTING)


class SchoolMachine(Mishaps):
    """Execution, work orders, and days on which everybody is diligent."""

    def __init__(self) -> None:
        super().__init__()
        self._points = points(self.beside.school.killer)
        self._points.__enter__()

    def teardown(self) -> None:
        try:
            verify_ledger(self.house)
            self.beside.nothing_opens()
        finally:
            self._points.__exit__(None, None, None)
            self.beside.school.close()

    # --- execution ------------------------------------------------------------------------------

    @precondition(lambda self: self._open(*BEGINNING))
    @rule(which=st.integers(0, 3), away=st.sampled_from((None, None, None, *SYSTEMS)), kill=KILL)
    def execute(self, which: int, away: str | None, kill: int) -> None:
        plans = self._open(*BEGINNING)
        if away is not None:
            self.beside.school.systems[away].failures.unreachable = True
        self._execute(plans[which % len(plans)], kill=kill)
        if away is not None:
            self.beside.school.systems[away].failures.unreachable = False

    def _execute(self, ref: str, *, kill: int = 0) -> Outcome | None:
        """None where it was refused; it must be where too few have agreed."""
        beside, page = self.beside, self.beside.book[ref]
        state = beside.states[ref]
        agreed = state is PlanState.EXECUTING or (
            state is PlanState.APPROVED and beside.is_enough(page)
        )

        def act() -> Outcome | None:
            try:
                return execute(self.house, ref)
            except Refused as refusal:
                assert not agreed or refusal.code == "plan_changed", refusal.code
                return None

        done = beside.do(act, kill=kill, plan=ref if agreed else None)
        assert done is None or agreed, "carried out although too few have agreed"
        return done

    @precondition(lambda self: self._open(*UNDER_WAY))
    @rule(who=st.sampled_from(("anna", "bo")))
    def weed_the_binder(self, who: str) -> None:
        self._weed(who)

    def _weed(self, who: str = "anna") -> None:
        """Somebody shreds what the work orders say, and somebody else looks."""
        school = self.beside.school
        first, second = school.officers[who], school.officers["bo" if who == "anna" else "anna"]
        for order in lines(self.house):
            if order.state != "open":
                continue
            named = self._papers_to_go(order.plan)
            try:
                finish(
                    self.house, order.ref, officer=first.handle, code=first.fresh(),
                    evidence="shredded",
                )  # fmt: skip
            except Refused as refusal:
                # Everybody on it was held meanwhile, or is not due any more.
                assert refusal.code == "work_order_withdrawn", refusal.code
                assert not named, f"withdrawn, and still to be weeded: {named}"
                continue
            confirm(self.house, order.ref, officer=second.handle, code=second.fresh())
        self.beside.do(lambda: None)

    def _papers_to_go(self, ref: str) -> set[str]:
        """Whose papers a plan under way has begun with, and the sentences still let go."""
        beside = self.beside
        begun = {
            beside.book[ref].people[one.item.subject_id]
            for one in beside.eyes.items(beside.eyes.plans()[ref])
            if one.item.system == PAPER and one.state is ItemState.INTENDED
        }
        may_go = beside.may_go(ref)[ref]
        return {thing.person for thing in may_go if thing.system == PAPER} & begun

    # --- a diligent day -------------------------------------------------------------------------

    @precondition(lambda self: self._open(*BEGINNING))
    @rule(which=st.integers(0, 3), kill=KILL)
    def everybody_agrees_and_it_is_carried_out(self, which: int, kill: int) -> None:
        plans = self._open(*BEGINNING)
        ref = plans[which % len(plans)]
        self._agree_all(ref)
        if self.beside.states[ref] in {PlanState.APPROVED, PlanState.EXECUTING}:
            self._carry_out(ref, kill=kill)

    @rule(kill=KILL)
    def a_day_on_which_everybody_does_their_work(self, kill: int) -> None:
        """Looked, planned, agreed, carried out, read back: then nothing that is due is left."""
        beside = self.beside
        if "dan" in beside.removed:
            self._enrol()  # else nobody could agree to what another of them asked for
        self._finish_what_is_open()
        self.take_stock(None, 0)
        for _ in range(6):
            plan = self._draw(PlanKind.RETENTION, beside.today())
            if plan is None:
                break
            self._agree_all(plan.ref)
            # What is left of it waits for its day; what became due by it is the next plan's.
            assert self._carry_out(plan.ref, kill=kill) is not None
            self.take_stock(None, 0)
        self._finish_what_is_open()  # dates may have come nearer since that was drawn up
        self._nothing_is_left()

    @rule(kill=KILL)
    def a_diligent_day_ends_in_a_crash(self, kill: int) -> None:
        """The backup of the morning knows everybody who went during the day."""
        self.the_records_are_backed_up()
        self.a_day_on_which_everybody_does_their_work(0)
        self.the_backup_is_put_back(kill)

    def _finish_what_is_open(self) -> None:
        for ref in list(self._open(PlanState.APPROVED, PlanState.EXECUTING)):
            if self.beside.states[ref] is PlanState.APPROVED:
                self._agree_all(ref)
            if self.beside.states[ref] in {PlanState.APPROVED, PlanState.EXECUTING}:
                self._carry_out(ref)

    def _agree_all(self, ref: str) -> None:
        for who in ("bo", "anna", "dan"):
            if not self.beside.is_enough(self.beside.book[ref]) or (
                self.beside.states[ref] is PlanState.DRAWN
            ):
                self._agree(ref, who)

    def _carry_out(self, ref: str, *, kill: int = 0) -> Outcome | None:
        """To its end: papers shredded, everything read back after the hour that it takes."""
        clock = self.beside.school.clock
        outcome = self._execute(ref, kill=kill)
        for hour in range(8):
            if outcome is None or not outcome.left:
                return outcome
            # Four hours do; what began at a midnight in between is read back an hour later.
            if hour >= 4 and all(one.why is not Why.READ_BACK_LATER for one in outcome.left):
                break
            if outcome.failures or any(one.why is Why.STILL_THERE for one in outcome.left):
                self.take_stock(None, 0)  # something was filled, or went, since the last look
            self._weed()
            clock.pass_time(hours=1)
            outcome = self._execute(ref)
        if outcome is not None and self._shows_nothing(outcome):
            self.beside.in_doubt.add(ref)
            return outcome
        assert outcome is None or all(
            one.why in {Why.NOT_YET_RIPE, Why.WAITS_FOR_OTHERS} for one in outcome.left
        ), outcome
        return outcome

    def _shows_nothing(self, outcome: Outcome) -> bool:
        """The last records of a system are gone, somebody's by the office: then it proves nothing,
        the plan stays red, and a person must look."""
        empty = {name for name in SYSTEMS if not self.beside.school.records_of(name)}
        return any(
            name in empty and why == "system_shows_nothing" for name, why in outcome.failures
        )

    def _nothing_is_left(self) -> None:
        """Nothing that is due lies anywhere, least of all past its last day and the grace."""
        beside = self.beside
        beside.in_doubt &= set(self._open(*UNDER_WAY))
        known, today = beside.known, beside.today()
        waiting = {t for ref in self._open(*UNDER_WAY) for t in self.beside.book[ref].things}
        due = {
            thing
            for thing in known.due(today)
            if (ripe := known.ripe_on(thing)) is not None and ripe <= today
        }
        left = {atom for atom in beside.world if any(thing.covers(atom) for thing in due)}
        doubted = {t.person for ref in beside.in_doubt for t in beside.book[ref].things}
        left = {atom for atom in left if atom.person not in doubted}
        late = {atom for atom in left if self._last_day(atom, due) + GRACE < today}
        assert not late, f"left past the last day and the grace: {sorted(late)}"
        assert not {a for a in left if not any(t.covers(a) for t in waiting)}, sorted(left)

    def _last_day(self, atom: Any, due: set[Thing]) -> Any:
        known = self.beside.known
        return min(
            says.last
            for thing in due
            if thing.covers(atom)
            for unit in known.units(thing.person)
            if (unit.system, unit.key) == (thing.system, thing.key)
            and isinstance(says := known.says(unit, thing.category), Says)
        )
