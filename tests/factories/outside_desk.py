"""A recipient outside, as bindings name one: a mailbox, a telephone, and a shared folder on a Graph
of its own; every byte that reaches any of them is counted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyzipper
import trustme

from connectors.memory_channel import Arrival
from lifecycle.passwords import is_generated
from tests.factories.graph_server.world import Item
from tests.factories.graph_worlds import DRIVE, OneDriveWorld, onedrive_world
from tests.factories.graph_worlds import TOKEN as GRAPH_TOKEN
from tests.factories.mail_server import mail_server
from tests.factories.sms_channel_world import TOKEN as SMS_TOKEN
from tests.factories.sms_channel_world import Gateway, gateway
from tests.factories.smtp_channel_world import DOMAIN, HOST, Office, arrival, server_tls

FOLDER, MAIL, TEXT = "cloud-folder", "encrypted-mail-with-file", "text-message"
TELEPHONE: Final = "+46701740605"
ADDRESS: Final = f"mottagare@{DOMAIN}"
_GUID: Final = "11111111-2222-3333-4444-555555555555"


@dataclass
class OutsideDesk:
    """What the recipient has, and what to bind for it."""

    folder: Path
    office: Office
    texts: Gateway
    cloud: OneDriveWorld
    mail_port: int

    def bindings(self) -> dict[str, Any]:
        """The channels and the recipient to bind."""
        graph = self.cloud.graph
        return {
            "channels": {
                FOLDER: {
                    "kind": "onedrive",
                    "tenant": _GUID,
                    "client_id": _GUID,
                    "secret": {"file": str(self.folder / "graph-token")},
                    "url": graph.url,
                    "drive": DRIVE,
                    "folder": self.cloud.inbox.id,
                    "files_host": graph.storage_host,
                },
                MAIL: {
                    "kind": "smtp",
                    "sender": "gallra@skola.example.se",
                    "servers": {
                        DOMAIN: [{"host": HOST, "port": self.mail_port, "address": "127.0.0.1"}]
                    },
                    "only_pinned": True,
                    "trusted": str(self.folder / "ca.pem"),
                    "journal": "${GALLRA_HOME}/sent",
                    "timeout": 10,
                },
                TEXT: {
                    "kind": "sms",
                    "url": self.texts.url,
                    "probe": "/account",
                    "token": {"file": str(self.folder / "sms-token")},
                    "journal": "${GALLRA_HOME}/sent-texts",
                    "timeout": 10,
                },
            },
            "recipients": {
                "arbetsformedlingen": {
                    "desk": {
                        "email": ADDRESS,
                        "phone": TELEPHONE,
                        "password_by": TEXT,
                        "language": "sv",
                    }
                }
            },
        }

    def given(self) -> int:
        """Bytes that anybody outside was handed: letters, texts, and what Graph was asked to keep
        or do."""
        with self.cloud.graph.lock:
            asked = sum(len(one.body) for one in self.cloud.graph.seen if one.method != "GET")
        mails = sum(len(one.original_content or b"") for one in self.office.mails)
        return mails + asked + sum(len(body) for _, _, _, body in self.texts.requests)

    def mails(self) -> list[Arrival]:
        return [arrival(one) for one in self.office.mails]

    def shared(self) -> list[Item]:
        """Files that somebody outside may open now."""
        graph = self.cloud.graph
        with graph.lock:
            found = graph.paths(self.cloud.inbox).values()
            return [item for item in found if item.permissions and not item.folder]

    def passwords(self) -> list[str]:
        """What came by text message, oldest first."""
        words = [word for text in self.texts.texts for word in text["message"].split()]
        return [word for word in words if is_generated(word)]


def read_sealed(content: bytes, password: str) -> str:
    """What somebody reads who has both."""
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        [name] = archive.namelist()
        return archive.read(name, pwd=password.encode()).decode("utf-8-sig")


@contextmanager
def outside_desk(folder: Path) -> Iterator[OutsideDesk]:
    """The three servers; they end with the block."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name, token in (("graph-token", GRAPH_TOKEN), ("sms-token", SMS_TOKEN)):
        (folder / name).write_text(token)
        (folder / name).chmod(0o600)
    office = Office()
    with ExitStack() as stack:
        tls = server_tls(authority.issue_cert(HOST))
        port = stack.enter_context(mail_server(office, tls_context=tls))
        texts = stack.enter_context(gateway())
        cloud = stack.enter_context(onedrive_world())
        cloud.graph.behaviour.page_size = 50
        yield OutsideDesk(folder, office, texts, cloud, port)
