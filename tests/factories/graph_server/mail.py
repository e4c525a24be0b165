"""Mailboxes of Microsoft 365 as Graph shows them: folders, drafts, sending, what is purged."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

HIDDEN = frozenset({"recoverableitemsdeletions", "recoverableitemspurges"})
FOLDERS = HIDDEN | {"inbox", "drafts", "outbox", "sentitems", "deleteditems"}
_MARK = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']*)' and "
    r"(?:ep/value eq '([^']*)'|startswith\(ep/value, '([^']*)'\))\)"
)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(kw_only=True)
class Letter:
    """One message in one mailbox."""

    number: str
    folder: str = "inbox"
    subject: str = ""
    text: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    received: str = "2026-06-12T10:00:00Z"
    draft: bool = False
    held: int | None = None
    """With this status the mailbox refuses to let it go."""
    marks: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    others: list[tuple[str, str, bool]] = field(default_factory=list)
    """Attachments without bytes of their own: name, type by OData, or a content type if it has a
    slash; whether it stands in the text."""
    version: int = 1


@dataclass
class Reply:
    """What the server answers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Upload:
    """A file that is being brought in parts."""

    letter: Letter
    name: str
    size: int
    content: bytearray = field(default_factory=bytearray)
    finished: bool = False


class Mailboxes:
    """The mail part of Graph; knows nothing of HTTP but methods, paths and headers."""

    def __init__(self) -> None:
        self.boxes: dict[str, dict[str, Letter]] = {}
        self.sent: list[Letter] = []
        """Every mail that ever left, in order: double mails are counted here."""
        self.ordinary_deletes = 0
        self.uploads: dict[str, Upload] = {}
        self.page_size = 2
        self.base = ""
        self.next_base: str | None = None
        """The next page lies there."""
        self.upload_base: str | None = None
        self.purges_answer = False
        """Whether a message in Purges still answers to its id."""
        self.sending_to: str = "sentitems"
        self._numbers = 0

    def put(self, box: str, **what: Any) -> Letter:
        """A message that lies in a mailbox."""
        self._numbers += 1
        letter = Letter(number=f"AAkALg+{self._numbers:06}/Q=", **what)
        self.boxes.setdefault(box, {})[letter.number] = letter
        return letter

    def answer(
        self, method: str, path: str, query: str, headers: dict[str, str], body: Any
    ) -> Reply:
        """One request below the base address; `path` as it was sent."""
        steps = [unquote(step) for step in path.strip("/").split("/")]
        if steps[0] != "users" or steps[1] not in self.boxes:
            return Reply(404)
        prefer = headers.get("prefer", "")
        self._immutable = 'IdType="ImmutableId"' in prefer
        self._as_text = 'outlook.body-content-type="text"' in prefer
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        letters = list(self.boxes[steps[1]].values())
        match (method, *steps[2:]):
            case ("GET", "messages"):
                return self._page(path, asked, [x for x in letters if x.folder not in HIDDEN])
            case ("POST", "messages"):
                return Reply(201, self._shown(self._new(steps[1], body), {}))
            case ("GET", "mailFolders", name):
                return Reply(200, {"id": f"f-{name}"}) if name in FOLDERS else Reply(404)
            case ("GET", "mailFolders", name, "messages"):
                return self._page(path, asked, [x for x in letters if x.folder == name])
            case (_, "messages", number, *rest):
                letter = self._find(steps[1], number)
                if letter is None:
                    return Reply(404)
                return self._one(method, letter, rest, asked, body)
        return Reply(400)

    def _find(self, box: str, number: str) -> Letter | None:
        number, _, folder = number.partition("@")
        letter = self.boxes[box].get(number)
        if letter is None or (folder and letter.folder != folder):
            return None
        gone = letter.folder == "recoverableitemspurges" and not self.purges_answer
        return None if gone else letter

    def _one(
        self, method: str, letter: Letter, rest: list[str], asked: dict[str, str], body: Any
    ) -> Reply:
        match (method, *rest):
            case ("GET",):
                return Reply(200, self._shown(letter, asked))
            case ("PATCH",):
                self._mark(letter, body)
                return Reply(200, self._shown(letter, asked))
            case ("DELETE",):
                self.ordinary_deletes += 1
                letter.folder = "deleteditems"
                return Reply(204)
            case ("GET", "attachments"):
                shown = [_file(asked, n, *one) for n, one in enumerate(letter.files)]
                others = [_other(n, *one) for n, one in enumerate(letter.others)]
                return Reply(200, {"value": shown + others})
            case ("GET", "attachments", number):
                place = int(number.removeprefix("a-"))
                return Reply(200, _file(asked, place, *letter.files[place]))
            case ("POST", "attachments"):
                if len(body["contentBytes"]) > 4_000_000:
                    return Reply(413)
                letter.files.append((body["name"], base64.b64decode(body["contentBytes"])))
                return Reply(201, {})
            case ("POST", "attachments", "createUploadSession"):
                item = body["AttachmentItem"]
                key = f"secret-upload-{len(self.uploads)}"
                self.uploads[key] = Upload(letter, item["name"], item["size"])
                base = self.upload_base or self.base
                return Reply(201, {"uploadUrl": f"{base}/upload/{key}?authtoken=geheim"})
            case ("POST", "send"):
                if not letter.draft:
                    return Reply(400)
                letter.draft, letter.folder = self.sending_to == "outbox", self.sending_to
                self.sent.append(letter)
                return Reply(202)
            case ("POST", "permanentDelete"):
                if letter.held is not None:
                    return Reply(letter.held)
                letter.folder = "recoverableitemspurges"
                return Reply(204)
        return Reply(400)

    def _new(self, box: str, body: Any) -> Letter:
        to = tuple(one["emailAddress"]["address"] for one in body["toRecipients"])
        text = body["body"]["content"]
        letter = self.put(
            box, folder="drafts", draft=True, subject=body["subject"], text=text, sender=box, to=to
        )
        self._mark(letter, body)
        return letter

    def _mark(self, letter: Letter, body: Any) -> None:
        for one in body.get("singleValueExtendedProperties", ()):
            letter.marks[one["id"]] = one["value"]

    def _page(self, path: str, asked: dict[str, str], letters: list[Letter]) -> Reply:
        """A page; between every two there is an empty one that has a next link."""
        if "$filter" in asked:
            wanted = _MARK.fullmatch(asked["$filter"])
            if wanted is None:
                return Reply(400)
            name, exactly, begins = wanted.groups()
            marked = [(x, x.marks.get(name, "").lower()) for x in letters]
            if exactly is not None:
                letters = [x for x, mark in marked if mark == exactly.lower()]
            else:
                letters = [x for x, mark in marked if mark.startswith(begins.lower())]
        token = int(asked.get("$skiptoken", "0"))
        first = token // 2 * self.page_size
        after = first + self.page_size
        shown, more = ([], True) if token % 2 else (letters[first:after], after < len(letters))
        body: dict[str, Any] = {"value": [self._shown(x, asked) for x in shown]}
        if more:
            query = urlencode({**asked, "$skiptoken": token + 1})
            body["@odata.nextLink"] = f"{self.next_base or self.base}{path}?{query}"
        return Reply(200, body)

    def _shown(self, letter: Letter, asked: dict[str, str]) -> dict[str, Any]:
        number = letter.number if self._immutable else f"{letter.number}@{letter.folder}"
        text = letter.text if self._as_text else f"<p>{letter.text}</p>"
        whole = {
            "id": number,
            "subject": letter.subject,
            "body": {"contentType": "text" if self._as_text else "html", "content": text},
            "toRecipients": [_address(one) for one in letter.to],
            "ccRecipients": [_address(one) for one in letter.cc],
            "bccRecipients": [],
            "replyTo": [],
            "receivedDateTime": letter.received,
            "createdDateTime": letter.received,
            "changeKey": f"v-{letter.version}",
            "sentDateTime": letter.received,
            "isDraft": letter.draft,
            "hasAttachments": bool(letter.files),
            "parentFolderId": f"f-{letter.folder}",
        }
        if letter.sender:
            whole |= {"from": _address(letter.sender), "sender": _address(letter.sender)}
        names = asked.get("$select")
        if names is None:
            return whole
        return {n: whole[n] for n in {"id", *names.split(",")} if n in whole}

    def upload(self, method: str, key: str, headers: dict[str, str], raw: bytes) -> Reply:
        """One part at a pre-authenticated address."""
        upload = self.uploads.get(key)
        if upload is None or upload.finished:
            return Reply(404)
        if method == "GET":
            return Reply(200, {"nextExpectedRanges": [f"{len(upload.content)}"]})
        told = _RANGE.fullmatch(headers.get("content-range", ""))
        if told is None:
            return Reply(400)
        first, last, size = map(int, told.groups())
        if first != len(upload.content) or size != upload.size or last - first + 1 != len(raw):
            return Reply(416)
        if len(raw) > 4 * 1024 * 1024:
            return Reply(413)
        upload.content += raw
        if len(upload.content) < size:
            return Reply(200, {"nextExpectedRanges": [f"{len(upload.content)}-{size - 1}"]})
        upload.finished = True
        upload.letter.files.append((upload.name, bytes(upload.content)))
        return Reply(201)


def _address(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": address, "address": address}}


def _file(asked: dict[str, str], place: int, name: str, content: bytes) -> dict[str, Any]:
    whole = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": f"a-{place}",
        "name": name,
        "contentType": "application/octet-stream",
        "isInline": False,
        "size": len(content) + 250,
        "contentBytes": base64.b64encode(content).decode(),
    }
    names = asked.get("$select")
    return whole if names is None else {n: whole[n] for n in ("@odata.type", *names.split(","))}


def _other(place: int, name: str, kind: str, inline: bool) -> dict[str, Any]:
    of_file = "/" in kind
    return {
        "@odata.type": "#microsoft.graph.fileAttachment" if of_file else kind,
        "id": f"o-{place}",
        "name": name,
        "contentType": kind if of_file else None,
        "isInline": inline,
        "size": 3000,
    }
