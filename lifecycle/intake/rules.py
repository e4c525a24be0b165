"""What of an export is kept, under which names, in which category: the policy file's intake part
in a form that the reader's child can take over a pipe."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column the policy knows: the field's name in code and how offices spell its header."""

    field: str
    """Canonical name, e.g. `national_id` (see `judge.FIELDS`)."""
    aliases: tuple[str, ...]
    """Spellings, compared folded: case, diacritics, blanks, dots and dashes do not count."""
    category: str | None
    """The category that keeps the value; None: used for judging, then dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRules:
    """Everything that judging an export needs. No default stands in code: all comes from the
    policy file (A-03: only what the purpose really needs)."""

    columns: tuple[Column, ...]
    required: tuple[str, ...]
    """Fields without which a header row is no header row (e.g. case_reference, national_id)."""
    protected_flags: tuple[str, ...]
    """Header spellings of flag columns: any unknown non-empty value there means protected."""
    flag_negatives: tuple[str, ...]
    """Values of a flag column that mean "no" (folded), e.g. nej, n, 0, false, "-"."""
    protected_words: tuple[str, ...]
    """Word stems that in any cell mean protected identity (skydd, sekretess, …)."""
    placeholder_names: tuple[str, ...]
    """AF's placeholder persons, e.g. "Felaktig Sokandeld"."""
    categories: tuple[str, ...]
    """The categories that hold kept columns, in sealing order."""
    case_pattern: str
    """Regular expression of a canonical case reference, e.g. `\\d{9,10}`."""
    minimum_age: int
    """Years; a ten-digit identity that makes a younger person is quarantined."""
    earliest_year: int
    latest_years_ahead: int
    """Start/end/break-off dates outside [earliest_year, today + years] are implausible."""
    longest_value: int
    """Characters; a longer cell of a known column quarantines the row."""

    def to_json(self) -> str:
        """For the reader's child."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> IntakeRules:
        """The inverse of `to_json`."""
        data: dict[str, Any] = json.loads(text)
        columns = tuple(
            Column(field=c["field"], aliases=tuple(c["aliases"]), category=c["category"])
            for c in data.pop("columns")
        )
        rest: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(columns=columns, **rest)
