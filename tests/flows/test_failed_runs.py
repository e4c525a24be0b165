"""A run that failed says what to do; when that is done, Retry or Quick run in the UI finishes the
job, and nothing is done twice: with a real server and a real worker."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.import_af import import_af
from lifecycle.ledger import EventKind
from records import lookups
from records.engines import reading
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.remedies.every import remedy_for
from tests.factories.houses import PEOPLE, row
from tests.factories.officers import events
from tests.flows.breakable import CANARY, HOW
from tests.flows.serving import Runs, Serving, drop
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
ENTRYPOINT = "tests.flows.breakable.import_af"
FAILED = "failed-import-af-academedia"


class Mishap:
    """Something that goes wrong, and how a person puts it right."""

    def __init__(
        self, code: str, breaks: Callable[[Path], object], mends: Callable[[Path], object]
    ) -> None:
        self.code = code
        self.breaks = breaks
        self.mends = mends


def _says(how: str) -> Callable[[Path], object]:
    return lambda home: (home / HOW).write_text(how, "utf-8")


def _says_nothing(home: Path) -> None:
    (home / HOW).unlink()


def _takes_witness_away(home: Path) -> None:
    file = home / "witness" / "academedia.checkpoints"
    file.rename(file.with_suffix(".aside"))
    file.mkdir()


def _puts_witness_back(home: Path) -> None:
    file = home / "witness" / "academedia.checkpoints"
    file.rmdir()
    file.with_suffix(".aside").rename(file)


MISHAPS = {
    "the folder is away": Mishap(
        "folder_missing",
        lambda home: (home / "staging").rename(home / "elsewhere"),
        lambda home: (home / "elsewhere").rename(home / "staging"),
    ),
    "no witness takes anything": Mishap("no_witness", _takes_witness_away, _puts_witness_back),
    "a fault that nobody knows": Mishap("unexpected_error", _says("unexpected"), _says_nothing),
    "a step takes too long": Mishap("took_too_long", _says("slow step"), _says_nothing),
    "the run takes too long": Mishap("took_too_long", _says("slow run"), _says_nothing),
}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    made = Serving(tmp_path_factory.mktemp("house"))
    try:
        made.start()
        drop(made.home, "first.csv", row("417100000", PEOPLE["Lina"]))
        with Api(made.home) as api:
            runs = Runs(api)
            runs.until(runs.start("import-af/import-af-academedia"), "Completed")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def api(serving: Serving) -> Iterator[Api]:
    with Api(serving.home) as api:
        yield api


@pytest.fixture(scope="module")
def deployment(api: Api) -> str:
    """The same flow, deployed as the one that can be broken."""
    schema = import_af.parameters.model_dump()
    return api.deploy("import-af", entrypoint=ENTRYPOINT, schema=schema)


def page(api: Api, key: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/artifacts/{key}/latest")
    return found


def kept(serving: Serving) -> tuple[int, int]:
    """How many cases are known, and how many imports the ledger has."""
    settings = Settings.from_environment({"GALLRA_HOME": str(serving.home)})
    with open_house("academedia", settings=settings) as house:
        with reading(house.engine) as connection:
            cases = lookups.totals(connection, controller="academedia")["cases"]
        return cases, len(events(house, EventKind.IMPORT_STORED))


@pytest.mark.parametrize("name", MISHAPS)
def test_what_failed_says_what_to_do_and_a_rerun_by_hand_finishes_it(
    serving: Serving, api: Api, deployment: str, name: str
) -> None:
    mishap = MISHAPS[name]
    number = list(MISHAPS).index(name)
    runs = Runs(api)
    cases, imports = kept(serving)
    drop(serving.home, f"list-{number}.csv", row(f"41710001{number}", PEOPLE["Tuva"]))
    mishap.breaks(serving.home)
    try:
        run = api.start(deployment, parameters={"controller": "academedia"})
        red = runs.until(run, "Failed", "TimedOut")
    finally:
        mishap.mends(serving.home)
    told = page(api, FAILED)
    assert told["flow_run_id"] == run
    assert mishap.code in told["data"]
    for part in ("Vad som hände", "Vad som är säkert", "Vad du gör", "Så kör du om"):
        assert part in told["data"]
    swedish, english = remedy_for(mishap.code, language="sv"), remedy_for(mishap.code)
    for own, beside in zip(swedish, english, strict=True):
        assert f"\n\n{own}\n\n*{beside}*\n" in told["data"]
    assert f"/runs/flow-run/{run}" in told["data"]
    assert f"/deployments/deployment/{deployment}" in told["data"]
    today = page(api, "today-academedia")
    assert today["flow_run_id"] == run
    assert re.search(rf"RÖTT · RED.*import-af.*/artifacts/key/{FAILED}", today["data"])
    assert "[import-af](/deployments/deployment/" in today["data"]
    assert CANARY not in json.dumps([red, told, today])

    # The menu's Retry, or a new run from the deployment's page: both end green.
    if number % 2:
        again = api.start(deployment, parameters={"controller": "academedia"})
    else:
        again = run
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        api.post(f"/flow_runs/{run}/set_state", {"state": state}).raise_for_status()
    green = runs.until(again, "Completed", besides=red["state"]["id"])
    assert "today-academedia" in green["state"]["message"]
    assert list((serving.home / "staging").iterdir()) == []
    assert kept(serving) == (cases + 1, imports + 1)
    assert "Inget att göra" in page(api, FAILED)["data"]
    assert FAILED not in page(api, "today-academedia")["data"]
