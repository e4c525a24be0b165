"""Whoever must act is told what to do: every to-do, alarm and reason has sentences of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lifecycle.intake.outcomes import OUTCOME_OF_ROW_REASON, FileReason, RowOutcome, RowReason
from tasks.remedies.every import listed_codes, remedy_for
from tasks.remedies.rows import OTHERS, QUARANTINED
from tasks.watching import daily as watching
from tasks.watching import scheduler

ROOT = Path(__file__).resolve().parents[2]
JARGON = re.compile(
    r"\b(exception|traceback|null|None|JSON|SQL|stack|hash|eTag|checksum|handover|payload|lease|"
    r"process|thread|UTF|schema)\b"
)


def kinds_of_to_dos() -> set[str]:
    """Every `kind` that the source opens a to-do with: a literal, or a constant of its module."""
    found = set()
    for path in (ROOT / "tasks").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            (node.target if isinstance(node, ast.AnnAssign) else node.targets[0]).id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and isinstance(
                node.target if isinstance(node, ast.AnnAssign) else node.targets[0], ast.Name
            )
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("open_to_do", "to_dos.stand")
            ):
                [kind] = [k.value for k in node.keywords if k.arg == "kind"]
                if isinstance(kind, ast.Name):
                    if kind.id not in constants:
                        continue  # handed in by whoever calls that function
                    kind = constants[kind.id]
                assert isinstance(kind, ast.Constant), path.name
                found.add(str(kind.value))
    return found


def test_the_kinds_of_to_dos_are_found() -> None:
    assert {
        "export_again",
        "quarantined_rows",
        "import_into_workbuster",
        "restricted_cases",
    } <= kinds_of_to_dos()


def test_the_list_of_alarm_kinds_is_whole() -> None:
    source = (ROOT / "tasks" / "watching" / "daily.py").read_text(encoding="utf-8")
    named = re.findall(r'^[A-Z_]+: Final = "([a-z_]+)"$', source, re.MULTILINE)
    others = {*watching.INCIDENT_ALARMS, *scheduler.KINDS, watching.MAIL_FAILS}
    assert {*named, *others} == set(watching.KINDS)
    assert len(watching.KINDS) >= 4


def test_the_tables_of_row_reasons_are_whole() -> None:
    quarantined = {r for r in RowReason if OUTCOME_OF_ROW_REASON[r] is RowOutcome.QUARANTINED}
    assert set(QUARANTINED) == quarantined
    assert set(OTHERS) == set(RowReason) - quarantined


CODES = sorted(
    kinds_of_to_dos()
    | set(watching.KINDS)
    | {r.value for r in FileReason}
    | set(map(str, RowReason))
)


@pytest.mark.parametrize("code", CODES)
def test_it_has_sentences_of_its_own_that_an_office_understands(code: str) -> None:
    assert code in listed_codes()
    remedy = remedy_for(code)
    for sentence in remedy:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not JARGON.search(sentence), sentence
    assert remedy.happened not in {remedy_for(other).happened for other in CODES if other != code}
