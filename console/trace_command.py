"""`gallra policy trace`: every sentence of the guidelines, where it lives, and its last run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.options import AsJson
from console.output import Exit, failures, local_time, print_json, refuse, say

if TYPE_CHECKING:
    from tasks.reporting.tracing import Line, Trace


def register(app: typer.Typer) -> None:
    """Add the command to the group `policy`."""
    app.command("trace")(trace)


def trace(
    controller: Annotated[
        str | None,
        typer.Option("--controller", "-c", help="Whose policy; default: all there are."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these: a sentence (A-71), a place (policy, flow, report, work_order, "
            "not_automated), a state (exercised, never, undecided, on_demand, stated, by_people, "
            "not_built, missing) or a kind (retention, …). May be given again: either of them."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="A new file: the same as a page for an inspector.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say for every sentence of the guidelines where it lives and which run acted on it last.

    Ends with 1 if a sentence is nowhere to be found. It reads the ledger without verifying it:
    `gallra ledger verify` does that.

    Example:  gallra policy trace -c academedia --html trace.html
    """
    from tasks.house.settings import Settings
    from tasks.house.wiring import list_policies
    from tasks.reporting.tracing import State, trace_all

    with failures(as_json=as_json):
        settings = Settings.from_environment()
        names = list_policies(settings) if controller is None else [controller]
        found = trace_all(settings, names)
        missing = any(line.state is State.MISSING for each in found for line in each.lines)
        shown = [_only(each, only) for each in found] if only else found
        if only and not any(each.lines for each in shown):
            refuse(f"no sentence is {' or '.join(only)}. Nothing was changed: see --help.")
        if html is not None:
            _write(html, shown)
        if as_json:
            print_json([_as_json(each) for each in shown])
        elif html is not None:
            say(f"{sum(len(each.lines) for each in shown)} sentences written to {html}.")
        else:
            for each in shown:
                _show(each)
        if missing:
            raise typer.Exit(Exit.ATTENTION)


def _only(found: Trace, words: list[str]) -> Trace:
    wanted = set(words)
    return replace(
        found,
        lines=tuple(
            line
            for line in found.lines
            if wanted & {line.id, line.kind, line.lives.value, line.state.value}
        ),
    )


def _show(found: Trace) -> None:
    say(f"{found.company}: {found.document}")
    size = "no ledger here yet" if found.ledger_size is None else f"{found.ledger_size} events"
    say(f"policy sha256 {found.policy_sha256}; ledger: {size}")
    for line in found.lines:
        say(_in_words(line, found.zone))
    counts = ", ".join(f"{number} {state}" for state, number in found.by_state.items())
    say(f"{len(found.lines)} sentences: {counts}\n")


def _in_words(line: Line, zone: str) -> str:
    where = f"{line.lives}: {line.where}"
    if line.why is not None:
        where = f"docs/not-automated.md, {line.where} ({line.state}): {line.why}"
    told = f"last {local_time(line.last.at, zone)} {line.last.run}" if line.last else line.state
    last = "" if line.why is not None else f" · {told}"
    return f"{line.id:<5} {line.says} · {where}{last}"


def _as_json(found: Trace) -> dict[str, Any]:
    return {
        "controller": found.controller,
        "company": found.company,
        "document": found.document,
        "policy_sha256": found.policy_sha256,
        "made_at": found.made_at.isoformat(),
        "ledger_size": found.ledger_size,
        "by_state": found.by_state,
        "by_place": found.by_place,
        "sentences": [
            line._asdict() | {"last": line.last and line.last._asdict()} for line in found.lines
        ],
    }


def _write(path: Path, found: list[Trace]) -> None:
    """Never over another file: it may be an earlier page that somebody keeps as evidence."""
    from tasks.reporting.trace_page import page

    text = page(found)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        refuse(f"{path} is there already. Nothing was changed: choose another name.")
    except OSError:
        refuse(f"{path} cannot be written. Nothing was changed: choose another place.")
