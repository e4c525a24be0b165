"""A password goes to one telephone, once, and to nobody else who listens."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.channel import Parcel
from connectors.sent_journal import FolderJournal
from connectors.sms_gateway import SmsChannel
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.sms_channel_world import TOKEN, Gateway, binding, gateway

TELEPHONE = "+46701740605"
LETTER = Parcel(
    ref=to_reference("X", 1), file=None, name="", to=(TELEPHONE,), text="Lösenord: Wq7-åäö"
)
ONCE = {"idempotency": {"header": "Idempotency-Key", "hours": 2}}


@pytest.fixture
def there() -> Iterator[Gateway]:
    with gateway() as there:
        yield there


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sent"


def channel(
    there: Gateway, folder: Path, *, token: str = TOKEN, now: Any = None, **more: Any
) -> SmsChannel:
    clock = {} if now is None else {"now": lambda: now}
    return SmsChannel(
        binding(there.url, **more),
        place="sms",
        token=lambda: token,
        journal=FolderJournal(folder),
        **clock,
    )


def posts(there: Gateway) -> list[dict[str, Any]]:
    return [json.loads(body) for method, _, _, body in there.requests if method == "POST"]


def test_the_text_is_posted_as_the_gateway_calls_things(there: Gateway, folder: Path) -> None:
    bound = channel(
        there,
        folder,
        path="/sms/send",
        fields={"to": "sms.to", "text": "sms.body", "sender": "from", "reference": "ref"},
        sender="Skolan",
        constants={"sms.flash": False, "type": "text"},
    )
    bound.deliver(LETTER)
    assert posts(there) == [
        {
            "sms": {"to": TELEPHONE, "body": "Lösenord: Wq7-åäö", "flash": False},
            "from": "Skolan",
            "type": "text",
            "ref": LETTER.ref,
        }
    ]
    assert [path for method, path, _, _ in there.requests] == ["/v1/account", "/v1/sms/send"]
    assert there.requests[-1][2]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "telephone",
    [
        "", "0701740605", "46701740605", "+46 70 174 06 05", "+0701740605", "+467",
        "+4670174060512345", "+46701740605\n", "+4670174o605", "+٤٦٧٠١٧٤٠٦٠٥",
        "tel:+46701740605", "a@example.se",
    ],
)  # fmt: skip
def test_a_telephone_number_is_whole_or_refused(
    there: Gateway, folder: Path, telephone: str
) -> None:
    for attempt in (
        lambda: channel(there, folder).check((telephone,)),
        lambda: channel(there, folder).deliver(replace(LETTER, to=(telephone,))),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert str(refused.value) == "telephone_malformed"
    assert there.requests == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": (TELEPHONE, "+46701740606")}, "one_recipient_only"),
        ({"to": ()}, "one_recipient_only"),
        ({"file": Path("/nowhere"), "name": "a.zip"}, "channel_carries_no_file"),
        ({"text": "x" * 481}, "text_too_long_for_sms"),
        ({"text": ""}, "text_too_long_for_sms"),
    ],
)
def test_what_is_no_short_text_is_refused(
    there: Gateway, folder: Path, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        channel(there, folder).deliver(replace(LETTER, **change))
    assert str(refused.value) == code
    assert there.requests == []


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Refused, "text_refused"),
        (404, Refused, "text_refused"),
        (401, Misconfigured, "gateway_login_refused"),
        (429, Unreachable, "gateway_unreachable"),
        (503, Unreachable, "gateway_unreachable"),
    ],
)
def test_what_the_gateway_surely_did_not_take_may_be_tried_again(
    there: Gateway, folder: Path, status: int, kind: type[GallraError], code: str
) -> None:
    there.status = status
    with pytest.raises(kind) as failed:
        channel(there, folder).deliver(LETTER)
    assert failed.value.code == code
    assert len(posts(there)) == 1
    there.status = 200
    channel(there, folder).deliver(LETTER)
    assert len(there.texts) == 1


@pytest.mark.parametrize("status", [500, 502, 504, 301, 302, 303])
def test_what_the_gateway_may_have_taken_is_not_sent_again(
    there: Gateway, folder: Path, status: int
) -> None:
    """A form that was taken is answered by "see other" as well."""
    there.status, there.location = status, "/v1/account" if status < 400 else None
    for _ in range(3):
        with pytest.raises(NotProven) as unsure:
            channel(there, folder).deliver(LETTER)
        assert unsure.value.code == "perhaps_delivered"
    assert len(posts(there)) == 1


def test_a_gateway_that_takes_it_once_is_asked_again_by_the_same_key(
    there: Gateway, folder: Path
) -> None:
    there.once_by = "Idempotency-Key"
    there.hang_up = True
    with pytest.raises(Unreachable) as lost:
        channel(there, folder, **ONCE).deliver(LETTER)
    assert lost.value.code == "answer_lost"
    there.hang_up = False
    channel(there, folder, **ONCE).deliver(LETTER)
    keys = [h["idempotency-key"] for method, _, h, _ in there.requests if method == "POST"]
    assert keys == [LETTER.ref] * 2
    assert len(there.texts) == 1


def test_once_the_gateway_has_forgotten_the_key_nothing_is_sent_again(
    there: Gateway, folder: Path
) -> None:
    there.hang_up = True
    with pytest.raises(Unreachable):
        channel(there, folder, **ONCE).deliver(LETTER)
    later = datetime.now(UTC) + timedelta(hours=2, seconds=1)
    with pytest.raises(NotProven):
        channel(there, folder, now=later, **ONCE).deliver(LETTER)
    assert len(posts(there)) == 1


def test_a_repeat_that_is_refused_does_not_undo_that_it_may_have_arrived(
    there: Gateway, folder: Path
) -> None:
    there.hang_up = True
    with pytest.raises(Unreachable):
        channel(there, folder, **ONCE).deliver(LETTER)
    there.hang_up, there.status = False, 400
    with pytest.raises(Refused):
        channel(there, folder, **ONCE).deliver(LETTER)
    note = FolderJournal(folder).look(LETTER.ref)
    assert note is not None and not note.sent


def test_a_token_that_is_refused_keeps_the_text_here(there: Gateway, folder: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        channel(there, folder, token="another").deliver(LETTER)
    assert refused.value.code == "gateway_login_refused"
    assert posts(there) == []


def test_a_token_that_cannot_be_fetched_leaves_no_doubt(there: Gateway, folder: Path) -> None:
    def missing() -> str:
        raise Misconfigured("secret_missing")

    bound = binding(there.url, probe=None)
    sms = SmsChannel(bound, place="sms", token=missing, journal=FolderJournal(folder))
    with pytest.raises(Misconfigured) as refused:
        sms.deliver(LETTER)
    assert refused.value.code == "secret_missing"
    assert FolderJournal(folder).look(LETTER.ref) is None
    assert there.requests == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest", "http://127.0.0.1:1/x"])
def test_nobody_is_led_elsewhere(there: Gateway, folder: Path, location: str) -> None:
    there.status, there.location = 307, location
    with pytest.raises(Unreachable):
        channel(there, folder).deliver(LETTER)
    assert len(posts(there)) == 1


def test_neither_number_nor_password_nor_token_is_in_a_log(
    there: Gateway, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel(there, folder).deliver(LETTER)
    there.status = 500
    with pytest.raises(NotProven) as unsure:
        channel(there, folder).deliver(replace(LETTER, ref=to_reference("X", 2)))
    said = caplog.text + repr(unsure.value) + repr(LETTER)
    for secret in (TELEPHONE, "701740605", "Wq7", TOKEN):
        assert secret not in said
    notes = "".join(path.read_text() for path in folder.iterdir())
    assert TELEPHONE not in notes and "Wq7" not in notes
