"""Every system of a policy is bound once, and every binding says what the policy means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from lifecycle.bindings.http import Http
from lifecycle.bindings.outer import Absent, BoundRecords, Manual, MemorySystem
from lifecycle.bindings.outlook import MailPeople, Outlook
from lifecycle.bindings.sql import Sql, Table
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.validated import nearest
from lifecycle.policy.data import System
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Then

OuterBinding: TypeAlias = Sql | Http | Outlook | Manual | Absent | MemorySystem
Finding: TypeAlias = tuple[Where, str]
BOUND_ROLES: Final = frozenset({"system", "place"})
"""The other roles have parts of their own in the bindings, or none."""


def check_outer(systems: Mapping[str, OuterBinding], policy: Policy) -> Iterator[Finding]:
    """What does not fit the policy: where in the file, and what would be right."""
    outer = {name: s for name, s in policy.systems.items() if s.role in BOUND_ROLES}
    for name in outer:
        if name not in systems:
            yield ("systems",), f"'{name}' of the policy is not bound; say where it is"
    for name, binding in systems.items():
        if name not in outer:
            yield ("systems", name), f"the policy has no such system{nearest(name, outer)}"
        else:
            yield from _check_one(name, binding, outer[name], policy)


def known_fields(policy: Policy, category: str) -> frozenset[str]:
    """The names of a category's fields: its own, and the columns of the export that it keeps."""
    columns = {} if policy.intake is None else policy.intake.columns
    kept = {field for field, column in columns.items() if column.keep == category}
    return frozenset(policy.categories[category].fields) | kept


def _check_one(
    name: str, binding: OuterBinding, system: System, policy: Policy
) -> Iterator[Finding]:
    here: Where = ("systems", name)
    by_hand = system.reached == "by_hand"
    if isinstance(binding, Manual):
        if not by_hand:
            yield (*here, "kind"), "the policy says reached: by_machine; bind it as sql or http"
        return
    if isinstance(binding, Absent):
        return
    if by_hand:
        yield (*here, "kind"), "the policy says reached: by_hand; write kind: manual"
        return
    if isinstance(binding, MemorySystem):
        return
    if isinstance(binding, Outlook):
        yield from _check_mailboxes(name, binding, system, policy)
        return
    part = "tables" if isinstance(binding, Sql) else "resources"
    held: dict[str, set[str]] = {kind: set(names) for kind, names in system.holds.items()}
    for position, records in enumerate(binding.records):
        place = (*here, part, position)
        if records.kind not in system.holds:
            yield (
                (*place, "kind"),
                f"the policy says of no {records.kind} that anything lies here"
                f"{nearest(records.kind, system.holds)}",
            )
            continue
        fields = records.category_fields()
        held[records.kind] -= set(fields)
        yield from _check_fields(records, fields, system, policy, place)
        yield from _check_anchors(name, records, policy, place)
        yield from _check_what_can_be_done(name, records, policy, place)
    for kind, missing in held.items():
        for category in sorted(missing):
            yield here, f"'{category}' of a {kind} lies here by the policy, but is not mapped"


def _check_mailboxes(
    name: str, binding: Outlook, system: System, policy: Policy
) -> Iterator[Finding]:
    """A message goes whole: a rule takes all that lies in it, or none."""
    here: Where = ("systems", name)
    held = {people.kind: set(people.categories) for people in binding.people}
    for kind, categories in system.holds.items():
        for category in sorted(set(categories) - held.get(kind, set())):
            yield here, f"'{category}' of a {kind} lies here by the policy, but is not mapped"
    for position, people in enumerate(binding.people):
        place = (*here, "people", position)
        lies = system.holds.get(people.kind, ())
        for category in sorted(held[people.kind] - set(lies)):
            right = nearest(category, lies)
            yield (
                (*place, "categories"),
                f"the policy does not say that '{category}' of a {people.kind} lies here{right}",
            )
        yield from _check_anchors(name, people, policy, place)
        for rule in policy.retention:
            covers = rule.covers
            touched = held[people.kind] & set(covers.categories)
            if covers.subject != people.kind or not covers.in_system(name) or not touched:
                continue
            if touched != held[people.kind] or rule.then in {Then.STRIP, Then.ANONYMISE}:
                yield (
                    (*place, "categories"),
                    f"{rule.id} takes only part of what lies here, and a message goes whole: "
                    "let it take all, or say reached: by_hand",
                )


def _check_fields(
    records: BoundRecords,
    categories: Mapping[str, Mapping[str, str]],
    system: System,
    policy: Policy,
    place: Where,
) -> Iterator[Finding]:
    for category, fields in categories.items():
        here = (*place, "categories", category)
        if category not in system.holds[records.kind]:
            yield (
                here,
                f"the policy does not say that '{category}' of a {records.kind} lies here"
                f"{nearest(category, system.holds[records.kind])}",
            )
            continue
        known = known_fields(policy, category)
        for field in fields:
            if field not in known:
                yield (*here, field), f"'{category}' has no field '{field}'{nearest(field, known)}"


def _check_anchors(
    name: str, records: BoundRecords | MailPeople, policy: Policy, place: Where
) -> Iterator[Finding]:
    for event in records.anchors:
        if event not in policy.anchors:
            yield (
                (*place, "anchors", event),
                f"the anchor '{event}' is not declared{nearest(event, policy.anchors)}",
            )
    for rule in policy.retention:
        needed = rule.anchor
        if needed is None or needed not in policy.anchors or needed in records.anchors:
            continue
        covers, anchor = rule.covers, policy.anchors[needed]
        speaks = covers.subject == records.kind and covers.in_system(name)
        if speaks and anchor.per == "record" and not anchor.taken_from:
            yield (
                (*place, "anchors"),
                f"{rule.id} counts from '{needed}' of each record; say where its date stands",
            )


def _check_what_can_be_done(
    name: str, records: BoundRecords, policy: Policy, place: Where
) -> Iterator[Finding]:
    """A rule that empties fields needs a key that may stay, and a way to empty them."""
    held = policy.systems[name].holds[records.kind]
    for rule in policy.retention:
        covers = rule.covers
        if covers.subject != records.kind or not covers.in_system(name):
            continue
        touched = set(covers.categories) & set(held)
        if not touched:
            continue
        empties = rule.then in {Then.STRIP, Then.ANONYMISE} or not set(held) <= touched
        if not empties:
            continue
        stays = rule.residue.fields if rule.residue is not None else rule.stays or ()
        for category in sorted(touched & set(records.categories)):
            for field, column in records.categories[category].items():
                if column == records.key and field not in stays:
                    yield (
                        (*place, "key"),
                        f"{rule.id} empties '{column}': name a key that says nothing of a person",
                    )
        if not isinstance(records, Table) and getattr(records, "empty", None) is None:
            yield (*place, "empty"), f"is missing: {rule.id} empties fields of these records"
