"""`gallra record`, `gallra risk` and `gallra processor review`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tasks.house.wiring
from connectors.workbook import read_table
from console.main import app
from console.output import Exit
from lifecycle.risk import RiskLack
from tasks.house.parts import House
from tasks.remedies.every import listed_codes
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house"]
Gallra = Callable[..., Result]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo", "company")


@pytest.fixture
def gallra(house: House, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield house

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=typed)

    return run


def test_the_record_is_shown_and_written_as_a_workbook_and_a_page(
    gallra: Gallra, house: House, tmp_path: Path
) -> None:
    shown = gallra("record", "show")
    assert shown.exit_code == Exit.DONE
    assert "Register över behandling (artikel 30.1)" in shown.stdout
    assert "Waits for decisions" in shown.stdout
    told = json.loads(gallra("record", "show", "--json").stdout)
    assert len(told["activities"]) == len(house.policy.purposes)
    book, page = tmp_path / "register.xlsx", tmp_path / "register.html"
    for to in (book, page):
        done = gallra("record", "write", str(to))
        assert done.exit_code == Exit.DONE, done.output
    rows = list(read_table(book.read_bytes(), name=book.name))
    assert len(rows) == len(house.policy.purposes) + 1
    assert "<h1>Register över behandling (artikel 30.1)</h1>" in page.read_text("utf-8")
    refused = gallra("record", "write", str(tmp_path / "register.pdf"))
    assert refused.exit_code != Exit.DONE
    assert not (tmp_path / "register.pdf").exists()


def test_a_risk_from_the_order_to_the_impact_assessment(
    gallra: Gallra, dpo: Authenticator, tmp_path: Path
) -> None:
    by = ("--by", "dpo")
    reviewed = gallra("risk", "review")
    assert "order(s) opened" in reviewed.stdout
    listed = gallra("risk", "list")
    assert listed.exit_code == Exit.ATTENTION
    assert "2 kännbar" in listed.stdout
    assert "assessment missing" in listed.stdout
    levels = ("--consequence", "3", "--likelihood", "3")
    done = gallra("risk", "assess", "activity.support", *levels, "--reasons", "många", *by,
                  typed=dpo.fresh())  # fmt: skip
    assert done.exit_code == Exit.DONE, done.output
    lacking = gallra("risk", "impact", "activity.support", *levels, "--outcome", "acceptable", *by,
                     typed=dpo.fresh())  # fmt: skip
    assert lacking.exit_code == Exit.REFUSED
    assert "impact_parts_missing" in lacking.output
    paper = tmp_path / "dpia.pdf"
    paper.write_bytes(b"dpia")
    done = gallra("risk", "impact", "activity.support", *levels, "--outcome", "acceptable",
                  "--paper", str(paper), *by, typed=dpo.fresh())  # fmt: skip
    assert done.exit_code == Exit.DONE, done.output
    shown = gallra("risk", "show", "activity.support")
    assert "risk: high (3 × 3)" in shown.stdout
    assert "reasons: många" in shown.stdout
    assert "impact: high (3 × 3) acceptable" in shown.stdout
    [line] = [
        one
        for one in json.loads(gallra("risk", "list", "--json").stdout)["risks"]
        if one["label"] == "activity.support"
    ]
    assert line["lacks"] == []


def test_a_review_is_asked_for_and_decided_on_the_terminal(
    gallra: Gallra, dpo: Authenticator
) -> None:
    by = ("--by", "dpo")
    for words in (
        ("agree", "workbuster", "--framework", "--on", "2026-01-01"),
        ("note", "workbuster", "instruction", "--on", "2026-01-01"),
        ("note", "workbuster", "country", "--says", "eea", "--on", "2026-01-01"),
    ):
        assert gallra("processor", *words, *by, typed=dpo.fresh()).exit_code == Exit.DONE
    [ref] = json.loads(gallra("processor", "review", "--json").stdout)["waiting"]
    approved = gallra("approve", ref, *by, typed=dpo.fresh())
    assert approved.exit_code == Exit.DONE, approved.output
    assert "gallra processor show workbuster" in approved.stdout
    assert "gallra processor review" in approved.stdout
    done = gallra("processor", "review")
    assert "1 review(s) approved" in done.stdout
    refused = gallra("plan", "show", ref)
    assert "gallra processor show workbuster" in refused.output


def test_every_lack_of_a_risk_has_sentences_of_its_own() -> None:
    assert set(map(str, RiskLack)) <= listed_codes()
