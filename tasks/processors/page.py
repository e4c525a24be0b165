"""Anybody interested may see with whom there are agreements (T-42), and teachers which services are
recommended (A-23): pages in the controller's language, without a person in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from lifecycle.ledger import EventKind
from lifecycle.third_countries import Ground
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.processors.register import Line, ServiceLine, lines, services

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f0f0f0}@media print{body{margin:0}}"
)
"""Loads nothing from anywhere and prints well."""


class _Words(NamedTuple):
    language: str
    title: str
    intro: str
    heads: tuple[str, ...]
    agreements: Mapping[str, str]
    grounds: Mapping[str, str]
    from_until: str
    until: str
    within: str
    nobody: str
    ask: str
    as_of: str
    services_title: str
    services_intro: str
    service_heads: tuple[str, ...]
    kinds: Mapping[str, str]
    no_services: str


_SV: Final = _Words(
    language="sv",
    title="Personuppgiftsbiträden",
    intro="Företag som behandlar personuppgifter för vår räkning, och de avtal vi har med dem.",
    heads=("Biträde", "Vad de gör", "System", "Avtal", "Utanför EU/EES", "Underbiträden"),
    agreements={
        "framework": "ramavtal",
        "own": "eget avtal",
        "not_needed": "behövs inte enligt lag",
    },
    grounds={
        "adequacy": "beslut om adekvat skyddsnivå",
        "standard_clauses": "standardavtalsklausuler",
        "binding_rules": "bindande företagsbestämmelser",
        "derogation": "undantag enligt artikel 49",
    },
    from_until="från {on}",
    until="till {until}",
    within="nej",
    nobody="Inga personuppgiftsbiträden är antecknade.",
    ask="Den som vill se ett avtal kan vända sig till {mail}.",
    as_of="Visat {on}.",
    services_title="Rekommenderade appar och lärtjänster",
    services_intro="Bara dessa får användas som tvingande i undervisningen.",
    service_heads=("Namn", "Slag", "Beskrivning"),
    kinds={"app": "app", "learning_service": "lärtjänst"},
    no_services="Ingen app eller lärtjänst är rekommenderad.",
)
_DA: Final = _Words(
    language="da",
    title="Databehandlere",
    intro="Virksomheder, der behandler personoplysninger for os, og de aftaler vi har med dem.",
    heads=(
        "Databehandler",
        "Hvad de gør",
        "Systemer",
        "Aftale",
        "Uden for EU/EØS",
        "Underdatabehandlere",
    ),
    agreements={
        "framework": "rammeaftale",
        "own": "egen aftale",
        "not_needed": "ikke nødvendig efter lov",
    },
    grounds={
        "adequacy": "tilstrækkelighedsafgørelse",
        "standard_clauses": "standardkontraktbestemmelser",
        "binding_rules": "bindende virksomhedsregler",
        "derogation": "undtagelse efter artikel 49",
    },
    from_until="fra {on}",
    until="til {until}",
    within="nej",
    nobody="Der er ikke noteret nogen databehandlere.",
    ask="Alle interesserede kan få aftalerne at se ved henvendelse til {mail}.",
    as_of="Vist {on}.",
    services_title="Anbefalede apps og læringstjenester",
    services_intro="Kun disse må være obligatoriske i undervisningen.",
    service_heads=("Navn", "Art", "Beskrivelse"),
    kinds={"app": "app", "learning_service": "læringstjeneste"},
    no_services="Ingen app eller læringstjeneste er anbefalet.",
)


def published_list(house: House) -> str:
    """The list of processors as a page of HTML for anybody (T-42): no officer and no shortcoming.
    What nobody has noted leaves its cell empty; the operator is told of it by `unsaid`."""
    words, policy = _words(house), house.policy
    found = lines(house)
    body = (
        _table(words.heads, [_cells(house, words, line) for line in found])
        if found
        else f"<p>{escape(words.nobody)}</p>"
    )
    ask = words.ask.format(mail=policy.controller.privacy_mailbox)
    return _page(house, words, words.title, words.intro, body, ask)


def unsaid(house: House) -> list[tuple[str, str]]:
    """(name in the policy or V-…, what is not known of it): what the page leaves out, for whoever
    publishes it."""
    found = []
    for line in lines(house):
        if not line.agreement:
            found.append((line.label, "agreement"))
        if line.countries is None:
            found.append((line.label, "countries"))
        elif Ground.UNDECIDED in line.countries.values():
            found.append((line.label, "ground"))
    return found


def recommendations(house: House) -> str:
    """The recommendation list as a page of HTML (A-23): what is approved and recommended."""
    words = _words(house)
    found = [one for one in services(house) if one.recommended]
    body = (
        _table(
            words.service_heads,
            [(one.said.called, words.kinds[one.kind], one.said.does) for one in found],
        )
        if found
        else f"<p>{escape(words.no_services)}</p>"
    )
    intro = words.services_intro
    rule = house.policy.services
    if rule is None or not rule.recommended_only:
        intro = ""
    return _page(house, words, words.services_title, intro, body, "")


def note_published(house: House, *, what: str, count: int) -> None:
    """That a page was made is in the ledger; `what`: `list` or `recommendations`."""
    with house.work() as work:
        work.record(EventKind.PROCESSORS_PUBLISHED, found=count, facts={"what": what})
        work.commit()


def shown(house: House, what: str) -> Sequence[Line] | Sequence[ServiceLine]:
    """What stands on a page."""
    if what == "list":
        return lines(house)
    return [one for one in services(house) if one.recommended]


def _words(house: House) -> _Words:
    return _DA if house.policy.controller.country == "DK" else _SV


def _cells(house: House, words: _Words, line: Line) -> tuple[str, ...]:
    systems = house.policy.systems
    return (
        line.said.called,
        line.said.does,
        ", ".join(systems[name].called for name in line.systems if name in systems),
        _agreement(words, line),
        _countries(words, line.countries),
        ", ".join(said.called for _, said in line.subs),
    )


def _agreement(words: _Words, line: Line) -> str:
    if not line.agreement:
        return ""
    told = [words.agreements[line.agreement]]
    if line.agreed_on is not None:
        told.append(words.from_until.format(on=line.agreed_on.isoformat()))
    if line.agreed_until is not None:
        told.append(words.until.format(until=line.agreed_until.isoformat()))
    return " ".join(told)


def _countries(words: _Words, countries: Mapping[str, str] | None) -> str:
    if countries is None:
        return ""
    if not countries:
        return words.within
    return ", ".join(
        f"{country} ({words.grounds[why]})" if why in words.grounds else country
        for country, why in countries.items()
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _page(house: House, words: _Words, title: str, intro: str, body: str, ask: str) -> str:
    on = words.as_of.format(on=local_today(house).isoformat())
    company = house.policy.controller.company
    return "\n".join(
        [
            f"<!doctype html><html lang='{words.language}'><head><meta charset='utf-8'>",
            f"<title>{escape(title)} · {escape(company)}</title><style>{STYLE}</style></head>",
            f"<body><h1>{escape(title)}</h1><p><strong>{escape(company)}</strong></p>",
            f"<p>{escape(intro)}</p>" if intro else "",
            body,
            f"<p>{escape(ask)} {escape(on)}</p>".replace("<p> ", "<p>"),
            "</body></html>",
            "",
        ]
    )
