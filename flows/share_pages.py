"""Who receives what about how many, until when: the page of sharing, in references and counts."""

from __future__ import annotations

from collections.abc import Sequence

from flows import pages
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.sharing.register import Entry
from tasks.telling.due import ToTell


def show(controller: str, known: Sequence[Entry], to_tell: Sequence[ToTell]) -> None:
    """The page of what is not over; that there is nothing is a page too."""
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.DISCLOSURE: one.ref,
            Heading.RECIPIENT: one.recipient,
            Heading.CATEGORIES: ", ".join(one.categories),
            Heading.OUT_OF: _out_of(one),
            Heading.PEOPLE: one.people,
            Heading.PURPOSE: one.purpose,
            Heading.CHANNEL: one.channel,
            Heading.LAST_DAY: one.until_on + (" ⚠" if one.overdue else ""),
            Heading.STANDS: say(Sentence.WAITS_FOR_APPROVAL) if one.asks else say.code(one.stage),
        }
        for one in known
    ]
    late = sum(one.overdue for one in to_tell)
    pages.table(
        "sharing",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NOTHING_SHARED)}],
        title=Title.SHARING,
        notes=[
            say(Sentence.TO_TELL, number=len(to_tell))
            + (f" ⚠ {say(Sentence.OVERDUE, late=late)}" if late else "")
        ],
    )


def told(controller: str, one: Entry) -> str:
    """A disclosure in a few lines of markdown, for the form."""
    say = pages.speech(controller)
    cases = f"{say(Sentence.ONLY_CASES, cases=one.cases)}; " if one.cases else ""
    held = f"; {say(Sentence.ON_HOLD, held=one.held)}" if one.held else ""
    more = " …" if one.people > len(one.about) else ""
    return "\n".join(
        [
            f"- **{one.ref}** · {say(Sentence.DISCLOSURE)} · hash `{one.hash[:12]}`",
            f"- {say(Sentence.TO)}: **{one.recipient}**, {one.contact}; {one.people} "
            f"{say(Sentence.PEOPLE)}; {cases}{', '.join(one.categories)} ({one.data_class})",
            f"- {say(Sentence.ABOUT)}: {', '.join(one.about)}{more}",
            f"- {say(Sentence.OUT_OF)}: {_out_of(one)}{held}",
            f"- {one.purpose} · {one.legal_basis} · {one.condition} · {one.rule} "
            f"({one.sentence or '–'})",
            f"- {one.channel}, {one.container}; {say(Sentence.PASSWORD)}: {one.password_by}",
            f"- {say(Sentence.LAST_DAY)}: **{one.until_on}**",
            f"- {say(Sentence.APPROVED_BY)}: {one.given} / {one.needed}",
            f"- `gallra share show {one.ref}`",
        ]
    )


def _out_of(one: Entry) -> str:
    """The systems that something is taken from, by the policy's names."""
    return ", ".join(sorted({name for names in one.sources.values() for name in names}))
