"""How high the risk is, and what follows from it: is the authority told, are the people told?

A person decides (H-62). The machine proposes, and holds the decision against the articles.
"""

from __future__ import annotations

from typing import Final

from lifecycle.incident.words import Consequence, Exemption, Likelihood, Risk

_RANK: Final = (Risk.UNLIKELY, Risk.RISK, Risk.HIGH)
_CONSEQUENCES: Final = tuple(Consequence)
_LIKELIHOODS: Final = tuple(Likelihood)
_HIGH_FROM: Final = 8
"""Of consequence × likelihood, each from 1 to 4: severe and possible, or considerable and likely.
No law has this figure: it only makes a proposal, which a person may leave with a reason."""
_UNLIKELY_TO: Final = 2


def proposed(consequence: Consequence, likelihood: Likelihood, *, sensitive: bool) -> Risk:
    """The risk out of consequence × likelihood; one step higher where sensitive data (art. 9) or
    somebody with protected identity is concerned."""
    product = (_CONSEQUENCES.index(consequence) + 1) * (_LIKELIHOODS.index(likelihood) + 1)
    risk = Risk.RISK
    if product <= _UNLIKELY_TO or consequence is Consequence.NEGLIGIBLE:
        risk = Risk.UNLIKELY
    elif product >= _HIGH_FROM:
        risk = Risk.HIGH
    return _RANK[min(_RANK.index(risk) + sensitive, len(_RANK) - 1)]


def is_lower(decided: Risk, than: Risk) -> bool:
    """Whether somebody decided on less than was proposed: that needs its grounds in writing."""
    return _RANK.index(decided) < _RANK.index(than)


def must_report(risk: Risk | None) -> bool:
    """Whether the authority must be told (art. 33(1)): unless a risk is unlikely. Nobody has
    judged it yet (None): then too, for the time runs."""
    return risk is not Risk.UNLIKELY


def must_tell(risk: Risk | None, exemption: Exemption | None = None) -> bool:
    """Whether the people concerned must be told (art. 34(1)), and none of art. 34(3) applies."""
    return risk is Risk.HIGH and exemption is None
