"""Whatever lies in the folder costs one small child at the most, and not one row of it counts."""

from __future__ import annotations

import random

import pytest

from connectors.reading_limits import ReadingLimits
from connectors.workbook import ReaderUsage, read_export, read_table
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import OUTCOME_OF_REASON, FileOutcome, FileReason
from tests.factories import workbooks
from tests.factories.hostile import CASES, deep
from tests.factories.intake import RULES, TODAY, export_row

_MB = 1 << 20


def read(data: bytes, name: str, seen: list[ReaderUsage]) -> int:
    """How many rows were accepted when the whole file had been read."""
    return sum(
        row.candidate is not None
        for event in read_export(data, name=name, rules=RULES, today=TODAY, observe=seen.append)
        if isinstance(event, list)
        for row in event
    )


def refusal(data: bytes, name: str, seen: list[ReaderUsage]) -> FileReason:
    with pytest.raises(FileRefused) as refused:
        read(data, name, seen)
    assert refused.value.__cause__ is None
    assert refused.value.ref is None
    return FileReason(refused.value.code)


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_with_its_reason_and_within_its_limits(case: str) -> None:
    name, build, reasons = CASES[case]
    data = build()
    limits = ReadingLimits.for_size(len(data))
    if len(data) < 2 * _MB:
        assert limits.memory_bytes <= 512 * _MB  # the kernel holds the child to it
        assert limits.cpu_seconds <= 12
    seen: list[ReaderUsage] = []
    assert refusal(data, name, seen) in reasons
    for usage in seen:
        assert usage.cpu_seconds <= 8  # 2 on a machine that does nothing else
        assert usage.peak_bytes <= 512 * _MB


@pytest.mark.parametrize(
    ("name", "build"),
    [("a.xlsx", workbooks.xlsx), ("a.ods", workbooks.ods), ("a.xlsb", workbooks.xlsb)],
)
def test_a_workbook_that_breaks_off_anywhere_is_tried_again_later(
    name: str, build: workbooks.Builder
) -> None:
    data = build(workbooks.sample_rows(60))
    step = min(1024, len(data) // 12)
    for end in [*range(step, len(data), step), len(data) - 21, len(data) - 1]:
        reason = refusal(data[:end], name, [])
        assert OUTCOME_OF_REASON[reason] is FileOutcome.RETRY_LATER, end


def test_an_old_workbook_that_breaks_off_anywhere_gives_no_row() -> None:
    data = workbooks.xls(workbooks.sample_rows(20))
    for end in range(1024, len(data), 1024):
        assert refusal(data[:end], "a.xls", []) in {FileReason.TRUNCATED, FileReason.CORRUPT}


def test_a_bomb_of_empty_rows_between_people_costs_little_and_hides_nobody() -> None:
    rows = workbooks.sample_rows(2)
    gap = "".join(f'<row r="{n}"/>' for n in range(4, 900_000))
    last = workbooks.sheet_data([[]] * 899_999 + [export_row(Genomförandereferens="100000099")])
    last = last[last.index('<row r="900000">') :]
    data = workbooks.raw_xlsx(workbooks.sheet_data(rows) + gap + last)
    limits = ReadingLimits.for_size(len(data))
    seen: list[ReaderUsage] = []
    if limits.area < 900_000 * 30:
        assert refusal(data, "a.xlsx", seen) is FileReason.TOO_MANY_CELLS
    else:
        assert read(data, "a.xlsx", seen) == 3
    assert seen[0].peak_bytes <= 150 * _MB


def test_deep_nesting_beside_the_rows_neither_hides_nor_adds_a_row() -> None:
    nested = deep(300_000) + "</a>" * 300_000
    data = workbooks.raw_xlsx(workbooks.sheet_data(workbooks.sample_rows(3)) + nested)
    seen: list[ReaderUsage] = []
    assert read(data, "a.xlsx", seen) == 3
    assert seen[0].peak_bytes <= 512 * _MB


def test_a_long_value_quarantines_its_row_and_not_the_file() -> None:
    rows = [*workbooks.sample_rows(1), export_row(Utförande_adress="x" * 1_000_000)]
    seen: list[ReaderUsage] = []
    assert read(workbooks.raw_xlsx(workbooks.sheet_data(rows)), "a.xlsx", seen) == 1


def test_no_damage_makes_anything_but_a_refusal_or_whole_rows() -> None:
    """Sixty damaged files: each is refused, or its rows are those of the sound one."""
    chance = random.Random(20261121)
    for name, build in (("a.xlsx", workbooks.xlsx), ("a.xls", workbooks.xls),
                        ("a.ods", workbooks.ods), ("a.xlsb", workbooks.xlsb)):  # fmt: skip
        sound = build(workbooks.sample_rows(3))
        for _ in range(15):
            data = bytearray(sound)
            for _ in range(chance.choice([1, 4, 32])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                for number, cells in read_table(bytes(data), name=name):
                    assert 1 <= number <= 1_048_576
                    assert all(isinstance(cell, str) for cell in cells)
            except FileRefused as refused:
                FileReason(refused.code)


def test_formula_like_text_survives_as_text() -> None:
    formulas = ["=1+1", "+46 70", "-1", "@sum", "=cmd|' /C calc'!A0", "\t=1"]
    rows = [["a"], *([text] for text in formulas)]
    table = list(read_table(workbooks.xlsx(rows), name="a.xlsx"))
    assert [cells for _, cells in table] == rows


def test_a_merged_flag_of_a_workbook_protects_every_row_that_it_covers() -> None:
    header, *people = workbooks.sample_rows(4)
    rows = [[*header, "Skyddad identitet J/N"], [*people[0], "J"], *people[1:]]
    flag = workbooks.column_name(len(header))
    parts = workbooks.raw_parts(workbooks.sheet_data(rows))
    sheet, end = str(parts["xl/worksheets/sheet1.xml"]), "</sheetData>"
    merges = f'{end}<mergeCells count="1"><mergeCell ref="{flag}2:{flag}4"/></mergeCells>'
    for first in ("<sheetData>", "<sheetData><!-- read by the other reader -->"):
        changed = sheet.replace(end, merges).replace("<sheetData>", first)
        data = workbooks.zipped({**parts, "xl/worksheets/sheet1.xml": changed})
        assert read(data, "a.xlsx", []) == 1


@pytest.mark.parametrize(("name", "accepted"), [("Skyddade uppgifter", 0), ("Deltagare", 3)])
def test_a_tab_about_protection_gives_no_row(name: str, accepted: int) -> None:
    rows = workbooks.sheet_data(workbooks.sample_rows(3))
    data = workbooks.raw_xlsx(rows, sheets=[(name, "visible")])
    assert read(data, "a.xlsx", []) == accepted


def test_people_in_rows_that_do_not_ascend_are_never_passed_over() -> None:
    rows = workbooks.sheet_data(workbooks.sample_rows(4))
    for wrong in (rows.replace('r="4"', 'r="3"'), rows.replace('<row r="3"', '<row r="77"')):
        assert refusal(workbooks.raw_xlsx(wrong), "a.xlsx", []) is FileReason.CORRUPT


def test_a_torn_text_is_tried_again_later() -> None:
    data = workbooks.text(workbooks.sample_rows(3))
    assert read(data[:-2], "a.csv", []) == 3
    reason = refusal(data[:-40], "a.csv", [])
    assert OUTCOME_OF_REASON[reason] is FileOutcome.RETRY_LATER
