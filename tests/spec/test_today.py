"""Today's page says what needs a person, who, until when; and what was done on this local day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.ledger import EventKind
from lifecycle.processor import Entry
from lifecycle.processor_entry import EntryKind
from lifecycle.rights import Came, Right
from records.engines import reading
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.incidents import people as incidents
from tasks.incidents import people as register
from tasks.incidents.telling import draw_list
from tasks.incidents.who import keep, scope
from tasks.officers.approvals import approve
from tasks.processors.noting import note
from tasks.processors.reviewing import ask as ask_for_reviews
from tasks.proving.proof import verify_ledger, witness
from tasks.reporting.sentences import Sentence
from tasks.reporting.today import Need, Today, today
from tasks.reporting.today_page import MOST_NEEDS, markdown
from tasks.rights.register import open_request
from tasks.watching.daily import watch
from tasks.watching.overview import overview
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, Scene, scene
from tests.factories.houses import Builder, build, dialect, export, house, row
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house", "scene"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def figures(seen: Today) -> Mapping[str, int | str]:
    return {one.what.en: one.value for one in seen.figures}


def ask(desk: Desk) -> None:
    open_request(
        desk.house(), Right.COMPLAINT, came=Came.MAIL, received_on=local_today(desk.house())
    )


def needs(seen: Today) -> dict[str, tuple[bool, int]]:
    return {one.what.en: (one.red, one.number) for one in seen.needs}


def test_what_was_done_today_is_counted_and_yesterday_is_not(desk: Desk) -> None:
    house = desk.house()
    shown = figures(today(house))
    assert shown["rows imported today"] == 2
    assert shown["rows quarantined today"] == 0
    assert shown["people not yet informed"] == 2
    assert shown["events in the ledger"] == _size(house)
    desk.clock.pass_time(days=1)
    assert figures(today(desk.house()))["rows imported today"] == 0


def test_the_day_begins_at_local_midnight(build: Builder, standing_clock: StandingClock) -> None:
    """An import at 23:30 UTC in summer is of the day that has begun in Stockholm."""
    standing_clock.instant = datetime(2026, 6, 14, 21, 30, tzinfo=UTC)  # 23:30 in Stockholm
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA))
    assert figures(today(desk.house()))["rows imported today"] == 1
    standing_clock.pass_time(hours=1)  # 00:30 there, and still the 14th in UTC
    assert figures(today(desk.house()))["rows imported today"] == 0
    assert today(desk.house()).at.date().isoformat() == "2026-06-15"
    desk.bring(planning.case("1000000002", OMAR))
    standing_clock.pass_time(hours=8)  # the same morning there, the next day in UTC
    assert figures(today(desk.house()))["rows imported today"] == 1


def test_it_changes_nothing(desk: Desk) -> None:
    house = desk.house()
    before = _size(house)
    first = today(house)
    assert today(house) == first
    assert _size(house) == before


def test_a_file_that_was_emptied_and_one_that_waits_are_counted(desk: Desk) -> None:
    house = desk.house()
    house.staging.put("list.csv", export(row("417000009", TUVA)))
    purge(house)
    shown = today(desk.house())
    assert figures(shown)["files purged today"] == 2  # the import's, and this one
    assert figures(shown)["files in the folder"] == 0
    assert needs(shown)["export again"] == (False, 1)


def test_a_file_that_no_import_will_take_waits_for_somebody_until_it_is_gone(desk: Desk) -> None:
    house = desk.house()
    house.staging.put("list.xlsx", b"no workbook at all")
    for _ in range(2):
        for ref in begin_import(house):
            import_file(house, ref)
        (need,) = today(house).needs
        assert need.what.en == "a file cannot be imported: export the list again"
        assert "filändelsen passar inte innehållet" in need.what.own("sv").format(**need.about)
        assert overview(house).needs_a_person
    purge(house)
    assert set(needs(today(house))) == {"export again"}


def test_an_incident_counts_down_and_goes_red(desk: Desk) -> None:
    ref = register.open_incident(desk.house(), kind="virus", text="Ett virus låg i en bilaga.")
    desk.clock.pass_time(hours=20)
    [need] = [one for one in today(desk.house()).needs if "incident" in one.what.en]
    assert (need.red, need.about, need.command) == (
        False,
        {"hours": 52},
        f"gallra incident show {ref}",
    )
    assert Sentence.INCIDENT_HOURS.own("sv", **need.about) == (
        "incident: 52 timmar kvar till anmälan"
    )
    desk.clock.pass_time(hours=45)
    assert needs(today(desk.house()))["incident: hours left to report"] == (True, 1)
    desk.clock.pass_time(hours=10)
    assert needs(today(desk.house()))["incident: too late to the authority"] == (True, 1)
    assert figures(today(desk.house()))["open incidents"] == 1


def test_a_request_counts_its_days_and_is_due_soon(desk: Desk) -> None:
    ask(desk)
    seen = today(desk.house())
    assert figures(seen)["open requests"] == 1
    assert figures(seen)["due within seven days"] == 0
    desk.clock.pass_time(days=26)
    soon = today(desk.house())
    assert needs(soon)["request, days left"][0] is False
    (need,) = [one for one in soon.needs if one.what.en == "request, days left"]
    said = Sentence.REQUEST_SOON.own("sv", **need.about)
    assert said.startswith("begäran: klagomål (art. "), "the page is Swedish, its codes are not"
    assert figures(soon)["due within seven days"] >= 1
    desk.clock.pass_time(days=10)
    assert needs(today(desk.house()))["request, too late"] == (True, 1)


def test_a_plan_and_its_work_orders_wait_for_their_roles(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.office.draw()
    [need] = [one for one in today(scene.house()).needs if one.command.startswith("gallra approve")]
    assert need.command == f"gallra approve {plan.ref}"
    assert need.who
    assert need.until
    assert need.number == plan.counts["go"]
    scene.office.approve(plan)
    scene.office.carry_out(plan)
    seen = today(scene.house())
    assert not [one for one in seen.needs if one.command.startswith("gallra approve")]
    assert figures(seen)["items proven gone"] + figures(seen)["open work orders"] > 0
    scene.clock.pass_time(days=60)
    if figures(seen)["open work orders"]:
        assert needs(today(scene.house()))["overdue work orders"][0]


def test_a_disclosure_waits_and_then_is_overdue(desk: Desk) -> None:
    desk.send(desk.approved(TUVA))
    assert figures(today(desk.house()))["disclosures under way"] == 1
    desk.clock.pass_time(days=40)
    late = needs(today(desk.house()))
    assert late["disclosure past its last day"][0]
    assert late["people told too late"] == (True, 2)


def test_the_ledger_is_red_when_nobody_has_verified_it_for_a_day(desk: Desk) -> None:
    house = desk.house()
    verify_ledger(house)
    witness(house)
    assert "the ledger was not verified for a day" not in needs(today(house))
    shown = figures(today(house))
    assert shown["ledger verified"] == shown["last witness"] != ""
    assert shown["history of runs tidied"] == ""
    with house.work() as work:
        work.record(EventKind.RUNS_FORGOTTEN, acted=0, days=90, left=0)
        work.commit()
    assert figures(today(house))["history of runs tidied"] == shown["ledger verified"]
    desk.clock.pass_time(hours=27)
    late = desk.house()
    watch(late)
    assert needs(today(late))["the ledger was not verified for a day"] == (True, 1)
    assert needs(today(late))["witness silent"] == (True, 1)


def test_red_comes_first_and_nobody_is_on_the_page(desk: Desk) -> None:
    desk.send(desk.approved(TUVA))
    register.open_incident(desk.house(), kind="virus", text="Ett virus låg i en bilaga.")
    desk.clock.pass_time(days=40)
    ask(desk)
    seen = today(desk.house())
    colours = [one.red for one in seen.needs]
    assert colours == sorted(colours, reverse=True)
    assert len(set(colours)) == 2
    shown = markdown(seen, "academedia", language="sv", there={"sharing-academedia"})
    assert shown.index("RÖTT · RED") < shown.index("GULT · AMBER") < shown.index("Dagen i siffror")
    assert "[sharing](/artifacts/key/sharing-academedia) `gallra share show P-" in shown
    assert "`-c academedia`" in shown
    assert "/artifacts/key/incidents-academedia" not in shown  # no run has written that one
    for who in (TUVA, OMAR):
        for word in who:
            assert word not in shown


def test_the_page_is_in_the_language_of_the_office_and_never_endless(desk: Desk) -> None:
    seen = today(desk.house())
    many = seen._replace(needs=tuple(_need(number) for number in range(MOST_NEEDS + 5)))
    danish = markdown(
        many, "tommerup", language="da", there=(), schedules={"share": "/deployments/x"}
    )
    assert "## I dag · Today: " in danish
    assert "Det her skal nogen gøre · Somebody has to act" in danish
    assert "og 5 mere · and more" in danish
    assert danish.count("RØDT · RED") == MOST_NEEDS
    assert "[share](/deployments/x)" in danish
    quiet = markdown(seen._replace(needs=()), "academedia", language="sv", there=())
    assert "Ingen behöver göra något just nu." in quiet


def _need(number: int) -> Need:
    return Need(True, Sentence.ORDERS_OVERDUE, {}, number, "chef", "2026-01-01", "gallra x", "")


def _size(house: House) -> int:
    with reading(house.engine) as connection:
        return house.ledger.head(connection).size


def test_a_review_and_a_list_of_whom_to_tell_wait_for_a_yes_like_any_plan(desk: Desk) -> None:
    house, (first, _) = desk.house(), desk.enrolled()
    dpo = enrol(house, desk.clock, "dataskydd", "dpo", "company", by=first)

    def by() -> dict[str, str]:
        return {"officer": dpo.handle, "code": dpo.fresh()}

    for kind, outcome in (("agreement", "framework"), ("instruction", ""), ("country", "eea")):
        entry = Entry(EntryKind(kind), local_today(house), None, outcome)
        note(house, "workbuster", entry, **by())
    [review] = ask_for_reviews(house)
    ref = incidents.open_incident(house, kind="mail-to-wrong-person", text="Till fel skola.")
    keep(house, ref, [scope(house, "system", "gallra")])
    incidents.assess(
        house, ref, consequence=Consequence.SEVERE, likelihood=Likelihood.LIKELY,
        sensitive=False, risk=None, text=None, **by(),
    )  # fmt: skip
    for topic in (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES):
        incidents.note(house, ref, topic=topic, text="Ett mejl gick fel.")
    plan = draw_list(house, ref, **by())
    asked = {one.command: one.who for one in today(house).needs if "approve" in one.command}
    assert asked == {
        f"gallra approve {review.ref}": "dpo",
        f"gallra approve {plan.ref}": "verksamhetschef, dpo",
    }
    assert set(overview(house).waits_for_approval) == {review.ref, plan.ref}
    approve(house, review.ref, decision="approve", **by())
    assert overview(house).waits_for_approval == (plan.ref,)
