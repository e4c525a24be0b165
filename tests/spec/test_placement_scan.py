"""Data lies only where the policy allows it: found, told by reference, mended by a person, closed
by itself (A-58…A-67, A-82, A-83, A-88, A-91)."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from connectors.document_text import document_text
from connectors.documents import FolderDocuments
from connectors.memory import MemoryStaging
from lifecycle.errors import Refused
from records.engines import reading
from records.tables import RECORDS, finding, ledger_event
from tasks.house.parts import House
from tasks.house.scan_wiring import ScanPlace
from tasks.placing.findings import Standing, reveal, standing
from tasks.placing.notes import ScanCount
from tasks.placing.scanning import scan, scannable
from tasks.work_orders.orders import lines
from tests.factories.documents import docx, paragraph, pdf, protected_zip
from tests.factories.houses import build, dialect, house, surroundings
from tests.factories.participants_everywhere import systems_of

__all__ = ["build", "dialect", "house", "surroundings"]

PERSON = "Tuva Exempelsson 19850709-9805"
NOTE = "Omar Påhittad är sjukskriven."


@pytest.fixture
def server() -> MemoryStaging:
    return MemoryStaging(place="file-server")


@pytest.fixture
def looking(house: House, server: MemoryStaging) -> House:
    return dataclasses.replace(
        house, scans={"file-server": ScanPlace(FolderDocuments(server), "chef")}
    )


def _scan(house: House, place: str = "file-server") -> ScanCount:
    return scan(house, only=[place])[place]


def _signs(house: House) -> list[tuple[str, str, str, int]]:
    return sorted((one.sign, one.data_class, one.rule, one.number) for one in standing(house))


def _replace(folder: MemoryStaging, name: str, data: bytes) -> None:
    for item in list(folder.list_items()):
        if item.name == name:
            folder.delete_permanently(item)
    folder.put(name, data)


def test_what_may_not_lie_there_is_told_by_reference_class_and_rule(
    looking: House, server: MemoryStaging
) -> None:
    server.put("Tuva Exempelsson.docx", docx(paragraph(PERSON) + paragraph(PERSON)))
    server.put("sjuka.txt", NOTE.encode())
    server.put("matsedel.txt", b"Fisk och potatis.")
    count = _scan(looking)
    assert count == ScanCount(found=3, looked=3, new=2, standing=2)
    assert _signs(looking) == [
        ("health", "sensitive", "A-66", 1),
        ("identity_number", "integrity_sensitive", "A-62", 2),
    ]
    assert {one.owner for one in standing(looking)} == {"chef"}


def test_the_owner_finds_the_document_and_nobody_else_reads_its_name(
    looking: House, server: MemoryStaging
) -> None:
    server.put("Tuva Exempelsson.txt", PERSON.encode())
    _scan(looking)
    (found,) = standing(looking)
    shown, where = reveal(looking, found.ref)
    assert where == "Tuva Exempelsson.txt"
    assert shown == found
    assert "Tuva" not in repr(found)
    kinds = [orjson.loads(body)["kind"] for body in _events(looking)]
    assert kinds[-1] == "finding.shown"
    everything = b"".join(
        repr(tuple(row)).encode()
        for table in RECORDS.sorted_tables
        for row in _rows(looking, table)
    )
    for part in (b"Tuva", b"Exempelsson", b"9805", b"19850709"):
        assert part not in everything


def test_a_finding_that_is_gone_closes_itself_and_its_order_says_so(
    looking: House, server: MemoryStaging
) -> None:
    server.put("a.txt", PERSON.encode())
    server.put("b.txt", NOTE.encode())
    _scan(looking)
    assert _orders(looking) == [("file-server", 2, 0)]
    _replace(server, "a.txt", b"Inget om n\xc3\xa5gon.")
    count = _scan(looking)
    assert (count.looked, count.unchanged, count.cleared, count.standing) == (1, 1, 1, 1)
    ref = standing(looking)[0].ref
    _replace(server, "b.txt", b"x")
    server.delete_permanently(next(i for i in server.list_items() if i.name == "b.txt"))
    assert _scan(looking).standing == 0
    assert _orders(looking) == [("file-server", 2, 2)], "a person says that it is mended"
    with pytest.raises(Refused, match="finding_cleared"):
        reveal(looking, ref)
    with reading(looking.engine) as connection:
        assert set(connection.execute(select(finding.c.sealed)).scalars()) == {None}
    # It comes back: a new finding of a new age, on an order of its own.
    server.put("b.txt", NOTE.encode())
    assert _scan(looking).new == 1
    assert standing(looking)[0].ref != ref
    assert sorted(_orders(looking)) == [("file-server", 1, 0), ("file-server", 2, 2)]


def test_a_renamed_document_keeps_its_reference_and_its_age(
    looking: House, server: MemoryStaging
) -> None:
    server.put("a.txt", PERSON.encode())
    _scan(looking)
    (before,) = standing(looking)
    server.delete_permanently(next(iter(server.list_items())))
    server.put("annat namn.txt", PERSON.encode())
    count = _scan(looking)
    assert (count.new, count.moved, count.cleared, count.standing) == (0, 1, 0, 1)
    assert standing(looking) == [before]
    assert reveal(looking, before.ref)[1] == "annat namn.txt"
    # A copy is another document: the first one is still there.
    server.put("kopia.txt", PERSON.encode())
    assert _scan(looking).new == 1


def test_nothing_is_opened_twice_until_it_or_the_policy_changes(
    looking: House, server: MemoryStaging
) -> None:
    server.put("a.txt", PERSON.encode())
    server.put("b.zip", protected_zip())
    assert _scan(looking).looked == 2
    second = _scan(looking)
    assert (second.looked, second.unchanged, second.protected, second.standing) == (0, 2, 1, 1)
    policy = looking.policy.model_copy()
    policy._sha256 = "0" * 64
    assert _scan(dataclasses.replace(looking, policy=policy)).looked == 2


def test_what_cannot_be_opened_is_never_clean(looking: House, server: MemoryStaging) -> None:
    server.put("hemlig.pdf", pdf(password="hemligt-1"))
    server.put("bild.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    server.put("trasig.docx", docx(paragraph(PERSON))[:150])
    server.put("tom.txt", b"")
    count = _scan(looking)
    assert (count.protected, count.could_not_look, count.standing) == (1, 2, 0)
    assert _scan(looking).could_not_look == 2


def test_a_finding_stays_while_nobody_can_look_and_goes_behind_a_password(
    looking: House, server: MemoryStaging
) -> None:
    server.put("a.pdf", pdf(PERSON))
    _scan(looking)
    _replace(server, "a.pdf", pdf(PERSON)[:200])
    assert _scan(looking).standing == 1
    _replace(server, "a.pdf", pdf(PERSON, password="hemligt-1"))
    assert _scan(looking).standing == 0


def test_a_place_that_does_not_answer_changes_nothing(
    looking: House, server: MemoryStaging
) -> None:
    server.put("a.txt", PERSON.encode())
    _scan(looking)
    server.failures.unreachable = True
    assert _scan(looking) == ScanCount(reached=False, why="folder_missing")
    assert len(standing(looking)) == 1


def test_a_run_that_is_killed_in_the_middle_goes_on(
    looking: House, server: MemoryStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        server.put(f"{number}.txt", PERSON.encode())
    monkeypatch.setattr("tasks.placing.documents._PART", 2)
    real, calls = document_text, 0

    def dying(data: bytes) -> object:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return real(data)

    monkeypatch.setattr("tasks.placing.documents.document_text", dying)
    with pytest.raises(KeyboardInterrupt):
        _scan(looking)
    assert len(standing(looking)) == 2
    monkeypatch.setattr("tasks.placing.documents.document_text", real)
    count = _scan(looking)
    assert (count.looked, count.unchanged, count.new, count.standing) == (3, 2, 3, 5)


@pytest.fixture
def novo(house: House) -> Callable[..., None]:
    file = systems_of(house) / "novo.db"

    def put(number: int, **fields: str) -> None:
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("DELETE FROM anvandare WHERE id = ?", (number,))
            names = ", ".join(["id", "roll", "fornamn", *fields])
            marks = ", ".join("?" * (3 + len(fields)))
            db.execute(
                f"INSERT INTO anvandare ({names}) VALUES ({marks})",
                (number, "elev", "Tuva", *fields.values()),
            )

    return put


def test_free_text_and_absence_keep_to_what_they_are_for(
    house: House, novo: Callable[..., None]
) -> None:
    novo(1, studielogg="Har diabetes. Läser svenska.", anmald_franvaro="2026-10-01")
    novo(2, studielogg="Klar med kapitel tre.", anmald_franvaro="2026-10-02 feber och ångest")
    novo(3, kurser="Diabetes och hälsa")
    assert "novo" in scannable(house)
    count = _scan(house, "novo")
    assert (count.found, count.new, count.standing) == (3, 2, 2)
    assert {(one.sign, one.rule) for one in standing(house)} == {
        ("health", "A-82"),
        ("health", "A-83"),
    }
    about = {reveal(house, one.ref)[1] for one in standing(house)}
    assert about == {"1 · study_log", "2 · reported_absence"}
    novo(1, studielogg="Läser svenska.", anmald_franvaro="2026-10-01")
    assert _scan(house, "novo").cleared == 1
    (left,) = standing(house)
    assert left.rule == "A-83"


def test_a_system_that_does_not_answer_is_never_clean(
    house: House, novo: Callable[..., None]
) -> None:
    novo(1, studielogg="Har diabetes.")
    _scan(house, "novo")
    file = systems_of(house) / "novo.db"
    file.rename(file.with_suffix(".away"))
    assert _scan(house, "novo") == ScanCount(reached=False, why="system_unreachable")
    assert len(standing(house)) == 1
    file.with_suffix(".away").rename(file)


def _orders(house: House) -> list[tuple[str, int, int]]:
    """(place, findings, seen gone) of the open orders."""
    return [(one.system, one.items, one.seen_gone) for one in lines(house)]


def _events(house: House) -> list[bytes]:
    with reading(house.engine) as connection:
        query = select(ledger_event.c.body).order_by(ledger_event.c.position)
        return [bytes(body) for body in connection.execute(query).scalars()]


def _rows(house: House, table: object) -> list[object]:
    with reading(house.engine) as connection:
        return list(connection.execute(select(table)))  # type: ignore[call-overload]


def test_a_finding_says_nothing_of_a_person() -> None:
    assert set(Standing._fields) == {
        *("ref", "place", "sign", "data_class", "rule", "number", "since", "owner")
    }


def test_a_folder_of_the_disk_is_bound_by_one_line(house: House, tmp_path: Path) -> None:
    from lifecycle.bindings import parse_bindings
    from tasks.house.scan_wiring import scan_places

    folder = tmp_path / "server"
    (folder / "7B").mkdir(parents=True)
    (folder / "7B" / "Tuva.txt").write_text(PERSON, encoding="utf-8")
    bound = (house.settings.systems / "academedia.yaml").read_text(encoding="utf-8")
    bound += (
        "\nscan:\n  file-server:\n    owner: chef\n"
        f"    where: {{kind: folder, place: file-server, path: {folder}}}\n"
    )
    bindings = parse_bindings(
        bound.encode(), name="academedia.yaml", policy=house.policy,
        environment=house.settings.environment,
    )  # fmt: skip
    looking = dataclasses.replace(house, scans=scan_places(bindings, house.policy, house.settings))
    assert _scan(looking).standing == 1
    assert reveal(looking, standing(looking)[0].ref)[1] == "7B/Tuva.txt"
