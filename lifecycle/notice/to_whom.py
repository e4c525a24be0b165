"""Who sees the data, who gets it, and whether it leaves the EEA (A-35, T-40…T-43, H-34)."""

from __future__ import annotations

from lifecycle.notice.facts import Literal, Section, Statement, Term
from lifecycle.notice.parts import basis, categories, says
from lifecycle.policy.model import Policy


def recipients(policy: Policy, subject: str) -> Section:
    """Staff by system and level, processors, and whoever data is disclosed to."""
    said = [says("recipients.inside")]
    for name, system in policy.systems.items():
        if subject in system.holds:
            said.extend(
                says(
                    "recipients.level",
                    says(f"sees.{level.sees}"),
                    listed=True,
                    system=Term("systems", name),
                    people=Term("levels", f"{name}.{level.level}"),
                )
                for level in system.levels
            )
    said.extend(_processors(policy, subject))
    said.extend(_disclosed(policy, subject))
    return Section("recipients", ("13(1)(e)", "14(1)(e)"), tuple(said))


def _processors(policy: Policy, subject: str) -> list[Statement]:
    return [
        says(
            "recipients.processor",
            listed=True,
            processor=Term("processors", name),
            does=Term("tasks", name),
        )
        for name, processor in policy.processors.items()
        if any(
            system in policy.systems and subject in policy.systems[system].holds
            for system in processor.systems
        )
    ]


def _disclosed(policy: Policy, subject: str) -> list[Statement]:
    said = []
    for name, recipient in (policy.sharing.recipients if policy.sharing else {}).items():
        if subject not in recipient.subjects:
            continue
        held = set(policy.held_of(subject))
        then = [basis(recipient.legal_basis)]
        if recipient.interest is not None:
            interest = Term("interests", f"recipients.{name}")
            then.append(says("purpose.interest", interest=interest))
        said.append(
            says(
                "recipients.disclosed",
                *then,
                listed=True,
                recipient=Term("recipients", name),
                data=categories(policy, (c for c in recipient.categories if c in held)),
            )
        )
    return said or [says("recipients.nobody")]


def third_countries(policy: Policy, subject: str) -> Section:
    """Whether the data leaves the EU and the EEA, on which ground, and where to read it."""
    third = policy.third_countries
    happens = "undecided" if third is None else third.happens
    said = []
    for name, transfer in (third.transfers if third is not None else {}).items():
        if subject in transfer.subjects:
            then = [says(f"third.{transfer.ground}")]
            if transfer.copy_from is not None:
                then.append(says("third.copy", where=Literal(transfer.copy_from)))
            said.append(
                says(
                    "third.transfer",
                    *then,
                    listed=True,
                    country=Term("countries", name),
                    to=Literal(transfer.to),
                )
            )
    if not said:
        said.append(says("third.undecided" if happens == "undecided" else "third.never"))
    return Section("third_countries", ("13(1)(f)", "14(1)(f)"), tuple(said))
