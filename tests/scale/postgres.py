"""PostgreSQL with its extensions, as a database server has it: Prefect wants one of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flows.serving import free_port

_INSTALLED = Path("/usr/lib/postgresql")


def programs() -> Path:
    """The folder of the newest PostgreSQL that the system's packages brought; skips without."""
    found = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda one: int(one.parents[1].name))
    if not found:
        pytest.skip("PostgreSQL is not among the system's packages here")
    return found[-1].parent


@contextmanager
def installed_postgres(*databases: str) -> Iterator[str]:
    """A server of one's own on loopback with these empty databases, gone at the end; its address
    without a database's name."""
    place = programs()
    folder = Path(tempfile.mkdtemp(prefix="gallra-scale-"))
    # It refuses to run as root; whoever installed it made a user for it.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    before = as_user if os.geteuid() == 0 else []
    if before:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} "
        "-c fsync=off -c max_connections=300"
    )

    def run(*words: str) -> None:
        done = subprocess.run(
            [*before, *words], capture_output=True, text=True, timeout=120, check=False, cwd="/"
        )
        assert done.returncode == 0, done.stdout + done.stderr

    cluster, log = folder / "data", folder / "log"
    try:
        run(
            *(str(place / "initdb"), "-D", str(cluster), "-U", "gallra", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8"),
        )
        pg_ctl = str(place / "pg_ctl")
        subprocess.run(
            [*before, pg_ctl, "-D", str(cluster), "-o", options, "-l", str(log), "-w", "start"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=120, check=True, cwd="/",
        )  # fmt: skip
        try:
            for name in databases:
                run(
                    *(str(place / "createdb"), "-h", "127.0.0.1", "-p", str(port)),
                    *("-U", "gallra", name),
                )
            yield f"postgresql://gallra@127.0.0.1:{port}"
        finally:
            run(pg_ctl, "-D", str(cluster), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
