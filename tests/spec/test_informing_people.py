"""Everybody is told what is done with their data: with the first import, once a year, and again
when it is not so any more (A-33…A-37, A-39, T-09, art. 14(3))."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest

from lifecycle.errors import Refused
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Period
from tasks.house.parts import House
from tasks.informing.informing import Standing, given_to, inform, standing, written_to
from tasks.informing.letters import Written
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import MAIL, Desk, RecordingChannel
from tests.spec.test_letters_to_people import mailed

__all__ = ["build", "dialect", "house"]

MAILS = ["omar@example.se", "tuva@example.se"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    without = planning.case("1000000003", LINA).replace("lina@example.se", "")
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR), without)
    return desk


def tell(desk: Desk) -> Written:
    return inform(desk.house(), "standard").written


def participants(desk: Desk) -> Standing:
    return next(one for one in standing(desk.house(), "standard") if one.kind == "participant")


def at(desk: Desk, day: str) -> None:
    """The clock goes on to noon of that day."""
    desk.clock.instant = datetime.fromisoformat(f"{day}T11:00:00+00:00")


@everywhere
def test_with_the_first_import_everybody_is_told_once(desk: Desk) -> None:
    before = participants(desk)
    assert (before.people, before.know, before.not_told, before.late) == (3, 0, 3, 0)
    assert tell(desk) == Written(sent=2, by_person=1)
    assert tell(desk) == Written()
    after = participants(desk)
    assert (after.know, after.by_hand, after.not_told) == (2, 1, 1)
    assert mailed(desk) == MAILS


def test_the_letter_says_it_in_every_language_of_the_policy_the_governing_one_first(
    desk: Desk,
) -> None:
    tell(desk)
    [parcel, _] = [one for one, _ in desk.mail.handed]
    assert parcel.subject == "Så hanterar vi dina personuppgifter – Academedia Eductus AB"
    places = [parcel.html.index(f'<div id="{one}"') for one in ("sv", "en", "ar", "so", "fa", "ti")]
    assert places == sorted(places)
    assert '<div id="ar" lang="ar" dir="rtl"' in parcel.html
    assert "6 månader" in parcel.text  # what the rule says, and nothing else
    for who in (TUVA, OMAR, LINA):
        for word in who:
            assert word not in parcel.text + parcel.html


def test_once_a_year_from_the_day_that_the_policy_names(desk: Desk) -> None:
    tell(desk)
    at(desk, "2027-08-31")
    assert tell(desk) == Written()
    at(desk, "2027-09-01")
    assert participants(desk).know == 0
    assert tell(desk) == Written(sent=2)  # the one by hand is on its way still
    assert tell(desk) == Written()
    at(desk, "2028-01-31")
    assert tell(desk) == Written()
    at(desk, "2028-09-03")
    assert tell(desk) == Written(sent=2)


def longer(policy: Policy) -> Policy:
    """The same with another period in one rule."""
    rules = tuple(
        one.model_copy(
            update={"keep": one.keep.model_copy(update={"at_most": Period.parse("P3M")})}
        )
        if one.id == "participant.six-months"
        else one
        for one in policy.retention
    )
    changed = policy.model_copy(update={"retention": rules})
    changed._sha256 = "e" * 64
    return changed


def test_a_changed_rule_changes_the_text_and_everybody_is_told_again(desk: Desk) -> None:
    tell(desk)
    before = participants(desk).version

    def changed(house: House) -> House:
        return dataclasses.replace(house, policy=longer(house.policy))

    desk.change = changed
    now = participants(desk)
    assert now.version != before
    assert (now.know, now.not_told) == (0, 3)
    [order] = work_orders.lines(desk.house())
    assert tell(desk) == Written(sent=2, by_person=1)
    assert tell(desk) == Written()
    # Nobody hands over what is not so any more.
    [newer] = work_orders.lines(desk.house())
    assert newer.ref != order.ref
    assert work_orders.line(desk.house(), order.ref).state == "withdrawn"
    assert "3 månader" in desk.mail.handed[-1][0].text


def test_who_is_not_told_within_the_month_is_late(desk: Desk) -> None:
    at(desk, "2026-12-02")
    assert participants(desk).late == 0
    at(desk, "2026-12-03")
    assert participants(desk).late == 3
    tell(desk)
    assert participants(desk).late == 1  # by hand, and nobody has said that it is done


def test_who_comes_later_is_told_then(desk: Desk) -> None:
    tell(desk)
    desk.clock.instant += timedelta(days=3)
    new = ("Elsa", "Provberg", "199001022384")
    desk.bring(planning.case("1000000009", new))
    assert tell(desk) == Written(sent=1)
    assert mailed(desk) == ["elsa@example.se", *MAILS]


def test_what_somebody_was_told_can_be_shown(desk: Desk) -> None:
    tell(desk)
    [mail] = given_to(desk.house(), desk.ref(TUVA))
    assert (mail.notice, mail.occasion, mail.state, mail.channel) == (
        "standard.participant", "first", "sent", "encrypted-mail-with-file",
    )  # fmt: skip
    assert mail.version[:12] == participants(desk).version
    assert mail.languages == "sv en ar so fa ti"
    assert mail.done_at
    [paper] = given_to(desk.house(), desk.ref(LINA))
    assert (paper.state, paper.channel, paper.reason) == ("by_person", "", "no_mail_address")
    with pytest.raises(Refused, match="subject_unknown"):
        given_to(desk.house(), "S-0000000000000")


def test_nobody_is_written_to_where_the_policy_publishes_its_text(desk: Desk) -> None:
    assert written_to(desk.house()) == ["standard"]
    assert inform(desk.house(), "camera-surveillance") == ((), Written())
