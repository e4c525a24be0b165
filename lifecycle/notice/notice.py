"""A notice: its facts, and the same in every language that the policy names (A-39)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from lifecycle.errors import Misconfigured
from lifecycle.notice.building import facts_for, facts_for_camera
from lifecycle.notice.facts import (
    Facts,
    Fill,
    Length,
    Literal,
    Nested,
    Statement,
    Term,
)
from lifecycle.notice.governing import Key, own_words
from lifecycle.notice.grammar import length
from lifecycle.notice.phrases import Phrases, Terms, load_phrases, load_terms
from lifecycle.notice.text import Inline, Paragraph, Piece, Text, TextSection
from lifecycle.notice.undecided import says_undecided
from lifecycle.policy.model import Policy
from lifecycle.policy.notices import Language
from lifecycle.policy.notices import Notice as Named


@dataclass(frozen=True)
class Texts:
    """The phrases and terms of every language of one notice."""

    phrases: Mapping[Language, Phrases]
    terms: Mapping[Language, Terms]


@dataclass(frozen=True)
class Notice:
    """What one kind of person is told; nothing of any person is in it."""

    facts: Facts
    named: Named
    """As the policy names it: languages, which one governs, when it is given."""
    _texts: Texts = field(repr=False)
    _words: Mapping[Key, str] = field(repr=False)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the policy names."""
        return self.named.languages

    @property
    def version(self) -> str:
        """What people read of it: the first twelve digits of the facts' hash."""
        return self.facts.sha256[:12]

    def text(self, language: Language) -> Text:
        """The notice in `language`.

        Raises `Misconfigured("notice_language_unknown")` for one that the policy does not name or
        that was not loaded, `Misconfigured("notice_words_missing")` where a phrase or a term has no
        words in it: nobody is given half a notice. `gallra inform check` lists them.
        """
        if language not in self.languages or language not in self._texts.phrases:
            raise Misconfigured("notice_language_unknown", ref=self.facts.controller)
        return _Writer(self, language).text()

    def in_words(self, statement: Statement) -> str:
        """A statement in the governing language, also one that the policy does not make any more: a
        part that has no words now is named as the policy named it."""
        writer = _Writer(self, self.named.governs, lenient=True)
        return writer.paragraph(statement).plain

    def words(self, language: Language) -> dict[Key, str]:
        """Each term in `language`, as far as it has words there."""
        if language == self.named.governs:
            return {**self._words, **_says(self._texts.terms[language])}
        return _says(self._texts.terms[language])

    def phrases(self, language: Language) -> Phrases:
        """The frames of `language`."""
        return self._texts.phrases[language]

    def terms(self, language: Language) -> Terms:
        """The controller's words in `language`, as their file has them."""
        return self._texts.terms[language]


def load_texts(
    policies: Path, policy: Policy, notice: str, *, languages: Iterable[Language] | None = None
) -> Texts:
    """The notice's languages, all or those asked for, out of `notices` beside the policies.

    Raises `Misconfigured("notice_unknown")`, `PolicyError`.
    """
    named = policy.notice(notice)
    wanted = tuple(named.languages if languages is None else languages)
    return Texts(
        {language: load_phrases(policies, language) for language in wanted},
        {language: load_terms(policies, named.text, language) for language in wanted},
    )


def build(
    policy: Policy, notice: str, texts: Texts, *, subject: str, unit: str | None = None
) -> Notice:
    """The notice for one kind of person; `unit`: of which cameras, where it is about cameras.

    Raises as `lifecycle.notice.building.facts_for` and `facts_for_camera`.
    """
    if unit is None:
        facts = facts_for(policy, notice, subject)
    else:
        facts = facts_for_camera(policy, notice, subject, unit)
    return Notice(facts, policy.notice(notice), texts, own_words(policy))


def _says(terms: Terms) -> dict[Key, str]:
    return {
        (kind, name): word if isinstance(word, str) else word.says
        for kind, names in terms.terms.items()
        for name, word in names.items()
    }


def _capital(line: Inline) -> Inline:
    """A sentence that begins with a term: the policy writes terms in small letters."""
    if not line or line[0].kind == "literal" or not line[0].text:
        return line
    first = line[0]
    return (first._replace(text=first.text[0].upper() + first.text[1:]), *line[1:])


class _Writer:
    """Fills the frames of one language."""

    def __init__(self, notice: Notice, language: Language, *, lenient: bool = False) -> None:
        self._lenient = lenient
        self._notice = notice
        self._language: Language = language
        self._phrases = notice.phrases(language)
        self._words = notice.words(language)

    def text(self) -> Text:
        notice, phrases = self._notice, self._phrases
        sections = tuple(
            TextSection(
                section.id,
                self._frame(f"heading.{section.id}"),
                tuple(self.paragraph(statement) for statement in section.statements),
            )
            for section in notice.facts.sections
        )
        governs = self._language == notice.named.governs
        title = self._word(Term("notices", notice.named.id))
        about = tuple(Paragraph((tuple(pieces),), False) for pieces in self._about(governs))
        reviewed = governs or self._reviewed() is not None
        name, direction = phrases.name, phrases.direction
        return Text(self._language, name, direction, title, sections, about, governs, reviewed)

    def _reviewed(self) -> str | None:
        """The later of the two days, once both the frames and the terms are reviewed."""
        both = (self._phrases.reviewed, self._notice.terms(self._language).reviewed)
        days = [each.on.isoformat() for each in both if each is not None]
        return max(days) if len(days) == len(both) else None

    def _about(self, governs: bool) -> Iterator[Iterator[Piece]]:
        if governs:
            if len(self._notice.languages) > 1:
                yield self._filled("about.governs", {})
        else:
            language = Literal(self._frame(f"language.{self._notice.named.governs}"))
            yield self._filled("about.translation", {"language": language}, kind="word")
            on = self._reviewed()
            if on is None:
                yield self._filled("about.not_reviewed", {})
            else:
                yield self._filled("about.reviewed", {"on": Literal(on)})
        yield self._filled("about.version", {"version": Literal(self._notice.version)})

    def paragraph(self, statement: Statement) -> Paragraph:
        """A statement and what belongs to it."""
        lines = tuple(self._lines(statement))
        return Paragraph(
            tuple(line for line, _ in lines), statement.listed, tuple(mark for _, mark in lines)
        )

    def _lines(self, statement: Statement) -> Iterator[tuple[Inline, bool]]:
        line = _capital(tuple(self._filled(statement.phrase, dict(statement.fills))))
        yield line, says_undecided(statement.phrase)
        for following in statement.then:
            yield from self._lines(following)

    def _filled(
        self, phrase: str, fills: Mapping[str, Fill], *, kind: str = "literal"
    ) -> Iterator[Piece]:
        for frame, gap, _, _ in Formatter().parse(self._frame(phrase)):
            if frame:
                yield Piece(frame)
            if gap is not None:
                filled = self._fill(fills[gap]) if gap in fills else (Piece(self._missing(gap)),)
                for piece in filled:
                    yield piece._replace(kind="word") if kind == "word" else piece

    def _fill(self, fill: Fill) -> Inline:
        if isinstance(fill, Literal):
            return (Piece(fill.text, "literal"),)
        if isinstance(fill, Term):
            return (Piece(self._word(fill), "word"),)
        if isinstance(fill, Length):
            return (Piece(length(fill, self._phrases)),)
        if isinstance(fill, Nested):
            return tuple(self._filled(fill.phrase, dict(fill.fills)))
        pieces: list[Piece] = []
        for item in fill:
            if pieces:
                pieces.append(Piece(self._phrases.between))
            pieces.extend(self._fill(item))
        return tuple(pieces)

    def _frame(self, phrase: str) -> str:
        found = self._phrases.phrases.get(phrase)
        if found is None:
            return self._missing(phrase)
        return found

    def _word(self, term: Term) -> str:
        found = self._words.get((term.kind, term.name))
        if found is None:
            return self._missing(f"{term.kind} {term.name}")
        return found

    def _missing(self, name: str) -> str:
        if self._lenient:
            return name
        raise Misconfigured("notice_words_missing", ref=self._notice.facts.controller)
