"""`gallra work-orders`, `gallra execute` and `gallra certificate`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import tasks.house.wiring
from console.main import app
from console.output import Exit
from records.plans import Plan
from tasks.house.parts import House
from tests.factories.execution import TUVA, Scene, scene, surroundings
from tests.factories.houses import build, dialect

__all__ = ["build", "dialect", "scene", "surroundings"]
Gallra = Callable[..., Result]


@pytest.fixture
def gallra(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    """The command, in a terminal beside the scene."""

    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield scene.house()

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=typed)

    return run


@pytest.fixture
def plan(scene: Scene) -> Plan:
    scene.by_hand = ("paper-binder",)
    scene.leavers(TUVA)
    return scene.approved()


def told(result: Result) -> object:
    return json.loads(result.stdout)


def test_an_order_from_the_first_run_to_the_certificate(
    scene: Scene, plan: Plan, gallra: Gallra, tmp_path: Path
) -> None:
    empty = gallra("work-orders", "list")
    assert (empty.exit_code, "No work order is open" in empty.stdout) == (Exit.DONE, True)
    begun = gallra("execute", plan.ref)
    assert begun.exit_code == Exit.ATTENTION, begun.output
    assert "read back later" in begun.stdout
    assert "gallra work-orders list" in begun.stdout

    listed = gallra("work-orders", "list", "--json")
    assert listed.exit_code == Exit.DONE
    ((order),) = told(listed)  # type: ignore[misc]
    ref = order["ref"]
    assert (order["state"], order["overdue"], order["plan"]) == ("open", False, plan.ref)
    shown = gallra("work-orders", "show", ref)
    assert shown.exit_code == Exit.DONE
    assert "then a second person" in shown.stdout
    assert "Exempelsson" not in shown.output

    first, second = scene.office.enrolled()
    nobody = gallra("work-orders", "show", ref, "--reveal")
    assert nobody.exit_code != Exit.DONE
    slip = gallra(
        "work-orders", "show", ref, "--reveal", "--by", first.handle, typed=first.fresh() + "\n"
    )
    assert slip.exit_code == Exit.DONE
    assert "Exempelsson" in slip.stdout

    def done(evidence: str, code: str) -> Result:
        words = ("work-orders", "done", ref, "--by", first.handle, "--evidence", evidence)
        return gallra(*words, typed=code + "\n")

    for refused in (done("shredded", first.wrong()), done(str(tmp_path), first.fresh())):
        assert refused.exit_code == Exit.REFUSED, refused.output
    finished = done("shredded", first.fresh())
    assert finished.exit_code == Exit.DONE
    assert "second person confirms" in finished.stdout
    same = gallra("work-orders", "confirm", ref, "--by", first.handle, typed=first.fresh() + "\n")
    assert same.exit_code == Exit.REFUSED
    looked = gallra(
        "work-orders", "confirm", ref, "--by", second.handle, typed=second.fresh() + "\n"
    )
    assert looked.exit_code == Exit.DONE
    assert "confirmed" in looked.stdout

    missing = gallra("certificate", "show", plan.ref)
    assert missing.exit_code == Exit.REFUSED
    scene.later()
    proven = gallra("execute", plan.ref, "--json")
    assert proven.exit_code == Exit.DONE, proven.output
    assert told(proven)["state"] == "proven"  # type: ignore[index]

    page, copy = tmp_path / "intyg.html", tmp_path / "intyg.json"
    written = gallra("certificate", "show", plan.ref, "--html", str(page), "-o", str(copy))
    assert written.exit_code == Exit.DONE
    assert plan.ref in page.read_text("utf-8")
    assert gallra("certificate", "show", plan.ref, "-o", str(copy)).exit_code != Exit.DONE
    genuine = gallra("certificate", "verify", str(copy))
    assert genuine.exit_code == Exit.DONE
    assert f"Genuine: plan {plan.ref}" in genuine.stdout
    copy.write_bytes(copy.read_bytes().replace(b'"given_up": 0', b'"given_up": 1'))
    assert gallra("certificate", "verify", str(copy)).exit_code == Exit.NOT_PROVEN
    copy.write_bytes(copy.read_bytes()[:-20])
    assert gallra("certificate", "verify", str(copy)).exit_code == Exit.NOT_PROVEN
    assert gallra("certificate", "verify", str(tmp_path / "none.json")).exit_code != Exit.DONE


def test_what_is_overdue_or_not_proven_has_an_exit_code_of_its_own(
    scene: Scene, plan: Plan, gallra: Gallra
) -> None:
    gallra("execute", plan.ref)
    scene.later(days=15)
    late = gallra("work-orders", "list")
    assert late.exit_code == Exit.ATTENTION
    assert "OVERDUE" in late.stdout
    red = gallra("execute", plan.ref)
    assert red.exit_code == Exit.NOT_PROVEN
    assert "at once: the deadline has passed" in red.stdout


def test_a_system_that_does_not_answer_is_not_proven_and_said(
    scene: Scene, plan: Plan, gallra: Gallra
) -> None:
    scene.novo.failures.unreachable = True
    red = gallra("execute", plan.ref)
    assert red.exit_code == Exit.NOT_PROVEN
    assert "novo: system_unreachable" in red.stdout
    assert gallra("execute", "P-0000000000000").exit_code == Exit.REFUSED
