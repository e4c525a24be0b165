"""Who receives what about how many, until when: the page of sharing, in references and counts."""

from __future__ import annotations

from collections.abc import Sequence

from flows import pages
from tasks.sharing.register import Entry
from tasks.telling.due import ToTell


def show(controller: str, known: Sequence[Entry], to_tell: Sequence[ToTell]) -> None:
    """The page of what is not over; that there is nothing is a page too."""
    lines: list[pages.Line] = [
        {
            "Utlämning · Disclosure": one.ref,
            "Mottagare · Recipient": one.recipient,
            "Uppgifter · Categories": ", ".join(one.categories),
            "Ur · Out of": _out_of(one),
            "Personer · People": one.people,
            "Ändamål · Purpose": one.purpose,
            "Väg · Channel": one.channel,
            "Till och med · Until": one.until_on + (" ⚠" if one.overdue else ""),
            "Står · Stands": "väntar på godkännande · waits" if one.asks else one.stage,
        }
        for one in known
    ]
    pages.table(
        f"sharing-{controller}",
        lines or [{pages.OUTCOME: "Inget delas · nothing is shared"}],
        about="## Utlämningar · Disclosures\n\n"
        f"{len(to_tell)} underrättelser att lämna (art. 19) · recipients to tell"
        f"{_late(to_tell)}",
    )


def _late(to_tell: Sequence[ToTell]) -> str:
    late = sum(one.overdue for one in to_tell)
    return f" ⚠ {late} försenade · overdue" if late else ""


def told(one: Entry) -> str:
    """A disclosure in a few lines of markdown, for the form."""
    return "\n".join(
        [
            f"- **{one.ref}** · utlämning · disclosure · hash `{one.hash[:12]}`",
            f"- till · to: **{one.recipient}**, {one.contact}; {one.people} personer · people; "
            f"{_cases(one)}"
            f"{', '.join(one.categories)} ({one.data_class})",
            f"- om · about: {', '.join(one.about)}{' …' if one.people > len(one.about) else ''}",
            f"- ur · out of: {_out_of(one)}"
            + (f"; spärr · on hold: {one.held}" if one.held else ""),
            f"- {one.purpose} · {one.legal_basis} · {one.condition} · {one.rule} "
            f"({one.sentence or '–'})",
            f"- {one.channel}, {one.container}; lösenord · password: {one.password_by}",
            f"- till och med · until: **{one.until_on}**",
            f"- godkänt av · approved by: {one.given} / {one.needed}",
            f"- `gallra share show {one.ref}`",
        ]
    )


def _cases(one: Entry) -> str:
    return f"bara · only {one.cases} ärenden · cases; " if one.cases else ""


def _out_of(one: Entry) -> str:
    """The systems that something is taken from, by the policy's names."""
    return ", ".join(sorted({name for names in one.sources.values() for name in names}))
