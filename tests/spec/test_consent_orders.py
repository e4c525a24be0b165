"""Whoever answers for a consent is told whom to ask, until everybody has answered, and again at
every start (A-49, A-57, A-99, T-27)."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.consent import Answer
from lifecycle.ledger import EventKind
from records.engines import reading
from records.tables import work_order
from tasks.consents import orders as consent_orders
from tasks.consents.orders import Kept
from tasks.consents.registering import give, withdraw
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house"]

IMAGE, FORM = "image.participant", "participant.first-meeting"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def answer(desk: Desk, who: planning.Person, *questions: str) -> None:
    first, _ = desk.enrolled()
    for question in questions:
        give(
            desk.house(), desk.ref(who), question, answer=Answer.YES, on=date(2026, 10, 1),
            giver="participant", officer=first.handle, code=first.fresh(),
        )  # fmt: skip


def asked(desk: Desk) -> list[work_orders.Line]:
    return [one for one in work_orders.lines(desk.house()) if one.what == "consents"]


def test_one_order_for_a_role_until_everybody_has_answered(desk: Desk) -> None:
    assert consent_orders.keep(desk.house()) == Kept(1, 0, 2, 4)
    [order] = asked(desk)
    assert (order.role, order.items, order.due_on, order.plan) == ("chef", 2, "2026-11-16", "")
    assert "gallra consent give" in order.how
    assert consent_orders.keep(desk.house()) == Kept(0, 0, 2, 4)
    answer(desk, TUVA, IMAGE, FORM)
    assert consent_orders.keep(desk.house()) == Kept(0, 0, 1, 2)
    [left] = asked(desk)
    assert (left.ref, left.items, left.due_on) == (order.ref, 1, order.due_on)
    answer(desk, OMAR, IMAGE, FORM)
    assert consent_orders.keep(desk.house()) == Kept(0, 1, 0, 0)
    assert asked(desk) == []
    withdraw(desk.house(), desk.ref(OMAR), IMAGE)
    assert consent_orders.keep(desk.house()).opened == 0
    desk.bring(planning.case("1000000009", OMAR, start="2026-11-01"))
    assert consent_orders.keep(desk.house()) == Kept(1, 0, 1, 2)
    counted = events(desk.house(), EventKind.CONSENTS_COUNTED)
    assert [one["found"] for one in counted] == [2, 2, 1, 0, 0, 1]


def test_whom_to_ask_what_is_shown_to_the_role_and_kept_nowhere(desk: Desk) -> None:
    first, _ = desk.enrolled()
    consent_orders.keep(desk.house())
    [order] = asked(desk)
    told = work_orders.reveal(desk.house(), order.ref, officer=first.handle, code=first.fresh())
    assert set(told) == {desk.ref(TUVA), desk.ref(OMAR)}
    assert set(told[desk.ref(TUVA)]["consents"]) == {IMAGE, FORM}
    assert TUVA[0] in str(told[desk.ref(TUVA)]["identity"])
    with reading(desk.house().engine) as connection:
        [row] = connection.execute(work_order.select()).all()
    assert row.sealed is None


def test_finished_while_people_are_missing_it_comes_back(desk: Desk) -> None:
    first, _ = desk.enrolled()
    consent_orders.keep(desk.house())
    [order] = asked(desk)
    work_orders.finish(
        desk.house(), order.ref, officer=first.handle, code=first.fresh(), evidence="told"
    )
    assert asked(desk) == []
    assert consent_orders.keep(desk.house()).opened == 1
    [again] = asked(desk)
    assert again.ref != order.ref


def test_it_is_reminded_of_like_any_other(desk: Desk) -> None:
    consent_orders.keep(desk.house())
    desk.clock.pass_time(days=7)
    assert work_orders.remind(desk.house()) == 1
    assert work_orders.remind(desk.house()) == 0
