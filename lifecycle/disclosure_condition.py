"""On what a disclosure may rest, where a sentence of the policy asks for something (A-68, A-69).

A module of its own that needs nothing: the command line knows these words before it reads a policy.
"""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """On what a disclosure of such data may rest, where a sentence asks for something."""

    NONE = "none"
    CONSENT = "consent"
    LEGAL_DUTY = "legal_duty"
    JUDGED_IN_THE_CASE = "judged_in_the_case"
