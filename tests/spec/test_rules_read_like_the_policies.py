"""Every form of rule, case by case; the page docs/rules.md shows the same cases."""

from pathlib import Path

import pytest

from lifecycle.policy.retention import Then
from lifecycle.policy.values import Boundary, Period, Term, Turn
from tests.spec.rule_cases import CHAPTERS
from tests.spec.rule_chapter import Case, Chapter, said
from tests.spec.write_rules import document

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.mark.parametrize(
    ("chapter", "case"),
    [
        pytest.param(chapter, case, id=f"{chapter.title} - {case.sentence}")
        for chapter in CHAPTERS
        for case in chapter.cases
    ],
)
def test_the_rule_says(chapter: Chapter, case: Case) -> None:
    assert said(case, chapter) == case.said


def test_the_page_shows_these_cases() -> None:
    assert PAGE.read_text("utf-8") == document(), "python -m tests.spec.write_rules > docs/rules.md"


def test_no_form_of_rule_is_left_out() -> None:
    rules = [rule for chapter in CHAPTERS for rule in chapter.retention()]
    spans = [span for rule in rules for span in rule.keep.spans]
    assert {span for span in spans if isinstance(span, Term)} == set(Term)
    assert any(isinstance(span, Period) for span in spans)
    turns = {(span.boundary, span.period is None) for span in spans if isinstance(span, Turn)}
    assert {
        (Boundary.END_OF_YEAR, True),
        (Boundary.END_OF_YEAR, False),
        (Boundary.END_OF_ACCOUNTING_YEAR, False),
    } <= turns
    assert {rule.then for rule in rules} == set(Then)


def test_no_sentence_stands_twice() -> None:
    for chapter in CHAPTERS:
        sentences = [case.sentence for case in chapter.cases]
        assert len(set(sentences)) == len(sentences)
    titles = [chapter.title for chapter in CHAPTERS]
    assert len(set(titles)) == len(titles)
