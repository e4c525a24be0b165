"""A connection that breaks anywhere leaves no part that passes for the whole, and no second one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.channel import Parcel, Standing
from connectors.sftp import SftpChannel
from connectors.sftp_staging import SftpStaging
from lifecycle.errors import Retryable, Unreachable
from lifecycle.references import to_reference
from tests.factories.sftp_servers import Proxy, Server, proxy_to
from tests.factories.sftp_worlds import KINDS, sftp_folder

CONTENT = bytes(range(256)) * 4000
"""1 MB: many blocks, and each prefix differs from what follows it."""


class Line:
    """A channel to a server, by a proxy that can cut."""

    def __init__(self, server: Server, inbox: Path, proxy: Proxy, file: Path) -> None:
        self.server, self.inbox, self.proxy = server, inbox, proxy
        self._file = file

    def channel(self, *, timeout: int = 10) -> SftpChannel:
        binding = self.server.binding(port=self.proxy.port, timeout=timeout)
        return SftpChannel(binding, self.server.login(), place="kommun")

    def parcel(self, number: int) -> Parcel:
        return Parcel(ref=to_reference("X", number), file=self._file, name="dokument.zip", to=())

    def lying(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


@pytest.fixture(params=KINDS)
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    with sftp_folder(request.param, tmp_path / "server") as (server, inbox):
        file = tmp_path / "sealed"
        file.write_bytes(CONTENT)
        with proxy_to(server.port) as proxy:
            yield Line(server, inbox, proxy, file)


def sweep(line: Line, points: int) -> None:
    """Cut at so many points on the way up, and at as many on the way down."""
    line.channel().withdraw(line.channel().deliver(line.parcel(0)))
    line.proxy.free()
    line.channel().deliver(line.parcel(1))
    whole = dict(line.proxy.carried)
    assert whole["up"] > len(CONTENT)
    assert whole["down"] > len(CONTENT)
    number, failed, resumed = 1, 0, 0
    for way in ("up", "down"):
        for point in range(points):
            number += 1
            line.proxy.free()
            setattr(line.proxy, f"{way}_left", whole[way] * point // points)
            sent = line.parcel(number)
            try:
                line.channel().deliver(sent)
            except Unreachable:
                failed += 1
            lying = line.lying()
            final, part = f"{sent.ref}-dokument.zip", f"{sent.ref}.part"
            assert lying.get(final, CONTENT) == CONTENT
            left = lying.get(part)
            line.proxy.free()
            delivered = line.channel().deliver(sent)
            if left and line.proxy.carried["up"] < len(CONTENT):
                resumed += 1
            lying = line.lying()
            assert lying[final] == CONTENT
            assert part not in lying
            if point % 8 == 0:  # another connection
                assert line.channel().standing(delivered) is Standing.THERE
    assert sorted(line.lying()) == sorted(
        f"{to_reference('X', n)}-dokument.zip" for n in range(1, number + 1)
    )
    assert failed >= 2 * points - 2
    assert resumed >= points // 4


def test_cut_at_a_few_points_nothing_partial_is_taken_for_whole(line: Line) -> None:
    sweep(line, 3)


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_cut_at_64_points_up_and_down(line: Line) -> None:
    sweep(line, 64)


def fetch(line: Line, points: int) -> None:
    """Cut a fetching at so many points: the whole file, or none."""
    (line.inbox / "export.xlsx").write_bytes(CONTENT)
    login = line.server.login()
    binding = line.server.binding(port=line.proxy.port)
    staging = SftpStaging(binding, login, place="inbox", settling=0.0)
    (item,) = staging.list_items()
    line.proxy.free()
    assert staging.read(item) == CONTENT
    whole = line.proxy.carried["down"]
    for point in range(points):
        line.proxy.free()
        line.proxy.down_left = whole * point // points
        with pytest.raises(Retryable):
            staging.read(item)
        line.proxy.free()
        assert staging.read(item) == CONTENT


def test_a_fetching_that_is_cut_gives_nothing(line: Line) -> None:
    fetch(line, 3)


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_a_fetching_that_is_cut_at_64_points_gives_nothing(line: Line) -> None:
    fetch(line, 64)


@pytest.mark.parametrize(
    ("way", "share"), [("up", 0.0), ("up", 0.5), ("down", 0.001), ("down", 0.5)]
)
def test_a_peer_that_falls_silent_is_given_up(line: Line, way: str, share: float) -> None:
    line.proxy.silent = True
    setattr(line.proxy, f"{way}_left", int(len(CONTENT) * share))
    began = time.monotonic()
    with pytest.raises(Unreachable) as silent:
        line.channel(timeout=1).deliver(line.parcel(1))
    assert silent.value.code == "system_unreachable"
    assert time.monotonic() - began < 8
    line.proxy.silent = False
    line.proxy.free()
    line.channel().deliver(line.parcel(1))
    assert line.lying() == {f"{to_reference('X', 1)}-dokument.zip": CONTENT}


def test_a_server_that_takes_nothing_more_is_given_up(tmp_path: Path) -> None:
    # More than fits into all the buffers on the way: the sending itself hangs.
    file = tmp_path / "sealed"
    file.write_bytes(bytes(24_000_000))
    with (
        sftp_folder("sftp", tmp_path / "server", window=64_000_000) as (server, inbox),
        proxy_to(server.port) as proxy,
    ):
        proxy.silent, proxy.up_left = True, 1_000_000
        line = Line(server, inbox, proxy, file)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            line.channel(timeout=1).deliver(line.parcel(1))
        assert time.monotonic() - began < 8
