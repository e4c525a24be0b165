"""What goes where, by which rule, until when: the pages of plans, in references and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows import pages
from tasks.erasing.due_plans import Due, PlanPage
from tasks.erasing.execution import Outcome
from tasks.erasing.inventory_look import SystemCount
from tasks.remedies.every import remedy_for
from tasks.remedies.next_steps import WHO

NOTHING_TO_DO: Final = "nothing to do"

SYSTEM: Final = "System"
PLAN: Final = "Plan"
PEOPLE: Final = "Personer · People"
ITEMS: Final = "Poster · Items"
LEFT: Final = "Väntar på · Waits for"
WHO_ACTS: Final = "Vem · Who"
UNTIL: Final = "Senast · Until"


def show_due(controller: str, due: Due, *, name: str) -> None:
    """The page of what is due; that nothing is, is a page too."""
    if due.plan is None:
        pages.table(
            f"{name}-{controller}",
            [{pages.OUTCOME: f"Inget att göra · {NOTHING_TO_DO}", PEOPLE: due.people}],
            about=f"## Gallringsplan · Erasure plan\n\nInget att göra · {NOTHING_TO_DO}: "
            f"{due.people} personer genomgångna · people looked at.",
        )
        return
    plan = due.plan
    lines: list[pages.Line] = [
        {
            SYSTEM: figure.system,
            "Besked · Verdict": str(figure.verdict),
            "Åtgärd · Action": figure.action,
            "Regel · Rule": figure.rule,
            ITEMS: figure.items,
            PEOPLE: figure.people,
            UNTIL: figure.first_last_day or "",
            "Försenade · Late": figure.late,
            pages.REASON: figure.reason or "",
            pages.NEXT: remedy_for(figure.reason).next if figure.reason is not None else "",
        }
        for figure in plan.figures
    ]
    pages.table(
        f"{name}-{controller}", lines, about=f"## Gallringsplan · Erasure plan\n\n{told(plan)}"
    )


def told(plan: PlanPage) -> str:
    """A plan in a few lines of markdown: for its page and for the form."""
    lines = [
        f"- **{plan.ref}** · {plan.kind} · {plan.as_of} · hash `{plan.hash[:12]}`",
        f"- {plan.items} poster av {plan.going} personer tas bort · {plan.items} items of "
        f"{plan.going} people go",
        f"- senast · by: **{plan.deadline or '–'}**; {plan.late} för sent · late",
        f"- godkänt av · approved by: {plan.given} / {plan.needed} ({', '.join(plan.roles)})",
    ]
    if plan.wait_for_access:
        lines.append(
            f"- ⚠ {plan.wait_for_access} av personerna väntar på en kopia av sina uppgifter: lägg "
            "fram den innan du godkänner · of the people wait for a copy of their data: lay it "
            "ready before you agree (`gallra request list`)"
        )
    if plan.missing:
        lines.append(f"- {plan.missing} utan datum, i ingen plan · without a date, on no plan")
    for size, number in plan.small_groups:
        lines.append(
            f"- ⚠ {number} grupper med bara {size} personer blir kvar som rest (minst "
            f"{plan.smallest_group}) · {number} groups of only {size} stay as residue"
        )
    lines.append(f"- `gallra plan show {plan.ref}`")
    return "\n".join(lines)


def show_done(controller: str, done: Sequence[Outcome]) -> None:
    """What became of the plans that were carried out, and who must act on what is left."""
    if not done:
        return
    lines: list[pages.Line] = []
    for one in done:
        head: dict[str, str | int] = {
            PLAN: one.ref,
            pages.OUTCOME: str(one.state),
            "Bevisat borta · Proven": one.proven,
            "Av · Of": one.items,
        }
        lines += [
            head | {SYSTEM: left.system, LEFT: str(left.why), ITEMS: left.items,
                    WHO_ACTS: left.who, UNTIL: left.until, pages.NEXT: WHO[str(left.why)]}
            for left in one.left
        ] or [head]  # fmt: skip
        lines += [
            head | {SYSTEM: system, LEFT: code, pages.NEXT: remedy_for(code).next}
            for system, code in one.failures
        ]
    pages.table(f"erased-{controller}", lines, about="## Gallring · Erasure\n\n"
                "Intyg · Certificate: `gallra certificate show P-…`")  # fmt: skip


def show_inventory(controller: str, counts: dict[str, SystemCount]) -> None:
    """What was found in every system."""
    lines: list[pages.Line] = [
        {
            SYSTEM: name,
            "Hittade · Found": count.found,
            "Nya · New": count.new,
            "Ändrade · Changed": count.changed,
            "Borta · Gone": count.gone,
            "Tvetydiga · Ambiguous": count.ambiguous,
            "Avvisade · Refused": count.refused,
            "Återkomna · Returned": count.returned,
            "Nått · Reached": "ja · yes" if count.reached else "NEJ · NO",
        }
        for name, count in counts.items()
    ]
    pages.table(f"inventory-{controller}", lines, about="## Inventering · Inventory")
