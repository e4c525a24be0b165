"""A restored backup sends nothing to who has said no since: withdrawals, noes, restrictions,
objections and opt-outs are heard again (art. 7(3), 18, 21; T-66, T-68, T-69, B-28)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from lifecycle.barred import Barred, Use
from lifecycle.consent import Answer, State
from lifecycle.errors import LedgerFailure
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Came, Given, Right
from records.engines import reading
from records.tables import anchor, holding, to_do
from tasks.consents import registering, said_again
from tasks.consents.barring import bars_of, end_bar, object_to, opt_out, restrict
from tasks.consents.gates import barred_of, consents_for
from tasks.consents.registering import give, lines_of, withdraw
from tasks.consents.said import say_answered
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.holds import Told, list_holds, local_day, release_hold
from tasks.erasing.restoring import Replayed, replay
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.proving.proof import verify_ledger
from tasks.rights.register import open_request
from tasks.rights.steps import note, read
from tests.factories.backups import Backups, take_backup
from tests.factories.databases import NewDatabase
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, export, row, test_settings
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.spec.test_barred_people import on_public_task
from tests.spec.test_main_job import run_import
from tests.spec.test_restore import Open

__all__ = ["take_backup"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
IMAGE = "image.participant"
REVIEW = date(2027, 2, 1)
USE = Use("assignment", frozenset({"contact"}), mailing="courses")


class School:
    """Tuva and Omar said yes to pictures; then a backup was made."""

    def __init__(self, opened: Open, clock: StandingClock, url: str, backups: Backups) -> None:
        self._opened = opened
        self.clock = clock
        self._url = url
        self._backups = backups
        self.office = Office(opened, clock)
        self.bring(row("1000000001", TUVA), row("1000000002", OMAR))
        for who in (TUVA, OMAR):
            self.answer(who, Answer.YES, on=date(2026, 10, 1))
        self.backup()
        clock.pass_time(minutes=5)

    def __call__(self) -> House:
        return on_public_task(self._opened())

    def bring(self, *rows: str) -> None:
        house = self()
        house.staging.put(f"{house.run}.csv", export(*rows))
        run_import(house)

    def ref(self, who: tuple[str, str, str]) -> str:
        [found] = find_by_national_id(self(), who[2])
        return found.ref

    def answer(self, who: tuple[str, str, str], answer: Answer, *, on: date) -> None:
        officer = self.office.enrolled()[0]
        give(
            self(), self.ref(who), IMAGE, answer=answer, on=on, giver="participant",
            officer=officer.handle, code=officer.fresh(),
        )  # fmt: skip

    def backup(self) -> None:
        self._opened.close()
        self._put_back = self._backups(self._url)

    def lose(self) -> None:
        """The backup is put back, and not yet replayed."""
        self._opened.close()
        self._put_back()

    def replayed(self) -> Replayed:
        return replay(self._opened(restoring=True))

    def barred(self, who: tuple[str, str, str] = TUVA) -> list[Barred]:
        number = from_reference(SUBJECT, self.ref(who))
        return list(barred_of(self(), [number], USE).values())

    def worth(self, who: tuple[str, str, str] = TUVA) -> str:
        [line] = [one for one in lines_of(self(), self.ref(who)) if one.question == IMAGE]
        return line.state

    def to_dos(self) -> dict[str, int]:
        with reading(self().engine) as connection:
            rows = connection.execute(
                select(to_do.c.kind, to_do.c.number).where(to_do.c.closed_at.is_(None))
            ).all()
        return {row[0]: row[1] for row in rows}


@pytest.fixture
def school(
    new_database: NewDatabase, take_backup: Backups, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[School]:
    settings: Settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    opened = Open(settings, standing_clock)
    yield School(opened, standing_clock, settings.database_url, take_backup)
    opened.close()


def restricted(school: School) -> None:
    officer = school.office.enrolled()[0]
    restrict(
        school(), school.ref(TUVA), review_on=REVIEW, officer=officer.handle, code=officer.fresh()
    )


def objected(school: School) -> None:
    object_to(school(), school.ref(TUVA), "assignment")


def opted_out(school: School) -> None:
    opt_out(school(), school.ref(TUVA))


BARS: dict[Barred, Callable[[School], None]] = {
    Barred.RESTRICTION: restricted,
    Barred.OBJECTION: objected,
    Barred.OPT_OUT: opted_out,
}


@pytest.mark.parametrize("bar", list(Barred))
def test_who_was_barred_since_the_backup_is_barred_again(school: School, bar: Barred) -> None:
    BARS[bar](school)
    before = bars_of(school(), school.ref(TUVA))
    school.lose()
    done = school.replayed()
    assert (done.heard.again, done.heard.not_here, done.heard.stand_again) == (1, 0, 0)
    assert school.barred() == [bar]
    assert school.barred(OMAR) == []
    assert bars_of(school(), school.ref(TUVA)) == before
    verify_ledger(school())


def test_the_consent_that_was_taken_back_since_is_taken_back_again(school: School) -> None:
    assert withdraw(school(), school.ref(TUVA), IMAGE)
    school.lose()
    done = school.replayed()
    assert (done.heard.again, done.unreadable) == (1, 0)
    assert (school.worth(), school.worth(OMAR)) == ("consent_withdrawn", "valid")
    tuva = from_reference(SUBJECT, school.ref(TUVA))
    closed = consents_for(school(), [tuva], Use("image", frozenset({"image"})), questions=[IMAGE])
    assert closed == {tuva: State.WITHDRAWN}
    house = school()
    with reading(house.engine) as connection:
        [ended] = connection.execute(
            select(anchor.c.on_date).where(
                anchor.c.subject_id == tuva, anchor.c.event == "consent_ended"
            )
        ).scalars()
        [proof] = connection.execute(
            select(holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed).where(
                holding.c.subject_id == tuva, holding.c.category == "consent-proof"
            )
        )
    assert ended == "2026-11-02", "what ends with it is weeded by its rule"
    [told] = house.vault.open([(proof[0], proof[1], proof[2], bytes(proof[3]))])
    assert b"withdrawn 2026-11-02" in told


def test_who_says_no_after_a_yes_in_the_backup_has_said_no(school: School) -> None:
    school.answer(TUVA, Answer.NO, on=date(2026, 11, 2))
    school.lose()
    assert school.replayed().heard.again == 1
    assert school.worth() == "consent_refused"


def test_a_yes_whose_first_run_was_killed_before_its_commit_is_not_lost(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*said: object) -> None:
        say_answered(*said)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(registering, "say_answered", killed)
        with pytest.raises(KeyboardInterrupt):
            school.answer(TUVA, Answer.YES, on=date(2026, 11, 2))
    school.answer(TUVA, Answer.YES, on=date(2026, 11, 2))
    school.backup()
    school.lose()
    assert school.replayed().heard.consents_lost == 0
    assert (school.worth(), school.to_dos()) == ("valid", {})


def test_a_yes_of_after_the_backup_is_lost_and_somebody_is_told(school: School) -> None:
    school.answer(TUVA, Answer.NO, on=date(2026, 10, 31))
    school.answer(TUVA, Answer.YES, on=date(2026, 11, 2))
    assert school.worth() == "valid"
    school.lose()
    done = school.replayed()
    assert (done.heard.again, done.heard.consents_lost) == (1, 1)
    assert school.worth() == "consent_refused", "nothing is done that nobody can show"
    assert school.to_dos() == {"consents_lost": 1}


def test_a_restriction_that_is_heard_again_ends_with_its_hold_as_ever(school: School) -> None:
    restricted(school)
    [hold] = list_holds(school())
    school.lose()
    school.replayed()
    assert list_holds(school()) == [hold]
    officer = school.office.enrolled()[1]
    told = Told(Given.LETTER, local_day(school()))
    release_hold(school(), hold.ref, told=told, officer=officer.handle, code=officer.fresh())
    assert school.barred() == []
    school.lose()
    assert school.replayed().heard.again == 0, "it was lifted since"
    assert school.barred() == []


def test_what_was_lifted_since_the_backup_stands_again_and_that_is_told(school: School) -> None:
    opted_out(school)
    school.backup()
    officer = school.office.enrolled()[0]
    end_bar(
        school(), school.ref(TUVA), Barred.OPT_OUT, officer=officer.handle, code=officer.fresh()
    )
    school.lose()
    done = school.replayed()
    assert (done.heard.again, done.heard.stand_again) == (0, 1)
    assert school.barred() == [Barred.OPT_OUT]


def test_who_came_after_the_backup_is_heard_when_they_are_known_again(school: School) -> None:
    school.bring(row("1000000003", LINA))
    opt_out(school(), school.ref(LINA))
    before = school.ref(LINA)
    school.lose()
    assert school.replayed().heard.not_here == 1
    assert school.to_dos()["said_no_not_here"] == 1
    school.clock.pass_time(minutes=5)
    school.bring(row("1000000003", LINA))
    assert school.ref(LINA) != before
    done = school.replayed()
    assert (done.heard.again, done.heard.not_here) == (1, 0)
    assert school.barred(LINA) == [Barred.OPT_OUT]
    assert "said_no_not_here" not in school.to_dos()


def test_who_was_erased_since_is_not_kept_by_what_they_said(school: School) -> None:
    opted_out(school)
    withdraw(school(), school.ref(TUVA), IMAGE)
    school.office.erase(school.ref(TUVA))
    school.lose()
    done = school.replayed()
    assert (done.found_again, done.heard.again, done.heard.not_here) == (1, 0, 0)
    assert find_by_national_id(school(), TUVA[2]) == []


@pytest.mark.parametrize("killed_at", ["settle", "note_opt_out", "_withdraw_again"])
def test_a_replay_that_is_killed_hears_it_all_in_the_end(
    school: School, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    for bar in BARS.values():
        bar(school)
    withdraw(school(), school.ref(TUVA), IMAGE)
    school.lose()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(said_again, killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            school.replayed()
    assert school.replayed().heard.again == 4
    assert school.replayed().heard.again == 0
    assert school.worth() == "consent_withdrawn"
    assert {one.kind for one in bars_of(school(), school.ref(TUVA))} == {str(one) for one in Barred}


def test_what_cannot_be_written_down_outside_is_not_registered(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LedgerFailure("said_not_written")

    with monkeypatch.context() as patched:
        patched.setattr("connectors.said_journal.SaidJournal.append", full)
        with pytest.raises(LedgerFailure, match="said_not_written"):
            opted_out(school)
        with pytest.raises(LedgerFailure, match="said_not_written"):
            withdraw(school(), school.ref(TUVA), IMAGE)
    assert (school.barred(), school.worth()) == ([], "valid")


def test_a_journal_that_somebody_changed_stops_the_replay(school: School) -> None:
    opted_out(school)
    [file] = school().certificates.parent.glob("said-*.jsonl")
    said = file.read_text()
    assert TUVA[2] not in said
    file.write_text(said.replace("opt_out", "objection", 1))
    school.lose()
    with pytest.raises(LedgerFailure, match="said_damaged"):
        school.replayed()


@pytest.mark.parametrize("left", [None, b"", "the first line"])
def test_a_journal_that_is_not_whole_stops_the_replay(
    school: School, left: bytes | str | None
) -> None:
    """Both answers of before the backup stand in the records: what lacks them lost more."""
    opted_out(school)
    [file] = school().certificates.parent.glob("said-*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    file.unlink()
    if left is not None:
        file.write_bytes(lines[0] if left == "the first line" else b"")
    school.lose()
    for _ in range(2):
        with pytest.raises(LedgerFailure, match="said_lost"):
            school.replayed()
    file.write_bytes(b"".join(lines))
    school.replayed()
    assert school.barred() == [Barred.OPT_OUT]


def test_what_was_written_about_a_request_opens_after_a_replay(school: School) -> None:
    """Each text has a key of its own, and the replay destroys keys that open nothing."""
    first = school.office.enrolled()[0]
    dpo = enrol(school(), school.clock, "dataskydd", "dpo", by=first)
    line = open_request(
        school(), Right.ACCESS, about=school.ref(TUVA), came=Came.MAIL,
        received_on=date(2026, 11, 2),
    )  # fmt: skip
    note(school(), line.ref, "Tuva ringde igen", officer=dpo.handle, code=dpo.fresh())
    school.replayed()
    told = read(school(), line.ref, officer=dpo.handle, code=dpo.fresh())
    assert [text for _, text in told] == ["Tuva ringde igen"]
