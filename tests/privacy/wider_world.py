"""The other ways to the same recipients: folders in OneDrive and Google Drive, Outlook, their own
server by SFTP. Whatever these are asked and given is written down when they stop.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from tests.factories.drive_server import drive_server
from tests.factories.drive_state import DriveState, key_file
from tests.factories.graph_server.mail_http import MailOnLoopback, mail_on_loopback
from tests.factories.graph_server.serving import graph_server
from tests.factories.graph_server.world import GraphWorld
from tests.factories.graph_worlds import DRIVE
from tests.factories.sftp_servers import PASSWORD, RecordedFiles, Server, recording_server
from tests.factories.smtp_channel_world import DOMAIN
from tests.privacy.outside_world import CONTROL_DESK
from tests.privacy.wider_ways import CLOUD_TOKEN, DESK, OFFICE, WAYS

_GUID: Final = "11111111-2222-3333-4444-555555555555"


@contextmanager
def wider_world(folder: Path, record: Path) -> Iterator[dict[str, Any]]:
    """All four servers; the channels to bind. When they stop, `record` has a folder for each with
    the files that anybody got to see, and `asked`: every request, with what it held."""
    folder.mkdir(mode=0o700)
    record.mkdir(mode=0o700)
    for way in WAYS:
        (record / way.folder).mkdir(mode=0o700)
    secrets = {"cloud": CLOUD_TOKEN, "google": key_file(), "sftp": PASSWORD}
    for name, words in secrets.items():
        (folder / name).write_text(words)
        (folder / name).chmod(0o600)
    inbox = folder / "server" / "in"
    inbox.mkdir(parents=True)
    with ExitStack() as stack:
        graph = stack.enter_context(graph_server())
        google = stack.enter_context(drive_server())
        mail = stack.enter_context(mail_on_loopback())
        seen = _seen_by_them(record / "sftp")
        server = stack.enter_context(recording_server(inbox.parent, files=seen))
        graph.behaviour.tokens = {CLOUD_TOKEN}
        google.faults.page_size = graph.behaviour.page_size = 50
        mail.token, mail.page_size = CLOUD_TOKEN, 50
        mail.boxes[OFFICE] = {}
        yield _channels(folder, graph, google, mail, server)
        _write_graph(record / "onedrive", graph)
        _write_google(record / "google", google)
        _write_mail(record / "outlook", mail)
        (record / "sftp" / "asked").write_bytes(b"\n".join(server.written))


def _app(folder: Path) -> dict[str, Any]:
    # One of its own each: a file of bindings has no aliases.
    return {
        "tenant": _GUID,
        "client_id": _GUID,
        "secret": {"file": str(folder / "cloud")},
        "timeout": 30,
    }


def _channels(
    folder: Path, graph: GraphWorld, google: DriveState, mail: MailOnLoopback, server: Server
) -> dict[str, Any]:
    return {
        "onedrive-link": {
            **_app(folder),
            "kind": "onedrive",
            "drive": DRIVE,
            "folder": graph.folder("shared").id,
            "files_host": graph.storage_host,
            "url": graph.url,
        },
        "google-link": {
            "kind": "google_drive",
            "key": {"file": str(folder / "google")},
            "folder": google.folder,
            "drive": google.drive,
            "url": google.url,
            "token_url": f"{google.url}/token",
            "timeout": 30,
        },
        "outlook-mail": {
            **_app(folder),
            "kind": "outlook",
            "url": mail.base,
            "mailbox": OFFICE,
            "encrypted_to": [DOMAIN],
        },
        "their-server": {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": server.port,
            "host_keys": [server.host_key],
            "username": server.username,
            "password": {"file": str(folder / "sftp")},
            "folder": server.folder,
            "to": [DESK, CONTROL_DESK],
            "timeout": 30,
        },
    }


def _seen_by_them(record: Path) -> type[RecordedFiles]:
    """A file side that keeps a copy of every file which got its own name."""

    class Keeping(RecordedFiles):
        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            super().posix_rename(oldpath, newpath)
            there = Path(self.map_path(newpath).decode())
            shutil.copyfile(there, record / f"{there.name}.file")

    return Keeping


def _write_graph(record: Path, graph: GraphWorld) -> None:
    graph.check()  # as Microsoft describes it, no token astray, no recycle bin
    _write_asked(
        record,
        (
            b"\n".join((f"{one.method} {one.path}?{one.query} {one.headers}".encode(), one.body))
            for one in graph.seen
        ),
    )
    drive = graph.drives[DRIVE]
    for item in [*drive.items.values(), *drive.purged]:
        if not item.folder:
            _write_file(record, item.name, item.data)
            (record / f"{item.name}.letter").write_text("\n".join(item.letters))


def _write_google(record: Path, google: DriveState) -> None:
    assert google.violations == google.trashings == []
    _write_asked(
        record,
        (
            *(" ".join(map(str, one)).encode() for one in google.requests),
            *(orjson.dumps(one["body"]) for one in google.sessions.values()),
            *("\n".join(one).encode() for one in google.mails),
        ),
    )
    for session in google.sessions.values():
        _write_file(record, session["body"]["name"], bytes(session["data"]))
    for number, (_, _, words) in enumerate(google.mails):
        (record / f"mail-{number:03}.letter").write_text(words)


def _write_mail(record: Path, mail: MailOnLoopback) -> None:
    assert mail.slips == []
    assert mail.ordinary_deletes == 0
    _write_asked(
        record,
        (
            f"{one.method} {one.path}?{one.query} {one.headers} ".encode() + orjson.dumps(one.body)
            for one in mail.requests
        ),
    )
    for number, letter in enumerate(mail.sent):
        words = f"{letter.to} {letter.cc}\n{letter.subject}\n{letter.text}"
        (record / f"mail-{number:03}.letter").write_text(words)
        for name, data in letter.files:
            _write_file(record, name, data)


def _write_asked(record: Path, requests: Iterable[bytes]) -> None:
    (record / "asked").write_bytes(b"\n".join(requests))


def _write_file(record: Path, name: str, data: bytes) -> None:
    """Under a name of its own: the same one twice would be a second delivery."""
    number = sum(1 for _ in record.glob(f"{name}*.file"))
    (record / f"{name}{'' if number == 0 else f'.again-{number}'}.file").write_bytes(data)
