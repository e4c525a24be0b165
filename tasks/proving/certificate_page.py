"""A certificate as a page for people: what went, where, by which sentence, and who agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from lifecycle.certificate import Certificate

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f0f0f0}code{font-size:.85em;overflow-wrap:anywhere}"
    "@media print{body{margin:0}}"
)


def _when(at: str) -> str:
    """An instant for people: to the minute, UTC."""
    return f"{at[:16].replace('T', ' ')} UTC"


Rows = Sequence[Sequence[object]]


def as_text(certificate: Certificate) -> str:
    """The certificate in lines for a terminal."""
    told = certificate.statement
    lines = [
        f"Erasure certificate · plan {told['plan']}",
        f"{told['company']} ({told['controller']}), issued {_when(told['issued_at'])}",
        f"{told['items']['proven'] - told['items']['by_hand']} item(s) erased and proven gone by "
        "reading the system again;",
        f"{told['items']['by_hand']} item(s) weeded by hand, by a person's word and evidence; "
        f"{told['items']['people']} person(s) in all",
    ]
    for title, _, rows in _tables(told):
        lines += ["", title] + ["  " + " · ".join(str(cell) for cell in row) for row in rows]
    lines += ["", f"Signed by {certificate.key}"]
    return "\n".join(lines)


def as_page(certificate: Certificate) -> str:
    """A page of HTML that loads nothing from anywhere and prints well."""
    told = certificate.statement
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>Erasure certificate {escape(told['plan'])}</title><style>{_STYLE}</style></head>",
        "<body><h1>Intyg om radering · Slettebevis · Erasure certificate</h1>",
        f"<p><strong>{escape(told['company'])}</strong> ({escape(told['controller'])})<br>",
        f"Plan <code>{escape(told['plan'])}</code>, as of {escape(told['as_of'])}, "
        f"issued {escape(_when(told['issued_at']))}</p>",
        f"<p>{told['items']['proven'] - told['items']['by_hand']} item(s) were erased and each was "
        "proven gone by reading the system again. "
        f"{told['items']['by_hand']} item(s) were weeded by hand: a person's word and evidence. "
        f"{told['items']['people']} person(s) in all; a reference (S-…) says nothing about who the "
        "person was.</p>",
    ]
    for title, heads, rows in _tables(told):
        parts.append(f"<h2>{escape(title)}</h2>{_table(heads, rows)}")
    parts.append(
        f"<p>Plan hash <code>{escape(told['plan_hash'])}</code><br>"
        f"Policy <code>{escape(told['policy_sha256'])}</code><br>"
        f"Ledger <code>{escape(told['ledger']['origin'])}</code>, "
        f"{told['ledger']['size']} events, <code>{escape(told['ledger']['link'])}</code><br>"
        f"Signed by <code>{escape(certificate.key)}</code></p></body></html>"
    )
    return "\n".join(parts) + "\n"


def _tables(told: dict[str, Any]) -> Iterable[tuple[str, Sequence[str], Rows]]:
    yield (
        "Var · Where",
        ("system", "what was done", "items", "answer", "proven"),
        [
            (
                name,
                ", ".join(f"{n} {action}" for action, n in one["actions"].items()),
                one["items"],
                one["answer"],
                _when(one["last_proven_at"]),
            )
            for name, one in told["systems"].items()
        ],
    )
    yield (
        "Regler · Rules",
        ("rule", "sentence", "items"),
        [(name, one["source"], one["items"]) for name, one in told["rules"].items()],
    )
    yield (
        "Godkänt av · Approved by",
        ("officer", "role", "when"),
        [(one["officer"], one["role"], _when(one["at"])) for one in told["approvals"]],
    )
    yield (
        "Arbetsorder · Work orders",
        ("order", "place", "done by", "confirmed by", "evidence"),
        [
            (one["ref"], one["system"], one["done_by"], one["confirmed_by"], one["evidence"])
            for one in told["work_orders"]
        ],
    )
    yield (
        "Kvar · What stays, and by which rule",
        ("verdict and rule", "items"),
        list(told["stays"].items()),
    )
    yield "Personer · People", ("reference",), [(ref,) for ref in told["people"]]
    yield "Undantagna · Given up", ("reference",), [(ref,) for ref in told["given_up"]]


def _table(heads: Sequence[str], rows: Rows) -> str:
    if not rows:
        return "<p>–</p>"
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
