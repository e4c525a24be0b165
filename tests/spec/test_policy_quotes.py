"""Every policy quotes its own document, word for word, sentence by sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from lifecycle.policy import known_policies, load_policy, policy_directory
from lifecycle.policy.values import Source

QUOTES = Path(__file__).parents[1] / "data" / "quotes"
CONTROLLERS = known_policies(policy_directory())
LETTERS = {"academedia": "A", "bergqvist": "B", "tommerup": "T", "behandlingsskolerne": "H"}


def sources(part: object) -> Iterator[Source]:
    if isinstance(part, Source):
        yield part
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from sources(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from sources(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from sources(value)


def sentences(controller: str) -> dict[str, list[str]]:
    """What the document says under each number; a line is number, blank, sentence."""
    found: dict[str, list[str]] = {}
    for line in (QUOTES / f"{controller}.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            number, sentence = line.split(" ", 1)
            found.setdefault(number, []).append(sentence)
    return found


def test_every_policy_has_its_sentences() -> None:
    assert set(CONTROLLERS) == set(LETTERS) == {path.stem for path in QUOTES.glob("*.txt")}


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_quote_is_the_documents_own_words(controller: str) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    known = sentences(controller)
    quoted = [source for source in sources(policy) if source.id is not None]
    assert len(quoted) >= 20
    for source in quoted:
        assert source.id is not None
        assert source.quote is not None
        assert source.id.startswith(LETTERS[controller])
        assert any(source.quote in sentence for sentence in known.get(source.id, ())), source.id


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_sentence_is_quoted(controller: str) -> None:
    """A sentence that no policy quotes any more has no place among the quotes."""
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    quoted = {source.id for source in sources(policy) if source.id is not None}
    assert set(sentences(controller)) <= quoted


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_rule_names_a_sentence_or_a_law(controller: str) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    for rule in policy.retention:
        assert rule.source.id or rule.source.law, rule.id
