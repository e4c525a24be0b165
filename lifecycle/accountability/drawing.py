"""A picture says it better: columns over the months, drawn so that they also print and can be read
aloud."""

from __future__ import annotations

from html import escape
from typing import Final

from lifecycle.accountability.report import Plot

_WIDTH, _HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 34, 34
COLOURS: Final = ("#1f6f8b", "#b3362b", "#8a8a8a")
"""Told apart in grey too: the second is darker in print than the first."""


def columns(plot: Plot) -> str:
    """The plot as SVG: for each month a column, the series one above the other; text alone, no
    script, nothing loaded."""
    highest = max((sum(month.values) for month in plot.months), default=0) or 1
    top = _nice(highest)
    inner_height = _HEIGHT - _TOP - _BOTTOM
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(plot.months), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="11">',
        f"<title>{escape(plot.title)}</title>",
        f"<desc>{escape(_aloud(plot))}</desc>",
        *_legend(plot),
    ]
    for share in (0, 0.5, 1):
        y = _TOP + inner_height * (1 - share)
        value = top * share
        label = str(int(value)) if value == int(value) else ""
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="#bbbbbb" stroke-width="0.6"/>'
        )
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    every = max(1, -(-len(plot.months) // 13))
    for position, month in enumerate(plot.months):
        x = _LEFT + position * step + step * 0.15
        below = 0.0
        for colour, value in zip(COLOURS, month.values, strict=False):
            height = inner_height * value / top
            if value:
                y = _TOP + inner_height - below - height
                parts.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{step * 0.7:.1f}" '
                    f'height="{height:.1f}" fill="{colour}"/>'
                )
            below += height
        if position % every == 0:
            parts.append(
                f'<text x="{x + step * 0.35:.1f}" y="{_HEIGHT - 14}" text-anchor="middle">'
                f"{month.month:%m}</text>"
            )
            if position == 0 or month.month.month == 1:
                parts.append(
                    f'<text x="{x + step * 0.35:.1f}" y="{_HEIGHT - 2}" text-anchor="middle">'
                    f"{month.month:%Y}</text>"
                )
    return "".join([*parts, "</svg>"])


def _legend(plot: Plot) -> list[str]:
    parts = []
    x = _LEFT
    for colour, name in zip(COLOURS, plot.series, strict=False):
        parts.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="17">{escape(name)}</text>')
        x += 30 + 7 * len(name)
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="17" text-anchor="end">{escape(plot.unit)}</text>')
    return parts


def _aloud(plot: Plot) -> str:
    """The same for who cannot see it."""
    said = [
        f"{month.month:%Y-%m}: "
        + ", ".join(
            f"{value} {name}" for name, value in zip(plot.series, month.values, strict=False)
        )
        for month in plot.months
        if any(month.values)
    ]
    return "; ".join(said) or "0"


def _nice(highest: int) -> int:
    """A round even number that is not lower."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if highest <= factor * step:
                return factor * step
        step *= 10
