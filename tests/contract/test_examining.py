"""Whatever kind a system is of: what its administrator did is told alike, and nothing else is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.examination import PROBE_NAME, Finding, State, What
from connectors.examining.registry import ExaminedAs, examiner, needs_of
from tasks.placing.examining_words import WORDS, sentence
from tests.factories.examined_worlds import WORLDS, Examined, app_token, examined
from tests.factories.mail_looked_through import graph_mail_world, scanned

KEEPS_FILES = ("onedrive", "google_drive", "sftp", "folder")
FORGETS = (*KEEPS_FILES, "outlook", "outlook channel")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.graph_client._PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr("connectors.http_client._PAUSES", (0.0, 0.0))
    monkeypatch.setattr("connectors.drive_client._TRIES", 2)
    monkeypatch.setattr("connectors.sftp_staging.SftpStaging._wait_until_settled", lambda *_: None)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Examined]:
    with examined(request.param, tmp_path) as made:
        yield made


def states(found: list[Finding], what: What) -> set[State]:
    return {one.state for one in found if one.what is what}


def codes(found: list[Finding], state: State) -> set[str]:
    return {one.code for one in found if one.state is state}


def happen(world: Examined, situation: str) -> None:
    happening = getattr(world, situation)
    if happening is None:
        pytest.skip("this kind has no such thing")
    happening()


def test_what_is_well_arranged_is_fine_and_the_rest_is_asked_for(world: Examined) -> None:
    found = world.look()
    assert states(found, What.REACHED) == {State.OK}
    assert {one.state for one in found} <= {State.OK, State.ASK}
    assert states(found, What.COPIES) == {State.ASK}


def test_without_a_probe_nothing_is_changed(world: Examined) -> None:
    before = list(world.left())
    found = world.look()
    assert list(world.left()) == before
    assert State.OK not in states(found, What.DELETION)


def test_what_does_not_answer_could_not_be_looked_at(world: Examined) -> None:
    happen(world, "unreachable")
    found = world.look(probe=True)
    # A folder that is not there will not come back by waiting.
    gone = "folder_missing" in {one.code for one in found}
    assert states(found, What.REACHED) == {State.WRONG if gone else State.COULD_NOT_LOOK}
    assert State.OK not in {one.state for one in found if one.what is not What.RIGHTS}
    assert states(found, What.DELETION) == set()


def test_a_refused_login_is_wrong_and_says_so(world: Examined) -> None:
    happen(world, "refuse_login")
    found = world.look(probe=True)
    assert states(found, What.REACHED) == {State.WRONG}
    assert world.codes["login"] in codes(found, State.WRONG)


def test_too_few_rights_are_told(world: Examined) -> None:
    happen(world, "too_few")
    assert world.codes["few"] in codes(world.look(), State.WRONG)


def test_too_many_rights_are_told(world: Examined) -> None:
    assert codes(world.look(), State.WRONG) == set()
    happen(world, "too_many")
    assert codes(world.look(), State.WRONG) == {world.codes["many"]}


def test_a_hold_is_met_by_the_probe(world: Examined) -> None:
    happen(world, "hold")
    found = world.look(probe=True)
    assert states(found, What.DELETION) == {State.WRONG}
    assert codes(found, State.WRONG) == {"deletion_refused"}


@pytest.mark.parametrize("kind", FORGETS)
def test_a_probe_leaves_nothing(kind: str, tmp_path: Path) -> None:
    with examined(kind, tmp_path) as world:
        found = world.look(probe=True)
        assert states(found, What.DELETION) == {State.OK}
        assert list(world.left()) == []


@pytest.mark.parametrize("kind", ["onedrive", "google_drive", "folder"])
def test_a_probe_that_a_kill_left_is_taken_away(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with examined(kind, tmp_path) as world:
        staging = world.examiner().staging  # type: ignore[attr-defined]
        with monkeypatch.context() as patch:

            def killed(*_: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(type(staging), "delete_permanently", killed)
            with pytest.raises(KeyboardInterrupt):
                world.look(probe=True)
        assert len(world.left()) == 1
        assert states(world.look(probe=True), What.DELETION) == {State.OK}
        assert list(world.left()) == []


@pytest.mark.parametrize("kind", ["onedrive", "google_drive", "sftp", "folder"])
def test_somebody_elses_file_of_that_name_stays(kind: str, tmp_path: Path) -> None:
    with examined(kind, tmp_path) as world:
        staging = world.examiner().staging  # type: ignore[attr-defined]
        staging.put(PROBE_NAME, b"not ours")
        found = world.look(probe=True)
        assert codes(found, State.WRONG) == {"name_taken"}
        assert len(world.left()) == 1


@pytest.mark.parametrize("kind", KEEPS_FILES)
def test_a_deletion_that_does_nothing_is_no_deletion(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with examined(kind, tmp_path) as world:
        staging = world.examiner().staging  # type: ignore[attr-defined]
        monkeypatch.setattr(type(staging), "delete_permanently", lambda *_: None)
        assert codes(world.look(probe=True), State.WRONG) == {"file_still_there"}


SITUATIONS = ("left", "unreachable", "refuse_login", "too_few", "too_many", "hold")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_nothing_leaks(world: Examined, situation: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncssh").setLevel(logging.WARNING)  # the server's own side
    happen(world, situation)
    found = world.look(probe=True)
    ours = [r for r in caplog.records if not r.name.startswith(("asyncssh", "asyncio"))]
    told = " ".join(map(repr, found)) + " ".join(map(sentence, found))
    told += " ".join(record.getMessage() for record in ours)
    assert [canary for canary in world.canaries if canary and canary in told] == []
    for one in found:
        assert sentence(one)[-1] in ".?)"
        assert one.code in WORDS or one.state in {State.WRONG, State.COULD_NOT_LOOK}


@pytest.mark.parametrize(
    ("roles", "wrong", "asked"),
    [
        (("Mail.Read",), set(), {"mailboxes_perhaps_all"}),
        ((), set(), set()),  # what Exchange alone gives is in no token
        (("Mail.ReadWrite",), {"graph_rights_too_many"}, {"mailboxes_perhaps_all"}),
    ],
)
def test_mailboxes_that_are_looked_through_are_read_and_nothing_else(
    roles: tuple[str, ...], wrong: set[str], asked: set[str]
) -> None:
    with graph_mail_world() as world:
        world.put(subject="Tuva Exempelsson")
        world.server.token = app_token(*roles)
        binding = scanned(world.server.base)
        looker = examiner(
            binding,
            ExaminedAs(
                name="e-mail",
                secrets=lambda _: lambda: world.server.token,
                needs=needs_of(binding),
                puts=False,
            ),
        )
        assert looker is not None
        found = list(looker.examine(probe=True))
        assert states(found, What.REACHED) == {State.OK}
        assert states(found, What.DELETION) == states(found, What.COPIES) == set()
        assert codes(found, State.WRONG) == wrong
        assert codes(found, State.ASK) == asked
