"""Two mailboxes that are looked through: on the Graph of the tests, or their twin in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol
from zoneinfo import ZoneInfo

from connectors.documents import Documents
from connectors.graph_client import GraphClient
from connectors.mail_document import Attached
from connectors.mailbox_documents import MailboxDocuments
from connectors.memory_mail import MemoryMailboxes, Message
from lifecycle.bindings.scan import ScannedMailboxes
from tests.factories.graph_server.mail import Letter
from tests.factories.graph_server.mail_http import MailOnLoopback, Trouble, mail_on_loopback

OFFICE, TEACHER = "kansli@example.se", "larare@example.se"
PLACE = "e-mail"
Files = Sequence[tuple[str, bytes]]


class MailWorld(Protocol):
    """What the tests ask of both."""

    @property
    def mail(self) -> Documents:
        """What is looked through."""
        ...

    def put(
        self, *, box: str = OFFICE, subject: str = "", text: str = "", files: Files = ()
    ) -> str:
        """A message comes; by what to name it here."""
        ...

    def change(self, name: str, text: str) -> None:
        """It is written on."""
        ...

    def move(self, name: str) -> None:
        """Somebody moves it to Deleted Items."""
        ...

    def remove(self, name: str) -> None:
        """Somebody deletes it from there."""
        ...

    def cut_off(self, *, off: bool) -> None:
        """Whether nobody answers."""
        ...


class TwinWorld:
    """The twin."""

    def __init__(self) -> None:
        self.mail = MemoryMailboxes()

    def put(
        self, *, box: str = OFFICE, subject: str = "", text: str = "", files: Files = ()
    ) -> str:
        return self.mail.put(
            Message(
                mailbox=box, received="2026-06-12 12:00:00", subject=subject, text=text,
                files=tuple(Attached(*one) for one in files),
            )
        )  # fmt: skip

    def change(self, name: str, text: str) -> None:
        self.mail.change(name, text)

    def move(self, name: str) -> None:
        assert name in self.mail.held  # the twin knows no folders: it is listed all the same

    def remove(self, name: str) -> None:
        del self.mail.held[name]

    def cut_off(self, *, off: bool) -> None:
        self.mail.unreachable = off


class GraphMailWorld:
    """The real thing, against a Graph on loopback that judges every request."""

    def __init__(self, server: MailOnLoopback) -> None:
        self.server = server
        server.boxes |= {OFFICE: {}, TEACHER: {}}
        self.client = GraphClient(
            lambda: server.token, system=PLACE, base=server.base, timeout=5, sleep=lambda _: None
        )
        self.mail = MailboxDocuments(
            scanned(server.base), self.client, place=PLACE, zone=ZoneInfo("Europe/Stockholm")
        )

    def put(
        self, *, box: str = OFFICE, subject: str = "", text: str = "", files: Files = ()
    ) -> str:
        letter = self.server.put(box, subject=subject, text=text, files=list(files))
        return letter.number

    def letter(self, name: str) -> Letter:
        return next(box[name] for box in self.server.boxes.values() if name in box)

    def change(self, name: str, text: str) -> None:
        letter = self.letter(name)
        letter.text, letter.version = text, letter.version + 1

    def move(self, name: str) -> None:
        self.letter(name).folder = "deleteditems"

    def remove(self, name: str) -> None:
        self.letter(name).folder = "recoverableitemsdeletions"
        for box in self.server.boxes.values():
            box.pop(name, None)

    def cut_off(self, *, off: bool) -> None:
        self.server.trouble = [Trouble(times=-1)] if off else []


def scanned(url: str) -> ScannedMailboxes:
    return ScannedMailboxes.model_validate(
        {
            "kind": "outlook",
            "place": PLACE,
            "tenant": "11111111-2222-3333-4444-555555555555",
            "client_id": "11111111-2222-3333-4444-555555555555",
            "secret": {"env": "GALLRA_GRAPH"},
            "url": url,
            "mailboxes": [OFFICE, TEACHER],
        }
    )


@contextmanager
def graph_mail_world() -> Iterator[GraphMailWorld]:
    """At the end: every request was as Microsoft describes it, and none but reading."""
    with mail_on_loopback() as server:
        world = GraphMailWorld(server)
        yield world
        assert server.slips == []
        assert {one.method for one in server.requests} <= {"GET"}
