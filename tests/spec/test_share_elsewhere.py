"""A disclosure takes from other systems what was agreed to, read anew when it is sent; or nothing
leaves (A-68, A-75, H-32)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from connectors.memory_system import MemoryRecord
from console.main import app
from lifecycle.disclosure import Stage
from lifecycle.errors import GallraError, LedgerFailure, Misconfigured, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import SUBJECT, from_reference
from records import placements, plans
from records.engines import reading
from records.plans import Plan
from records.tables import RECORDS, plan_item
from records.tables import plan as plan_table
from tasks.house import wiring
from tasks.house.doors import Cell
from tasks.house.parts import House
from tasks.sharing.register import entry, people_of
from tasks.sharing.sources import Source, sources
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import MAIL
from tests.factories.sharing_elsewhere import NICK, NOVO, School

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def school(build: Builder, standing_clock: StandingClock) -> School:
    school = School(build, standing_clock)
    school.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    school.in_novo(TUVA)
    school.look()
    return school


def refused(school: School, plan: Plan, reason: str) -> None:
    """Nothing leaves, now or later; it says why, and where."""
    with pytest.raises(Refused, match=f"^{reason} novo$"):
        school.send(plan)
    school.nothing_left()
    with reading(school.house().engine) as connection:
        state = plans.get(connection, controller="academedia", number=plan.number).state
    assert state is PlanState.VOID
    assert school.stage(plan) is Stage.ENDED
    assert school.send(plan).stage is Stage.ENDED
    school.nothing_left()


def everything_kept(school: School) -> bytes:
    with reading(school.house().engine) as connection:
        rows = [tuple(r) for t in RECORDS.tables.values() for r in connection.execute(t.select())]
    return repr(rows).encode()


# --- how it goes when all is well ---


@everywhere
def test_what_lies_in_another_system_arrives_sealed_with_where_it_is_from(school: School) -> None:
    plan = school.agreed()
    school.nothing_left()
    assert school.send(plan) == (plan.ref, Stage.OPEN, 1)
    [cell] = school.received()
    assert cell == Cell(1, "identity", "name", NICK, source=NOVO)
    school.outgoing_is_empty()
    told = entry(school.house(), plan.ref)
    assert told.sources == {"identity": ("novo",)}
    assert (told.people, told.held) == (1, 0)
    [noted] = events(school.house(), EventKind.DISCLOSURE_PREPARED)
    assert noted["numbers"]["elsewhere"] == 1  # type: ignore[index]


def test_our_own_records_and_another_system_stand_beside_each_other(school: School) -> None:
    school.in_novo(OMAR)
    school.look()
    plan = school.agreed(TUVA, OMAR, systems=("gallra", "novo"))
    assert plan.counts["people"] == 2
    assert plan.counts["elsewhere"] == 2
    assert school.send(plan).people == 2
    cells = school.received()
    assert [cell.person for cell in cells] == sorted(cell.person for cell in cells)
    ours = {cell.value for cell in cells if not cell.source}
    assert {*TUVA[:2], *OMAR[:2]} < ours
    assert [cell.value for cell in cells if cell.source == NOVO] == [NICK, NICK]
    assert {what for _, what in people_of(school.house(), plan.ref)} == {("identity",)}
    assert entry(school.house(), plan.ref).sources == {"identity": ("gallra", "novo")}


def test_without_a_system_named_only_our_own_records_are_given(school: School) -> None:
    plan = school.agreed(systems=())
    school.send(plan)
    assert NICK not in {cell.value for cell in school.received()}
    assert "elsewhere" not in plan.counts


def test_it_says_where_a_category_lies_and_how_it_could_be_taken(school: School) -> None:
    people = [from_reference(SUBJECT, school.ref(who)) for who in (TUVA, OMAR)]
    found = sources(school.house(), people, ["identity", "attendance"])
    assert Source("identity", "gallra", "ours", 2) in found
    assert Source("identity", "novo", "read_out", 1) in found
    assert Source("attendance", "novo", "read_out", 1) in found
    assert Source("identity", "workbuster", "same_as_ours", 2) in found
    assert Source("identity", "e-mail", "by_hand", 2) in found
    assert found == sorted(found)


def test_preparing_the_same_again_is_the_same_plan_and_another_record_another(
    school: School,
) -> None:
    plan = school.prepared()
    assert school.prepared().ref == plan.ref
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.fields["identity"]["name"] = "Lillan Annan"
    other = school.prepared()
    assert other.ref != plan.ref
    assert other.hash != plan.hash


# --- the plaintext rule ---


@everywhere
def test_the_values_are_in_no_table_event_or_letter(school: School) -> None:
    plan = school.agreed()
    assert NICK.encode() not in everything_kept(school)
    school.send(plan)
    assert NICK.encode() not in everything_kept(school)
    out = (school.mail.bytes_out() + school.text.bytes_out()).decode("utf-8", "replace")
    assert not [word for word in NICK.split() if word in out]


def test_what_is_kept_of_a_record_tells_nothing_once_it_is_sent(school: School) -> None:
    """Of two plans about the same record the digests differ, and their key goes."""
    one, other = school.agreed(), school.prepared(until=date(2026, 11, 19))
    with reading(school.house().engine) as connection:
        digests = [
            stored.item.digest
            for plan in (one, other)
            for stored in plans.items(connection, plan.number)
        ]
    assert None not in digests
    assert len(set(digests)) == 2
    school.send(one)
    with pytest.raises(GallraError, match="key_missing"):
        school.house().vault.open([(one.number, one.number, "#disclosure", b"\x01" * 60)])


# --- what has changed since ---


def _moved(school: School, record: MemoryRecord) -> None:
    record.fields["identity"]["name"] = "Lillan Annan"


def _one_more_field(school: School, record: MemoryRecord) -> None:
    record.fields["identity"]["given_name"] = "Lillan"


def _emptied(school: School, record: MemoryRecord) -> None:
    record.fields["identity"].clear()


def _gone(school: School, record: MemoryRecord) -> None:
    school.novo._records.clear()


def _somebody_elses(school: School, record: MemoryRecord) -> None:
    record.identifiers["national_id"] = LINA[2]


def _nobodys(school: School, record: MemoryRecord) -> None:
    record.identifiers.clear()


def _twice(school: School, record: MemoryRecord) -> None:
    school.novo.put(dataclasses.replace(record))


def _protected(school: School, record: MemoryRecord) -> None:
    record.protected = True


Change = Callable[[School, MemoryRecord], None]
CHANGES: list[tuple[Change, str]] = [
    (_moved, "record_changed"),
    (_one_more_field, "record_changed"),
    (_emptied, "record_changed"),
    (_gone, "record_missing"),
    (_somebody_elses, "record_anothers"),
    (_nobodys, "record_unclear"),
    (_twice, "record_unclear"),
    (_protected, "identity_protected"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_record_that_is_not_as_it_was_agreed_to_is_not_sent(
    school: School, change: Change, reason: str
) -> None:
    plan = school.agreed()
    record = school.novo.find("novo-Tuva")
    assert record is not None
    change(school, record)
    refused(school, plan, reason)


@pytest.mark.parametrize(
    ("change", "reason"), [c for c in CHANGES if c[0] not in {_moved, _one_more_field}]
)
def test_nor_is_it_prepared(school: School, change: Change, reason: str) -> None:
    record = school.novo.find("novo-Tuva")
    assert record is not None
    change(school, record)
    with pytest.raises(Refused, match=f"^{reason} novo$"):
        school.prepared()
    [noted] = events(school.house(), EventKind.DISCLOSURE_REFUSED)
    assert noted["facts"] == {"reason": reason, "sentence": "novo"}
    assert events(school.house(), EventKind.DISCLOSURE_PREPARED) == []


def test_one_protected_person_keeps_everybodys_data_here(school: School) -> None:
    school.in_novo(OMAR)
    school.look()
    plan = school.agreed(TUVA, OMAR, systems=("gallra", "novo"))
    record = school.novo.find("novo-Omar")
    assert record is not None
    record.fields["identity"]["family_name"] = "Skyddad identitet"
    refused(school, plan, "identity_protected")


def test_what_changes_in_a_category_that_is_not_disclosed_keeps_nothing_back(
    school: School,
) -> None:
    plan = school.agreed()
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.fields["attendance"]["present"] = "no"
    assert school.send(plan).stage is Stage.OPEN


def test_a_hold_that_is_placed_since_is_another_disclosure_and_who_agrees_sees_it(
    school: School,
) -> None:
    plan = school.agreed()
    number = planning.hold(school.house(), from_reference(SUBJECT, school.ref(TUVA)), "identity")
    with pytest.raises(Refused, match=r"^plan_changed"):
        school.send(plan)
    school.nothing_left()
    held = school.agreed()
    assert entry(school.house(), held.ref).held == 1
    planning.release(school.house(), number)
    with pytest.raises(Refused, match=r"^plan_changed"):
        school.send(held)
    school.nothing_left()


def test_who_is_erased_since_is_not_disclosed(school: School) -> None:
    plan = school.agreed()
    with reading(school.house().engine) as connection:
        [number] = placements.numbers_in(connection, controller="academedia", system="novo")
    with school.house().work() as work:
        placements.remove(work.connection, [number])
        work.record(EventKind.INVENTORY_TAKEN)
        work.commit()
    with pytest.raises(Refused, match=r"^plan_changed"):
        school.send(plan)
    school.nothing_left()


def test_what_is_being_erased_just_now_is_not_disclosed(school: School) -> None:
    plan = school.agreed()
    going = school.prepared(until=date(2026, 11, 19))
    _as_an_erasure_that_has_begun(school, going)
    with pytest.raises(Refused, match=r"^plan_changed"):
        school.send(plan)
    with pytest.raises(Refused, match=rf"^being_erased {school.ref(TUVA)}$"):
        school.prepared(until=date(2026, 11, 18))
    school.nothing_left()


def _as_an_erasure_that_has_begun(school: School, plan: Plan) -> None:
    with school.house().engine.begin() as connection:
        connection.execute(
            update(plan_table)
            .where(plan_table.c.id == plan.number)
            .values(kind="retention", state="executing")
        )
        connection.execute(
            update(plan_item).where(plan_item.c.plan_id == plan.number).values(verdict="go")
        )


# --- a system that is away ---


def test_a_system_that_is_away_keeps_it_here_and_it_goes_when_it_is_back(school: School) -> None:
    plan = school.agreed()
    school.novo.failures.unreachable = True
    for _ in range(2):
        with pytest.raises(Unreachable, match=r"^system_unreachable novo$"):
            school.send(plan)
        school.nothing_left()
    school.novo.failures.unreachable = False
    assert school.send(plan).stage is Stage.OPEN
    assert len(school.mail.arrived) == len(school.text.arrived) == 1


@pytest.mark.parametrize("text", ["Lillan \x00", "Lillan \u202enossovoN", "\udc80"])
def test_what_no_table_can_hold_is_told_before_anybody_agrees(school: School, text: str) -> None:
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.fields["identity"]["name"] = text
    with pytest.raises(Refused, match=r"^text_not_writable novo$"):
        school.prepared()
    school.nothing_left()


def test_a_system_that_is_away_lets_nothing_be_prepared(school: School) -> None:
    school.novo.failures.unreachable = True
    with pytest.raises(Unreachable, match=r"^system_unreachable novo$"):
        school.prepared()
    assert events(school.house(), EventKind.DISCLOSURE_PREPARED) == []


def test_no_system_is_read_before_both_ways_are_open(school: School) -> None:
    """Values that cannot leave are not fetched."""
    plan = school.agreed()
    read: list[object] = []
    whole = school.novo.read_out

    def noted(asked: object) -> object:
        read.append(asked)
        return whole(asked)  # type: ignore[arg-type]

    school.novo.read_out = noted  # type: ignore[method-assign, assignment]
    school.text.failures.unreachable = True
    with pytest.raises(Unreachable):
        school.send(plan)
    assert read == []
    school.text.failures.unreachable = False
    school.send(plan)
    assert len(read) == 1


def test_what_is_on_its_way_already_is_not_read_again(school: School) -> None:
    plan = school.agreed()
    school.mail.answers = [Unreachable("channel_unreachable")]
    with pytest.raises(Unreachable):
        school.send(plan)
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.fields["identity"]["name"] = "Lillan Annan"
    assert school.send(plan).stage is Stage.OPEN
    assert {cell.value for cell in school.received()} == {NICK}


# --- where it may be taken from ---


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("e-mail", "system_by_hand e-mail"),
        ("workbuster", "system_not_read_out workbuster"),
        ("af-staging", "system_not_read_out af-staging"),
        ("local-computer", "system_not_read_out local-computer"),
        ("lillan-novosson", "system_unknown"),
    ],
)
def test_a_place_that_is_not_read_out_is_refused_and_the_alternative_named(
    school: School, system: str, code: str
) -> None:
    from tasks.remedies.every import remedy_for

    with pytest.raises(Refused, match=f"^{code}$") as caught:
        school.prepared(systems=(system,))
    assert len(remedy_for(caught.value.code).next) > 20
    school.nothing_left()


def test_a_system_that_is_not_bound_or_not_there_is_refused(school: School) -> None:
    with pytest.raises(Misconfigured, match=r"^system_not_bound omnius$"):
        school.prepared(systems=("omnius",))
    school.change = lambda house: dataclasses.replace(house, absent=frozenset({"omnius"}))
    with pytest.raises(Refused, match=r"^system_absent omnius$"):
        school.prepared(systems=("omnius",))


def test_who_is_only_in_another_system_is_named_with_it(school: School) -> None:
    school.novo.put(planning.novo_record(LINA))
    school.look()
    with pytest.raises(Refused, match=r"^lies_elsewhere novo$"):
        school.prepare(LINA)
    plan = school.agreed(LINA)
    school.send(plan)
    assert {cell.value for cell in school.received()} == {LINA[1]}


def test_as_what_the_recipient_may_not_be_told_of_nobody_is_read_out(school: School) -> None:
    """A participant who is also a pupil: the recipient is told of participants alone."""
    record = school.novo.find("novo-Tuva")
    assert record is not None
    record.kind = "pupil"
    school.look()
    with pytest.raises(Refused, match=r"^nothing_to_disclose$|^lies_elsewhere"):
        school.prepared()


def test_the_commands_say_where_it_lies_and_out_of_what_it_is_taken(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = school.enrolled()
    person = school.ref(TUVA)

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[House]:
        yield school.house()

    monkeypatch.setattr(wiring, "open_house", opened)

    def gallra(*words: str, code: int = 0) -> str:
        typed = f"{first.fresh()}\n"
        done = CliRunner().invoke(app, ["share", *words], input=typed, env={"COLUMNS": "200"})
        assert done.exit_code == code, done.output
        for secret in (NICK, *NICK.split(), *TUVA):
            assert secret not in done.output
        return done.output

    about = ("--about", person, "--category", "identity")
    shown = gallra("sources", *about)
    for system in ("gallra", "novo", "workbuster", "e-mail"):
        assert system in shown
    assert "--from reads it there" in shown
    wanted = ("--to", "arbetsformedlingen", "--contact", "desk", "--purpose", "assignment",
              "--channel", MAIL, "--until", "2026-11-20", "--by", first.handle)  # fmt: skip
    told = gallra("prepare", *about, *wanted, "--from", "novo")
    assert "identity: out of novo" in told
    taken, _, left = told.partition("It lies here too")
    assert "gallra" not in taken.partition("identity: out of")[2]
    assert "gallra" in left
    refused = gallra("prepare", *about, *wanted, "--from", "e-mail", code=3)
    assert "system_by_hand" in refused
    as_json = json.loads(gallra("sources", *about, "--json"))
    assert {"category": "identity", "system": "novo", "how": "read_out", "people": 1} in as_json[
        "sources"
    ]


# --- forged rows ---


@pytest.mark.parametrize("state", ["approved", "executing"])
@pytest.mark.parametrize("forged", ["digest", "placement_id", "system"])
def test_another_record_than_was_agreed_to(school: School, forged: str, state: str) -> None:
    school.in_novo(OMAR)
    school.look()
    plan = school.agreed()
    with reading(school.house().engine) as connection:
        known = placements.numbers_in(connection, controller="academedia", system="novo")
        stored = plans.items(connection, plan.number)
    other = next(number for number in known if number != stored[0].item.placement_id)
    values = {"digest": b"\x01" * 16, "placement_id": other, "system": "gallra"}
    with school.house().engine.begin() as connection:
        connection.execute(
            update(plan_item)
            .where(plan_item.c.plan_id == plan.number)
            .values({forged: values[forged]})
        )
        connection.execute(
            update(plan_table).where(plan_table.c.id == plan.number).values(state=state)
        )
    with pytest.raises((Refused, LedgerFailure)):
        school.send(plan)
    school.nothing_left()


def test_a_record_is_not_anothers_because_a_row_says_so(school: School) -> None:
    """Both rows moved to Omar: the sealed key of the record opens for Tuva alone."""
    plan = school.agreed()
    omar = from_reference(SUBJECT, school.ref(OMAR))
    with school.house().engine.begin() as connection:
        connection.execute(
            update(plan_item).where(plan_item.c.plan_id == plan.number).values(subject_id=omar)
        )
        connection.execute(RECORDS.tables["placement"].update().values(subject_id=omar))
    with pytest.raises(GallraError):
        school.send(plan)
    school.nothing_left()


# --- an erasure is not led astray ---


def test_a_record_that_was_disclosed_is_not_taken_for_one_that_was_worked_on(
    school: School,
) -> None:
    plan = school.agreed()
    school.send(plan)
    number = from_reference(SUBJECT, school.ref(TUVA))
    with school.house().engine.begin() as connection:
        connection.execute(RECORDS.tables["placement"].update().values(categories=""))
    with reading(school.house().engine) as connection:
        assert placements.left_empty(connection, [number]) == {}
        assert plans.placements_going(connection, system="novo") == 0
