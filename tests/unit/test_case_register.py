"""The embedded register: who may read, what lies on its disk, and what a kill leaves."""

from __future__ import annotations

import re
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.base import CaseKey, HandOver
from connectors.case_access import (
    Assigned,
    EveryCase,
    Level,
    OneCase,
    OneProject,
    Reader,
    Scope,
)
from connectors.case_register import CaseRegister
from lifecycle.errors import Busy, KeyFailure, Refused, Unreachable
from tests.factories.boxes import TestBox, fingerprint
from tests.factories.cases import case_of

BATCH = "I-0000000000001-000"
COACH = Reader(level=Level.COACH, ref="U-1")
SUPERVISOR = Reader(level=Level.SUPERVISOR, ref="U-2", projects=frozenset({"Nord"}))
ADMINISTRATOR = Reader(level=Level.ADMINISTRATOR, ref="U-3")
NORTH, ALSO_NORTH = case_of(1), case_of(2)
SOUTH = case_of(3, project="Syd")


@pytest.fixture
def box() -> TestBox:
    return TestBox()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register" / "register.db"


@pytest.fixture
def register(path: Path, box: TestBox) -> CaseRegister:
    return CaseRegister(path, box, fingerprint, system="workbuster")


@pytest.fixture
def filled(register: CaseRegister) -> CaseRegister:
    register.hand_over([NORTH, ALSO_NORTH, SOUTH], batch=BATCH)
    register.assign(NORTH.key, "U-1")
    register.assign(SOUTH.key, "U-9")
    return register


SEEN: list[tuple[Reader, Scope, list[CaseKey] | None]] = [
    (COACH, OneCase(NORTH.key), [NORTH.key]),
    (COACH, OneCase(ALSO_NORTH.key), None),
    (COACH, OneCase(SOUTH.key), None),
    (COACH, OneCase(CaseKey("1", "x")), None),
    (COACH, Assigned(), [NORTH.key]),
    (COACH, OneProject("Nord"), None),
    (COACH, EveryCase(), None),
    (SUPERVISOR, OneCase(NORTH.key), [NORTH.key]),
    (SUPERVISOR, OneCase(SOUTH.key), None),
    (SUPERVISOR, OneProject("Nord"), [NORTH.key, ALSO_NORTH.key]),
    (SUPERVISOR, OneProject("Syd"), None),
    (SUPERVISOR, Assigned(), []),
    (SUPERVISOR, EveryCase(), None),
    (ADMINISTRATOR, OneCase(SOUTH.key), [SOUTH.key]),
    (ADMINISTRATOR, OneProject("Syd"), [SOUTH.key]),
    (ADMINISTRATOR, OneProject("Ingen"), []),
    (ADMINISTRATOR, EveryCase(), [NORTH.key, ALSO_NORTH.key, SOUTH.key]),
]


@pytest.mark.parametrize(("reader", "scope", "seen"), SEEN)
def test_each_level_sees_what_the_policy_gives_it_and_nothing_else(
    filled: CaseRegister, reader: Reader, scope: Scope, seen: list[CaseKey] | None
) -> None:
    if seen is None:
        with pytest.raises(Refused) as refused:
            filled.read(scope, as_=reader)
        assert refused.value.code == "not_permitted"
    else:
        assert [view.key for view in filled.read(scope, as_=reader)] == seen


def test_a_supervisor_coaching_elsewhere_sees_no_other_project(filled: CaseRegister) -> None:
    reader = Reader(level=Level.SUPERVISOR, ref="U-9", projects=frozenset({"Nord"}))
    assert filled.read(Assigned(), as_=reader) == []


def test_a_coach_who_names_projects_gains_nothing(filled: CaseRegister) -> None:
    reader = Reader(level=Level.COACH, ref="U-7", projects=frozenset({"Nord"}))
    assert filled.read(Assigned(), as_=reader) == []
    with pytest.raises(Refused):
        filled.read(OneProject("Nord"), as_=reader)


def test_a_reader_without_a_reference_is_refused() -> None:
    with pytest.raises(Refused):
        Reader(level=Level.COACH, ref="")


def test_what_is_read_is_what_was_handed_over(filled: CaseRegister) -> None:
    (view,) = filled.read(OneCase(NORTH.key), as_=COACH)
    assert (view.project, view.opened, view.coach) == ("Nord", "2026-03-02", "U-1")
    assert view.payload == NORTH.payload


def test_an_update_keeps_the_coach_and_anonymising_does_not(filled: CaseRegister) -> None:
    filled.hand_over([case_of(1, given_name="Nytt")], batch="I-0000000000002-000")
    assert len(filled.read(OneCase(NORTH.key), as_=COACH)) == 1
    filled.anonymise([NORTH.key])
    with pytest.raises(Refused):
        filled.read(OneCase(NORTH.key), as_=COACH)
    with pytest.raises(Refused):
        filled.read(OneCase(NORTH.key), as_=ADMINISTRATOR)
    (view,) = (v for v in filled.read(EveryCase(), as_=ADMINISTRATOR) if v.payload is None)
    residue = CaseKey(NORTH.key.case_reference, "#1")
    assert view == (residue, "Nord", "2026-03-02", None, None)


def test_only_a_living_case_can_be_assigned(filled: CaseRegister) -> None:
    filled.anonymise([NORTH.key])
    for key in (NORTH.key, CaseKey("1", "x")):
        with pytest.raises(Refused) as refused:
            filled.assign(key, "U-1")
        assert refused.value.code == "case_unknown"


def test_the_file_is_the_owners_alone(filled: CaseRegister, path: Path) -> None:
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_personal_lies_on_the_disk(filled: CaseRegister, path: Path) -> None:
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert NORTH.key.case_reference.encode() in content
    for personal in (b"rnamn1", b"189001029819", b"example.se", b"+46 70"):
        assert personal not in content


def test_sealed_bytes_and_key_are_gone_after_anonymising(
    filled: CaseRegister, path: Path, box: TestBox
) -> None:
    with sqlite3.connect(path) as db:
        number, sealed = db.execute(
            "SELECT payload_id, sealed FROM case_record WHERE case_reference = ?",
            (NORTH.key.case_reference,),
        ).fetchone()
    db.close()
    filled.anonymise([NORTH.key])
    assert number not in box.keys
    assert len(box.keys) == 2
    assert not any(sealed in file.read_bytes() for file in path.parent.iterdir())


def test_anonymising_beside_a_reader_is_tried_again(
    filled: CaseRegister, path: Path, box: TestBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.case_register_file._PATIENCE", 0.1)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM case_record").fetchone()
    with pytest.raises(Busy):
        filled.anonymise([NORTH.key])
    assert len(box.keys) == 2  # unreadable by now all the same
    reader.close()
    filled.anonymise([NORTH.key])
    assert list(filled.read_back([NORTH.key])) == []
    assert len(box.keys) == 2


def test_replaced_payloads_lose_their_keys(filled: CaseRegister, box: TestBox) -> None:
    before = set(box.keys)
    filled.hand_over([case_of(1, given_name="Nytt")], batch="I-0000000000002-000")
    assert len(box.keys) == 3
    assert len(before - set(box.keys)) == 1


def test_an_old_batch_repeated_does_not_undo_a_later_one(filled: CaseRegister) -> None:
    newer = case_of(1, given_name="Nytt")
    filled.hand_over([newer], batch="I-0000000000002-000")
    filled.hand_over([NORTH, ALSO_NORTH, SOUTH], batch=BATCH)
    (state,) = filled.read_back([NORTH.key])
    assert state.fingerprint == fingerprint(newer.payload)


def test_a_closed_batch_is_forgotten(filled: CaseRegister, path: Path) -> None:
    filled.close_batch(BATCH)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM batch").fetchone() == (0,)
    db.close()


class KillingBox(TestBox):
    """Kills the process, as far as one can from inside, at the n-th call of a method."""

    def __init__(self, method: str, *, after: bool) -> None:
        super().__init__()
        self.method: str | None = method
        self.after = after

    def _strike(self, method: str, *, after: bool) -> None:
        if (self.method, self.after) == (method, after):
            self.method = None
            raise KeyboardInterrupt

    def seal_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        self._strike("seal_many", after=False)
        sealed = super().seal_many(items)
        self._strike("seal_many", after=True)
        return sealed

    def shred(self, ids: Sequence[int]) -> None:
        self._strike("shred", after=False)
        super().shred(ids)
        self._strike("shred", after=True)


@pytest.mark.parametrize("method", ["seal_many", "shred"])
@pytest.mark.parametrize("after", [False, True])
def test_a_hand_over_cut_off_anywhere_is_finished_by_repeating_it(
    path: Path, method: str, after: bool
) -> None:
    box = KillingBox(method, after=after)
    register = CaseRegister(path, box, fingerprint, system="workbuster")
    armed, box.method = box.method, None
    register.hand_over([NORTH], batch=BATCH)
    box.method = armed
    newer = case_of(1, given_name="Nytt")
    with pytest.raises(KeyboardInterrupt):
        register.hand_over([newer, SOUTH], batch="I-0000000000002-000")
    restarted = CaseRegister(path, box, fingerprint, system="workbuster")
    assert restarted.hand_over([newer, SOUTH], batch="I-0000000000002-000") is HandOver.DONE
    states = {s.key: (s.fingerprint, s.copies) for s in restarted.read_back([NORTH.key, SOUTH.key])}
    assert states == {r.key: (fingerprint(r.payload), 1) for r in (newer, SOUTH)}
    assert len(box.keys) == 2  # no key without its case


def test_one_writer_at_a_time(
    filled: CaseRegister, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.case_register_file._PATIENCE", 0.05)
    other = CaseRegister(path, TestBox(), fingerprint, system="workbuster")
    with filled._file.writing(), pytest.raises(Busy):
        other.hand_over([case_of(9)], batch="I-0000000000003-000")


def test_a_key_that_is_missing_is_never_taken_for_an_empty_case(
    filled: CaseRegister, box: TestBox
) -> None:
    box.keys.clear()
    with pytest.raises(KeyFailure):
        list(filled.read_back([NORTH.key]))


def test_a_damaged_file_says_so_without_values(filled: CaseRegister, path: Path) -> None:
    for file in path.parent.glob("register.db-*"):
        if not file.name.endswith("-lock"):
            file.unlink()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Unreachable) as damaged:
        list(filled.read_back([NORTH.key]))
    assert re.fullmatch("register_(damaged|unreachable)", str(damaged.value))
