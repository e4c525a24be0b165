"""The pages of the registers: names of the policy, references, dates and counts; what somebody
typed stays in our own records."""

from __future__ import annotations

from flows import pages
from tasks.processors.check import Seen
from tasks.processors.reviewing import Asked
from tasks.processors.risk_check import RisksSeen
from tasks.remedies.every import remedy_for

_LACKS = "Saknas · Missing"


def show_processors(controller: str, seen: Seen) -> None:
    """The page of processors and services; that there is none is a page too."""
    lines: list[pages.Line] = [
        {
            "Biträde · Processor": line.label,
            "System · Systems": ", ".join(line.systems),
            "Avtal · Agreement": line.agreement or "–",
            "Till · Until": str(line.agreed_until or ""),
            "Granskat till · Reviewed until": str(line.reviewed_until or ""),
            _LACKS: ", ".join(lack.replace("_", " ") for lack in line.lacks),
            "Svarar · Answers": line.answers,
            pages.NEXT: remedy_for(line.lacks[0]).next if line.lacks else "",
        }
        for line in seen.processors
    ]
    lines += [
        {
            "Biträde · Processor": f"{one.ref} ({one.kind.replace('_', ' ')})",
            "Avtal · Agreement": one.verdict or "–",
            _LACKS: ", ".join(lack.replace("_", " ") for lack in one.lacks),
            pages.NEXT: remedy_for(one.lacks[0]).next if one.lacks else "",
        }
        for one in seen.services
    ]
    about = "## Biträden, appar och lärtjänster · Processors, apps and services"
    if seen.stopped:
        about += f"\n\n**Får inte köras · may not run:** {', '.join(seen.stopped)}"
    pages.table(
        f"processors-{controller}",
        lines or [{pages.OUTCOME: "Inga biträden · no processor"}],
        about=f"{about}\n\n`gallra processor list`, `gallra app list`",
    )


def show_risks(controller: str, seen: RisksSeen) -> None:
    """The page of risks: levels and dates, never why."""
    lines: list[pages.Line] = [
        {
            "Vad · About": one.label,
            "Risk": f"{one.level} ({one.consequence} × {one.likelihood})" if one.level else "–",
            "Gäller till · Counts until": str(one.until or ""),
            "Konsekvensbedömning · Impact": one.impact or "–",
            _LACKS: ", ".join(lack.replace("_", " ") for lack in one.lacks),
        }
        for one in seen.lines
    ]
    pages.table(
        f"risks-{controller}",
        lines or [{pages.OUTCOME: "Inga riskbedömningar i policyn · none in the policy"}],
        about="## Risker · Risks\n\n`gallra risk list`, `gallra risk assess`",
    )


def told(one: Asked) -> str:
    """A review in a few lines of markdown, for the form."""
    line = one.line
    countries = (
        "?"
        if line.countries is None
        else ", ".join(f"{c} ({g})" for c, g in line.countries.items())
    )
    lacks = ", ".join(lack.replace("_", " ") for lack in line.lacks)
    return "\n".join(
        [
            f"- **{one.ref}** · granskning av biträde · review of a processor · hash "
            f"`{one.hash[:12]}`",
            f"- **{line.label}**; system: {', '.join(line.systems) or '–'}",
            f"- avtal · agreement: {line.agreement or '–'} {line.agreed_on or ''}"
            f"{f' – {line.agreed_until}' if line.agreed_until else ''}",
            f"- utanför EES · outside the EEA: {countries or '–'}; underbiträden · "
            f"sub-processors: {len(line.subs)}",
            f"- granskat till · reviewed until: {line.reviewed_until or '–'}",
            f"- saknas · missing: {lacks or '–'}",
            "- decline: underkänt; då får biträdet ingen giltig granskning · refused: it has no "
            "valid review then",
            f"- `gallra processor show {line.label}`",
        ]
    )
