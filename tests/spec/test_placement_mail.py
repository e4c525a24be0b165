"""A mailbox is looked through as a folder is: place, class and rule, never a word of a message
(A-58, A-61…A-67, A-82, A-83, A-88, A-91)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from connectors.document_text import document_text
from lifecycle.bindings.load import parse_bindings
from records.engines import reading
from records.tables import RECORDS, finding, scanned
from tasks.house.parts import House
from tasks.house.scan_wiring import ScanPlace, scan_places
from tasks.placing import messages as placement_messages
from tasks.placing.findings import reveal, standing
from tasks.placing.notes import ScanCount
from tasks.placing.scanning import scan, scannable
from tests.factories.documents import docx, paragraph, protected_zip
from tests.factories.houses import build, dialect, house
from tests.factories.mail_looked_through import (
    OFFICE,
    GraphMailWorld,
    MailWorld,
    TwinWorld,
    graph_mail_world,
)

__all__ = ["build", "dialect", "house"]

PERSON = "Tuva Exempelsson 19850709-9805"
NOTE = "Omar Påhittad är sjukskriven."


@pytest.fixture(
    params=[
        "sqlite twin",
        "sqlite graph",
        pytest.param("postgresql twin", marks=pytest.mark.postgres),
    ]
)
def which(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def surroundings(which: str) -> str:
    return which.split()[0]


@pytest.fixture
def world(which: str) -> Iterator[MailWorld]:
    if which.endswith("twin"):
        yield TwinWorld()
        return
    with graph_mail_world() as graph:
        yield graph


@pytest.fixture
def looking(house: House, world: MailWorld) -> House:
    return dataclasses.replace(house, scans={"e-mail": ScanPlace(world.mail, "chef")})


def look(house: House) -> ScanCount:
    return scan(house, only=["e-mail"])["e-mail"]


def rows(house: House, table: Any) -> list[Any]:
    with reading(house.engine) as connection:
        return list(connection.execute(select(table)).all())


def test_subject_text_and_attachment_are_found_and_told_by_class_and_rule(
    looking: House, world: MailWorld
) -> None:
    world.put(subject=NOTE)
    world.put(text=f"Hej,\n{NOTE}")
    world.put(files=[("lista.docx", docx(paragraph(NOTE)))])
    world.put(text="Vi ses på fredag.", subject="Tuva Exempelsson")  # a name alone
    # Who somebody is turns up in mail and is weeded there; a number may not lie there.
    world.put(text="Vi ses på fredag.", subject=PERSON)
    assert look(looking) == ScanCount(found=5, looked=5, new=4, standing=4)
    found = standing(looking)
    assert {(one.place, one.sign, one.data_class, one.rule, one.number) for one in found} == {
        ("e-mail", "health", "sensitive", "A-66", 1),
        ("e-mail", "identity_number", "integrity_sensitive", "A-62", 1),
    }
    assert {one.owner for one in found} == {"chef"}


def test_only_the_owner_learns_where_and_nobody_reads_content_subject_or_address(
    looking: House, world: MailWorld
) -> None:
    world.put(subject=f"{PERSON} {NOTE}", text=NOTE, files=[("Tuva.txt", NOTE.encode())])
    look(looking)
    found, _ = standing(looking)
    assert reveal(looking, found.ref)[1] == f"{OFFICE} · 2026-06-12 12:00:00"
    kept = b"".join(
        repr(row).encode() for table in RECORDS.sorted_tables for row in rows(looking, table)
    )
    for part in ("Tuva", "Exempelsson", "9805", "sjukskriven", "Omar", OFFICE, "kansli"):
        assert part.encode() not in kept


def test_what_was_looked_at_is_not_opened_again_and_what_is_gone_closes_itself(
    looking: House, world: MailWorld
) -> None:
    ill, well = world.put(text=NOTE), world.put(text="Hej")
    look(looking)
    [first] = standing(looking)
    world.move(ill)
    assert look(looking) == ScanCount(found=2, unchanged=2, standing=1)
    world.change(well, NOTE)
    count = look(looking)
    assert (count.looked, count.unchanged, count.new, count.standing) == (1, 1, 1, 2)
    world.change(ill, "Hej")
    count = look(looking)
    assert (count.looked, count.cleared, count.standing) == (1, 1, 1)
    world.remove(well)
    count = look(looking)
    assert (count.found, count.cleared, count.standing) == (1, 1, 0)
    assert len(rows(looking, scanned)) == 1
    assert {row.sealed for row in rows(looking, finding)} == {None}
    assert first.ref not in {one.ref for one in standing(looking)}


def test_a_protected_attachment_keeps_the_message_from_being_clean_and_hides_nothing_else(
    looking: House, world: MailWorld
) -> None:
    world.put(text="Se bilaga", files=[("a.zip", protected_zip())])
    world.put(text=NOTE, files=[("a.zip", protected_zip())])
    count = look(looking)
    assert (count.looked, count.could_not_look, count.new) == (2, 2, 1)


def test_who_cannot_be_reached_changes_nothing(looking: House, world: MailWorld) -> None:
    world.put(text=NOTE)
    look(looking)
    world.cut_off(off=True)
    assert not look(looking).reached
    assert len(standing(looking)) == 1
    world.cut_off(off=False)
    assert look(looking).unchanged == 1


def test_a_look_that_is_killed_goes_on_where_it_was(
    looking: House, world: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement_messages, "_PAGE", 2)
    for _ in range(5):
        world.put(text=NOTE)
    real, calls = document_text, 0

    def dying(data: bytes) -> object:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return real(data)

    monkeypatch.setattr("tasks.placing.documents.document_text", dying)
    with pytest.raises(KeyboardInterrupt):
        look(looking)
    assert len(standing(looking)) == 2
    monkeypatch.setattr("tasks.placing.documents.document_text", real)
    count = look(looking)
    assert (count.looked, count.unchanged, count.new, count.standing) == (3, 2, 3, 5)


class Slipping:
    """A list out of which one message slips, as when another one is deleted while it is read."""

    lasting = True

    def __init__(self, mail: Any) -> None:
        self.mail = mail
        self.lists = 0

    def documents(self) -> Iterator[Any]:
        self.lists += 1
        listed = list(self.mail.documents())
        return iter(listed[1:] if self.lists == 1 else listed)


@pytest.mark.parametrize("which", ["sqlite twin"])
def test_what_slips_out_of_one_list_is_not_gone(house: House) -> None:
    world = TwinWorld()
    for _ in range(3):
        world.put(text=NOTE)
    place = {"e-mail": ScanPlace(world.mail, "chef")}
    look(dataclasses.replace(house, scans=place))
    before = standing(house)
    place = {"e-mail": ScanPlace(Slipping(world.mail), "chef")}
    count = look(dataclasses.replace(house, scans=place))
    assert (count.found, count.cleared, count.standing) == (2, 0, 3)
    assert standing(house) == before
    assert len(rows(house, scanned)) == 3


@pytest.mark.parametrize("which", ["sqlite graph"])
def test_mailboxes_are_bound_like_any_other_place(house: House) -> None:
    with graph_mail_world() as world:
        world.put(text=NOTE)
        text = (house.settings.systems / "academedia.yaml").read_text(encoding="utf-8")
        text += (
            "\nscan:\n  e-mail:\n    owner: chef\n    where:\n      kind: outlook\n"
            "      place: e-mail\n      tenant: 11111111-2222-3333-4444-555555555555\n"
            "      client_id: 11111111-2222-3333-4444-555555555555\n"
            "      secret: {env: GALLRA_GRAPH}\n"
            f"      url: {world.server.base}\n      mailboxes: [Kansli@example.se]\n"
        )
        environment = {**house.settings.environment, "GALLRA_GRAPH": world.server.token}
        settings = dataclasses.replace(house.settings, environment=environment)
        bindings = parse_bindings(
            text.encode(), name="academedia.yaml", policy=house.policy, environment=environment
        )
        looking = dataclasses.replace(
            house, scans=scan_places(bindings, house.policy, settings), settings=settings
        )
        assert "e-mail" in scannable(looking)
        assert look(looking) == ScanCount(found=1, looked=1, new=1, standing=1)
        assert isinstance(world, GraphMailWorld)
    events = [orjson.loads(row.body) for row in rows(house, RECORDS.tables["ledger_event"])]
    assert events[-1]["facts"] == {"place": "e-mail"}
