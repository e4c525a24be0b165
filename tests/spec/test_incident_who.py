"""At hour zero the records and the ledger say whom it concerns: how many people, which data, which
systems, which disclosures, since when (art. 33(3)(a))."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from records import incidents
from records.engines import reading
from tasks.house.parts import House
from tasks.incidents import people as register
from tasks.incidents.steps import known
from tasks.incidents.who import Who, keep, scope, scopes_of, who
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, Scene, scene
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house", "scene"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(house: House) -> House:
    """Tuva and Omar have cases; Tuva stands in Novo too."""
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    planning.in_novo(house, planning.novo_record(TUVA))
    return house


def ask(house: House, kind: str, ref: str, **when: Any) -> Who:
    return who(house, [scope(house, kind, ref, **when)])


def test_a_system_of_others_tells_who_stands_there_with_what_and_when_it_was_asked(
    two: House,
) -> None:
    found = ask(two, "system", "novo")
    assert (found.people, found.kinds) == (1, {"participant": 1})
    assert found.categories == {"attendance": 1, "identity": 1}
    assert found.systems == {"novo": 1}
    assert found.data_class == "integrity_sensitive"
    assert found.as_of["novo"] == two.at()
    assert found.since == two.at()


def test_our_own_records_and_the_case_system_tell_everybody(two: House) -> None:
    own = ask(two, "system", "gallra")
    assert own.people == 2
    assert {"assignment", "contact", "identity"} == set(own.categories)
    cases = ask(two, "system", "workbuster")
    assert (cases.people, cases.systems) == (2, {"workbuster": 2})


def test_everything_counts_each_person_once(two: House) -> None:
    found = ask(two, "everything", "all")
    assert found.people == 2
    assert found.systems["novo"] == 1
    assert found.systems["gallra"] == found.systems["workbuster"] == 2


def test_a_place_that_only_a_person_reaches_is_an_upper_bound(two: House) -> None:
    found = ask(two, "system", "paper-binder")
    assert found.people == 2
    assert found.at_most == ("paper-binder",)


def test_several_parts_are_one_group_of_people(two: House) -> None:
    parts = [scope(two, "system", "novo"), scope(two, "person", planning.reference(two, OMAR))]
    found = who(two, parts)
    assert found.people == 2
    assert found.systems == {"novo": 1}


def test_a_file_tells_whom_it_brought_and_one_that_nobody_read_says_so(
    two: House, standing_clock: StandingClock
) -> None:
    (stored,) = events(two, EventKind.IMPORT_STORED)
    by_import = ask(two, "import", str(stored["ref"]))
    assert by_import.people == 2
    assert "contact" in by_import.categories
    staging = ask(two, "system", "af-staging")
    assert (staging.people, staging.unread_files) == (2, 0)
    earlier = ask(two, "system", "af-staging", until=standing_clock() - timedelta(hours=1))
    assert earlier.people == 0
    unknown = ask(two, "file", "F-0000000000001")
    assert (unknown.people, unknown.unread_files) == (0, 1)


def test_who_came_later_is_not_concerned(two: House, standing_clock: StandingClock) -> None:
    then = standing_clock()
    standing_clock.pass_time(days=2)
    planning.bring(two, planning.case("1000000003", LINA))
    assert ask(two, "system", "gallra").people == 3
    assert ask(two, "system", "gallra", until=then + timedelta(days=1)).people == 2
    told = ask(two, "system", "gallra", since=then + timedelta(days=1)).ledger
    assert told["import.stored"] == 1


def test_a_disclosure_tells_who_was_in_it_and_since_when_it_is_out(
    build: Builder, standing_clock: StandingClock
) -> None:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    plan = desk.approved(TUVA)
    desk.send(plan)
    found = ask(desk.house(), "disclosure", plan.ref)
    assert (found.people, found.categories) == (1, {"identity": 1})
    (out,) = found.disclosures
    assert (out.ref, out.people, out.categories) == (plan.ref, 1, ("identity",))
    assert out.sent_at == desk.house().at()
    in_records = ask(desk.house(), "system", "gallra")
    assert [one.ref for one in in_records.disclosures] == [plan.ref], "they were given away too"
    before = ask(desk.house(), "system", "gallra", until=standing_clock() - timedelta(days=1))
    assert before.disclosures == ()


def test_who_was_erased_since_is_a_number_and_nobody(scene: Scene) -> None:
    began = scene.clock()
    scene.leavers(TUVA, OMAR)
    scene.office.carry_out(scene.approved())
    scene.later(hours=2)
    house = scene.house()
    found = ask(house, "system", "novo", since=began)
    assert (found.people, found.erased_since) == (0, 2)
    assert ask(house, "system", "novo", since=scene.clock()).erased_since == 0
    assert ask(house, "everything", "all", since=began).erased_since == 2


def test_what_it_is_about_is_kept_with_the_incident_and_worked_out_anew(
    two: House, standing_clock: StandingClock
) -> None:
    ref = register.open_incident(two, kind="intrusion-in-learning-platform", text="Intrång.")
    part = scope(two, "system", "novo", since=standing_clock() - timedelta(days=3))
    assert keep(two, ref, [part]) == 1
    assert keep(two, ref, [part]) == 0
    assert scopes_of(two, ref) == [part]
    assert who(two, scopes_of(two, ref)).people == 1
    planning.in_novo(two, planning.novo_record(TUVA), planning.novo_record(OMAR))
    assert who(two, scopes_of(two, ref)).people == 2
    (event,) = events(two, EventKind.INCIDENT_SCOPED)
    assert event["facts"] == {
        "what": "system",
        "about": "novo",
        "since": part.began_at,
    }
    with reading(two.engine) as connection:
        assert incidents.scopes(connection, known(two, ref).number) == [part]


@pytest.mark.parametrize(
    ("kind", "ref", "code"),
    [
        ("system", "Tuva", "system_unknown"),
        ("disclosure", "P-0000000000001", "disclosure_unknown"),
        ("import", "I-0000000000001", "import_unknown"),
        ("person", "S-0000000000001", "subject_unknown"),
        ("person", "19850709-9805", "reference_malformed"),
        ("nothing", "all", "scope_unknown"),
    ],
)
def test_what_nobody_knows_is_refused(house: House, kind: str, ref: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        scope(house, kind, ref)
    assert refusal.value.code == code
    assert "Tuva" not in str(refusal.value)
