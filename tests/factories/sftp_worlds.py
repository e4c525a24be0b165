"""Staging folders on SFTP servers, and what people and machines do to them behind their back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.sftp_staging import SftpStaging
from tests.factories.sftp_servers import SSHD, Server, openssh_server, recording_server

KINDS = ("sftp", "sftp_openssh")


@contextmanager
def sftp_folder(kind: str, root: Path, **options: Any) -> Iterator[tuple[Server, Path]]:
    """A server of that kind, and where its folder lies on this machine."""
    if kind == "sftp_openssh" and SSHD is None:
        pytest.skip("OpenSSH's server is not installed (Debian: openssh-server)")
    inbox = root / "in"
    inbox.mkdir(parents=True)
    start = openssh_server if kind == "sftp_openssh" else recording_server
    with start(root, **options) as server:
        yield server, inbox


def staging_on(server: Server, *, settling: float = 0.0) -> SftpStaging:
    return SftpStaging(server.binding(), server.login(), place="inbox", settling=settling)


def dropper(inbox: Path) -> Callable[[str, bytes], None]:
    """Puts files as people do, but each in a second of its own: the protocol knows no finer
    times, and the tests do not wait."""
    second = int(time.time()) - 30

    def drop(key: str, data: bytes) -> None:
        nonlocal second
        path = inbox / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        second += 1
        os.utime(path, (second, second))

    return drop
