"""Wherever data of a person leaves or is read out of a system it is asked before whether they said
no, whether it may only be stored, whether they said yes (A-42, T-13; art. 7, 18, 21)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lifecycle.consent import rests_on_consent
from lifecycle.policy.load import load_policy

ROOT = Path(__file__).parents[2]
DOORS = {
    "read_out": "a system's records are read out",
    "deliver": "a parcel goes by a channel",
    "hand_over": "cases go to the case system",
    "write_list": "a list of addresses is written",
}
"""What opens a door, by the name of the call."""
GATES = {"barred_of", "consents_for", "require_free", "restricted"}

GATED = {
    "tasks/consents/mailings.py": {"barred_of", "consents_for"},
    "tasks/informing/letters.py": {"barred_of"},
    "tasks/importing/transfers.py": {"restricted"},
}
"""Doors that ask themselves. A letter tells people what the law has them told: no consent. What an
import stored rests on no consent alone and is no mailing: its hand-over asks whether the data may
only be stored."""
ASKED_BEFORE = {
    "tasks/sharing/reading_out.py": ("tasks/sharing/judging.py", "a disclosure is judged again "
                             "before anything is read out and before it is sent"),
    "tasks/sharing/sending_containers.py": ("tasks/sharing/judging.py", "sends what was judged so"),
    "tasks/sharing/sending_passwords.py": ("tasks/sharing/judging.py", "the password of the same"),
    "tasks/sharing/delivering.py": ("tasks/sharing/judging.py", "sends what was judged so"),
    "tasks/informing/reaching.py": ("tasks/informing/letters.py",
                             "reads the address of those alone who may be told"),
}  # fmt: skip
"""Doors whose callers ask: who, and why that is enough."""
OPEN = {
    "tasks/rights/found.py": "the person's own extract: art. 15 and 20 hold whatever was said",
    "tasks/telling/letters.py": "a recipient is told of an erasure or a restriction by references "
    "of what they have (art. 19): nothing new of a person",
    "tasks/sharing/asking_to_delete.py": "a recipient is asked to delete; it takes data back",
}
"""Doors that need no gate, and why."""


def calls(source: str, names: set[str]) -> set[str]:
    """Which of these functions or methods `source` calls."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in names:
                found.add(name)
    return found


def opening() -> dict[str, set[str]]:
    """Every module above the connectors that opens a door itself."""
    found = {}
    for package in ("tasks", "flows", "console"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if opened := calls(file.read_text(encoding="utf-8"), set(DOORS)):
                found[file.relative_to(ROOT).as_posix()] = opened
    return found


def test_every_door_has_a_gate_or_a_reason() -> None:
    said = [*GATED, *ASKED_BEFORE, *OPEN]
    assert len(said) == len(set(said))
    assert set(opening()) == set(said)


@pytest.mark.parametrize("module", GATED)
def test_a_door_that_asks_itself_asks(module: str) -> None:
    assert calls((ROOT / module).read_text(encoding="utf-8"), GATES) == GATED[module]


def test_whoever_asks_for_another_door_asks() -> None:
    for asking, _ in ASKED_BEFORE.values():
        assert calls((ROOT / asking).read_text(encoding="utf-8"), GATES), asking


def test_a_door_in_any_spelling_is_found() -> None:
    assert calls("system.read_out(asked)\nwrite_list(to, [])", set(DOORS)) == {
        "read_out",
        "write_list",
    }


@pytest.mark.parametrize("policy", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda f: f.stem)
def test_no_import_takes_in_what_rests_on_a_consent_alone(policy: Path) -> None:
    """So the main job is no door: what it stores is needed for a purpose on another ground."""
    read = load_policy(policy)
    if read.intake is None:
        pytest.skip("imports nothing")
    otherwise = {
        category
        for name, purpose in read.purposes.items()
        if not rests_on_consent(read, name, purpose.needs)
        for category in purpose.needs
    }
    assert {"identity", "contact", "assignment"} <= otherwise
