"""Who waits for an answer is reminded of in time, once a reminder; what was written stays not for
ever (art. 5(1)(e), 12(3))."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from lifecycle.ledger import EventKind
from lifecycle.references import REQUEST, from_reference
from lifecycle.rights import Came, Given, Outcome, Right
from records import rights as kept
from records.engines import reading
from tasks.house.parts import House
from tasks.rights.daily import Counts, look
from tasks.rights.files import folder_of
from tasks.rights.register import open_request
from tasks.rights.steps import answer
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house"]


class Post:
    """Keeps what was written."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []

    def write(self, *, subject: str, text: str, mark: str) -> None:
        self.written.append((mark, subject + text))


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock, post: Post) -> Desk:
    def with_post(house: House) -> House:
        return dataclasses.replace(house, mailbox=post)

    return Desk(build, standing_clock, change=with_post)


@pytest.fixture
def dpo(desk: Desk) -> Authenticator:
    first, _ = desk.enrolled()
    return enrol(desk.house(), desk.clock, "dataskydd", "dpo", by=first)


def asked(desk: Desk) -> str:
    return open_request(
        desk.house(), Right.COMPLAINT, came=Came.MAIL, received_on=date(2026, 11, 2),
        text="Anna Påhittad klagar",
    ).ref  # fmt: skip


def test_each_reminder_comes_once_and_once_it_is_late_every_day(desk: Desk, post: Post) -> None:
    asked(desk)
    days = []
    for day in range(34):
        before = len(post.written)
        look(desk.house())
        look(desk.house())
        if len(post.written) > before:
            assert len(post.written) == before + 1
            days.append(day)
        desk.clock.pass_time(days=1)
    assert days == [16, 23, 28, 31, 32, 33]
    assert len({mark for mark, _ in post.written}) == len(post.written)
    assert not any("Anna" in text for _, text in post.written)
    assert "OVERDUE" in post.written[-1][1]
    assert len(events(desk.house(), EventKind.REQUEST_REMINDED)) == len(days)


def test_after_an_outage_one_reminder_stands_for_all(desk: Desk, post: Post) -> None:
    asked(desk)
    desk.clock.pass_time(days=29)
    assert look(desk.house()) == Counts(1, 0, 1, 0, 0)
    assert look(desk.house()).reminded == 0


def test_what_people_wrote_goes_a_year_after_the_answer_with_its_key(
    desk: Desk, dpo: Authenticator
) -> None:
    ref = asked(desk)
    waits = asked(desk)
    answer(
        desk.house(), ref, Outcome.GRANTED, given=Given.MAIL, text="Hej Anna",
        officer=dpo.handle, code=dpo.fresh(),
    )  # fmt: skip
    desk.clock.pass_time(days=365)
    assert look(desk.house()).texts_gone == 0
    desk.clock.pass_time(days=1)
    assert look(desk.house()).texts_gone == 2
    assert look(desk.house()).texts_gone == 0
    house = desk.house()
    with reading(house.engine) as connection:
        for one, texts in ((ref, 0), (waits, 1)):
            number = from_reference(REQUEST, one)
            assert len(kept.written(connection, house.vault, number)) == texts
        assert len(kept.steps(connection, from_reference(REQUEST, ref))) == 2
    assert events(house, EventKind.KEYS_DESTROYED)


def test_what_lies_ready_for_nobody_goes_and_what_waits_stays(desk: Desk) -> None:
    ref = asked(desk)
    folder = folder_of(desk.house())
    folder.mkdir(parents=True)
    for name in (f"{ref}.zip", "Q-0000000000000.pdf", "Q-0000000000000.zip.part", "notes.txt"):
        (folder / name).write_bytes(b"x")
    assert look(desk.house()).files_gone == 2
    assert sorted(one.name for one in folder.iterdir()) == [f"{ref}.zip", "notes.txt"]
