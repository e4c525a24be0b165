"""OneDrive as a way out, beside the one who reads what is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.channel import Channel
from connectors.graph_client import GraphAnswer, GraphClient
from connectors.memory_channel import Arrival
from connectors.onedrive_channel import OneDriveChannel
from tests.factories.channel_worlds import ChannelWorld, counting_down
from tests.factories.graph_server.world import Item
from tests.factories.graph_worlds import DRIVE, OneDriveWorld, onedrive_world

NOW = datetime(2029, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")


class CloudChannelWorld:
    """The recipient reads what a link opens for them."""

    to = ("mottagare@example.se",)
    carries_files = True
    carries_text = True
    takes_back = True

    def __init__(self, cloud: OneDriveWorld, patch: pytest.MonkeyPatch) -> None:
        self.cloud = cloud
        cloud.graph.behaviour.page_size = 50
        self.step: Callable[..., None] = lambda *_: None
        once = GraphClient._once

        def stepwise(client: GraphClient, *arguments: Any, **named: Any) -> GraphAnswer:
            # A kill before a request, and one when it was done but nobody heard of it.
            self.step()
            answer = once(client, *arguments, **named)
            self.step()
            return answer

        patch.setattr(GraphClient, "_once", stepwise)

    def channel(self) -> Channel:
        return OneDriveChannel(self.cloud.folder(), place="way_out", zone=ZONE, now=lambda: NOW)

    def _shared(self) -> Iterator[tuple[str, Item]]:
        graph = self.cloud.graph
        for path, item in graph.paths(self.cloud.inbox).items():
            if item.permissions:
                yield path, item

    def arrived(self) -> list[Arrival]:
        with self.cloud.graph.lock:
            return [
                Arrival(
                    ref=path.partition("/")[0],
                    name=item.name,
                    to=tuple(
                        who["user"]["displayName"]
                        for permission in item.permissions.values()
                        for who in permission["grantedToIdentitiesV2"]
                    ),
                    content=item.data,
                    text="".join(item.letters),
                )
                for path, item in self._shared()
            ]

    def received(self) -> bytes:
        with self.cloud.graph.lock:
            drive = self.cloud.graph.drives[DRIVE]
            shown = [i for i in [*drive.purged, *drive.items.values()] if i.letters]
            return b"".join(i.data + "".join(i.letters).encode() for i in shown)

    def refuse(self) -> None:
        self.cloud.inbox.permissions["perm-open"] = {
            "id": "perm-open",
            "roles": ["read"],
            "link": {"type": "view", "scope": "organization"},
        }

    def take_away(self) -> None:
        self.cloud.graph.behaviour.unreachable = True

    def lose_answers(self) -> None:
        self.cloud.graph.behaviour.lose_answers_of.append("/createLink")

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        self.step = counting_down(step)
        try:
            yield
        finally:
            self.step = lambda *_: None


@contextmanager
def onedrive_channel_world(_: Path) -> Iterator[ChannelWorld]:
    with pytest.MonkeyPatch.context() as patch, onedrive_world() as cloud:
        yield CloudChannelWorld(cloud, patch)
        # However often it was killed or repeated, nobody was written to twice about one file.
        drive = cloud.graph.drives[DRIVE]
        assert all(len(i.letters) <= 1 for i in [*drive.purged, *drive.items.values()])
