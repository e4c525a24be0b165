"""The sample is a realistic export of invented people, and what becomes of each row is known."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from python_calamine import CalamineWorkbook

from connectors.workbook import SheetEnd, read_export
from console.sample import write_sample
from console.sample_rows import HEADER, Col
from console.test_numbers import (
    check_digit,
    is_coordination_number,
    is_partly_unknown,
    official_test_numbers,
)
from lifecycle.intake.outcomes import RowOutcome, RowReason
from tests.factories.intake import RULES

TODAY = date(2026, 11, 21)
BETWEEN_ROWS = {
    RowReason.CASE_BELONGS_TO_OTHER_PERSON,
    RowReason.IDENTITY_WITH_OTHER_NAME,
    RowReason.SAME_ROW_IN_FILE,
    RowReason.SAME_CASE_OTHER_SPELLING,
    RowReason.EXPORTED_BEFORE,
}
"""What only shows when a row is held against others."""
NEEDS_A_PAST = {RowReason.ERASED_BEFORE, RowReason.PERSON_RESTRICTED}
"""What a first import cannot meet."""


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_every_row_is_judged_as_the_sample_says(
    kind: Literal["xlsx", "csv"], tmp_path: Path
) -> None:
    for seed in (1, 2):
        sample = write_sample(tmp_path / f"{seed}.{kind}", rows=40, seed=seed, kind=kind)
        expected = {
            place: None if reason in BETWEEN_ROWS else reason
            for place, (_, reason) in sample.expected.items()
        }
        judged = {}
        for event in read_export(
            sample.path.read_bytes(), name=sample.path.name, rules=RULES, today=TODAY
        ):
            if isinstance(event, list):
                judged |= {(row.sheet, row.row): row.reason for row in event}
        assert judged == expected


def test_a_first_import_ends_for_every_row_as_the_sample_says(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "export.xlsx", rows=40, seed=5)
    report = tmp_path / "report.json"
    env = os.environ | {"GALLRA_HOME": str(tmp_path / "home")}
    # 1: rows are to be mended at the source.
    for code, arguments in (
        (0, ["init"]),
        (1, ["import", str(sample.path), "--report", str(report)]),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "console.main", *arguments], env=env, capture_output=True
        )
        assert done.returncode == code, done.stderr.decode()
    (file,) = json.loads(report.read_text())["files"]
    reported = {
        (int(row["sheet"]), row["row"]): (row["outcome"], row["reason"]) for row in file["rows"]
    }
    expected = {
        place: (outcome.value, reason.value if reason else None)
        for place, (outcome, reason) in sample.expected.items()
    }
    listed = {place: row for place, row in expected.items() if place in reported}
    assert reported == listed
    unlisted = {row for place, row in expected.items() if place not in reported}
    assert unlisted <= {(RowOutcome.ACCEPTED.value, None)}
    assert not sample.path.exists()


def test_every_reason_occurs(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "export.xlsx", rows=10, seed=1)
    reasons = {reason for _, reason in sample.expected.values() if reason}
    assert reasons == set(RowReason) - NEEDS_A_PAST
    assert {outcome for outcome, _ in sample.expected.values()} == set(RowOutcome)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_same_seed_gives_the_same_bytes(kind: Literal["xlsx", "csv"], tmp_path: Path) -> None:
    def written(seed: int) -> bytes:
        return write_sample(tmp_path / "x", rows=30, seed=seed, kind=kind).path.read_bytes()

    assert written(1) == written(1) != written(2)


def test_without_edge_cases_it_is_the_portals_own_shape(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "x.xlsx", rows=500, seed=1, edge_cases=False)
    book = CalamineWorkbook.from_path(str(sample.path))
    header, *rows = book.get_sheet_by_index(0).to_python()
    assert book.sheet_names == ["Deltagare"]
    assert header == list(HEADER)
    assert len(rows) == 500
    assert len({row[Col.CASE] for row in rows}) == 500
    people = {row[Col.IDENTITY] for row in rows}
    assert 180 <= len(people) <= 330, "one person fills many rows"
    levels = {row[Col.LEVEL] for row in rows}
    assert levels == {"A", "B", "C"}


def test_everybody_is_invented(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "x.xlsx", rows=2000, seed=1, edge_cases=False)
    _, *rows = CalamineWorkbook.from_path(str(sample.path)).get_sheet_by_index(0).to_python()
    official = set(official_test_numbers())
    # The ranges that PTS keeps free for books and films.
    fictitious = re.compile(
        r"070-1740(60[5-9]|6[1-9]\d)|031-39006\d\d|040-62804\d\d|08-465004\d\d|0980-3192\d\d"
    )
    for row in rows:
        assert row[Col.IDENTITY] in official
        assert str(row[Col.MAIL]).endswith("@example.se")
        assert fictitious.fullmatch(str(row[Col.PHONE])), row[Col.PHONE]


def test_a_portal_csv_is_cp1252_with_semicolons(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "x.csv", rows=20, seed=1, kind="csv", edge_cases=False)
    lines = sample.path.read_bytes().decode("cp1252").split("\r\n")
    assert lines[0].split(";") == list(HEADER)
    assert len(lines) == 22
    ends = [
        event
        for event in read_export(sample.path.read_bytes(), name="x.csv", rules=RULES, today=TODAY)
        if isinstance(event, SheetEnd)
    ]
    assert [end.rows for end in ends] == [20]


def test_the_official_test_numbers_are_whole() -> None:
    numbers = official_test_numbers()
    assert len(numbers) == len(set(numbers)) == 43_391
    assert list(numbers) == sorted(numbers)
    for number in numbers:
        assert re.fullmatch(r"(18|19|20)\d{10}", number), number
        assert check_digit(number[2:11]) == int(number[11]), number
    coordination = [number for number in numbers if is_coordination_number(number)]
    assert len(coordination) == 2_264
    assert len([n for n in coordination if is_partly_unknown(n)]) > 150
