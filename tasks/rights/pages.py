"""An extract as its two files: a page to read, every heading in the person's language, and a file
for machines; both sealed (art. 12(1), 15(3), 20(1))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from connectors.text_workbook import check_writable
from lifecycle.errors import Refused, Unreachable
from lifecycle.opening import Language
from lifecycle.rights_fields import heading
from lifecycle.rights_recipients import ProcessedBy
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.rights.files import folder_of
from tasks.rights.found import CASE, Found, Told
from tasks.rights.told import Chapter, OnRecord, Recipient

if TYPE_CHECKING:
    from connectors.containers.page import Section

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "sv": {
        "title": "Dina personuppgifter",
        "given": "Vilka vi har lämnat ut uppgifter om dig till",
        "processors": "Vilka som behandlar uppgifter om dig för vår räkning",
        "record": "Vad du har fått veta och svarat",
        "none_given": "I vårt register står inget utlämnande av uppgifter om dig. Vilka som "
        "behandlar uppgifter för vår räkning, och vilka som annars kan få dem, står nedan.",
        "no_processor": "Ingen leverantör är antecknad för de platser där sådana uppgifter ligger. "
        "Fråga oss om du vill veta mer.",
        "by_hand": "Här letar en människa; du får det för sig",
        "case": "Ärende",
        "who": "Vem", "what": "Vad", "why": "Till vad", "on": "När", "until": "Till och med",
        "does": "Uppdrag", "where": "Var", "there": "Dina uppgifter",
        "held": "finns där",
        "looked_for": "en människa letar där",
        "may_lie": "vi hittade inget där nu, men sådana uppgifter kan passera eller ligga där",
        "system": "plats", "category": "uppgifter", "field": "uppgift", "value": "innehåll",
    },
    "da": {
        "title": "Dine personoplysninger",
        "given": "Hvem vi har videregivet oplysninger om dig til",
        "processors": "Hvem der behandler oplysninger om dig på vores vegne",
        "record": "Hvad du har fået at vide og svaret",
        "none_given": "I vores register står ingen videregivelse af oplysninger om dig. Hvem der "
        "behandler oplysninger på vores vegne, og hvem der ellers kan få dem, står nedenfor.",
        "no_processor": "Ingen leverandør er noteret for de steder, hvor sådanne oplysninger "
        "ligger. Spørg os, hvis du vil vide mere.",
        "by_hand": "Her leder et menneske; du får det for sig",
        "case": "Sag",
        "who": "Hvem", "what": "Hvad", "why": "Til hvad", "on": "Hvornår", "until": "Til og med",
        "does": "Opgave", "where": "Hvor", "there": "Dine oplysninger",
        "held": "findes der",
        "looked_for": "et menneske leder der",
        "may_lie": "vi fandt ingen der nu, men sådanne oplysninger kan passere eller ligge der",
        "system": "sted", "category": "oplysninger", "field": "oplysning", "value": "indhold",
    },
    "en": {
        "title": "Your personal data",
        "given": "To whom we have disclosed data about you",
        "processors": "Who processes data about you on our behalf",
        "record": "What you were told and answered",
        "none_given": "Our register has no disclosure of data about you. Who processes data on our "
        "behalf, and who else may be given it, stands below.",
        "no_processor": "No supplier is on record for the places where such data lies. Ask us if "
        "you want to know more.",
        "by_hand": "A person looks here; you are given that apart",
        "case": "Case",
        "who": "Who", "what": "What", "why": "What for", "on": "When", "until": "Until",
        "does": "Task", "where": "Where", "there": "Your data",
        "held": "is there",
        "looked_for": "a person looks there",
        "may_lie": "we found none there now, but such data may pass through or lie there",
        "system": "place", "category": "data", "field": "field", "value": "value",
    },
}  # fmt: skip


class Extract(NamedTuple):
    """All that goes into the files; personal."""

    found: Found
    told: Sequence[Chapter]
    """Out of the policy."""
    given: Sequence[Recipient]
    processors: Sequence[ProcessedBy]
    kept: Sequence[OnRecord]
    whole: bool
    """Everything (access), or what the person gave themselves (portability)."""

    def __repr__(self) -> str:
        return f"Extract(whole={self.whole})"


def write_files(
    house: House, ref: str, made: Extract, password: str, language: Language
) -> Iterator[Path]:
    """Lay the files into the folder of answers, sealed; each as it is there. Raises
    `Unreachable("extract_not_writable")`, and as the containers."""
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
    content = orjson.dumps(_as_data(house, ref, made, language), option=orjson.OPT_INDENT_2)
    members = [Member("json", [content])]
    if not made.whole:
        header = [words[name] for name in ("system", "category", "field", "value")]
        rows = (
            [_called(house, one.system), one.category, heading(one.field, language),
             _plain(one.text)]
            for one in made.found.values
        )  # fmt: skip
        members.append(Member("csv", csv_chunks(header, rows)))
    data = folder / f"{ref}.zip"
    seal_zip(members, data, password)
    data.chmod(0o600)
    yield data
    if made.whole:
        plain = page(
            list(sections(house, made, language)),
            title=words["title"],
            ref=ref,
            language=language,
            printed_on=local_today(house),
        )
        paper = folder / f"{ref}.pdf"
        seal_pdf([plain], paper, password)
        paper.chmod(0o600)
        yield paper


def _as_data(house: House, ref: str, made: Extract, language: Language) -> dict[str, object]:
    """The structured form: values as they are, names out of the policy, headings beside them."""
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
                "heading": heading(one.field, language),
                "value": one.text,
            }
            for one in made.found.values
        ],
        "looked_up_by_hand": [_called(house, name) for name in made.found.by_hand],
        "recipients": [one._asdict() for one in made.given],
        "processors": [
            one._asdict()
            | {"systems": [_called(house, name) for name in one.systems], "there": str(one.there)}
            for one in made.processors
        ],
        "on_record": [one._asdict() for one in made.kept],
        "information": [one._asdict() for one in made.told],
    }


def sections(house: House, made: Extract, language: Language) -> Iterator[Section]:
    """The page's sections: what is held, where a person looks, who received it and who processes
    it, what the person was told, and what the policy says."""
    from connectors.containers.page import Section

    words = _WORDS[language]
    ordered = sorted(made.found.values, key=_place)
    for (system, case, category), group in groupby(ordered, key=_place):
        called = words["case"] if category == CASE else _category(house, category)
        title = " · ".join(filter(None, (_called(house, system), case, called)))
        fields = [(_plain(heading(one.field, language)), _plain(one.text)) for one in group]
        yield Section(_plain(title), fields)
    if made.found.by_hand:
        names = [_called(house, name) for name in made.found.by_hand]
        yield Section(words["by_hand"], _numbered(names))
    yield from _recipients(house, made, words)
    if made.kept:
        noted = [(one.on, _plain(" ".join((one.called, one.answer)).strip())) for one in made.kept]
        yield Section(words["record"], noted)
    for chapter in made.told:
        yield Section(_plain(chapter.heading), _numbered(chapter.paragraphs))


def _recipients(house: House, made: Extract, words: Mapping[str, str]) -> Iterator[Section]:
    from connectors.containers.page import Section

    purposes = house.policy.purposes
    if not made.given:
        yield Section(words["given"], [("", words["none_given"])])
    for one in made.given:
        purpose = purposes[one.purpose].called if one.purpose in purposes else one.purpose
        yield Section(
            words["given"],
            [
                (words["who"], _plain(one.called)),
                (words["what"], _categories(house, one.categories)),
                (words["why"], _plain(purpose)),
                (words["on"], one.on or "-"),
                (words["until"], one.until),
            ],
        )
    if not made.processors:
        yield Section(words["processors"], [("", words["no_processor"])])
    for each in made.processors:
        yield Section(
            words["processors"],
            [
                (words["who"], _plain(each.called)),
                (words["does"], _plain(each.does)),
                (words["where"], _plain(", ".join(_called(house, name) for name in each.systems))),
                (words["what"], _categories(house, each.categories)),
                (words["there"], words[str(each.there)]),
            ],
        )


def _place(one: Told) -> tuple[str, str, str]:
    return one.system, one.case, one.category


def _numbered(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(number), _plain(text)) for number, text in enumerate(texts, start=1)]


def _called(house: House, name: str) -> str:
    return house.policy.systems[name].called if name in house.policy.systems else name


def _category(house: House, name: str) -> str:
    known = house.policy.categories
    return known[name].called if name in known else name


def _categories(house: House, names: Sequence[str]) -> str:
    return _plain(", ".join(_category(house, name) for name in names))


def _plain(text: str) -> str:
    """What a page cannot show stands there as a mark; the file for machines has it as it is."""
    try:
        check_writable(text)
    except Refused:
        return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text
