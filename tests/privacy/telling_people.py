"""Planted people are told, asked, listed, complained of and written about by the flows about the
people, with every error on the way: bad addresses, servers that refuse, broken forms, wrong codes,
processes that are killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

import tasks.house.wiring
from connectors.text_workbook import write_workbook
from lifecycle.errors import GallraError, Refused, Unreachable
from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.rights import Came, Right, Shown
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.incidents import people as incidents
from tasks.incidents.telling import draw_list
from tasks.incidents.who import keep, scope
from tasks.officers.approvals import approve
from tasks.processors import list_import as processor_import
from tasks.rights import register as rights
from tasks.rights import steps as rights_steps
from tasks.rights.extract import extract
from tests.factories.erasures import Office
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.privacy.cast import PEOPLE, full_name, told
from tests.privacy.erasing_people import telephones
from tests.privacy.forcing import say
from tests.privacy.placed_people import FITS, play_each
from tests.privacy.planted import csv_export, export_rows
from tests.privacy.scenarios import Scenario, chained, patched
from tests.privacy.telling_shown import keep_in_clear, lay_ready, show, sow

ASKS: Final = PEOPLE[27]
"""Who wants to see everything, and complains of a neighbour."""
_NEIGHBOUR, _WRITTEN_OF, _LISTED, _ANSWERS = PEOPLE[28:32]
_SMTP: Final = "connectors.smtp_channel.SmtpChannel"

INFORMING: Final = (
    "flows.inform.open_house",
    "tasks.informing.informing.read_notice",
    "tasks.informing.letters.reach",
    "records.letters.open_letters",
    "tasks.informing.letters.require_notes",
    f"{_SMTP}.deliver",
    "connectors.sent_journal.FolderJournal.begin",
    "tasks.informing.letters.hand_over_instead",
    "records.letters.move",
    "tasks.informing.informing.standing",
)
"""Where an error comes from while people are told, in the order in which it is met."""
FOLLOWING: Final = (
    "flows.incident.open_house",
    "tasks.incidents.letters.agreed",
    "tasks.incidents.telling.opened",
    f"{_SMTP}.deliver",
    "tasks.incidents.following.watch",
    "tasks.incidents.following.open_drafts",
    "tasks.incidents.register.lines",
)
REVIEWING: Final = (
    "flows.register_steps.open_house",
    "tasks.processors.reviewing.take",
    "tasks.processors.reviewing.ask",
    "tasks.processors.upkeep_orders.keep",
    "tasks.processors.check.lines",
    "tasks.processors.risk_check.check_risks",
)
ASKING: Final = (
    "flows.consent_steps.open_house",
    "connectors.form_export.read_table",
    "tasks.consents.form_import.read_form",
    "tasks.consents.form_import.new_row",
    "tasks.consents.form_import.keep",
    "tasks.consents.orders.keep",
)
ANSWERING: Final = (
    "flows.rights_request.open_house",
    "tasks.rights.daily.clear_files",
    "tasks.rights.daily.forget_texts",
    "tasks.rights.daily.remind",
    "tasks.rights.register.lines",
)
EXTRACTING: Final = (
    "tasks.rights.extract.find",
    "connectors.containers.aes_zip.seal_zip",
    "connectors.containers.locked_pdf.seal_pdf",
)
"""And while what is held about somebody is laid ready, by command."""
BY_FLOW: Final = {
    "inform": INFORMING,
    "incident": FOLLOWING,
    "processor review": REVIEWING,
    "consent": ASKING,
    "rights": ANSWERING,
}
KILLED: Final = {
    "inform": "records.letters.open_letters",
    "incident": "tasks.informing.letters._Writing._parcel",
    "processor review": "tasks.processors.upkeep_orders.keep",
    "consent": "tasks.consents.form_import._note",
    "rights": "tasks.rights.daily.remind",
}
"""In the middle of what a run is killed."""
FORM: Final = "blankett"
_HEADER: Final = ("Personnummer", "E-post", "Datum", "Bild", f"Anteckning {full_name(_ANSWERS)}")
_LIST: Final = ("Leverantör", "Typ", "System", "Avtal", "Avtal från", "Land", "Kontakt")


def bound(folder: Path) -> dict[str, Any]:
    """Where the office's form lies, which nobody searches."""
    return {
        "consent_forms": {
            FORM: {
                "path": str(folder / f"{FORM}.xlsx"),
                "persons": {"national_id": "Personnummer", "email": "E-post"},
                "answers": {"Bild": ["image.participant"]},
                "given_on": "Datum",
                "giver": "participant",
                "yes": ["ja"],
                "no": ["nej"],
                "then": "keep",
            }
        }
    }


class Caring:
    """The data protection officer and the operations manager, with telephones of their own."""

    def __init__(self, drive: Any, home: Path) -> None:
        self.drive = drive
        self.home = home
        self.given = home.parent / "given"
        self.clock = StandingClock(datetime.now(UTC) - timedelta(seconds=75))
        self._officers: list[Authenticator] = []
        self._turn = 0
        self._shown: dict[str, datetime] = {}

    @contextmanager
    def house(self) -> Iterator[House]:
        with tasks.house.wiring.open_house("academedia", now=self.clock) as house:
            yield house

    def enrol(self) -> None:
        """Two officers; whoever is one already agrees."""
        with ExitStack() as stack:
            house = stack.enter_context(self.house())
            if (self.given / "officers.json").exists():
                first = telephones(self.home, self.clock)[0]
            else:
                office = Office(lambda: house, self.clock)
                first = office.enrolled()[0]
                kept = {one.handle: one.secret.hex() for one in office.officers}
                (self.given / "officers.json").write_text(json.dumps(kept))
            roles = sorted(house.policy.roles)
            self._officers = [enrol(house, self.clock, "dpo-test", *roles, by=first)]
            self._officers.append(enrol(house, self.clock, "vc-test", *roles, by=self._officers[0]))
        self._shown["dpo-test"] = self.clock()

    def by(self, *, wrong: bool = False) -> dict[str, Any]:
        """The next of both, with a fresh code or a wrong one."""
        officer = self._officers[self._turn % 2]
        if wrong:
            return {"officer": officer.handle, "code": officer.wrong()}
        self._turn += 1
        # Half a minute passes only where this one has shown the present code already.
        fresh = officer.fresh() if self._shown.get(officer.handle) == self.clock() else None
        self._shown[officer.handle] = self.clock()
        return {"officer": officer.handle, "code": fresh or officer.code()}

    def refused(self, name: str, code: str, call: Callable[[House], object]) -> None:
        """Somebody's mistake; its error is a surface."""
        with self.house() as house:
            self.drive.caught(name, "", lambda: call(house), rf"^({code})( |$)")

    def ref(self, house: House, person: Any) -> str:
        (found,) = find_by_national_id(house, person.national_id)
        return found.ref


def begin(drive: Any, home: Path) -> None:
    """New people, a form, a list, an incident that is to be told, requests: nothing is done yet."""
    office = Caring(drive, home)
    (home / "staging" / f"{full_name(ASKS)}.csv").write_bytes(
        csv_export(export_rows(PEOPLE[20:34], first_case=417_000_000))
    )
    drive.run("those who are to be told", "import")
    office.enrol()
    with office.house() as house:
        keep_in_clear(house)
    _lay_form(office)
    _take_in_list(office)
    _note_incident(office)
    _note_incident(office, agreed=False)
    _ask(office)
    lay_ready(drive, office, home)


def _lay_form(office: Caring) -> None:
    first, second = PEOPLE[20:22]
    words = told(_ANSWERS)
    rows = [
        [first.national_id, "", "2026-10-01", "ja", words],
        ["", second.mail, "2026-10-01", "nej", words],
        [first.national_id, second.mail, "2026-10-01", "ja", words],
        [first.national_id, "", words, "ja", ""],
        [first.national_id, "", "2026-10-01", words, ""],
        [words, "", "2026-10-01", "ja", ""],
    ]
    (office.given / f"{FORM}.xlsx").write_bytes(write_workbook(_HEADER, rows))


def _take_in_list(office: Caring) -> None:
    path = office.given / f"{full_name(_LISTED)}.xlsx"
    person = told(_LISTED)
    rows = [
        ["Molnå AB", "biträde", "onedrive", "Eget", "2025-01-01", "", full_name(_LISTED)],
        ["Fel AB", "biträde", "", "Eget", person, "", ""],
        ["Fel igen AB", "biträde", person, "", "", "", ""],
        ["Fel tre AB", person, "", "", "", "", ""],
        [_LISTED.national_id, "biträde", "", "", "", person, _LISTED.mail],
    ]
    path.write_bytes(write_workbook(_LIST, rows))
    torn, other = path.with_name("trasig.xlsx"), path.with_name("inget.csv")
    torn.write_bytes(path.read_bytes()[:-300])
    other.write_bytes(f"Namn;Nummer\r\n{person};1\r\n".encode())
    take: Any = processor_import.import_list
    office.refused("a list, a wrong code", "code_wrong", lambda house: take(
        house, path, **office.by(wrong=True)))  # fmt: skip
    for broken in (torn, other, path.with_name(f"{person}.xlsx")):
        office.refused(
            "a broken list",
            "[a-z_]+",
            lambda house, at=broken: take(house, at, **office.by(wrong=True)),
        )
    with office.house() as house:
        take(house, path, **office.by())


def _note_incident(office: Caring, *, agreed: bool = True) -> None:
    # A text about an incident holds no number; what it does hold is a name.
    words, name = told(_WRITTEN_OF), full_name(_WRITTEN_OF)
    with office.house() as house:
        ref = incidents.open_incident(
            house, kind="mail-to-wrong-person", text=f"Mejl om {name} till fel skola {agreed}."
        )
        incidents.note(house, ref, topic=Topic.DISCOVERED, text=f"{name} ringde.")
        whom = [office.ref(house, one) for one in PEOPLE[20:27]]
        keep(house, ref, [scope(house, "person", one) for one in whom])
        weighed: dict[str, Any] = {
            "consequence": Consequence.SEVERE, "likelihood": Likelihood.LIKELY,
            "sensitive": False, "risk": None, "text": f"Om {name}.",
        }  # fmt: skip
        incidents.assess(house, ref, **weighed, **office.by())
        for topic in (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES):
            incidents.note(house, ref, topic=topic, text="Ett mejl gick till fel skola.")
        plan = draw_list(house, ref, **office.by())
    office.refused("a list of people, a wrong code", "code_wrong", lambda house: approve(
        house, plan.ref, decision="approve", **office.by(wrong=True)))  # fmt: skip
    office.refused("an incident with a number", "identity_number_in_text", lambda house:
        incidents.open_incident(house, kind="mail-to-wrong-person", text=words))  # fmt: skip
    office.refused("an incident of no kind", "incident_kind_unknown", lambda house:
        incidents.open_incident(house, kind=full_name(_WRITTEN_OF), text=words))  # fmt: skip
    office.refused("a note of no incident", "[a-z_]+", lambda house: incidents.note(
        house, words, text=words))  # fmt: skip
    if agreed:
        with office.house() as house:
            for _ in range(2):
                approve(house, plan.ref, decision="approve", **office.by())


def _ask(office: Caring) -> None:
    text = f"Ni skrev till min granne {told(_NEIGHBOUR)}. Hälsar {told(ASKS)}"
    came: dict[str, Any] = {
        "came": Came.MAIL,
        "received_on": (office.clock() - timedelta(days=25)).date(),
    }
    with office.house() as house:
        about = office.ref(house, ASKS)
        rights.open_request(house, Right.COMPLAINT, text=text, about=about, **came)
        access = rights.open_request(house, Right.ACCESS, text=text, about=about, **came).ref
        rights_steps.identify(house, access, Shown.E_ID, **office.by())
    (office.given / "request").write_text(access)
    office.refused("an extract, a wrong code", "code_wrong", lambda house: extract(
        house, access, **office.by(wrong=True)))  # fmt: skip
    office.refused("a request of nobody", "[a-z_]+", lambda house: rights.open_request(
        house, Right.COMPLAINT, text=text, about=told(ASKS), **came))  # fmt: skip
    office.refused("a note of no request", "[a-z_]+", lambda house: rights_steps.note(
        house, told(ASKS), told(ASKS), **office.by(wrong=True)))  # fmt: skip


def kill(drive: Any, flow: str) -> None:
    """Say a lot and be killed in the middle of it."""

    def killed(*_: object, **__: object) -> None:
        say(_WRITTEN_OF)
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KILLED[flow], killed)
        drive.run(f"{flow} is killed", flow, "never reached")


def go_on(drive: Any, home: Path) -> None:
    """Every error, then what is wrong with addresses, servers and forms; then all of it ends."""
    written = INFORMING.index(f"{_SMTP}.deliver")
    play_each(drive, INFORMING[:written], "inform", times=1)
    for name, flow, target, error in _typed():
        drive.play(Scenario(name, flow, patched({target: chained(error)}), FITS))
    rest = BY_FLOW | {"inform": INFORMING[written:]}
    for number, (flow, targets) in enumerate(rest.items()):
        play_each(drive, targets, flow, times=1, first=5 * number + 4)
    _break_form(drive, home)
    for flow in BY_FLOW:
        drive.run("it is done at last", flow)
    sow(drive, home)
    show(drive, home)


def _typed() -> Iterator[tuple[str, str, str, GallraError]]:
    """The errors that are raised on purpose, each chained to one with a person in it."""
    away, no = Unreachable("mail_server_unreachable"), Refused("recipient_refused")
    for flow in ("inform", "incident"):
        yield f"a server that is away ({flow})", flow, f"{_SMTP}.deliver", away
    yield (
        "a system that is away",
        "inform",
        "tasks.informing.informing.write",
        Unreachable("x_unreachable"),
    )
    yield (
        "no form",
        "consent",
        "tasks.consents.form_import.read_export_of",
        Refused("consent_form_not_readable"),
    )
    yield "no mail to the officer", "rights", "tasks.rights.daily.remind", away
    yield "refused", "processor review", "tasks.processors.reviewing.ask", no


def _break_form(drive: Any, home: Path) -> None:
    path = home.parent / "given" / f"{FORM}.xlsx"
    whole, words = path.read_bytes(), told(_ANSWERS)
    for name, content in (
        ("half a form", whole[:-300]),
        ("words and no form", words.encode()),
        ("a form with other headers", write_workbook([words, "E-post", "x"], [[words, "", ""]])),
    ):
        path.write_bytes(content)
        drive.run(name, "consent", r"^consent_(form_not_readable|header_missing) ")
    path.write_bytes(whole)


PARTS: Final = {"begin": begin, "go on": go_on}
