"""The flows about the people run under a real Prefect server for every controller that has them,
and their pages name nobody (A-37, A-57, A-18, A-27, art. 12)."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from prefect import Flow

from tests.flows.conftest import Served
from tests.flows.test_under_a_real_server import _artifacts, _last_run, _sample
from tests.structure.test_flows import DEPLOYMENTS

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(600)]

PEOPLE = ("inform", "register-consent", "rights-request", "incident", "processor-review")
DEPLOYED = sorted(
    (name, deployment["entrypoint"], deployment["parameters"]["controller"])
    for name, deployment in DEPLOYMENTS.items()
    if name.rpartition("-")[0] in PEOPLE
)


def _flow(entrypoint: str) -> Flow[Any, Any]:
    module, _, name = entrypoint.rpartition(".")
    found: Flow[Any, Any] = getattr(importlib.import_module(module), name)
    return found


def test_every_one_of_them_is_deployed() -> None:
    assert {name.rpartition("-")[0] for name, _, _ in DEPLOYED} == set(PEOPLE)


@pytest.mark.parametrize(
    ("name", "entrypoint", "controller"), DEPLOYED, ids=[name for name, _, _ in DEPLOYED]
)
def test_it_runs_to_its_end_and_again(
    session: Served, name: str, entrypoint: str, controller: str
) -> None:
    if controller == "academedia":
        _sample(session, seed=3, rows=12)
        _flow("flows.import_af.import_af")(controller, return_state=True)
    for _ in range(2):
        state = _flow(entrypoint)(controller, return_state=True)
        run = _last_run(state)
        told = "" if run.state is None else run.state.message or ""
        assert state.is_completed() or state.is_failed(), told
        assert "unexpected" not in told
        assert "@" not in told
    page = PAGES[name.rpartition("-")[0]]
    [*_, shown] = [one for one in _artifacts(f"{page}-{controller}") if one.data is not None]
    for who in CANARIES:
        assert who not in str(shown.data)


PAGES = {
    "inform": "inform",
    "register-consent": "consents",
    "rights-request": "rights-request",
    "incident": "incidents",
    "processor-review": "processors",
}
CANARIES = ("Tuva", "Exempelsson", "@example.se", "19850709")
