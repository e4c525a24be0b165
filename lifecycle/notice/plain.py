"""A notice as plain text: the text part of a mail, and what a terminal shows."""

from __future__ import annotations

from typing import Final

from lifecycle.notice.islands import split
from lifecycle.notice.text import Inline, Paragraph, Piece, Text

_LEFT_TO_RIGHT: Final = "\u2066"
_RIGHT_TO_LEFT: Final = "\u2067"
_END: Final = "\u2069"


def plain(text: Text) -> str:
    """The whole notice, a heading over each section, a line to each sentence of a list.

    In a language that reads from right to left, addresses, numbers and names are isolated (U+2066
    to U+2069), so that none is turned around.
    """
    parts = [text.title]
    if text.before:
        parts.append("\n".join(_lines(paragraph, text) for paragraph in text.before))
    for section in text.sections:
        parts.append(section.heading.upper() if text.direction == "ltr" else section.heading)
        parts.append("\n".join(_lines(paragraph, text) for paragraph in section.paragraphs))
    parts.append("\n".join(_lines(paragraph, text) for paragraph in text.after))
    return "\n\n".join(parts) + "\n"


def marked(line: Inline, text: Text) -> str:
    """One sentence, with what has a direction of its own isolated where that is needed."""
    return "".join(isolated(piece, text) for piece in line)


def isolated(piece: Piece, text: Text) -> str:
    """A stretch of a sentence as it stands in plain text and in pages to print."""
    if text.direction == "ltr":
        return piece.text
    if piece.kind == "literal":
        return f"{_LEFT_TO_RIGHT}{piece.text}{_END}"
    inner = "".join(
        f"{_LEFT_TO_RIGHT}{part}{_END}" if latin else part for part, latin in split(piece.text)
    )
    return f"{_RIGHT_TO_LEFT}{inner}{_END}" if piece.kind == "word" else inner


def _lines(paragraph: Paragraph, text: Text) -> str:
    lines = [marked(line, text) for line in paragraph.lines]
    if paragraph.listed:
        return "\n  ".join([f"- {lines[0]}", *lines[1:]])
    return " ".join(lines)
