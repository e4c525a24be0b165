"""How a language counts: which form of "month" a number asks for (Unicode's plural rules)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lifecycle.notice.facts import Length
from lifecycle.notice.phrases import Phrases
from lifecycle.policy.notices import Language

Form = str


def length(of: Length, phrases: Phrases) -> str:
    """`6 months`, `1 year and 6 months`: years, months and days as the language writes them."""
    years, months = divmod(of.months, 12)
    parts = [
        _counted(number, forms, phrases)
        for number, forms in (
            (years, phrases.lengths.year),
            (months, phrases.lengths.month),
            (of.days, phrases.lengths.day),
        )
        if number
    ]
    text = parts[0] if parts else _counted(0, phrases.lengths.day, phrases)
    for part in parts[1:]:
        text = phrases.lengths.joined.format(a=text, b=part)
    return text


def _counted(number: int, forms: Mapping[str, str], phrases: Phrases) -> str:
    form = _FORMS[phrases.language](number)
    digits = str(number)
    if phrases.digits is not None:
        digits = digits.translate(str.maketrans("0123456789", phrases.digits))
    return (forms.get(form) or forms["other"]).format(n=digits)


def _one_or_other(number: int) -> Form:
    return "one" if number == 1 else "other"


def _up_to_one(number: int) -> Form:
    return "one" if number <= 1 else "other"


def _arabic(number: int) -> Form:
    if number <= 2:
        return ("zero", "one", "two")[number]
    if 3 <= number % 100 <= 10:
        return "few"
    return "many" if number % 100 >= 11 else "other"


_FORMS: Final[Mapping[Language, Callable[[int], Form]]] = {
    "sv": _one_or_other,
    "da": _one_or_other,
    "en": _one_or_other,
    "so": _one_or_other,
    "fa": _up_to_one,
    "ti": _up_to_one,
    "ar": _arabic,
}
