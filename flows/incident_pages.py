"""The register of incidents as a page: what stands where, and how many hours are left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows import pages
from tasks.incidents.register import Line

_LATE: Final = (
    "för sent anmälda till myndigheten · anmeldt for sent til myndigheden · too late to the "
    "authority"
)


def show(controller: str, known: Sequence[Line]) -> None:
    """The page of what is not over; that there is nothing is a page too."""
    late = sum(one.late for one in known)
    lines: list[pages.Line] = [
        {
            "Incident": one.ref,
            "Typ · Kind": one.called,
            "Läge · State": one.state,
            "Timmar kvar · Hours left": _hours(one),
            "Risk": one.risk or "–",
            "Myndigheten · Authority": one.report.replace("_", " "),
            "De berörda · People": one.telling.replace("_", " ")
            + ("" if one.people is None else f" ({one.people})"),
            "Komplettering · Supplement": one.more_by or "",
            pages.NEXT: one.next,
        }
        for one in known
    ]
    pages.table(
        f"incidents-{controller}",
        lines or [{pages.OUTCOME: "Inga incidenter · Ingen brud · No incidents"}],
        about="## Incidenter · Brud · Incidents\n\n"
        + (f"⚠ {late} {_LATE}\n\n" if late else "")
        + "72 timmar från att incidenten upptäcktes · 72 timer fra bruddet blev opdaget · 72 hours "
        "from when it was noticed (art. 33). "
        "`gallra incident list`, `gallra incident show B-…`",
    )


def told(one: Line) -> str:
    """A list of whom to tell in a few lines of markdown, for the form."""
    return "\n".join(
        [
            f"- **{one.plan}** · de som ska informeras · dem, der skal underrettes · whom to tell: "
            f"incident {one.ref}",
            f"- {one.called}; risk: {one.risk or '–'}",
            "- två personer godkänner, var och en med sin egen kod · to personer godkender, "
            "hver med sin egen kode · two people agree, each with a code of their own",
            f"- texten · the text: `gallra incident letter {one.ref} --by HANDLE`",
        ]
    )


def _hours(one: Line) -> str:
    if one.hours_left is None:
        return ""
    return f"⚠ {one.hours_left:.0f}" if one.late or one.hours_left < 12 else f"{one.hours_left:.0f}"
