"""The accountability report as a PDF to print and to file: the same figures and pictures as the
page."""

from __future__ import annotations

from typing import Final

from lifecycle.accountability.drawing import columns
from lifecycle.accountability.report import Report
from lifecycle.errors import Refused

_SOURCE: Final = b"""
#let d = json(bytes(sys.inputs.page))
#set document(title: d.title, date: datetime(year: d.year, month: d.month, day: d.day))
#set page(paper: "a4", margin: 1.8cm, numbering: "1 / 1")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 10pt, lang: d.lang)
#text(16pt, weight: "bold", d.title)
#linebreak()
#text(10pt, d.head)
#for part in d.parts {
  block(above: 1.4em, below: 0.5em, sticky: true, text(12pt, weight: "bold", part.title))
  if part.note != "" { text(8pt, fill: luma(90), part.note) }
  table(columns: (1fr, auto), inset: 4pt, stroke: (x: none, top: none, bottom: 0.4pt + luma(200)),
    align: (left, right), ..part.cells.map(cell => text(
      weight: if cell.late { "bold" } else { "regular" },
      fill: if cell.late { rgb("#8f1d14") } else { black }, cell.text)))
}
#for plot in d.plots {
  block(above: 1.4em, breakable: false, {
    text(11pt, weight: "bold", plot.title)
    linebreak()
    if plot.svg == "" { text(d.nothing) } else {
      image(bytes(plot.svg), format: "svg", width: 100%, alt: plot.title)
    }
  })
}
"""


def report_pdf(report: Report, *, head: str, nothing: str) -> bytes:
    """The report, ready to be printed; equal input, equal bytes. `head`: the line under the title;
    `nothing`: what stands in place of an empty picture.

    Raises `Refused("text_not_printable")` when no font at hand has a character.
    """
    import orjson
    import typst

    data = {
        "title": report.title,
        "head": head,
        "nothing": nothing,
        "lang": report.language,
        "year": report.made_on.year,
        "month": report.made_on.month,
        "day": report.made_on.day,
        "parts": [
            {
                "title": part.title,
                "note": part.note,
                "cells": [
                    {"text": text.replace("⚠", "!"), "late": one.weight == "late"}
                    for one in part.figures
                    for text in (one.label, one.value)
                ],
            }
            for part in report.parts
        ],
        "plots": [
            {"title": plot.title, "svg": "" if plot.is_empty else columns(plot)}
            for plot in report.plots
        ],
    }
    made: object = None
    try:
        made = typst.Compiler(
            _SOURCE,
            ignore_system_fonts=True,
            sys_inputs={"page": orjson.dumps(data).decode()},
        ).compile(format="pdf")
    except typst.TypstError:
        made = None
    if not isinstance(made, bytes):
        raise Refused("text_not_printable")
    return made
