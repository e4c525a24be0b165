"""A person's data as pages to read and print: category, field, value (A-69 c).

No text of a person is ever part of the page's source: it is handed over as data, and typst shows
a string as it is. Nothing is loaded from anywhere; the fonts are inside the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from connectors.text_workbook import check_writable
from lifecycle.errors import Refused

Language = Literal["sv", "da", "en"]


class Section(NamedTuple):
    """One category of data; the words are already in the page's language."""

    category: str
    fields: Sequence[tuple[str, str]]
    """Field and value; the value is personal."""

    def __repr__(self) -> str:
        return f"Section(category={self.category}, fields={len(self.fields)})"


_WORDS: Final[dict[Language, tuple[str, str, str]]] = {
    "sv": ("Uppgift", "Innehåll", "Utskrivet"),
    "da": ("Oplysning", "Indhold", "Udskrevet"),
    "en": ("Field", "Value", "Printed"),
}
_SOURCE: Final = b"""
#let d = json(bytes(sys.inputs.page))
#set document(title: d.ref, date: datetime(year: d.year, month: d.month, day: d.day))
#set page(paper: "a4", margin: 2cm, numbering: "1 / 1", header: align(right, text(8pt, d.ref)))
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 10pt, lang: d.lang,
  hyphenate: false)
#show table.cell.where(y: 0): set text(weight: "bold")
#text(16pt, weight: "bold", d.title)
#linebreak()
#text(9pt, d.printed)
#for section in d.sections {
  block(above: 1.5em, below: 0.6em, sticky: true, text(12pt, weight: "bold", section.category))
  table(columns: (1fr, 2fr), inset: 5pt, stroke: 0.4pt + gray, align: left,
    table.header(..d.heads.map(text)), ..section.cells.map(text))
}
"""


def page(
    sections: Sequence[Section], *, title: str, ref: str, language: Language, printed_on: date
) -> bytes:
    """A PDF, not sealed yet: it may only go on into a container. Equal input, equal bytes.

    `ref` stands at the head of every page; `printed_on` is a local date. Raises
    `Refused("text_not_writable")`, `Refused("text_not_printable")` when no font at hand has a
    character: nothing is printed that cannot be read.
    """
    for text in (title, ref, *(text for section in sections for text in _texts(section))):
        check_writable(text)
    field, value, printed = _WORDS[language]
    data = {
        "title": title,
        "ref": ref,
        "lang": language,
        "year": printed_on.year,
        "month": printed_on.month,
        "day": printed_on.day,
        "printed": f"{printed} {printed_on.isoformat()}",
        "heads": [field, value],
        "sections": [
            {
                "category": section.category,
                "cells": [text for pair in section.fields for text in pair],
            }
            for section in sections
        ],
    }
    # The library's own fonts first: the same page on every machine; then this machine's.
    for own_fonts_only in (True, False):
        made = _compiled(data, own_fonts_only=own_fonts_only)
        if made is not None:
            return made
    raise Refused("text_not_printable")


def _texts(section: Section) -> list[str]:
    return [section.category, *(text for pair in section.fields for text in pair)]


def _compiled(data: object, *, own_fonts_only: bool) -> bytes | None:
    import orjson
    import typst

    compiler = typst.Compiler(
        _SOURCE,
        ignore_system_fonts=own_fonts_only,
        sys_inputs={"page": orjson.dumps(data).decode()},
    )
    try:
        # PDF/A asks that every character can be read; a page with empty boxes is an error there.
        made = compiler.compile(format="pdf", pdf_standards="a-2u")
    except typst.TypstError:
        return None
    return made if isinstance(made, bytes) else None
