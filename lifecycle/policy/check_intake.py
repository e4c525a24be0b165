"""Whether what is taken from an export has a known place, and no header can mean two things."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.intake.text import fold_header
from lifecycle.policy.intake import CASE, JUDGED, Intake
from lifecycle.policy.model import Policy


def check_intake(policy: Policy) -> Iterator[tuple[Path, str]]:
    """What is wrong with the intake part, seen beside the rest of the policy."""
    intake = policy.intake
    if intake is None:
        yield from _check_no_intake(policy)
        return
    if policy.staging is None:
        yield ("staging",), "is missing: an export is imported out of a staging folder"
    if policy.case_system is None:
        yield ("systems",), "an export is handed over to a system of role case_system; add it"
    if policy.schedules.import_af is None:
        yield ("schedules", "import_af"), "is missing: it says when exports are imported"
    if intake.subject not in policy.subjects:
        yield (
            ("intake", "subject"),
            f"the kind of data subject '{intake.subject}' is not declared"
            + nearest(intake.subject, policy.subjects),
        )
    yield from _check_kept(policy, intake)
    yield from _check_headers(intake)
    for position, field in enumerate(intake.required):
        if field not in intake.columns:
            yield ("intake", "required", position), f"'{field}' is not among the columns; add it"
    for field in JUDGED:
        if field not in intake.columns:
            yield (
                ("intake", "columns"),
                f"the column '{field}' is missing: no row can be judged without it",
            )


def _check_no_intake(policy: Policy) -> Iterator[tuple[Path, str]]:
    without = "no export is imported: write `intake`, or take this away"
    if policy.staging is not None:
        yield ("staging",), without
    if policy.schedules.import_af is not None:
        yield ("schedules", "import_af"), without


def _check_kept(policy: Policy, intake: Intake) -> Iterator[tuple[Path, str]]:
    for field, column in intake.columns.items():
        here = ("intake", "columns", field, "keep")
        if column.keep is None or column.keep == CASE:
            continue
        if column.keep not in policy.categories:
            known = [*policy.categories, CASE, "false"]
            yield here, f"the category '{column.keep}' is not declared{nearest(column.keep, known)}"
            continue
        for name, system in policy.systems.items():
            held = system.holds.get(intake.subject, ())
            if system.role in {"records", "case_system"} and column.keep not in held:
                yield (
                    here,
                    f"'{column.keep}' is not among what systems.{name} holds of a "
                    f"{intake.subject}; add it there or write false here",
                )


def _check_headers(intake: Intake) -> Iterator[tuple[Path, str]]:
    owner: dict[str, str] = {}
    for field, column in intake.columns.items():
        for position, alias in enumerate(column.aliases):
            here = ("intake", "columns", field, "aliases", position)
            folded = fold_header(alias)
            if not folded:
                yield here, f"nothing is left of '{alias}' without blanks and dots; take it away"
            elif owner.setdefault(folded, field) != field:
                yield here, f"'{alias}' also means {owner[folded]}; a header can mean one field"
    for position, flag in enumerate(intake.protected.flags):
        if fold_header(flag) in owner:
            yield (
                ("intake", "protected", "flags", position),
                f"'{flag}' also means {owner[fold_header(flag)]}; a flag column is nothing else",
            )
