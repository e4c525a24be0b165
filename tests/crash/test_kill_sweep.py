"""Killed before any of its system calls, a command loses nothing, doubles nothing, leaves nothing,
and the same command mends it when it is simply run again."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lifecycle.ledger import EventKind
from tests.crash import erasure_scene, outside, scene
from tests.crash.erasure_mutants import ERASURE_MUTANTS
from tests.crash.evidence import gather
from tests.crash.invariants import after_rerun, at_any_time, snapshot
from tests.crash.killing import Ending, run_killed, spread, survey, why_no_strace
from tests.crash.mutants import MUTANTS
from tests.crash.scene import PEOPLE, Scene
from tests.crash.sweeping import Prepared, Sweeper, telling_first
from tests.crash.warm import ROOT, Warm

pytestmark = pytest.mark.skipif(why_no_strace() is not None, reason=str(why_no_strace()))

Make = Callable[[Warm, Path], Scene]
WORKERS = 2
LONG = pytest.mark.long

SWEEPS = [
    pytest.param(scene.importing, 4, id="import"),
    pytest.param(scene.purging, 3, id="purge"),
    pytest.param(erasure_scene.erasing, 4, id="erase"),
    pytest.param(erasure_scene.rotating, 1, id="rotate"),
    pytest.param(scene.first_import, 1, id="first-import"),
    pytest.param(scene.importing, 80, id="import-long", marks=LONG),
    pytest.param(scene.purging, 50, id="purge-long", marks=LONG),
    pytest.param(erasure_scene.erasing, 160, id="erase-long", marks=LONG),
    pytest.param(erasure_scene.rotating, 24, id="rotate-long", marks=LONG),
    pytest.param(scene.first_import, 30, id="first-import-long", marks=LONG),
]

WORDS = {
    "delete before verify": "deleted before its cases were verified",
    "no intent row": "deleted without its ledger entry",
    "ledger outside the transaction": "ledger",
    "proven before it is read back": "proven in novo, and still there",
    "our own records first": "our own records went before the others",
    "journal after the commit": "forgotten, and not in the journal",
}
"""What each seeded bug must be caught by."""


@pytest.fixture(scope="module", autouse=True)
def interface() -> Iterator[None]:
    """The outer system that is no file."""
    with outside.serving():
        yield


@pytest.fixture(scope="module")
def warm() -> Iterator[list[Warm]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Warm()) for _ in range(WORKERS)]


@pytest.fixture
def sweeper(warm: list[Warm], tmp_path: Path) -> Sweeper:
    return Sweeper(warm, tmp_path)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("make", "kills"), SWEEPS)
def test_killed_anywhere_nothing_is_lost_doubled_or_left(
    make: Make, kills: int, sweeper: Sweeper
) -> None:
    prepared = sweeper.prepare(make)
    assert prepared.wanted.problems == []
    result = sweeper.sweep(prepared, spread(prepared.points, kills + 2)[1:-1])
    print(f"\n{make.__name__}: {result}, of {len(prepared.points)} points")
    assert result.violations == {}, str(result)
    assert result.killed >= 0.95 * kills


def test_whatever_the_second_hand_does_not_do_the_first_does(sweeper: Sweeper) -> None:
    """A large import is handed over by two processes: one of them is killed."""
    alone = sweeper.prepare(scene.importing)
    for circumstance in ("two hands", "the second hand dies"):
        seen = sweeper.prepare(scene.importing, mutant=circumstance).wanted
        assert seen.problems == []
        assert snapshot(seen) == snapshot(alone.wanted), circumstance
        chunks = [e.acted for e in seen.of(EventKind.HANDOVER_VERIFIED)]
        assert max(filter(None, chunks)) <= 6, "the circumstance is there"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_while_two_hands_are_at_work(sweeper: Sweeper) -> None:
    """Where the two meet is never the same, so that some points are not reached."""
    prepared = sweeper.prepare(scene.importing, mutant="two hands")
    result = sweeper.sweep(prepared, spread(prepared.points, 30)[1:-1], mutant="two hands")
    print(f"\ntwo hands: {result}, of {len(prepared.points)} points")
    assert result.violations == {}, str(result)
    assert result.killed >= 20


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_command_started_afresh_is_no_other(warm: list[Warm], tmp_path: Path) -> None:
    """The warm process spares time and nothing else: the same kills without it."""
    made = scene.purging(warm[0], tmp_path / "template")
    command = [sys.executable, "-m", "console.main", *made.command]
    home = made.copy(tmp_path / "undisturbed")
    points = survey(command, env=home.env, folders=[home.path], cwd=ROOT, fine=made.fine)
    wanted = gather(home, tmp_path / "look")
    for point in spread(points, 8)[1:-1]:
        home = made.copy(tmp_path / f"{point.syscall}-{point.number}")
        assert run_killed(command, point, env=home.env, cwd=ROOT).ending is Ending.KILLED
        assert at_any_time(made, home, gather(home, tmp_path / "look"), wanted) == []
        again = subprocess.run(command, env=home.env, cwd=ROOT, capture_output=True)
        seen = gather(home, tmp_path / "look")
        assert after_rerun(made, home, seen, wanted, code=again.returncode) == []


def assert_caught(sweeper: Sweeper, prepared: Prepared, mutant: str, kills: int) -> None:
    chosen = spread(prepared.points, kills)
    if kills < 160:  # in an order in which it shows soon
        random.Random(kills).shuffle(chosen)
        pairs = zip(telling_first(prepared.points), chosen, strict=False)
        chosen = [point for pair in pairs for point in pair]
    result = sweeper.sweep(prepared, chosen, mutant=mutant, until=WORDS[mutant])
    print(f"\n{mutant}: {result}")
    assert result.has(WORDS[mutant]), str(result)


BUGS = [
    *(pytest.param(mutant, 100) for mutant in ("delete before verify", "no intent row")),
    *(pytest.param(mutant, 160, marks=LONG) for mutant in MUTANTS),
]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("mutant", "kills"), BUGS)
def test_the_same_sweep_catches_a_seeded_bug(mutant: str, kills: int, sweeper: Sweeper) -> None:
    assert_caught(sweeper, sweeper.prepare(scene.importing, mutant=mutant), mutant, kills)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(mutant, marks=[LONG] if mutant == "journal after the commit" else [])
        for mutant in ERASURE_MUTANTS  # that one is met late: it takes four times as many kills
    ],
)
def test_the_sweep_over_an_erasure_catches_a_seeded_bug(
    mutant: str, decided: Prepared, sweeper: Sweeper
) -> None:
    """The mutants run from where the right order was surveyed: some points are not reached."""
    rng = random.Random(1)
    commits = [point for point in decided.points if point.syscall in {"fdatasync", "sendto"}]
    rest = [point for point in decided.points if point.syscall in {"write", "fsync"}]
    rng.shuffle(commits)
    rng.shuffle(rest)
    late = [point for pair in zip(commits, rest, strict=False) for point in pair] + commits
    result = sweeper.sweep(decided, late, mutant=mutant, until=WORDS[mutant], again=False)
    print(f"\n{mutant}: {result}")
    assert result.has(WORDS[mutant]), str(result)


@pytest.fixture(scope="module")
def decided(warm: list[Warm], tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """An approved erasure, and where it can be killed."""
    return Sweeper(warm, tmp_path_factory.mktemp("decided")).prepare(erasure_scene.erasing)


def test_an_undisturbed_import_takes_in_what_was_written_into_the_files(sweeper: Sweeper) -> None:
    seen = sweeper.prepare(scene.importing).wanted
    handed_in = scene.EARLIER.cases | scene.NEW.cases | scene.CHANGED.cases
    assert {(key[0], number) for key, (number, _, _) in seen.cases.items()} == handed_in
    assert seen.register.keys() == seen.cases.keys()
    assert sorted(seen.left.values()) == ["anteckning.pdf", "halv.xlsx"]
    moved = seen.people[PEOPLE[0].national_id]["contact"].decode()
    assert f"Nyflyttade {PEOPLE[0].street}" in moved
    for number, _, content in seen.cases.values():
        assert number in seen.people
        assert content.keys() == {"assignment"}


def test_every_effect_is_the_main_threads_own(warm: list[Warm], tmp_path: Path) -> None:
    """So that the sweep sees them all; the reader's child touches nothing of ours."""
    home = scene.importing(warm[0], tmp_path / "template").copy(tmp_path / "home")
    assert warm[0].outsiders(["import"], env=home.env, folder=home.path) == []
