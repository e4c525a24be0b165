"""What is asked for is done by what does it anyway: plans, holds, bars, work orders; and who
received it is told (art. 16 to 19, 21; B-23, B-24, T-65, T-66, T-68, H-31, H-63, H-64)."""

from __future__ import annotations

from datetime import date

import pytest

from flows.plan_pages import told
from lifecycle.barred import Barred, Use
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Because, Came, Given, Outcome, Right, Shown
from lifecycle.rights_fields import LANGUAGES
from records import correcting
from records.engines import reading
from records.erasing import remove_subjects
from records.tables import plan as plan_table
from tasks.consents.barring import bars_of
from tasks.consents.gates import barred_of
from tasks.erasing.due_plans import page
from tasks.erasing.holds import Told, list_holds, place_hold, release_hold
from tasks.erasing.plan_overview import warnings_of
from tasks.officers.approvals import approve
from tasks.rights.answers import answer_letter
from tasks.rights.carried import erase, object_to, order_correction, restrict, what_stays
from tasks.rights.corrected import correct
from tasks.rights.register import lines, open_request, show
from tasks.rights.steps import answer, identify, refuse, take_back
from tasks.telling.recipients import waiting
from tasks.work_orders.orders import finish, reveal
from tasks.work_orders.orders import lines as orders
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events
from tests.factories.sharing import Desk
from tests.spec.test_barred_people import on_public_task

__all__ = ["build", "dialect", "house"]

REVIEW = date(2027, 2, 1)


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


@pytest.fixture
def dpo(desk: Desk) -> Authenticator:
    first, _ = desk.enrolled()
    return enrol(desk.house(), desk.clock, "dataskydd", "dpo", by=first)


def by(who: Authenticator) -> dict[str, str]:
    return {"officer": who.handle, "code": who.fresh()}


def asked(desk: Desk, dpo: Authenticator, right: Right) -> str:
    line = open_request(
        desk.house(), right, about=desk.ref(TUVA), came=Came.LETTER, received_on=date(2026, 11, 2)
    )
    identify(desk.house(), line.ref, Shown.ID_DOCUMENT, **by(dpo))
    return line.ref


def test_an_erasure_is_a_plan_that_somebody_else_approves(desk: Desk, dpo: Authenticator) -> None:
    ref = asked(desk, dpo, Right.ERASURE)
    plan = erase(desk.house(), ref, **by(dpo))
    assert erase(desk.house(), ref, **by(dpo)).ref == plan.ref
    assert {one.ref for one in show(desk.house(), ref).steps if one.kind == "carry_out"} == {
        plan.ref
    }
    with pytest.raises(Refused, match="still_to_be_done"):
        answer(desk.house(), ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
    with pytest.raises(Refused):
        approve(desk.house(), plan.ref, decision="approve", expected_hash=plan.hash, **by(dpo))
    assert len(events(desk.house(), EventKind.ERASURE_ASKED)) == 2


def test_what_must_stay_is_said_with_its_reason(desk: Desk, dpo: Authenticator) -> None:
    ref = asked(desk, dpo, Right.ERASURE)
    planning.hold(desk.house(), from_reference(SUBJECT, desk.ref(TUVA)), "*")
    with pytest.raises(Refused, match="nothing_may_go"):
        erase(desk.house(), ref, **by(dpo))
    stays = what_stays(desk.house(), ref)
    assert stays
    assert all("Kept by H-" in one.why for one in stays)
    done = refuse(desk.house(), ref, [Because.MUST_BE_KEPT], given=Given.LETTER, **by(dpo))
    assert done.state == "refused"


def test_a_restriction_is_the_same_as_an_officers_own(desk: Desk, dpo: Authenticator) -> None:
    desk.send(desk.approved(TUVA))
    ref = asked(desk, dpo, Right.RESTRICTION)
    hold = restrict(desk.house(), ref, review_on=REVIEW, **by(dpo))
    [line] = list_holds(desk.house())
    assert (line.ref, line.reason) == (hold, "restriction")
    with pytest.raises(Refused, match=f"data_restricted {desk.ref(TUVA)}"):
        desk.prepare(TUVA)
    assert [str(one.because) for one in waiting(desk.house())] == ["restricted"]
    with pytest.raises(Refused, match="restricted_already"):
        restrict(desk.house(), ref, review_on=REVIEW, **by(dpo))
    done = answer(desk.house(), ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
    assert done.state == "answered"
    for said, code in (
        (None, "person_not_told"),
        (Told(Given.LETTER, date(2026, 11, 1)), "told_on_another_day"),
        (Told(Given.LETTER, date(2026, 11, 3)), "told_on_another_day"),
    ):
        with pytest.raises(Refused, match=f"{code} {hold}"):
            release_hold(desk.house(), hold, told=said, **by(dpo))
        assert len(bars_of(desk.house(), desk.ref(TUVA))) == 1
    letters = {answer_letter(desk.house(), ref, "lifted", language=one).text for one in LANGUAGES}
    assert len(letters) == len(LANGUAGES)
    release_hold(desk.house(), hold, told=Told(Given.LETTER, date(2026, 11, 2)), **by(dpo))
    [noted] = events(desk.house(), EventKind.HOLD_RELEASED)
    assert noted["facts"]["told_on"] == "2026-11-02"  # type: ignore[index]
    assert bars_of(desk.house(), desk.ref(TUVA)) == []


def test_an_objection_ends_the_purpose_and_one_to_mailings_all_of_them(
    desk: Desk, dpo: Authenticator
) -> None:
    desk.change = on_public_task
    ref = asked(desk, dpo, Right.OBJECTION)
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    with pytest.raises(Refused, match="purpose_unknown"):
        object_to(desk.house(), ref, **by(dpo))
    with pytest.raises(Refused, match="purpose_without_objection"):
        object_to(desk.house(), ref, "proof-of-consent", **by(dpo))
    object_to(desk.house(), ref, "assignment", **by(dpo))
    object_to(desk.house(), ref, mailing="*", **by(dpo))
    stands = {(one.kind, one.purpose) for one in bars_of(desk.house(), desk.ref(TUVA))}
    assert stands == {("objection", "assignment"), ("opt_out", "*")}
    mailing = Use("news", frozenset({"contact"}), mailing="courses")
    assert barred_of(desk.house(), [tuva], mailing) == {tuva: Barred.OPT_OUT}
    answer(desk.house(), ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))
    assert lines(desk.house()) == []


def test_the_end_of_nothing_but_a_restriction_is_told(desk: Desk, dpo: Authenticator) -> None:
    with pytest.raises(Refused, match="request_of_another_kind"):
        answer_letter(desk.house(), asked(desk, dpo, Right.ERASURE), "lifted")


def test_a_hold_that_nobody_asked_for_is_released_without_telling(
    desk: Desk, dpo: Authenticator
) -> None:
    hold = place_hold(
        desk.house(), [desk.ref(TUVA)], reason="proceeding", review_on=REVIEW, **by(dpo)
    )
    release_hold(desk.house(), hold, **by(dpo))
    assert list_holds(desk.house()) == []


def test_an_erasure_does_not_silently_outrun_a_copy_that_was_asked_for(
    desk: Desk, dpo: Authenticator
) -> None:
    access = asked(desk, dpo, Right.ACCESS)
    plan = erase(desk.house(), asked(desk, dpo, Right.ERASURE), **by(dpo))
    [said] = [one for one in warnings_of(desk.house(), plan.ref) if "copy" in one]
    assert said.startswith("1 of the people wait for a copy")
    shown = page(desk.house(), plan)
    assert shown.wait_for_access == 1
    assert "1 av personerna väntar på en kopia" in told(desk.house().controller, shown)
    assert {one.right: one.erased_by for one in lines(desk.house())} == {
        "access": (plan.ref,),
        "erasure": (),
    }
    assert show(desk.house(), access).line.erased_by == (plan.ref,)
    take_back(desk.house(), access, **by(dpo))
    assert not [one for one in warnings_of(desk.house(), plan.ref) if "copy" in one]
    assert page(desk.house(), plan).wait_for_access == 0
    assert show(desk.house(), access).line.erased_by == ()


def test_of_somebody_else_who_waits_a_plan_says_nothing(desk: Desk, dpo: Authenticator) -> None:
    line = open_request(
        desk.house(), Right.ACCESS, about=desk.ref(OMAR), came=Came.LETTER,
        received_on=date(2026, 11, 2),
    )  # fmt: skip
    plan = erase(desk.house(), asked(desk, dpo, Right.ERASURE), **by(dpo))
    assert page(desk.house(), plan).wait_for_access == 0
    assert show(desk.house(), line.ref).line.erased_by == ()


def value(desk: Desk, category: str, field: str) -> str:
    house = desk.house()
    with reading(house.engine) as connection:
        found = correcting.held(
            connection, house.vault, subject_id=from_reference(SUBJECT, desk.ref(TUVA)),
            category=category,
        )  # fmt: skip
    return found.fields.get(field, "")


def test_a_wrong_value_is_replaced_and_does_not_come_back_with_tomorrows_export(
    desk: Desk, dpo: Authenticator
) -> None:
    desk.send(desk.approved(TUVA))
    ref = asked(desk, dpo, Right.RECTIFICATION)
    assert value(desk, "identity", "given_name") == "Tuva"
    correct(desk.house(), ref, "identity", "given_name", "Tova", **by(dpo))
    assert value(desk, "identity", "given_name") == "Tova"
    assert [str(one.because) for one in waiting(desk.house())] == ["rectified"]
    [noted] = events(desk.house(), EventKind.RECTIFIED)
    assert noted["facts"]["category"] == "identity"  # type: ignore[index]
    assert "Tova" not in repr(events(desk.house(), *EventKind))
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000003", TUVA))
    assert value(desk, "identity", "given_name") == "Tova"
    renamed = ("Tora", *TUVA[1:])
    desk.bring(planning.case("1000000001", renamed))
    assert value(desk, "identity", "given_name") == "Tora"


def test_the_case_system_is_put_right_by_a_person_before_the_answer(
    desk: Desk, dpo: Authenticator
) -> None:
    ref = asked(desk, dpo, Right.RECTIFICATION)
    correct(desk.house(), ref, "identity", "given_name", "Tova", **by(dpo))
    [order] = [one for one in orders(desk.house()) if one.what == "correct"]
    assert order.system == "workbuster"
    assert "Tova" in repr(reveal(desk.house(), order.ref, **by(dpo)))
    with pytest.raises(Refused, match="still_to_be_done"):
        answer(desk.house(), ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))
    assert finish(desk.house(), order.ref, evidence="mended", **by(dpo)) == "confirmed"
    answer(desk.house(), ref, Outcome.GRANTED, given=Given.MAIL, **by(dpo))


def test_nothing_is_put_right_that_is_not_there_or_that_others_give(
    desk: Desk, dpo: Authenticator
) -> None:
    ref = asked(desk, dpo, Right.RECTIFICATION)
    for category, field, text, code in (
        ("health", "allergy", "nötter", "category_not_held"),
        ("identity", "shoe_size", "42", "field_not_held"),
        ("identity", "national_id", OMAR[2], "identifier_not_corrected_here"),
        ("identity", "given_name", "Tuva", "same_value"),
    ):
        with pytest.raises(Refused, match=code):
            correct(desk.house(), ref, category, field, text, **by(dpo))
    with pytest.raises(Refused, match="request_of_another_kind"):
        correct(
            desk.house(), asked(desk, dpo, Right.ACCESS), "identity", "given_name", "Tova",
            **by(dpo),
        )  # fmt: skip


def test_what_is_wrong_elsewhere_is_ordered_once_for_each_system(
    desk: Desk, dpo: Authenticator
) -> None:
    ref = asked(desk, dpo, Right.RECTIFICATION)
    order = order_correction(desk.house(), ref, "novo", "Betyget ska vara B", **by(dpo))
    with pytest.raises(Refused, match="ordered_already"):
        order_correction(desk.house(), ref, "novo", "Och namnet", **by(dpo))
    with pytest.raises(Refused, match="system_unknown"):
        order_correction(desk.house(), ref, "moon", "Allt", **by(dpo))
    assert "Betyget" in repr(reveal(desk.house(), order, **by(dpo)))
    assert "Betyget" not in repr(events(desk.house(), *EventKind))


def test_yes_is_said_to_an_erasure_when_its_plan_is_proven(desk: Desk, dpo: Authenticator) -> None:
    ref = asked(desk, dpo, Right.ERASURE)
    plan = erase(desk.house(), ref, **by(dpo))
    house, person = desk.house(), from_reference(SUBJECT, desk.ref(TUVA))
    for state in ("approved", "executing", "proven"):
        with pytest.raises(Refused, match="still_to_be_done"):
            answer(house, ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
        with house.work() as work:
            row = plan_table.c.id == plan.number
            work.connection.execute(plan_table.update().where(row).values(state=state))
            work.record(EventKind.RULES_APPLIED)
            work.commit()
    with house.work() as work:
        remove_subjects(work.connection, [person], at=house.at())
        work.record(EventKind.ERASURE_DONE)
        work.commit()
    done = answer(house, ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
    assert (done.state, done.outcome) == ("answered", "granted")
