"""The report to the authority, filled with what is known: as text, page and PDF (art. 33(3), 33(4),
A-27, H-57)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Final, Literal

from lifecycle.incident.form import BreachForm, Filled, Value, as_text, fill, load_form
from lifecycle.incident.states import Report, Telling
from lifecycle.incident.words import Topic
from lifecycle.policy.model import Policy
from records import incidents
from records.engines import reading
from records.incidents import Entry, Incident, Phase
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents.register import require_reader
from tasks.incidents.steps import known
from tasks.incidents.texts import opened
from tasks.incidents.who import Who, scopes_of, who

Form = Literal["text", "html", "pdf"]
_WRITTEN: Final[Mapping[Value, Topic]] = {
    Value.DISCOVERED: Topic.DISCOVERED,
    Value.DELAY: Topic.DELAY,
    Value.HAPPENED: Topic.HAPPENED,
    Value.REASON: Topic.REASON,
    Value.PROCESSOR: Topic.PROCESSOR,
    Value.DATA: Topic.DATA,
    Value.CONSEQUENCES: Topic.CONSEQUENCES,
    Value.DONE: Topic.DONE,
    Value.PLANNED: Topic.PLANNED,
    Value.ADVICE: Topic.ADVICE,
    Value.TELLING: Topic.TELLING,
    Value.ABROAD: Topic.ABROAD,
    Value.ELSEWHERE: Topic.ELSEWHERE,
    Value.SECRECY: Topic.SECRECY,
    Value.RECEIPT: Topic.RECEIPT,
}
"""Questions that are answered with what people wrote: all lines of that topic, oldest first."""
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}h2{border-bottom:1px solid #999;margin-top:2rem}"
    "dt{font-weight:600;margin-top:.8rem}dd{margin:0;white-space:pre-wrap}"
    ".unknown{color:#8a1c00;font-style:italic}.new{background:#ffef99;padding:0 .3rem}"
    "@media print{body{margin:0}}"
)


def filled(house: House, ref: str, *, officer: str, code: str) -> Filled:
    """The form of the controller's authority with all that is known; after the first report a
    supplement, with what is new marked.

    It shows what people wrote: an officer who may read it asks with a code, each time an event.
    Raises as `incident_register.require_reader`, and `PolicyError`, `KeyFailure`.
    """
    require_reader(house, ref, officer=officer, code=code, what="form")
    return _filled(house, known(house, ref))


def rendered(house: House, form: Filled, how: Form) -> bytes:
    """The form in one of its shapes. Raises `Refused("text_not_printable")` for a PDF that no font
    at hand can show."""
    new = load_form(house.settings.policies, house.policy.controller.country).new
    if how == "text":
        return as_text(form, new=new).encode()
    if how == "html":
        return _as_page(form, new=new).encode()
    return _as_pdf(house, form, new=new)


def _filled(house: House, one: Incident) -> Filled:
    form = load_form(house.settings.policies, house.policy.controller.country)
    with reading(house.engine) as connection:
        log = incidents.entries(connection, one.number)
        phases = incidents.phases(connection, one.number)
    facts = _written(house, log)
    facts |= of_policy(house.policy, form)
    facts |= _of_register(house, form, one, phases)
    facts |= _of_people(house, form, one)
    facts[Value.DELAY] = facts.get(Value.DELAY, "") or _in_time(house, form, one, phases)
    last = phases[-1] if phases else None
    if last is None and not facts.get(Value.RECEIPT):
        facts[Value.RECEIPT] = form.words["no_receipt"]  # nobody waits for it yet
    return fill(
        form,
        facts,
        ref=one.ref,
        supplement=last is not None,
        new=frozenset() if last is None else _since(log, last),
    )


def _written(house: House, log: Iterable[Entry]) -> dict[Value, str]:
    lines = list(log)
    texts = list(zip(lines, opened(house, lines), strict=True))
    return {
        value: "\n".join(
            text if entry.on_date is None else f"{entry.on_date}: {text}"
            for entry, text in texts
            if entry.topic is topic
        )
        for value, topic in _WRITTEN.items()
    }


def _since(log: Iterable[Entry], last: Phase) -> frozenset[Value]:
    """What was written since the last phase of the report was noted."""
    topics = {entry.topic for entry in log if entry.added_at > last.added_at}
    return frozenset(value for value, topic in _WRITTEN.items() if topic in topics)


def of_policy(policy: Policy, form: BreachForm) -> dict[Value, str]:
    """What the policy itself answers: who is responsible, and whom to ask."""
    controller = policy.controller
    role = form.words["contact_controller" if controller.dpo is None else "contact_dpo"]
    return {
        Value.COMPANY: controller.company,
        Value.REGISTRATION: controller.registration or "",
        Value.ADDRESS: controller.address or "",
        Value.PHONE: controller.phone or "",
        Value.JOINT: ", ".join(one.company for one in controller.joint) or form.words["joint_none"],
        Value.CONTACT_ROLE: f"{role}, {controller.company}",
        Value.CONTACT_MAIL: controller.privacy_mailbox,
    }


def _of_register(
    house: House, form: BreachForm, one: Incident, phases: list[Phase]
) -> dict[Value, str]:
    words = form.words
    kind = house.policy.incident_rules().kinds.get(one.kind)
    began, ended = _local(house, one.began_at), _local(house, one.ended_at)
    effects = () if kind is None else kind.effects
    return {
        Value.PHASE: words["supplement" if phases else "first"],
        Value.REFERENCE: one.ref,
        Value.KIND: one.kind if kind is None else kind.called,
        Value.EFFECTS: "; ".join(words[effect] for effect in effects),
        Value.AWARE: _local(house, one.aware_at),
        Value.BEGAN: began,
        Value.ENDED: ended or (words["ongoing"] if began else ""),
        Value.RISK: "" if one.risk is None else words[one.risk],
        Value.TOLD: _told(house, form, one),
        Value.MORE: words["more" if one.more or one.report is not Report.REPORTED else "no_more"],
    }


def _told(house: House, form: BreachForm, one: Incident) -> str:
    words = form.words
    match one.telling:
        case Telling.TOLD:
            return words["people_told"].format(when=_local(house, one.told_at))
        case Telling.TO_TELL:
            return words["people_to_tell"]
        case Telling.NOT_NEEDED:
            because = "" if one.exemption is None else f" {words[one.exemption]}"
            return words["people_not_told"] + because
        case Telling.UNDECIDED:
            return ""


def _of_people(house: House, form: BreachForm, one: Incident) -> dict[Value, str]:
    """Whom it concerns, as our records and the ledger say it; what somebody wrote down as a number
    goes before what is counted."""
    scopes = scopes_of(house, one.ref)
    told: Who | None = who(house, scopes) if scopes else None
    about = form.words["about"]
    facts = {Value.PIECES: "" if one.pieces is None else about.format(number=one.pieces)}
    people = one.people if one.people is not None else None if told is None else told.people
    facts[Value.PEOPLE] = "" if people is None else about.format(number=people)
    if told is None:
        return facts
    policy = house.policy
    if told.erased_since:
        facts[Value.PEOPLE] += "; " + form.words["erased"].format(number=told.erased_since)
    facts[Value.SUBJECTS] = "; ".join(
        f"{policy.subjects[name].called} ({number})"
        for name, number in told.kinds.items()
        if name in policy.subjects
    )
    facts[Value.CATEGORIES] = "; ".join(
        f"{policy.categories[name].called} ({number})"
        for name, number in told.categories.items()
        if name in policy.categories
    )
    facts[Value.CLASS] = "" if told.data_class is None else form.words[told.data_class]
    # A place that somebody says it happened in stands there, also where nobody was found in it.
    places = dict.fromkeys([*told.systems, *(part.ref for part in scopes if part.kind == "system")])
    facts[Value.SYSTEMS] = "; ".join(
        policy.systems[name].called for name in places if name in policy.systems
    )
    return facts


def _in_time(house: House, form: BreachForm, one: Incident, phases: list[Phase]) -> str:
    """Where the report is in time there is no delay to explain."""
    clock = house.policy.incident_rules().clock(one.aware)
    moment = datetime.fromisoformat(phases[0].sent_at) if phases else house.now()
    return "" if clock.is_late(moment) else form.words["in_time"]


def _local(house: House, at: str | None) -> str:
    if at is None:
        return ""
    moment = datetime.fromisoformat(at).astimezone(house.policy.controller.zone)
    return f"{moment:%Y-%m-%d %H:%M %Z}"


def _as_page(form: Filled, *, new: str) -> str:
    """A page of HTML that loads nothing from anywhere and prints well."""
    parts = [
        f"<!doctype html><html lang='{form.language}'><head><meta charset='utf-8'>",
        f"<title>{escape(form.title)} {escape(form.ref)}</title><style>{_STYLE}</style></head>",
        f"<body><h1>{escape(form.title)}</h1><p>{escape(form.authority)} · "
        f"<code>{escape(form.ref)}</code></p><p>{escape(form.sent_by)}</p>",
    ]
    for title, answers in form.parts:
        parts.append(f"<h2>{escape(title)}</h2><dl>")
        for answer in answers:
            mark = f" <span class='new'>{escape(new)}</span>" if answer.new else ""
            shown = "" if answer.known else " class='unknown'"
            parts.append(f"<dt>{escape(answer.asks)}{mark}</dt>")
            parts.append(f"<dd{shown}>{escape(answer.text)}</dd>")
        parts.append("</dl>")
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _as_pdf(house: House, form: Filled, *, new: str) -> bytes:
    from connectors.containers.page import Section, page  # typst starts slowly

    sections = [
        Section(
            title,
            [
                (f"{answer.asks} [{new}]" if answer.new else answer.asks, answer.text)
                for answer in answers
            ],
        )
        for title, answers in form.parts
    ]
    return page(
        sections,
        title=f"{form.title}, {form.authority}",
        ref=form.ref,
        language=form.language,
        printed_on=local_today(house),
    )
