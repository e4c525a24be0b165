"""One real Prefect server, worker and all deployments, as `gallra serve` starts them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.session import prefect_session
from tests.factories.hooks import hooks_restored
from tests.flows.serving import Serving


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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`serve` in a process of its own; stopped by SIGTERM, and nothing may be left of it."""
    serving = Serving(tmp_path_factory.mktemp("house"))
    try:
        serving.start()
        assert serving.process is not None
        yield Served(home=serving.home, said=serving.said, process=serving.process)
    finally:
        serving.stop()


@pytest.fixture(scope="module")
def session(served: Served) -> Iterator[Served]:
    """This process's own runs go to that server."""
    with hooks_restored(), prefect_session(served.home) as server:
        assert not server.started_here
        yield served
