"""Is the notice whole in every language: nothing missing, left over or out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lifecycle.notice.building import facts_for, facts_for_camera
from lifecycle.notice.facts import Facts
from lifecycle.notice.governing import Key, own_words
from lifecycle.notice.notice import Texts
from lifecycle.notice.phrases import Phrases, Translated, gaps
from lifecycle.policy.model import Policy
from lifecycle.policy.notices import Language, Notice


class Finding(NamedTuple):
    """Something to mend in the files under `policies/notices`."""

    language: Language
    where: str
    """A phrase's key, or a term's kind and name."""
    what: str


def facts_of(policy: Policy, notice: Notice) -> tuple[Facts, ...]:
    """The notice for every kind of person, and for every unit where it is about cameras."""
    if notice.about == "cameras":
        return tuple(
            facts_for_camera(policy, notice.id, subject, unit)
            for subject in notice.subjects
            for unit in policy.cameras
        )
    return tuple(facts_for(policy, notice.id, subject) for subject in notice.subjects)


def findings(policy: Policy, notice: Notice, texts: Texts, master: Phrases) -> Iterator[Finding]:
    """Everything that is wrong with the words of this notice, language by language.

    `master`: the Swedish frames, which all others follow.
    """
    governing = _governing(policy, notice, texts)
    for language in notice.languages:
        yield from _of_frames(texts.phrases[language], master)
        yield from _of_terms(
            language,
            notice,
            texts,
            _needed(policy, [notice]),
            governing,
            used=_needed(policy, (n for n in policy.notices if _shares(n, notice, language))),
        )


def unreviewed(notice: Notice, texts: Texts) -> tuple[Language, ...]:
    """The translations that nobody whose mother tongue it is has read."""
    return tuple(
        language
        for language in notice.languages
        if language != notice.governs
        and (texts.phrases[language].reviewed is None or texts.terms[language].reviewed is None)
    )


def _shares(one: Notice, other: Notice, language: Language) -> bool:
    return one.text == other.text and language in one.languages


def _needed(policy: Policy, notices: Iterable[Notice]) -> dict[Key, None]:
    """The terms that these notices name, in the order of their first use."""
    found: dict[Key, None] = {}
    for notice in notices:
        found["notices", notice.id] = None
        for facts in facts_of(policy, notice):
            found.update(((term.kind, term.name), None) for term in facts.terms())
    return found


def _governing(policy: Policy, notice: Notice, texts: Texts) -> Mapping[Key, str]:
    words = dict(own_words(policy))
    for kind, names in texts.terms[notice.governs].terms.items():
        words.update({(kind, name): w for name, w in names.items() if isinstance(w, str)})
    return words


def _of_frames(phrases: Phrases, master: Phrases) -> Iterator[Finding]:
    language = phrases.language
    for key, frame in master.phrases.items():
        if key not in phrases.phrases:
            yield Finding(language, key, "has no words")
        elif gaps(phrases.phrases[key]) != gaps(frame):
            wanted = ", ".join(sorted(gaps(frame))) or "none"
            yield Finding(language, key, f"has other gaps than the Swedish phrase: {wanted}")
    for key in phrases.phrases:
        if key not in master.phrases:
            yield Finding(language, key, "is no phrase of any notice")
    if language != master.language and phrases.follows != master.fingerprint:
        yield Finding(
            language,
            "follows",
            f"the Swedish frames have changed: look through them and write {master.fingerprint}",
        )


def _of_terms(
    language: Language,
    notice: Notice,
    texts: Texts,
    needed: Iterable[Key],
    governing: Mapping[Key, str],
    *,
    used: Iterable[Key],
) -> Iterator[Finding]:
    has = {
        (kind, name): word
        for kind, names in texts.terms[language].terms.items()
        for name, word in names.items()
    }
    for key in needed:
        word, own = has.get(key), governing.get(key)
        where = ".".join(key)
        if language == notice.governs:
            if own is None:
                yield Finding(language, where, "has no words")
        elif word is None:
            yield Finding(language, where, "has no words")
        elif not isinstance(word, Translated):
            yield Finding(language, where, "a translation stands beside its original: of, says")
        elif word.of != own:
            yield Finding(language, where, f"translates older words; now they are: {own}")
    for key, word in has.items():
        if language == notice.governs and isinstance(word, Translated):
            yield Finding(language, ".".join(key), "the governing text translates nothing")
        if key not in set(used):
            yield Finding(language, ".".join(key), "is a word that the notice does not use")
