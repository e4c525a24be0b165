"""One real Prefect server, worker and all deployments, as `gallra serve` starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.session import prefect_session
from tests.factories.hooks import hooks_restored

ROOT = Path(__file__).resolve().parents[2]
_SERVE = """
import sys
from pathlib import Path
from tasks.serving import serve
def say(line): print(line, flush=True)
sys.exit(serve(Path(sys.argv[1]), announce=say, port=int(sys.argv[2])))
"""
_READY_LIMIT = 240.0


@dataclass(frozen=True)
class Served:
    """A running house: its folder, what the operator was told, and the process that serves."""

    home: Path
    said: Path
    process: subprocess.Popen[bytes]

    @property
    def staging(self) -> Path:
        """Where exports are dropped."""
        place = self.home / "staging"
        place.mkdir(exist_ok=True)
        return place


def free_port() -> int:
    """A port of the loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`serve` in a process of its own; stopped by SIGTERM, and nothing may be left of it."""
    home = tmp_path_factory.mktemp("house")
    said = home / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(home), str(free_port())],
            cwd=ROOT,
            env={**os.environ, "GALLRA_HOME": str(home), "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + _READY_LIMIT
        while "Stop with Ctrl-C" not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.5)
        yield Served(home=home, said=said, process=process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def session(served: Served) -> Iterator[Served]:
    """This process's own runs go to that server."""
    with hooks_restored(), prefect_session(served.home) as server:
        assert not server.started_here
        yield served
