"""What the pages say is said in the controller's own language, with English beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lifecycle.accountability.report import Language
from lifecycle.policy.model import Policy

BETWEEN: Final = " · "
_LANGUAGES: Final[dict[str, Language]] = {"SE": "sv", "DK": "da"}


@dataclass(frozen=True)
class Words:
    """One meaning in the three languages; `{name}` stands for a count or a reference."""

    sv: str
    da: str
    en: str

    def own(self, language: Language, **about: int | str) -> str:
        """In that language alone."""
        text = self.sv if language == "sv" else self.da
        return text.format(**about) if about else text

    def say(self, language: Language, **about: int | str) -> str:
        """In that language, and in English where that is another word."""
        own = self.own(language, **about)
        english = self.en.format(**about) if about else self.en
        return own if own.casefold() == english.casefold() else f"{own}{BETWEEN}{english}"

    def everywhere(self) -> str:
        """In all three: where one text serves every controller."""
        return BETWEEN.join(dict.fromkeys((self.sv, self.da, self.en)))


def language_of(policy: Policy) -> Language:
    """The language that the controller's people work in."""
    return _LANGUAGES[policy.controller.country]
