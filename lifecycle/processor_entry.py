"""What somebody notes about whoever processes data on the controller's behalf (A-11…A-18).

A module of its own that needs nothing: the command line knows these words before it reads a policy.
"""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What somebody can note about a processor, an app or a learning service."""

    AGREEMENT = "agreement"
    """Signed; `on`: its first day, `until`: its last, outcome: an `Agreement`."""
    AGREEMENT_ENDED = "agreement_ended"
    """Terminated; `on`: the first day without it."""
    INSTRUCTION = "instruction"
    """Documented instructions were given (art. 28(3)(a))."""
    SUITABILITY = "suitability"
    """Its guarantees were judged (art. 28(1)); outcome: `suitable`, `unsuitable`."""
    AUDIT = "audit"
    """It was looked into (art. 28(3)(h)); outcome: `sound`, `flawed`."""
    REVIEW = "review"
    """The yearly review was decided; outcome: `approved`, `refused`."""
    COUNTRY = "country"
    """Data goes to that country; outcome: a `Ground`, or `WITHIN_EEA`: it needs none."""
    COUNTRY_LEFT = "country_left"
    """It goes there no more."""
    VERDICT = "verdict"
    """A sub-processor, an app, a learning service; outcome: `approved`, `refused`."""
    RECOMMENDED = "recommended"
    """Outcome: `yes`, `no` (A-23)."""
    USE = "use"
    """How it is used; outcome: `voluntary`, `compulsory`, `ended`."""
