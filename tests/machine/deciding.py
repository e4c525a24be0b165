"""Who decides: plans are drawn up and held against the sentences; people agree, or must not."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lifecycle.errors import Refused
from lifecycle.plan import PlanKind, PlanState
from records.engines import reading
from records.planned_people import going
from records.plans import Plan
from tasks.erasing.planning import draw
from tasks.erasing.requests import ask_for_erasure
from tasks.officers.approvals import approve
from tasks.officers.codes import agree
from tests.machine.beside import TALLY, Page
from tests.machine.happenings import KILL, Happenings
from tests.machine.model import CASES, PAPER, Thing
from tests.machine.school import CONTROLLER, OFFICERS
from tests.machine.sentences import Says

WHO = st.sampled_from(sorted(OFFICERS))
HOW = st.sampled_from(("right", "right", "right", "wrong", "used"))


class Deciding(Happenings):
    """Plans and approvals."""

    @rule(ahead=st.sampled_from((0, 0, 0, 10, 45, 200)), year_end=st.booleans(), own=st.booleans(),
          kill=KILL)  # fmt: skip
    def plan(self, ahead: int, year_end: bool, own: bool, kill: int) -> None:
        as_of = self.beside.today() + timedelta(days=ahead)
        kind = PlanKind.YEAR_END if year_end else PlanKind.RETENTION
        self._draw(kind, as_of, by="anna" if own else "", kill=kill)

    def _draw(self, kind: PlanKind, as_of: date, *, by: str = "", kill: int = 0) -> Plan | None:
        found = self.beside.do(
            lambda: draw(self.house, kind=kind, as_of=as_of, created_by=by), kill=kill
        )
        expected = self._not_under_way(self.beside.known.due(as_of), found, as_of)
        self._compare(found, expected)
        return found

    @precondition(lambda self: self.beside.known.people)
    @rule(who=st.integers(0, 4))
    def somebody_asks_for_erasure(self, who: int) -> None:
        beside = self.beside
        people = sorted(beside.known.people)
        person = people[who % len(people)]
        ref = self._reference(person)

        def act() -> Plan | None:
            try:
                return ask_for_erasure(self.house, ref)
            except Refused as refusal:  # an older plan that asked for it is void now all the same
                assert refusal.code == "nothing_may_go"
                return None

        found = beside.do(act)
        today = beside.today()
        expected = self._not_under_way(beside.known.asked(person, today), found, today)
        self._compare(found, expected, about=person)

    def _not_under_way(self, things: set[Thing], found: Plan | None, as_of: date) -> set[Thing]:
        """What goes by another plan that was agreed to is left to that one, unless it waits."""
        due = self.beside.known.due(as_of)
        shown, _ = self.beside.eyes.records()
        taken = set()
        with reading(self.house.engine) as connection:
            for one in going(
                connection, controller=CONTROLLER,
                states=(PlanState.APPROVED, PlanState.EXECUTING), cases=CASES,
            ):  # fmt: skip
                if found is None or one.plan != found.number:
                    person = shown.subjects.get(one.subject_id, "")
                    key = shown.numbers.get(one.placement_id, "")
                    taken.add((person, one.system, key, one.rule, one.not_before))
        return {
            thing
            for thing in things
            if not self._is_taken(thing, taken, as_of if thing not in due else None)
        }

    def _is_taken(
        self, thing: Thing, taken: set[tuple[str, str, str, str, str]], asked: date | None
    ) -> bool:
        """Whether another plan carries out, in the same place and no later, the rule that speaks of
        it; `asked`: the day on which somebody wants what is not due yet."""
        known, policy = self.beside.known, self.house.policy
        told = {
            says.rule
            for unit in known.units(thing.person)
            if (unit.system, unit.key) == (thing.system, thing.key)
            and isinstance(says := known.says(unit, thing.category), Says)
        }
        on = asked or known.ripe_on(thing)
        return any(
            thing.category in policy.rule(rule).covers.categories and (not told or rule in told)
            for person, system, key, rule, not_before in taken
            if (person, system, key) == (thing.person, thing.system, thing.key)
            and (on is None or not_before <= on.isoformat())
        )

    def _compare(self, found: Plan | None, expected: set[Thing], *, about: str = "") -> None:
        """The plan names exactly what the sentences let go: nothing less, nothing more."""
        beside = self.beside
        weeded = {name for name, person in beside.known.people.items() if person.weeded}
        if found is None:
            assert not expected, f"not on the plan: {sorted(expected)}"
            return
        shown, _ = beside.eyes.records()
        things = {
            Thing(
                shown.subjects[one.item.subject_id], one.item.system,
                shown.numbers.get(one.item.placement_id, ""), category, one.item.action,
            )
            for one in beside.eyes.items(found)
            if one.item.verdict == "go"
            for category in one.item.categories
        }  # fmt: skip
        # That somebody looks into the binder once more does no harm.
        twice = {one for one in things - expected if one.system == PAPER and one.person in weeded}
        assert things - twice == expected, (
            f"on the plan without reason: {sorted(things - twice - expected)}; "
            f"missing: {sorted(expected - things)}"
        )
        if found.ref in beside.book:
            return
        beside.states[found.ref] = found.state
        beside.book[found.ref] = Page(
            kind=found.kind, as_of=found.as_of, about=about, created_by=found.created_by,
            things=frozenset(things), needed=found.approvals, drawn_at=beside.steps + 1,
            values=frozenset(self._values_of(things)), people=dict(shown.subjects),
            keys=dict(shown.numbers),
        )  # fmt: skip
        assert found.approvals >= self._needed(things), "fewer must agree than the rules ask for"

    def _values_of(self, things: set[Thing]) -> set[Any]:
        known = self.beside.known
        return {
            atom
            for atom in self.beside.world
            if any(thing.covers(atom) for thing in things)
            and (atom.system not in {CASES} or atom.key in known.people[atom.person].cases)
        }

    def _needed(self, things: set[Thing]) -> int:
        known = self.beside.known
        return max(
            (
                says.officers
                for thing in things
                for unit in known.units(thing.person)
                if (unit.system, unit.key) == (thing.system, thing.key)
                and isinstance(says := known.says(unit, thing.category), Says)
                and says.action == thing.action
            ),
            default=1,
        )

    # --- approvals ------------------------------------------------------------------------------

    def _open(self, *states: PlanState) -> list[str]:
        beside = self.beside
        return [ref for ref in beside.book if beside.states[ref] in states]

    @precondition(lambda self: self.beside.book)
    @rule(which=st.integers(0, 5), who=WHO, how=HOW, ended=st.booleans())
    def somebody_agrees(self, which: int, who: str, how: str, ended: bool) -> None:
        """`ended`: perhaps to a plan on which there is nothing left to decide."""
        plans = self._open(PlanState.DRAWN, PlanState.APPROVED)
        plans = plans if plans and not ended else sorted(self.beside.book)
        self._agree(plans[which % len(plans)], who, how)

    def _agree(self, ref: str, who: str, how: str = "right") -> bool:
        """Whether it was accepted; it must not be where the model's own book forbids it."""
        beside, page = self.beside, self.beside.book[ref]
        telephone = beside.school.officers[who if how == "right" else "dan"]
        who = telephone.handle
        code = telephone.wrong() if how == "wrong" else telephone.fresh()
        if how == "used":
            self._use_up(who, code)
        forbidden = (
            how != "right"
            or who in {*beside.removed, "cia", page.created_by}
            or beside.states[ref] not in {PlanState.DRAWN, PlanState.APPROVED}
            or (who in page.approvals and self._is_fresh(page, who))
            or self._is_overtaken(ref)
        )

        def act() -> str:
            try:
                approve(self.house, ref, officer=who, code=code, decision="approve")
            except Refused as refusal:
                return refusal.code
            page.approvals[who] = beside.school.clock()
            return ""

        why = beside.do(act)
        TALLY[f"approvals: {why or 'taken'}"] += 1
        if forbidden:
            assert why, f"{who} should not have been able to agree"
        else:
            known = {"plan_changed", "plan_approved", "officer_locked", "second_role_missing"}
            assert why in {"", *known}, why
        return not why

    def _use_up(self, who: str, code: str) -> None:
        with suppress(Refused):
            agree(self.house, handle=who, code=code, ref=None, act=lambda work, officer: "not_now")

    def _is_fresh(self, page: Page, who: str) -> bool:
        return (self.beside.school.clock() - page.approvals[who]).total_seconds() <= 7 * 86400

    def _is_overtaken(self, ref: str) -> bool:
        """Whether what it lets go is not what the sentences let go any more."""
        beside, page = self.beside, self.beside.book[ref]
        if page.about:
            if page.about not in beside.known.people:
                return True
            now = beside.known.asked(page.about, page.as_of)
        else:
            now = beside.known.due(page.as_of)
        weeded = {name for name, person in beside.known.people.items() if person.weeded}
        return any(t.system != PAPER or t.person not in weeded for t in page.things - now)
