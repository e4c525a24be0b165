"""Whatever tells who somebody is has one spelling, so that the same person is found everywhere."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from lifecycle.national_id import NationalId, parse_national_id

NATIONAL_ID: Final = "national_id"
EMAIL: Final = "email"
CASE_REFERENCE: Final = "case_reference"
IDENTIFIERS: Final = (NATIONAL_ID, CASE_REFERENCE, EMAIL)
"""By what people are recognised, the surest first."""

_CPR: Final = re.compile(r"(\d{6})[- ]?(\d{4})", re.ASCII)
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def canonical(
    kind: str, value: str, *, country: str, today: date, minimum_age: int = 0
) -> str | None:
    """The one spelling of an identifier; None for what identifies nobody.

    A Swedish personnummer as twelve digits, a Danish CPR number as ten (its check digit says
    nothing since 2007), an address in small letters, a case number as it is without blanks
    around. Only the whole value counts, never a part of it.
    """
    text = value.strip()
    match kind:
        case "national_id" if country == "DK":
            spelled = _CPR.fullmatch(text)
            return None if spelled is None else spelled[1] + spelled[2]
        case "national_id":
            parsed = parse_national_id(text, today=today, minimum_age=minimum_age)
            return parsed.digits if isinstance(parsed, NationalId) else None
        case "email":
            return text.casefold() if _ADDRESS.fullmatch(text) else None
        case "case_reference":
            return text or None
    return None
