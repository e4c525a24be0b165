"""Every way out beside the one who receives: the worlds of the contract tests of channels.

To add a channel: write a class that does what `ChannelWorld` says (in a module of its own beside
this one, `tests/factories/<kind>_channel_world.py`), with a context manager that starts whatever
server it needs on loopback and stops it, and name that context manager in `WORLDS`, one line.
`tests/contract/test_channels.py` then asks of it what it asks of all. Imports of heavy libraries
belong inside the context manager.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol

from connectors.channel import Channel
from connectors.memory_channel import Arrival, MemoryChannel


class Killed(BaseException):
    """The process was killed at this very place."""


class ChannelWorld(Protocol):
    """A way out, and what happens at its other end."""

    to: tuple[str, ...]
    """An address list that may be sent to."""
    carries_files: bool
    """False: letters alone (text messages)."""
    carries_text: bool
    """False: the file alone (a folder on a server)."""
    takes_back: bool
    """False: after delivery it is `BEYOND`, and withdrawing changes nothing there."""
    keeps_copy: bool
    """True: a copy of what was sent stays with us (Sent Items): `THERE` until it is withdrawn,
    `BEYOND` then."""

    def channel(self) -> Channel:
        """A new channel, as a process has it that has just started: nothing remembered but what
        is durable."""
        ...

    def arrived(self) -> list[Arrival]:
        """What lies with the recipient now and can be got at."""
        ...

    def received(self) -> bytes:
        """Every byte of content that the other end ever got hold of, decoded as it decodes it;
        what was taken back since is still in it. A file arrives here as its own bytes."""
        ...

    def refuse(self) -> None:
        """From now on the other end is one that nothing may be sent to (`Refused`,
        `Misconfigured`)."""
        ...

    def take_away(self) -> None:
        """From now on the other end cannot be reached (`Unreachable`)."""
        ...

    def lose_answers(self) -> None:
        """The next parcel arrives whole, but the answer to it never does."""
        ...

    def kill_at(self, step: int) -> AbstractContextManager[None]:
        """Within the block, `Killed` is raised at the `step`-th step (from 0) of whatever is
        done: each request, each command, each note on disk is one step at least."""
        ...


class MemoryWorld:
    """The twin."""

    to = ("mottagare@example.se",)
    carries_files = True
    carries_text = True
    keeps_copy = False

    def __init__(self, *, takes_back: bool) -> None:
        self.takes_back = takes_back
        self._channel = MemoryChannel(place="way_out", takes_back=takes_back)
        self._ever: dict[str, bytes] = {}

    def channel(self) -> Channel:
        return self._channel

    def arrived(self) -> list[Arrival]:
        for arrival in self._channel.arrived:
            self._ever[arrival.ref] = (arrival.content or b"") + arrival.text.encode()
        return self._channel.arrived

    def received(self) -> bytes:
        self.arrived()
        return b"".join(self._ever.values())

    def refuse(self) -> None:
        self._channel.failures.refuse = "recipient_refused"

    def take_away(self) -> None:
        self._channel.failures.unreachable = True

    def lose_answers(self) -> None:
        self._channel.failures.lost_answers = 1

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        self._channel.failures.step = counting_down(step)
        try:
            yield
        finally:
            self._channel.failures.step = lambda _: None


def counting_down(step: int) -> Callable[..., None]:
    """A hook that raises `Killed` the `step`-th time (from 0) that it is called."""
    left = [step]

    def hook(*_: object) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1

    return hook


@contextmanager
def memory_world(_: Path) -> Iterator[ChannelWorld]:
    yield MemoryWorld(takes_back=True)


@contextmanager
def memory_mail_world(_: Path) -> Iterator[ChannelWorld]:
    yield MemoryWorld(takes_back=False)


WORLDS: dict[str, str] = {
    "google_drive": "tests.factories.drive_channel_world:drive_channel_world",
    "hand_over": "tests.factories.hand_over_world:hand_over_world",
    "memory": "tests.factories.channel_worlds:memory_world",
    "memory_beyond": "tests.factories.channel_worlds:memory_mail_world",
    "onedrive": "tests.factories.onedrive_channel_world:onedrive_channel_world",
    "outlook": "tests.factories.outlook_channel_world:outlook_world",
    "sftp": "tests.factories.sftp_channel_world:sftp_world",
    "sms": "tests.factories.sms_channel_world:sms_world",
    "sms_once": "tests.factories.sms_channel_world:sms_once_world",
    "smtp": "tests.factories.smtp_channel_world:smtp_world",
}
"""Name → module and context manager; the latter gets an empty folder of its own."""


@contextmanager
def channel_world(name: str, folder: Path) -> Iterator[ChannelWorld]:
    """The world called `name`."""
    module, _, function = WORLDS[name].partition(":")
    with getattr(import_module(module), function)(folder) as world:
        yield world
