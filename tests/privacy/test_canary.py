"""Nothing personal reaches Prefect or a log: sixty people are planted in a whole run with every
error path forced, and are found nowhere; thirty more are left on purpose, and all are found."""

from __future__ import annotations

import email
import json
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from lifecycle.intake.outcomes import OUTCOME_OF_ROW_REASON, FileReason, RowOutcome, RowReason
from lifecycle.ledger import EventKind
from tests.factories.smtp_channel_world import DOMAIN
from tests.privacy.canary_run import Evidence, run_everything
from tests.privacy.cast import CONTROLS, PEOPLE
from tests.privacy.encodings import Needle, encodings, needles
from tests.privacy.forcing import ERRORS
from tests.privacy.outside_world import CONTROL_DESK, DESKS, TOKEN
from tests.privacy.placed_people import HOLDERS, LOOKING, PLACED, REMOVING
from tests.privacy.received import (
    PDF_READER,
    letters,
    opened,
    passwords_in,
    sealed_files,
    texts,
)
from tests.privacy.scenarios import TARGETS
from tests.privacy.searching import Finder, Hit, search
from tests.privacy.sharing_people import READING_OUT, SENDING, SHARED, TAKING_BACK, sending_widely
from tests.privacy.telling_people import ASKS, BY_FLOW, EXTRACTING, KILLED
from tests.privacy.telling_shown import LEFT
from tests.privacy.wider_ways import CLOUD_TOKEN, DESK, OFFICE, WAYS

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.postgres, pytest.mark.timeout(2400)]

_PREFECT = "home/prefect"
SECRETS = len(PEOPLE) + len(CONTROLS)
"""Where the numbers begin that stand for passwords and addresses."""
SURFACES: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    # Name → paths below the test's folder, and the controls that must be found there.
    "Prefect's database": ((f"{_PREFECT}/prefect.db*",), (4, 5, 6, 11, 12, 13, 14)),
    "Prefect's storage of results": ((f"{_PREFECT}/storage",), (7, 11)),
    "the server's log": ((f"{_PREFECT}/server.log",), (22,)),
    "the worker's log": ((f"{_PREFECT}/worker.log",), (3, 4)),
    "the deployment's log": ((f"{_PREFECT}/deploy.log",), (23,)),
    "the rest of Prefect's folder": ((f"{_PREFECT}/*",), (4,)),
    "logs over the API": (("api/logs.json",), (4, 11, 32)),
    "artifacts over the API": (("api/artifacts*.json",), (5, 30)),
    "events over the API": (("api/events.json",), (11, 13, 34)),
    "runs over the API": (("api/flow_runs.json", "api/task_runs.json"), (12, 13, 14)),
    "states over the API": (("api/*_run_states.json",), (11,)),
    "variables and blocks over the API": (("api/variables.json", "api/block*.json"), (6,)),
    "everything else over the API": (("api/*.json",), (4,)),
    "what serving says": (("out/serve",), (24,)),
    "what a run's process says": (("out/driver-*",), (1, 25)),
    "errors as their caller has them": (("out/results",), (0,)),
    "what commands say": (("out/commands",), (16,)),
    "what the commands of an erasure say": (("out/erasing",), (2,)),
    "certificates": (("out/certificate.*",), ()),
    "report.json": (("out/report.json",), (15,)),
    "the ledger's export": (("out/ledger.jsonl",), (21,)),
    "our records": (("home/records",), (17, 31)),
    "our keys": (("home/keys", "home/kek"), (18,)),
    "the case register": (("home/case_register",), (19,)),
    "the witness": (("home/witness",), (20,)),
    "the emptied staging folder and the rest of the home": (("home",), (17,)),
    "the second home, on PostgreSQL": (("second/witness", "second/case_register"), ()),
    "the temporary folder": (("tmp",), (8, 33)),
    "what recipients received": (("out/received",), (26,)),
    "the notes of what was sent": (("home/sent", "home/sent-texts"), (27,)),
    "the outgoing folder": (("home/outgoing",), ()),
    "command lines and environments": (("out/processes",), (9, 10)),
    "answers laid ready": (("home/answers",), (35,)),
    "letters to people": (("out/letters",), (43,)),
    "notices and who knows them": (("out/people/notices*",), (36,)),
    "the register of incidents": (("out/people/incidents.txt",), (37,)),
    "consents": (("out/people/consents.txt",), (38,)),
    "requests": (("out/people/requests.txt",), (39,)),
    "processors, and the published lists": (("out/people/processors*",), (40,)),
    "the report and the record of processing": (("out/people/report*",), (41,)),
    "work orders": (("out/people/orders.txt",), (42,)),
}
"""What legitimately has somebody's words is not among them, each for its reason: the address on a
letter, which is its reader's (`outside_world`); the officer's own terminal, who answers for it
(`given/shown`); the office's own files and the systems, which are other people's. The vault and an
answer that is laid ready are searched: sealed, they say nothing."""


@dataclass(frozen=True)
class Searched:
    """The evidence, and who was found where."""

    evidence: Evidence
    hits: list[Hit]
    bytes_searched: int
    needles: int

    def at(self, surface: str) -> Iterator[tuple[int, Hit]]:
        """(position among planted people and controls, hit) of every hit on a surface."""
        paths = SURFACES[surface][0]
        for hit in self.hits:
            below = hit.path.relative_to(self.evidence.folder)
            if any(part.match(pattern) for part in [below, *below.parents] for pattern in paths):
                yield _person(hit), hit


def _person(hit: Hit) -> int:
    return int(hit.label.partition(":")[0].removeprefix("person "))


NEEDS_A_PAST = {RowReason.ERASED_BEFORE, RowReason.PERSON_RESTRICTED}
"""What no sample of a first import holds."""


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    folder = tmp_path_factory.mktemp("canary")
    evidence = run_everything(folder)
    began = time.monotonic()
    wanted = needles([*PEOPLE, *CONTROLS]) + _secrets(evidence)
    places = [folder / name for name in ("home", "second", "out", "api", "tmp")]
    hits = search(places, wanted)
    size = sum(p.stat().st_size for place in places for p in place.rglob("*") if p.is_file())
    evidence.seconds["search"] = round(time.monotonic() - began, 1)
    found = Searched(evidence, hits, size, len(wanted))
    _tell(found)
    return found


def _secrets(evidence: Evidence) -> list[Needle]:
    """The passwords that were sent, the addresses to which, and the gateway's token: numbered after
    the people."""
    sent = texts(evidence.out / "received")
    words = [f"{desk.mail}@{DOMAIN}" for desk in DESKS.values()]
    words += [TOKEN, CLOUD_TOKEN, *(desk.phone for desk in DESKS.values())]
    words += [password for text in sent for password in text.passwords]
    words.append((evidence.folder / "given" / "extract").read_text())
    return [
        Needle(f"person {SECRETS + number}: {form}", data)
        for number, word in enumerate(dict.fromkeys(words))
        for form, data in encodings(word)
    ]


def _tell(found: Searched) -> None:
    forms = {label for label, _ in encodings("Zörky våxtru 19850709-9805")}
    print(
        f"\n{len(PEOPLE)} planted people, {len(SURFACES)} surfaces, {len(forms)} encodings, "
        f"{len(found.evidence.played)} forced runs, {len(found.evidence.commands)} commands; "
        f"{found.needles} needles in {found.bytes_searched / 1e6:.0f} MB; "
        f"seconds: {found.evidence.seconds}; listed: {found.evidence.listed}"
    )


@pytest.mark.parametrize("surface", SURFACES)
def test_nobody_planted_is_found(surface: str, searched: Searched) -> None:
    leaks = Counter(
        f"{hit.path.name}: {hit.label} in {hit.inside or 'the file itself'} at {hit.offset}"
        for person, hit in searched.at(surface)
        if person < len(PEOPLE)
    )
    assert not leaks


def test_nobody_planted_is_found_anywhere_else(searched: Searched) -> None:
    assert not [hit for hit in searched.hits if _person(hit) < len(PEOPLE)]


def test_no_password_address_or_token_is_anywhere_but_with_its_recipient(
    searched: Searched,
) -> None:
    secrets = [hit for hit in searched.hits if _person(hit) >= SECRETS]
    received = searched.evidence.out / "received"
    assert not [hit for hit in secrets if received not in hit.path.parents]
    assert len({_person(hit) for hit in secrets}) > 2 * len(DESKS)


@pytest.mark.parametrize(
    ("surface", "control"),
    [(name, each) for name, (_, controls) in SURFACES.items() for each in controls],
)
def test_who_was_left_on_purpose_is_found(surface: str, control: int, searched: Searched) -> None:
    by_name = {person for person, hit in searched.at(surface) if "_name" in hit.label}
    assert len(PEOPLE) + control in by_name


def test_every_surface_and_every_needed_encoding_is_there(searched: Searched) -> None:
    assert len(PEOPLE) >= 50
    assert len(SURFACES) >= 12
    forms = {label for label, _ in encodings("19850709-9805")}
    wanted = {"utf-8", "utf-16-le", "utf-16-be", "hex", "percent", "json", "html", "cp1252"}
    assert wanted | {f"base64+{offset}" for offset in range(3)} <= forms
    listed = searched.evidence.listed
    least = {"flow_runs": 50, "task_runs": 100, "flow_run_states": 100, "task_run_states": 300,
             "logs": 200, "events": 300, "artifacts": 10, "deployments": 7}  # fmt: skip
    assert {name for name, number in least.items() if listed[name] < number} == set()
    seen = (searched.evidence.out / "processes").read_bytes()
    for process in (b"reader_child.py", b"prefect.engine", b"console.main"):
        assert process in seen


def test_every_forced_run_ended_as_it_should(searched: Searched) -> None:
    played = searched.evidence.played
    assert [line for line in played if not line["fits"]] == []
    names = {line["name"] for line in played}
    assert {kind for kind in ERRORS if any(n.startswith(f"{kind} out of") for n in names)} == set(
        ERRORS
    )
    targets = {t for t, _ in TARGETS} | {
        *SENDING,
        *READING_OUT,
        *LOOKING,
        *REMOVING,
        *(f"{t} (withdraw)" for t in TAKING_BACK),
        *EXTRACTING,
    }
    targets |= {target for each in BY_FLOW.values() for target in each}
    targets |= {target for way in WAYS for target in sending_widely(way)}
    targets |= {f"{way.connector}.withdraw (withdraw)" for way in WAYS}
    assert {t for t in targets if any(n.endswith(t) for n in names)} == targets
    assert len(played) >= 50
    assert searched.evidence.killed == -signal.SIGKILL
    assert searched.evidence.killed_flows == [-signal.SIGKILL] * len(KILLED)
    # An incident's leak is a text that is not sealed: no run is needed for it.
    assert {f"{flow} leaks" for flow in BY_FLOW if flow != "incident"} <= names
    assert searched.evidence.worker_states == {
        "sabotaged": "Failed", "real": "Completed", "control": "Failed",
        "share": "Suspended", "store": "Completed",
        "inform": "Completed", "register-consent": "Completed", "rights-request": "Completed",
        "incident": "Suspended", "processor-review": "Suspended",
    }  # fmt: skip


def test_every_reason_of_a_file_and_of_a_row_came_up(searched: Searched) -> None:
    lines = (searched.evidence.out / "ledger.jsonl").read_bytes().splitlines()
    events = [json.loads(line)["event"] for line in lines if line.endswith(b"}")]
    reasons = {event.get("facts", {}).get("reason") for event in events}
    kinds = {event["kind"] for event in events}
    wanted = {reason.value for reason in FileReason} - {FileReason.SAME_BYTES.value}
    assert wanted <= reasons
    assert EventKind.IMPORT_DUPLICATE.value in kinds
    pages = (searched.evidence.folder / "api" / "artifacts.json").read_text()
    quarantined = {
        reason.value
        for reason, outcome in OUTCOME_OF_ROW_REASON.items()
        if outcome is RowOutcome.QUARANTINED and reason not in NEEDS_A_PAST
    }
    assert {reason for reason in quarantined if reason not in pages} == set()


def test_they_are_in_the_records_and_only_sealed(searched: Searched) -> None:
    """Else nothing would be found because nothing was there."""
    database = searched.evidence.home / "records" / "records.db"
    with closing(sqlite3.connect(database)) as connection:
        (people,) = connection.execute("SELECT count(*) FROM subject").fetchone()
        (sealed,) = connection.execute("SELECT count(*) FROM holding").fetchone()
    assert people >= 50
    assert sealed >= 100
    found = [code for name, code in searched.evidence.commands.items() if name.endswith(" find")]
    assert found == [0, 3, 6]  # found, no national id, no key


def test_they_went_the_whole_way_of_an_erasure(searched: Searched) -> None:
    """Else nothing would be found because nothing was erased."""
    evidence = searched.evidence
    assert evidence.commands["erasing people"] == 0
    # Who is held or just there still is; the three who were erased are gone from the systems too.
    assert evidence.in_systems == [False, False, True, False, True, True]
    said = (evidence.out / "erasing").read_text(encoding="utf-8", errors="replace")
    for word in ("proven everywhere", "database_restored", "code_wrong"):
        assert word in said.lower(), word
    certificate = json.loads((evidence.out / "certificate.json").read_text())
    assert len(certificate["statement"]["people"]) == 1


def test_only_a_sealed_container_carries_a_person_and_only_to_its_recipient(
    searched: Searched,
) -> None:
    record = searched.evidence.out / "received"
    sent = [one for one in letters(record) if one.to != (CONTROL_DESK,)]
    messages = texts(record)
    assert {one.desk for one in sent} == {"desk", "later", "unsure", "mute", "unsure-phone"}
    assert not [one for one in sent if passwords_in(one.words) or len(one.files) > 1]
    assert {len(one.passwords) for one in messages} == {1}
    assert {one.desk for one in messages} == {"desk", "later", "mute", "unsure-phone"}
    keys = {ref: (one.desk, one.passwords[0]) for one in messages for ref in one.about}
    people = Finder(needles(SHARED))
    told_at_the_desk = set()
    out_of_novo = []
    for letter in sent:
        for name, content in letter.files:
            assert not [*people.find_all(content)]
            if letter.desk == "unsure":
                assert name.partition(".")[0] not in keys  # nobody may open what perhaps came
                continue
            desk, password = keys[name.partition(".")[0]]
            assert desk == letter.desk
            plain = opened(name, content, password)
            assert plain is not None
            labels = [label for label, _ in people.find(plain.encode())]
            for number in range(len(SHARED)):
                assert any(label.startswith(f"person {number}: national_id") for label in labels)
            others = {each for _, each in keys.values()} - {password}
            assert not [each for each in others if opened(name, content, each) is not None]
            told_at_the_desk.add((letter.desk, name.partition(".")[2]))
            if "Novo" in plain:
                out_of_novo.append(letter.desk)
    wanted = {
        ("desk", "zip"),
        ("desk", "xlsx"),
        *((desk, "zip") for desk in ("later", "mute", "unsure-phone")),
    }
    assert told_at_the_desk == wanted
    names = [name for letter in sent for name, _ in letter.files]
    assert out_of_novo == ["desk"]
    assert len(names) == len(set(names)) == 8  # nothing goes twice, whatever went wrong
    assert len(keys) == len(messages)


def test_by_every_other_way_too_only_a_sealed_container_carries_a_person(
    searched: Searched,
) -> None:
    """By OneDrive, Google Drive, Outlook and their own server."""
    record = searched.evidence.wider
    messages = [one for one in texts(searched.evidence.out / "received") if one.desk == "desk"]
    keys = {ref: one.passwords[0] for one in messages for ref in one.about}
    people = Finder(needles(SHARED))
    leaked = Finder(needles([CONTROLS[28], CONTROLS[29]]))
    for way in WAYS:
        place = record / way.folder
        sealed = sealed_files(place)
        [(ref, (ending, content))] = sealed.items()  # once, whatever went wrong
        assert ending == way.container
        assert not [*people.find_all(content)]
        plain = opened(f"{ref}.{ending}", content, keys[ref])
        assert plain is not None
        if ending != "pdf" or PDF_READER is not None:
            labels = [label for label, _ in people.find(plain.encode())]
            for number in range(len(SHARED)):
                assert any(label.startswith(f"person {number}: national_id") for label in labels)
        others = {each for each in keys.values() if each != keys[ref]}
        assert others
        assert not [each for each in others if opened(f"{ref}.{ending}", content, each) is not None]
        asked = (place / "asked").read_bytes()
        assert asked
        told_to = set(re.findall(rb"[a-z.]+@example\.se", asked)) - {OFFICE.encode()}
        if way.folder != "sftp":  # a folder there is one recipient's
            assert told_to == {DESK.encode(), CONTROL_DESK.encode()}
        everything = b"".join(each.read_bytes() for each in place.iterdir())
        assert not [key for key in keys.values() if key.encode() in everything]
        # Else nothing would be found because nobody looked there.
        assert {label.partition(":")[0] for label, _ in leaked.find(everything)} == (
            {"person 0"} if way.folder == "sftp" else {"person 0", "person 1"}
        )


def test_what_was_looked_through_is_told_to_the_operator_alone(searched: Searched) -> None:
    """Else nothing would be found because nothing was there."""
    evidence = searched.evidence
    assert evidence.accounts == [False, True, True, True]
    shown = Finder(needles([*PLACED[:3], HOLDERS[3]]))
    said = (evidence.folder / "given" / "shown").read_bytes()
    # Where an account is, is its number in the system; a document's name names whom it names.
    assert {label.partition(":")[0] for label, _ in shown.find(said)} >= {
        "person 0", "person 1", "person 2"
    }  # fmt: skip


def test_an_answer_is_sealed_and_whole_for_whoever_has_its_password(searched: Searched) -> None:
    """Else nothing would be found in it because nothing was there."""
    evidence = searched.evidence
    ref, password = ((evidence.folder / "given" / n).read_text() for n in ("request", "extract"))
    place = evidence.home / "answers" / "academedia"
    assert {one.name for one in place.iterdir()} == {f"{ref}.zip", f"{ref}.pdf", "leak.txt"}
    import pyzipper

    with pyzipper.AESZipFile(place / f"{ref}.zip") as archive:
        archive.setpassword(password.encode())
        plain = archive.read(archive.namelist()[0])
    labels = {label for label, _ in Finder(needles([ASKS])).find(plain)}
    assert any("national_id" in label for label in labels)
    assert any("mail" in label for label in labels)


def test_everybody_is_written_to_once_whatever_goes_wrong(searched: Searched) -> None:
    """The letters are there, and none of them twice."""
    places = sorted((searched.evidence.out / "letters").glob("*.eml"))
    heads = [email.message_from_bytes(one.read_bytes()) for one in places]
    assert len(heads) >= 20
    assert {str(one["To"]) for one in heads} == {"(its reader)"}
    known = [one["Message-ID"] for one in heads]
    assert len(known) == len(set(known))


def test_what_names_a_person_is_refused_before_it_is_stored(searched: Searched) -> None:
    assert searched.evidence.refused == [409, 409, 409]
    assert searched.evidence.answers == ["REJECT"] * 4


def test_nothing_is_left_lying_about(searched: Searched) -> None:
    evidence = searched.evidence
    assert sorted(evidence.left_in_temporary_folder) == ["tmp/canary-control.txt", f"tmp/{LEFT}"]
    for name in ("staging", "outgoing"):
        assert [p for p in (evidence.home / name).rglob("*") if p.is_file()] == []
    assert [p for p in evidence.folder.rglob("core*") if p.is_file()] == []
