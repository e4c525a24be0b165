"""Google Drive's API v3 on loopback, after its reference: strict, and able to fail in every way."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.factories.drive_rules import IN_PARENTS, mask, wrong_in, wrong_permission
from tests.factories.drive_state import ACCOUNT, FOLDER, DriveState, private_key

ROUTES: Final = (
    ("GET", r"/drive/v3/files", "files.list"),
    ("GET", r"/drive/v3/files/generateIds", "files.generateIds"),
    ("GET", r"/drive/v3/files/([^/]+)", "files.get"),
    ("PATCH", r"/drive/v3/files/([^/]+)", "files.update"),
    ("DELETE", r"/drive/v3/files/([^/]+)", "files.delete"),
    ("POST", r"/upload/drive/v3/files", "files.create"),
    ("GET", r"/drive/v3/files/([^/]+)/permissions", "permissions.list"),
    ("POST", r"/drive/v3/files/([^/]+)/permissions", "permissions.create"),
    ("DELETE", r"/drive/v3/files/([^/]+)/permissions/([^/]+)", "permissions.delete"),
    ("GET", r"/drive/v3/drives/([^/]+)", "drives.get"),
)


AUDIENCE: Final = "https://oauth2.googleapis.com/token"
"""An assertion is good with Google alone, wherever it is sent."""


class Cut(Exception):
    """The connection is cut without an answer."""


class Problem(Exception):
    """An answer with one of Google's reasons."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason


@contextmanager
def drive_server(*, shared_drive: bool = True) -> Iterator[DriveState]:
    """A server of one's own; it ends with the block."""
    world = DriveState(shared_drive=shared_drive)

    class Handler(_Handler):
        state = world

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: DriveState
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: an address may be a key."""

    def _any(self) -> None:
        self.close_connection = True
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        authorization = self.headers.get("Authorization")
        try:
            self._cut_if(self.state.faults.down)
            if parts.path == "/token":
                self._token()
                return
            self.state.requests.append((self.command, self.path, authorization))
            if authorization not in {f"Bearer {token}" for token in self.state.tokens}:
                raise Problem(401, "authError")
            if self.state.faults.redirect_to is not None:
                self._send(302, None, {"Location": self.state.faults.redirect_to})
                return
            if self.command == "PUT":
                self._part(query)
                return
            with self.state.lock:
                self._route(parts.path, query)
        except Cut:
            return
        except Problem as problem:
            self._send(
                problem.status,
                {
                    "error": {
                        "code": problem.status,
                        "message": "File not found: kund Anna Andersson",
                        "errors": [{"domain": "global", "reason": problem.reason}],
                    }
                },
            )

    def do_GET(self) -> None:
        self._any()

    def do_POST(self) -> None:
        self._any()

    def do_PUT(self) -> None:
        self._any()

    def do_PATCH(self) -> None:
        self._any()

    def do_DELETE(self) -> None:
        self._any()

    def _cut_if(self, cut: bool) -> None:
        if cut:
            raise Cut

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _route(self, path: str, query: dict[str, str]) -> None:
        found = [
            (name, match)
            for method, pattern, name in ROUTES
            if method == self.command and (match := re.fullmatch(pattern, path))
        ]
        if not found:
            self.state.violations.append(f"{self.command} {path}")
            raise Problem(404, "notFound")
        operation, match = found[0]
        raw = self._body()
        body = json.loads(raw) if raw else None
        wrong = list(wrong_in(operation, query, body))
        if wrong:
            self.state.violations.extend(wrong)
            raise Problem(400, "invalidParameter")
        self.state.operations.append(operation)
        faults = self.state.faults
        meant = faults.only in {None, operation}
        if meant and faults.answers:
            raise Problem(*faults.answers.pop(0))
        ids = [unquote(group) for group in match.groups()]
        answer = getattr(self, _method(operation))(*ids, query=query, body=body)
        if meant and faults.lost:
            faults.lost -= 1
            raise Cut
        if answer is not None:
            self._send(*answer)

    def _token(self) -> None:
        form = {name: values[-1] for name, values in parse_qs(self._body().decode()).items()}
        from google.auth import jwt

        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        pem = _public_pem()
        try:
            claims = jwt.decode(form["assertion"], certs=pem, audience=AUDIENCE)  # type: ignore[no-untyped-call]
        except ValueError:
            claims = {}
        sound = claims.get("iss") == ACCOUNT and claims["scope"].endswith("/auth/drive")
        if not sound:
            self._send(400, {"error": "invalid_grant", "error_description": "Anna Andersson"})
            return
        token = f"ya29.secret-{self.state.count()}"
        self.state.given.add(token)
        self.state.tokens.append(token)
        self._send(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    # --- files ------------------------------------------------------------------------------------

    def _known(self, file: str, query: dict[str, str]) -> dict[str, Any]:
        found = self.state.files.get(file)
        hidden = found is not None and "driveId" in found
        if found is None or self.state.faults.blind:
            raise Problem(404, "notFound")
        if hidden and query.get("supportsAllDrives") != "true":
            self.state.violations.append("a shared drive's file without supportsAllDrives")
            raise Problem(404, "notFound")
        return found

    def _files_get(self, file: str, *, query: dict[str, str], body: Any) -> Any:
        found = self._known(file, query)
        if query.get("alt") == "media":
            if file not in self.state.content:
                raise Problem(403, "fileNotDownloadable")
            return 200, self.state.content[file]
        shown = {**found, "capabilities": self.state.faults.rights}
        answer = _partial(shown, query, default=("kind", "id", "name", "mimeType"))
        after, self.state.faults.after_look = self.state.faults.after_look, None
        if after is not None:
            after()
        return 200, answer

    def _files_list(self, *, query: dict[str, str], body: Any) -> Any:
        faults = self.state.faults
        match = IN_PARENTS.fullmatch(query["q"])
        assert match is not None
        if faults.blind or match[1] not in self.state.files:
            raise Problem(404, "notFound")
        if query.get("driveId") != self.state.drive:
            raise Problem(404, "notFound")
        start, _, gap = query.get("pageToken", "0").partition(".")
        lying = self.state.children(match[1])
        first, size = int(start), min(faults.page_size, int(query.get("pageSize", "100")))
        after: str | None = None
        if gap:
            after = start
        elif first + size < len(lying):
            after = f"{first + size}" + (".gap" if faults.empty_pages else "")
        if faults.same_page_for_ever:
            after = "0"
        shown = [] if gap else lying[first : first + size]
        inner = mask(query.get("fields", "")).get("files") or {"kind", "id", "name", "mimeType"}
        page: dict[str, Any] = {
            "incompleteSearch": faults.incomplete,
            "files": [{k: v for k, v in file.items() if k in inner} for file in shown],
        }
        if after is not None:
            page["nextPageToken"] = after
        return 200, _partial(page, query, default=tuple(page))

    def _files_generate_ids(self, *, query: dict[str, str], body: Any) -> Any:
        ids = [f"1Made{self.state.count():08d}abcABC" for _ in range(int(query["count"]))]
        return 200, {"ids": ids, "space": "drive", "kind": "drive#generatedIds"}

    def _files_update(self, file: str, *, query: dict[str, str], body: Any) -> Any:
        found = self._known(file, query)
        if body.get("trashed"):
            self.state.trashings.append(file)
        found.update(body)
        return 200, _partial(found, query, default=("kind", "id", "name", "mimeType"))

    def _files_delete(self, file: str, *, query: dict[str, str], body: Any) -> Any:
        self._known(file, query)
        if self.state.faults.refuse_deletion:
            raise Problem(403, "insufficientFilePermissions")
        self.state.erase(file)
        return 204, None

    def _files_create(self, *, query: dict[str, str], body: Any) -> Any:
        if query.get("uploadType") != "resumable" or not self.headers.get(
            "X-Upload-Content-Length"
        ):
            self.state.violations.append("files.create: no resumable upload")
            raise Problem(400, "invalidParameter")
        for parent in body["parents"]:
            self._known(parent, query)
        if body.get("id") in self.state.files:
            raise Problem(409, "fileIdInUse")
        session = f"s{self.state.count()}-key-to-the-file"
        total = int(self.headers["X-Upload-Content-Length"])
        self.state.sessions[session] = {
            "body": body,
            "query": query,
            "data": bytearray(),
            "size": total,
        }
        host = self.state.faults.upload_host or self.state.url
        where = f"{host}/upload/drive/v3/files?uploadType=resumable&upload_id={session}"
        self._send(200, None, {"Location": where})

    def _part(self, query: dict[str, str]) -> None:
        state, faults = self.state, self.state.faults
        session = self.state.sessions.get(query.get("upload_id", ""))
        length = int(self.headers.get("Content-Length") or 0)
        if session is None or faults.forget_sessions:
            faults.forget_sessions -= session is not None
            self.rfile.read(length)
            raise Problem(404, "notFound")
        data: bytearray = session["data"]
        span = self.headers.get("Content-Range", "")
        match = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)", span)
        if match is None or int(match[3]) != session["size"]:
            state.violations.append("an upload's Content-Range")
            raise Problem(400, "badContent")
        if match[1] is not None:
            first, last = int(match[1]), int(match[2])
            final = last + 1 == session["size"]
            sound = first == len(data) and last - first + 1 == length
            if not sound or (not final and length % (256 * 1024)):
                state.violations.append("an upload's part that does not fit")
                raise Problem(400, "badContent")
            if faults.cut_uploads_at:
                data += self.rfile.read(min(faults.cut_uploads_at.pop(0), length))
                raise Cut
            received = self.rfile.read(length)
            data += received[: faults.swallow.pop(0)] if faults.swallow else received
        state.operations.append("upload.part" if match[1] else "upload.status")
        if len(data) < session["size"]:
            self._send(308, None, {"Range": f"bytes=0-{len(data) - 1}"} if data else {})
            return
        with state.lock:
            made = session["body"]
            if made["id"] not in state.files:
                state.add(
                    made["name"],
                    made.get("mimeType", "application/octet-stream"),
                    parents=tuple(made["parents"]),
                    data=bytes(data),
                    file=made["id"],
                    properties=made.get("appProperties"),
                )
        if faults.lost and faults.only == "upload":
            faults.lost -= 1
            faults.forget_sessions += faults.forgets_what_was_lost
            raise Cut
        self._send(200, {"id": made["id"]})

    # --- permissions ------------------------------------------------------------------------------

    def _permissions_list(self, file: str, *, query: dict[str, str], body: Any) -> Any:
        self._known(file, query)
        inner = mask(query.get("fields", "")).get("permissions") or {"id", "type", "kind", "role"}
        lying = [*self.state.permissions[file].values(), _owners(self.state)]
        now = self.state.moment()
        shown = [p for p in lying if p.get("expirationTime", "9") > now]
        return 200, {"permissions": [{k: v for k, v in p.items() if k in inner} for p in shown]}

    def _permissions_create(self, file: str, *, query: dict[str, str], body: Any) -> Any:
        found = self._known(file, query)
        folder = found["mimeType"] == FOLDER
        reason = wrong_permission(body, folder=folder, now=self.state.now())
        if reason is not None:
            raise Problem(400, reason)
        silent = query.get("sendNotificationEmail") == "false"
        stranger = body["emailAddress"] in self.state.faults.strangers
        letter = None if silent or stranger else query.get("emailMessage", "")
        made = self.state.share(file, body, letter)
        if stranger:
            raise Problem(400, "invalidSharingRequest")
        return 200, _partial(made, query, default=("kind", "id", "type", "role"))

    def _permissions_delete(
        self, file: str, permission: str, *, query: dict[str, str], body: Any
    ) -> Any:
        self._known(file, query)
        if self.state.permissions[file].pop(permission, None) is None:
            raise Problem(404, "notFound")
        return 204, None

    def _drives_get(self, drive: str, *, query: dict[str, str], body: Any) -> Any:
        if drive != self.state.drive or self.state.faults.blind:
            raise Problem(404, "notFound")
        shown = {"id": drive, "name": "Utbildning", "restrictions": self.state.faults.restrictions}
        return 200, _partial(shown, query, default=("id", "name"))

    def _send(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        data = content if isinstance(content, bytes) else b""
        if content is not None and not isinstance(content, bytes):
            data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _method(operation: str) -> str:
    return "_" + re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", operation.replace(".", "_"))


def _partial(
    content: dict[str, Any], query: dict[str, str], *, default: tuple[str, ...]
) -> dict[str, Any]:
    """Only what was asked for, as Drive does it."""
    asked = mask(query["fields"]) if "fields" in query else default
    return {name: value for name, value in content.items() if name in asked}


def _owners(state: DriveState) -> dict[str, Any]:
    """The permission that every file has: the drive's members, or the owner."""
    if state.drive is None:
        return {"id": "1", "type": "user", "role": "owner", "emailAddress": "arkiv@example.se"}
    details = [{"permissionType": "member", "role": "organizer", "inherited": True}]
    return {
        "id": "2",
        "type": "user",
        "role": "organizer",
        "emailAddress": ACCOUNT,
        "permissionDetails": details,
    }


def _public_pem() -> bytes:
    from cryptography.hazmat.primitives import serialization

    return (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
