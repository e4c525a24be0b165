"""A plan as `gallra plan` prints it: figures, people, sentences; for a script the same as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.output import local_time, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifecycle.plan import PlanItem, PlanKind
    from records.plans import Plan
    from tasks.erasing.plan_overview import Overview
    from tasks.house.parts import House

_PEOPLE: Final = 20
"""People shown one by one unless all are asked for."""


def warn_of_systems(house: House) -> None:
    """A plan over systems that nobody asked is no all-clear."""
    from tasks.placing.examining_systems import never_asked

    if never_asked(house):
        say(
            "! No record of any outer system is known: all are empty, or nobody took the inventory "
            "yet (gallra inventory)."
        )


def show_head(house: House, plan: Plan) -> None:
    """Which plan it is, when and by whom it was drawn up, how many must agree."""
    made = local_time(plan.created_at, house.policy.controller.time_zone)
    by = f" by {plan.created_by}" if plan.created_by else ""
    state = _state(house, plan)
    say(f"{plan.ref}  {kind_name(plan.kind)} as of {plan.as_of.isoformat()}, {state}")
    say(f"Drawn up {made}{by}; {plan.approvals} approval(s) needed; hash {plan.hash[:12]}…")


def show_figures(told: Overview) -> None:
    """What goes and stays in figures, and what whoever decides has to know beyond them."""
    from tasks.erasing.plan_overview import warnings

    table(
        "What goes, what stays",
        ["place", "what", "rule", "items", "people", "first last day", "late"],
        [
            [
                figure.system,
                " ".join(filter(None, [str(figure.verdict), figure.action or figure.reason])),
                figure.rule,
                figure.items,
                figure.people,
                figure.first_last_day,
                figure.late,
            ]
            for figure in told.figures
        ],
    )
    for sentence in warnings(told):
        say(f"! {sentence}")


def show_people(house: House, items: Sequence[PlanItem], *, everybody: bool) -> None:
    """Each person's items, the first few unless `everybody`, and the sentences they rest on."""
    from tasks.erasing.plan_views import by_person, sentences

    told = by_person(house.policy, items)
    shown = list(told)[: None if everybody else _PEOPLE]
    # Lines and no table: a reference stays whole, however narrow the window is.
    for ref in shown:
        say(f"\n{ref}")
        for line in told[ref]:
            say(f"  {line.system}: {', '.join(line.categories)}: {line.says}  [{line.rule or '-'}]")
    if len(shown) < len(told):
        say(f"… and {len(told) - len(shown)} more: --all")
    rules = {line.rule for ref in shown for line in told[ref]}
    if rules:
        say("\nThe rules and their sentences")
    for sentence in sentences(house.policy, rules):
        say(f"{sentence.rule}\n    {sentence}")


def show_list(house: House, found: Sequence[Plan]) -> None:
    """Plans, a line each."""
    zone = house.policy.controller.time_zone
    table(
        "Plans",
        ["plan", "kind", "as of", "state", "people", "items", "late", "people needed", "drawn up"],
        [
            [
                plan.ref,
                kind_name(plan.kind),
                plan.as_of.isoformat(),
                _state(house, plan),
                plan.counts.get("going", 0),
                plan.counts.get("go", 0),
                plan.counts.get("late", 0),
                plan.approvals,
                local_time(plan.created_at, zone),
            ]
            for plan in found
        ],
    )


def _state(house: House, plan: Plan) -> str:
    from tasks.erasing.due_plans import lacks_approvals

    return "to approve again" if lacks_approvals(house, plan) else str(plan.state)


def plan_as_json(house: House, plan: Plan) -> dict[str, Any]:
    """A plan's head for a script."""
    from tasks.erasing.due_plans import lacks_approvals

    return {
        "ref": plan.ref,
        "controller": house.controller,
        "kind": str(plan.kind),
        "as_of": plan.as_of.isoformat(),
        "state": str(plan.state),
        "lacks_approvals": lacks_approvals(house, plan),
        "approvals": plan.approvals,
        "hash": plan.hash,
        "policy": plan.policy_sha256,
        "created_at": plan.created_at,
        "created_by": plan.created_by or None,
        "closed_at": plan.closed_at,
        "counts": plan.counts,
    }


def items_as_json(
    house: House,
    items: Sequence[PlanItem],
    told: Overview,
    *,
    states: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Items and figures for a script; `states`: where each item stands."""
    from lifecycle.references import SUBJECT, to_reference
    from tasks.erasing.plan_overview import warnings
    from tasks.erasing.plan_views import line_of

    lines = []
    for position, item in enumerate(items):
        line = {"person": to_reference(SUBJECT, item.subject_id)}
        line |= line_of(house.policy, item).as_json()
        lines.append(line | ({"state": states[position]} if states is not None else {}))
    return {
        "figures": [figure._asdict() for figure in told.figures],
        "small_groups": {str(size): number for size, number in told.small_groups.items()},
        "missing": told.missing,
        "without_rule": told.without_rule,
        "warnings": warnings(told),
        "items": lines,
    }


def kind_name(kind: PlanKind) -> str:
    """A plan's kind in words."""
    return str(kind).replace("_", " ")
