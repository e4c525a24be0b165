"""What the office does in Prefect's pages, done in a real Chromium: a scheduled run and its pages,
a red run rerun to green, an approval with a code, a refusal. Nothing is asked of any other machine,
and no page shows a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from lifecycle.plan import PlanState
from tests.browser.sitting import CHROMIUM, Sitting, sitting
from tests.factories.houses import PEOPLE, row
from tests.flows.serving import (
    Serving,
    Telephone,
    drop,
    enrol_by_phone,
    left_long_ago,
    quick_places,
)
from tests.flows.test_approval_form import bring, is_known, newest_plan, opened
from tests.privacy.prefect_client import Api

pytestmark = [
    pytest.mark.server,
    pytest.mark.long,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: chromium)"),
]
TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
SAGA = ("Saga", "Uppdiktad", "199001072389")
EVERYBODY = (*PEOPLE.values(), SAGA)
PERSONAL = re.compile(
    "|".join(
        [
            *(
                re.escape(part)
                for first, last, _ in (*PEOPLE.values(), SAGA)
                for part in (first, last)
            ),
            *(rf"{number[2:8]}[-+ ]?{number[8:]}" for *_, number in (*PEOPLE.values(), SAGA)),
            r"[\w.]+@example\.",
        ]
    )
)
"""What a page would show if it showed anybody of the exports."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("house")
    made = Serving(home, environment=quick_places(tmp_path_factory.mktemp("places")))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def phone(serving: Serving) -> Telephone:
    with opened(serving) as house:
        return enrol_by_phone(house, "chef-test")


@pytest.fixture
def seat(serving: Serving) -> Iterator[Sitting]:
    """Whatever was done: no page showed a person, and nobody outside was asked."""
    with sitting(f"http://127.0.0.1:{serving.port}", serving.home) as taken:
        yield taken
        assert "127.0.0.1" in taken.asked
        assert taken.asked_elsewhere == set()
        assert len(taken.read) > 3
        assert not [found[0] for page in taken.read if (found := PERSONAL.search(page))]


def test_a_run_of_the_schedule_appears_by_itself_with_its_pages(
    serving: Serving, seat: Sitting
) -> None:
    drop(serving.home, "a.csv", row("700000001", OMAR), row("700000002", ("Omar", "P", "0")))
    seat.open_deployment("import-af-academedia")
    seat.schedule_every_minute()
    run = seat.open_the_run_of_the_schedule()
    seat.until("Completed")
    with Api(serving.home) as api:
        made = api.get(f"/flow_runs/{run}")
    assert made["auto_scheduled"]
    assert made["state"]["type"] == "COMPLETED"
    seat.open_artifacts()
    page = seat.open_artifact("import-academedia")
    assert "Import från Arbetsförmedlingen" in page
    assert re.search(r"F-[0-9A-Z]{13}", page)
    seat.open_run(run)
    seat.open_artifacts()
    assert "identity_incomplete" in seat.open_artifact("rows-to-mend-academedia")
    assert list((serving.home / "staging").iterdir()) == []
    assert is_known(serving, OMAR)
    seat.open_deployment("import-af-academedia")
    seat.delete_the_schedule()


def test_a_red_run_says_what_to_do_and_is_retried_to_green(serving: Serving, seat: Sitting) -> None:
    bring(serving, "first.csv", row("710000001", OMAR))  # the witness stands
    staging = serving.home / "staging"
    with _witness_unreachable(serving.home):
        drop(serving.home, "b.csv", row("710000002", SAGA))
        seat.open_deployment("import-af-academedia")
        run = seat.quick_run()
        seat.until("Failed")
        said = seat.message()
        for sentence in (
            "no_witness: No witness outside this host took the checkpoint.",
            "Nothing is deleted or disclosed without a witness, and nothing was.",
            "See that the witness file's volume or the mail server is there, then rerun.",
        ):
            assert sentence in said
        assert [each.name for each in staging.iterdir()] == ["b.csv"]
    seat.retry()
    seat.until("Completed")
    seat.open_run(run)
    assert "Completed" in seat.until("Completed")
    assert list(staging.iterdir()) == []
    assert is_known(serving, SAGA)


def test_an_approval_with_a_code_is_carried_out_and_a_wrong_code_is_asked_again(
    serving: Serving, phone: Telephone, seat: Sitting
) -> None:
    bring(serving, "c.csv", left_long_ago("720000001", TUVA))
    seat.open_deployment("archive-erase-academedia")
    run = seat.quick_run()
    form = seat.form_that_says(run, "gallra plan show")
    plan = newest_plan(serving)
    assert plan.ref in form.inner_text()
    _answer(seat, form, code=_wrong(phone), decision="approve")
    form = seat.form_that_says(run, "code_wrong", plan.ref)
    assert newest_plan(serving).state is PlanState.DRAWN
    assert is_known(serving, TUVA)
    _answer(seat, form, code=phone.fresh(), decision="approve", reason="checked")
    seat.until("Completed")
    assert newest_plan(serving).state is PlanState.PROVEN
    assert not is_known(serving, TUVA)
    seat.open_artifacts()
    assert plan.ref in seat.open_artifact("erased-academedia")


def test_a_refusal_erases_nothing(serving: Serving, phone: Telephone, seat: Sitting) -> None:
    bring(serving, "d.csv", left_long_ago("730000001", LINA))
    seat.open_deployment("archive-erase-academedia")
    run = seat.quick_run()
    form = seat.form_that_says(run, "gallra plan show")
    _answer(seat, form, code=phone.fresh(), decision="decline", reason="still_needed")
    seat.until("Completed")
    assert newest_plan(serving).state is PlanState.DECLINED
    assert is_known(serving, LINA)


def _answer(
    seat: Sitting, form: Locator, *, code: str, decision: str, reason: str | None = None
) -> None:
    seat.fill(form, "Kortnamn", "chef-test")
    seat.fill(form, "Engångskod", code)
    seat.choose(form, "Beslut", decision)
    if reason:
        seat.choose(form, "Skäl", reason)
    seat.submit(form)


@contextmanager
def _witness_unreachable(home: Path) -> Iterator[None]:
    """The witness's volume is away: something else is where its folder was."""
    place, away = home / "witness", home / "witness-away"
    place.rename(away)
    place.touch()
    try:
        yield
    finally:
        place.unlink()
        away.rename(place)


def _wrong(phone: Telephone) -> str:
    shown = phone.code()
    return f"{(int(shown) + 500_000) % 1_000_000:06d}"
