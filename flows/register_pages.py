"""The pages of the registers: names of the policy, references, dates and counts; what somebody
typed stays in our own records."""

from __future__ import annotations

from collections.abc import Sequence

from flows import pages
from tasks.processors.check import Seen
from tasks.processors.reviewing import Asked
from tasks.processors.risk_check import RisksSeen
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


def show_processors(controller: str, seen: Seen) -> None:
    """The page of processors and services; that there is none is a page too."""
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.PROCESSOR: line.label,
            Heading.SYSTEMS: ", ".join(line.systems),
            Heading.AGREEMENT: line.agreement or "–",
            Heading.AGREED_UNTIL: str(line.agreed_until or ""),
            Heading.REVIEWED_UNTIL: str(line.reviewed_until or ""),
            Heading.MISSING: _lacks(line.lacks, say),
            Heading.ANSWERS: line.answers,
            Heading.NEXT: say.next_step(line.lacks[0]) if line.lacks else "",
        }
        for line in seen.processors
    ]
    lines += [
        {
            Heading.PROCESSOR: f"{one.ref} ({one.kind.replace('_', ' ')})",
            Heading.AGREEMENT: one.verdict or "–",
            Heading.MISSING: _lacks(one.lacks, say),
            Heading.NEXT: say.next_step(one.lacks[0]) if one.lacks else "",
        }
        for one in seen.services
    ]
    notes = ["`gallra processor list`, `gallra app list`"]
    if seen.stopped:
        notes.insert(0, f"**{say(Sentence.MAY_NOT_RUN)}:** {', '.join(seen.stopped)}")
    pages.table(
        "processors",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NO_PROCESSOR)}],
        title=Title.PROCESSORS,
        notes=notes,
    )


def show_risks(controller: str, seen: RisksSeen) -> None:
    """The page of risks: levels and dates, never why."""
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.ABOUT: one.label,
            Heading.RISK: f"{one.level} ({one.consequence} × {one.likelihood})"
            if one.level
            else "–",
            Heading.COUNTS_UNTIL: str(one.until or ""),
            Heading.IMPACT: one.impact or "–",
            Heading.MISSING: _lacks(one.lacks, say),
        }
        for one in seen.lines
    ]
    pages.table(
        "risks",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NO_RISK)}],
        title=Title.RISKS,
        notes=["`gallra risk list`, `gallra risk assess`"],
    )


def told(controller: str, one: Asked) -> str:
    """A review in a few lines of markdown, for the form."""
    say = pages.speech(controller)
    line = one.line
    countries = (
        "?"
        if line.countries is None
        else ", ".join(f"{c} ({g})" for c, g in line.countries.items())
    )
    until = f" – {line.agreed_until}" if line.agreed_until else ""
    return "\n".join(
        [
            f"- **{one.ref}** · {say(Sentence.REVIEW)} · hash `{one.hash[:12]}`",
            f"- **{line.label}**; {say(Sentence.SYSTEMS)}: {', '.join(line.systems) or '–'}",
            f"- {say(Sentence.AGREEMENT)}: {line.agreement or '–'} {line.agreed_on or ''}{until}",
            f"- {say(Sentence.OUTSIDE_EEA)}: {countries or '–'}; "
            f"{say(Sentence.SUBS, number=len(line.subs))}",
            f"- {say(Sentence.REVIEWED_UNTIL)}: {line.reviewed_until or '–'}",
            f"- {say(Sentence.MISSING)}: {_lacks(line.lacks, say) or '–'}",
            f"- decline: {say(Sentence.DECLINE_REVIEW)}",
            f"- `gallra processor show {line.label}`",
        ]
    )


def _lacks(lacks: Sequence[str], say: pages.Speech) -> str:
    return ", ".join(say.code(lack) for lack in lacks)
