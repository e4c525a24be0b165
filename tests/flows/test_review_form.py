"""A processor's review is decided in a resume form with an officer's code or not at all: approved,
refused, and asked again after a wrong code, with a real server and worker (A-18, H-40)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lifecycle.processor import Agreement, Entry, Lack
from lifecycle.processor_entry import EntryKind
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.processors.noting import note
from tasks.processors.register import Line, lines
from tests.flows.serving import Runs, Serving, Telephone, enrol_by_phone
from tests.privacy.erasing_people import installed
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
REVIEW = "processor-review/processor-review-academedia"


@dataclass
class Reviewed:
    """A house that is served, and its reviewer."""

    serving: Serving
    dpo: Telephone

    @contextmanager
    def house(self) -> Iterator[House]:
        """The same house, as a command in a terminal opens it."""
        with _opened(self.serving) as house:
            yield house

    def line(self, name: str) -> Line:
        with self.house() as house:
            [found] = [line for line in lines(house) if line.name == name]
            return found

    def agreed(self, name: str) -> None:
        """An agreement is in force: from now on its review is due."""
        with self.house() as house:
            signed = Entry(EntryKind.AGREEMENT, local_today(house), None, str(Agreement.OWN))
            note(house, name, signed, officer=self.dpo.handle, code=self.dpo.fresh(), evidence="")


@contextmanager
def _opened(serving: Serving) -> Iterator[House]:
    environment = {"GALLRA_HOME": str(serving.home), **serving.environment}
    with open_house("academedia", settings=Settings.from_environment(environment)) as house:
        yield house


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    environment = installed(tmp_path_factory.mktemp("installed"))
    made = Serving(tmp_path_factory.mktemp("house"), environment=environment)
    try:
        made.start()
        with _opened(made) as house:
            dpo = enrol_by_phone(house, "ombud-test")
        yield Reviewed(made, dpo)
    finally:
        made.stop()


@pytest.fixture
def runs(reviewed: Reviewed) -> Iterator[Runs]:
    with Api(reviewed.serving.home) as api:
        yield Runs(api)


def _wrong(phone: Telephone) -> str:
    return f"{(int(phone.code()) + 500_000) % 1_000_000:06d}"


def test_a_review_is_approved_in_its_form_and_by_no_wrong_code(
    reviewed: Reviewed, runs: Runs
) -> None:
    name, dpo = "workbuster", reviewed.dpo
    reviewed.agreed(name)
    run = runs.start(REVIEW)
    runs.until(run, "Suspended")
    text = runs.description(run)
    assert "gallra processor show" in text
    assert reviewed.line(name).said.called not in text, "what a company is called is not Prefect's"

    # Resumed without an answer, or with a wrong code: nothing is decided.
    runs.answer(run, "Suspended")
    runs.answer(run, "Suspended", officer=dpo.handle, code=_wrong(dpo), decision="approve")
    assert "code_wrong" in runs.description(run)
    assert reviewed.line(name).reviewed_until is None
    assert Lack.REVIEW_MISSING in reviewed.line(name).lacks

    runs.answer(run, "Completed", officer=dpo.handle, code=dpo.fresh(), decision="approve")
    assert runs.inputs(run) == {}, "no code stays in Prefect"
    line = reviewed.line(name)
    assert line.reviewed_until is not None
    assert Lack.REVIEW_MISSING not in line.lacks
    assert not line.review_due
    # The next night nothing of it is asked again.
    runs.until(runs.start(REVIEW), "Completed")


def test_a_review_that_is_refused_in_its_form_is_no_valid_review(
    reviewed: Reviewed, runs: Runs
) -> None:
    with reviewed.house() as house:
        name = next(one for one in house.policy.processors if one != "workbuster")
    reviewed.agreed(name)
    run = runs.start(REVIEW)
    runs.until(run, "Suspended")
    runs.answer(
        run, "Completed",
        officer=reviewed.dpo.handle, code=reviewed.dpo.fresh(), decision="decline",
        reason="not_now",
    )  # fmt: skip
    assert Lack.REVIEW_REFUSED in reviewed.line(name).lacks
    assert reviewed.line(name).reviewed_until is None
    # Refused is decided: it is not asked again until something was noted.
    runs.until(runs.start(REVIEW), "Completed")
