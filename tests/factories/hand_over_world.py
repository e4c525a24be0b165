"""A folder from which a person hands over, beside the person."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from connectors import hand_over
from connectors.channel import Channel
from connectors.hand_over import HandOver
from connectors.memory_channel import Arrival
from tests.factories.channel_worlds import ChannelWorld, counting_down


class HandOverWorld:
    """What lies in the folder is what the person has; nobody else is there."""

    to = ("Storgatan 1, Exempelstad",)
    carries_files = True
    carries_text = True
    takes_back = False
    keeps_copy = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "chef"

    def channel(self) -> Channel:
        return HandOver(place="way_out", folder=self.folder)

    def arrived(self) -> list[Arrival]:
        if not self.folder.is_dir():
            return []
        return [
            Arrival(
                ref=file.stem,
                name=file.name,
                to=self.to,
                content=file.read_bytes(),
                text=file.with_suffix(".txt").read_text("utf-8"),
            )
            for file in sorted(self.folder.iterdir())
            if file.suffix not in {".part", ".txt"}
        ]

    def received(self) -> bytes:
        return b"".join((one.content or b"") + one.text.encode() for one in self.arrived())

    def refuse(self) -> None:
        """Somebody has put a link where the folder was."""
        self._away()
        elsewhere = self.folder.with_name("elsewhere")
        elsewhere.mkdir(exist_ok=True)
        self.folder.symlink_to(elsewhere)

    def take_away(self) -> None:
        self._away()
        self.folder.write_bytes(b"")

    def lose_answers(self) -> None:
        """The person lays nothing aside: what lies there is looked at."""

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        hook = counting_down(step)

        def after_hook(whole):  # type: ignore[no-untyped-def]
            def stepping(*args, **kwargs):  # type: ignore[no-untyped-def]
                hook()
                return whole(*args, **kwargs)

            return stepping

        with ExitStack() as patches:
            for owner, name in (
                (hand_over.os, "fsync"),
                (hand_over.os, "open"),
                (Path, "replace"),
                (Path, "unlink"),
            ):
                whole = getattr(owner, name)
                patches.enter_context(mock.patch.object(owner, name, after_hook(whole)))
            yield

    def _away(self) -> None:
        if self.folder.is_symlink():
            self.folder.unlink()
        elif self.folder.is_dir():
            shutil.rmtree(self.folder)


@contextmanager
def hand_over_world(folder: Path) -> Iterator[ChannelWorld]:
    folder.mkdir(parents=True, exist_ok=True)
    yield HandOverWorld(folder)
