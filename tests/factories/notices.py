"""The notices of the four policies, and of a policy with a sentence changed."""

from __future__ import annotations

from functools import cache

from lifecycle.notice import Notice, Texts, build, load_texts
from lifecycle.policy import Policy, known_policies, load_policy, parse_policy, policy_directory
from lifecycle.policy.notices import Language

POLICIES = policy_directory()
GIVEN = [
    (controller, notice.id, subject)
    for controller in known_policies(POLICIES)
    for notice in load_policy(POLICIES / f"{controller}.yaml").notices
    if notice.about == "personal_data"
    for subject in notice.subjects
]
"""Every controller, notice and kind of person that is given it."""


@cache
def policy_of(controller: str) -> Policy:
    """The policy as it stands in its file."""
    return load_policy(POLICIES / f"{controller}.yaml")


def changed(controller: str, *edits: tuple[str, str], everywhere: bool = False) -> Policy:
    """The policy with each first text replaced by the second."""
    text = (POLICIES / f"{controller}.yaml").read_text("utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, -1 if everywhere else 1)
    return parse_policy(text.encode(), name=f"{controller}.yaml")


@cache
def texts_of(controller: str, notice: str, languages: tuple[Language, ...] | None = None) -> Texts:
    """The words of a controller's notice."""
    return load_texts(POLICIES, policy_of(controller), notice, languages=languages)


def governing(policy: Policy, notice: str, subject: str) -> Notice:
    """The notice, with the words of its governing language only."""
    texts = texts_of(policy.id, notice, (policy.notice(notice).governs,))
    return build(policy, notice, texts, subject=subject)


def says(notice: Notice, section: str) -> str:
    """What stands under one heading, in the governing language."""
    text = notice.text(notice.named.governs)
    (found,) = [each for each in text.sections if each.id == section]
    return "\n".join(paragraph.plain for paragraph in found.paragraphs)
