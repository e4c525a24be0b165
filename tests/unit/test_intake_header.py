"""The header row is found in whatever spelling and wherever it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.errors import FileRefused, Misconfigured
from lifecycle.intake.header import SEARCH_ROWS, HeaderAliases
from lifecycle.intake.judge import FIELDS, Cell, SheetJudge
from lifecycle.intake.outcomes import FileReason, JudgedRow, RowReason
from lifecycle.intake.rules import Column
from tests.factories.intake import HEADER, RULES, TODAY, export_row, judge_rows


def judge_sheet(*rows: list[Cell]) -> tuple[SheetJudge, list[JudgedRow]]:
    judge = SheetJudge(RULES, sheet=3, today=TODAY)
    return judge, list(judge.rows(enumerate(rows, start=1)))


def refusal(*rows: list[Cell]) -> FileReason:
    with pytest.raises(FileRefused) as refused:
        judge_sheet(*rows)
    return FileReason(refused.value.code)


@pytest.mark.parametrize(
    "respelled",
    [
        str.upper,
        str.lower,
        lambda text: f"  {text} ",
        lambda text: text.replace("ö", "o").replace("å", "a").replace("ä", "a"),
        lambda text: text.replace("ö", "o\u0308"),
        lambda text: text.replace(" ", ""),
        lambda text: text.replace(" ", "_"),
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "-".join(text),
        lambda text: f"{text}.",
    ],
)
def test_spellings_of_a_header_do_not_matter(respelled: object) -> None:
    assert callable(respelled)
    (judged,) = judge_rows(export_row(), header=[respelled(text) for text in HEADER])
    (plain,) = judge_rows(export_row())
    assert judged.reason is None
    assert judged.candidate == plain.candidate


def test_columns_may_stand_in_any_order() -> None:
    (judged,) = judge_rows(export_row()[::-1], header=HEADER[::-1])
    (plain,) = judge_rows(export_row())
    assert judged.candidate == plain.candidate


def test_titles_and_blank_rows_above_the_header_are_ignored_and_rows_keep_their_numbers() -> None:
    judge, judged = judge_sheet(
        ["Deltagare", None, None], [], ["Uttag", "2026-11-02"], [*HEADER], export_row()
    )
    assert judge.header_row == 4
    assert [(row.sheet, row.row, row.reason) for row in judged] == [
        (3, 1, RowReason.TITLE_OR_BLANK),
        (3, 2, RowReason.TITLE_OR_BLANK),
        (3, 3, RowReason.TITLE_OR_BLANK),
        (3, 5, None),
    ]


def test_columns_that_the_policy_does_not_list_are_counted_and_dropped() -> None:
    judge, judged = judge_sheet(
        [*HEADER, "Hälsa", "Anteckning", "", None],
        [*export_row(), "Provhosta", "Ring inte", "utan rubrik", None],
    )
    assert judge.dropped_columns == 4  # two id numbers, Hälsa, Anteckning
    candidate = judged[0].candidate
    assert candidate is not None
    assert not any(word in str(candidate) for word in ("Provhosta", "Ring inte", "utan rubrik"))
    assert "77001122" not in str(candidate)


def test_a_sheet_without_the_required_columns_is_not_recognised() -> None:
    assert refusal(["Namn", "Kommun"], ["Prov", "Provsjö"]) is FileReason.HEADER_NOT_RECOGNISED
    without_identity: list[Cell] = [name for name in HEADER if name != "Personnummer"]
    assert refusal(without_identity, export_row()) is FileReason.HEADER_NOT_RECOGNISED


def test_a_header_far_down_is_not_looked_for() -> None:
    title: list[Cell] = ["Rubrik"]
    titles = [title] * (SEARCH_ROWS - 1)
    judge, _ = judge_sheet(*titles, [*HEADER], export_row())
    assert judge.header_row == SEARCH_ROWS
    assert refusal(*titles, title, [*HEADER], export_row()) is FileReason.HEADER_NOT_RECOGNISED


def test_an_empty_sheet_has_no_rows() -> None:
    assert refusal() is FileReason.NO_ROWS
    assert refusal([], [None, ""]) is FileReason.NO_ROWS


@pytest.mark.parametrize("second", ["Personnummer", "PERS.NR", "Pnr"])
def test_two_columns_of_one_field_are_ambiguous(second: str) -> None:
    assert refusal([*HEADER, second], [*export_row(), ""]) is FileReason.HEADER_AMBIGUOUS


def test_an_alias_of_two_fields_is_a_wrong_policy() -> None:
    twice = replace(
        RULES, columns=(*RULES.columns, Column(field="city", aliases=("Pers nr",), category=None))
    )
    with pytest.raises(Misconfigured, match="intake_alias_of_two_fields city"):
        HeaderAliases(twice)


def test_a_field_that_nobody_knows_is_a_wrong_policy() -> None:
    unknown = Column(field="shoe_size", aliases=("Sko",), category=None)
    with pytest.raises(Misconfigured, match="intake_field_unknown shoe_size"):
        HeaderAliases(replace(RULES, columns=(*RULES.columns, unknown)))


def test_a_required_field_needs_a_column() -> None:
    with pytest.raises(Misconfigured, match="intake_required_field_without_column"):
        HeaderAliases(replace(RULES, columns=RULES.columns[:3]))


def test_the_rules_of_the_tests_know_every_field() -> None:
    assert {column.field for column in RULES.columns} == FIELDS
