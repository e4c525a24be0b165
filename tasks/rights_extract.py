"""A person who asks is given everything that is held about them, sealed, with what must go with it
by law; or what they gave themselves, to take along (art. 15, 20)."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from connectors.text_workbook import check_writable
from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.opening import Language
from lifecycle.passwords import RANDOM_BYTES, password_from
from lifecycle.references import REQUEST, SUBJECT, from_reference, to_reference
from lifecycle.rights import Right, Step, after
from records import rights
from records.engines import reading
from records.officers import Officer
from records.rights import Request
from records.tables import NOBODY
from records.unit_of_work import UnitOfWork
from tasks.house import House
from tasks.intake import local_today
from tasks.rights_files import folder_of, remove_files
from tasks.rights_found import CASE, Found, Told, find
from tasks.rights_orders import LOOK_UP, open_order, slip_for
from tasks.rights_steps import PROTECTED, take
from tasks.rights_told import (
    SPOKEN,
    Chapter,
    OnRecord,
    Recipient,
    information,
    on_record,
    recipients,
)

if TYPE_CHECKING:
    from connectors.containers.page import Section

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "sv": {
        "title": "Dina personuppgifter",
        "given": "Vilka som har fått uppgifter om dig",
        "record": "Vad du har fått veta och svarat",
        "nobody": "Ingen har fått uppgifter om dig.",
        "by_hand": "Här letar en människa; du får det för sig",
        "case": "Ärende",
        "who": "Vem", "what": "Vad", "why": "Till vad", "on": "När", "until": "Till och med",
        "system": "plats", "category": "uppgifter", "field": "uppgift", "value": "innehåll",
    },
    "da": {
        "title": "Dine personoplysninger",
        "given": "Hvem der har fået oplysninger om dig",
        "record": "Hvad du har fået at vide og svaret",
        "nobody": "Ingen har fået oplysninger om dig.",
        "by_hand": "Her leder et menneske; du får det for sig",
        "case": "Sag",
        "who": "Hvem", "what": "Hvad", "why": "Til hvad", "on": "Hvornår", "until": "Til og med",
        "system": "sted", "category": "oplysninger", "field": "oplysning", "value": "indhold",
    },
    "en": {
        "title": "Your personal data",
        "given": "Who has received data about you",
        "record": "What you were told and answered",
        "nobody": "Nobody has received data about you.",
        "by_hand": "A person looks here; you are given that apart",
        "case": "Case",
        "who": "Who", "what": "What", "why": "What for", "on": "When", "until": "Until",
        "system": "place", "category": "data", "field": "field", "value": "value",
    },
}  # fmt: skip


class Made(NamedTuple):
    """For the terminal of the officer who made it, once, and nothing else."""

    ref: str
    files: tuple[Path, ...]
    password: str
    """Told to the person by another way than the file; kept nowhere."""
    values: int
    systems: tuple[str, ...]
    by_hand: tuple[str, ...]
    """Where somebody looks it up first."""
    protected: bool
    """Never by mail: the person's identity is protected."""

    def __repr__(self) -> str:
        return f"Made(ref={self.ref}, values={self.values})"


def extract(
    house: House, ref: str, *, language: Language | None = None, officer: str, code: str
) -> Made:
    """Read every bound system and lay what is held about the person, sealed, into the folder of
    answers; what a machine cannot read is ordered to be looked up. Repeating it makes it anew,
    under another password.

    Access: a page to read and a file for machines, with what article 15 says. Portability: a file
    for machines and a table, with what the person gave themselves. Raises as `rights_steps.take`,
    `rights_found.find`, `rights_told.information`, the containers; `Refused`:
    `request_of_another_kind`, `nobody_attached`, `nothing_given`;
    `Unreachable("extract_not_writable")`.
    """
    request = _request(house, ref)
    spoken = language or SPOKEN[house.policy.controller.country]
    only = given_by(house) if request.right is Right.PORTABILITY else None
    found = find(house, request.subject_id, only=only)
    if only is not None and not found.values and not found.by_hand:
        raise Refused("nothing_given", ref=ref)
    told = information(house, found.kinds, spoken) if only is None else []
    got = recipients(house, request.subject_id) if only is None else []
    person = to_reference(SUBJECT, request.subject_id)
    kept = on_record(house, person) if only is None else []
    slips = {name: slip_for(house, request.subject_id, name) for name in found.by_hand}
    password = password_from(os.urandom(RANDOM_BYTES))
    files: list[Path] = []

    def act(work: UnitOfWork, _: Officer, now: Request) -> str | None:
        if now.subject_id != request.subject_id:
            return "request_changed_meanwhile"
        remove_files(house, ref)
        files.extend(
            _write(house, ref, found, told, got, kept, password, spoken, whole=only is None)
        )
        orders = [open_order(house, work, now, LOOK_UP, name, slips[name]) for name in slips]
        work.record(
            EventKind.REQUEST_CARRIED_OUT,
            ref=ref,
            facts={"right": str(request.right)},
            found=len(found.values),
            systems=len(found.read),
            by_hand=len(found.by_hand),
            orders=sum(1 for one in orders if one),
            recipients=len(got),
        )
        return None

    how = f"extract {PROTECTED}" if found.protected else "extract"
    try:
        take(house, ref, Step.CARRY_OUT, officer=officer, code=code, how=how, act=act)
    except BaseException:
        remove_files(house, ref)
        raise
    return Made(
        ref=ref,
        files=tuple(files),
        password=password,
        values=len(found.values),
        systems=found.read,
        by_hand=found.by_hand,
        protected=found.protected,
    )


def given_by(house: House) -> dict[str, Collection[str]]:
    """Kind of data subject → what such people gave themselves, out of the policy."""
    rules = house.policy.rights_rules()
    return {kind: given.categories for kind, given in rules.given.items()}


def _request(house: House, ref: str) -> Request:
    with reading(house.engine) as connection:
        request = rights.get(
            connection, controller=house.controller, number=from_reference(REQUEST, ref)
        )
    if request.right not in {Right.ACCESS, Right.PORTABILITY}:
        raise Refused("request_of_another_kind", ref=ref)
    after(request.right, request.state, Step.CARRY_OUT)
    if request.subject_id == NOBODY:
        raise Refused("nobody_attached", ref=ref)
    return request


def _write(
    house: House,
    ref: str,
    found: Found,
    told: Sequence[Chapter],
    got: Sequence[Recipient],
    kept: Sequence[OnRecord],
    password: str,
    language: Language,
    *,
    whole: bool,
) -> Iterator[Path]:
    from connectors.containers.aes_zip import Member, seal_zip
    from connectors.containers.locked_pdf import seal_pdf
    from connectors.containers.page import page
    from connectors.containers.sheets import csv_chunks

    folder = folder_of(house)
    failed = False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        failed = True
    if failed:
        raise Unreachable("extract_not_writable", ref=ref)
    words = _WORDS[language]
    content = orjson.dumps(_as_data(house, ref, found, told, got, kept), option=orjson.OPT_INDENT_2)
    members = [Member("json", [content])]
    if not whole:
        header = [words[name] for name in ("system", "category", "field", "value")]
        rows = (
            [_called(house, one.system), one.category, one.field, _plain(one.text)]
            for one in found.values
        )
        members.append(Member("csv", csv_chunks(header, rows)))
    data = folder / f"{ref}.zip"
    seal_zip(members, data, password)
    data.chmod(0o600)
    yield data
    if whole:
        sections = list(_sections(house, found, told, got, kept, language))
        plain = page(
            sections,
            title=words["title"],
            ref=ref,
            language=language,
            printed_on=local_today(house),
        )
        paper = folder / f"{ref}.pdf"
        seal_pdf([plain], paper, password)
        paper.chmod(0o600)
        yield paper


def _as_data(
    house: House,
    ref: str,
    found: Found,
    told: Sequence[Chapter],
    got: Sequence[Recipient],
    kept: Sequence[OnRecord],
) -> dict[str, object]:
    """The structured form: values as they are, names out of the policy."""
    controller = house.policy.controller
    return {
        "request": ref,
        "made_on": local_today(house).isoformat(),
        "controller": {"name": controller.company, "contact": controller.privacy_mailbox},
        "authority": {"name": controller.authority.name, "web": controller.authority.web},
        "data": [
            {
                "system": one.system,
                "case": one.case,
                "category": one.category,
                "field": one.field,
                "value": one.text,
            }
            for one in found.values
        ],
        "looked_up_by_hand": [_called(house, name) for name in found.by_hand],
        "recipients": [one._asdict() for one in got],
        "on_record": [one._asdict() for one in kept],
        "information": [one._asdict() for one in told],
    }


def _sections(
    house: House,
    found: Found,
    told: Sequence[Chapter],
    got: Sequence[Recipient],
    kept: Sequence[OnRecord],
    language: Language,
) -> Iterator[Section]:
    from connectors.containers.page import Section

    words, policy = _WORDS[language], house.policy
    ordered = sorted(found.values, key=lambda one: (one.system, one.case, one.category))
    for (system, case, category), group in groupby(
        ordered, key=lambda one: (one.system, one.case, one.category)
    ):
        called = words["case"] if category == CASE else category
        if category in policy.categories:
            called = policy.categories[category].called
        heading = " · ".join(filter(None, (_called(house, system), case, called)))
        fields = [(_field(house, one), _plain(one.text)) for one in group]
        yield Section(_plain(heading), fields)
    if found.by_hand:
        yield Section(
            words["by_hand"],
            [(str(n), _called(house, name)) for n, name in _numbered(found.by_hand)],
        )
    if not got:
        yield Section(words["given"], [("", words["nobody"])])
    for one in got:
        what = ", ".join(
            policy.categories[name].called if name in policy.categories else name
            for name in one.categories
        )
        purpose = policy.purposes[one.purpose].called if one.purpose in policy.purposes else ""
        yield Section(
            words["given"],
            [
                (words["who"], _plain(one.called)),
                (words["what"], _plain(what)),
                (words["why"], _plain(purpose or one.purpose)),
                (words["on"], one.on or "-"),
                (words["until"], one.until),
            ],
        )
    if kept:
        noted = [(one.on, _plain(" ".join((one.called, one.answer)).strip())) for one in kept]
        yield Section(words["record"], noted)
    for chapter in told:
        yield Section(
            _plain(chapter.heading),
            [(str(n), _plain(text)) for n, text in _numbered(chapter.paragraphs)],
        )


def _numbered(texts: Sequence[str]) -> list[tuple[int, str]]:
    return list(enumerate(texts, start=1))


def _called(house: House, name: str) -> str:
    return house.policy.systems[name].called if name in house.policy.systems else name


def _field(house: House, one: Told) -> str:
    columns = {} if house.policy.intake is None else house.policy.intake.columns
    column = columns.get(one.field)
    return _plain(column.aliases[0] if column is not None and column.aliases else one.field)


def _plain(text: str) -> str:
    """What a page cannot show stands there as a mark; the file for machines has it as it is."""
    try:
        check_writable(text)
    except Refused:
        return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text
