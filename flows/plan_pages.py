"""What goes where, by which rule, until when: the pages of plans, in references and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows import pages
from tasks.erasing.due_plans import Due, PlanPage
from tasks.erasing.execution import Outcome
from tasks.erasing.inventory_look import SystemCount
from tasks.remedies.next_steps import WHO
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence

NOTHING_TO_DO: Final = "nothing to do"


def show_due(controller: str, due: Due, *, name: str) -> None:
    """The page of what is due; that nothing is, is a page too."""
    say = pages.speech(controller)
    if due.plan is None:
        nothing = say(Sentence.NOTHING_TO_DO)
        pages.table(
            name,
            controller,
            [{Heading.OUTCOME: nothing, Heading.PEOPLE: due.people}],
            title=Title.PLAN,
            notes=[f"{nothing}: {say(Sentence.LOOKED_AT, people=due.people)}."],
        )
        return
    plan = due.plan
    lines: list[pages.Line] = [
        {
            Heading.SYSTEM: figure.system,
            Heading.VERDICT: say.code(str(figure.verdict)),
            Heading.ACTION: say.code(figure.action),
            Heading.RULE: figure.rule,
            Heading.ITEMS: figure.items,
            Heading.PEOPLE: figure.people,
            Heading.UNTIL: figure.first_last_day or "",
            Heading.LATE: figure.late,
            Heading.REASON: say.code(figure.reason) if figure.reason else "",
            Heading.NEXT: say.next_step(figure.reason) if figure.reason is not None else "",
        }
        for figure in plan.figures
    ]
    pages.table(name, controller, lines, title=Title.PLAN, notes=[told(controller, plan)])


def told(controller: str, plan: PlanPage) -> str:
    """A plan in a few lines of markdown: for its page and for the form."""
    say = pages.speech(controller)
    lines = [
        f"- **{plan.ref}** · {plan.kind} · {plan.as_of} · hash `{plan.hash[:12]}`",
        f"- {say(Sentence.GOES, items=plan.items, people=plan.going)}",
        f"- {say(Sentence.BY)}: **{plan.deadline or '–'}**; {say(Sentence.LATE, late=plan.late)}",
        f"- {say(Sentence.APPROVED_BY)}: {plan.given} / {plan.needed} ({', '.join(plan.roles)})",
    ]
    if plan.wait_for_access:
        waiting = say(Sentence.WAIT_FOR_COPY, people=plan.wait_for_access)
        lines.append(f"- ⚠ {waiting} (`gallra request list`)")
    if plan.missing:
        lines.append(f"- {say(Sentence.WITHOUT_DATE, people=plan.missing)}")
    for size, number in plan.small_groups:
        groups = say(Sentence.SMALL_GROUPS, groups=number, size=size, least=plan.smallest_group)
        lines.append(f"- ⚠ {groups}")
    lines.append(f"- `gallra plan show {plan.ref}`")
    return "\n".join(lines)


def show_done(controller: str, done: Sequence[Outcome]) -> None:
    """What became of the plans that were carried out, and who must act on what is left."""
    if not done:
        return
    say = pages.speech(controller)
    lines: list[pages.Line] = []
    for one in done:
        head: dict[Heading, str | int] = {
            Heading.PLAN: one.ref,
            Heading.OUTCOME: say.code(str(one.state)),
            Heading.PROVEN: one.proven,
            Heading.OF: one.items,
        }
        lines += [
            head
            | {
                Heading.SYSTEM: left.system,
                Heading.WAITS_FOR: say.code(str(left.why)),
                Heading.ITEMS: left.items,
                Heading.WHO: left.who,
                Heading.UNTIL: left.until,
                Heading.NEXT: WHO[str(left.why)],
            }
            for left in one.left
        ] or [head]
        lines += [
            head
            | {
                Heading.SYSTEM: system,
                Heading.WAITS_FOR: say.code(code),
                Heading.NEXT: say.next_step(code),
            }
            for system, code in one.failures
        ]
    pages.table(
        "erased",
        controller,
        lines,
        title=Title.ERASED,
        notes=[f"{say(Sentence.CERTIFICATE)}: `gallra certificate show P-…`"],
    )


def show_inventory(controller: str, counts: dict[str, SystemCount]) -> None:
    """What was found in every system."""
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.SYSTEM: name,
            Heading.FOUND: count.found,
            Heading.NEW: count.new,
            Heading.CHANGED: count.changed,
            Heading.GONE: count.gone,
            Heading.AMBIGUOUS: count.ambiguous,
            Heading.REFUSED: count.refused,
            Heading.RETURNED: count.returned,
            Heading.REACHED: say.yes(count.reached),
        }
        for name, count in counts.items()
    ]
    pages.table("inventory", controller, lines, title=Title.INVENTORY)
