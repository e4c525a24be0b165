"""Data is erased in all places (A-75): so every place is asked whom it holds, and nobody is taken
for somebody else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.errors import NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind, LedgerEvent
from records import due, erasing, facts, holds
from records.due_rows import OF_KIN
from records.engines import reading
from records.tables import (
    RECORDS,
    anchor,
    blind_index,
    data_key,
    ledger_event,
    placement,
    relation,
    subject,
)
from tasks.erasing import inventory_look
from tasks.erasing.inventory import take_inventory
from tasks.erasing.inventory_look import SystemCount
from tasks.house.parts import House
from tests.factories.houses import Builder, build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.retention import AT, small_policy

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = "198507099805", "199001019802", "189001019802"
"""Skatteverket's official test numbers."""


@dataclasses.dataclass
class School:
    """Two systems and our records."""

    build: Builder
    novo: MemorySystem
    adobe: MemorySystem
    returning: str = "accept_as_new"

    def house(self, *, by_hand: bool = False) -> House:
        policy = small_policy(by_hand=by_hand).model_copy(
            update={"returning_after_erasure": self.returning}
        )
        policy._sha256 = "0" * 64
        return dataclasses.replace(
            self.build(), policy=policy, systems={"novo": self.novo, "adobe": self.adobe}
        )

    def look(self, *, by_hand: bool = False, **more: bool) -> dict[str, SystemCount]:
        return take_inventory(self.house(by_hand=by_hand), **more)

    def people(self) -> list[int]:
        with reading(self.house().engine) as connection:
            return list(connection.execute(select(subject.c.id)).scalars())

    def places(self) -> dict[tuple[str, str], set[int]]:
        """(system, kind) → people."""
        found: dict[tuple[str, str], set[int]] = {}
        with reading(self.house().engine) as connection:
            for row in connection.execute(
                select(placement.c.system, placement.c.kind, placement.c.subject_id)
            ):
                found.setdefault((row[0], row[1]), set()).add(row[2])
        return found

    def left(self, number: int, kept_at: int = 0) -> str | None:
        with reading(self.house().engine) as connection:
            return connection.execute(
                select(anchor.c.on_date).where(
                    anchor.c.subject_id == number,
                    anchor.c.placement_id == kept_at,
                    anchor.c.event == "left",
                )
            ).scalar_one()

    def events(self) -> list[LedgerEvent]:
        with reading(self.house().engine) as connection:
            bodies = connection.execute(
                select(ledger_event.c.body).order_by(ledger_event.c.position)
            ).scalars()
            return [LedgerEvent.from_body(bytes(body)) for body in bodies]

    def remove(self, system: MemorySystem, key: str) -> None:
        """What the office does: the record is deleted there."""
        system._records[:] = [record for record in system._records if record.key != key]


@pytest.fixture
def school(build: Builder) -> School:
    return School(build, MemorySystem(system="novo"), MemorySystem(system="adobe"))


def record(
    key: str,
    *,
    number: str = "",
    mail: str = "",
    kind: str = "pupil",
    left: date | None = None,
    related: tuple[str, ...] = (),
    fields: dict[str, dict[str, str]] | None = None,
    active_on: date | None = None,
) -> MemoryRecord:
    identifiers = {"national_id": number, "email": mail}
    return MemoryRecord(
        key=key,
        kind=kind,
        identifiers={name: value for name, value in identifiers.items() if value},
        fields=fields or {"identity": {"name": "Påhittad"}, "contact": {"city": "Exempelköping"}},
        anchors={"left": left} if kind != "relative" else {},
        related=related,
        active_on=active_on,
    )


# --- who somebody is ------------------------------------------------------------------------------


def test_one_person_in_two_systems_is_one_person(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15)))
    school.adobe.put(record("a", number="850709-9805", left=date(2026, 6, 20)))
    counts = school.look()
    assert counts == {"novo": SystemCount(found=1, new=1), "adobe": SystemCount(found=1, new=1)}
    (tuva,) = school.people()
    assert school.places() == {("novo", "pupil"): {tuva}, ("adobe", "pupil"): {tuva}}
    assert school.left(tuva) == "2026-06-20"


def test_a_second_look_finds_nothing_to_change(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15), active_on=date(2026, 1, 2)))
    school.look()
    before = school.places()
    assert school.look()["novo"] == SystemCount(found=1)
    assert school.places() == before


def test_part_of_a_key_or_of_an_address_is_nobody(school: School) -> None:
    """`LIKE %mail%` erased a second person elsewhere."""
    school.novo.put(record("104", mail="tuva@example.se"))
    school.novo.put(record("1042", mail="atuva@example.se"))
    school.adobe.put(record("10", mail="tuva@example.sea"))
    school.adobe.put(record("a", mail="Tuva@Example.se"))
    school.look()
    assert len(school.people()) == 3
    assert len(school.places()["adobe", "pupil"] & school.places()["novo", "pupil"]) == 1


def test_two_people_with_one_address_are_not_merged(school: School) -> None:
    """Siblings whose mother's address the office wrote down for both."""
    school.novo.put(record("1", number=TUVA, mail="mor@example.se"))
    school.novo.put(record("2", number=OMAR, mail="mor@example.se"))
    school.adobe.put(record("a", mail="mor@example.se"))
    for _ in range(2):
        school.look()
        places = school.places()
        assert len(places["novo", "pupil"]) == 2
        # Read first, it was somebody of their own, and no later look makes it one of the two.
        assert places["adobe", "pupil"].isdisjoint(places["novo", "pupil"])


def test_an_address_that_fits_two_people_is_nobodys(school: School) -> None:
    school.novo.put(record("1", number=TUVA, mail="mor@example.se"))
    school.novo.put(record("2", number=OMAR, mail="mor@example.se"))
    school.look()
    school.adobe.put(record("a", mail="mor@example.se"))
    assert school.look()["adobe"] == SystemCount(found=1, ambiguous=1)
    assert ("adobe", "pupil") not in school.places()


def test_two_records_with_only_an_address_in_one_system_are_two_people(school: School) -> None:
    school.adobe.put(record("a", mail="mor@example.se"))
    school.adobe.put(record("b", mail="mor@example.se"))
    school.look()
    assert len(school.people()) == 2


def test_a_parent_is_not_the_pupil_whose_address_is_theirs(school: School) -> None:
    school.novo.put(record("1", number=TUVA, mail="mor@example.se"))
    school.novo.put(record("2", kind="relative", mail="mor@example.se", related=("1",)))
    school.look()
    pupil, parent = school.places()["novo", "pupil"], school.places()["novo", "relative"]
    assert pupil.isdisjoint(parent)


def test_an_address_becomes_the_persons_when_it_comes_with_a_national_id(school: School) -> None:
    """The order in which systems are read must not make two people of one."""
    school.adobe.put(record("a", mail="tuva@example.se"))
    school.look()
    school.novo.put(record("1", number=TUVA, mail="tuva@example.se", left=date(2026, 6, 15)))
    school.look()
    school.look()
    assert school.places()["adobe", "pupil"] == school.places()["novo", "pupil"]
    assert len(school.people()) == 1


def test_a_key_that_is_used_again_for_somebody_else_is_theirs(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2019, 6, 15)))
    school.look()
    (tuva,) = school.people()
    school.remove(school.novo, "1")
    school.novo.put(record("1", number=OMAR, left=date(2026, 6, 15)))
    school.look()
    (omar,) = school.places()["novo", "pupil"]
    assert omar != tuva
    assert school.left(omar) == "2026-06-15"


def test_a_key_that_is_given_twice_is_taken_once(school: School) -> None:
    school.novo.put(record("1", number=TUVA))
    school.novo.put(record("1", number=OMAR))
    assert school.look()["novo"] == SystemCount(found=2, new=1, ambiguous=1)
    assert school.look()["novo"] == SystemCount(found=2, ambiguous=1)


# --- what is in clear -----------------------------------------------------------------------------


def test_no_key_and_no_identifier_stands_in_clear_anywhere(school: School) -> None:
    school.novo.put(record("EL-77120", number=TUVA, mail="tuva@example.se"))
    school.look()
    house = school.house()
    with reading(house.engine) as connection:
        everything = repr(
            [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for table in RECORDS.sorted_tables
                for row in connection.execute(select(table))
            ]
        )
    for plain in ("EL-77120", TUVA, TUVA[2:], "tuva@example.se", "Påhittad"):
        assert plain not in everything


# --- what is gone ---------------------------------------------------------------------------------


def test_an_unreachable_system_changes_nothing(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15)))
    school.adobe.put(record("a", number=OMAR))
    school.look()
    before = school.places()
    school.novo.failures.unreachable = True
    school.remove(school.adobe, "a")
    counts = school.look()
    assert counts["novo"] == SystemCount(reached=False)
    assert counts["adobe"].gone == 1
    assert school.places()["novo", "pupil"] == before["novo", "pupil"]
    # Whoever is gone from the other one might be in the one that nobody could look into.
    assert len(school.people()) == 2


class BreaksOff(MemorySystem):
    """Goes away in the middle of its records."""

    def records(self) -> Iterator[object]:  # type: ignore[override]
        for number, one in enumerate(super().records()):
            if number == 2:
                raise Unreachable("system_unreachable", ref=self.system)
            yield one


def test_a_system_that_breaks_off_takes_nobody_away(school: School) -> None:
    for number, key in ((TUVA, "1"), (OMAR, "2"), (LINA, "3")):
        school.novo.put(record(key, number=number))
    school.look()
    broken = BreaksOff(system="novo")
    broken._records = school.novo._records
    counts = take_inventory(school.house(), {"novo": broken})
    assert counts["novo"].reached is False
    assert len(school.places()["novo", "pupil"]) == 3


@pytest.mark.parametrize("left_over", [0, 1, 14])
def test_a_system_that_shows_too_few_is_broken_and_not_deserted(
    school: School, left_over: int
) -> None:
    """Zero of 3,254,448 rows, night after night, and nobody noticed."""
    for number in range(30):
        school.novo.put(record(f"{number}", mail=f"elev{number}@example.se"))
    school.look()
    before = school.places()
    school.novo._records[:] = school.novo._records[:left_over]
    with pytest.raises(NotProven, match="inventory_shrunk novo") as shrunk:
        school.look()
    assert shrunk.value.counts == {"before": 30, "found": left_over}
    assert school.places() == before
    counts = school.look(accept_shrunk=True)
    assert counts["novo"] == SystemCount(found=left_over, gone=30 - left_over)


def test_half_of_them_may_leave(school: School) -> None:
    for number in range(30):
        school.novo.put(record(f"{number}", mail=f"elev{number}@example.se"))
    school.look()
    school.novo._records[:] = school.novo._records[:15]
    assert school.look()["novo"].gone == 15


def test_the_other_systems_are_looked_at_before_one_is_complained_about(school: School) -> None:
    for number in range(30):
        school.adobe.put(record(f"{number}", mail=f"elev{number}@example.se"))
    school.look()
    school.adobe._records.clear()
    school.novo.put(record("1", number=TUVA))
    with pytest.raises(NotProven):
        school.look()
    assert len(school.places()["novo", "pupil"]) == 1


def test_who_is_gone_everywhere_is_gone_here_with_keys_and_index(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15)))
    school.novo.put(record("2", number=OMAR, left=date(2026, 6, 15)))
    school.look()
    school.remove(school.novo, "1")
    assert school.look()["novo"] == SystemCount(found=1, gone=1)
    (omar,) = school.people()
    house = school.house()
    with reading(house.engine) as connection:
        for table in (placement, anchor, blind_index, RECORDS.tables["due"]):
            assert set(connection.execute(select(table.c.subject_id)).scalars()) == {omar}
    with reading(house.keyring.engine) as connection:
        assert connection.execute(select(func.count()).select_from(data_key)).scalar_one() == 1
    done = [event for event in school.events() if event.kind is EventKind.ERASURE_DONE]
    assert [event.facts["reason"] for event in done] == ["gone_everywhere"]


def test_who_is_under_hold_stays_though_every_system_forgot_them(school: School) -> None:
    school.novo.put(record("1", number=TUVA))
    school.look()
    (tuva,) = school.people()
    house = school.house()
    with house.work() as work:
        holds.place(
            work.connection,
            number=5,
            controller=house.controller,
            reason="dispute",
            decided_by="O-1",
            placed_at=AT,
            review_on="2027-01-01",
            subjects=[tuva],
            categories=["*"],
        )
        work.record(EventKind.HOLD_PLACED)
        work.commit()
    school.remove(school.novo, "1")
    school.look()
    assert school.people() == [tuva]
    with house.work() as work:
        holds.release(work.connection, 5, at=AT, by="O-1")
        work.record(EventKind.HOLD_RELEASED)
        work.commit()
    school.look()
    assert school.people() == []


def test_who_still_has_papers_in_a_binder_stays_with_the_last_known_date(school: School) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15)))
    school.look(by_hand=True)
    (tuva,) = school.people()
    school.remove(school.novo, "1")
    school.look(by_hand=True)
    house = school.house(by_hand=True)
    with house.work() as work:
        loaded = facts.load_units(
            work.connection, house.policy, controller=house.controller, subjects=[tuva]
        )
        (binder,) = loaded[tuva]
        assert (binder.system, binder.anchors["left"]) == ("binder", date(2026, 6, 15))
        cutoffs = {"pupil.turn-of-year": "2026-12-31"}
        found = due.find_due(work.connection, controller=house.controller, cutoffs=cutoffs)
        assert found == [tuva]
        due.settle(work.connection, [(tuva, 0, "pupil.turn-of-year")], at=AT)
        work.record(EventKind.ITEM_DONE)
        work.commit()
    school.look(by_hand=True)
    assert school.people() == []


# --- who comes back -------------------------------------------------------------------------------


def erase(school: School) -> None:
    house = school.house()
    with house.work() as work:
        erasing.remove_subjects(work.connection, school.people(), at=AT)
        work.record(EventKind.ERASURE_DONE)
        work.commit()


def test_who_was_erased_and_comes_back_is_taken_in_as_new_and_counted(school: School) -> None:
    school.novo.put(record("1", number=TUVA))
    school.look()
    before = school.people()
    erase(school)
    assert school.look()["novo"] == SystemCount(found=1, new=1, returned=1)
    assert len(school.people()) == 1
    assert school.people() != before


def test_who_was_erased_and_comes_back_is_refused_where_the_policy_says_so(school: School) -> None:
    school.returning = "refuse"
    school.novo.put(record("1", number=TUVA))
    school.novo.put(record("2", number=OMAR))
    school.look()
    erase(school)
    school.novo.put(record("3", number=LINA))
    assert school.look()["novo"] == SystemCount(found=3, new=1, refused=2)
    assert len(school.people()) == 1


# --- dates ----------------------------------------------------------------------------------------


def test_a_pupil_who_is_back_is_not_due_by_the_old_date(
    school: School, standing_clock: StandingClock
) -> None:
    school.novo.put(record("1", number=TUVA, left=date(2019, 6, 15)))
    school.look()
    (tuva,) = school.people()
    standing_clock.pass_time(days=1)
    school.novo.put(record("2", number=TUVA, left=None))
    assert school.look()["novo"] == SystemCount(found=2, new=1)
    assert school.left(tuva) is None
    house = school.house()
    with reading(house.engine) as connection:
        cutoffs = {"pupil.turn-of-year": "9999-12-31"}
        assert due.find_due(connection, controller=house.controller, cutoffs=cutoffs) == []


def test_a_stripped_record_keeps_the_date_it_was_stripped_by_until_data_comes_back(
    school: School,
) -> None:
    """Strip empties the date as well; that is no pupil who is here again."""
    school.novo.put(record("1", number=TUVA, left=date(2026, 6, 15)))
    school.look()
    (tuva,) = school.people()
    house = school.house()
    with house.work() as work:
        place = work.connection.execute(select(placement.c.id)).scalar_one()
        due.settle(work.connection, [(tuva, place, "pupil.turn-of-year")], at=AT)
        work.record(EventKind.ITEM_DONE)
        work.commit()
    school.remove(school.novo, "1")
    school.novo.put(record("1", left=None, fields={"identity": {"weeks": "40"}}))
    school.look()
    assert school.left(tuva) == "2026-06-15"
    school.remove(school.novo, "1")
    school.novo.put(record("1", number=TUVA, left=None))
    school.look()
    assert school.left(tuva) is None


def test_a_parent_has_the_date_of_the_last_of_their_children(school: School) -> None:
    school.novo.put(record("p", kind="relative", related=("1", "2", "nobody")))
    school.novo.put(record("1", number=TUVA, left=date(2025, 6, 15)))
    school.novo.put(record("2", number=OMAR, left=date(2026, 6, 15)))
    school.look()
    (parent,) = school.places()["novo", "relative"]
    assert school.left(parent, OF_KIN) == "2026-06-15"
    with reading(school.house().engine) as connection:
        assert connection.execute(select(func.count()).select_from(relation)).scalar_one() == 2
    school.remove(school.novo, "2")
    school.look()
    assert school.left(parent, OF_KIN) == "2025-06-15"


# --- one at a time, with a trace ------------------------------------------------------------------


def test_every_look_is_in_the_ledger_with_its_counts(school: School) -> None:
    school.novo.put(record("1", number=TUVA))
    school.look()
    taken = [
        (event.ref, event.facts["part"], event.found, event.numbers["new"])
        for event in school.events()
        if event.kind is EventKind.INVENTORY_TAKEN
    ]
    assert taken == [
        ("adobe", "all", 0, 0),
        ("novo", "some", 1, 1),
        ("novo", "all", 1, 1),
    ]


def test_a_malformed_record_stops_its_system_and_takes_nobody_away(school: School) -> None:
    class Malformed(MemorySystem):
        def records(self) -> Iterator[object]:  # type: ignore[override]
            raise Refused("record_malformed", ref=self.system)

    school.novo.put(record("1", number=TUVA))
    school.look()
    with pytest.raises(Refused, match="record_malformed"):
        take_inventory(school.house(), {"novo": Malformed(system="novo"), "adobe": school.adobe})
    assert len(school.places()["novo", "pupil"]) == 1


def test_killed_between_two_parts_the_next_look_completes_it(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_look, "AT_ONCE", 2)
    for number in range(7):
        school.novo.put(record(f"{number}", mail=f"elev{number}@example.se"))
    finish: Callable[..., None] = inventory_look.Look._finish

    class Killed(BaseException):
        pass

    def die(look: inventory_look.Look, before: int) -> None:
        if look.name == "novo":
            raise Killed
        finish(look, before)

    monkeypatch.setattr(inventory_look.Look, "_finish", die)
    with pytest.raises(Killed):
        school.look()
    monkeypatch.setattr(inventory_look.Look, "_finish", finish)
    counts = school.look()["novo"]
    assert (counts.found, counts.new) == (7, 0)
    assert len(school.people()) == 7
