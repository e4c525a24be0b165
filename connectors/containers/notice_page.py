"""A notice as pages to print and to hand out: the same words in every language's own script.

Nothing is loaded but fonts of this machine; no word of a policy is ever part of the page's source.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Final

from connectors.text_workbook import check_writable
from lifecycle.errors import Misconfigured
from lifecycle.notice.plain import marked
from lifecycle.notice.text import Paragraph, Text
from lifecycle.policy.notices import Language

FONTS: Final[dict[Language, str]] = {
    "ar": "Noto Sans Arabic",
    "fa": "Noto Sans Arabic",
    "ti": "Noto Sans Ethiopic",
}
"""The family that a language's script needs. All others are in the library. Not Noto Naskh Arabic:
it draws some Persian digits wrong."""
_LATIN: Final = ("Noto Sans", "Libertinus Serif")
"""For companies and addresses inside such a text: the first that is there."""
_SOURCE: Final = b"""
#let d = json(bytes(sys.inputs.page))
#set document(title: d.title, date: datetime(year: d.year, month: d.month, day: d.day))
#set page(paper: "a4", margin: (x: 2cm, y: 1.8cm), numbering: "1 / 1",
  header: align(end, text(8pt, fill: luma(90), d.running)))
#set text(font: d.fonts, size: d.size * 1pt, lang: d.lang, dir: if d.rtl { rtl } else { ltr },
  hyphenate: false, top-edge: 0.8em, bottom-edge: -0.25em)
#set par(leading: d.leading * 1em, spacing: 0.75em)
#set list(indent: 0.2em, body-indent: 0.6em, spacing: d.leading * 1em + 0.35em)
#show heading: set block(sticky: true)
#show heading.where(level: 1): set text(1.5em)
#show heading.where(level: 2): set text(1.15em)
#show heading.where(level: 2): set block(above: 1.35em, below: 0.7em, sticky: true)
#heading(level: 1, text(d.title))
#if d.before.len() > 0 { d.before.map(line => text(0.95em, line)).join(parbreak()) }
#let open(says) = highlight(
  fill: rgb("#fff3bf"), top-edge: 0.8em, bottom-edge: -0.25em, text(says))
#let shown(line) = if line.open { open(line.says) } else { text(line.says) }
#let said(lines) = block(breakable: false, lines.map(shown).join(linebreak()))
#let flowing(lines) = lines.map(shown).join([ ])
#for section in d.sections {
  heading(level: 2, text(section.heading))
  for part in section.parts {
    if part.listed { list(..part.items.map(said)) }
    else { part.items.map(flowing).join(parbreak()) }
  }
}
#block(above: 1.5em, breakable: false, {
  line(length: 100%, stroke: 0.4pt + luma(150))
  text(0.9em, d.after.map(line => text(line)).join(parbreak()))
})
"""


def missing_fonts(languages: Iterable[Language]) -> tuple[str, ...]:
    """The families that these languages need and this machine has not."""
    import typst

    have = set(typst.Fonts().families())
    needed = dict.fromkeys(FONTS[each] for each in languages if each in FONTS)
    return tuple(family for family in needed if family not in have)


def notice_page(text: Text, *, on: date) -> bytes:
    """A PDF of the notice (PDF/A-2u: every letter can be read and copied). Equal input, equal bytes
    on one machine. `on`: the local date that it is made on.

    Raises `Misconfigured("font_missing")` where no font at hand has the language's letters,
    `Refused("text_not_writable")`.
    """
    for sentence in text.sentences():
        check_writable(sentence)
    import orjson
    import typst

    own = FONTS.get(text.language)
    fonts = [*([] if own is None else [own, *_LATIN]), "Libertinus Serif", "DejaVu Sans Mono"]
    if missing_fonts([text.language]):
        raise Misconfigured("font_missing")
    compiler = typst.Compiler(
        _SOURCE,
        ignore_system_fonts=own is None,
        sys_inputs={"page": orjson.dumps(_data(text, fonts, on)).decode()},
    )
    made: object = None
    with suppress(typst.TypstError):
        # PDF/A asks that every character can be read; a page with empty boxes is an error there.
        made = compiler.compile(format="pdf", pdf_standards="a-2u")
    if not isinstance(made, bytes):
        raise Misconfigured("font_missing")
    return made


def _data(text: Text, fonts: list[str], on: date) -> dict[str, object]:
    small = text.language in FONTS
    return {
        "title": text.title,
        "year": on.year,
        "month": on.month,
        "day": on.day,
        "running": text.about[-1].plain,
        "lang": text.language,
        "rtl": text.direction == "rtl",
        "fonts": fonts,
        "size": 10 if small else 10.5,
        "leading": 0.4 if small else 0.25,
        "sections": [
            {"heading": section.heading, "parts": _parts(section.paragraphs, text)}
            for section in text.sections
        ],
        "before": [_line(paragraph, text) for paragraph in text.before],
        "after": [_line(paragraph, text) for paragraph in text.after],
    }


def _parts(paragraphs: tuple[Paragraph, ...], text: Text) -> list[dict[str, object]]:
    """Neighbours that are listed become one list."""
    parts: list[dict[str, object]] = []
    items: list[list[dict[str, object]]] = []
    listed: bool | None = None
    for paragraph in paragraphs:
        if paragraph.listed is not listed:
            items = []
            listed = paragraph.listed
            parts.append({"listed": listed, "items": items})
        items.append(
            [{"says": marked(line, text), "open": open_} for line, open_ in paragraph.marked()]
        )
    return parts


def _line(paragraph: Paragraph, text: Text) -> str:
    return " ".join(marked(line, text) for line in paragraph.lines)
