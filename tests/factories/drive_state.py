"""What lies in the Drive of the tests, and what its owner does there with the mouse."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FOLDER: Final = "application/vnd.google-apps.folder"
SHORTCUT: Final = "application/vnd.google-apps.shortcut"
SHEET: Final = "application/vnd.google-apps.spreadsheet"
ACCOUNT: Final = "gallra@proj.iam.gserviceaccount.example.se"


@dataclass
class Faults:
    """What the server does wrong; switch it off by setting it back."""

    empty_pages: bool = True
    """Between every two pages lies an empty one that has a next token."""
    page_size: int = 2
    answers: list[tuple[int, str]] = field(default_factory=list)
    """The next requests are answered with this status and reason, and not done."""
    only: str | None = None
    """`answers` and `lost` are for this operation alone."""
    lost: int = 0
    """So many answers are lost after the work was done."""
    down: bool = False
    """Every connection is cut at once."""
    cut_uploads_at: list[int] = field(default_factory=list)
    """So many bytes of each of the next parts arrive before the connection is cut."""
    swallow: list[int] = field(default_factory=list)
    """So many bytes of each of the next parts are kept; the answer says how many (308)."""
    forget_sessions: int = 0
    """So many parts are answered 404: the session is over."""
    forgets_what_was_lost: bool = False
    """The session whose last answer is lost is over as well."""
    redirect_to: str | None = None
    upload_host: str | None = None
    refuse_deletion: bool = False
    blind: bool = False
    """The account has lost its rights: everything is "not found"."""
    after_look: Callable[[], object] | None = None
    """Done once, after the next file was shown."""
    incomplete: bool = False
    same_page_for_ever: bool = False
    ignore_time_limits: bool = False
    rights: dict[str, bool] = field(
        default_factory=lambda: {
            "canAddChildren": True,
            "canListChildren": True,
            "canDeleteChildren": True,
        }
    )
    restrictions: dict[str, bool] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    """Addresses that nothing can be shared with: permission is given, the mail fails."""


class DriveState:
    """Files by id. Every change makes a new version; a new content makes a new revision."""

    def __init__(self, *, shared_drive: bool = True) -> None:
        self.lock = threading.RLock()
        self.faults = Faults()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.drive = "0AdriveDRIVEdrive01" if shared_drive else None
        self.folder = "1FolderBoundByTests01"
        self.files: dict[str, dict[str, Any]] = {}
        self.content: dict[str, bytes] = {}
        self.permissions: dict[str, dict[str, dict[str, Any]]] = {}
        self.mails: list[tuple[str, str, str]] = []
        """To whom, about which file, with which words."""
        self.requests: list[tuple[str, str, str | None]] = []
        """Method, address, Authorization."""
        self.operations: list[str] = []
        self.violations: list[str] = []
        self.trashings: list[str] = []
        self.tokens: list[str] = []
        self.given: set[str] = set()
        self.shown: list[bytes] = []
        """Contents that somebody else got to see."""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.counter = 0
        self.url = ""
        self.add("bound", FOLDER, parents=(), file=self.folder)

    def count(self) -> int:
        with self.lock:
            self.counter += 1
            return self.counter

    def moment(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def add(
        self,
        name: str,
        kind: str = "application/octet-stream",
        *,
        parents: tuple[str, ...],
        data: bytes | None = None,
        file: str | None = None,
        properties: dict[str, str] | None = None,
    ) -> str:
        """A new file; its id."""
        with self.lock:
            number = self.count()
            file = file or f"1File{number:08d}xyzXYZ"
            made: dict[str, Any] = {
                "kind": "drive#file",
                "id": file,
                "name": name,
                "mimeType": kind,
                "parents": list(parents),
                "version": str(number),
                "createdTime": self.moment(),
                "modifiedTime": self.moment(),
                "trashed": False,
            }
            if properties:
                made["appProperties"] = properties
            if self.drive is not None:
                made["driveId"] = self.drive
            self.files[file] = made
            self.permissions[file] = {}
            if data is not None:
                self.write(file, data)
            return file

    def write(self, file: str, data: bytes) -> None:
        """New bytes for a file."""
        with self.lock:
            number = self.count()
            self.content[file] = data
            self.files[file] |= {
                "headRevisionId": f"0Rev{number:06d}",
                "md5Checksum": hashlib.md5(data, usedforsecurity=False).hexdigest(),
                "sha256Checksum": hashlib.sha256(data).hexdigest(),
                "size": str(len(data)),
                "version": str(number),
                "modifiedTime": self.moment(),
            }

    def drop(self, path: str, data: bytes) -> str:
        """Somebody drops a file; folders are made, a file of that name gets other bytes."""
        with self.lock:
            *folders, name = path.split("/")
            parent = self.folder
            for folder in folders:
                parent = self.child(parent, folder) or self.add(folder, FOLDER, parents=(parent,))
            there = self.child(parent, name)
            if there is None:
                return self.add(name, parents=(parent,), data=data)
            self.write(there, data)
            return there

    def child(self, parent: str, name: str) -> str | None:
        for file in self.files.values():
            if parent in file["parents"] and file["name"] == name:
                return str(file["id"])
        return None

    def key(self, path: str) -> str:
        """The ids on the way from the bound folder to a file."""
        ids = [self.folder]
        for name in path.split("/"):
            found = self.child(ids[-1], name)
            assert found is not None, path
            ids.append(found)
        return "/".join(ids)

    def children(self, folder: str) -> list[dict[str, Any]]:
        return [file for file in self.files.values() if folder in file["parents"]]

    def erase(self, file: str) -> None:
        """A file and everything in it."""
        for inner in self.children(file):
            self.erase(inner["id"])
        self.files.pop(file, None)
        self.content.pop(file, None)
        self.permissions.pop(file, None)

    def share(self, file: str, body: dict[str, Any], letter: str | None) -> dict[str, Any]:
        """Permission ids belong to people: the same person twice is one permission."""
        address = body["emailAddress"].casefold()
        permission = str(int(hashlib.sha256(address.encode()).hexdigest()[:12], 16))
        made = {"kind": "drive#permission", "id": permission, "permissionDetails": [], **body}
        if self.faults.ignore_time_limits:
            made.pop("expirationTime", None)
        if self.drive is not None:
            made["permissionDetails"] = [
                {"permissionType": "file", "role": body["role"], "inherited": False}
            ]
        self.permissions[file][permission] = made
        self.shown.append(self.content.get(file, b""))
        if letter is not None:
            self.mails.append((body["emailAddress"], file, letter))
        return made


@lru_cache(maxsize=1)
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(**changes: str) -> str:
    """The JSON file that Google gives for a service account."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "proj",
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "client_email": ACCOUNT,
            "client_id": "1",
            # Not believed: the binding says where tokens come from.
            "token_uri": "https://evil.example.se/token",
            **changes,
        }
    )
