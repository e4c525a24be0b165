"""Google Drive as a way out, beside the one who reads what is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from connectors.channel import Channel
from connectors.drive_client import Answered, DriveClient
from connectors.drive_files import DriveFiles, DriveRoot
from connectors.drive_token import ServiceAccountToken
from connectors.google_drive_channel import DriveChannel
from connectors.memory_channel import Arrival
from tests.factories.channel_worlds import ChannelWorld, counting_down
from tests.factories.drive_state import DriveState, key_file
from tests.factories.drive_worlds import strict_drive

NOW: Final = datetime(2029, 6, 1, 12, tzinfo=UTC)
ZONE: Final = ZoneInfo("Europe/Stockholm")


class DriveWorld:
    """The recipient reads what has a permission for them."""

    to = ("mottagare@example.se",)
    carries_files = True
    carries_text = True
    takes_back = True

    def __init__(self, server: DriveState, patch: pytest.MonkeyPatch) -> None:
        self.server = server
        self.step: Callable[..., None] = lambda *_: None
        server.now = lambda: NOW
        server.faults.page_size = 50
        self._token = ServiceAccountToken(
            key_file,
            token_url=f"{server.url}/token",
            acting_as=None,
            timeout=5,
            place="way_out",
        )
        sent = DriveClient._sent

        def stepwise(client: DriveClient, *arguments: Any) -> Answered:
            # A kill before a request, and one when it was done but nobody heard of it.
            self.step()
            answered = sent(client, *arguments)
            self.step()
            return answered

        patch.setattr(DriveClient, "_sent", stepwise)

    def channel(self) -> Channel:
        # A new process would fetch a token of its own, which takes longer than all the rest.
        client = DriveClient(self.server.url, self._token, timeout=5, place="way_out")
        files = DriveFiles(client, DriveRoot(self.server.folder, self.server.drive))
        return DriveChannel(files, place="way_out", zone=ZONE, now=lambda: NOW)

    def arrived(self) -> list[Arrival]:
        with self.server.lock:
            return [
                Arrival(
                    ref=file["appProperties"]["gallraParcel"],
                    name=file["name"],
                    to=tuple(p["emailAddress"] for p in self.server.permissions[id_].values()),
                    content=self.server.content[id_],
                    text="".join(text for _, about, text in self.server.mails if about == id_),
                )
                for id_, file in self.server.files.items()
                if self.server.permissions[id_]
            ]

    def received(self) -> bytes:
        with self.server.lock:
            letters = [text.encode() for _, _, text in self.server.mails]
            return b"".join(self.server.shown + letters)

    def refuse(self) -> None:
        self.server.faults.restrictions["driveMembersOnly"] = True

    def take_away(self) -> None:
        self.server.faults.down = True

    def lose_answers(self) -> None:
        self.server.faults.only = "permissions.create"
        self.server.faults.lost = 1

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        self.step = counting_down(step)
        try:
            yield
        finally:
            self.step = lambda *_: None


@contextmanager
def drive_channel_world(_: Path) -> Iterator[ChannelWorld]:
    with pytest.MonkeyPatch.context() as patch, strict_drive() as server:
        yield DriveWorld(server, patch)
        # However often it was killed or repeated, nobody was written to twice about one file.
        assert len({(to, file) for to, file, _ in server.mails}) == len(server.mails)
