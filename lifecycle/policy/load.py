"""From a policy file to a policy that may be acted on, or to a list of everything to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.configuration.text import LARGEST, read_text
from lifecycle.configuration.validated import nearest, validated
from lifecycle.policy.check import check
from lifecycle.policy.model import Policy

SUFFIX: Final = ".yaml"


def parse_policy(content: bytes, *, name: str) -> Policy:
    """The policy in the bytes of a file called `name`.

    Raises `PolicyError` with everything that is wrong: first the spelling, then the values, and
    when every value is right, what does not fit together.
    """
    text = read_text(content, name=name, error=PolicyError)
    policy = validated(Policy, text, error=PolicyError)
    findings = check(policy)
    if name != policy.id + SUFFIX:
        message = f"the file of '{policy.id}' must be called {policy.id}{SUFFIX}"
        findings.append((("controller", "id"), message))
    if findings:
        problems = [text.problem(path, message) for path, message in findings]
        raise PolicyError(sorted(problems, key=lambda problem: (problem.line, problem.path)))
    policy._sha256 = text.sha256  # known only here, and no key of the file
    return policy


def load_policy(path: Path) -> Policy:
    """The policy in the file at `path`. Raises `PolicyError`, also when it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        others = known_policies(path.parent)
        message = f"this file cannot be read{nearest(path.stem, others)}"
        raise PolicyError([Problem(path.name, 1, "", message)]) from None
    return parse_policy(content, name=path.name)


def policy_directory() -> Path:
    """Where the policies lie: beside the packages, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parents[2] / "policies"


def known_policies(directory: Path) -> list[str]:
    """The controllers that `directory` has a policy file for, in alphabetical order."""
    return sorted(path.stem for path in directory.glob(f"*{SUFFIX}") if path.is_file())
