"""Consents are registered with their evidence, asked for at every door, and withdrawn by a word
(A-42, A-46, A-49…A-57, T-13, T-69, H-100…H-105; GDPR art. 7)."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import select

from lifecycle.barred import Use
from lifecycle.consent import Answer, State, version_of
from lifecycle.disclosure import Stage
from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.policy.data import LegalBasis
from lifecycle.references import SUBJECT, from_reference
from records.engines import reading
from records.tables import anchor, consent, data_key, due, holding, shredding
from tasks.consents import gates
from tasks.consents import orders as consent_orders
from tasks.consents.registering import give, lines, lines_of, missing, withdraw
from tasks.house.parts import House
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import RECIPIENT, Desk

__all__ = ["build", "dialect", "house"]

IMAGE, FORM = "image.participant", "participant.first-meeting"
TODAY = date(2026, 11, 2)
"""The tests' clock; the cases began on 7 January."""


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def yes(
    desk: Desk,
    who: planning.Person = TUVA,
    question: str = IMAGE,
    *,
    answer: Answer = Answer.YES,
    on: date = date(2026, 10, 1),
    giver: str = "participant",
) -> str:
    first, _ = desk.enrolled()
    return give(
        desk.house(), desk.ref(who), question, answer=answer, on=on, giver=giver,
        officer=first.handle, code=first.fresh(),
    )  # fmt: skip


def state(desk: Desk, question: str = IMAGE, who: planning.Person = TUVA) -> str:
    [line] = [one for one in lines_of(desk.house(), desk.ref(who)) if one.question == question]
    return line.state


def on_consent(house: House) -> House:
    """What goes to the recipient rests on the person's yes."""
    sharing = house.policy.sharing
    assert sharing is not None
    to = sharing.recipients[RECIPIENT].model_copy(
        update={"legal_basis": LegalBasis.CONSENT, "consents": (IMAGE,)}
    )
    sharing = sharing.model_copy(update={"recipients": sharing.recipients | {RECIPIENT: to}})
    policy = house.policy.model_copy(update={"sharing": sharing})
    policy._sha256 = "e" * 64
    return dataclasses.replace(house, policy=policy)


@everywhere
def test_who_agreed_to_what_in_which_words_when_and_by_what_proof(desk: Desk) -> None:
    tuva = desk.ref(TUVA)
    ref = yes(desk)
    assert ref.startswith("K-")
    assert yes(desk) == ref
    [line] = [one for one in lines_of(desk.house(), tuva) if one.consent]
    assert line._replace(consent="") == (
        tuva, IMAGE, "valid", "yes", "2026-10-01", "2026-01-07", "participant", "", "paper", "",
    )  # fmt: skip
    [event] = events(desk.house(), EventKind.CONSENT_GIVEN)
    question = next(one for one in desk.house().policy.consents if one.id == IMAGE)
    assert event["facts"]["version"] == version_of(question)
    assert state(desk, FORM) == "consent_missing"
    assert state(desk, who=OMAR) == "consent_missing"
    assert lines(desk.house(), IMAGE) == [line]
    assert lines(desk.house(), IMAGE, "consent_withdrawn") == []


def test_who_answers_for_it_registers_it_and_nobody_else(desk: Desk) -> None:
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="consent_given_by_other"):
        yes(desk, giver="relative")
    with pytest.raises(Refused, match="consent_not_of_this_person"):
        yes(desk, question="image.print", giver="pupil")
    with pytest.raises(Refused, match="consent_unknown"):
        yes(desk, question="tattoos")
    with pytest.raises(Refused, match="consent_day_ahead"):
        yes(desk, on=date(2026, 11, 3))
    with pytest.raises(Refused, match="code_wrong"):
        give(desk.house(), desk.ref(TUVA), IMAGE, answer=Answer.YES, on=TODAY,
             giver="participant", officer=first.handle, code=first.wrong())  # fmt: skip
    with reading(desk.house().engine) as connection:
        assert connection.execute(select(consent.c.id)).all() == []


@everywhere
def test_withdrawn_by_a_word_and_the_proof_is_due_to_go(desk: Desk) -> None:
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    yes(desk)
    with reading(desk.house().engine) as connection:
        [before] = connection.execute(
            select(holding.c.id).where(
                holding.c.subject_id == tuva, holding.c.category == "consent-proof"
            )
        ).scalars()
    assert withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    assert not withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    assert state(desk) == "consent_withdrawn"
    house = desk.house()
    with reading(house.engine) as connection:
        on = connection.execute(
            select(anchor.c.on_date).where(
                anchor.c.subject_id == tuva, anchor.c.event == "consent_ended",
                anchor.c.placement_id == 0,
            )
        ).scalar_one()  # fmt: skip
        rules = connection.execute(
            select(due.c.rule, due.c.anchor_on).where(due.c.subject_id == tuva)
        ).all()
        [after] = connection.execute(
            select(holding.c.id).where(
                holding.c.subject_id == tuva, holding.c.category == "consent-proof"
            )
        ).scalars()
        assert connection.execute(select(shredding.c.holding_id)).all() == []
    assert on == "2026-11-02"
    assert ("participant.consent-over", "2026-11-02") in [tuple(row) for row in rules]
    # The proof says so now; the key of what it said before is destroyed.
    assert after != before
    with reading(house.keyring.engine) as connection:
        keys = set(connection.execute(select(data_key.c.id)).scalars())
    assert after in keys
    assert before not in keys
    [event] = events(house, EventKind.CONSENT_WITHDRAWN)
    assert event["facts"]["effect"] == "forward_only"


def test_however_the_person_is_spelled_the_ledger_has_one_spelling(desk: Desk) -> None:
    yes(desk)
    tuva = desk.ref(TUVA)
    assert withdraw(desk.house(), f" {tuva.lower()}", IMAGE)
    [event] = events(desk.house(), EventKind.CONSENT_WITHDRAWN)
    assert event["ref"] == tuva


def test_a_form_from_before_the_withdrawal_that_is_found_later_opens_no_door(desk: Desk) -> None:
    yes(desk)
    assert withdraw(desk.house(), desk.ref(TUVA), IMAGE, on=date(2026, 10, 20))
    yes(desk, on=date(2026, 10, 10))
    assert state(desk) == "consent_withdrawn"
    yes(desk, on=date(2026, 10, 21))
    assert state(desk) == "valid"


def test_a_new_yes_undoes_what_the_withdrawal_made_due(desk: Desk) -> None:
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    yes(desk)
    withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    yes(desk, on=TODAY)
    assert state(desk) == "valid"
    with reading(desk.house().engine) as connection:
        rules = connection.execute(select(due.c.rule).where(due.c.subject_id == tuva)).scalars()
        assert "participant.consent-over" not in list(rules)


def test_nothing_leaves_without_a_yes_and_something_does_with_it(desk: Desk) -> None:
    desk.change = on_consent
    tuva = desk.ref(TUVA)
    with pytest.raises(Refused, match=f"consent_missing {tuva}"):
        desk.prepare(TUVA)
    yes(desk)
    desk.send(desk.approved(TUVA))
    assert desk.received()
    # Of two the one who was not asked stops both.
    with pytest.raises(Refused, match=f"consent_missing {desk.ref(OMAR)}"):
        desk.prepare(TUVA, OMAR)


def test_a_no_is_told_as_a_no(desk: Desk) -> None:
    desk.change = on_consent
    yes(desk, answer=Answer.NO)
    with pytest.raises(Refused, match=f"consent_refused {desk.ref(TUVA)}"):
        desk.prepare(TUVA)


def test_withdrawn_after_the_approval_it_does_not_leave(desk: Desk) -> None:
    desk.change = on_consent
    yes(desk)
    plan = desk.approved(TUVA)
    withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(plan)
    desk.nothing_left()


def test_withdrawn_after_the_file_went_its_password_does_not(desk: Desk) -> None:
    desk.change = on_consent
    yes(desk)
    plan = desk.approved(TUVA)
    desk.text.answers.append(Unreachable("system_unreachable"))
    with pytest.raises(Unreachable, match="system_unreachable"):
        desk.send(plan)
    withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    with pytest.raises(Refused, match="password_held_back"):
        desk.send(plan)
    assert desk.stage(plan) in {Stage.SENT, Stage.OPENING}
    assert desk.text.arrived == []


def test_every_door_can_ask_whether_a_purpose_may_be_served(desk: Desk) -> None:
    """A-42, T-13: what a consent is needed for is not done without it."""
    tuva, omar = (from_reference(SUBJECT, desk.ref(who)) for who in (TUVA, OMAR))

    def marketing(collected_on: date | None = None) -> dict[int, State]:
        house = desk.build()  # with the policy as it is: marketing rests on consent
        use = Use("marketing", frozenset({"image"}))
        return gates.consents_for(house, [tuva, omar], use, collected_on=collected_on)

    yes(desk)
    assert marketing() == {omar: State.MISSING}
    withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    assert marketing() == {tuva: State.WITHDRAWN, omar: State.MISSING}
    # What was collected before stays; what nobody agreed to never was.
    assert marketing(date(2026, 10, 5)) == {omar: State.MISSING}
    other = Use("assignment", frozenset({"identity"}))
    assert gates.consents_for(desk.build(), [tuva, omar], other) == {}


def test_a_new_start_ends_what_was_not_renewed(desk: Desk) -> None:
    """A-57, A-51: its proof is due since the new start."""
    yes(desk)
    desk.bring(planning.case("1000000009", TUVA, start="2026-11-01"))
    consent_orders.keep(desk.house())
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    with reading(desk.house().engine) as connection:
        rules = connection.execute(
            select(due.c.rule, due.c.anchor_on).where(due.c.subject_id == tuva)
        ).all()
    assert ("participant.consent-over", "2026-11-01") in [tuple(row) for row in rules]


def test_who_lacks_which_consent_is_known_and_asked_anew_at_a_new_start(desk: Desk) -> None:
    both = {(desk.ref(who), name) for who in (TUVA, OMAR) for name in (IMAGE, FORM)}
    assert {(one.ref, one.question) for one in missing(desk.house())} == both
    assert {one.role for one in missing(desk.house())} == {"chef"}
    yes(desk)
    yes(desk, question=FORM, answer=Answer.NO)
    assert {one.ref for one in missing(desk.house())} == {desk.ref(OMAR)}
    withdraw(desk.house(), desk.ref(TUVA), IMAGE)
    assert {one.ref for one in missing(desk.house())} == {desk.ref(OMAR)}
    desk.bring(planning.case("1000000009", TUVA, start="2026-11-01"))
    again = {(one.question, one.why) for one in missing(desk.house()) if one.ref == desk.ref(TUVA)}
    assert again == {(IMAGE, "consent_not_renewed"), (FORM, "consent_not_renewed")}
