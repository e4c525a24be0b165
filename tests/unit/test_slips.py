"""By a work order's slip a person recognises whose papers they are: by what is known of them."""

from pathlib import Path

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.policy import parse_policy
from lifecycle.policy.load import load_policy

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "tests" / "data" / "policies" / "exempel.yaml").read_text("utf-8")
HOW = "how: Strimla.}"


@pytest.mark.parametrize(
    "controller", ["academedia", "behandlingsskolerne", "bergqvist", "tommerup"]
)
def test_every_place_weeded_by_hand_says_whose_papers_they_are(controller: str) -> None:
    policy = load_policy(ROOT / "policies" / f"{controller}.yaml")
    slips = {n: s.by_hand.slip for n, s in policy.systems.items() if s.by_hand is not None}
    assert slips
    assert set(slips.values()) == {("identity",)}


def test_a_slip_of_what_is_known_of_these_people_is_sound() -> None:
    text = TEXT.replace(HOW, f"{HOW[:-1]}, slip: [identity, contact]}}")
    assert parse_policy(text.encode(), name="exempel.yaml")


@pytest.mark.parametrize("wrong", ["identitet", "nothing"])
def test_a_slip_by_which_nobody_can_be_recognised_is_refused(wrong: str) -> None:
    text = TEXT.replace(HOW, f"{HOW[:-1]}, slip: [identity, {wrong}]}}")
    with pytest.raises(PolicyError) as refused:
        parse_policy(text.encode(), name="exempel.yaml")
    (problem,) = refused.value.problems
    assert problem.line == text[: text.index(wrong)].count("\n") + 1
    assert f"'{wrong}' of pupil lies nowhere" in problem.message
