"""What the documents leave open is listed, and nothing that waits for it is erased meanwhile."""

import json

import pytest
from typer.testing import CliRunner

from console.main import app
from lifecycle.policy import known_policies, load_policy, open_decisions, policy_directory
from lifecycle.policy.values import Term

CONTROLLERS = known_policies(policy_directory())


@pytest.mark.parametrize(
    ("controller", "sentence"),
    [
        ("academedia", "A-108"),
        ("academedia", "A-84"),
        ("bergqvist", "B-15"),
        ("bergqvist", "B-18"),
        ("bergqvist", "B-21"),
        ("bergqvist", "B-22"),
        ("behandlingsskolerne", "H-83"),
    ],
)
def test_the_sentence_without_a_figure_is_an_open_decision_that_a_rule_waits_for(
    controller: str, sentence: str
) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    about = [decision for decision in open_decisions(policy) if sentence in decision.about]
    assert about
    waiting = {name for decision in about for name in decision.waiting}
    assert any(rule.undecided and rule.id in waiting for rule in policy.retention)


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_undecided_limit_waits_for_an_open_decision(controller: str) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    waiting = {name for decision in open_decisions(policy) for name in decision.waiting}
    for rule in policy.retention:
        if Term.UNDECIDED in rule.keep.spans:
            assert rule.id in waiting


def test_policy_check_lists_them_all() -> None:
    done = CliRunner().invoke(app, ["policy", "check", "--json"])
    told = {
        sentence
        for found in json.loads(done.stdout).values()
        for decision in found["open"]
        for sentence in decision["about"]
    }
    assert {"A-108", "B-15", "B-18", "B-21", "B-22", "H-83"} <= told
    ids = {d["id"] for d in json.loads(done.stdout)["academedia"]["open"]}
    assert "signal-24-months" in ids
