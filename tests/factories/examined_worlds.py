"""Systems of every kind whose administrators did well, too little, or too much."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.examination import Examiner, Finding, harmless
from connectors.examining.graph_rights import Need
from connectors.examining.registry import ExaminedAs, examiner, needs_of
from connectors.registry import outer_system
from lifecycle.bindings import GoogleDriveStaging, OneDriveStaging
from lifecycle.bindings.imports import FolderStaging
from lifecycle.bindings.outlook import Outlook, OutlookChannel
from lifecycle.bindings.places import SecretName
from lifecycle.bindings.sftp import SftpStaging
from lifecycle.configuration.validated import Part
from tests.factories.drive_state import key_file
from tests.factories.drive_worlds import bound_to, strict_drive
from tests.factories.graph_server.mail_http import Trouble, mail_on_loopback
from tests.factories.graph_worlds import DRIVE, onedrive_world
from tests.factories.outer_worlds import ZONE, http_binding, sql_binding
from tests.factories.sftp_servers import recording_server
from tests.factories.stand_in_server import stand_in_server
from tests.factories.stand_ins import make_tables

GUID = "11111111-2222-3333-4444-555555555555"
OFFICE = "kansli-canary@example.se"
PLACE = "bound-here"


def app_token(*roles: str, **claims: Any) -> str:
    """An app's token as Microsoft gives them; nobody looks at its signature here."""
    told = {"aud": "https://graph.microsoft.com", "roles": list(roles), **claims}
    middle = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"canaryhead.{middle}.canarysignature"


def _nothing() -> None:
    """What does not exist for a kind."""


@dataclass
class Examined:
    """One binding and what its administrator can do to it."""

    binding: Part
    secret: list[str]
    """The secret, which a test may change."""
    unreachable: Callable[[], object]
    refuse_login: Callable[[], object] | None = None
    too_few: Callable[[], object] | None = None
    too_many: Callable[[], object] | None = None
    hold: Callable[[], object] | None = None
    codes: dict[str, str] = field(default_factory=dict)
    """Situation → the code that tells it."""
    puts: bool = True
    left: Callable[[], Sequence[object]] = tuple
    """What lies there now."""
    canaries: tuple[str, ...] = ()
    """What must not be said."""
    needs: frozenset[Need] | None = None

    def examiner(self) -> Examiner:
        made = examiner(
            self.binding,
            ExaminedAs(
                name=PLACE,
                secrets=self.secret_of,
                needs=needs_of(self.binding) if self.needs is None else self.needs,
                puts=self.puts,
                system=self._system(),
            ),
        )
        assert made is not None
        return made

    def look(self, *, probe: bool = False) -> list[Finding]:
        return harmless(self.examiner(), probe=probe)

    def secret_of(self, _: SecretName) -> Callable[[], str]:
        return lambda: self.secret[0]

    def _system(self) -> Any:
        kind: str = self.binding.kind  # type: ignore[attr-defined]
        if kind not in {"sql", "http"}:
            return None
        return outer_system(
            self.binding,  # type: ignore[arg-type]
            system=PLACE,
            secrets=self.secret_of,
            zone=ZONE,
        )


@contextmanager
def onedrive_examined(_: Path) -> Iterator[Examined]:
    with onedrive_world() as world:
        binding = OneDriveStaging.model_validate(
            {
                "kind": "onedrive",
                "place": PLACE,
                "tenant": GUID,
                "client_id": GUID,
                "secret": {"env": "GALLRA_GRAPH"},
                "drive": DRIVE,
                "folder": world.inbox.id,
                "files_host": world.graph.storage_host,
                "url": world.graph.url,
                "timeout": 5,
            }
        )
        secret = [app_token("Sites.Selected")]
        how = world.graph.behaviour

        def too_few() -> None:
            secret[0] = app_token()
            how.refuse[world.inbox.id] = 403

        yield Examined(
            binding,
            secret,
            unreachable=lambda: setattr(how, "unreachable", True),
            refuse_login=lambda: setattr(how, "tokens", set()),
            too_few=too_few,
            too_many=lambda: secret.__setitem__(0, app_token("Files.ReadWrite.All")),
            hold=lambda: world.refuse_deletion(423),
            codes={
                "login": "graph_token_refused",
                "few": "graph_files_missing",
                "many": "graph_whole_tenant",
            },
            left=lambda: list(world.graph.paths(world.inbox)),
            canaries=(world.inbox.id, DRIVE, world.graph.storage_host, "canaryhead", GUID),
        )
        how.unreachable = False


@contextmanager
def outlook_examined(_: Path) -> Iterator[Examined]:
    with _mailbox(sends=False) as made:
        yield made


@contextmanager
def outlook_channel_examined(_: Path) -> Iterator[Examined]:
    with _mailbox(sends=True) as made:
        yield made


@contextmanager
def _mailbox(*, sends: bool) -> Iterator[Examined]:
    with mail_on_loopback() as server:
        server.put(OFFICE, subject="Tuva Exempelsson", sender="tuva@example.se")
        base = {
            "kind": "outlook",
            "tenant": GUID,
            "client_id": GUID,
            "secret": {"env": "GALLRA_GRAPH"},
            "url": server.base,
            "timeout": 5,
        }
        people = [{"kind": "pupil", "categories": ["messages"], "text": "messages"}]
        binding: Part = (
            OutlookChannel.model_validate(
                {**base, "mailbox": OFFICE, "encrypted_to": ["example.se"]}
            )
            if sends
            else Outlook.model_validate({**base, "mailboxes": [OFFICE], "people": people})
        )
        secret: list[str] = []

        def roles(*names: str) -> None:
            secret[:] = [app_token(*names)]
            server.token = secret[0]

        def too_few() -> None:
            roles("Mail.ReadWrite" if sends else "Mail.Send")
            server.boxes[OFFICE] = {}

        def everywhere(status: int) -> Callable[[], None]:
            return lambda: server.trouble.append(Trouble(times=-1, status=status))

        roles(*(("Mail.ReadWrite", "Mail.Send") if sends else ("Mail.ReadWrite",)))
        yield Examined(
            binding,
            secret,
            unreachable=everywhere(503),
            refuse_login=everywhere(401),
            too_few=too_few,
            too_many=lambda: roles("Mail.ReadWrite", "Mail.Send", "User.Read.All", "x" * 90),
            hold=lambda: server.trouble.append(
                Trouble(method="POST", path="/permanentDelete$", times=-1, status=403)
            ),
            codes={
                "login": "graph_token_refused",
                "few": "graph_sending_missing" if sends else "graph_mail_missing",
                "many": "graph_rights_too_many",
            },
            left=lambda: [
                letter
                for letter in server.boxes[OFFICE].values()
                if letter.marks and letter.folder != "recoverableitemspurges"
            ],
            canaries=(OFFICE, "canaryhead", "Tuva", "x" * 20, GUID, server.host),
        )
        assert server.slips == []
        assert server.ordinary_deletes == 0
        assert server.sent == []


@contextmanager
def drive_examined(_: Path) -> Iterator[Examined]:
    with strict_drive() as server:
        binding = GoogleDriveStaging.model_validate({**bound_to(server), "place": PLACE})
        made = Examined(
            binding,
            [key_file()],
            unreachable=lambda: setattr(server.faults, "down", True),
            refuse_login=lambda: server.faults.answers.extend([(401, "authError")] * 20),
            too_few=lambda: server.faults.rights.update(canDeleteChildren=False),
            hold=lambda: setattr(server.faults, "refuse_deletion", True),
            codes={
                "login": "system_login_refused",
                "few": "drive_rights_missing",
                "many": "reading_would_do",
            },
            left=lambda: server.children(server.folder),
            canaries=(server.folder, str(server.drive), "ya29", "Anna", server.url),
        )
        # A place that is looked through only: whoever may change it has too many rights.
        made.too_many = lambda: setattr(made, "puts", False)
        yield made


@contextmanager
def sftp_examined(folder: Path) -> Iterator[Examined]:
    root = folder / "sftp"
    (root / "in").mkdir(parents=True)
    with recording_server(root) as server:
        said = server.binding().model_dump(
            include={"host", "port", "username", "folder", "timeout"}
        )
        said |= {"host_keys": [server.host_key], "password": {"env": "GALLRA_SFTP"}}
        said |= {"kind": "sftp", "place": PLACE}
        made = Examined(
            SftpStaging.model_validate(said),
            [server.password],
            unreachable=_nothing,
            refuse_login=lambda: made.secret.__setitem__(0, "canary-wrong"),
            too_many=lambda: [(root / name).mkdir() for name in ("etc", "home", "usr", "var")],
            hold=lambda: server.refused.add("remove"),
            codes={"login": "system_login_refused", "many": "sftp_not_shut_in"},
            left=lambda: list((root / "in").iterdir()),
            canaries=(server.password, "canary-wrong", "127.0.0.1", server.host_key.split()[1]),
        )

        def away() -> None:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            made.binding = SftpStaging.model_validate({**said, "port": port})

        made.unreachable = away
        yield made


@contextmanager
def sqlite_examined(folder: Path) -> Iterator[Examined]:
    file = folder / "canary-school.db"
    binding = sql_binding(f"sqlite:///{file}", stand_in=False)
    file.touch()
    make_tables(binding)
    file.chmod(0o600)
    yield Examined(
        binding,
        [""],
        unreachable=file.unlink,
        too_many=lambda: file.chmod(0o666),
        codes={"many": "folder_open_to_others"},
        canaries=("canary-school", str(folder)),
    )


@contextmanager
def http_examined(_: Path) -> Iterator[Examined]:
    with stand_in_server() as server:
        server.resources = {"pupils": [{"id": "17", "name": "Tuva"}], "parents": []}
        server.behaviour.token = "canary-token-19"
        yield Examined(
            http_binding(server.url, token={"env": "GALLRA_NOVO_TOKEN"}),
            ["canary-token-19"],
            unreachable=lambda: setattr(server.behaviour, "always", 503),
            refuse_login=lambda: setattr(server.behaviour, "token", "another"),
            codes={"login": "system_login_refused"},
            left=lambda: [r for r in server.requests if r[0] != "GET"],
            canaries=("canary-token-19", "Tuva", server.url),
        )


@contextmanager
def folder_examined(folder: Path) -> Iterator[Examined]:
    path = folder / "canary-inbox"
    path.mkdir(mode=0o700)
    yield Examined(
        FolderStaging.model_validate({"kind": "folder", "place": PLACE, "path": str(path)}),
        [""],
        unreachable=path.rmdir,
        too_many=lambda: path.chmod(0o777),
        codes={"many": "folder_open_to_others"},
        left=lambda: list(path.iterdir()),
        canaries=("canary-inbox", str(folder)),
    )


WORLDS = {
    "onedrive": onedrive_examined,
    "outlook": outlook_examined,
    "outlook channel": outlook_channel_examined,
    "google_drive": drive_examined,
    "sftp": sftp_examined,
    "sqlite": sqlite_examined,
    "http": http_examined,
    "folder": folder_examined,
}


@contextmanager
def examined(kind: str, folder: Path) -> Iterator[Examined]:
    with ExitStack() as stack:
        yield stack.enter_context(WORLDS[kind](folder))
