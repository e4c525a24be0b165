"""Who may receive what by which way: the real recipients and channels of all four policies.

`python -m tests.spec.sharing_table > docs/sharing.md` writes the page that an officer reads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from lifecycle.disclosure import ALWAYS_SEALED, Wanted, Way, judge
from lifecycle.disclosure_condition import Condition
from lifecycle.errors import Refused
from lifecycle.policy.data import DataClass, LegalBasis
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.sharing import Recipient, Safeguard, Sharing
from tasks.house.doors import BY_HAND, KINDS
from tests.factories.houses import ROOT

POLICIES: Final = ("academedia", "behandlingsskolerne", "bergqvist", "tommerup")
ELSEWHERE: Final = "any other way"
PLACES: Final = ("system", "place")
TODAY: Final = date(2026, 11, 2)
_NOTHING: Final = "–"
_FURTHER: Final = (
    "category_not_needed",
    "no_sharing_rule",
    "legal_basis_undecided",
    "condition_missing",
    "condition_not_asked_for",
    "no_legal_duty",
    "consent_missing",
    "channel_not_allowed",
    "safeguard_missing",
)
"""Of several refusals the last of these is told: it says most about what is missing."""


class Cell(NamedTuple):
    """What is said to one class, to one recipient, by one channel."""

    allowed: frozenset[tuple[str, Condition]] = frozenset()
    """Category, and on what it rests."""
    reason: str = ""
    """Why not, where nothing is allowed; empty: the recipient gets nothing of that class."""

    def __str__(self) -> str:
        if not self.allowed:
            return f"no: `{self.reason}`" if self.reason else _NOTHING
        names = ", ".join(sorted({name for name, _ in self.allowed}))
        grounds = [str(one) for one in Condition if one in {ground for _, ground in self.allowed}]
        rests = "" if grounds == [Condition.NONE] else f" ({' or '.join(grounds)})"
        return f"**yes**: {names}{rests}"


def policy_of(name: str, *, decided: bool = False) -> Policy:
    """A policy as it stands; `decided`: as it would be if every open legal basis were the law."""
    policy = load_policy(ROOT / "policies" / f"{name}.yaml")
    if not decided or policy.sharing is None:
        return policy
    law = {"legal_basis": LegalBasis.LEGAL_OBLIGATION}
    recipients = {
        key: one.model_copy(update=law) if one.legal_basis is LegalBasis.UNDECIDED else one
        for key, one in policy.sharing.recipients.items()
    }
    purposes = {
        key: one.model_copy(update=law) if one.legal_basis is LegalBasis.UNDECIDED else one
        for key, one in policy.purposes.items()
    }
    sharing = policy.sharing.model_copy(update={"recipients": recipients})
    return policy.model_copy(update={"sharing": sharing, "purposes": purposes})


def channels_of(policy: Policy) -> tuple[str, ...]:
    """The policy's channels, and one that it does not know."""
    return (*sharing_of(policy).channels, ELSEWHERE)


def sharing_of(policy: Policy) -> Sharing:
    assert policy.sharing is not None
    return policy.sharing


def cell(policy: Policy, recipient: str, channel: str, data_class: DataClass) -> Cell:
    """Every category of the class that the recipient may have, for every purpose that needs it, on
    every ground; the way has what the channel asks for."""
    whom = sharing_of(policy).recipients[recipient]
    declared = sharing_of(policy).channels.get(channel)
    way = Way(frozenset(() if declared is None else declared.needs), password_elsewhere=True)
    allowed: set[tuple[str, Condition]] = set()
    refused: set[str] = set()
    for name in whom.categories:
        if policy.categories[name].data_class is not data_class:
            continue
        for purpose, condition in ((p, c) for p in policy.purposes for c in Condition):
            wanted = Wanted(
                recipient=recipient,
                kinds=frozenset(whom.subjects),
                categories=(name,),
                channel=channel,
                purpose=purpose,
                condition=condition,
                until=TODAY,
            )
            try:
                judge(policy, wanted, way, today=TODAY)
                allowed.add((name, condition))
            except Refused as no:
                refused.add(no.code)
    if allowed or not refused:
        return Cell(frozenset(allowed))
    return Cell(reason=max(refused, key=_FURTHER.index))


def carried_by(needs: tuple[Safeguard, ...]) -> list[str]:
    """The kinds of binding that give all of that."""
    wanted = set(needs) - ALWAYS_SEALED - {"password_another_way"}
    kinds = {name: kind for name, kind in KINDS.items() if name != "memory"}
    kinds |= {f"manual, by {name}": kind for name, kind in BY_HAND.items()}
    gives = {name: set(kind.provides) for name, kind in kinds.items() if kind.file is not None}
    gives["smtp with `tunnel`"] = gives["smtp"] | {"tunnel"}
    found = [name for name, given in gives.items() if wanted <= given]
    return [one for one in found if one != "smtp with `tunnel`" or "tunnel" in wanted]


_HEAD = """\
# Who may receive what, by which way

Made by `python -m tests.spec.sharing_table > docs/sharing.md` from the policies, by the code that
judges a disclosure; a test holds the page against both. *yes* names the categories, and in
brackets on what it must rest (`--because`). *no* names the reason code; [reasons.md](reasons.md)
says what to do. **–**: the recipient gets nothing of that class. Whatever it is, somebody else
approves it, it is sealed, and its password goes by another channel to another address.

Where it lies, by the policy: *gallra* are Gallra's own records; what is *read out* is taken with
`--from`, if the system is bound as a database or a JSON interface; *by hand* its keeper hands it
over. The case system has what Gallra's own records have.
"""


def document() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *(line for name in POLICIES for line in _policy(name))])


def _policy(name: str) -> Iterator[str]:
    policy = policy_of(name)
    sharing = sharing_of(policy)
    yield f"## {policy.controller.company}\n"
    if sharing.channels:
        yield "| channel | sentence | needs | bound as |"
        yield "|---|---|---|---|"
        for channel, one in sharing.channels.items():
            kinds = "; ".join(carried_by(one.needs))
            yield f"| {channel} | {_sentence(one)} | {', '.join(one.needs)} | {kinds} |"
        yield ""
    if not sharing.recipients:
        yield f"The policy names nobody: nothing is given to anyone ({_sentence(sharing)}).\n"
        return
    yield from _table(policy, sharing.recipients)
    for key, one in sharing.anonymous_only.items():
        told = f"Nothing about people to **{key}**, or for it: `only_anonymous`"
        yield f"{told} ({_sentence(one)}).\n"
    waiting = {
        key: one
        for key, one in sharing.recipients.items()
        if one.legal_basis is LegalBasis.UNDECIDED
    }
    if waiting:
        yield "If every open legal basis were decided to be the law:\n"
        yield from _table(policy_of(name, decided=True), waiting)
    yield from _places(policy)


def places(policy: Policy) -> dict[str, tuple[list[str], list[str]]]:
    """Category that somebody may be given → the systems that it is taken from, and the places that
    a person looks it up in."""
    recipients = sharing_of(policy).recipients.values()
    found: dict[str, tuple[list[str], list[str]]] = {}
    for name in sorted({name for one in recipients for name in one.categories}):
        kinds = {kind for one in recipients if name in one.categories for kind in one.subjects}
        reads, by_hand = found.setdefault(name, ([], []))
        for system, one in policy.systems.items():
            if not any(name in one.holds.get(kind, ()) for kind in kinds):
                continue
            if one.role == "records" or (one.role in PLACES and one.reached == "by_machine"):
                reads.append(system)
            elif one.role in PLACES:
                by_hand.append(system)
    return found


def _places(policy: Policy) -> Iterator[str]:
    yield "| category | read out | by hand |"
    yield "|---|---|---|"
    for name, (reads, by_hand) in places(policy).items():
        yield f"| {name} | {', '.join(reads) or _NOTHING} | {', '.join(by_hand) or _NOTHING} |"
    yield ""


def _table(policy: Policy, recipients: dict[str, Recipient]) -> Iterator[str]:
    heads = [str(one).replace("_", " ") for one in DataClass]
    yield f"| recipient | by | {' | '.join(heads)} |"
    yield f"|---|---|{'---|' * len(heads)}"
    for recipient, whom in recipients.items():
        for channel in channels_of(policy):
            cells = [str(cell(policy, recipient, channel, one)) for one in DataClass]
            yield f"| {recipient} ({_sentence(whom)}) | {channel} | {' | '.join(cells)} |"
    yield ""


def _sentence(stated: object) -> str:
    return str(stated.source.id)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.stdout.write(document())
