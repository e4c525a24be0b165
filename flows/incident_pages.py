"""The register of incidents as a page: what stands where, and how many hours are left."""

from __future__ import annotations

from collections.abc import Sequence

from flows import pages
from tasks.incidents.register import Line
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


def show(controller: str, known: Sequence[Line]) -> None:
    """The page of what is not over; that there is nothing is a page too."""
    say = pages.speech(controller)
    late = sum(one.late for one in known)
    lines: list[pages.Line] = [
        {
            Heading.INCIDENT: one.ref,
            Heading.KIND: one.called,
            Heading.STATE: say.code(one.state),
            Heading.HOURS_LEFT: _hours(one),
            Heading.RISK: one.risk or "–",
            Heading.AUTHORITY: say.code(one.report),
            Heading.CONCERNED: say.code(one.telling)
            + ("" if one.people is None else f" ({one.people})"),
            Heading.SUPPLEMENT: one.more_by or "",
            Heading.NEXT: one.next,
        }
        for one in known
    ]
    notes = [
        f"{say(Sentence.HOURS_72)} (art. 33). `gallra incident list`, `gallra incident show B-…`"
    ]
    if late:
        notes.insert(0, f"⚠ {say(Sentence.INCIDENTS_LATE, late=late)}")
    pages.table(
        "incidents",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NO_INCIDENT)}],
        title=Title.INCIDENTS,
        notes=notes,
    )


def told(controller: str, one: Line) -> str:
    """A list of whom to tell in a few lines of markdown, for the form."""
    say = pages.speech(controller)
    return "\n".join(
        [
            f"- **{one.plan}** · {say(Sentence.WHOM_TO_TELL)}: incident {one.ref}",
            f"- {one.called}; risk: {one.risk or '–'}",
            f"- {say(Sentence.TWO_AGREE)}",
            f"- {say(Sentence.THE_TEXT)}: `gallra incident letter {one.ref} --by HANDLE`",
        ]
    )


def _hours(one: Line) -> str:
    if one.hours_left is None:
        return ""
    return f"⚠ {one.hours_left:.0f}" if one.late or one.hours_left < 12 else f"{one.hours_left:.0f}"
