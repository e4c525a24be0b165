"""A large import that two workers hand over at once, one of them killed at any moment: each case is
in the case system once, is proven once, and the file goes only then."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from lifecycle.ledger import EventKind
from tests.crash.evidence import Evidence, gather
from tests.crash.scene import NEW, Home
from tests.crash.warm import Warm
from tests.factories.databases import NewDatabase
from tests.factories.houses import ROOT

SHARED: Final = """
import sys, time
from pathlib import Path
from tasks.house.wiring import open_house
from tasks.importing import chunks_shared, transfers
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
transfers.CHUNK = chunks_shared.CHUNK = 1
role, barrier, both_have_some = sys.argv[1], Path(sys.argv[2]), len(sys.argv) > 3
settle_chunk, other = transfers.settle_chunk, {"leads": "helps", "helps": "leads"}[role]
def settled(*args, **options):
    done = settle_chunk(*args, **options)
    (barrier / f"{role} did one").touch()
    if both_have_some:
        wait_for(f"{other} did one")
    return done
transfers.settle_chunk = chunks_shared.settle_chunk = settled
def wait_for(name):
    end = time.monotonic() + 60
    while not (barrier / name).exists():
        if time.monotonic() > end: sys.exit(f"{role}: nobody came")
        time.sleep(0.002)
def call_in(ref, parts):
    assert parts > 6
    wait_for("helps")
    (barrier / "ref").write_text(ref)
    (barrier / "go").touch()
    return 1
if role == "leads":
    with open_house("academedia", call_in=call_in) as house:
        for ref in begin_import(house):
            import_file(house, ref)
else:
    with open_house("academedia", chosen=[]) as house:
        (barrier / role).touch()
        wait_for("go")
        print(chunks_shared.help_with(house, (barrier / "ref").read_text(), 8))
"""
"""A case is a chunk, so that there are some to share; unless one of them is to be killed, neither
goes on to its second before the other has done its first, however slowly a machine starts it."""
SEEDS: Final = [
    1,
    pytest.param(2, marks=pytest.mark.long),
    *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(3, 11)),
]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm() as one:
        yield one


@pytest.fixture
def home(warm: Warm, dialect: str, new_database: NewDatabase, tmp_path: Path) -> Home:
    """One export that nobody has looked at."""
    databases = {}
    if dialect == "postgresql":
        databases = {
            "GALLRA_DATABASE_URL": new_database("records"),
            "GALLRA_KEY_DATABASE_URL": new_database("keys"),
        }
    made = Home(tmp_path / "home", databases=databases)
    made.path.mkdir()
    assert warm.run(["init"], env=made.env).returncode == 0
    made.put([NEW])
    return made


def two_share(home: Home, barrier: Path, *, victim: str = "", after: float = 0) -> str:
    """Both at once; what the helper said."""
    barrier.mkdir()
    processes = {
        role: subprocess.Popen(
            [sys.executable, "-c", SHARED, role, str(barrier), *([] if victim else ["both"])],
            cwd=ROOT,
            env={**home.env, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for role in ("leads", "helps")
    }
    try:
        if victim:
            end = time.monotonic() + 60
            while not (barrier / "go").exists():
                assert time.monotonic() < end
                time.sleep(0.002)
            time.sleep(after)
            processes[victim].kill()
        said = {role: process.communicate(timeout=120)[0] for role, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
    for role, process in processes.items():
        assert process.returncode == 0 or role == victim, said[role]
    return said["helps"]


def assert_all_there_once(seen: Evidence) -> None:
    assert seen.problems == []
    assert set(seen.register) == set(seen.cases)
    assert len(seen.register) >= 12
    (imported,) = seen.imports[NEW.sha256]
    assert (imported.state, imported.open_cases) == ("verified", 0)
    verified = seen.of(EventKind.HANDOVER_VERIFIED, ref=imported.ref)
    assert sum(event.verified or 0 for event in verified) == len(seen.register)
    assert len(seen.of(EventKind.HANDOVER_DONE, ref=imported.ref)) == 1
    assert seen.leases == 0


def test_two_hand_over_one_import(home: Home, tmp_path: Path) -> None:
    helped = int(two_share(home, tmp_path / "barrier"))
    seen = gather(home, tmp_path / "look")
    assert helped > 0, "nobody helped"
    assert_all_there_once(seen)
    told = [event.verified for event in seen.of(EventKind.HANDOVER_VERIFIED)]
    assert set(told) == {1}, "a chunk that another had done was handed over again"


@pytest.mark.parametrize("victim", ["leads", "helps"])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_of_both_is_killed(
    seed: int, victim: str, home: Home, warm: Warm, tmp_path: Path
) -> None:
    after = random.Random(f"{seed}{victim}").uniform(0, 0.3)
    two_share(home, tmp_path / "barrier", victim=victim, after=after)
    assert warm.run(["import"], env=home.env).returncode in {0, 1}
    assert warm.run(["import"], env=home.env).returncode == 0
    assert_all_there_once(gather(home, tmp_path / "look"))
    assert home.left() == {}
