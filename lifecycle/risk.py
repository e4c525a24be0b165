"""Risk is what could happen to the person whose data it is, times how likely that is; where it is
high, its impact is assessed (T-75, H-45, H-46, GDPR art. 35)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from lifecycle.policy.model import Policy
from lifecycle.policy.risk import Assessments, Matter
from lifecycle.policy.values import Period
from lifecycle.retention.calendar import add_period, subtract_period

Kind = Literal["risk", "impact"]
"""An assessment of risk, or one of impact (a DPIA)."""
IMPACT_PARTS: Final = ("description", "necessity", "risks", "measures")
"""What an impact assessment holds at least (GDPR art. 35(7)(a) to (d))."""


class Level(StrEnum):
    """How great a risk is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Impact(StrEnum):
    """What an impact assessment ended with."""

    ACCEPTABLE = "acceptable"
    """With its measures the risk is not high any more."""
    CONSULT = "consult"
    """It is high still: the authority is asked before anything is processed (art. 36)."""


class RiskLack(StrEnum):
    """What is missing; each is a reason that a person is told."""

    ASSESSMENT_MISSING = "assessment_missing"
    ASSESSMENT_OVER = "assessment_over"
    IMPACT_MISSING = "impact_assessment_missing"
    IMPACT_OVER = "impact_assessment_over"
    CONSULTATION = "authority_to_consult"


class Weighed(NamedTuple):
    """One assessment, as far as it decides anything."""

    kind: Kind
    on: date
    """The local day on which it was decided."""
    consequence: int
    likelihood: int
    """1 and up; of an impact assessment: what is left after its measures."""
    outcome: str
    """Of an impact assessment an `Impact`; "" of a risk."""
    review_on: date | None = None
    """An earlier last day than the policy's, where somebody chose one."""


class Subject(NamedTuple):
    """What a risk is weighed of."""

    matter: Matter
    name: str
    called: str

    @property
    def label(self) -> str:
        """What orders and the ledger call it: `activity.education`."""
        return f"{self.matter}.{self.name}"


def level_of(consequence: int, likelihood: int, rule: Assessments) -> Level:
    """Consequence × likelihood by the policy's thresholds. Raises `ValueError` for a level that the
    policy does not have."""
    if not (1 <= consequence <= len(rule.consequence) and 1 <= likelihood <= len(rule.likelihood)):
        raise ValueError("a level that the policy does not have")
    product = consequence * likelihood
    if product >= rule.high_from:
        return Level.HIGH
    return Level.MEDIUM if product >= rule.medium_from else Level.LOW


def subjects_of(policy: Policy) -> tuple[Subject, ...]:
    """Everything of which the policy wants an assessment; () where it wants none."""
    rule = policy.assessments
    if rule is None:
        return ()
    found: list[Subject] = []
    if "activity" in rule.of:
        found += [Subject("activity", name, one.called) for name, one in policy.purposes.items()]
    if "system" in rule.of:
        found += [Subject("system", name, one.called) for name, one in policy.systems.items()]
    return tuple(found)


def last_day(one: Weighed, every: Period) -> date:
    """The last local day on which an assessment counts."""
    by_rule = add_period(one.on, every)
    return by_rule if one.review_on is None else min(by_rule, one.review_on)


def lacking(
    weighed: Sequence[Weighed], rule: Assessments, *, on: date, ahead: bool = False
) -> tuple[RiskLack, ...]:
    """What an activity or a system lacks on that local day; `weighed`: oldest first.

    `ahead`: as it will be at the end of the policy's `ahead`, so that it is ordered in time.
    """

    def is_over(one: Weighed) -> bool:
        limit = last_day(one, rule.every)
        return on > (subtract_period(limit, rule.ahead) if ahead else limit)

    risk = next((one for one in reversed(weighed) if one.kind == "risk" and one.on <= on), None)
    if risk is None:
        return (RiskLack.ASSESSMENT_MISSING,)
    found = [RiskLack.ASSESSMENT_OVER] if is_over(risk) else []
    if level_of(risk.consequence, risk.likelihood, rule) is Level.HIGH:
        impact = next(
            (one for one in reversed(weighed) if one.kind == "impact" and one.on <= on), None
        )
        if impact is None:
            found.append(RiskLack.IMPACT_MISSING)
        elif is_over(impact):
            found.append(RiskLack.IMPACT_OVER)
        elif impact.outcome == Impact.CONSULT:
            found.append(RiskLack.CONSULTATION)
    return tuple(found)
