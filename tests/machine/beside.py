"""The model and the system held against each other: after every step, value by value."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from lifecycle.plan import ItemState, PlanKind, PlanState
from records.plans import Plan
from tasks.proving.certifying import of_plan
from tests.machine.kills import Killed
from tests.machine.looking import Eyes, Sealed, Shown
from tests.machine.model import (
    CASES,
    EVERYTHING,
    OWN,
    PAPER,
    Atom,
    Known,
    KnownPerson,
    KnownRecord,
    Thing,
)
from tests.machine.office import FIELDS, PEOPLE, Office, Row
from tests.machine.school import School
from tests.machine.sentences import STAYS_AFTER_STRIP

T = TypeVar("T")
ZONE = ZoneInfo("Europe/Stockholm")


@dataclass
class Page:
    """A plan in the model's own book."""

    kind: PlanKind
    as_of: date
    about: str
    created_by: str
    things: frozenset[Thing]
    needed: int
    drawn_at: int
    """The step at which it was drawn up."""
    values: frozenset[Atom]
    """What lay in the places that it lets go, when it was drawn up."""
    people: dict[int, str]
    """Who was who when it was drawn up."""
    keys: dict[int, str]
    """Which record was which."""
    approvals: dict[str, Any] = field(default_factory=dict)
    """Officer → when."""


@dataclass
class Backup:
    """What the model knew when the records were copied."""

    known: Known
    book: dict[str, Page]
    own: set[Atom]
    removed: set[str]
    taken: set[bytes]
    proven: set[tuple[str, int]]


TALLY: Counter[str] = Counter()
"""What has happened in this process, over all examples: the machine must get somewhere."""


class Beside:
    """Both sides, and every way in which one may differ from the other."""

    def __init__(self) -> None:
        self.school = School()
        self.office = Office(self.school)
        self.eyes = Eyes(self.school, PEOPLE)
        self.known = Known()
        self.world: set[Atom] = set()
        self.added: dict[Atom, int] = {}
        self.owner: dict[tuple[str, str], str] = {}
        self.book: dict[str, Page] = {}
        self.states: dict[str, PlanState] = {}
        self.removed: set[str] = set()
        self.taken: set[bytes] = set()
        """Exports that were imported, by their bytes."""
        self.steps = 0
        self.backup: Backup | None = None
        self.erased_since: set[tuple[str, str]] = set()
        """(person, category of our own records; "*": everything) since the last backup."""
        self.replaced_since: set[tuple[str, str, str]] = set()
        """(person, case, category) of our own that changed since, be it there and back again."""
        self.alive: set[Sealed] = set()
        self.dead: set[Sealed] = set()
        self.waiting: set[int] = set()
        self.in_doubt: set[str] = set()
        """Plans that a system which shows nothing keeps from their end."""
        self.proven: set[tuple[str, int]] = set()
        """Items of plans that were seen to be done."""

    # --- one step -----------------------------------------------------------------------------

    def today(self) -> date:
        return self.school.clock().astimezone(ZONE).date()

    def do(
        self,
        act: Callable[[], T],
        *,
        kill: int = 0,
        rows: Collection[Row] = (),
        plan: str | None = None,
        looked: Callable[[], None] = lambda: None,
    ) -> T:
        """Let the system act; killed at the `kill`-th point it is started again and acts anew.

        `rows`: what it may take in; `plan`: the plan it is to carry out; `looked`: what the model
        understands when the act is over. Nothing may go that no sentence lets go.
        """
        self.steps += 1
        allowed = self.may_go(plan)
        self.school.killer.arm(kill)
        killed = False
        try:
            done = act()
        except Killed:
            killed = True
        finally:
            self.school.killer.arm(0)
        if killed:
            TALLY["killed"] += 1
            self.school.reopen()
            self.check(allowed, rows=rows)
            done = act()
        looked()
        self.check(allowed, rows=rows, whole=True)
        return done

    def may_go(self, plan: str | None) -> dict[str, set[Thing]]:
        """Plan → what the sentences let go today by the plans that are under way."""
        today = self.today()
        under_way = {ref for ref, state in self.states.items() if state is PlanState.EXECUTING}
        found = {}
        for ref in under_way | ({plan} if plan else set()):
            page = self.book[ref]
            due = self.known.due(page.as_of)
            may = due if not page.about else self.known.asked(page.about, page.as_of)
            found[ref] = {
                thing
                for thing in may & page.things
                if thing not in due or ((ripe := self.known.ripe_on(thing)) and ripe <= today)
            }
        return found

    # --- what must hold -----------------------------------------------------------------------

    def check(
        self,
        allowed: dict[str, set[Thing]],
        *,
        rows: Collection[Row] = (),
        whole: bool = False,
    ) -> None:
        """Hold everything against everything, and take over what was rightly done."""
        shown, own = self.eyes.records()
        actual = own | self.eyes.elsewhere(self.owner)
        self._nothing_new(actual - self.world, rows)
        self._nothing_lost(self.world - actual, actual, allowed, rows)
        for atom in actual - self.world:
            self.added[atom] = self.steps
        self.replaced_since |= {
            (a.person, a.key, a.category) for a in actual ^ self.world if a.system == OWN
        }
        self.world = actual
        if not whole:
            return
        for row in rows:
            self._is_in(row)
        self._sync_records(shown, {ref: self.book[ref] for ref in allowed})
        self._sync_plans(shown, allowed, {row.person for row in rows})
        self._keys_are_gone(shown, replaced=bool(rows))

    def _nothing_new(self, new: set[Atom], rows: Collection[Row]) -> None:
        people = {row.person for row in rows}
        strange = [a for a in new if a.system not in {OWN, CASES} or a.person not in people]
        assert not strange, f"appeared from nowhere: {sorted(strange)}"

    def _nothing_lost(
        self,
        lost: set[Atom],
        actual: set[Atom],
        allowed: dict[str, set[Thing]],
        rows: Collection[Row],
    ) -> None:
        places = {(a.person, a.system, a.key, a.category, a.field) for a in actual}
        people = {row.person for row in rows}
        for atom in lost:
            replaced = atom.person in people and tuple(atom[:5]) in places
            emptied = atom.person in people and atom.field in {"end_date", "break_off_date"}
            if (replaced or emptied) and atom.system in {OWN, CASES}:
                continue
            by = [t for things in allowed.values() for t in things if t.covers(atom)]
            assert by, self._why_lost(atom)
            TALLY[f"values gone: {by[0].action}"] += 1
            if atom.system == OWN:
                self.erased_since.add((atom.person, atom.category))

    def _why_lost(self, atom: Atom) -> str:
        planned = [
            ref for ref, page in self.book.items() if any(t.covers(atom) for t in page.things)
        ]
        held = self.known.held(atom.person, atom.category)
        states = {ref: str(self.states.get(ref)) for ref in planned}
        return f"gone too early or unasked: {atom}, held: {held}, planned in {states}"

    def _is_in(self, row: Row) -> None:
        """An accepted row lies in our own records and in the case system, to the letter."""
        for system in (OWN, CASES):
            told = {
                (a.field, a.value)
                for a in self.world
                if a.person == row.person and a.system == system and a.key in {"", row.case}
            }
            for wanted in (("street_address", row.street), ("national_id", PEOPLE[row.person])):
                assert wanted in told, f"{wanted[0]} of {row.case} is not in {system}"

    # --- what the records still know ----------------------------------------------------------

    def _sync_records(self, shown: Shown, under_way: dict[str, Page]) -> None:
        known = self.known
        people = set(shown.subjects.values())
        assert "" not in people, "somebody whom nobody has ever seen"
        assert len(people) == len(shown.subjects), "one person twice"
        assert people == people & known.people.keys(), "known without having been seen"
        for place in list(known.records.keys() - shown.placements.keys()):
            left = self._left_of(known.records[place], place)
            assert not left, f"forgotten while it is still there: {left}"
            del known.records[place]
        assert shown.placements.keys() == known.records.keys(), "records nobody has seen"
        for person in list(known.people):
            for case in list(known.people[person].cases):
                if shown.cases.get(case) != person:
                    del known.people[person].cases[case]
                    left = [a for a in self.world if a.system == CASES and a.key == case]
                    assert not left, f"released with its personal data: {left}"
            own = {a.category for a in self.world if a.person == person and a.system == OWN}
            known.own[person] = own
            if person not in people:
                self._forgotten(person)
                if any(t.person == person for page in under_way.values() for t in page.things):
                    self.erased_since.add((person, "*"))

    def _left_of(self, record: KnownRecord, place: tuple[str, str]) -> list[Atom]:
        return [
            a for a in self.world if (a.system, a.key) == place and a.category in record.categories
        ]

    def _forgotten(self, person: str) -> None:
        """Nothing of this person is known any more: then nothing that was known may be left."""
        known = self.known
        assert (person, EVERYTHING) not in known.holds.values(), f"{person} is held"
        assert not known.own[person] and not known.people[person].cases
        assert not known.of_person(person)
        self._no_longer_held(person)
        known.see_through()
        del known.people[person], known.own[person]
        known.relations = {pair for pair in known.relations if person not in pair}

    def _no_longer_held(self, person: str) -> None:
        """A hold is on whom the records knew: whoever begins anew is somebody else to it."""
        for ref, (who, what) in self.known.holds.items():
            if who == person:
                self.known.holds[ref] = ("", what)

    # --- plans and certificates ---------------------------------------------------------------

    def _sync_plans(self, shown: Shown, allowed: dict[str, set[Thing]], told: set[str]) -> None:
        """`told`: who was told of anew since the last step, after an open plan went on."""
        for ref, plan in self.eyes.plans().items():
            if ref not in self.book:
                continue
            before, self.states[ref] = self.states.get(ref), plan.state
            if before is not plan.state:
                TALLY[f"plans: {plan.state}"] += 1
            page = self.book[ref]
            if plan.state is PlanState.APPROVED and before is not PlanState.APPROVED:
                assert self.is_enough(page), "approved by too few"
            began = before not in {PlanState.EXECUTING, PlanState.PROVEN}
            if plan.state in {PlanState.EXECUTING, PlanState.PROVEN}:
                assert not began or ref in allowed, "begun without being asked to"
                assert not began or self.is_enough(page), "carried out, agreed to by too few"
                if before is not PlanState.PROVEN:
                    self._note_proven(plan, page, shown)
            if plan.state is PlanState.PROVEN and before is not PlanState.PROVEN:
                self._certified(plan, page, told)

    def _note_proven(self, plan: Plan, page: Page, shown: Shown) -> None:
        """Strips and papers cannot be seen from outside: the plan's items say that it was done."""
        for one in self.eyes.items(plan):
            if one.state is not ItemState.PROVEN:
                continue
            person, item = shown.subjects.get(one.item.subject_id, ""), one.item
            known = self.known.people.get(person)
            if known is None:
                continue
            if item.system == PAPER:
                known.weeded = True
            record = self.known.records.get((item.system, page.keys.get(item.placement_id, "")))
            if record is not None and (plan.ref, one.number) not in self.proven:
                gone = set(item.categories) if item.action == "erase" else set()
                if item.action == "strip":
                    gone = {c for c in item.categories if not STAYS_AFTER_STRIP & {*FIELDS[c]}}
                    record.stripped |= dict.fromkeys(item.categories, known.left)
                record.categories -= gone
            self.proven.add((plan.ref, one.number))

    def _certified(self, plan: Plan, page: Page, told: set[str]) -> None:
        """A certificate says no more than what is true."""
        statement = of_plan(self.school.house, plan.ref).statement
        given_up = {
            (
                page.people[one.item.subject_id],
                one.item.system,
                page.keys.get(one.item.placement_id, ""),
            )
            for one in self.eyes.items(plan)
            if one.state is ItemState.DROPPED
        }  # fmt: skip
        left = {
            atom
            for atom in self.world & page.values
            if self.added[atom] < page.drawn_at
            and not (atom.person in told and atom.system in {OWN, CASES})
            and (atom.person, atom.system, atom.key if atom.system not in {OWN, CASES} else "")
            not in given_up
        }
        assert not left, f"certified and still there: {left}"
        assert statement["items"]["proven"] > 0
        TALLY["certificates with something given up" if given_up else "certificates"] += 1

    def is_enough(self, page: Page) -> bool:
        """Whether enough different people, who may, have agreed lately, by the model's own book."""
        now = self.school.clock()
        fresh = {
            who
            for who, at in page.approvals.items()
            if who not in self.removed
            and who != page.created_by
            and (now - at).total_seconds() <= 7 * 86400
        }
        if page.needed == 1:
            return bool(fresh & {"anna", "bo", "dan"})
        return "bo" in fresh and bool(fresh & {"anna", "dan"})

    # --- keys ---------------------------------------------------------------------------------

    def _keys_are_gone(self, shown: Shown, *, replaced: bool) -> None:
        """What was in the records and is not any more opens no more; of what an import replaced,
        the next run destroys the keys."""
        assert replaced or shown.waiting <= self.waiting, "erased, and its keys are still there"
        self.waiting = shown.waiting
        waiting = {one for one in self.alive if one[0] in shown.waiting}
        gone = self.alive - set(shown.sealed) - waiting
        opened = [one[0] for one in gone if self.eyes.opens(one)]
        assert not opened, f"{len(opened)} sealed values outlive their rows"
        self.dead |= gone
        self.alive = set(shown.sealed) | waiting

    def nothing_opens(self) -> None:
        """No key, of whatever epoch, opens what was erased at any time."""
        opened = [one[0] for one in self.dead - self.alive if self.eyes.opens(one)]
        assert not opened, f"{len(opened)} erased values open again"

    # --- backups ------------------------------------------------------------------------------

    def make_backup(self) -> None:
        self.school.backup()
        own = {atom for atom in self.world if atom.system == OWN}
        now = Backup(self.known, self.book, own, self.removed, self.taken, self.proven)
        self.backup = copy.deepcopy(now)
        self.erased_since = set()
        self.replaced_since = set()

    def restored(self) -> None:
        """The records are those of the backup, less everybody who was erased since."""
        assert self.backup is not None
        shown, own = self.eyes.records()
        before = {atom for atom in self.world if atom.system == OWN}
        gone = self.erased_since
        back = [a for a in own if (a.person, a.category) in gone or (a.person, "*") in gone]
        assert not back, f"back from a backup: {back}"
        assert own <= self.backup.own, "more than the backup had"
        TALLY["backups put back"] += 1
        TALLY["values erased again"] += sum((a.person, a.category) in gone for a in self.backup.own)
        # What was replaced since has no key any more: the next import brings it anew.
        changed = self.replaced_since | {
            (a.person, a.key, a.category) for a in self.backup.own ^ before
        }
        missing = {
            a
            for a in self.backup.own - own
            if (a.person, a.key, a.category) not in changed
            and a.person not in {who for who, _ in gone}
        }
        assert not missing, f"lost by a restore: {missing}"
        now = copy.deepcopy(self.backup)
        self.known, self.book = now.known, now.book
        self.known.see_through()
        self.removed, self.taken = now.removed, now.taken
        self.world = (self.world - before) | own
        people = set(shown.subjects.values())
        for person in list(self.known.people):
            known = self.known.people[person]
            known.cases = {c: day for c, day in known.cases.items() if shown.cases.get(c) == person}
            self.known.own[person] = {a.category for a in own if a.person == person}
            if person not in people:
                assert (person, "*") in gone, f"{person} was lost by a restore"
                del self.known.people[person]
                self._no_longer_held(person)
        for person in people & {who for who, what in gone if what == "*"}:
            raise AssertionError(f"{person} is back from a backup")
        self.known.records = {
            place: one for place, one in self.known.records.items() if place in shown.placements
        }
        self.known.relations = {
            (who, whom) for who, whom in self.known.relations if {who, whom} <= people
        }
        plans = self.eyes.plans()
        self.book = {ref: page for ref, page in self.book.items() if ref in plans}
        self.states = {ref: plans[ref].state for ref in self.book}
        self.proven = now.proven
        for ref, page in self.book.items():  # and what the journal says of the time since
            if self.states[ref] in {PlanState.EXECUTING, PlanState.PROVEN}:
                self._note_proven(plans[ref], page, shown)
        self.alive, self.waiting = set(shown.sealed), shown.waiting

    # --- what Gallra understands when it looks ------------------------------------------------

    def taken_in(self, rows: Iterable[Row]) -> None:
        """What an import must have understood; who is new in it has a form in the binder again."""
        _, own = self.eyes.records()
        for row in rows:
            known = self.known.people.setdefault(row.person, KnownPerson("participant"))
            known.cases[row.case] = row.left
            if any(atom.person == row.person for atom in own - self.world):
                known.weeded = False
        self.known.refresh({row.person for row in rows})

    def going(self) -> set[str]:
        """Of whom something goes by a plan that is approved or being carried out."""
        under_way = {PlanState.APPROVED, PlanState.EXECUTING}
        return {
            thing.person
            for ref, page in self.book.items()
            if self.states.get(ref) in under_way
            for thing in page.things
        }

    def _worked_on(self) -> set[tuple[str, str]]:
        """Records from which a plan has taken something, or is about to."""
        shown, _ = self.eyes.records()
        begun = {ItemState.INTENDED, ItemState.ACTED, ItemState.PROVEN}
        return {
            (one.item.system, shown.numbers[one.item.placement_id])
            for plan in self.eyes.plans().values()
            for one in self.eyes.items(plan)
            if one.state in begun and one.item.placement_id in shown.numbers
        }

    def looked(self, reached: Collection[str]) -> None:
        """What an inventory must have understood of the systems that answered."""
        known, busy, touched = self.known, self.going(), set()
        worked_on = self._worked_on()
        told: set[tuple[str, str]] = set()
        for name in reached:
            there = self.school.records_of(name)
            for key, record in there.items():
                person, place = self.owner[name, key], (name, key)
                first = known.people.setdefault(person, KnownPerson(record.kind))
                seen = KnownRecord(
                    person, record.kind, frozenset(record.categories), dict(record.anchors),
                    record.active_on, record.related,
                )  # fmt: skip
                before = known.records.get(place)
                if before is not None:
                    gained = seen.categories - before.categories
                    if person in busy:
                        seen.categories |= before.categories
                    if not gained:
                        seen.stripped = before.stripped
                    if not gained and place in worked_on:
                        # A date that went with the data is no news: nobody is back.
                        seen.dates = {e: on or before.dates.get(e) for e, on in seen.dates.items()}
                if before != seen:
                    touched.add(person)
                known.records[place] = seen
                assert first
            for place, one in list(known.records.items()):
                if place[0] == name and place[1] not in there and one.person not in busy:
                    touched.add(one.person)
                    del known.records[place]
        for (name, _), record in known.records.items():
            if name in reached:
                for key in record.related:
                    if (name, key) in known.records:
                        told.add((record.person, known.records[name, key].person))
        known.refresh(touched)
        known.relations |= told
        known.see_through()
        if len(reached) == len(self.school.systems):
            # Who is being erased is known through whom they were known when it was agreed to.
            kept = {pair for pair in known.relations if not busy.isdisjoint(pair)}
            known.relations = told | kept
        known.see_through()
