"""Mail through Microsoft 365 is sent once, whatever happens, and our copy of it goes (A-69 b)."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.channel import Delivered, Parcel, Standing
from lifecycle.errors import Misconfigured, NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.graph_server.mail_http import Trouble, mail_on_loopback
from tests.factories.outlook_channel_world import OFFICE, OutlookWorld, outlook_world

LARGE = bytes(range(256)) * 30_000
"""7.7 MB: three parts."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[OutlookWorld]:
    with outlook_world(tmp_path) as world:
        yield world


def parcel(tmp_path: Path, content: bytes | None = b"PK sealed", number: int = 7) -> Parcel:
    file = None
    if content is not None:
        file = tmp_path / "sealed"
        file.write_bytes(content)
    return Parcel(
        ref=to_reference("X", number),
        file=file,
        name="dokument-7.zip",
        to=("mottagare@example.se",),
        subject="Handlingar",
        text="Lösenordet kommer på annat sätt.",
    )


def in_folder(world: OutlookWorld, name: str) -> int:
    return sum(letter.folder == name for letter in world.server.boxes[OFFICE].values())


def test_a_large_file_goes_up_in_parts_without_the_token(
    world: OutlookWorld, tmp_path: Path
) -> None:
    world.channel().deliver(parcel(tmp_path, LARGE))
    [arrived] = world.arrived()
    assert arrived.content == LARGE
    parts = [r for r in world.server.requests if "/upload/" in r.path]
    assert len(parts) == 3
    assert all("authorization" not in part.headers for part in parts)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("done", [True, False])
def test_an_upload_cut_in_the_middle_goes_on_where_it_was(
    world: OutlookWorld, tmp_path: Path, number: int, done: bool
) -> None:
    world.server.trouble += [
        Trouble("PUT", "/upload/", times=number - 1, status=503),
        Trouble("PUT", "/upload/", done=done),
    ]
    world.channel().deliver(parcel(tmp_path, LARGE))
    [arrived] = world.arrived()
    assert arrived.content == LARGE


def test_an_upload_that_is_given_up_sends_nothing_and_begins_anew(
    world: OutlookWorld, tmp_path: Path
) -> None:
    sent = parcel(tmp_path, LARGE)
    world.server.trouble.append(Trouble("PUT", "/upload/", times=-1, status=404))
    with pytest.raises(Unreachable, match=r"^upload_incomplete encrypted-mail$"):
        world.channel().deliver(sent)
    assert world.arrived() == []
    world.server.trouble.clear()
    world.channel().deliver(sent)
    [arrived] = world.arrived()
    assert arrived.content == LARGE
    assert in_folder(world, "drafts") == 0, "the half-made draft is purged"


def test_an_upload_that_leads_elsewhere_is_not_followed(
    world: OutlookWorld, tmp_path: Path
) -> None:
    with mail_on_loopback() as elsewhere:
        world.server.upload_base = elsewhere.base
        with pytest.raises(Unreachable, match=r"^system_leads_elsewhere encrypted-mail$"):
            world.channel().deliver(parcel(tmp_path, LARGE))
        assert elsewhere.requests == []
    assert world.arrived() == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_outlook_is_not_asked_twice_to_send(
    world: OutlookWorld, tmp_path: Path, status: int
) -> None:
    world.server.trouble.append(Trouble("POST", "/send$", status=status))
    with pytest.raises(Unreachable):
        world.channel().deliver(parcel(tmp_path))
    assert sum(r.path.endswith("/send") for r in world.server.requests) == 1
    world.channel().deliver(parcel(tmp_path))
    assert len(world.server.sent) == 1
    assert (
        sum(r.path.endswith("/messages") and r.method == "POST" for r in world.server.requests) == 1
    ), "the same draft, not another one"


def test_a_letter_to_read_at_leisure_is_a_page(world: OutlookWorld, tmp_path: Path) -> None:
    """Outlook makes the text of it itself."""
    sent = dataclasses.replace(parcel(tmp_path), html="<p>Hej</p>")
    world.channel().deliver(sent)
    [asked] = [
        r for r in world.server.requests if r.path.endswith("/messages") and r.method == "POST"
    ]
    assert asked.body["body"] == {"contentType": "html", "content": "<p>Hej</p>"}


CHANGES: list[dict[str, Any]] = [
    {"to": ("another@example.se",)},
    {"to": ("mottagare@example.se", "another@example.se")},
    {"cc": ("another@example.se",)},
    {"subject": "Tuva Exempelsson"},
    {"files": [("dokument-7.zip", b"PK sealed"), ("another.zip", b"")]},
    {"files": [("another.zip", b"PK sealed")]},
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("content", [b"PK sealed", None])
def test_a_draft_that_somebody_has_changed_is_not_sent(
    world: OutlookWorld, tmp_path: Path, change: dict[str, Any], content: bytes | None
) -> None:
    """It lay in a mailbox that others read and write: the password's letter too."""
    sent = parcel(tmp_path, content)
    world.server.trouble.append(Trouble("POST", "/send$", status=503))
    with pytest.raises(Unreachable):
        world.channel().deliver(sent)
    [draft] = world.server.boxes[OFFICE].values()
    for name, value in change.items():
        setattr(draft, name, value)
    world.channel().deliver(sent)
    [letter] = world.server.sent
    files = [] if content is None else [("dokument-7.zip", content)]
    assert (letter.to, letter.cc, letter.subject, letter.files) == (
        sent.to,
        (),
        "Handlingar",
        files,
    )
    assert in_folder(world, "drafts") == 0


def test_sent_without_an_answer_it_is_found_among_what_was_sent(
    world: OutlookWorld, tmp_path: Path
) -> None:
    world.lose_answers()
    delivered = world.channel().deliver(parcel(tmp_path))
    assert world.channel().standing(delivered) is Standing.THERE
    assert world.channel().deliver(parcel(tmp_path)) == delivered
    assert len(world.server.sent) == 1
    assert sum(r.path.endswith("/send") for r in world.server.requests) == 1, "asked once only"


def test_when_nobody_can_look_it_is_perhaps_delivered(world: OutlookWorld, tmp_path: Path) -> None:
    world.server.trouble += [
        Trouble("POST", "/send$", done=True),
        Trouble("GET", "/messages/AA.*[^s]$", times=-1, status=503),
    ]
    # The draft's attachments are looked at before: only what comes after the sending fails.
    with pytest.raises(NotProven, match=r"^perhaps_delivered encrypted-mail$"):
        world.channel().deliver(parcel(tmp_path))
    assert len(world.server.sent) == 1
    world.server.trouble.clear()
    world.channel().deliver(parcel(tmp_path))
    assert len(world.server.sent) == 1, "who looks again finds it, and sends nothing"


def test_a_mail_that_is_on_its_way_is_not_sent_again(world: OutlookWorld, tmp_path: Path) -> None:
    world.server.sending_to = "outbox"
    world.channel().deliver(parcel(tmp_path))
    with pytest.raises(NotProven, match=r"^perhaps_delivered encrypted-mail$"):
        world.channel().deliver(parcel(tmp_path))
    assert len(world.server.sent) == 1
    [letter] = world.server.sent
    letter.draft, letter.folder = False, "sentitems"
    world.channel().deliver(parcel(tmp_path))
    assert len(world.server.sent) == 1


def test_our_copy_moved_by_somebody_is_found_and_purged(
    world: OutlookWorld, tmp_path: Path
) -> None:
    delivered = world.channel().deliver(parcel(tmp_path))
    world.server.sent[0].folder = "recoverableitemsdeletions"
    assert world.channel().standing(delivered) is Standing.THERE
    assert world.channel().deliver(parcel(tmp_path)) == delivered
    world.channel().withdraw(Delivered(delivered.ref, ""))
    assert world.server.sent[0].folder == "recoverableitemspurges"
    assert world.channel().standing(delivered) is Standing.BEYOND
    assert len(world.server.sent) == 1


@pytest.mark.parametrize("status", [403, 423])
def test_a_copy_under_hold_is_told(world: OutlookWorld, tmp_path: Path, status: int) -> None:
    delivered = world.channel().deliver(parcel(tmp_path))
    world.server.sent[0].held = status
    with pytest.raises(NotProven, match=r"^deletion_refused encrypted-mail$"):
        world.channel().withdraw(delivered)
    assert world.channel().standing(delivered) is Standing.THERE


def test_a_letter_alone_has_no_file(world: OutlookWorld, tmp_path: Path) -> None:
    world.channel().deliver(parcel(tmp_path, None))
    [arrived] = world.arrived()
    assert arrived.content is None
    assert arrived.text == "Lösenordet kommer på annat sätt."


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ((), "address_malformed"),
        (("mottagare",), "address_malformed"),
        (("a@example.se, b@example.se",), "address_malformed"),
        (("a@example.se\r\nBcc: b@example.se",), "address_malformed"),
        (("a@sub.example.se",), "recipient_not_encrypted"),
        (("a@example.se", "b@example.dk"), "recipient_not_encrypted"),
    ],
)
def test_only_where_mail_is_encrypted(world: OutlookWorld, to: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refused, match=rf"^{code} encrypted-mail$"):
        world.channel().check(to)
    assert world.server.requests == []


def test_too_large_or_missing_files_never_become_a_draft(
    world: OutlookWorld, tmp_path: Path
) -> None:
    sent = parcel(tmp_path, b"x")
    assert sent.file is not None
    sent.file.unlink()
    with pytest.raises(Refused, match=r"^parcel_file_missing encrypted-mail$"):
        world.channel().deliver(sent)
    with sent.file.open("wb") as file:
        file.truncate(25_000_001)
    with pytest.raises(Refused, match=r"^parcel_too_large encrypted-mail$"):
        world.channel().deliver(sent)
    assert world.server.boxes[OFFICE] == {}


def test_a_missing_right_or_mailbox_is_told_before_anything_is_sent(world: OutlookWorld) -> None:
    world.server.trouble.append(Trouble("GET", "/mailFolders/", status=403))
    with pytest.raises(Misconfigured, match=r"^graph_right_missing encrypted-mail$"):
        world.channel().check(world.to)
    del world.server.boxes[OFFICE]
    with pytest.raises(Misconfigured, match=r"^mailbox_not_found encrypted-mail$"):
        world.channel().check(world.to)


def test_no_pre_authenticated_address_in_a_log(
    world: OutlookWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.server.trouble.append(Trouble("PUT", "/upload/", status=503))
    world.channel().deliver(parcel(tmp_path, LARGE))
    said = " ".join(r.getMessage() for r in caplog.records)
    for secret in ("secret-upload", "authtoken", world.server.token, "mottagare", "AAkALg"):
        assert secret not in said
