"""Who is told, asked, listed, complained of or written about is found nowhere outside the vault: no
table, no ledger, no log, no error, no page; and in a letter only as its address."""

from __future__ import annotations

import base64
import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from console.sample_people import Person
from flows import incident_pages, pages
from lifecycle.consent_form import read_form
from lifecycle.errors import Refused
from lifecycle.letters import LetterKind
from lifecycle.references import SUBJECT, from_reference
from records import letters as kept
from records.engines import reading
from tasks.consents import form_import as consent_import
from tasks.house.parts import House
from tasks.incidents import texts as incident_texts
from tasks.informing import letters
from tasks.informing.reaching import Reach, reach
from tasks.processors import list_import as processor_import
from tests.factories.houses import Builder, build, dialect
from tests.factories.keys import StandingClock
from tests.factories.sharing import Desk
from tests.privacy import people_played as played_by
from tests.privacy.cast import told
from tests.privacy.encodings import needles
from tests.privacy.people_played import bring
from tests.privacy.people_watched import (
    CALLED,
    IN_A_LIST,
    IN_A_TEXT,
    KNOWN,
    NEIGHBOUR,
    PLANTED,
    TOLD_BY_MAIL,
    UNKNOWN,
    WITHOUT_MAIL,
    Played,
    listening,
)
from tests.privacy.searching import Finder, search

__all__ = ["build", "dialect"]


Part = Callable[[Played], None]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(needles(PLANTED))


@pytest.fixture
def played(
    build: Builder,
    standing_clock: StandingClock,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Played]:
    with listening() as heard:
        desk = Desk(build, standing_clock)
        played = Played(desk, tmp_path_factory.mktemp("office"), heard)

        def table(page: str, of: str, lines: object, *, title: object, notes: object = ()) -> None:
            played.see("page", page, of, lines, title, notes)  # before anything is masked

        monkeypatch.setattr(pages, "table", table)
        bring(played)
        yield played


def found_in(finder: Finder, *texts: str | bytes) -> set[str]:
    """Whose values stand in these, and how."""
    whole = b"\0\0".join(one.encode() if isinstance(one, str) else one for one in texts)
    return {label for _, label, _ in finder.find_all(whole)}


def leaks(played: Played, finder: Finder, home: Path) -> set[str]:
    """Every planted value outside the vault and the letters' addresses, by where it was found."""
    places = {where: found_in(finder, *texts) for where, texts in played.seen.items()}
    places["log"] = found_in(finder, *played.heard.lines)
    for parcel, content in played.desk.mail.handed + played.desk.text.handed:
        words = (parcel.ref, parcel.name, parcel.subject, parcel.text, parcel.html, content)
        places.setdefault("letter", set()).update(found_in(finder, *words))
    hits = {f"{where}: {label}" for where, labels in places.items() for label in labels}
    return hits | {f"{hit.path.name}: {hit.label}" for hit in search([home], needles(PLANTED))}


def test_nobody_is_found_outside_the_vault(played: Played, finder: Finder, tmp_path: Path) -> None:
    for part in played_by.PARTS:
        part(played)
    assert leaks(played, finder, tmp_path) == set()
    # Everything was there to be found, and was looked at.
    assert len(played.seen["error"]) >= 12 * 3
    assert len(played.heard.lines) > 100
    suffixes = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert suffixes >= {".db", ".pdf", ".zip"}
    shown = {name: whose(found_in(finder, *texts)) for name, texts in played.shown.items()}
    assert shown["form"] == {number(IN_A_TEXT), number(NEIGHBOUR)}
    assert shown["texts"] >= {number(NEIGHBOUR)}
    assert shown["list"] == {number(CALLED)}


def test_each_letter_bears_the_address_of_its_reader_and_nothing_else_of_anybody(
    played: Played, finder: Finder
) -> None:
    played_by.tell_people(played)
    played_by.have_an_incident(played)
    handed = [parcel for parcel, _ in played.desk.mail.handed]
    assert letters_of(played) == {(one.ref, *one.to) for one in handed}
    assert len(handed) == 4 + 1, "two letters to each of two, and the attempt that failed"
    for parcel in handed:
        assert not found_in(finder, parcel.subject, parcel.text, parcel.html, repr(parcel))


def letters_of(played: Played) -> set[tuple[str, str]]:
    """Every letter that went by mail, and the address of whom our records say it is for."""
    house, found = played.house(), set()
    people = {from_reference(SUBJECT, played.ref(one)): one for one in KNOWN}
    with reading(house.engine) as connection:
        for kind in LetterKind:
            found |= {
                (one.ref, people[one.subject_id].mail)
                for one in kept.of_people(
                    connection, controller=house.controller, kind=kind, people=sorted(people)
                )
                if people[one.subject_id] is not WITHOUT_MAIL
            }
    return found


def log_it(patch: pytest.MonkeyPatch) -> None:
    real = read_form

    def careless(table: Iterator[object], *given: object, **named: object) -> object:
        rows = list(table)
        logging.getLogger("gallra").debug("%s", base64.b64encode(repr(rows).encode()))
        return real(iter(rows), *given, **named)  # type: ignore[arg-type]

    patch.setattr(consent_import, "read_form", careless)


def keep_it_in_clear(patch: pytest.MonkeyPatch) -> None:
    real = incident_texts.seal

    def careless(*given: object, **named: object) -> object:
        written = real(*given, **named)  # type: ignore[arg-type]
        clear = str(given[3]).encode("utf-16-le")
        return written._replace(entry=written.entry._replace(sealed=clear))

    patch.setattr("tasks.incidents.people.seal", careless)


def raise_it(patch: pytest.MonkeyPatch) -> None:
    def careless(rows: Iterator[object], *_: object, **__: object) -> None:
        raise Refused("list_header_not_recognised") from ValueError(list(rows))

    patch.setattr(processor_import, "judge", careless)


def show_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("flows.incident_pages.told", lambda *_: told(IN_A_TEXT))
    patch.setattr(incident_pages, "_hours", lambda _: ascii(told(IN_A_TEXT)))


LEAKS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Part, Person, str]] = {
    "a line of a log": (log_it, played_by.ask_for_consent, UNKNOWN, "log"),
    "a column in clear": (keep_it_in_clear, played_by.have_an_incident, IN_A_TEXT, "records.db"),
    "an error's cause": (raise_it, played_by.take_in_lists, IN_A_LIST, "error"),
    "a page": (show_it, played_by.have_an_incident, IN_A_TEXT, "page"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_that_is_sown_is_found_where_it_is(
    played: Played, finder: Finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: str
) -> None:
    sow, part, person, where = LEAKS[leak]
    sow(monkeypatch)
    with contextlib.suppress(AssertionError):  # what was sown may end the play, or not
        played.fails(lambda: part(played))
    hits = leaks(played, finder, tmp_path)
    assert {hit.partition(":")[0] for hit in hits} >= {where}
    assert number(person) in whose(hit.partition(": ")[2] for hit in hits)


def test_a_letter_to_the_wrong_address_is_found(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reach

    def careless(house: House, people: Sequence[int]) -> Iterator[Reach]:
        for one in real(house, people):
            yield one._replace(email=one.email and TOLD_BY_MAIL.mail)

    monkeypatch.setattr(letters, "reach", careless)
    played_by.tell_people(played)
    handed = {(one.ref, *one.to) for one, _ in played.desk.mail.handed}
    assert letters_of(played) != handed


def number(person: Person) -> str:
    return f"person {PLANTED.index(person)}"


def whose(labels: Iterable[str]) -> set[str]:
    return {label.partition(":")[0] for label in labels}
