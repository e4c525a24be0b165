"""Whether what is taken from an export has a known place, and no header can mean two things."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.intake.text import fold_header
from lifecycle.policy.intake import CASE, JUDGED
from lifecycle.policy.model import Policy


def check_intake(policy: Policy) -> Iterator[tuple[Path, str]]:
    """What is wrong with the intake part, seen beside the rest of the policy."""
    intake = policy.intake
    if intake.subject not in policy.subjects:
        yield (
            ("intake", "subject"),
            f"the kind of data subject '{intake.subject}' is not declared"
            + nearest(intake.subject, policy.subjects),
        )
    yield from _check_kept(policy)
    yield from _check_headers(policy)
    for position, field in enumerate(intake.required):
        if field not in intake.columns:
            yield ("intake", "required", position), f"'{field}' is not among the columns; add it"
    for field in JUDGED:
        if field not in intake.columns:
            yield (
                ("intake", "columns"),
                f"the column '{field}' is missing: no row can be judged without it",
            )


def _check_kept(policy: Policy) -> Iterator[tuple[Path, str]]:
    for field, column in policy.intake.columns.items():
        here = ("intake", "columns", field, "keep")
        if column.keep is None or column.keep == CASE:
            continue
        if column.keep not in policy.categories:
            known = [*policy.categories, CASE, "false"]
            yield here, f"the category '{column.keep}' is not declared{nearest(column.keep, known)}"
            continue
        for name, system in policy.systems.items():
            held = system.holds.get(policy.intake.subject, ())
            if system.role in {"records", "case_system"} and column.keep not in held:
                yield (
                    here,
                    f"'{column.keep}' is not among what systems.{name} holds of a "
                    f"{policy.intake.subject}; add it there or write false here",
                )


def _check_headers(policy: Policy) -> Iterator[tuple[Path, str]]:
    owner: dict[str, str] = {}
    for field, column in policy.intake.columns.items():
        for position, alias in enumerate(column.aliases):
            here = ("intake", "columns", field, "aliases", position)
            folded = fold_header(alias)
            if not folded:
                yield here, f"nothing is left of '{alias}' without blanks and dots; take it away"
            elif owner.setdefault(folded, field) != field:
                yield here, f"'{alias}' also means {owner[folded]}; a header can mean one field"
    for position, flag in enumerate(policy.intake.protected.flags):
        if fold_header(flag) in owner:
            yield (
                ("intake", "protected", "flags", position),
                f"'{flag}' also means {owner[fold_header(flag)]}; a flag column is nothing else",
            )
