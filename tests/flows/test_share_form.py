"""What is shared leaves by a resume form with an officer's code or not at all, and is taken back
when its time is up: with a real server and worker, and recipients on loopback."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from flows.session import prefect_session
from lifecycle.disclosure import Stage
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.telling import Because
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.placing.findings import standing
from tasks.proving.lost_records import find_lost
from tasks.proving.proof import verify_ledger
from tasks.sharing import asking_to_delete, withdrawing
from tasks.sharing.disclosures import Selection, Wish, prepare
from tasks.sharing.finding_out import confirm_deleted
from tasks.sharing.register import Entry, entry
from tasks.telling.recipients import waiting
from tasks.telling.started import tell
from tests.factories.hooks import hooks_restored
from tests.factories.houses import PEOPLE, row
from tests.factories.officers import events
from tests.factories.outside_desk import (
    ADDRESS,
    FOLDER,
    MAIL,
    OutsideDesk,
    outside_desk,
    read_sealed,
)
from tests.flows.serving import Runs, Serving, Telephone, drop, enrol_by_phone
from tests.privacy.erasing_people import installed
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
SHARE, STORE = "share/share-academedia", "store/store-academedia"
TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
LYING = "19121212-1212"
"""An official test number in a document where none may be."""
RECEIVED = "arbetsformedlingen"


@dataclasses.dataclass
class Shared:
    """A house that is served, its recipient outside, and two officers."""

    serving: Serving
    desk: OutsideDesk
    officers: list[Telephone] = dataclasses.field(default_factory=list)

    @contextmanager
    def house(self) -> Iterator[House]:
        """The same house, as a command in a terminal opens it."""
        environment = {"GALLRA_HOME": str(self.serving.home), **self.serving.environment}
        settings = Settings.from_environment(environment)
        with open_house("academedia", settings=settings) as house:
            yield house

    def bring(self, name: str, *rows: str) -> None:
        from tasks.importing.deletions import delete_imported
        from tasks.importing.intake import import_file
        from tasks.importing.main_job import begin_import

        drop(self.serving.home, name, *rows)
        with self.house() as house:
            for ref in begin_import(house):
                assert import_file(house, ref).outcome == "imported"
            delete_imported(house)

    def prepare(self, *people: tuple[str, str, str], channel: str) -> Plan:
        """The first officer draws it up, for tomorrow at the latest."""
        first, _ = self.officers
        with self.house() as house:
            refs = [found.ref for who in people for found in find_by_national_id(house, who[2])]
            wish = Wish(
                recipient=RECEIVED, contact="desk", categories=("identity",),
                purpose="assignment", channel=channel, container="zip",
                until=local_today(house) + timedelta(days=1),
            )  # fmt: skip
            chosen = Selection(references=tuple(refs))
            return prepare(house, wish, chosen, by=first.handle, code=first.fresh())

    def entry(self, plan: Plan) -> Entry:
        with self.house() as house:
            return entry(house, plan.ref)

    def state(self, plan: Plan) -> PlanState:
        with self.house() as house, reading(house.engine) as connection:
            return plans.get(connection, controller="academedia", number=plan.number).state

    def prefect_says(self, *words: str) -> list[str]:
        """Which of these stand anywhere in what the server keeps or a run has written."""
        place = self.serving.home / "prefect"
        with closing(sqlite3.connect(f"file:{place / 'prefect.db'}?mode=ro", uri=True)) as found:
            text = "\n".join(found.iterdump())
        for log in place.rglob("*.log"):
            text += log.read_text("utf-8", errors="replace")
        return [word for word in words if word in text]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("outside")
    lying = folder / "file-server"
    (lying / "Klass 4B").mkdir(parents=True)
    (lying / "Klass 4B" / "Vilma Exempel.txt").write_text(f"Vilma Exempel {LYING}\n", "utf-8")
    (lying / "matsedel.txt").write_text("Onsdag: ärtsoppa\n", "utf-8")
    scan = {
        "scan": {
            "file-server": {
                "owner": "chef",
                "where": {"kind": "folder", "place": "file-server", "path": str(lying)},
            }
        }
    }
    with outside_desk(folder / "servers") as desk:
        environment = installed(folder, desk.bindings() | scan)
        _nothing_by_hand(Path(environment["GALLRA_SYSTEMS"]) / "academedia.yaml")
        made = Serving(tmp_path_factory.mktemp("house"), environment=environment)
        try:
            made.start()
            found = Shared(made, desk)
            with found.house() as house:
                first = enrol_by_phone(house, "chef-test")
                found.officers = [first, enrol_by_phone(house, "ombud-test", by=first)]
            found.bring("a.csv", row("100000001", TUVA), row("100000002", OMAR))
            yield found
        finally:
            made.stop()


def _nothing_by_hand(bindings: Path) -> None:
    """Places that people weed are no part of this; the shared folder is looked through."""
    bound = yaml.safe_load(bindings.read_text("utf-8"))
    for name, system in bound["systems"].items():
        if system["kind"] == "manual" and name != "file-server":
            bound["systems"][name] = {"kind": "absent", "reason": "not here"}
    bindings.write_text(yaml.safe_dump(bound, allow_unicode=True, sort_keys=False), "utf-8")


@pytest.fixture
def runs(shared: Shared) -> Iterator[Runs]:
    with Api(shared.serving.home) as api:
        yield Runs(api)


@contextmanager
def days_later(shared: Shared, patch: pytest.MonkeyPatch, days: int) -> Iterator[None]:
    """Runs of this process go to that server, and for them its last day is over."""
    for name, value in shared.serving.environment.items():
        patch.setenv(name, value)

    def later(house: House) -> date:
        return local_today(house) + timedelta(days=days)

    for module in (withdrawing, asking_to_delete):
        patch.setattr(module, "local_today", later)
    with hooks_restored(), prefect_session(shared.serving.home) as server:
        assert not server.started_here
        yield


def test_by_a_shared_folder_from_the_form_to_the_proven_withdrawal(
    shared: Shared, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.share import share

    first, second = shared.officers
    plan = shared.prepare(TUVA, channel=FOLDER)
    before = shared.desk.given()
    run = runs.start(SHARE)
    runs.until(run, "Suspended")
    text = runs.description(run)
    for told in (plan.ref, plan.hash[:12], RECEIVED, FOLDER, f"gallra share show {plan.ref}"):
        assert told in text
    rest = text.replace(plan.hash[:12], "")
    assert not re.search(rf"\d{{6}}-?\d{{4}}|{TUVA[0]}|{TUVA[1]}|@|\+46", rest)

    # Resumed without an answer, with a wrong code, or by who prepared it: not a byte.
    runs.answer(run, "Suspended")
    runs.answer(run, "Suspended", officer=second.handle, code=_wrong(second), decision="approve")
    assert "code_wrong" in runs.description(run)
    runs.answer(run, "Suspended", officer=first.handle, code=first.fresh(), decision="approve")
    assert "own_plan" in runs.description(run)
    assert shared.desk.given() == before
    assert shared.entry(plan).stage == Stage.PREPARED

    code = second.fresh()
    runs.answer(run, "Completed", officer=second.handle, code=code, decision="approve")
    assert runs.inputs(run) == {}
    assert shared.state(plan) is PlanState.PROVEN
    assert shared.entry(plan).stage == Stage.OPEN
    [item] = shared.desk.shared()
    [password] = shared.desk.passwords()
    assert TUVA[1].encode() not in item.data
    assert all(word in read_sealed(item.data, password) for word in TUVA[:2])
    assert [one.text for one in shared.desk.mails()] == []

    # The next run sends nothing again.
    given = shared.desk.given()
    runs.until(runs.start(SHARE), "Completed")
    assert shared.desk.given() == given

    with days_later(shared, monkeypatch, 2):
        told = share(controller="academedia")
    assert (told["taken_back"], told["overdue"]) == (1, 0)
    assert shared.entry(plan).stage == Stage.WITHDRAWN
    assert shared.desk.shared() == []
    with shared.house() as house:
        [event] = [
            one for one in events(house, EventKind.DISCLOSURE_WITHDRAWN)
            if one["ref"] == plan.ref
        ]  # fmt: skip
        assert (event["acted"], event["verified"]) == (1, 1)
        verify_ledger(house)
        assert find_lost(house) == []
    secrets = [*TUVA, ADDRESS, password, code, shared.desk.cloud.tokens[0]]
    assert shared.prefect_says(*secrets) == []


def test_by_mail_the_recipient_deletes_and_is_told_what_became_of_it(
    shared: Shared, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.share import share

    _, second = shared.officers
    plan = shared.prepare(TUVA, OMAR, channel=MAIL)
    run = runs.start(SHARE)
    runs.until(run, "Suspended")
    assert shared.desk.mails() == []
    runs.answer(run, "Completed", officer=second.handle, code=second.fresh(), decision="approve")
    [mail] = shared.desk.mails()
    assert mail.content is not None
    read = read_sealed(mail.content, shared.desk.passwords()[-1])
    assert TUVA[0] in read
    assert OMAR[0] in read
    assert mail.to == (ADDRESS,)

    # Their data is restricted: the next run writes to the recipient, once.
    with shared.house() as house:
        [found] = find_by_national_id(house, OMAR[2])
        tell(
            house, found.ref, because=Because.RESTRICTED,
            officer=second.handle, code=second.fresh(),
        )  # fmt: skip
        assert {one.disclosure for one in waiting(house)} == {plan.ref}
    for _ in range(2):
        runs.until(runs.start(SHARE), "Completed")
    [_, letter] = shared.desk.mails()
    assert letter.content is None
    assert mail.ref in letter.text
    assert letter.to == (ADDRESS,)
    assert OMAR[0] not in letter.text
    with shared.house() as house:
        assert waiting(house) == []

    # Its time is up: it lies with them, and they are asked to delete it.
    with days_later(shared, monkeypatch, 2):
        share(controller="academedia")
    assert shared.entry(plan).stage == Stage.WITH_RECIPIENT
    [*_, wish] = shared.desk.mails()
    assert wish.content is None
    assert "Radera" in wish.subject
    assert len(shared.desk.mails()) == 3

    # They say that they did: nobody asks them again.
    with shared.house() as house:
        confirm_deleted(house, plan.ref, officer=second.handle, code=second.fresh())
    assert shared.entry(plan).stage == Stage.DELETED


def test_declined_and_overtaken_forms_let_nothing_out(shared: Shared, runs: Runs) -> None:
    _, second = shared.officers
    before = shared.desk.given()
    declined = shared.prepare(OMAR, channel=FOLDER)
    run = runs.start(SHARE)
    runs.until(run, "Suspended")
    runs.answer(
        run, "Completed",
        officer=second.handle, code=second.fresh(), decision="decline", reason="wrong_people",
    )  # fmt: skip
    assert shared.state(declined) is PlanState.DECLINED
    assert shared.entry(declined).stage == Stage.ENDED

    # Approved in a form when the bindings name another address: not what was agreed to.
    overtaken = shared.prepare(OMAR, channel=FOLDER)
    run = runs.start(SHARE)
    runs.until(run, "Suspended")
    with another_address(shared):
        code = second.fresh()
        runs.answer(run, "Completed", officer=second.handle, code=code, decision="approve")
        assert shared.state(overtaken) is PlanState.VOID
        runs.until(runs.start(SHARE), "Completed")
    assert shared.entry(overtaken).stage == Stage.ENDED

    # Ended in a terminal while its form waits: the next run takes the form away.
    ended = shared.prepare(OMAR, channel=FOLDER)
    run = runs.start(SHARE)
    runs.until(run, "Suspended")
    with shared.house() as house:
        assert withdrawing.withdraw(house, ended.ref).stage is Stage.ENDED
    runs.until(runs.start(SHARE), "Completed")
    runs.until(run, "Cancelled")
    assert shared.desk.shared() == []
    assert shared.desk.given() == before


@contextmanager
def another_address(shared: Shared) -> Iterator[None]:
    """Somebody writes another address into the bindings."""
    bindings = Path(shared.serving.environment["GALLRA_SYSTEMS"]) / "academedia.yaml"
    text = bindings.read_text("utf-8")
    assert ADDRESS in text
    bindings.write_text(text.replace(ADDRESS, f"annan-{ADDRESS}"), "utf-8")
    try:
        yield
    finally:
        bindings.write_text(text, "utf-8")


def test_what_lies_where_it_must_not_is_told_without_its_content(
    shared: Shared, runs: Runs
) -> None:
    runs.until(runs.start(STORE), "Completed")
    with shared.house() as house:
        found = standing(house, place="file-server")
        assert [one.place for one in found] == ["file-server"]
        scanned = [
            one["numbers"] for one in events(house, EventKind.PLACE_SCANNED)
            if one["facts"] == {"place": "file-server"}
        ]  # fmt: skip
    assert (scanned[-1]["looked"], scanned[-1]["new"]) == (2, 1)  # type: ignore[index]
    with Api(shared.serving.home) as api:
        [page] = api.post(
            "/artifacts/filter", {"artifacts": {"key": {"any_": ["store-academedia"]}}}
        ).json()
    assert "file-server" in page["data"]
    assert shared.prefect_says("Vilma", LYING, LYING.replace("-", ""), "Klass 4B", "matsedel") == []


def _wrong(phone: Telephone) -> str:
    shown = phone.code()
    return f"{(int(shown) + 500_000) % 1_000_000:06d}"
