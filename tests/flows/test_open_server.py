"""A server that somebody started open is called open, by each setting that would close it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.house import children
from tasks.serving.openness import answers, openings
from tasks.serving.prefect_place import Place
from tasks.serving.prefect_settings import environment, prefect_home
from tests.flows.serving import READY_LIMIT, free_port

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(420)]

CLOSES = (
    "PREFECT_SERVER_API_AUTH_STRING",
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED",
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS",
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Prefect as it starts by itself: without a password, without tokens, for every origin."""
    home: Path = tmp_path_factory.mktemp("open")
    port = free_port()
    settings = {k: v for k, v in environment(home, port=port).items() if k not in CLOSES}
    child = children.start(
        [sys.executable, "-m", "prefect", "--no-prompt", "server", "start"],
        settings=settings,
        log=prefect_home(home) / "server.log",
        cwd=prefect_home(home),
    )
    place = Place(f"http://127.0.0.1:{port}/api", "nobody:whatever", here=True)
    end = time.monotonic() + READY_LIMIT
    try:
        while not answers(place):
            assert child.poll() is None
            assert time.monotonic() < end
            time.sleep(0.5)
        yield place
    finally:
        children.stop(child)


def test_each_opening_is_named(opened: Place) -> None:
    assert tuple(openings(opened)) == CLOSES
