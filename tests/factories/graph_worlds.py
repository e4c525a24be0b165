"""A folder in OneDrive on the Graph of the tests, and the connectors that are bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.graph_client import GraphClient
from connectors.onedrive import CloudStaging
from connectors.onedrive_items import BoundFolder
from tests.factories.graph_server.serving import graph_server
from tests.factories.graph_server.world import GraphWorld, Item

DRIVE = "b!drive-one"
TOKEN = "canary-token-0017"
"""Searched for wherever it must not be."""


@dataclass
class OneDriveWorld:
    """A bound folder among others, on a server that judges every request."""

    graph: GraphWorld
    inbox: Item
    beside: Item
    """A folder that nobody bound: whatever lies there stays as it is."""
    slept: list[float] = field(default_factory=list)
    tokens: list[str] = field(default_factory=lambda: [TOKEN])
    """Given one after the other; the last again and again."""

    def client(self) -> GraphClient:
        """A client that does not sleep, and notes for how long it would have."""
        return GraphClient(
            lambda: self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0],
            system="af-staging",
            base=self.graph.url,
            storage_hosts=(self.graph.storage_host,),
            timeout=10,
            sleep=self.slept.append,
        )

    def folder(self) -> BoundFolder:
        """The bound folder."""
        return BoundFolder(self.client(), drive=DRIVE, folder=self.inbox.id)

    def staging(self, *, largest_file: int = 64 * 1024 * 1024) -> CloudStaging:
        """The bound folder as staging."""
        return CloudStaging(self.folder(), place="af-staging", largest_file=largest_file)

    def drop(self, name: str, data: bytes) -> Item:
        """What a person does: a file appears in the bound folder, or is replaced."""
        return self.graph.drop(name, data, within=self.inbox)

    def take_away(self) -> None:
        """The bound folder is deleted by somebody."""
        with self.graph.lock:
            going = [self.inbox]
            items = self.graph.drives[DRIVE].items
            for one in going:
                going += [item for item in items.values() if item.parent == one.id]
                del items[one.id]

    def refuse_deletion(self, status: int = 403) -> None:
        """A hold lies on everything."""
        self.graph.behaviour.refuse["/permanentDelete"] = status


@contextmanager
def onedrive_world() -> Iterator[OneDriveWorld]:
    """At the end, what must hold of every test is asserted."""
    with graph_server() as graph:
        inbox = graph.folder("inbox")
        beside = graph.folder("beside")
        graph.drop("Tuva Exempelsson.xlsx", b"not ours", within=beside)
        yield OneDriveWorld(graph, inbox, beside)
        graph.check()
        assert {n: i.data for n, i in graph.paths(beside).items()} == {
            "Tuva Exempelsson.xlsx": b"not ours"
        }
