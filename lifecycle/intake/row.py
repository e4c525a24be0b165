"""A row is accepted, or refused for the first reason that applies; protected identity is first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final, cast

from lifecycle.errors import Misconfigured
from lifecycle.intake import fields
from lifecycle.intake.dates import parse_date
from lifecycle.intake.header import Header
from lifecycle.intake.kept import KeptColumns
from lifecycle.intake.merged import MergedCells
from lifecycle.intake.names import PlaceholderPersons, name_tokens
from lifecycle.intake.outcomes import Candidate, JudgedRow, RowReason
from lifecycle.intake.protected import ProtectedWords
from lifecycle.intake.rules import IntakeRules
from lifecycle.intake.text import (
    Cell,
    clean,
    fold,
    fold_row,
    has_control,
    text_of,
)
from lifecycle.intake.unpersoned import has_full_name, ignored_reason
from lifecycle.national_id import NationalId, parse_national_id

_NO_COLUMN: Final = -1
"""Every row is given one empty text at its end: a column that the sheet lacks is that one."""
_QUOTES: Final = "'’‘´`"
_UNTELLING: Final = (RowReason.IDENTITY_MISSING, RowReason.IDENTITY_INCOMPLETE)
_MOST_REMEMBERED_DATES: Final = 20_000


class RowJudge:
    """Judges the rows of one sheet, each by itself."""

    def __init__(
        self,
        rules: IntakeRules,
        header: Header,
        *,
        sheet: int,
        today: date,
        date1904: bool,
        protected_sheet: bool = False,
        merged: MergedCells | None = None,
    ) -> None:
        """`protected_sheet`: its name or its title speaks of protected identity.

        Raises `Misconfigured` when the rules contradict themselves.
        """
        self._header = header
        self._width = max(header.width, 1)
        self._sheet = sheet
        self._today = today
        self._date1904 = date1904
        self._minimum_age = rules.minimum_age
        self._longest = rules.longest_value
        self._earliest = f"{rules.earliest_year:04}-01-01"
        latest_year = min(today.year + rules.latest_years_ahead, 9999)
        self._latest = f"{latest_year:04}-{today:%m-%d}"
        self._protected_word = ProtectedWords(rules.protected_words).inside
        self._protected_sheet = protected_sheet
        self._merged = merged
        self._negatives = frozenset(map(fold, rules.flag_negatives))
        self._placeholders = PlaceholderPersons(rules.placeholder_names)
        try:
            self._case_pattern = re.compile(rules.case_pattern, re.ASCII)
        except re.error:
            raise Misconfigured("intake_case_pattern") from None
        self._kept = KeptColumns(rules, header)
        self._dates: dict[str, str | RowReason] = {}
        self._under_protected_heading = False

        def column(field: str) -> int:
            return header.position.get(field, _NO_COLUMN)

        self._known = tuple({*header.position.values(), *header.flags})
        self._case = column(fields.CASE_REFERENCE)
        self._identity = column(fields.NATIONAL_ID)
        self._given = column(fields.GIVEN_NAME)
        self._family = column(fields.FAMILY_NAME)
        self._email = column(fields.EMAIL)
        self._service = column(fields.SERVICE)
        self._start = column(fields.START)
        self._end = column(fields.END)
        self._break_off = column(fields.BREAK_OFF)
        self._exported_before = column(fields.EXPORTED_BEFORE)
        self._project = next(
            (column(name) for name in fields.PROJECT_FIELDS if name in header.position), _NO_COLUMN
        )

    def judge(self, number: int, cells: Sequence[Cell]) -> JudgedRow:
        """What becomes of one row; `number` is the one that a person sees. Never raises."""
        result = self._judge(cells)
        if self._merged is not None and self._shown_protected(self._merged, number, cells):
            result = RowReason.PROTECTED_IDENTITY
        if isinstance(result, RowReason):
            return JudgedRow(self._sheet, number, result, None)
        return JudgedRow(self._sheet, number, None, result)

    def _judge(self, cells: Sequence[Cell]) -> RowReason | Candidate:
        texts, raw, folded, control, long = self._read(cells)
        as_written = texts[self._case]
        case = as_written if self._case_pattern.fullmatch(as_written) else self._case_of(as_written)
        identity = parse_national_id(
            raw[self._identity], today=self._today, minimum_age=self._minimum_age
        )
        protected = self._is_protected(texts, folded)
        if case is None and identity in _UNTELLING:
            ignored = ignored_reason(texts, self._header)
            if ignored is RowReason.GROUP_HEADING or (
                ignored is None and protected and not has_full_name(texts, self._header)
            ):
                # "Skyddade personuppgifter" as a heading speaks of the rows below it, even if
                # something stands beside it. Only a plain heading ends that.
                self._under_protected_heading = protected
            if ignored is not None and not protected:
                return ignored
        if protected or self._under_protected_heading or self._protected_sheet:
            return RowReason.PROTECTED_IDENTITY
        given, family = texts[self._given], texts[self._family]
        tokens = name_tokens(f"{given} {family}")
        if self._placeholders.matches(tokens):
            return RowReason.PLACEHOLDER_PERSON
        if control:
            return RowReason.CONTROL_CHARACTERS
        if (
            long
            and max(map(len, texts)) > self._longest
            and any(len(texts[column]) > self._longest for column in self._known)
        ):
            return RowReason.VALUE_TOO_LONG
        if case is None:
            return RowReason.CASE_FORMAT if as_written else RowReason.CASE_MISSING
        if not isinstance(identity, NationalId):
            return identity
        if identity.digits.endswith(case):
            # An identity number in the case column would lie in clear for ever.
            return RowReason.CASE_FORMAT
        if not (given and family and tokens[:1].isalpha()) and (
            self._lacks_name(given, family, tokens)
        ):
            return RowReason.NAME_MISSING
        start = self._date(raw[self._start])
        if isinstance(start, RowReason):
            return start
        if not start:
            return RowReason.DATE_START_MISSING
        end = self._date(raw[self._end])
        if isinstance(end, RowReason):
            return end
        broke_off = self._date(raw[self._break_off])
        if isinstance(broke_off, RowReason):
            return broke_off
        if end and end < start:
            return RowReason.END_BEFORE_START
        texts[self._case] = case
        texts[self._identity] = identity.digits
        texts[self._start] = start
        texts[self._end] = end
        texts[self._break_off] = broke_off
        texts[_NO_COLUMN] = ""
        before = texts[self._exported_before]
        return Candidate(
            identity.digits,
            tokens,
            texts[self._email].casefold(),
            case,
            as_written,
            texts[self._service],
            texts[self._project],
            start,
            end,
            broke_off,
            before != "" and _fold_value(before) not in self._negatives,
            self._kept.sealed(texts, plain='"' not in folded and "\\" not in folded),
        )

    def _read(self, cells: Sequence[Cell]) -> tuple[list[str], Sequence[Cell], str, bool, bool]:
        """Trimmed texts, cells in their own types, the row folded; control characters? Is the
        row so long that one of its values may be too long? (Folding leaves letters out.)"""
        missing = self._width - len(cells)
        if missing > 0:
            cells = [*cells, *[""] * missing]
        cells = ["" if cell is None else cell for cell in cells]
        only_text = True
        try:
            # Most rows are text and nothing else; asking each cell costs more.
            whole = cast("list[str]", cells)
            joined = "|".join(whole)
        except TypeError:
            only_text = False
            whole = [cell if isinstance(cell, str) else text_of(cell) for cell in cells]
            joined = "|".join(whole)
        folded, plain = fold_row(joined)
        control = False
        if not plain:
            control = has_control(joined) and any(
                has_control(whole[column]) for column in self._known
            )
            texts = [
                text.strip() if text.isascii() and text.isprintable() else clean(text)
                for text in whole
            ]
        elif " |" in folded or "| " in folded or folded[:1] == " " or folded[-1:] == " ":
            texts = [text.strip() for text in whole]
        else:
            texts = whole[:]
        texts.append("")
        long = len(joined) > self._longest
        if only_text:
            return texts, texts, folded, control, long
        return texts, [*cells, ""], folded, control, long

    def _is_protected(self, texts: Sequence[str], folded: str) -> bool:
        if self._protected_word(folded):
            return True
        for column in self._header.flags:
            value = texts[column]
            if value and _fold_value(value) not in self._negatives:
                return True
        return False

    def _shown_protected(self, merged: MergedCells, number: int, cells: Sequence[Cell]) -> bool:
        """Whether a merged cell of another row says so of this one, which is not blank."""
        shown = merged.shown(number, cells)
        if shown is None or not any(cell is not None and cell != "" for cell in cells):
            return False
        texts, _, folded, _, _ = self._read(shown)
        return self._is_protected(texts, folded)

    def _lacks_name(self, given: str, family: str, tokens: str) -> bool:
        """A person with one name has a dash in the other column; a blank one was forgotten."""
        if (not given and self._given != _NO_COLUMN) or (not family and self._family != _NO_COLUMN):
            return True
        return not any(map(str.isalpha, tokens))

    def _case_of(self, text: str) -> str | None:
        canonical = "".join(text.split()).strip(_QUOTES).removesuffix(".0")
        return canonical if self._case_pattern.fullmatch(canonical) else None

    def _date(self, cell: Cell) -> str | RowReason:
        """ISO, "" for none, or why not. One sheet has few different days: they are remembered."""
        if isinstance(cell, str):
            known = self._dates.get(cell)
            if known is None:
                known = self._iso(cell)
                if len(self._dates) < _MOST_REMEMBERED_DATES:
                    self._dates[cell] = known
            return known
        return self._iso(cell)

    def _iso(self, cell: Cell) -> str | RowReason:
        day = parse_date(cell, date1904=self._date1904)
        if day is None:
            return ""
        if isinstance(day, RowReason):
            return day
        iso = day.isoformat()
        return iso if self._earliest <= iso <= self._latest else RowReason.DATE_IMPLAUSIBLE


@lru_cache(maxsize=1024)
def _fold_value(text: str) -> str:
    return fold(text)
