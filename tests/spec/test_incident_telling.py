"""The operations manager tells the people concerned, after talking to the data protection officer:
both agree to exactly that list and text (A-30, A-27, H-58, art. 34)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from lifecycle.errors import LedgerFailure, Refused
from lifecycle.incident.notice import Facts, Language, Must, notice
from lifecycle.incident.states import State, Telling
from lifecycle.incident.words import Consequence, Exemption, Likelihood, Topic
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import OFFICER, from_reference
from records import plans, to_dos
from records.engines import reading
from records.erasing import remove_subjects
from records.plans import Plan
from records.tables import RECORDS, approval, ledger_event
from records.tables import plan as plan_table
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.incidents import people as register
from tasks.incidents.following import stand_letters
from tasks.incidents.form import filled
from tasks.incidents.narrowing import leave_out, narrow
from tasks.incidents.register import reveal, show
from tasks.incidents.steps import known
from tasks.incidents.telling import agreed, draw_list, letter, note_told
from tasks.incidents.texts import seal
from tasks.incidents.who import keep, scope, scopes_of, who
from tasks.officers.approvals import approve
from tasks.proving.lost_records import find_lost
from tasks.proving.proof import verify_ledger
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house"]

WORDS = {
    Topic.PEOPLE_HAPPENED: "Ett mejl med din adress gick till fel skola.",
    Topic.PEOPLE_CONSEQUENCES: "Någon annan kan ha läst var du bor.",
    Topic.PEOPLE_MEASURES: "Mottagaren har raderat mejlet. Vi har ändrat rutinen.",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "dpo")


@pytest.fixture
def manager(house: House, standing_clock: StandingClock, dpo: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "verksamhet-1", "verksamhetschef", by=dpo)


@pytest.fixture
def ref(house: House, dpo: Authenticator) -> str:
    """An incident of a high risk that concerns two people, with the words that they read."""
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    ref = register.open_incident(house, kind="mail-to-wrong-person", text="Mejl till fel skola.")
    keep(house, ref, [scope(house, "system", "gallra")])
    register.assess(
        house,
        ref,
        consequence=Consequence.SEVERE,
        likelihood=Likelihood.LIKELY,
        sensitive=False,
        risk=None,
        text=None,
        **by(dpo),
    )
    for topic, text in WORDS.items():
        register.note(house, ref, topic=topic, text=text)
    return ref


def by(who: Authenticator) -> dict[str, Any]:
    return {"officer": who.handle, "code": who.fresh()}


def say_yes(house: House, plan: Plan, who: Authenticator, **more: Any) -> PlanState:
    return approve(house, plan.ref, decision="approve", **by(who), **more).state


def is_refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code


def state_of(house: House, plan: Plan) -> PlanState:
    with reading(house.engine) as connection:
        return plans.get(connection, controller=house.controller, number=plan.number).state


# --- the text -------------------------------------------------------------------------------------

FACTS = Facts(
    ref="B-0000000000001",
    company="Exempelskolan AB",
    contact="dataskydd@example.se",
    phone="013-000000",
    authority="Integritetsskyddsmyndigheten (IMY)",
    authority_web="https://www.imy.se",
    data=("namn och personnummer",),
    happened="Det här hände.",
    consequences="Det här kan det betyda.",
    measures="Det här gjorde vi.",
    advice="Det här kan du göra.",
)


@pytest.mark.parametrize("language", ["sv", "da", "en"])
def test_the_notice_has_everything_that_article_34_2_asks_for(language: Language) -> None:
    made = notice(language, FACTS)
    assert {one.answers for one in made.sections} - {None} == set(Must)
    for one in made.sections:
        assert one.heading in made.text
        assert one.text in made.text
    for fact in ("dataskydd@example.se", "B-0000000000001", "imy.se", "namn och personnummer"):
        assert fact in made.text
    assert made.text.count("{") == made.text.count("}") == 0
    without = notice(language, FACTS._replace(advice=None, data=()))
    assert {one.answers for one in without.sections} - {None} == set(Must)
    assert len(without.sections) == len(made.sections) - 2


def test_the_three_languages_say_the_same_parts_in_different_words() -> None:
    made = [notice(language, FACTS) for language in ("sv", "da", "en")]
    assert len({tuple(one.answers for one in each.sections) for each in made}) == 1
    headings = [one.heading for each in made for one in each.sections]
    assert len(headings) == len(set(headings))


def test_the_letter_is_made_of_what_was_written_for_those_who_read_it(
    house: House, ref: str
) -> None:
    made = letter(house, ref)
    assert made.language == "sv"
    for text in WORDS.values():
        assert text in made.text
    assert "Mejl till fel skola." not in made.text, "the log's own words may be about others"
    register.note(house, ref, topic=Topic.PEOPLE_MEASURES, text="Nu är det också anmält.")
    assert "Nu är det också anmält." in letter(house, ref).text
    assert WORDS[Topic.PEOPLE_MEASURES] not in letter(house, ref).text, "the newest counts"


# --- both agree -----------------------------------------------------------------------------------


def test_people_are_on_an_agreed_list_only_after_both_said_yes(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    plan = draw_list(house, ref, **by(dpo))
    assert (plan.counts, plan.approvals) == ({"people": 2}, 2)
    assert agreed(house) == []
    assert say_yes(house, plan, manager) is PlanState.DRAWN
    assert agreed(house) == []
    is_refused("telling_not_agreed", lambda: note_told(house, ref, **by(manager)))
    assert say_yes(house, plan, dpo) is PlanState.APPROVED
    (ready,) = agreed(house)
    assert (ready.ref, ready.plan, ready.language) == (ref, plan.ref, "sv")
    people = {planning.person(house, who) for who in (TUVA, OMAR)}
    assert {number for number, _ in ready.people} == people
    assert all("contact" in categories for _, categories in ready.people)


def test_neither_of_them_alone_nor_somebody_else_is_enough(
    house: House,
    ref: str,
    dpo: Authenticator,
    manager: Authenticator,
    standing_clock: StandingClock,
) -> None:
    other = enrol(house, standing_clock, "chef-nord", "chef", by=dpo)
    second_dpo = enrol(house, standing_clock, "ombud-2", "dpo", by=dpo)
    plan = draw_list(house, ref, **by(dpo))
    is_refused("role_may_not_approve", lambda: say_yes(house, plan, other))
    say_yes(house, plan, dpo)
    is_refused("approved_before", lambda: say_yes(house, plan, dpo))
    is_refused("second_role_missing", lambda: say_yes(house, plan, second_dpo))
    assert agreed(house) == []
    assert say_yes(house, plan, manager) is PlanState.APPROVED


def test_the_policy_says_who_must_agree_and_erasures_are_not_touched_by_it(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    """The same officers' roles for plans that erase stay those of `approvals`."""
    assert house.policy.approvals.erasure == ("chef", "verksamhetschef")
    plan = draw_list(house, ref, **by(manager))
    say_yes(house, plan, dpo)
    assert say_yes(house, plan, manager) is PlanState.APPROVED, "who drew it up may agree"


def test_another_text_or_other_people_void_what_was_agreed(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    plan = draw_list(house, ref, **by(dpo))
    assert draw_list(house, ref, **by(dpo)).ref == plan.ref, "the same again is the same plan"
    say_yes(house, plan, manager)
    say_yes(house, plan, dpo)
    register.note(house, ref, topic=Topic.ADVICE, text="Byt lösenord.")
    assert agreed(house) == []
    assert state_of(house, plan) is PlanState.VOID
    again = draw_list(house, ref, **by(dpo))
    assert again.ref != plan.ref
    planning.bring(house, planning.case("1000000003", ("Lina", "Låtsas", "189001019802")))
    is_refused("plan_changed", lambda: say_yes(house, again, manager))
    third = draw_list(house, ref, **by(dpo))
    assert third.counts == {"people": 3}
    assert state_of(house, again) is PlanState.VOID


# --- which data -----------------------------------------------------------------------------------


def test_letter_form_and_list_name_the_data_to_which_somebody_narrowed_it(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    called = {name: category.called for name, category in house.policy.categories.items()}
    found = set(who(house, scopes_of(house, ref)).categories)
    assert {"contact", "identity", "assignment"} <= found
    drawn = draw_list(house, ref, **by(dpo))
    say_yes(house, drawn, dpo)
    say_yes(house, drawn, manager)
    assert len(agreed(house)) == 1

    narrow(house, ref, only=["contact"], **by(dpo))
    text = letter(house, ref).text
    assert called["contact"] in text
    assert not any(called[name] in text for name in found - {"contact"})
    assert agreed(house) == [], "both agreed to a letter about other data"
    assert state_of(house, drawn) is PlanState.VOID
    told = {one.id: one.text for one in filled(house, ref, **by(dpo)).answers}
    assert told["categories"] == f"{called['contact']} (2)"
    anew = draw_list(house, ref, **by(dpo))
    assert anew.hash != drawn.hash
    assert anew.ref != drawn.ref
    say_yes(house, anew, dpo)
    say_yes(house, anew, manager)
    ((_, first), (_, second)) = agreed(house)[0].people
    assert first == second == ("contact",)
    asked = [event["facts"] for event in events(house, EventKind.INCIDENT_SCOPED)][-1]
    assert asked == {"what": "category", "about": "contact", "officer": asked["officer"]}  # type: ignore[index]

    assert narrow(house, ref, only=(), **by(dpo)) == ()
    assert set(who(house, scopes_of(house, ref)).categories) == found


def test_a_part_that_was_said_by_mistake_is_left_out_and_nobody_of_it_is_told(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    before = who(house, scopes_of(house, ref))
    stood = [part.ref for part in scopes_of(house, ref)]
    keep(house, ref, [scope(house, "system", "workbuster")])
    narrow(house, ref, only=["contact"], **by(dpo))
    drawn = draw_list(house, ref, **by(dpo))
    say_yes(house, drawn, dpo)
    say_yes(house, drawn, manager)
    assert len(agreed(house)) == 1
    is_refused(
        "part_not_said", lambda: leave_out(house, ref, parts=["workbuster", "novo"], **by(dpo))
    )
    is_refused("part_not_said", lambda: leave_out(house, ref, parts=["contact"], **by(dpo)))
    is_refused(
        "role_may_not_judge", lambda: leave_out(house, ref, parts=["workbuster"], **by(manager))
    )
    assert len(agreed(house)) == 1

    assert leave_out(house, ref, parts=["workbuster"], **by(dpo)) == tuple(sorted(stood))
    after = who(house, scopes_of(house, ref))
    assert (after.people, after.categories) == (before.people, before.categories)
    assert agreed(house) == [], "both agreed to a list of other people"
    assert state_of(house, drawn) is PlanState.VOID
    back = [event["facts"] for event in events(house, EventKind.INCIDENT_SCOPED)][-2]
    assert back["about"] == "workbuster"  # type: ignore[index]
    assert back["taken_back"] == "yes"  # type: ignore[index]
    verify_ledger(house)


def test_only_what_was_found_is_narrowed_to_and_only_by_who_judges(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    before = scopes_of(house, ref)
    for wrong in ("shoe-size", "health"):
        only = ["contact", wrong]
        is_refused(
            "category_not_concerned", lambda only=only: narrow(house, ref, only=only, **by(dpo))
        )
    is_refused("role_may_not_judge", lambda: narrow(house, ref, only=["contact"], **by(manager)))
    assert scopes_of(house, ref) == before


def test_who_has_nothing_of_it_is_not_concerned_and_a_new_part_takes_it_back(
    house: House, ref: str, dpo: Authenticator
) -> None:
    keep(house, ref, [scope(house, "system", "workbuster")])
    whole = who(house, scopes_of(house, ref))
    assert whole.systems == {"gallra": 2, "workbuster": 2}
    narrow(house, ref, only=["assignment"], **by(dpo))
    narrowed = who(house, scopes_of(house, ref))
    assert narrowed.only
    assert set(narrowed.categories) == set(narrowed.only)
    assert keep(house, ref, [scope(house, "system", "workbuster")]) == 0
    assert who(house, scopes_of(house, ref)).only, "nothing new was said"
    keep(house, ref, [scope(house, "system", "novo")])
    assert who(house, scopes_of(house, ref)).only == ()
    gone = events(house, EventKind.INCIDENT_SCOPED)[-1]["facts"]
    assert gone == {"what": "category", "about": "all"}


def test_a_no_of_either_ends_it(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    plan = draw_list(house, ref, **by(dpo))
    approve(house, plan.ref, decision="decline", **by(manager))
    assert show(house, ref).line.next == "report it"
    is_refused("plan_declined", lambda: say_yes(house, plan, dpo))
    assert draw_list(house, ref, **by(dpo)).ref != plan.ref


def test_a_decision_that_nobody_is_told_voids_the_list(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    plan = draw_list(house, ref, **by(dpo))
    say_yes(house, plan, manager)
    say_yes(house, plan, dpo)
    register.decide_telling(
        house, ref, yes=False, exemption=Exemption.AVERTED, text="Spärrat.", **by(dpo)
    )
    assert state_of(house, plan) is PlanState.VOID
    assert agreed(house) == []
    is_refused("telling_not_decided", lambda: note_told(house, ref, **by(manager)))


def test_an_approval_that_grew_old_is_asked_for_again(
    house: House,
    ref: str,
    dpo: Authenticator,
    manager: Authenticator,
    standing_clock: StandingClock,
) -> None:
    plan = draw_list(house, ref, **by(dpo))
    say_yes(house, plan, manager)
    say_yes(house, plan, dpo)
    standing_clock.pass_time(days=8)
    assert agreed(house) == []
    is_refused("approval_expired", lambda: note_told(house, ref, **by(manager)))
    say_yes(house, plan, manager)
    say_yes(house, plan, dpo)
    assert len(agreed(house)) == 1


def test_rows_that_nobody_agreed_to_tell_nobody(
    house: House, ref: str, dpo: Authenticator, manager: Authenticator
) -> None:
    """Whoever writes into the tables past Gallra has not the ledger's key."""
    plan = draw_list(house, ref, **by(dpo))
    say_yes(house, plan, dpo)
    with house.work() as work:
        (row,) = work.connection.execute(select(approval)).all()
        number = from_reference(OFFICER, manager.ref)
        work.connection.execute(
            approval.insert().values(
                **(dict(row._mapping) | {"officer_id": number, "role": "verksamhetschef"})
            )
        )
        work.connection.execute(
            update(plan_table)
            .where(plan_table.c.id == plan.number)
            .values(state=str(PlanState.APPROVED))
        )
        work.record(EventKind.RULES_APPLIED)
        work.commit()
    with pytest.raises(LedgerFailure, match="approval_not_in_ledger"):
        agreed(house)
    with pytest.raises(LedgerFailure, match="approval_not_in_ledger"):
        note_told(house, ref, **by(manager))


# --- what is missing ------------------------------------------------------------------------------


def test_without_its_words_or_anybody_concerned_there_is_no_list(
    house: House, dpo: Authenticator
) -> None:
    ref = register.open_incident(house, kind="virus", text="Virus.")
    is_refused("notice_incomplete", lambda: letter(house, ref))
    is_refused("notice_incomplete", lambda: draw_list(house, ref, **by(dpo)))
    for topic, text in WORDS.items():
        register.note(house, ref, topic=topic, text=text)
    is_refused("nobody_concerned", lambda: draw_list(house, ref, **by(dpo)))


def test_where_nobody_decided_that_people_are_told_there_is_no_list(
    house: House, ref: str, dpo: Authenticator
) -> None:
    register.assess(
        house,
        ref,
        consequence=Consequence.LIMITED,
        likelihood=Likelihood.POSSIBLE,
        sensitive=False,
        risk=None,
        text=None,
        **by(dpo),
    )
    is_refused("telling_not_decided", lambda: draw_list(house, ref, **by(dpo)))
    register.decide_telling(house, ref, yes=True, text=None, **by(dpo))
    assert draw_list(house, ref, **by(dpo)).counts == {"people": 2}


# --- told -----------------------------------------------------------------------------------------


@pytest.fixture
def agreed_plan(house: House, ref: str, dpo: Authenticator, manager: Authenticator) -> Plan:
    plan = draw_list(house, ref, **by(dpo))
    say_yes(house, plan, manager)
    say_yes(house, plan, dpo)
    return plan


def letters_to_write(house: House) -> dict[str, int]:
    with reading(house.engine) as connection:
        waiting = to_dos.open_to_dos(connection, controller=house.controller)
    return {one.ref: one.number for one in waiting if one.kind == "incident_letters"}


def test_until_they_are_told_a_to_do_says_how_many_letters_there_are(
    house: House, ref: str, agreed_plan: Plan, manager: Authenticator
) -> None:
    assert [stand_letters(house) for _ in range(2)] == [2, 2]
    assert letters_to_write(house) == {ref: 2}
    assert note_told(house, ref, **by(manager)) == 2
    assert stand_letters(house) == 0
    assert letters_to_write(house) == {}
    one = known(house, ref)
    assert (one.telling, one.told_at, one.state) == (Telling.TOLD, house.at(), State.ASSESSED)
    assert state_of(house, agreed_plan) is PlanState.PROVEN
    (event,) = events(house, EventKind.INCIDENT_TOLD)
    assert (event["expected"], event["acted"]) == (2, 2)
    is_refused("people_told", lambda: note_told(house, ref, **by(manager)))
    assert agreed(house) == []
    verify_ledger(house)
    assert find_lost(house) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["list", "told", "letters"])
def test_killed_around_the_commit_nobody_is_on_two_lists_and_none_is_told_twice(
    house: House,
    ref: str,
    dpo: Authenticator,
    manager: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    class Killed(BaseException):
        """A `kill -9`, as far as this process can play it."""

    if step != "list":
        plan = draw_list(house, ref, **by(dpo))
        say_yes(house, plan, manager)
        say_yes(house, plan, dpo)
        agreed(house)
    steps: dict[str, Callable[[], object]] = {
        "list": lambda: draw_list(house, ref, **by(dpo)),
        "told": lambda: note_told(house, ref, **by(manager)),
        "letters": lambda: stand_letters(house),
    }
    commit = UnitOfWork.commit

    def killed(work: UnitOfWork) -> object:
        if after:
            commit(work)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", killed)
        with pytest.raises(Killed):
            steps[step]()
    try:
        steps[step]()
    except Refused as refused:
        assert (step, after) == ("told", True), refused
    drawn = [e for e in events(house, EventKind.PLAN_DRAWN) if e["facts"]["kind"] == "incident"]  # type: ignore[index]
    assert len(drawn) == 1
    assert len(events(house, EventKind.INCIDENT_TOLD)) == (step == "told")
    assert letters_to_write(house) == ({ref: 2} if step == "letters" else {})
    verify_ledger(house)


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_is_narrowed_it_is_so_whole_or_not_at_all(
    house: House, ref: str, dpo: Authenticator, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    class Killed(BaseException):
        """A `kill -9`, as far as this process can play it."""

    narrow(house, ref, only=["contact", "identity"], **by(dpo))
    commit = UnitOfWork.commit

    def killed(work: UnitOfWork) -> object:
        if after:
            commit(work)
        raise Killed

    def said() -> list[str]:
        told = [event["facts"] for event in events(house, EventKind.INCIDENT_SCOPED)]
        return [one["about"] for one in told if one["what"] == "category"]  # type: ignore[index]

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", killed)
        with pytest.raises(Killed):
            narrow(house, ref, only=["identity"], **by(dpo))
    before = ("contact", "identity")
    assert who(house, scopes_of(house, ref)).only == (("identity",) if after else before)
    assert said() == [*before, "identity"][: 3 if after else 2]
    narrow(house, ref, only=["identity"], **by(dpo))
    assert who(house, scopes_of(house, ref)).only == ("identity",)
    assert said() == [*before, "identity"]
    verify_ledger(house)


def test_who_was_erased_meanwhile_is_on_no_list(
    house: House, ref: str, agreed_plan: Plan, standing_clock: StandingClock
) -> None:
    tuva = planning.person(house, TUVA)
    with house.work() as work:
        remove_subjects(work.connection, [tuva], at=house.at())
        work.record(EventKind.ERASURE_DONE)
        work.commit()
    standing_clock.pass_time(hours=1)
    assert agreed(house) == []
    assert state_of(house, agreed_plan) is PlanState.VOID


def test_no_word_of_the_notice_stands_in_clear(house: House, ref: str, agreed_plan: Plan) -> None:
    with reading(house.engine) as connection:
        every = b"".join(
            b"".join(cell for cell in row if isinstance(cell, bytes)) + repr(tuple(row)).encode()
            for table in RECORDS.tables.values()
            for row in connection.execute(select(table))
        )
        told = b"".join(bytes(b) for b in connection.execute(select(ledger_event.c.body)).scalars())
    for text in WORDS.values():
        assert text.encode() not in every + told
        assert max(text.split(), key=len).encode() not in every + told


def test_no_word_of_it_stands_in_a_representation_an_error_or_a_log(
    house: House,
    ref: str,
    dpo: Authenticator,
    manager: Authenticator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[object] = [
        FACTS,
        notice("sv", FACTS),
        letter(house, ref),
        *letter(house, ref).sections,
        *reveal(house, ref, **by(dpo)),
        (form := filled(house, ref, **by(dpo))),
        *form.answers,
        show(house, ref),
        known(house, ref),
        seal(house, 7, Topic.NOTE, WORDS[Topic.PEOPLE_HAPPENED], on=None, by=""),
    ]
    with pytest.raises(Refused) as refusal:
        register.note(house, ref, topic=Topic.NOTE, text=WORDS[Topic.PEOPLE_HAPPENED] + "\u202e")
    shown += [refusal.value, refusal.value.__context__]
    told = " ".join(map(repr, shown)) + " ".join(map(str, shown[-2:])) + caplog.text
    for text in (*WORDS.values(), "Mejl till fel skola.", FACTS.happened):
        assert text not in told
        assert max(text.split(), key=len) not in told
