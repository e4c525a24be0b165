"""Every sentence of the four documents ends in exactly one place, and that place exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from typer.main import get_command

from console.main import app
from console.not_automated import all_duties, document
from lifecycle.configuration.problems import PolicyError
from lifecycle.policy.duties import FOLDER, Duties, Lives, load_duties, parse_duties, unfounded
from lifecycle.policy.load import known_policies, load_policy
from lifecycle.policy.sources import places_of
from tasks.reporting.tracing import FLOW_EVENTS, REPORT_EVENTS

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
PAGE = (ROOT / "docs" / "not-automated.md").read_text(encoding="utf-8")
SENTENCES = {
    "bergqvist": ("B", 30),
    "academedia": ("A", 103),
    "tommerup": ("T", 51),
    "behandlingsskolerne": ("H", 70),
}
"""How many sentences each document has that ask for or state something."""

every_controller = pytest.mark.parametrize("controller", SENTENCES)


def _duties(controller: str) -> Duties:
    return load_duties(POLICIES, controller)


def _ending(lives: Lives) -> set[tuple[str, str]]:
    return {
        (number, duty.where or "")
        for controller in SENTENCES
        for number, duty in _duties(controller).duties.items()
        if duty.lives is lives
    }


@every_controller
def test_no_sentence_of_a_document_is_left_out(controller: str) -> None:
    letter, number = SENTENCES[controller]
    found = _duties(controller).duties
    assert len(found) == number
    assert {each[0] for each in found} == {letter}


def test_every_policy_has_its_sentences_and_no_other_file_is_there() -> None:
    assert {file.stem for file in (POLICIES / FOLDER).iterdir()} == set(SENTENCES)
    assert set(known_policies(POLICIES)) == set(SENTENCES)


@every_controller
def test_what_should_stand_in_the_policy_file_stands_there(controller: str) -> None:
    policy = load_policy(POLICIES / f"{controller}.yaml")
    assert unfounded(_duties(controller), policy) == []


@every_controller
def test_a_policy_cites_only_sentences_of_its_own_document(controller: str) -> None:
    policy = load_policy(POLICIES / f"{controller}.yaml")
    assert set(places_of(policy)) <= set(_duties(controller).duties)


def test_every_flow_that_a_sentence_ends_in_exists() -> None:
    ending = _ending(Lives.FLOW)
    assert ending
    for number, name in ending:
        flow = getattr(importlib.import_module(f"flows.{name}"), name)
        assert isinstance(flow, Flow), number
        assert name in FLOW_EVENTS, number


def test_every_report_that_a_sentence_ends_in_is_a_command() -> None:
    known: dict[str, Any] = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        known[name] = command
        known |= {f"{name} {sub}": each for sub, each in getattr(command, "commands", {}).items()}
    ending = _ending(Lives.REPORT)
    assert ending
    for number, command in ending:
        assert command in known, number
        assert command in REPORT_EVENTS, number


def test_the_page_of_what_is_left_to_people_is_made_from_the_duties() -> None:
    made = document(all_duties(POLICIES))
    assert made == PAGE, "python -m console.not_automated > docs/not-automated.md"


def test_the_page_has_every_sentence_that_is_left_to_people_once_and_no_other() -> None:
    rows = re.findall(r"^\| ([A-Z]-\d+) \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(number for number, _ in _ending(Lives.NOT_AUTOMATED))


def test_every_section_of_the_page_says_why_who_how_and_how_one_notices() -> None:
    sections = re.split(r"^### (?=.*\((?:not built yet|for people)\)$)", PAGE, flags=re.MULTILINE)
    assert len(sections) > 20
    for section in sections[1:]:
        body = re.split(r"^##", section, flags=re.MULTILINE)[0]
        for head in ("Why no machine", "Who", "How", "Noticed when it is not done"):
            assert re.search(rf"^- \*\*{head}:\*\* \S", body, re.MULTILINE), section[:60]


PEOPLE = "{called: P, built: never, why: w, who: w, how: h, noticed: n}"
SOUND = f"""\
version: 1
controller: example
document: Example
duties:
  E-01: {{kind: duty, says: one, lives: not_automated, where: people}}
  E-02: {{kind: duty, says: two, lives: policy}}
by_people:
  people: {PEOPLE}
"""


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("  E-02", "  E-01", "already in line 5"),
        ("where: people}", "where: peolpe}", "did you mean 'people'?"),
        ("where: people}", "}", "write where"),
        ("lives: policy}", "lives: policy, where: here}", "write where"),
        ("lives: policy}", "lives: nowhere}", "not known"),
        ("controller: example", "controller: other", "must be called other.yaml"),
        ("  people:", f"  spare: {PEOPLE}\n  people:", "by_people.spare"),
    ],
)
def test_a_file_of_sentences_that_does_not_fit_together_is_refused(
    old: str, new: str, right: str
) -> None:
    assert parse_duties(SOUND.encode(), name="example.yaml").controller == "example"
    assert old in SOUND
    with pytest.raises(PolicyError) as refused:
        parse_duties(SOUND.replace(old, new, 1).encode(), name="example.yaml")
    assert right in str(refused.value)


def test_a_missing_file_of_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        load_duties(tmp_path, "example")
    assert "duties/example.yaml" in str(refused.value)


@every_controller
def test_no_sentence_waits_to_be_built(controller: str) -> None:
    duties = _duties(controller)
    waiting = {name for name, part in duties.by_people.items() if part.built != "never"}
    assert [name for name, duty in duties.duties.items() if duty.where in waiting] == []
