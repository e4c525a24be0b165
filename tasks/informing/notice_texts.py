"""Notices as the policies and their texts make them: read, checked, and laid down as pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lifecycle.notice.building import facts_for, facts_for_camera
from lifecycle.notice.changes import Change, changes
from lifecycle.notice.checks import Finding, findings, unreviewed
from lifecycle.notice.facts import Facts
from lifecycle.notice.kept import kept_facts
from lifecycle.notice.notice import Notice, build, load_texts
from lifecycle.notice.pages import Elsewhere, index, page
from lifecycle.notice.phrases import MASTER, load_phrases
from lifecycle.notice.undecided import Undecided, undecided
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.notices import Language


class Checked(NamedTuple):
    """What a look at one notice's words found."""

    notice: str
    findings: tuple[Finding, ...]
    unreviewed: tuple[Language, ...]
    undecided: tuple[Undecided, ...]
    """What people must be told and nobody has decided: with any of it no notice is whole."""

    @property
    def whole(self) -> bool:
        """Whether everything is there and decided."""
        return not self.findings and not self.undecided


def read_notice(
    policies: Path,
    policy: Policy,
    notice: str,
    subject: str,
    *,
    unit: str | None = None,
    languages: tuple[Language, ...] | None = None,
) -> Notice:
    """One kind of person's notice, with the words of `languages` (all, if none are named).

    Raises as `lifecycle.notice.notice.load_texts` and `build`.
    """
    texts = load_texts(policies, policy, notice, languages=languages)
    return build(policy, notice, texts, subject=subject, unit=unit)


def check_notices(policies: Path, policy: Policy) -> tuple[Checked, ...]:
    """Each notice of the policy: what its texts lack, what nobody has reviewed, and what
    nobody has decided.

    Raises `PolicyError` where a file cannot be read at all.
    """
    master = load_phrases(policies, MASTER)
    checked = []
    for notice in policy.notices:
        texts = load_texts(policies, policy, notice.id)
        found = tuple(findings(policy, notice, texts, master))
        checked.append(
            Checked(notice.id, found, unreviewed(notice, texts), undecided(policy, notice))
        )
    return tuple(checked)


def write_pages(
    folder: Path, policies: Path, policy: Policy, notice: str, *, unit: str | None = None
) -> tuple[Path, ...]:
    """The notice as web pages into `folder`: one for each kind of person and language, and an index
    in the governing language. They may be put on a website as they are; written anew, they replace
    those that are there.

    Raises as `read_notice`.
    """
    named = policy.notice(notice)
    made: dict[str, str] = {}
    entries: list[tuple[str, list[Elsewhere]]] = []
    for subject in named.subjects:
        built = read_notice(policies, policy, notice, subject, unit=unit)
        texts = {language: built.text(language) for language in built.languages}
        links = {
            language: Elsewhere(text.language_name, language, f"{subject}.{language}.html")
            for language, text in texts.items()
        }
        entries.append((policy.subjects[subject].called, list(links.values())))
        for language, text in texts.items():
            others = [link for other, link in links.items() if other != language]
            made[links[language].file] = page(text, others=others)
    made["index.html"] = index(named.called, named.governs, entries)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")
    return tuple(folder / name for name in made)


def write_pdfs(
    folder: Path,
    policies: Path,
    policy: Policy,
    notice: str,
    *,
    on: date,
    subjects: tuple[str, ...] | None = None,
    languages: tuple[Language, ...] | None = None,
    unit: str | None = None,
) -> tuple[Path, ...]:
    """The notice as pages to print, into `folder`: one file for each kind of person and language.
    `on`: the controller's local date.

    Raises as `read_notice`, and `Misconfigured("font_missing")` before anything is written.
    """
    from connectors.containers.notice_page import notice_page

    named = policy.notice(notice)
    made: dict[str, bytes] = {}
    for subject in subjects or named.subjects:
        built = read_notice(policies, policy, notice, subject, unit=unit, languages=languages)
        for language in languages or built.languages:
            made[f"{subject}.{language}.pdf"] = notice_page(built.text(language), on=on)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in made)


def earlier_facts(path: Path, notice: str, subject: str, *, unit: str | None = None) -> Facts:
    """An earlier version: kept facts (`gallra inform show --facts`) or an earlier policy file.

    Raises `Misconfigured("notice_facts_unreadable")`, `PolicyError`, and as `facts_for`.
    """
    if path.suffix == ".json":
        return kept_facts(path.read_text(encoding="utf-8"))
    policy = load_policy(path)
    if unit is not None:
        return facts_for_camera(policy, notice, subject, unit)
    return facts_for(policy, notice, subject)


def changes_in_words(
    before: Facts, notice: Notice
) -> Iterator[tuple[Change, list[str], list[str]]]:
    """Each change, with what is no longer said and what is said now, in the governing language."""
    for change in changes(before, notice.facts):
        gone = [notice.in_words(statement) for statement in change.no_longer]
        come = [notice.in_words(statement) for statement in change.now]
        yield change, gone, come
