"""What may lie in a shared folder is shared only with those who are entitled to it (A-64, A-67)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lifecycle.placement.wording import Wording
from lifecycle.policy.data import DataClass
from lifecycle.policy.model import Policy
from lifecycle.policy.placement import Sign

UNREAD: Final = "unread"
"""Nobody could look into it: what it shows, and of which class, is not known."""
_GUEST: Final = "#ext#"
"""Stands in the sign-in name of somebody who is a guest of the tenant."""


class GrantedTo(StrEnum):
    """To whom a permission opens a document."""

    ANYONE = "anyone"
    """Whoever has the link."""
    ORGANISATION = "organisation"
    """Everybody who works there, or a whole domain."""
    PERSON = "person"
    GROUP = "group"
    """Named people, as the group's owner keeps them: it is taken for those who are entitled, unless
    the bindings say that everybody is in it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission for one document."""

    to: GrantedTo
    address: str = field(default="", repr=False)
    """The person's, the group's (its number, where it has no mailbox); of a whole domain its name;
    "" where the place does not tell."""


class Reach(StrEnum):
    """A way in which a document is shared wider than with those who are entitled."""

    ANYONE = "shared_with_anyone"
    ORGANISATION = "shared_with_organisation"
    OUTSIDERS = "shared_with_outsiders"


def too_wide(
    grants: Iterable[Grant], *, ours: Collection[str], everybody: Collection[str] = ()
) -> set[Reach]:
    """How these permissions reach beyond named people of the organisation; `ours`: its own mail
    domains; `everybody`: groups that are the whole organisation by another name. A person of whom
    the place does not tell the address counts as an outsider."""
    found = set()
    whole = {group.strip().casefold() for group in everybody}
    for grant in grants:
        match grant.to:
            case GrantedTo.ANYONE:
                found.add(Reach.ANYONE)
            case GrantedTo.ORGANISATION:
                own = not grant.address or _is_ours(grant.address, ours)
                found.add(Reach.ORGANISATION if own else Reach.OUTSIDERS)
            case GrantedTo.PERSON if not _is_ours(grant.address, ours):
                found.add(Reach.OUTSIDERS)
            case GrantedTo.GROUP if grant.address.strip().casefold() in whole:
                found.add(Reach.ORGANISATION)
            case GrantedTo.GROUP if "@" in grant.address and not _is_ours(grant.address, ours):
                found.add(Reach.OUTSIDERS)
            case _:
                pass
    return found


def asks_with_whom(policy: Policy, place: str) -> bool:
    """Whether a sentence allows something at `place` only as long as it is shared narrowly."""
    return any(each.shared_with for each in policy.systems[place].may_lie or ())


def sharing_rule(
    policy: Policy, place: str, shows: Collection[str], wording: Wording
) -> tuple[str, str]:
    """(class, sentence) of a document at `place` that shows this and is shared too widely.

    The sentence is the one that allows such a document on that condition; where it should not lie
    there at all, the first one that sets the condition.
    """
    signs = [Sign(each) for each in shows if each != UNREAD]
    order = list(DataClass)
    worth = max((wording.class_of(sign) for sign in signs), key=order.index, default=None)
    entries = [each for each in policy.systems[place].may_lie or () if each.shared_with]
    worst = {sign for sign in signs if wording.class_of(sign) is worth}
    entry = next((each for each in entries if worst & set(each.shows)), entries[0])
    return UNREAD if worth is None else str(worth), entry.source.id or place


def _is_ours(address: str, ours: Collection[str]) -> bool:
    folded = address.strip().casefold()
    domain = folded.rpartition("@")[2]
    if not domain or _GUEST in folded:
        return False
    return any(domain == own or domain.endswith(f".{own}") for own in map(str.casefold, ours))
