"""The accountability report as a page that asks nobody for anything: no script, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from lifecycle.accountability.drawing import columns
from lifecycle.accountability.report import Report
from tasks.reporting.words import WORDS

_STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem;
  color: #1c1c1c; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td { border-bottom: 1px solid #ccc; padding: .3rem .6rem .3rem 0; vertical-align: top; }
td.value { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
tr.late td { font-weight: 700; color: #8f1d14; } tr.open td.value { font-weight: 600; }
code { font-size: .8em; color: #555; } .note { color: #555; font-size: .9em; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } tr, figure { break-inside: avoid; } }
"""  # noqa: E501 -- a style sheet
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> str:
    """The whole page."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    words = WORDS[report.language]
    yield f'<!DOCTYPE html>\n<html lang="{report.language}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f"<title>{escape(report.title)}: {escape(report.company)}</title>"
    yield f"<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{escape(report.title)}</h1>"
    yield (
        f"<p>{escape(report.company)}. {words['made']} {report.made_on.isoformat()}. "
        f"{words['since']} {report.since.isoformat()}.</p>"
    )
    for part in report.parts:
        yield f"<h2>{escape(part.title)}</h2>"
        if part.note:
            yield f'<p class="note">{escape(part.note)}</p>'
        yield "<table>"
        for one in part.figures:
            source = f" <code>{escape(one.source)}</code>" if one.source else ""
            yield (
                f'<tr class="{one.weight}"><td>{escape(one.label)}{source}</td>'
                f'<td class="value">{escape(one.value)}</td></tr>'
            )
        yield "</table>"
    for plot in report.plots:
        yield f"<figure><figcaption>{escape(plot.title)}</figcaption>"
        yield f"<p>{words['nothing']}</p>" if plot.is_empty else columns(plot)
        yield "</figure>"
    yield "</body>\n</html>"
