"""Without an approval nothing leaves, whatever somebody does to the records; and what erases never
discloses (H-32)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import select, update

from lifecycle.errors import GallraError, LedgerFailure, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import DISCLOSE, ERASURES, PlanKind, PlanState
from lifecycle.references import SUBJECT, from_reference
from lifecycle.retention.facts import Verdict
from records import planned_people, plans
from records.engines import reading
from records.inventory_writer import people_under_way
from records.plans import Plan
from records.tables import RECORDS, approval, disclosure, plan_item, subject
from records.tables import plan as plan_table
from tasks.erasing import deriving, due_plans
from tasks.erasing.execution import execute, execute_open
from tasks.erasing.planning import still_current as erasure_still_current
from tasks.house.parts import House
from tasks.officers.approvals import approve, require_approved
from tasks.officers.registering import remove_officer
from tasks.proving import certifying
from tasks.sharing import disclosing
from tasks.sharing.disclosing import send
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.register import agreed, waiting
from tasks.sharing.withdrawing import withdraw_due
from tasks.telling.recipients import note_told
from tasks.telling.recipients import waiting as tellings
from tests.factories import planning
from tests.factories.erasures import Office
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import Desk, wish

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def change(desk: Desk, plan: Plan, **columns: object) -> None:
    """Somebody who can write our tables, and has no key of the ledger, changes a plan."""
    own = {name: value for name, value in columns.items() if name in plan_table.c}
    terms = {name: value for name, value in columns.items() if name in disclosure.c}
    with desk.house().engine.begin() as connection:
        if own:
            connection.execute(update(plan_table).where(plan_table.c.id == plan.number).values(own))
        if terms:
            connection.execute(
                update(disclosure).where(disclosure.c.plan_id == plan.number).values(terms)
            )


def is_refused(desk: Desk, plan: Plan, reason: str) -> None:
    """That it is not sent, for that reason, and that no channel was handed a byte."""
    with pytest.raises(GallraError) as refusal:
        desk.send(plan)
    assert refusal.value.code == reason
    desk.nothing_left()
    assert desk.mail.checked == desk.text.checked == [], "nobody was even asked"
    sent = (EventKind.DISCLOSURE_INTENDED, EventKind.DISCLOSURE_SENT)
    assert events(desk.house(), *sent) == []


# --- the attacks ----------------------------------------------------------------------------


@everywhere
def test_without_an_approval_nothing_leaves(desk: Desk) -> None:
    plan = desk.prepare(TUVA)
    is_refused(desk, plan, "approval_missing")
    assert agreed(desk.house()) == []
    assert [one.ref for one in waiting(desk.house())] == [plan.ref]


def test_a_bare_resume_is_no_approval(desk: Desk) -> None:
    plan = desk.prepare(TUVA)
    with pytest.raises(Refused, match="approval_missing"):
        require_approved(desk.house(), plan._replace(state=PlanState.APPROVED, approvals=0))
    is_refused(desk, plan, "approval_missing")


def test_nobody_approves_what_they_prepared(desk: Desk) -> None:
    plan = desk.prepare(TUVA)
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="own_plan"):
        approve(
            desk.house(), plan.ref, officer=first.handle, code=first.fresh(), decision="approve"
        )
    is_refused(desk, plan, "approval_missing")


def test_nobody_prepares_under_a_colleagues_handle_to_approve_it_under_their_own(
    desk: Desk,
) -> None:
    first, second = desk.enrolled()
    selection = Selection(references=(desk.ref(TUVA),))
    for code, reason in (
        (second.fresh(), "code_wrong"),  # their own
        (first.wrong(), "code_wrong"),
        ("", "code_wrong"),
    ):
        with pytest.raises(Refused, match=reason):
            prepare(desk.house(), wish(), selection, by=first.handle, code=code)
    code = first.fresh()
    plan = prepare(desk.house(), wish(), selection, by=first.handle, code=code)
    with pytest.raises(Refused, match="code_used"):
        prepare(desk.house(), wish(), selection, by=first.handle, code=code)
    assert [one.ref for one in waiting(desk.house())] == [plan.ref]
    [noted] = events(desk.house(), EventKind.DISCLOSURE_PREPARED)
    facts = noted["facts"]
    assert isinstance(facts, dict)
    assert facts["officer"] == first.ref
    is_refused(desk, plan, "approval_missing")


@pytest.mark.parametrize("prepared_by", ["chef-syd", ""])
def test_a_row_that_names_somebody_else_as_who_prepared_it(desk: Desk, prepared_by: str) -> None:
    plan = desk.prepare(TUVA)
    first, _ = desk.enrolled()
    change(desk, plan, created_by=prepared_by)
    approve(desk.house(), plan.ref, officer=first.handle, code=first.fresh(), decision="approve")
    is_refused(desk, plan, "approval_not_in_ledger")


def test_an_officer_who_is_removed_prepares_nothing(desk: Desk) -> None:
    first, second = desk.enrolled()
    remove_officer(
        desk.house(),
        first.handle,
        by=second.handle,
        code=second.fresh(),
        without_agreement=False,
    )
    with pytest.raises(Refused, match="officer_removed"):
        desk.prepare(TUVA)
    assert waiting(desk.house()) == []


def test_whoever_prepares_it_is_an_officer(desk: Desk) -> None:
    with pytest.raises(Refused, match="officer_unknown"):
        desk.prepare(TUVA, by="nobody")


@everywhere
@pytest.mark.parametrize("state", ["drawn", "approved", "executing"])
def test_a_plan_whose_row_says_that_nobody_is_needed(desk: Desk, state: str) -> None:
    plan = desk.prepare(TUVA)
    change(desk, plan, approvals=0, state=state)
    is_refused(desk, plan, "approval_missing")


@pytest.mark.parametrize("state", ["approved", "executing"])
def test_an_approval_that_somebody_wrote_into_the_table(desk: Desk, state: str) -> None:
    plan = desk.prepare(TUVA)
    change(desk, plan, state=state)
    _, second = desk.enrolled()
    with desk.house().engine.begin() as connection:
        connection.execute(
            approval.insert().values(
                plan_id=plan.number,
                officer_id=from_reference("O", second.ref),
                role="chef",
                decision="approve",
                plan_hash=plan.hash,
                decided_at=desk.house().at(),
            )
        )
    is_refused(desk, plan, "approval_not_in_ledger")


TERMS = {
    "recipient": "another",
    "contact": "another",
    "contact_digest": b"\x01" * 16,
    "channel": "text-message",
    "password_by": "encrypted-mail-with-file",
    "container": "xlsx",
    "categories": "identity contact",
    "purpose": "education",
    "legal_basis": "consent",
    "condition": "consent",
    "rule": "harmless",
    "until_on": "2036-11-20",
}


@pytest.mark.parametrize("state", ["approved", "executing"])
@pytest.mark.parametrize(("column", "forged"), TERMS.items())
def test_another_recipient_or_time_than_was_approved(
    desk: Desk, column: str, forged: object, state: str
) -> None:
    plan = desk.approved(TUVA)
    change(desk, plan, state=state, **{column: forged})
    derived = column in {"contact_digest", "password_by", "legal_basis", "rule"}
    changed = state == "approved" and not derived  # judged anew it is another one
    is_refused(desk, plan, "plan_changed" if changed else "plan_not_as_approved")


@pytest.mark.parametrize("state", ["approved", "executing"])
@pytest.mark.parametrize("what", ["person", "categories"])
def test_another_person_or_category_than_was_approved(desk: Desk, what: str, state: str) -> None:
    other = from_reference(SUBJECT, desk.ref(OMAR))
    forged = {"subject_id": other} if what == "person" else {"categories": "contact identity"}
    plan = desk.approved(TUVA)
    change(desk, plan, state=state)
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(plan_item).where(plan_item.c.plan_id == plan.number).values(forged)
        )
    changed = state == "approved" and what == "person"
    is_refused(desk, plan, "plan_changed" if changed else "plan_not_as_approved")


@everywhere
@pytest.mark.parametrize("attempt", [0, 1, 7, -1, 2**31 - 1])
def test_another_number_of_attempts_sends_nothing_twice_and_hides_nothing(
    desk: Desk, attempt: int
) -> None:
    plan = desk.approved(TUVA)
    desk.mail.failures.lost_answers = 1  # it arrives, and nobody says so
    with pytest.raises(Unreachable):
        desk.send(plan)
    for stage in ("sending", "prepared"):
        change(desk, plan, attempt=attempt, stage=stage)
        if attempt:
            with pytest.raises(LedgerFailure, match="attempt_not_in_ledger"):
                desk.send(plan)
        assert len(desk.mail.handed) == len(desk.mail.arrived) == 1
    desk.clock.pass_time(days=19)
    withdraw_due(desk.house())
    assert desk.mail.arrived == []


def test_an_approval_that_has_grown_old(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.clock.pass_time(days=8)
    is_refused(desk, plan, "approval_expired")


def test_an_approval_that_has_grown_old_under_a_plan_that_calls_itself_begun(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.clock.pass_time(days=8)
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(plan_table)
            .where(plan_table.c.id == plan.number)
            .values(state=str(PlanState.EXECUTING))
        )
    with pytest.raises(LedgerFailure, match="approval_not_in_ledger"):
        desk.send(plan)
    desk.nothing_left()


def test_a_declined_one(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    _, second = desk.enrolled()
    approve(desk.house(), plan.ref, officer=second.handle, code=second.fresh(), decision="decline")
    is_refused(desk, plan, "plan_declined")


@everywhere
def test_what_was_sent_is_not_sent_again_when_its_rows_are_set_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a backup put back would: the key of its password is gone. The ledger knows it anyway."""
    plan = desk.approved(TUVA)
    with reading(desk.house().engine) as connection:
        sealed = connection.execute(
            select(disclosure.c.sealed).where(disclosure.c.plan_id == plan.number)
        ).scalar_one()
    desk.send(plan)
    handed = len(desk.mail.handed), len(desk.text.handed)
    change(desk, plan, state="executing", stage="prepared", sealed=sealed)
    with desk.house().engine.begin() as connection:
        connection.execute(plan_item.update().values(state="planned"))
    with pytest.raises(LedgerFailure, match="stage_not_in_ledger"):
        desk.send(plan)
    monkeypatch.setattr(disclosing, "require_attested", lambda *_: None)
    with pytest.raises(GallraError, match="key_missing"):
        desk.send(plan)
    assert (len(desk.mail.handed), len(desk.text.handed)) == handed
    change(desk, plan, sealed=None)
    with pytest.raises(Refused, match="disclosure_key_gone"):
        desk.send(plan)
    assert (len(desk.mail.handed), len(desk.text.handed)) == handed


def test_the_ledger_cannot_be_written_and_so_nothing_leaves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = desk.approved(TUVA)
    with monkeypatch.context() as patch:

        def broken(*_: object) -> None:
            raise LedgerFailure("ledger_not_written")

        patch.setattr(type(desk.house().ledger), "append", broken)
        with pytest.raises(LedgerFailure):
            desk.send(plan)
    desk.nothing_left()


# --- an erasure never discloses, a disclosure never erases --------------------------------------


@everywhere
def test_an_approved_disclosure_is_never_carried_out_as_an_erasure(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    house = desk.house()
    before = _everything_but_leases(desk)
    for attempt in (
        lambda: execute(house, plan.ref),
        lambda: certifying.conclude(house, plan),
        lambda: erasure_still_current(house, plan),
        lambda: deriving.derive(house, kind=plan.kind, as_of=plan.as_of),
    ):
        with pytest.raises(Refused, match="plan_erases_nothing"):
            attempt()
    assert execute_open(house) == []
    assert due_plans.agreed(house) == []
    assert due_plans.waiting(house) == []
    with reading(house.engine) as connection:
        going = planned_people.going(
            connection,
            controller="academedia",
            states=list(PlanState),
            cases=house.case_system.system,
        )
        assert going == []
        assert people_under_way(connection, controller="academedia") == set()
        number = from_reference(SUBJECT, desk.ref(TUVA))
        assert planned_people.mentions(connection, controller="academedia", subject=number) == []
        assert plans.items(connection, plan.number, verdict=Verdict.GO) == []
    assert _everything_but_leases(desk) == before
    change(desk, plan, state="executing")
    assert execute_open(house) == []
    with pytest.raises(Refused, match="plan_erases_nothing"):
        execute(house, plan.ref)
    assert _people(desk) == 2


@everywhere
def test_a_disclosure_that_calls_itself_an_erasure_erases_nobody(desk: Desk) -> None:
    for kind in sorted(ERASURES):
        plan = desk.approved(TUVA)
        change(desk, plan, kind=str(kind), state="executing")
        with suppress(GallraError):
            execute(desk.house(), plan.ref)
        change(desk, plan, state="void")
        assert _people(desk) == 2
    desk.nothing_left()


@everywhere
def test_an_approved_erasure_never_discloses(build: Builder, standing_clock: StandingClock) -> None:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA, end="2026-05-10"))
    office = Office(desk.house, standing_clock)
    plan = office.draw()
    office.approve(plan)
    with pytest.raises(Refused, match="plan_discloses_nothing"):
        send(desk.house(), plan.ref)
    assert agreed(desk.house()) == []
    change(desk, plan, kind=str(PlanKind.DISCLOSURE))
    with pytest.raises(GallraError):
        send(desk.house(), plan.ref)
    desk.nothing_left()


def test_every_kind_of_plan_erases_or_discloses_or_does_neither() -> None:
    neither = {PlanKind.REVIEW, PlanKind.INCIDENT}
    assert set(PlanKind) == ERASURES | {PlanKind.DISCLOSURE} | neither
    assert ERASURES.isdisjoint({PlanKind.DISCLOSURE, *neither})
    assert DISCLOSE not in set(Verdict)


# --- recipients are told (art. 19) --------------------------------------------------------------


@everywhere
def test_who_received_the_data_is_told_when_it_is_erased(
    build: Builder, standing_clock: StandingClock
) -> None:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    office = Office(_without_places(desk), standing_clock)
    office.officers = desk.enrolled()
    sent, not_sent = desk.approved(TUVA, OMAR), desk.prepare(TUVA)
    desk.send(sent)
    erased = desk.ref(TUVA)
    plan = office.draw_request(erased)
    _approved_by_second(desk, office.build(), plan)
    office.execute(plan)
    with reading(desk.house().engine) as connection:
        state = plans.get(connection, controller="academedia", number=plan.number).state
    assert state is PlanState.PROVEN
    [telling] = tellings(desk.house())
    assert (telling.disclosure, telling.cause, telling.people) == (sent.ref, plan.ref, 1)
    assert telling.disclosure != not_sent.ref
    [opened] = events(desk.house(), EventKind.TELLING_OPENED)
    assert opened["facts"] == {
        "disclosure": sent.ref,
        "because": "erased",
        "cause": plan.ref,
    }
    _, second = desk.enrolled()
    note_told(desk.house(), telling.ref, officer=second.handle, code=second.fresh())
    assert tellings(desk.house()) == []
    with pytest.raises(Refused, match="telling_done"):
        note_told(desk.house(), telling.ref, officer=second.handle, code=second.fresh())


@everywhere
def test_who_is_erased_before_it_is_sent_is_not_disclosed(
    build: Builder, standing_clock: StandingClock
) -> None:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    office = Office(_without_places(desk), standing_clock)
    office.officers = desk.enrolled()
    shared = desk.approved(TUVA, OMAR)
    plan = office.draw_request(desk.ref(TUVA))
    _approved_by_second(desk, office.build(), plan)
    office.execute(plan)
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(shared)
    desk.nothing_left()
    assert tellings(desk.house()) == []


def _approved_by_second(desk: Desk, house: House, plan: Plan) -> None:
    _, second = desk.enrolled()
    approve(house, plan.ref, officer=second.handle, code=second.fresh(), decision="approve")


def _without_places(desk: Desk) -> Callable[[], House]:
    """The same house with no system beside our records and the cases."""

    def house() -> House:
        whole = desk.house()
        elsewhere = {name for name, one in whole.policy.systems.items() if one.by_hand}
        return dataclasses.replace(
            whole, systems={}, by_hand=frozenset(), absent=frozenset(elsewhere | {"novo"})
        )

    return house


def _people(desk: Desk) -> int:
    with reading(desk.house().engine) as connection:
        return len(connection.execute(select(subject.c.id)).all())


def _everything_but_leases(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    with reading(desk.house().engine) as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(select(table)))
            for name, table in RECORDS.tables.items()
            if name in {"subject", "holding", "plan_item", "disclosure", "engagement"}
        }
