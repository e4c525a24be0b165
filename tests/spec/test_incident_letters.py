"""Whoever is on the list that both agreed to gets the notice, once, by mail or by hand; when the
last one was reached the incident says so (A-27, A-30, H-58, art. 34)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from lifecycle.errors import Refused, Unreachable
from lifecycle.incident.states import Telling
from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.ledger import EventKind
from records.incidents import Incident
from tasks.incidents import people as register
from tasks.incidents.following import stand_letters
from tasks.incidents.letters import complete, write_letters
from tasks.incidents.steps import known
from tasks.incidents.telling import agreed, draw_list
from tasks.incidents.who import keep, scope
from tasks.informing import letters
from tasks.informing.letters import Written
from tasks.officers.approvals import approve
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events
from tests.factories.sharing import MAIL, Desk, RecordingChannel

__all__ = ["build", "dialect", "house"]


class Killed(BaseException):
    """A `kill -9`, as far as this process can play it."""


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    """Two with a mail address, one without."""
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    without = planning.case("1000000003", LINA).replace("lina@example.se", "")
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR), without)
    return desk


@pytest.fixture
def both(desk: Desk) -> list[Authenticator]:
    dpo = enrol(desk.house(), desk.clock, "ombud", "dpo")
    return [dpo, enrol(desk.house(), desk.clock, "verksamhet-1", "verksamhetschef", by=dpo)]


def by(who: Authenticator) -> dict[str, Any]:
    return {"officer": who.handle, "code": who.fresh()}


@pytest.fixture
def ref(desk: Desk, both: list[Authenticator]) -> str:
    house = desk.house()
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
        **by(both[0]),
    )
    for topic in (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES):
        register.note(house, ref, topic=topic, text=f"Så här är det med {topic}.")
    return ref


def agree(desk: Desk, ref: str, both: list[Authenticator]) -> None:
    plan = draw_list(desk.house(), ref, **by(both[0]))
    for each in both:
        approve(desk.house(), plan.ref, decision="approve", **by(each))


def mailed(desk: Desk) -> Counter[str]:
    return Counter(address for one in desk.mail.arrived for address in one.to)


def one(desk: Desk, ref: str) -> Incident:
    return known(desk.house(), ref)


def hand_over(desk: Desk, who: Authenticator) -> None:
    (order,) = [each for each in work_orders.lines(desk.house()) if each.state == "open"]
    work_orders.finish(
        desk.house(), order.ref, officer=who.handle, code=who.fresh(), evidence="handed-over"
    )


def test_nobody_is_written_to_before_both_agreed(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    assert write_letters(desk.house()) == Written()
    plan = draw_list(desk.house(), ref, **by(both[0]))
    approve(desk.house(), plan.ref, decision="approve", **by(both[1]))
    assert write_letters(desk.house()) == Written()
    assert desk.mail.handed == []


def test_each_gets_the_notice_once_and_who_has_no_address_by_hand(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    agree(desk, ref, both)
    assert stand_letters(desk.house()) == 3
    assert write_letters(desk.house()) == Written(sent=2, by_person=1)
    assert mailed(desk) == {"tuva@example.se": 1, "omar@example.se": 1}
    (parcel, _), _ = desk.mail.handed
    assert "artikel 34" in parcel.text
    assert ref in parcel.text
    assert "Så här är det med people_happened." in parcel.text
    assert "Mejl till fel skola." not in parcel.text
    assert write_letters(desk.house()) == Written()
    assert stand_letters(desk.house()) == 1
    assert one(desk, ref).telling is Telling.TO_TELL, "one has not been reached"
    (order,) = work_orders.lines(desk.house())
    assert (order.system, order.role, order.items) == (
        f"letters incident {ref}",
        "verksamhetschef",
        1,
    )
    hand_over(desk, both[1])
    assert complete(desk.house()) == 1
    assert one(desk, ref).telling is Telling.TOLD
    assert stand_letters(desk.house()) == 0
    (told,) = events(desk.house(), EventKind.INCIDENT_TOLD)
    assert (told["acted"], told["facts"]["by"]) == (3, "letters")  # type: ignore[index]
    assert complete(desk.house()) == 0
    assert agreed(desk.house()) == []


def test_a_text_that_changed_is_agreed_to_anew_and_then_told_to_all(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    agree(desk, ref, both)
    write_letters(desk.house())
    register.note(desk.house(), ref, topic=Topic.ADVICE, text="Byt lösenord.")
    assert write_letters(desk.house()) == Written()
    agree(desk, ref, both)
    assert write_letters(desk.house()).sent == 2
    assert mailed(desk) == {"tuva@example.se": 2, "omar@example.se": 2}


def test_somebody_more_is_told_and_nobody_twice(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    agree(desk, ref, both)
    write_letters(desk.house())
    fourth = ("Nils", "Nyss", "200001012384")
    desk.bring(planning.case("1000000004", fourth))
    assert write_letters(desk.house()) == Written(), "the list is another one: both agree anew"
    agree(desk, ref, both)
    assert write_letters(desk.house()).sent == 1
    assert mailed(desk) == {"tuva@example.se": 1, "omar@example.se": 1, "nils@example.se": 1}


def test_a_server_that_is_away_is_tried_again_and_doubles_nobody(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    agree(desk, ref, both)
    desk.mail.answers += [Unreachable("system_unreachable")]
    first = write_letters(desk.house())
    assert (first.later, first.failure) == (2, "system_unreachable")
    assert stand_letters(desk.house()) == 3
    assert write_letters(desk.house()).sent == 2
    assert mailed(desk) == {"tuva@example.se": 1, "omar@example.se": 1}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_cut_off_at_any_commit_each_is_told_once(
    desk: Desk,
    ref: str,
    both: list[Authenticator],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    after: bool,
) -> None:
    from records.unit_of_work import UnitOfWork

    agree(desk, ref, both)
    commit, left = UnitOfWork.commit, number

    def cut(work: UnitOfWork) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            if after:
                commit(work)
            raise Killed
        return commit(work)

    steps: list[Callable[[], object]] = [
        lambda: write_letters(desk.house()),
        lambda: hand_over(desk, both[1]),
        lambda: complete(desk.house()),
    ]
    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", cut)
        for step in steps:
            try:
                step()
            except Killed:
                break
            except ValueError:
                pass
    assert left <= 0, "it was cut off"
    write_letters(desk.house())
    if any(each.state == "open" for each in work_orders.lines(desk.house())):
        hand_over(desk, both[1])
    complete(desk.house())
    assert mailed(desk) == {"tuva@example.se": 1, "omar@example.se": 1}
    assert one(desk, ref).telling is Telling.TOLD
    assert len(events(desk.house(), EventKind.INCIDENT_TOLD)) == 1


def test_an_order_of_an_incident_is_the_policys(
    desk: Desk, ref: str, both: list[Authenticator]
) -> None:
    agree(desk, ref, both)
    write_letters(desk.house())
    (order,) = work_orders.lines(desk.house())
    assert "gallra incident letter" in order.how
    with pytest.raises(Refused, match="role_may_not_finish"):
        hand_over(desk, both[0])
    assert letters.NO_MAIL == "no_mail_address"
