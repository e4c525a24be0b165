"""A note before the sending, another one after it; what is in doubt stays in doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sent_journal import FolderJournal
from lifecycle.errors import Misconfigured, NotProven, Refused
from lifecycle.references import to_reference

REF = to_reference("X", 7)
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def journal(folder: Path) -> FolderJournal:
    return FolderJournal(folder / "sent", now=lambda: NOW)


def test_what_was_never_begun_is_not_known(tmp_path: Path) -> None:
    assert journal(tmp_path).look(REF) is None
    assert list(tmp_path.iterdir()) == []


def test_begun_and_sent_are_told_apart_by_whoever_starts_anew(tmp_path: Path) -> None:
    journal(tmp_path).begin(REF)
    assert journal(tmp_path).look(REF) == (False, NOW)
    journal(tmp_path).sent(REF)
    assert journal(tmp_path).look(REF) == (True, NOW)
    [note] = (tmp_path / "sent").iterdir()
    assert note.name == REF
    assert note.stat().st_mode & 0o777 == 0o600
    assert note.parent.stat().st_mode & 0o777 == 0o700


def test_only_one_may_begin(tmp_path: Path) -> None:
    journal(tmp_path).begin(REF)
    with pytest.raises(NotProven) as unsure:
        journal(tmp_path).begin(REF)
    assert unsure.value.code == "perhaps_delivered"
    journal(tmp_path).not_sent(REF)
    journal(tmp_path).begin(REF)


@pytest.mark.parametrize(
    "text", ["", "sent", "se", "begun", "sent yesterday", "\xff\xfe", "\0" * 30]
)
def test_a_damaged_note_never_lets_anything_go_twice(tmp_path: Path, text: str) -> None:
    journal(tmp_path).begin(REF)
    (tmp_path / "sent" / REF).write_text(text, encoding="latin-1")
    note = journal(tmp_path).look(REF)
    assert note is not None
    assert note.begun_at.year == 1
    with pytest.raises(NotProven):
        journal(tmp_path).begin(REF)


def test_a_draft_that_was_left_is_no_note(tmp_path: Path) -> None:
    journal(tmp_path).begin(REF)
    (tmp_path / "sent" / f"{REF}.draft").write_text("sent")
    note = journal(tmp_path).look(REF)
    assert note is not None and not note.sent
    journal(tmp_path).sent(REF)
    assert [path.name for path in (tmp_path / "sent").iterdir()] == [REF]


@pytest.mark.parametrize("ref", ["", "../etc", "X-1", "S-0000000000007", "X-000000000000/"])
def test_a_note_is_called_by_a_reference_and_nothing_else(tmp_path: Path, ref: str) -> None:
    for ask in (journal(tmp_path).look, journal(tmp_path).begin, journal(tmp_path).sent):
        with pytest.raises(Refused):
            ask(ref)
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "sent"])


def test_a_folder_that_cannot_be_used_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "sent").write_text("a file")
    for ask in (journal(tmp_path).look, journal(tmp_path).begin):
        with pytest.raises(Misconfigured) as unusable:
            ask(REF)
        assert str(unusable.value) == "sent_journal_unusable"
        assert unusable.value.__context__ is None


def test_a_journal_that_was_begun_is_told_from_an_empty_folder(tmp_path: Path) -> None:
    assert not journal(tmp_path).is_kept()
    (tmp_path / "sent").mkdir()
    assert not journal(tmp_path).is_kept()  # a disk that is not mounted
    for _ in range(2):
        journal(tmp_path).start()
        assert journal(tmp_path).is_kept()
    assert journal(tmp_path).look(REF) is None
    (tmp_path / "sent" / "journal").unlink()
    journal(tmp_path).begin(REF)
    assert journal(tmp_path).is_kept()  # begun before there was a mark


def test_a_journal_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    (tmp_path / "sent").write_text("a file")
    for ask in (journal(tmp_path).is_kept, journal(tmp_path).start):
        with pytest.raises(Misconfigured, match="sent_journal_unusable"):
            ask()
