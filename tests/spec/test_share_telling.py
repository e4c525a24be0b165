"""Whoever received somebody's data is told of rectifications and restrictions too (art. 19)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from console.main import app
from lifecycle.disclosure import Stage
from lifecycle.errors import LedgerFailure, Refused
from lifecycle.ledger import EventKind
from lifecycle.telling import Because
from records import to_dos
from records.engines import reading
from records.tables import RECORDS
from records.unit_of_work import UnitOfWork
from tasks.house import wiring
from tasks.house.parts import House
from tasks.telling.recipients import about_whom, note_told, waiting
from tasks.telling.started import Started, tell
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect
from tests.factories.keys import StandingClock
from tests.factories.sharing import Desk

__all__ = ["build", "dialect"]

FIRST, SECOND = "1000000001", "1000000002"
MOVED = {"street": "Nygatan 7"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case(FIRST, TUVA), planning.case(SECOND, OMAR))
    return desk


def changed(number: str, who: planning.Person) -> str:
    """The same case, with another family name: the category `identity` is not as it was."""
    return planning.case(number, (who[0], f"{who[1]}-Ny", who[2]))


def start(desk: Desk, who: planning.Person, because: Because, *categories: str) -> Started:
    _, second = desk.enrolled()
    return tell(
        desk.house(),
        desk.ref(who),
        because=because,
        categories=categories,
        officer=second.handle,
        code=second.fresh(),
    )


def opened(desk: Desk) -> list[dict[str, str]]:
    return [dict(one.facts) for one in planning.events(desk.house(), EventKind.TELLING_OPENED)]


def asked_of_people(desk: Desk) -> list[str]:
    house = desk.house()
    with reading(house.engine) as connection:
        found = to_dos.open_to_dos(connection, controller=house.controller)
    return [one.ref for one in found if one.kind == "tell_recipients"]


def test_an_import_that_changes_what_was_disclosed_opens_one_telling_for_each_disclosure(
    desk: Desk,
) -> None:
    sent, again = desk.approved(TUVA, OMAR), desk.approved(TUVA)
    not_sent, of_another = desk.prepare(TUVA, OMAR, until=sent.as_of), desk.approved(OMAR)
    for plan in (sent, again, of_another):
        assert desk.send(plan).stage is Stage.OPEN
    desk.bring(changed(FIRST, TUVA), planning.case(SECOND, OMAR))
    found = waiting(desk.house())
    assert {one.disclosure for one in found} == {sent.ref, again.ref}
    assert not_sent.ref not in {one.disclosure for one in found}
    assert {(one.because, one.people, one.by_import) for one in found} == {
        (Because.RECTIFIED, 1, True)
    }
    for one in found:
        assert about_whom(desk.house(), one.ref) == [(desk.ref(TUVA), ("identity",))]
    assert sorted(asked_of_people(desk)) == sorted(one.ref for one in found)
    [cause] = {one.cause for one in found}
    assert cause is not None
    assert cause.startswith("I-")
    told_of = {(one["disclosure"], one["because"], one["cause"]) for one in opened(desk)}
    assert told_of == {(ref, "rectified", cause) for ref in (sent.ref, again.ref)}
    _, second = desk.enrolled()
    note_told(desk.house(), found[0].ref, officer=second.handle, code=second.fresh())
    assert [one.ref for one in waiting(desk.house())] == [found[1].ref]
    assert asked_of_people(desk) == [found[1].ref]
    with pytest.raises(Refused, match="telling_done"):
        note_told(desk.house(), found[0].ref, officer=second.handle, code=second.fresh())


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([planning.case(FIRST, TUVA)], id="the same again"),
        pytest.param(
            [changed(FIRST, TUVA), planning.case(FIRST, TUVA)], id="changed and changed back"
        ),
        pytest.param(
            [planning.case(FIRST, TUVA), changed(FIRST, TUVA), planning.case(FIRST, TUVA)],
            id="the same, changed, changed back",
        ),
        pytest.param([planning.case(FIRST, TUVA, **MOVED)], id="what was not disclosed"),
        pytest.param([planning.case("1000000003", TUVA)], id="another case"),
        pytest.param([changed(SECOND, OMAR)], id="somebody else"),
    ],
)
def test_what_changes_nothing_that_was_disclosed_is_told_nobody(
    desk: Desk, rows: list[str]
) -> None:
    desk.send(desk.approved(TUVA))
    desk.bring(*rows)
    assert waiting(desk.house()) == []
    assert opened(desk) == []
    assert asked_of_people(desk) == []


def test_a_later_change_is_a_telling_of_its_own(desk: Desk) -> None:
    sent = desk.approved(TUVA)
    desk.send(sent)
    desk.bring(changed(FIRST, TUVA))
    desk.bring(planning.case(FIRST, TUVA))
    found = waiting(desk.house())
    assert [one.disclosure for one in found] == [sent.ref, sent.ref]
    assert len({one.cause for one in found}) == 2


def test_a_case_that_the_import_itself_brings_rectifies_nothing(desk: Desk) -> None:
    sent = desk.prepare(TUVA, categories=("assignment", "identity"))
    desk.approve(sent)
    desk.send(sent)
    new = "1000000003"
    desk.bring(
        planning.case(new, TUVA, end="2027-05-01"), planning.case(new, TUVA, end="2027-06-01")
    )
    assert waiting(desk.house()) == []
    desk.bring(planning.case(FIRST, TUVA, end="2027-07-01"))
    [one] = waiting(desk.house())
    assert about_whom(desk.house(), one.ref) == [(desk.ref(TUVA), ("assignment",))]


def test_who_deleted_it_is_not_told(desk: Desk) -> None:
    sent = desk.approved(TUVA)
    desk.send(sent)
    house = desk.house()
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE disclosure SET stage = 'deleted'")
    desk.bring(changed(FIRST, TUVA))
    assert start(desk, TUVA, Because.RESTRICTED) == Started(0, 0)
    assert waiting(desk.house()) == []


def test_a_killed_import_leaves_no_telling_and_the_next_run_opens_it_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send(desk.approved(TUVA))
    killed: list[int] = []
    real = UnitOfWork.commit

    def commit(work: UnitOfWork) -> object:
        if any(one.kind is EventKind.TELLING_OPENED for one in work._events) and not killed:
            killed.append(1)
            raise LedgerFailure("not_committed")
        return real(work)

    monkeypatch.setattr(UnitOfWork, "commit", commit)
    with pytest.raises(LedgerFailure):
        desk.bring(changed(FIRST, TUVA))
    assert waiting(desk.house()) == []
    assert rows_of(desk.house(), "concerned") == 0
    desk.house(anew=True)
    desk.bring()  # begins by finishing what is there
    assert len(waiting(desk.house())) == len(opened(desk)) == 1
    assert rows_of(desk.house(), "concerned") == 1


def test_a_person_says_that_data_is_restricted_and_saying_it_again_changes_nothing(
    desk: Desk,
) -> None:
    sent = desk.approved(TUVA, OMAR)
    desk.send(sent)
    assert start(desk, TUVA, Because.RESTRICTED) == Started(1, 1)
    assert start(desk, TUVA, Because.RESTRICTED, "identity") == Started(1, 0)
    [first] = waiting(desk.house())
    assert (first.disclosure, first.because, first.cause, first.people) == (
        sent.ref, Because.RESTRICTED, None, 1,
    )  # fmt: skip
    assert opened(desk) == [{"disclosure": sent.ref, "because": "restricted"}]
    # Another person, and another reason, are another telling.
    assert start(desk, OMAR, Because.RESTRICTED) == Started(1, 1)
    assert start(desk, TUVA, Because.RECTIFIED, "identity") == Started(1, 1)
    assert len(waiting(desk.house())) == 3
    # Nobody received their health, and the ledger has that it was asked.
    assert start(desk, TUVA, Because.RECTIFIED, "health") == Started(0, 0)
    asked = planning.events(desk.house(), EventKind.TELLING_ASKED)
    assert [(one.found, one.acted) for one in asked] == [(1, 1), (1, 0), (1, 1), (1, 1), (0, 0)]
    # What was told is over: the same again is another restriction.
    _, second = desk.enrolled()
    note_told(desk.house(), first.ref, officer=second.handle, code=second.fresh())
    assert start(desk, TUVA, Because.RESTRICTED) == Started(1, 1)


def test_more_categories_than_are_to_be_told_already_are_a_telling(desk: Desk) -> None:
    sent = desk.prepare(TUVA, categories=("assignment", "identity"))
    desk.approve(sent)
    desk.send(sent)
    assert start(desk, TUVA, Because.RECTIFIED, "identity") == Started(1, 1)
    assert start(desk, TUVA, Because.RECTIFIED, "identity", "assignment") == Started(1, 1)
    assert start(desk, TUVA, Because.RECTIFIED) == Started(1, 0)


def test_what_cannot_be_told_is_refused_before_a_code_is_used(desk: Desk) -> None:
    desk.send(desk.approved(TUVA))
    _, second = desk.enrolled()
    code = second.fresh()
    for ref, because, categories, reason in (
        (desk.ref(TUVA), Because.ERASED, (), "telling_of_erasure"),
        (desk.ref(TUVA), Because.RECTIFIED, ("shoe-size",), "category_unknown"),
        ("S-0000000000001", Because.RECTIFIED, (), "subject_unknown"),
        ("Tuva", Because.RECTIFIED, (), "reference_malformed"),
    ):
        with pytest.raises(Refused, match=reason):
            tell(
                desk.house(), ref, because=because, categories=categories,
                officer=second.handle, code=code,
            )  # fmt: skip
    with pytest.raises(Refused, match="code_wrong"):
        tell(
            desk.house(), desk.ref(TUVA), because=Because.RECTIFIED,
            officer=second.handle, code="000000",
        )  # fmt: skip
    assert waiting(desk.house()) == []
    assert tell(
        desk.house(), desk.ref(TUVA), because=Because.RECTIFIED,
        officer=second.handle, code=code,
    ) == Started(1, 1)  # fmt: skip


def test_the_commands_start_a_telling_and_show_whom_it_is_about(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = desk.approved(TUVA)
    desk.send(sent)
    _, second = desk.enrolled()

    @contextmanager
    def open_again(*_: object, **__: object) -> Iterator[House]:
        yield desk.house()

    monkeypatch.setattr(wiring, "open_house", open_again)

    def gallra(*words: str, typed: str = "", code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words), input=typed)
        assert done.exit_code == code, done.output
        assert all(secret not in done.output for secret in TUVA)
        return done.output

    def by_second(*words: str, code: int = 0) -> str:
        return gallra(*words, "--by", second.handle, typed=f"{second.fresh()}\n", code=code)

    person = desk.ref(TUVA)
    assert "1 to tell, 1 of them new" in by_second(
        "share", "tell", person, "--because", "rectified"
    )
    assert "nobody to tell" in by_second(
        "share", "tell", person, "--because", "restricted", "--category", "health"
    )
    gallra("share", "tell", person, "--because", "erased", "--by", second.handle, code=2)
    assert "rectified" in gallra("share", "list", code=1)
    listed = json.loads(gallra("share", "list", "--json", code=1))
    [ref] = [one["ref"] for one in listed["tellings"]]
    assert "rectified" in gallra("share", "show", sent.ref)
    shown = gallra("share", "about", ref)
    assert person in shown
    assert "identity" in shown
    assert json.loads(gallra("share", "about", ref, "--json")) == {"about": {person: ["identity"]}}
    by_second("share", "told", ref)
    gallra("share", "list")


def rows_of(house: House, table: str) -> int:
    with reading(house.engine) as connection:
        return len(connection.execute(select(RECORDS.tables[table])).all())
