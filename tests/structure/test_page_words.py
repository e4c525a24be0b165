"""Every heading, title and sentence of a page is in the vocabulary, in all three languages."""

from __future__ import annotations

import ast
import re
import string
from enum import Enum
from pathlib import Path

import pytest

from lifecycle.incident.states import Report, Telling
from lifecycle.incident.states import State as IncidentState
from lifecycle.intake.outcomes import FileOutcome, FileReason, RowOutcome, RowReason
from lifecycle.plan import PlanState
from lifecycle.policy.load import load_policy
from lifecycle.policy.retention import Then
from lifecycle.processor import Lack
from lifecycle.retention.facts import Verdict
from lifecycle.rights import Right
from lifecycle.rights import State as RequestState
from tasks.erasing.outcomes import Why
from tasks.reporting.codes import CODES, code_cell, code_words
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.reporting.wording import Words, language_of
from tasks.watching import daily

ROOT = Path(__file__).resolve().parents[2]
VOCABULARY: list[Words] = [*Heading, *Title, *Sentence]
SAME_IN_ALL = {"System", "Plan", "Version", "Risk", "Reference", "Rem", "Fil", "Form"}
SHOWN: tuple[type[Enum], ...] = (
    FileOutcome, FileReason, RowOutcome, RowReason, PlanState, Verdict, Then, Why, Lack,
    IncidentState, Report, Telling, Right, RequestState,
)  # fmt: skip


@pytest.mark.parametrize("words", VOCABULARY, ids=lambda one: f"{type(one).__name__}.{one.name}")
def test_a_meaning_is_said_in_three_languages(words: Words) -> None:
    said = (words.sv, words.da, words.en)
    assert all(text.strip() == text and text for text in said)
    assert not any("·" in text for text in said), "one language has slipped into another"
    own, danish, english = (_fields(text) for text in said)
    assert own == danish
    assert english <= own


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_heading_is_said_twice_and_meant_otherwise() -> None:
    for part in (Heading, Title, Sentence):
        assert len(part.__members__) == len(list(part)), "an alias: two names, one meaning"


def test_a_page_is_in_the_language_of_its_controller_beside_english() -> None:
    languages = {
        path.stem: language_of(load_policy(path)) for path in (ROOT / "policies").glob("*.yaml")
    }
    assert languages == {
        "academedia": "sv",
        "bergqvist": "sv",
        "tommerup": "da",
        "behandlingsskolerne": "da",
    }
    assert Heading.ROWS.say("sv") == "Rader · Rows"
    assert Heading.ROWS.say("da") == "Rækker · Rows"
    assert Heading.SYSTEM.say("da") == "System"
    assert Sentence.LOOKED_AT.say("da", people=3) == "3 personer gennemgået · people looked at"


@pytest.mark.parametrize("kind", SHOWN, ids=lambda one: one.__name__)
def test_what_the_program_calls_something_has_a_readable_word(kind: type[Enum]) -> None:
    missing = [one.value for one in kind if one.value not in CODES]
    assert not missing


def test_alarms_have_readable_words_and_a_code_stays_findable() -> None:
    assert not [kind for kind in daily.KINDS if kind not in CODES]
    assert code_cell("identity_checksum", "sv").endswith(" (identity_checksum)")
    assert code_cell("identity_checksum", "da") != code_cell("identity_checksum", "sv")
    assert code_cell("nobody_words_this", "sv") == "nobody_words_this"
    assert code_words("nobody_words_this").say("sv") == "nobody words this"


def _page_modules() -> list[Path]:
    return sorted((ROOT / "flows").glob("*.py"))


@pytest.mark.parametrize("path", _page_modules(), ids=lambda one: one.stem)
def test_no_page_has_a_word_of_its_own(path: Path) -> None:
    """A literal heading, or two languages side by side in a string, belongs in the vocabulary."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            beside = node.value.replace(" · hash `", "").strip()
            assert not _is_two_languages(beside), node.value
        assert not _headings(node), ast.unparse(node)


def _is_two_languages(text: str) -> bool:
    before, middle, after = text.partition(" · ")
    return bool(middle) and bool(before.strip("-* ")) and bool(after) and not text.startswith('"""')


def _headings(node: ast.AST) -> list[str]:
    """Keys that people would read: the names of counts are plain words in small letters."""
    if not isinstance(node, ast.Dict):
        return []
    keys = [each.value for each in node.keys if isinstance(each, ast.Constant)]
    return [key for key in keys if not re.fullmatch(r"[a-z_-]+", str(key))]


def test_the_check_itself_finds_a_word_of_its_own() -> None:
    assert _is_two_languages("Rader · Rows")
    assert not _is_two_languages(" · ")
    found = [_headings(each) for each in ast.walk(ast.parse('[{"Rows": 1, "rows": 2}]'))]
    assert ["Rows"] in found
