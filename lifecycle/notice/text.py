"""A notice in one language: headings and sentences, with what must read from left to right kept
apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal as Either
from typing import NamedTuple

from lifecycle.policy.notices import Language


class Piece(NamedTuple):
    """A stretch of a sentence."""

    text: str
    kind: Either["frame", "word", "literal"] = "frame"
    """`literal`: an address, a number, a name that reads from left to right in any language.
    `word`: a term; it has its own direction inside the sentence."""


Inline = tuple[Piece, ...]


class Paragraph(NamedTuple):
    """Sentences that belong together; `listed`: one of several of the same kind."""

    lines: tuple[Inline, ...]
    """A sentence each."""
    listed: bool
    undecided: tuple[bool, ...] = ()
    """Of each line whether it says that something is not decided; (): of none."""

    @property
    def plain(self) -> str:
        """Without any marks of direction."""
        return " ".join("".join(piece.text for piece in line) for line in self.lines)

    def marked(self) -> Iterator[tuple[Inline, bool]]:
        """Each line, with whether it says that something is not decided."""
        yield from zip(self.lines, self.undecided or (False,) * len(self.lines), strict=True)


class TextSection(NamedTuple):
    """One heading with what stands under it."""

    id: str
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Text:
    """A notice as one kind of person reads it, in one language."""

    language: Language
    language_name: str
    """What the language calls itself."""
    direction: Either["ltr", "rtl"]
    title: str
    sections: tuple[TextSection, ...]
    about: tuple[Paragraph, ...]
    """Which text governs, whether this one was reviewed, which version it is."""
    governs: bool
    reviewed: bool
    """Whether somebody whose mother tongue it is has read it; True of the governing text."""

    @property
    def before(self) -> tuple[Paragraph, ...]:
        """What stands ahead of a translation: that it is one, and whether it was reviewed."""
        return () if self.governs else self.about[:-1]

    @property
    def after(self) -> tuple[Paragraph, ...]:
        """What stands at the end."""
        return self.about if self.governs else self.about[-1:]

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal: the version of the wording, beside that of the facts."""
        content = [
            self.title,
            [[s.id, s.heading, [p.plain for p in s.paragraphs]] for s in self.sections],
            [paragraph.plain for paragraph in self.about],
        ]
        plain = json.dumps([self.language, content], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    def sentences(self) -> Iterator[str]:
        """Everything that can be read, without any marks of direction."""
        yield self.title
        for section in self.sections:
            yield section.heading
            for paragraph in section.paragraphs:
                yield paragraph.plain
        for paragraph in self.about:
            yield paragraph.plain
