"""A plan is agreed to in the resume form of a suspended run, or it is not agreed to: with a real
server, a real worker, and the requests that the UI makes."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.main_job import begin_import
from tasks.officers.approvals import approve
from tasks.proving.certifying import of_plan
from tests.factories.houses import PEOPLE, row
from tests.factories.officers import events
from tests.flows.serving import (
    Runs,
    Serving,
    Telephone,
    change_policy,
    drop,
    enrol_by_phone,
    left_long_ago,
    quick_places,
)
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
CANARY = "berit-canary-19850709-9805"
"""Refused by the server: nowhere afterwards."""
LAID = "anna-berg-19850709-9805"
"""Stored by request, as no form would: taken out again."""
ERASURE = "archive-erase/archive-erase-academedia"
_GIVEN, _REFUSED = EventKind.APPROVAL_GIVEN, EventKind.APPROVAL_REFUSED
TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]


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


def bring(serving: Serving, name: str, *rows: str) -> None:
    from tasks.importing.deletions import delete_imported
    from tasks.importing.intake import import_file

    drop(serving.home, name, *rows)
    with opened(serving) as house:
        for ref in begin_import(house):
            assert import_file(house, ref).outcome == "imported"
        delete_imported(house)


def newest_plan(serving: Serving) -> Plan:
    with opened(serving) as house, reading(house.engine) as connection:
        return plans.find(connection, controller="academedia", limit=1)[0]


def is_known(serving: Serving, who: tuple[str, str, str]) -> bool:
    with opened(serving) as house:
        return bool(find_by_national_id(house, who[2]))


def stored_answers(serving: Serving) -> list[str]:
    """Every value that Prefect's table of inputs holds."""
    database = serving.home / "prefect" / "prefect.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [str(row) for row in connection.execute('SELECT key, value FROM "flow_run_input"')]


@pytest.fixture(scope="module")
def officers(serving: Serving) -> list[Telephone]:
    with opened(serving) as house:
        first = enrol_by_phone(house, "chef-test")
        return [first, enrol_by_phone(house, "ombud-test", by=first)]


@pytest.fixture
def runs(serving: Serving) -> Iterator[Runs]:
    with Api(serving.home) as api:
        yield Runs(api)


def test_a_suspended_run_outlives_everything_and_only_an_officer_lets_it_go_on(
    serving: Serving, officers: list[Telephone]
) -> None:
    chef = officers[0]
    bring(serving, "a.csv", left_long_ago("100000001", TUVA), row("100000002", OMAR))
    with Api(serving.home) as api:
        runs = Runs(api)
        run = runs.start(ERASURE)
        waits = runs.until(run, "Suspended")
        plan = newest_plan(serving)
        assert plan.state is PlanState.DRAWN
        assert waits["state"]["state_details"]["pause_key"] == f"approval-1-{plan.ref.lower()}"
        text = runs.description(run)
        for told in (plan.ref, plan.hash[:12], f"gallra plan show {plan.ref}", "1 people go"):
            assert told in text
        # A hash may happen to be ten digits in a row: it is known and says nothing.
        rest = text.replace(plan.hash[:12], "")
        assert not re.search(r"\d{6}-?\d{4}|Tuva|Exempelsson|@", rest)

        # The next day's run asks nobody a second time, and the waiting run holds no slot.
        again = runs.until(runs.start(ERASURE), "Completed")
        assert runs.read(run)["state"]["name"] == "Suspended"
        assert again["state"]["type"] == "COMPLETED"

        # What is no handle is refused by the server before it is stored.
        told = runs.resume(run, officer=CANARY, code=chef.fresh(), decision="approve")
        assert told["status"] == "REJECT"
        assert runs.resume(run, officer="chef-test", note=CANARY)["status"] == "REJECT"

    serving.kill()
    serving.start()

    with Api(serving.home) as api:
        runs = Runs(api)
        assert runs.read(run)["state"]["name"] == "Suspended"

        # A wrong code: asked again, and told why.
        waits = runs.answer(
            run, "Suspended", officer=chef.handle, code=_wrong(chef), decision="approve"
        )
        assert waits["state"]["state_details"]["pause_key"] == f"approval-2-{plan.ref.lower()}"
        assert "code_wrong" in runs.description(run)
        assert newest_plan(serving) == plan

        # Resumed without an answer, by whoever reaches the API: nothing.
        runs.answer(run, "Suspended")
        assert newest_plan(serving) == plan
        assert is_known(serving, TUVA)

        # What no form takes, laid into Prefect's database and resumed.
        key = runs.read(run)["state"]["state_details"]["pause_key"]
        evil = json.dumps({"officer": LAID, "code": "1", "decision": "approve"})
        made = {"key": f"suspended-{key}-response", "value": evil}
        api.post(f"/flow_runs/{run}/input", made).raise_for_status()
        runs.answer(run, "Suspended")
        assert "answer_malformed" in runs.description(run)
        assert newest_plan(serving) == plan

        # The officer's code, typed into the form.
        code = chef.fresh()
        runs.answer(
            run, "Completed",
            officer=chef.handle, code=code, decision="approve", reason="checked",
        )  # fmt: skip
        assert runs.inputs(run) == {}
    done = newest_plan(serving)
    assert (done.ref, done.state) == (plan.ref, PlanState.PROVEN)
    with opened(serving) as house:
        assert of_plan(house, plan.ref).statement["plan"]
        assert [one["facts"]["reason"] for one in events(house, _GIVEN)] == ["checked"]  # type: ignore[index]
        reasons = [one["facts"]["reason"] for one in events(house, _REFUSED)]  # type: ignore[index]
    assert reasons == ["code_wrong"]
    assert not is_known(serving, TUVA)
    assert is_known(serving, OMAR)
    assert not [one for one in stored_answers(serving) if code in one or "anna" in one]
    for path in filter(Path.is_file, (serving.home / "prefect").rglob("*")):
        found = path.read_bytes()
        assert CANARY.encode() not in found, path
        assert path.suffix != ".log" or LAID.encode() not in found, path


def test_a_plan_approved_in_a_terminal_goes_on_when_the_run_is_resumed(
    serving: Serving, officers: list[Telephone], runs: Runs
) -> None:
    bring(serving, "b.csv", left_long_ago("100000003", LINA))
    run = runs.start(ERASURE)
    runs.until(run, "Suspended")
    plan = newest_plan(serving)
    with opened(serving) as house:
        phone = officers[1]
        approve(house, plan.ref, officer=phone.handle, code=phone.fresh(), decision="approve")
    runs.answer(run, "Completed")
    assert newest_plan(serving).state is PlanState.PROVEN
    assert not is_known(serving, LINA)


def test_two_people_agree_one_after_the_other_and_never_one_twice(
    serving: Serving, officers: list[Telephone], runs: Runs
) -> None:
    folder = Path(serving.environment["GALLRA_POLICIES"]).parent
    change_policy(folder, "approval: one", "approval: two")
    bring(serving, "c.csv", left_long_ago("100000004", TUVA))
    first, second = officers
    run = runs.start(ERASURE)
    runs.until(run, "Suspended")
    plan = newest_plan(serving)
    assert plan.approvals == 2
    runs.answer(run, "Suspended", officer=first.handle, code=first.fresh(), decision="approve")
    assert "1 / 2" in runs.description(run)
    runs.answer(run, "Suspended", officer=first.handle, code=first.fresh(), decision="approve")
    assert "approved_before" in runs.description(run)
    assert newest_plan(serving).state is PlanState.DRAWN
    runs.answer(run, "Completed", officer=second.handle, code=second.fresh(), decision="approve")
    assert newest_plan(serving).state is PlanState.PROVEN
    assert not is_known(serving, TUVA)
    assert runs.inputs(run) == {}


def test_declined_expired_and_overtaken_forms_erase_nothing(
    serving: Serving, officers: list[Telephone], runs: Runs
) -> None:
    bring(serving, "d.csv", left_long_ago("100000005", LINA))
    run = runs.start(ERASURE)
    runs.until(run, "Suspended")
    plan = newest_plan(serving)
    # Nobody answered in thirty days: what Prefect's own service does then.
    failed = {"state": {"type": "FAILED", "message": "never resumed"}, "force": True}
    runs.api.post(f"/flow_runs/{run}/set_state", failed).raise_for_status()
    run = runs.start(ERASURE)
    runs.until(run, "Suspended")
    assert newest_plan(serving) == plan

    # Somebody else is due: another plan, another form; the old one is withdrawn.
    bring(serving, "e.csv", left_long_ago("100000006", TUVA))
    newer = runs.start(ERASURE)
    runs.until(newer, "Suspended")
    runs.until(run, "Cancelled")
    assert newest_plan(serving).ref != plan.ref

    phone = officers[0]
    runs.answer(
        newer, "Completed",
        officer=phone.handle, code=phone.fresh(), decision="decline", reason="still_needed",
    )  # fmt: skip
    assert newest_plan(serving).state is PlanState.DECLINED
    assert is_known(serving, TUVA)
    assert is_known(serving, LINA)


def _wrong(phone: Telephone) -> str:
    shown = phone.code()
    return f"{(int(shown) + 500_000) % 1_000_000:06d}"
