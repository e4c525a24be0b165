"""The page for an inspector: its pictures say what their numbers say, and it asks for nothing."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from connectors.containers.report_page import report_pdf
from lifecycle.accountability.drawing import columns
from lifecycle.accountability.report import Figure, Month, Part, Plot, Report, months_between
from tasks.reporting.page import page
from tasks.reporting.words import WORDS

MONTHS = tuple(
    Month(day, values)
    for day, values in zip(
        months_between(date(2026, 10, 5), date(2027, 1, 31)),
        ((3, 0), (0, 2), (0, 0), (5, 1)),
        strict=True,
    )
)
PLOT = Plot("Gallrat & <klart>", ("i tid", "för sent"), MONTHS, "antal")
REPORT = Report(
    "sv",
    "Redovisning",
    "Exempel <AB>",
    date(2027, 1, 31),
    date(2026, 10, 5),
    "a" * 64,
    (Part("Öppet", (Figure("arbetsorder", "2 (1 ⚠)", "late", "gallra work-orders list"),)),),
    (PLOT, Plot("Tomt", ("öppna",), tuple(Month(m.month, (0,)) for m in MONTHS), "antal")),
)


def heights(svg: str) -> list[float]:
    tree = ElementTree.fromstring(svg)  # noqa: S314 -- our own
    found = [one for one in tree.iter() if one.tag.endswith("rect")]
    return [float(one.get("height", "0")) for one in found[len(PLOT.series) :]]


def test_a_column_is_as_high_as_its_number() -> None:
    three, two, five, one = heights(columns(PLOT))
    assert three / 3 == pytest.approx(two / 2, rel=0.01)
    assert five / 5 == pytest.approx(one, rel=0.01)
    assert five + one < 220


def test_who_cannot_see_it_hears_the_same() -> None:
    said = re.search("<desc>(.*?)</desc>", columns(PLOT))
    assert said is not None
    assert said[1] == (
        "2026-10: 3 i tid, 0 för sent; 2026-11: 0 i tid, 2 för sent; 2027-01: 5 i tid, 1 för sent"
    )


def test_months_go_over_the_turn_of_the_year() -> None:
    assert [m.month for m in MONTHS] == [
        date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    ]  # fmt: skip
    assert months_between(date(2028, 2, 29), date(2028, 2, 29)) == [date(2028, 2, 1)]


def test_the_page_asks_for_nothing_and_takes_no_word_for_markup() -> None:
    made = page(REPORT)
    assert "default-src 'none'" in made
    assert "Exempel &lt;AB&gt;" in made
    assert "Gallrat &amp; &lt;klart&gt;" in made
    assert not re.search(r"<script|<link|src=|https?://(?!www\.w3\.org)", made)
    assert '<tr class="late">' in made
    assert made.count("<svg") == 1  # of nothing there is no picture
    assert WORDS["sv"]["nothing"] in made


def test_both_languages_have_every_word() -> None:
    assert WORDS["sv"].keys() == WORDS["da"].keys()
    assert all(text for words in WORDS.values() for text in words.values())


def test_it_prints_and_equal_reports_are_equal_bytes() -> None:
    one, two = (report_pdf(REPORT, head="Exempel", nothing="Inget.") for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF-")
