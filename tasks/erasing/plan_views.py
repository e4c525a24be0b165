"""Nobody approves what they cannot read: a plan in figures, person by person, sentence by
sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from lifecycle.plan import PlanItem
from lifecycle.policy.erasure import Erasure
from lifecycle.policy.model import Policy
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.calendar import add_period
from lifecycle.retention.facts import Decision, Verdict
from tasks.remedies.every import remedy_for

ORDER: Final = tuple(Verdict)
"""What goes first, then what stays, then what a person must look at."""


class Sentence(NamedTuple):
    """The words that a rule rests on."""

    rule: str
    id: str | None
    """The sentence's number in the guidelines; None for a law."""
    words: str
    """The literal quote, or the article."""

    def __str__(self) -> str:
        return f"{self.id}: “{self.words}”" if self.id is not None else self.words


class Line(NamedTuple):
    """One item of a plan, or of what is known about a person today, for a person to read."""

    verdict: Verdict
    system: str
    categories: tuple[str, ...]
    action: str
    stays: tuple[str, ...]
    rule: str
    sentence: Sentence | None
    from_day: str | None
    """The first local day on which nothing needs it any more."""
    last_day: str | None
    reason: str | None

    @property
    def says(self) -> str:
        """What becomes of it, in a few words."""
        match self.verdict:
            case Verdict.GO:
                left = f", {', '.join(self.stays)} stay" if self.stays else ""
                until = f", by {self.last_day}" if self.last_day else ""
                return f"{self.action} from {self.from_day}{until}{left}"
            case Verdict.HELD:
                return "held"
            case Verdict.UNDECIDED:
                return "undecided: no figure"
            case Verdict.REFUSED:
                return f"refused: {self.reason}"
            case _:
                return f"stays: {_why(self)}"

    @property
    def next(self) -> str | None:
        """What a person must do; None where nobody has to do anything."""
        if self.verdict is Verdict.REFUSED and self.reason is not None:
            return remedy_for(self.reason).next
        if self.verdict is Verdict.UNDECIDED:
            return remedy_for("undecided").next
        return None

    def as_json(self) -> dict[str, Any]:
        """The same for a script."""
        told = self._asdict()
        told["verdict"] = str(self.verdict)
        told["sentence"] = self.sentence._asdict() if self.sentence is not None else None
        told["next"] = self.next
        return told


class Figure(NamedTuple):
    """Items of one system with the same verdict by the same rule."""

    system: str
    verdict: Verdict
    action: str
    rule: str
    reason: str | None
    items: int
    people: int
    first_last_day: str | None
    """The earliest last day among them."""
    late: int


def sentence_of(policy: Policy, rule: str) -> Sentence | None:
    """The sentence that a rule rests on; None for a rule that the policy does not have (any
    more)."""
    found = next((one for one in policy.retention if one.id == rule), None)
    if found is None:
        return None
    source = found.source
    return Sentence(rule, source.id, source.quote or source.law or "")


def line_of(policy: Policy, item: PlanItem) -> Line:
    """One item as a person reads it."""
    return Line(
        verdict=Verdict(item.verdict),
        system=item.system,
        categories=item.categories,
        action=item.action,
        stays=item.stays,
        rule=item.rule,
        sentence=sentence_of(policy, item.rule),
        from_day=item.ripe_on,
        last_day=item.last_day,
        reason=item.reason,
    )


def item_of(decision: Decision, *, subject: int, placement: int, system: str) -> PlanItem:
    """A decision as it stands on a plan."""
    return PlanItem(
        subject_id=subject,
        placement_id=placement,
        system=system,
        verdict=str(decision.verdict),
        action=decision.action,
        categories=decision.categories,
        stays=decision.stays,
        rule=decision.rule,
        ripe_on=decision.ripe_on.isoformat() if decision.ripe_on is not None else None,
        last_day=decision.last_day.isoformat() if decision.last_day is not None else None,
        reason=str(decision.reason) if decision.reason is not None else None,
    )


def by_person(policy: Policy, items: Iterable[PlanItem]) -> dict[str, list[Line]]:
    """Person's reference → what becomes of it, what goes first."""
    told: dict[str, list[Line]] = {}
    for item in items:
        told.setdefault(to_reference(SUBJECT, item.subject_id), []).append(line_of(policy, item))
    for lines in told.values():
        lines.sort(key=lambda line: (ORDER.index(line.verdict), line.system))
    return told


def figures(items: Iterable[PlanItem], *, today: date, erasure: Erasure) -> tuple[Figure, ...]:
    """The items added up by system, verdict, action, rule and reason; `late` as of `today`."""
    grouped: dict[tuple[str, Verdict, str, str, str | None], list[PlanItem]] = {}
    for item in items:
        key = (item.system, Verdict(item.verdict), item.action, item.rule, item.reason)
        grouped.setdefault(key, []).append(item)
    return tuple(
        Figure(
            *key,
            items=len(found),
            people=len({item.subject_id for item in found}),
            first_last_day=min((i.last_day for i in found if i.last_day is not None), default=None),
            late=late_items(found, today=today, erasure=erasure),
        )
        for key, found in sorted(grouped.items(), key=lambda each: _place(each[0]))
    )


def late_items(items: Iterable[PlanItem], *, today: date, erasure: Erasure) -> int:
    """How many items should be gone already: their last day and the grace after it are over."""
    days = Counter(
        item.last_day
        for item in items
        if item.last_day is not None and item.verdict in {Verdict.GO, Verdict.REFUSED}
    )
    return sum(
        number
        for day, number in days.items()
        if today > add_period(date.fromisoformat(day), erasure.grace)
    )


def sentences(policy: Policy, rules: Iterable[str]) -> list[Sentence]:
    """Each rule's sentence once, by the rule's name."""
    found = (sentence_of(policy, rule) for rule in sorted(set(rules) - {""}))
    return [sentence for sentence in found if sentence is not None]


def verdict_counts(items: Sequence[PlanItem]) -> dict[str, int]:
    """Items by verdict, and how many people something goes of."""
    counted = Counter(item.verdict for item in items)
    told = {str(verdict): counted.get(verdict, 0) for verdict in Verdict}
    told["people"] = len({item.subject_id for item in items})
    told["going"] = len({item.subject_id for item in items if item.verdict == Verdict.GO})
    return told


def _place(key: tuple[str, Verdict, str, str, str | None]) -> tuple[int, str, str, str, str]:
    system, verdict, action, rule, reason = key
    return ORDER.index(verdict), system, rule, action, reason or ""


def _why(line: Line) -> str:
    if line.reason is not None:
        return line.reason
    if line.last_day is not None:
        return f"until {line.last_day}"
    return "for ever"
