"""What can happen to data: exports, an office's own work, a look into the systems, holds, time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from lifecycle.references import SUBJECT, to_reference
from tasks.erasing.holds import place_hold, release_hold
from tasks.erasing.inventory import take_inventory
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tests.factories import houses
from tests.machine.beside import Beside
from tests.machine.model import CASES, EVERYTHING
from tests.machine.office import ALWAYS, KINDS, PARTICIPANTS, PERHAPS, PLACES, PUPILS, Row
from tests.machine.school import SYSTEMS

KILL = st.one_of(st.just(0), st.integers(1, 60))
PERHAPS_ON = st.integers(-800, 120).map(lambda days: days if days <= 40 else None)
"""Days from today; sometimes no date at all."""
ROWS = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(PARTICIPANTS), PERHAPS_ON, st.booleans()),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[:2],
)
"""Case, whose, when it ends, and whether it was broken off."""
RECORD = st.tuples(
    st.sampled_from(PLACES), st.integers(0, 1), st.booleans(), PERHAPS_ON, PERHAPS_ON,
    st.integers(1, 3),
)  # fmt: skip
"""Where and as what, who, whether everything is filled in, dates, and through whom."""
CHANGES = st.sampled_from(("active", "date", "date", "deleted"))


class Happenings(RuleBasedStateMachine):
    """The real thing and the model beside it; a rule is a thing that can happen."""

    def __init__(self) -> None:
        super().__init__()
        self.beside = Beside()
        self.exports: list[tuple[bytes, tuple[Row, ...]]] = []
        self.imported = 0

    @property
    def house(self) -> Any:
        return self.beside.school.house

    # --- exports ------------------------------------------------------------------------------

    @initialize(records=st.lists(RECORD, min_size=3, max_size=8), rows=ROWS)
    def begin(self, records: list[Any], rows: list[Any]) -> None:
        """A school that has been there for a while."""
        self.the_office_writes(records, look=False)
        self.import_an_export(rows, 0)
        self.take_stock(None, 0)

    @rule(told=ROWS, kill=KILL)
    def import_an_export(self, told: list[Any], kill: int) -> None:
        office, today = self.beside.office, self.beside.today()
        rows = [office.row(case, who, today, end, broke) for case, who, end, broke in told]
        # One person's address is the same in every line of an export.
        street = {row.person: row.street for row in rows}
        rows = [row._replace(street=street[row.person]) for row in rows]
        self._import(houses.export(*(row.text for row in rows)), tuple(rows), kill)

    @precondition(lambda self: self.exports)
    @rule(which=st.integers(0, 7))
    def import_the_same_bytes_again(self, which: int) -> None:
        data, rows = self.exports[which % len(self.exports)]
        self._import(data, rows, 0)

    def _import(self, data: bytes, rows: tuple[Row, ...], kill: int) -> None:
        beside = self.beside
        beside.school.clock.pass_time(minutes=5)
        self.imported += 1
        beside.school.staging.put(f"{self.imported}.csv", data)
        for row in rows:
            beside.owner[CASES, row.case] = row.person
        new = () if data in beside.taken else rows

        def act() -> None:
            for ref in begin_import(self.house):
                report = import_file(self.house, ref)
                assert report.verified
            delete_imported(self.house)
            assert not list(beside.school.staging.list_items()), "an export was left lying"

        beside.do(act, kill=kill, rows=new, looked=lambda: beside.taken_in(new))
        beside.taken.add(data)
        if new:
            self.exports.append((data, rows))

    # --- what an office does in its systems -----------------------------------------------------

    @rule(told=st.lists(RECORD, min_size=1, max_size=4), look=st.booleans())
    def the_office_writes(self, told: list[Any], look: bool) -> None:
        for one in told:
            self._write(*one)
        if look:
            self.take_stock(None, 0)

    def _write(
        self, place: tuple[str, str], who: int, more: bool, on: int | None,
        given_back: int | None, through: int,
    ) -> None:  # fmt: skip
        """Consents are given and withdrawn, entries made, people leave: each is a date here."""
        system, kind = place
        beside, today = self.beside, self.beside.today()
        person = KINDS[place][who % len(KINDS[place])]
        day = None if on is None else today + timedelta(days=on)
        dates: dict[str, date | None] = {}
        if system == "finance":
            dates = {"entry": day}
        elif system == "gallery":
            back = None if given_back is None else today + timedelta(days=given_back)
            dates = {"withdrawn": back}
        elif kind != "relative":
            dates = {"left": day}
        related: tuple[str, ...] = ()
        if kind == "relative":
            related = tuple(
                f"pupil-{name}" for bit, name in enumerate(PUPILS) if through & (1 << bit)
            )
        perhaps = PERHAPS[system] if more and kind == "pupil" else ()
        key = f"{kind}-{person}"
        beside.eyes.learn(system, key)
        beside.owner[system, key] = person
        _, atoms = beside.office.write(
            system, kind, person, (*ALWAYS[system], *perhaps), dates, related
        )
        self._written(system, key, atoms)

    def _written(self, system: str, key: str, atoms: set[Any]) -> None:
        beside = self.beside
        beside.steps += 1
        beside.world = {a for a in beside.world if (a.system, a.key) != (system, key)} | atoms
        beside.added |= dict.fromkeys(atoms, beside.steps)

    def _some_record(self, which: int) -> Any:
        everything = [
            (name, record)
            for name in SYSTEMS
            for record in self.beside.school.records_of(name).values()
        ]
        return everything[which % len(everything)] if everything else None

    @rule(which=st.integers(0, 15), what=CHANGES, days=PERHAPS_ON)
    def a_record_changes(self, which: int, what: str, days: int | None) -> None:
        """Somebody logs in; a date is corrected; the office deletes a record by itself."""
        found = self._some_record(which)
        if found is None:
            return
        name, record = found
        day = None if days is None else self.beside.today() + timedelta(days=days)
        if what == "active":
            record.active_on = None if day is None else min(day, self.beside.today())
        elif what == "date":
            record.anchors = dict.fromkeys(record.anchors, day)
        else:
            self.beside.office.take_away(name, record.key)
            self._written(name, record.key, set())

    # --- the inventory --------------------------------------------------------------------------

    @rule(away=st.sampled_from((None, None, None, *SYSTEMS)), kill=KILL)
    def take_stock(self, away: str | None, kill: int) -> None:
        beside = self.beside
        if away is not None:
            beside.school.systems[away].failures.unreachable = True
        reached = [name for name in SYSTEMS if name != away]
        beside.do(
            lambda: take_inventory(self.house), kill=kill, looked=lambda: beside.looked(reached)
        )
        if away is not None:
            beside.school.systems[away].failures.unreachable = False
        self._tidy_up()

    def _tidy_up(self) -> None:
        """What says whose it is was erased, and something else came to it since the last look, or
        the records are of a time before it was known: nobody can tell whose that is, so the office
        clears it away."""
        beside = self.beside
        for name in SYSTEMS:
            for key, record in list(beside.school.records_of(name).items()):
                if not record.identifiers and (name, key) not in beside.known.records:
                    beside.office.take_away(name, key)
                    self._written(name, key, set())

    # --- holds ----------------------------------------------------------------------------------

    @precondition(lambda self: self.beside.known.people)
    @rule(
        who=st.integers(0, 4),
        what=st.sampled_from((EVERYTHING, EVERYTHING, "identity", "contact", "image", "payment")),
    )
    def hold(self, who: int, what: str) -> None:
        beside = self.beside
        people = sorted(beside.known.people)
        person = people[who % len(people)]
        anna = beside.school.officers["anna"]

        def act() -> str:
            return place_hold(
                self.house, [self._reference(person)], categories=[what], reason="proceeding",
                review_on=beside.today() + timedelta(days=30), officer="anna", code=anna.fresh(),
            )  # fmt: skip

        beside.known.holds[beside.do(act)] = (person, what)

    @precondition(lambda self: self.beside.known.holds)
    @rule(which=st.integers(0, 5))
    def release(self, which: int) -> None:
        beside = self.beside
        ref = sorted(beside.known.holds)[which % len(beside.known.holds)]
        anna = beside.school.officers["anna"]
        beside.do(lambda: release_hold(self.house, ref, officer="anna", code=anna.fresh()))
        del beside.known.holds[ref]

    def _reference(self, person: str) -> str:
        shown, _ = self.beside.eyes.records()
        return next(to_reference(SUBJECT, n) for n, who in shown.subjects.items() if who == person)

    # --- time -----------------------------------------------------------------------------------

    @rule(days=st.sampled_from((1, 1, 3, 8, 20, 60, 190, 370)), late=st.booleans())
    def time_passes(self, days: int, late: bool) -> None:
        """`late`: it is half past eleven in the evening at Greenwich, and the next day here."""
        clock = self.beside.school.clock
        clock.pass_time(days=days)
        clock.instant = clock.instant.replace(hour=23 if late else 8, minute=30)
