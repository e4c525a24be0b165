"""The page for an inspector: what the policy says, sentence by sentence, and what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from lifecycle.policy.duties import Lives
from tasks.reporting.tracing import Line, State, Trace

_LIVES: Final[Mapping[Lives, str]] = {
    Lives.POLICY: "Regel i policyn · Rule in the policy file",
    Lives.FLOW: "Flöde · Flow",
    Lives.REPORT: "Rapport · Report",
    Lives.WORK_ORDER: "Arbetsorder · Work order",
    Lives.NOT_AUTOMATED: "Av människor · By people (docs/not-automated.md)",
}
_STATES: Final[Mapping[State, str]] = {
    State.EXERCISED: "utförd · exercised",
    State.NEVER: "aldrig ännu · never yet",
    State.UNDECIDED: "väntar på beslut · undecided",
    State.ON_DEMAND: "på begäran · on demand",
    State.STATED: "uppgift · a statement",
    State.BY_PEOPLE: "av människor · by people",
    State.NOT_BUILT: "för hand tills det är byggt · by hand until built",
    State.MISSING: "saknas · missing",
}
_MEANINGS: Final[Mapping[State, str]] = {
    State.EXERCISED: "a run acted on it; the run and its time are from the ledger",
    State.NEVER: "a run would act on it, and none has yet",
    State.UNDECIDED: "the document leaves it open: nothing is done until somebody decides",
    State.ON_DEMAND: "a report, whenever somebody asks; reading leaves no entry",
    State.STATED: "a fact in the policy file that nothing is to be done about",
    State.BY_PEOPLE: "for people and not for a machine; the reason stands beside it",
    State.NOT_BUILT: "a machine could do it; until one does, people do",
    State.MISSING: "it should stand in the policy file and does not",
}
_KINDS: Final[Mapping[str, str]] = {
    "duty": "skyldighet · duty",
    "number": "antal · number",
    "deadline": "frist · deadline",
    "retention": "gallring · retention",
    "system": "system · system",
    "role": "roll · role",
    "channel": "väg · channel",
    "data": "uppgifter · data",
    "basis": "rättslig grund · legal basis",
    "purpose": "ändamål · purpose",
    "right": "rättighet · right",
    "prohibition": "förbud · prohibition",
    "recipient": "mottagare · recipient",
    "contact": "kontakt · contact",
    "gap": "lucka · gap",
}
_QUOTED: Final = "står även i policyn · quoted in the policy file too"
_STYLE: Final = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1c1c1c; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 3rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border-bottom: 1px solid #bbb; padding: .35rem .6rem .35rem 0; text-align: left;
  vertical-align: top; }
thead { display: table-header-group; } tr { break-inside: avoid; }
code { font-size: .85em; overflow-wrap: anywhere; } .why { color: #555; font-size: .9em; }
.missing td { font-weight: 600; } .counts { width: auto; } .number { text-align: right; }
@media print { body { margin: 0; max-width: none; font-size: 10px; }
  section { break-before: page; } }
"""


def page(traces: Sequence[Trace]) -> str:
    """A whole HTML page that asks nobody for anything: no script, no picture, no other file."""
    return "\n".join(_page(traces)) + "\n"


def _page(traces: Sequence[Trace]) -> Iterator[str]:
    title = "Policyn, mening för mening · The policy, sentence by sentence"
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Whatever a policy file says, a browser must neither run nor fetch it.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield f"<title>Gallra: {title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1>"
    yield (
        "<p>Each sentence of the guidelines ends in exactly one place. The last run is read from "
        "the ledger, which this page does not verify: <code>gallra ledger verify</code> does. "
        "Whoever wants to see what a run did finds it in the ledger by its reference.</p>"
    )
    for trace in traces:
        yield from _section(trace)
    yield from _words()
    yield "</body></html>"


def _section(trace: Trace) -> Iterator[str]:
    size = "ingen ännu · none yet" if trace.ledger_size is None else str(trace.ledger_size)
    facts = (
        ("Dokument · Document", escape(trace.document)),
        ("Policyfilens hash · Policy file's hash (SHA-256)", _code(trace.policy_sha256)),
        ("Uttaget · Made on", escape(_local(trace.made_at, trace.zone))),
        ("Händelser i liggaren · Events in the ledger", size),
        ("Meningar · Sentences", str(len(trace.lines))),
    )
    yield f"<section><h2>{escape(trace.company)}</h2>"
    yield "<table>"
    for name, value in facts:
        yield f'<tr><th scope="row">{name}</th><td>{value}</td></tr>'
    yield "</table>"
    yield from _counts(
        "Hur det står till · How they stand",
        ((_STATES[State(state)], number) for state, number in trace.by_state.items()),
    )
    yield from _counts(
        "Var de finns · Where they live",
        ((_LIVES[Lives(lives)], number) for lives, number in trace.by_place.items()),
    )
    heads = (
        "Nr · No.",
        "Vad den säger · What it says",
        "Slag · Kind",
        "Var den finns · Where it lives",
        "Senaste körning · Last run",
    )
    yield "<table><caption>Mening för mening · Sentence by sentence</caption><thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for line in trace.lines:
        yield _row(line, trace.zone)
    yield "</tbody></table></section>"


def _row(line: Line, zone: str) -> str:
    where = f"{_LIVES[line.lives]}<br>{escape(line.where)}"
    if line.why is not None:
        where += f'<br><span class="why">{escape(line.why)}</span>'
    if line.quoted:
        where += f'<br><span class="why">{_QUOTED}: {escape(line.quoted)}</span>'
    last = escape(_STATES[line.state])
    if line.last is not None:
        when = _local(datetime.fromisoformat(line.last.at), zone)
        last = f"{escape(when)}<br>{_code(line.last.run)}"
    cells = (
        escape(line.id),
        escape(line.says),
        escape(_KINDS.get(line.kind, line.kind)),
        where,
        last,
    )
    return f'<tr class="{line.state}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _counts(caption: str, counts: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f'<table class="counts"><caption>{caption}</caption>'
    for name, number in counts:
        yield f'<tr><th scope="row">{escape(name)}</th><td class="number">{number}</td></tr>'
    yield "</table>"


def _words() -> Iterator[str]:
    yield "<section><h2>Ordens betydelse · What the words mean</h2><table>"
    for state, meaning in _MEANINGS.items():
        yield f'<tr><th scope="row">{escape(_STATES[state])}</th><td>{escape(meaning)}</td></tr>'
    yield "</table></section>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
