"""The page of processors shows what stands, and nothing that somebody typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows import approval_form, pages, register_pages
from lifecycle.processor import Lack
from tasks.processors.check import Checked, Seen
from tasks.processors.register import Line, Said, ServiceLine
from tasks.processors.reviewing import Asked
from tasks.remedies.every import listed_codes, remedy_for

TYPED = "Kanariefirman"
LINE = Line(
    name="workbuster",
    ref="V-0123456789ABC",
    said=Said(TYPED, TYPED),
    systems=("workbuster",),
    answers="company",
    agreement="own",
    agreed_on=date(2026, 1, 1),
    agreed_until=date(2027, 12, 31),
    countries={"US": "standard_clauses"},
    subs=(("V-0123456789ABD", Said(TYPED)),),
    reviewed_until=None,
    review_due=True,
    lacks=(Lack.REVIEW_MISSING,),
)
APP = ServiceLine("V-0123456789ABE", "app", Said(TYPED), "", False, "", (Lack.VERDICT_MISSING,))
NONE = Checked(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[dict[str, Any]], str]]:
    made: list[tuple[str, list[dict[str, Any]], str]] = []
    monkeypatch.setattr(
        pages,
        "create_table_artifact",
        lambda **page: made.append((page["key"], page["table"], page["description"])),
    )
    return made


def test_each_processor_and_service_with_what_is_missing_and_who_brings_it(
    page: list[tuple[str, list[dict[str, Any]], str]],
) -> None:
    seen = Seen(NONE, (LINE,), (APP,), (), ("workbuster",))
    register_pages.show_processors("academedia", seen)
    [(key, lines, about)] = page
    assert key == "processors-academedia"
    assert [line["Saknas · Missing"] for line in lines] == [
        "granskning saknas (review_missing)",
        "bedömning saknas (verdict_missing)",
    ]
    assert lines[0]["Svarar · Answers"] == "company"
    assert lines[0]["Gör så här · What to do"].startswith("When everything else is there")
    assert "may not run:** workbuster" in about
    assert TYPED not in str(page)


def test_that_there_is_none_is_a_page_too(
    page: list[tuple[str, list[dict[str, Any]], str]],
) -> None:
    register_pages.show_processors("academedia", Seen(NONE, (), (), (), ()))
    assert page[0][1] == [{"Utfall · Outcome": "Inga biträden · no processor"}]


def test_the_form_says_what_is_decided_on() -> None:
    told = register_pages.told("academedia", Asked("P-0123456789ABC", "ab" * 32, LINE))
    for wanted in ("P-0123456789ABC", "abababababab", "own 2026-01-01 – 2027-12-31",
                   "US (standard_clauses)", "sub-processors: 1", "review_missing"):  # fmt: skip
        assert wanted in told
    assert TYPED not in told


def test_what_to_do_is_said_in_the_language_of_the_office_and_in_english() -> None:
    assert pages.Speech("sv").next_step("date_two_digit_year").startswith("Om någon har öppnat")
    assert " · If somebody opened" in pages.Speech("sv").next_step("date_two_digit_year")
    assert pages.Speech("da").next_step("blank") == "Intet at gøre. · Nothing to do."
    [code, *_] = sorted(listed_codes() - listed_codes("da"))
    assert pages.Speech("da").next_step(code) == remedy_for(code).next


def test_the_form_says_why_an_answer_was_not_taken_in_the_language_of_the_office() -> None:
    told = approval_form.why_refused("code_wrong", pages.Speech("da"))
    danish, english = remedy_for("code_wrong", language="da"), remedy_for("code_wrong")
    assert told == f"**code_wrong**: {' '.join(danish)}\n\n*{' '.join(english)}*"
    [code, *_] = sorted(listed_codes() - listed_codes("sv"))
    assert approval_form.why_refused(code, pages.Speech("sv")).count(remedy_for(code).next) == 1
