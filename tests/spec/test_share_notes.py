"""What was sent where nobody can look is known by notes alone: lost, nothing goes twice (A-69)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors.channel import Delivered, Parcel, Remembers
from connectors.sent_journal import FolderJournal
from connectors.sms_gateway import SmsChannel
from connectors.smtp_channel import SmtpChannel
from lifecycle.disclosure import Stage
from lifecycle.errors import Misconfigured, NotProven, Unreachable
from tasks.sharing.withdrawing import withdraw_due
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import MAIL, TEXT, Desk, RecordingChannel

__all__ = ["build", "dialect", "house"]


class NotingChannel(RecordingChannel):
    """A way on which nobody can look; it notes what it sends, as mail and text messages do."""

    def __init__(self, *, place: str, folder: Path) -> None:
        super().__init__(place=place, takes_back=False)
        self.journal = FolderJournal(folder)

    def has_notes(self) -> bool:
        return self.journal.is_kept()

    def begin_notes(self) -> None:
        self.journal.start()

    def deliver(self, parcel: Parcel) -> Delivered:
        known = self.journal.look(parcel.ref)
        if known is not None and known.sent:
            return Delivered(parcel.ref, parcel.ref)
        if known is not None:
            raise NotProven("perhaps_delivered")
        self.journal.begin(parcel.ref)
        self._arrived.pop(parcel.ref, None)  # the recipient's server takes it a second time
        delivered = super().deliver(parcel)
        self.journal.sent(parcel.ref)
        return delivered


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    return {MAIL: tmp_path / "mail-notes", TEXT: tmp_path / "text-notes"}


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock, folders: dict[str, Path]) -> Desk:
    mail, text = (NotingChannel(place=name, folder=folders[name]) for name in (MAIL, TEXT))
    desk = Desk(build, standing_clock, mail=mail, text=text)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def test_the_ways_that_keep_notes_say_so() -> None:
    for kind in (SmtpChannel, SmsChannel):
        assert issubclass(kind, Remembers)
    assert not issubclass(RecordingChannel, Remembers)


def test_the_first_time_the_notes_are_begun(desk: Desk, folders: dict[str, Path]) -> None:
    plan = desk.approved(TUVA)
    desk.text.failures.unreachable = True  # not even then are they taken for lost afterwards
    for _ in range(2):
        with pytest.raises(Unreachable):
            desk.send(plan)
    assert all((folder / "journal").is_file() for folder in folders.values())
    desk.text.failures.unreachable = False
    assert desk.send(plan).stage is Stage.OPEN


@pytest.mark.parametrize("how", ["gone", "not mounted"])
@pytest.mark.parametrize("which", [MAIL, TEXT])
def test_lost_notes_let_nothing_go_twice(
    desk: Desk, folders: dict[str, Path], which: str, how: str
) -> None:
    channel = desk.mail if which == MAIL else desk.text
    plan = desk.approved(TUVA)
    channel.failures.lost_answers = 1  # it arrives, and nobody says so
    with pytest.raises(Unreachable):
        desk.send(plan)
    assert len(channel.handed) == 1
    kept = folders[which].with_name("kept")
    shutil.move(folders[which], kept)
    if how == "not mounted":
        folders[which].mkdir()
    for _ in range(2):
        with pytest.raises(Misconfigured, match="sent_journal_lost"):
            desk.send(plan)
    with pytest.raises(Misconfigured, match="sent_journal_lost"):
        desk.send(desk.approved(OMAR))
    assert len(channel.handed) == 1
    shutil.rmtree(folders[which], ignore_errors=True)
    shutil.move(kept, folders[which])
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert len(channel.handed) == 1


def test_no_wish_to_delete_goes_without_them_either(desk: Desk, folders: dict[str, Path]) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    shutil.rmtree(folders[MAIL])
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken.failure == "sent_journal_lost"
    assert len(desk.mail.handed) == 1
    folders[MAIL].mkdir()
    (folders[MAIL] / "journal").touch()  # as the remedy says
    [taken] = withdraw_due(desk.house())
    assert (taken.stage, taken.failure) == (Stage.WITH_RECIPIENT, "")
    assert len(desk.mail.handed) == 2
