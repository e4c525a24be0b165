"""What the commands about incidents print: references, words of the policy, hours, and texts for
the terminal of who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.output import local_time, printable, say, table

if TYPE_CHECKING:
    from tasks.incidents.register import Line, Shown, Told


def show_list(found: Sequence[Line], zone: str) -> None:
    """The register as a table."""
    if not found:
        say("No incident stands.")
        return
    table(
        "Incidents",
        [
            "incident",
            "kind",
            "state",
            "noticed",
            "hours left",
            "risk",
            "authority",
            "people",
            "next",
        ],
        [
            [
                one.ref,
                one.called,
                one.state,
                local_time(one.aware_at, zone),
                hours(one),
                one.risk or "",
                one.report.replace("_", " "),
                one.telling.replace("_", " "),
                one.next,
            ]
            for one in found
        ],
    )


def hours(one: Line) -> str:
    """How many hours are left to tell the authority."""
    if one.hours_left is None:
        return ""
    return f"LATE by {-one.hours_left:.0f}" if one.late else f"{one.hours_left:.0f}"


def show_one(shown: Shown, told: Sequence[Told], zone: str) -> None:
    """One incident, and what people wrote, if it was asked for with a code."""
    one = shown.line
    say(f"{one.ref}  {one.called} ({one.kind}): {one.state}")
    if one.because:
        say(f"  Noticed by Gallra itself: {one.because.replace('_', ' ')} {one.about}")
    say(f"  Noticed: {local_time(one.aware_at, zone)}")
    if one.due_at is not None:
        say(f"  Report due: {local_time(one.due_at, zone)} ({hours(one)} hours left)")
    for name, at in (
        ("Began", shown.began_at),
        ("Ended", shown.ended_at),
        ("Assessed", shown.assessed_at),
        ("People told", shown.told_at),
        ("Closed", shown.closed_at),
    ):
        if at is not None:
            say(f"  {name}: {local_time(at, zone)}")
    judged = f" ({shown.consequence}, {shown.likelihood})" if shown.consequence else ""
    say(f"  Risk: {one.risk or 'not assessed'}{judged}")
    say(f"  Authority: {one.report.replace('_', ' ')}; people: {one.telling.replace('_', ' ')}")
    if shown.exemption:
        say(f"  Not told because: {shown.exemption.replace('_', ' ')} (art. 34(3))")
    if one.people is not None or shown.pieces is not None:
        say(f"  About: {one.people or '?'} people, {shown.pieces or '?'} records")
    for scope in shown.scopes:
        began = f" since {local_time(scope.began_at, zone)}" if scope.began_at else ""
        ended = f" until {local_time(scope.ended_at, zone)}" if scope.ended_at else ""
        say(f"  Concerns: {scope.kind} {scope.ref}{began}{ended}")
    if one.plan:
        say(f"  Whom to tell: {one.plan} ({one.plan_state})")
    for phase in shown.phases:
        more = f"; more promised by {phase.due_on}" if phase.more else ""
        say(f"  Report {phase.number}: {local_time(phase.sent_at, zone)}{more}")
    if one.more_by:
        say(f"  The authority waits for more, by {one.more_by}")
    if shown.reason:
        say(f"  Dismissed: {shown.reason.replace('_', ' ')}")
    if told:
        for entry in told:
            day = f", of {entry.on_date}" if entry.on_date else ""
            say(f"\n{local_time(entry.added_at, zone)}  {entry.sort}: {entry.topic}{day}")
            for line in entry.text.split("\n"):
                say(f"  {printable(line)}")
    else:
        table(
            "Log",
            ["written", "of", "what", "topic"],
            [(local_time(at, zone), on, sort, topic) for at, on, sort, topic in shown.log],
        )
    if one.next:
        say(f"  Next: {one.next}")
