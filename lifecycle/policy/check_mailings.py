"""Whether mailings name what the policy knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle.configuration.problems import Path
from lifecycle.policy.check_retention import unknown
from lifecycle.policy.model import Policy


def check_mailings(policy: Policy) -> Iterator[tuple[Path, str]]:
    """What is wrong with them: where in the file, and what would be right."""
    rules = policy.mailings
    if rules is None:
        return
    if list(rules.terms) != sorted(set(rules.terms)):
        yield ("mailings", "terms"), "write each day once, the earliest in the year first"
    if rules.opted_out is not None:
        here: Path = ("mailings", "opted_out")
        anchor = policy.anchors.get(rules.opted_out)
        if anchor is None:
            yield unknown(here, "event", rules.opted_out, policy.anchors)
        elif anchor.per != "person" or not anchor.may_not_happen:
            yield here, "must be per: person and may_not_happen: true; most people never opt out"
    for name, one in rules.lists.items():
        known: dict[str, tuple[str, Iterable[str]]] = {
            "purpose": ("purpose", policy.purposes),
            "subject": ("kind of data subject", policy.subjects),
            "category": ("category", policy.categories),
            "taken_from": ("system", policy.systems),
            "sent_with": ("system", policy.systems),
            "answers": ("role", policy.roles),
            "after": ("event", policy.anchors),
        }
        for part, (what, names) in known.items():
            value = getattr(one, part)
            if value is not None and value not in names:
                yield unknown(("mailings", "lists", name, part), what, value, names)
        system = policy.systems.get(one.taken_from)
        if system is not None and one.category not in system.holds.get(one.subject, ()):
            yield (
                ("mailings", "lists", name, "taken_from"),
                f"'{one.taken_from}' does not hold {one.category} of a {one.subject}",
            )
