"""Two workers and more on the same files at once: nothing doubled, nothing lost; whoever finds
another at work is told to try again, and then finds everything done."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from lifecycle.ledger import EventKind
from tests.crash import erasure_invariants, erasure_scene, outside, scene
from tests.crash.evidence import Evidence, gather
from tests.crash.invariants import after_rerun, at_any_time
from tests.crash.scene import Home, Scene
from tests.crash.warm import Done, Warm
from tests.factories.databases import NewDatabase

TRY_AGAIN = 5
LATER = [
    0.0,
    *(pytest.param(after, marks=pytest.mark.long) for after in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)),
]
"""Seconds by which each following worker starts later than the one before."""


@pytest.fixture(scope="module")
def warm() -> Iterator[list[Warm]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Warm()) for _ in range(4)]


@pytest.fixture(scope="module")
def alone(warm: list[Warm], tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Where one worker alone arrives with an import."""
    folder = tmp_path_factory.mktemp("alone")
    made = scene.untouched(warm[0], folder / "home")
    assert warm[0].run(["import"], env=made.home.env).returncode == 1
    return gather(made.home, folder / "look")


@pytest.fixture
def databases(dialect: str, new_database: NewDatabase) -> dict[str, str]:
    """None of their own on SQLite: there they lie in the home."""
    if dialect == "sqlite":
        return {}
    return {
        "GALLRA_DATABASE_URL": new_database("records"),
        "GALLRA_KEY_DATABASE_URL": new_database("keys"),
    }


def at_once(warm: Sequence[Warm], home: Home, *commands: Sequence[str], later: float) -> list[Done]:
    """The commands at the same time, each in a process of its own."""

    def one(position: int) -> Done:
        time.sleep(later * position)
        return warm[position].run(commands[position], env=home.env)

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(one, range(len(commands))))


def assert_told_apart(done: Sequence[Done], made: Scene) -> None:
    for one in done:
        assert one.returncode in {0, 1, TRY_AGAIN} | made.fine, one.output


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("workers", [2, pytest.param(4, marks=pytest.mark.long)])
def test_the_same_folder_imported_at_once(
    workers: int, later: float, warm: list[Warm], alone: Evidence,
    databases: dict[str, str], tmp_path: Path,
) -> None:  # fmt: skip
    made = scene.untouched(warm[0], tmp_path / "home", databases)
    made = replace(made, command=("import",), fine=frozenset({1}))
    done = at_once(warm, made.home, *[["import"]] * workers, later=later)
    assert_told_apart(done, made)
    seen = gather(made.home, tmp_path / "look")
    assert at_any_time(made, made.home, seen, alone) == []
    # Each may have met another at some file, but every file had somebody at work on it.
    assert {scene.NEW.sha256, scene.LATE.sha256} <= seen.imports.keys()
    again = warm[0].run(["import"], env=made.home.env)
    seen = gather(made.home, tmp_path / "look")
    assert after_rerun(made, made.home, seen, alone, code=again.returncode) == []


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize(
    "commands",
    [
        ["import", "purge"],
        pytest.param(["import", "purge"] * 2, marks=pytest.mark.long),
        pytest.param(["purge", "import"], marks=pytest.mark.long),
        pytest.param(["purge", "purge"], marks=pytest.mark.long),
    ],
    ids=" ".join,
)
def test_purged_while_it_is_imported(
    commands: list[str], later: float, warm: list[Warm], alone: Evidence,
    databases: dict[str, str], tmp_path: Path,
) -> None:  # fmt: skip
    made = scene.untouched(warm[0], tmp_path / "home", databases)
    done = at_once(warm, made.home, *([command] for command in commands), later=later)
    assert_told_apart(done, made)
    seen = gather(made.home, tmp_path / "look")
    assert at_any_time(made, made.home, seen, alone) == []
    again = [warm[0].run([command], env=made.home.env) for command in ("import", "purge")]
    assert [one.returncode for one in again] == [0, 0], again
    seen = gather(made.home, tmp_path / "look")
    assert at_any_time(made, made.home, seen, alone) == []
    assert (seen.left, seen.leases) == ({}, 0)
    for version in made.home.files:
        (file,) = seen.files[version]
        assert len(seen.of(EventKind.DELETION_DONE, ref=file.ref)) == 1
        told = len(seen.of(EventKind.FILE_NEVER_IMPORTED, ref=file.ref))
        assert told == (file.sha256 not in seen.imports)


@pytest.mark.parametrize("later", LATER)
def test_one_plan_carried_out_by_two_at_once(
    later: float, warm: list[Warm], databases: dict[str, str], tmp_path: Path
) -> None:
    """One carries it out; the other is told to try again, or finds everything done."""
    with outside.serving():
        made = erasure_scene.erasing(warm[0], tmp_path / "home", databases)
        done = at_once(warm, made.home, made.command, made.command, later=later)
        codes = sorted(one.returncode for one in done)
        assert codes in ([0, TRY_AGAIN], [0, 0]), done
        seen = gather(made.home, tmp_path / "look")
        assert seen.problems == []
        assert erasure_invariants.at_any_time(made, seen) == []
        assert erasure_invariants.after_rerun(made, seen) == []
        assert seen.leases == 0


@pytest.mark.parametrize("later", LATER)
def test_a_plan_carried_out_while_there_is_an_import(
    later: float, warm: list[Warm], databases: dict[str, str], tmp_path: Path
) -> None:
    """Who is still here comes again with a new case, at the very moment when others go."""
    with outside.serving():
        made = erasure_scene.erasing(warm[0], tmp_path / "home", databases)
        made.home.put([erasure_scene.ANOTHER])
        done = at_once(warm, made.home, ["import"], made.command, later=later)
        assert {one.returncode for one in done} <= {0, TRY_AGAIN}, done
        for command in (["import"], made.command):
            assert warm[0].run(command, env=made.home.env).returncode == 0
        seen = gather(made.home, tmp_path / "look")
        assert seen.problems == []
        assert erasure_invariants.after_rerun(made, seen) == []
        brought = {case for case, _ in erasure_scene.ANOTHER.cases}
        assert brought <= {reference for reference, _ in seen.register}
        assert seen.left == {}
