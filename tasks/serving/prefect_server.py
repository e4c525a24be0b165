"""A local Prefect server in the background: started if none runs, stopped by who started it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lifecycle.errors import Unreachable
from tasks.house import children
from tasks.house.settings import Settings
from tasks.serving.prefect_api import is_ours
from tasks.serving.prefect_place import note, noted_port
from tasks.serving.prefect_settings import (
    DEFAULT_PORT,
    HOST,
    assert_closed,
    environment,
    prefect_home,
)

START_LIMIT: Final = 150.0
"""Seconds: a fresh database takes 20-35 s on two idle cores."""


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """A running Prefect server of this house."""

    port: int
    started_here: bool
    """Whether this process started it, and so stops it."""

    @property
    def api(self) -> str:
        """The address for clients."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def ui(self) -> str:
        """The address for people."""
        return f"http://{HOST}:{self.port}"


def running(home: Path) -> PrefectServer | None:
    """The server of this house that answers now, if any: it must know our password."""
    port = noted_port(home)
    if port is None or not is_ours(home, port):
        return None
    return PrefectServer(port=port, started_here=False)


@contextmanager
def local_server(home: Path, *, port: int | None = None) -> Iterator[PrefectServer]:
    """Reuse this house's server or start one, and stop it again if it was started here.

    Without `port` the usual one is taken, or a free one when somebody else has that. Raises
    `Unreachable("prefect_server_did_not_start")` after `START_LIMIT` seconds, or
    `Unreachable("prefect_port_taken")`.
    """
    with _one_starter(home):
        server = running(home)
        child = None
        if server is None:
            chosen = _choose_port(home, port)
            try:
                child = _start(home, chosen)
            except Unreachable:
                if port is not None or _is_free(chosen):
                    raise
                chosen = _any_port()  # somebody else took it in between
                child = _start(home, chosen)
            server = PrefectServer(port=chosen, started_here=True)
    try:
        yield server
    finally:
        if child is not None:
            note(home).unlink(missing_ok=True)
            children.stop(child)


def _start(home: Path, port: int) -> subprocess.Popen[bytes]:
    from tasks.serving.run_history import limit  # policies and databases: a client needs neither

    settings = environment(home, port=port, keep=limit(Settings.from_environment()))
    assert_closed(settings)
    child = children.start(
        [sys.executable, "-m", "flows.server", "--no-prompt", "server", "start"],
        settings=settings,
        log=prefect_home(home) / "server.log",
        cwd=prefect_home(home),
    )
    try:
        _wait_for(home, port, child)
        with open(note(home), "w", opener=_for_owner) as file:
            json.dump({"port": port}, file)
    except BaseException:
        children.stop(child, patience=2)
        raise
    return child


def _wait_for(home: Path, port: int, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if child.poll() is not None:
            break
        if is_ours(home, port):
            return
        time.sleep(0.25)
    raise Unreachable("prefect_server_did_not_start")


def _choose_port(home: Path, asked: int | None) -> int:
    if asked is not None:
        if not _is_free(asked):
            raise Unreachable("prefect_port_taken", port=asked)
        return asked
    for port in (noted_port(home), DEFAULT_PORT):
        if port is not None and _is_free(port):
            return port
    return _any_port()


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def _one_starter(home: Path) -> Iterator[None]:
    """Two commands at once start one server: the second waits and then finds it."""
    with open(prefect_home(home) / "start.lock", "w", opener=_for_owner) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
