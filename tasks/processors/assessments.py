"""Risks are weighed, decided about and weighed again when their time is over (T-75, H-45, H-46)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import orjson

from lifecycle.errors import Refused
from lifecycle.intake.text import has_control
from lifecycle.ledger import EventKind
from lifecycle.policy.risk import Assessments
from lifecycle.references import ASSESSMENT, OFFICER, new_id, to_reference
from lifecycle.retention.calendar import local_date
from lifecycle.risk import (
    IMPACT_PARTS,
    Impact,
    Level,
    RiskLack,
    Subject,
    Weighed,
    lacking,
    last_day,
    level_of,
    subjects_of,
)
from records import assessments
from records.assessments import Stored
from records.engines import reading
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree

LONGEST: Final = 10_000
"""Characters of one part of what somebody typed."""


class Line(NamedTuple):
    """One activity or system, and how its risk stands."""

    label: str
    called: str
    level: str
    """`low`, `medium`, `high`; "" without an assessment."""
    consequence: int
    likelihood: int
    on: date | None
    until: date | None
    """The last local day on which the assessment counts."""
    impact: str
    """What the newest impact assessment ended with; "" without one."""
    lacks: tuple[RiskLack, ...]
    due: tuple[RiskLack, ...]
    """What is missing or will be soon: that is ordered."""


class Told(NamedTuple):
    """One assessment with what was typed; for a terminal."""

    ref: str
    weighed: Weighed
    level: Level
    parts: Mapping[str, str]
    by: str
    evidence: str

    def __repr__(self) -> str:
        return f"Told({self.ref})"


def lines(house: House, *, on: date | None = None) -> list[Line]:
    """Everything of which the policy wants an assessment, as it stands on that local day."""
    rule = house.policy.assessments
    if rule is None:
        return []
    with reading(house.engine) as connection:
        known = assessments.every(connection, controller=house.controller)
    today = local_date(house.now(), house.policy.controller.zone) if on is None else on
    return [_line(one, known.get(one.label, []), rule, today) for one in subjects_of(house.policy)]


def assess(
    house: House,
    label: str,
    weighed: Weighed,
    *,
    parts: Mapping[str, str],
    officer: str,
    code: str,
    evidence: str = "",
) -> str:
    """Note an assessment; its reference. `label`: `activity.NAME` or `system.NAME`; `parts`: the
    reasons, sealed; of an impact assessment all of `IMPACT_PARTS`, unless `evidence` (the SHA-256
    of a paper) holds them.

    Raises `Refused`: `assessments_not_in_policy`, `assessment_subject_unknown`,
    `assessment_level_unknown`, `assessment_date_ahead`, `assessment_review_before`,
    `assessment_reasons_missing` (a high risk without its reasons or a paper),
    `impact_outcome_unknown`, `impact_parts_missing`, `assessment_text_not_allowed`,
    `role_may_not_assess`, or as `officer_codes.agree` does.
    """
    rule = house.policy.assessments
    if rule is None:
        raise Refused("assessments_not_in_policy")
    _require(house, rule, label, weighed, parts, evidence)
    number = new_id()
    ref = to_reference(ASSESSMENT, number)
    allowed = {rule.by} if weighed.kind == "impact" else {rule.by, rule.order.role}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not who.roles & allowed:
            return "role_may_not_assess"
        by = to_reference(OFFICER, who.id)
        assessments.insert(
            work.connection,
            controller=house.controller,
            number=number,
            label=label,
            weighed=weighed,
            sealed=house.vault.seal_name(number, orjson.dumps(dict(parts)).decode()),
            by=by,
            evidence=evidence,
            at=house.at(),
        )
        level = level_of(weighed.consequence, weighed.likelihood, rule)
        facts = {
            "kind": weighed.kind,
            "about": label,
            "level": str(level),
            "on": weighed.on.isoformat(),
            "officer": by,
        }
        if weighed.outcome:
            facts["outcome"] = weighed.outcome
        if weighed.review_on is not None:
            facts["review_on"] = weighed.review_on.isoformat()
        if evidence:
            facts["evidence"] = evidence
        work.record(
            EventKind.RISK_ASSESSED,
            ref=ref,
            facts=facts,
            consequence=weighed.consequence,
            likelihood=weighed.likelihood,
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    return ref


def history(house: House, label: str) -> list[Told]:
    """Every assessment of an activity or a system with what was typed, oldest first.

    Raises `Refused`: `assessments_not_in_policy`, `assessment_subject_unknown`; `KeyFailure`.
    """
    rule = house.policy.assessments
    if rule is None:
        raise Refused("assessments_not_in_policy")
    _subject(house, label)
    with reading(house.engine) as connection:
        known = assessments.every(connection, controller=house.controller)
    return [
        Told(
            one.ref,
            one.weighed,
            level_of(one.weighed.consequence, one.weighed.likelihood, rule),
            orjson.loads(house.vault.open_name(one.number, one.sealed)),
            one.by,
            one.evidence,
        )
        for one in known.get(label, [])
    ]


def _line(one: Subject, stored: list[Stored], rule: Assessments, today: date) -> Line:
    weighed = [each.weighed for each in stored]
    risk = next((w for w in reversed(weighed) if w.kind == "risk" and w.on <= today), None)
    impact = next((w for w in reversed(weighed) if w.kind == "impact" and w.on <= today), None)
    return Line(
        label=one.label,
        called=one.called,
        level="" if risk is None else str(level_of(risk.consequence, risk.likelihood, rule)),
        consequence=0 if risk is None else risk.consequence,
        likelihood=0 if risk is None else risk.likelihood,
        on=None if risk is None else risk.on,
        until=None if risk is None else last_day(risk, rule.every),
        impact="" if impact is None else impact.outcome,
        lacks=lacking(weighed, rule, on=today),
        due=lacking(weighed, rule, on=today, ahead=True),
    )


def _subject(house: House, label: str) -> Subject:
    for one in subjects_of(house.policy):
        if one.label == label:
            return one
    raise Refused("assessment_subject_unknown")


def _require(
    house: House,
    rule: Assessments,
    label: str,
    weighed: Weighed,
    parts: Mapping[str, str],
    evidence: str,
) -> None:
    _subject(house, label)
    known = True
    try:
        level_of(weighed.consequence, weighed.likelihood, rule)
    except ValueError:
        known = False
    if not known:
        raise Refused("assessment_level_unknown")
    if weighed.on > local_date(house.now(), house.policy.controller.zone):
        raise Refused("assessment_date_ahead")
    if weighed.review_on is not None and weighed.review_on <= weighed.on:
        raise Refused("assessment_review_before")
    for text in parts.values():
        if has_control(text) or len(text) > LONGEST:
            raise Refused("assessment_text_not_allowed")
    if weighed.kind == "risk":
        if weighed.outcome:
            raise Refused("impact_outcome_unknown")
        high = level_of(weighed.consequence, weighed.likelihood, rule) is Level.HIGH
        if high and not evidence and not parts.get("reasons", "").strip():
            raise Refused("assessment_reasons_missing")
        return
    if weighed.outcome not in set(Impact):
        raise Refused("impact_outcome_unknown")
    if not evidence and not all(parts.get(part, "").strip() for part in IMPACT_PARTS):
        raise Refused("impact_parts_missing")
