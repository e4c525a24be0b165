"""People are told of an incident when two have agreed in the form of its run, each with a code of
their own, or not at all (A-30): with a real server and a real worker."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.ledger import EventKind
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.incidents import people as register
from tasks.incidents.register import show
from tasks.incidents.telling import draw_list
from tasks.incidents.who import keep, scope
from tasks.work_orders import orders as work_orders
from tests.factories.houses import PEOPLE, row
from tests.factories.officers import events
from tests.flows.serving import Runs, Serving, Telephone, drop, enrol_by_phone, quick_places
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
INCIDENT = "incident/incident-academedia"
SECRET = "Ett intyg låg i skrivaren på Exempelskolan."
TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("house")
    made = Serving(home, environment=quick_places(tmp_path_factory.mktemp("places")))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@contextmanager
def opened(serving: Serving) -> Iterator[House]:
    """The same house, as a command in a terminal opens it."""
    settings = Settings.from_environment({"GALLRA_HOME": str(serving.home), **serving.environment})
    with open_house("academedia", settings=settings) as house:
        yield house


@pytest.fixture
def officers(serving: Serving) -> list[Telephone]:
    with opened(serving) as house:
        first = enrol_by_phone(house, "chef-test")
        return [first, enrol_by_phone(house, "ombud-test", by=first)]


def to_tell(serving: Serving, who: Telephone) -> tuple[str, Plan]:
    """An incident of a high risk about two people, and the list of whom to tell."""
    from tasks.importing.deletions import delete_imported
    from tasks.importing.intake import import_file
    from tasks.importing.main_job import begin_import

    drop(serving.home, "a.csv", row("100000001", TUVA), row("100000002", OMAR))
    with opened(serving) as house:
        for ref in begin_import(house):
            assert import_file(house, ref).outcome == "imported"
        delete_imported(house)
        ref = register.open_incident(house, kind="mail-to-wrong-person", text=SECRET)
        keep(house, ref, [scope(house, "system", "gallra")])
        register.assess(
            house, ref, consequence=Consequence.SEVERE, likelihood=Likelihood.LIKELY,
            sensitive=False, risk=None, text=None, officer=who.handle, code=who.fresh(),
        )  # fmt: skip
        for topic in (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES):
            register.note(house, ref, topic=topic, text=SECRET)
        return ref, draw_list(house, ref, officer=who.handle, code=who.fresh())


def state_of(serving: Serving, plan: Plan) -> str:
    with opened(serving) as house, reading(house.engine) as connection:
        return str(plans.get(connection, controller="academedia", number=plan.number).state)


def orders(serving: Serving) -> int:
    """Letters that a person is asked to hand over."""
    with opened(serving) as house:
        return sum(one.state == "open" for one in work_orders.lines(house))


def wrong(phone: Telephone) -> str:
    code = phone.fresh()
    return code[:-1] + str((int(code[-1]) + 5) % 10)


def test_two_agree_in_the_form_each_with_a_code_and_then_the_letters_are_written(
    serving: Serving, officers: list[Telephone]
) -> None:
    first, second = officers
    ref, plan = to_tell(serving, first)
    with Api(serving.home) as api:
        runs = Runs(api)
        run = runs.start(INCIDENT)
        waits = runs.until(run, "Suspended")
        assert waits["state"]["state_details"]["pause_key"] == f"approval-1-{plan.ref.lower()}"
        text = runs.description(run)
        for told in (plan.ref, ref, f"gallra incident letter {ref} --by"):
            assert told in text
        assert not re.search(r"\d{6}-?\d{4}|Tuva|Exempelskolan|@|B-…", text)

        # A wrong code: nothing is agreed to, and the form says why.
        runs.answer(run, "Suspended", officer=first.handle, code=wrong(first), decision="approve")
        assert "code_wrong" in runs.description(run)
        assert (state_of(serving, plan), orders(serving)) == ("drawn", 0)

        # One alone is not both, and never both.
        for _ in range(2):
            runs.answer(
                run, "Suspended", officer=first.handle, code=first.fresh(), decision="approve"
            )
            assert (state_of(serving, plan), orders(serving)) == ("drawn", 0)
        assert "approved_before" in runs.description(run)

        # The other one: the same run goes on and writes.
        runs.answer(
            run, "Completed", officer=second.handle, code=second.fresh(), decision="approve"
        )
        assert runs.inputs(run) == {}
        assert state_of(serving, plan) == "approved"
        written = orders(serving)
        assert written > 0, "no mail is bound here: a person hands the letters over"
        runs.until(runs.start(INCIDENT), "Completed")
        assert orders(serving) == written
    with opened(serving) as house:
        assert show(house, ref).line.telling == "to_tell", "nobody has handed a letter over yet"
        given = events(house, EventKind.APPROVAL_GIVEN)
        refused = [one["facts"]["reason"] for one in events(house, EventKind.APPROVAL_REFUSED)]  # type: ignore[index]
    assert len({one["facts"]["officer"] for one in given}) == len(given) == 2  # type: ignore[index]
    assert refused == ["code_wrong", "approved_before"]
    place = serving.home / "prefect"
    with closing(sqlite3.connect(f"file:{place / 'prefect.db'}?mode=ro", uri=True)) as kept:
        dump = "\n".join(kept.iterdump())
    assert "Exempelskolan" not in dump
    for path in filter(Path.is_file, place.rglob("*.log")):
        assert "Exempelskolan" not in path.read_text("utf-8", errors="replace"), path
