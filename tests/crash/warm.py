"""The `gallra` command in a process forked from one that has imported everything already.

Starting Python and importing takes 1.5 s, the import of a small file 0.3 s: only so can hundreds
of kills be had. From the fork on everything is the real thing: a process of its own with its own
session, environment and exit status. strace is attached before its first call.

Run as a program this module is the warm process; `Warm` is its client.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tests.crash.killing import (
    EFFECTS,
    NAMING,
    KillPoint,
    Run,
    ending_of,
    points_in,
    tracing,
)

ROOT = Path(__file__).resolve().parents[2]
_SECONDS_TO_END = 120
_PR_SET_PDEATHSIG, _PR_SET_PTRACER = 1, 0x59616D61


class Done(NamedTuple):
    """How a run ended."""

    pid: int
    returncode: int
    output: str


class Warm:
    """Runs one command at a time; `with Warm() as warm: warm.run(["status"], env=…)`."""

    def __enter__(self) -> Warm:
        self._scratch = tempfile.TemporaryDirectory(prefix="gallra-warm-")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)},
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(30)
        self._server.stdout.close()
        self._scratch.cleanup()

    def run(
        self, command: Sequence[str], *, env: Mapping[str, str], mutant: str | None = None
    ) -> Done:
        """Run `gallra` with these arguments to its end."""
        with self._begun(command, env, mutant) as (pid, gate):
            _open(gate)
            return self._ended(pid)

    def survey(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folders: Iterable[Path],
        sockets: bool = False,
        mutant: str | None = None,
    ) -> list[KillPoint]:
        """As `killing.survey`; exit code 1 (a person has something to do) is a success too."""
        with self._begun(command, env, mutant) as (pid, gate):
            log = Path(self._scratch.name) / "log"
            with _attached(pid, [*tracing(EFFECTS, log), *NAMING]):
                _open(gate)
                done = self._ended(pid)
            if done.returncode not in (0, 1):
                raise RuntimeError(f"the run to survey failed with {done.returncode}: {done}")
            return points_in(log, folders, sockets=sockets)

    def outsiders(
        self, command: Sequence[str], *, env: Mapping[str, str], folder: Path
    ) -> list[str]:
        """Calls below `folder` by any thread or child of the command's but its main thread."""
        with self._begun(command, env, None) as (pid, gate):
            log = Path(self._scratch.name) / "log"
            with _attached(pid, ["-f", *tracing(EFFECTS, log), *NAMING]):
                _open(gate)
                self._ended(pid)
            lines = log.read_text("utf-8", "replace").splitlines()
            assert any(str(folder) in line for line in lines if line.startswith(f"{pid} "))
            return [
                line for line in lines if str(folder) in line and not line.startswith(f"{pid} ")
            ]

    def run_killed(
        self,
        command: Sequence[str],
        point: KillPoint,
        *,
        env: Mapping[str, str],
        mutant: str | None = None,
    ) -> tuple[Run, list[int]]:
        """As `killing.run_killed`, and the processes that outlived the kill by two seconds."""
        with self._begun(command, env, mutant) as (pid, gate):
            log = Path(self._scratch.name) / "log"
            inject = f"inject={point.syscall}:signal=KILL:when={point.number}"
            with _attached(pid, [*tracing([point.syscall], log), "-e", inject]):
                _open(gate)
                done = self._ended(pid)
            left = left_behind(pid, env["GALLRA_HOME"])
            return Run(point, ending_of(done.returncode), done.returncode, done.output), left

    @contextlib.contextmanager
    def _begun(
        self, command: Sequence[str], env: Mapping[str, str], mutant: str | None
    ) -> Iterator[tuple[int, Path]]:
        scratch = Path(self._scratch.name)
        gate = scratch / "gate"
        if not gate.exists():
            os.mkfifo(gate)
        request = {
            "command": list(command),
            "env": dict(env),
            "mutant": mutant,
            "gate": str(gate),
            "output": str(scratch / "output"),
        }
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        yield self._answer(), gate

    def _ended(self, pid: int) -> Done:
        returncode = self._answer()
        written = (Path(self._scratch.name) / "output").read_text("utf-8", "replace")
        return Done(pid, returncode, written)

    def _answer(self) -> int:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the warm process has died")
        return int(line)


def left_behind(pid: int, home: str, *, seconds: float = 2.0) -> list[int]:
    """The living processes of the session that `pid` led, and those that it told of `home`,
    after some time to die."""
    deadline = time.monotonic() + seconds
    while living := [p for p in _pids() if _session(p) == pid or _knows(p, home)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return living


def _pids() -> Iterator[int]:
    return (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def _session(pid: int) -> int | None:
    """The session of a living process; None for a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[3])


def _knows(pid: int, home: str) -> bool:
    """Whether a living process was started with this GALLRA_HOME."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"GALLRA_HOME={home}".encode() in environment and _session(pid) is not None


def _open(gate: Path) -> None:
    with gate.open("wb") as opened:
        opened.write(b"!")


@contextlib.contextmanager
def _attached(pid: int, arguments: Sequence[str]) -> Iterator[None]:
    """strace on the process `pid`, which waits at its gate, for the block."""
    tracer = subprocess.Popen(
        ["strace", "-p", str(pid), *arguments], stderr=subprocess.PIPE, text=True
    )
    try:
        assert tracer.stderr is not None
        line = tracer.stderr.readline()
        if "attached" not in line:
            raise RuntimeError(f"strace does not attach: {line}")
        yield
        tracer.wait(_SECONDS_TO_END)
    finally:
        if tracer.poll() is None:
            tracer.kill()
            tracer.wait()
        assert tracer.stderr is not None
        tracer.stderr.close()


# --- the warm process ------------------------------------------------------------------------


def _serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(request)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(request: dict[str, Any]) -> NoReturn:
    """Be the command: own session, environment, output; wait at the gate; run; end."""
    import ctypes

    code = 99
    try:
        os.setsid()
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)  # strace is not our parent
        output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, output), (2, output)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(request["env"])
        tempfile.tempdir = None
        with open(request["gate"], "rb") as gate:  # noqa: PTH123 -- nothing of pathlib's first
            gate.read(1)
        code = _run(request["command"], request["mutant"])
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _run(command: list[str], mutant: str | None) -> int:
    from console.main import main

    if mutant is not None:
        from tests.crash.erasure_mutants import ERASURE_MUTANTS
        from tests.crash.mutants import CIRCUMSTANCES, MUTANTS

        (MUTANTS | CIRCUMSTANCES | ERASURE_MUTANTS)[mutant]()
    sys.argv = ["gallra", *command]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001 -- told in the run's output
        import traceback

        traceback.print_exc()
        return 98
    return 0


def _warm_up() -> None:
    """What the commands import on their way; databases are opened only after the fork."""
    import importlib

    for name in (
        "rich.console", "rich.table", "rich.text", "sqlalchemy.dialects.sqlite",
        "sqlalchemy.dialects.postgresql.psycopg", "connectors.reader_process", "console.main",
        "connectors.http", "connectors.sql", "http.client", "tasks.proving.certifying",
        "tasks.importing.deletions", "tasks.erasing.execution", "tasks.importing.intake",
        "tasks.proving.keys", "tasks.importing.main_job", "tasks.importing.purge",
        "tasks.remedies.every", "tasks.house.wiring", "tests.crash.erasure_mutants",
        "tests.crash.mutants", "uuid",
    ):  # fmt: skip
        importlib.import_module(name)


if __name__ == "__main__":
    _warm_up()
    _serve()
