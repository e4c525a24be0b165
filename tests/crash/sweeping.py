"""Kill a command at many points, look, run it again, look again; say what broke where."""

from __future__ import annotations

import queue
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.evidence import Evidence, gather
from tests.crash.invariants import after_rerun, at_any_time
from tests.crash.killing import Ending, KillPoint, sweep
from tests.crash.scene import Home, Scene
from tests.crash.warm import Warm


@dataclass(frozen=True)
class Prepared:
    """A scene with the points at which it can be killed, and where it ends undisturbed."""

    scene: Scene
    points: list[KillPoint]
    wanted: Evidence


@dataclass
class Result:
    """What a sweep found."""

    killed: int = 0
    not_reached: int = 0
    violations: dict[KillPoint, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    def has(self, violation: str) -> bool:
        """Whether a violation with these words in it was found."""
        return any(violation in one for found in self.violations.values() for one in found)

    def __str__(self) -> str:
        kinds = Counter(v for found in self.violations.values() for v in set(found))
        told = [f"{self.killed} kills in {self.seconds:.0f} s, {self.not_reached} not reached"]
        told += [f"{number} × {what}" for what, number in kinds.most_common()]
        told += [f"{p.syscall} {p.number}: {found}" for p, found in [*self.violations.items()][:10]]
        return "\n".join(told)


def telling_first(points: Sequence[KillPoint]) -> list[KillPoint]:
    """All the points, those first that follow closest upon a file's removal from a folder."""
    removals = [i for i, point in enumerate(points) if point.syscall == "unlinkat"]
    order = sorted(
        range(len(points)),
        key=lambda i: min((i - r for r in removals if r < i), default=len(points)),
    )
    return [points[i] for i in order]


class Sweeper:
    """Works with some warm processes, each in folders of its own below `folder`."""

    def __init__(self, warm: Sequence[Warm], folder: Path) -> None:
        self._warm: queue.Queue[Warm] = queue.Queue()
        for one in warm:
            self._warm.put(one)
        self._workers = len(warm)
        self._folder = folder

    def prepare(
        self, make: Callable[[Warm, Path], Scene], *, mutant: str | None = None
    ) -> Prepared:
        """Make the scene and run its command undisturbed, to see the points and the goal."""
        warm = self._warm.get()
        folder = self._folder / f"{make.__name__}-{mutant}"
        folder.mkdir()
        scene = make(warm, folder / "template")
        home = scene.copy(folder / "undisturbed")
        points = warm.survey(
            scene.command,
            env=home.env,
            folders=home.folders,
            sockets=home.outside is not None,
            mutant=mutant,
        )
        wanted = gather(home, folder / "look")
        self._warm.put(warm)
        return Prepared(scene, points, wanted)

    def sweep(
        self,
        prepared: Prepared,
        points: Sequence[KillPoint],
        *,
        mutant: str | None = None,
        until: str | None = None,
        again: bool = True,
    ) -> Result:
        """Kill at each of `points`; `until`: stop when a violation is so called. Not `again`: the
        command is not run again after the kill."""
        began = time.monotonic()
        result = Result()

        def one(point: KillPoint) -> None:
            if until is not None and result.has(until):
                return
            warm = self._warm.get()
            try:
                ending, found = self._one(warm, prepared, point, mutant, again=again)
            finally:
                self._warm.put(warm)
            result.killed += ending is Ending.KILLED
            result.not_reached += ending is not Ending.KILLED
            if found:
                result.violations[point] = found

        sweep(points, one, workers=self._workers)
        result.seconds = time.monotonic() - began
        return result

    def _one(
        self,
        warm: Warm,
        prepared: Prepared,
        point: KillPoint,
        mutant: str | None,
        *,
        again: bool,
    ) -> tuple[Ending, list[str]]:
        scene, wanted = prepared.scene, prepared.wanted
        folder = self._folder / f"{point.syscall}-{point.number}"
        folder.mkdir()
        home = scene.copy(folder / "home")
        run, left = warm.run_killed(scene.command, point, env=home.env, mutant=mutant)
        found = ["a process outlives the kill"] if left else []
        if run.ending is Ending.FAILED and run.returncode not in scene.fine:
            found.append(f"it ended with {run.returncode} before the kill: {run.output[-300:]}")
        if run.ending is Ending.KILLED:
            found += at_any_time(scene, home, gather(home, folder / "look"), wanted)
        for _ in range(2 * again):
            found += self._again(warm, prepared, home, folder / "look", mutant)
        home.remove()
        shutil.rmtree(folder)
        return run.ending, found

    def _again(
        self, warm: Warm, prepared: Prepared, home: Home, look: Path, mutant: str | None
    ) -> list[str]:
        scene = prepared.scene
        done = warm.run(scene.command, env=home.env, mutant=mutant)
        seen = gather(home, look)
        found = after_rerun(scene, home, seen, prepared.wanted, code=done.returncode)
        if found:
            found.append(f"(it said: {done.output[-300:]})")
        return found
