"""Recipients and channels are bound by a file that fits the policy, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lifecycle.bindings.recipients import Contact
from lifecycle.configuration.problems import BindingsError
from lifecycle.errors import Misconfigured
from lifecycle.policy.load import load_policy
from tasks.door_wiring import doors
from tasks.doors import KINDS, Door, Doors, way
from tasks.sealing import SEALERS
from tasks.settings import Settings
from tests.factories.houses import ROOT
from tests.factories.sharing import RecordingChannel

CHANNELS = """
channels:
  encrypted-mail: {kind: memory}
  text-message: {kind: memory}
recipients:
  arbetsformedlingen:
    desk: {email: mottagare@example.se, phone: "+46701740605", password_by: text-message,
           language: sv}
"""


def bindings(tmp_path: Path, more: str) -> object:
    from lifecycle.bindings import load_bindings

    whole = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text("utf-8") + more
    file = tmp_path / "academedia.yaml"
    file.write_text(whole, encoding="utf-8")
    policy = load_policy(ROOT / "policies" / "academedia.yaml")
    return load_bindings(file, policy=policy, environment={"GALLRA_HOME": str(tmp_path)})


def made_of(tmp_path: Path, channels: str) -> Doors:
    settings = Settings.from_environment({"GALLRA_HOME": str(tmp_path)})
    bound: Any = bindings(tmp_path, channels)
    return doors(bound, settings, outgoing=tmp_path, zone=ZoneInfo("Europe/Stockholm"))


SFTP = """
channels:
  encrypted-mail: {kind: sftp, host: sftp.example.se, folder: /in, username: gallra,
                   password: {env: SFTP}, to: [mottagare@example.se], host_keys: [KEY]}
  text-message: {kind: memory}
""".replace("KEY", f"'SHA256:{'A' * 43}'")
DRIVE = """
channels:
  encrypted-mail: {kind: google_drive, folder: 0AbCdEfGhIj, drive: 0AbCdEfGhIk, key: {env: DRIVE}}
  text-message: {kind: memory}
"""


@pytest.mark.parametrize(
    ("was", "is_now", "same"),
    [
        ("sftp.example.se", "sftp.example.dk", False),
        ("AAAA'", "AAAB'", False),
        ("/in,", "/in/others,", False),
        ("folder: /in,", "folder: /in, timeout: 90,", True),
    ],
)
def test_a_channel_that_leads_elsewhere_is_another_one(
    was: str, is_now: str, same: bool, tmp_path: Path
) -> None:
    """Else a recipient's server could be exchanged between the approval and the sending."""
    assert was in SFTP
    before = made_of(tmp_path, SFTP).door("encrypted-mail").leads_to
    after = made_of(tmp_path, SFTP.replace(was, is_now)).door("encrypted-mail").leads_to
    assert (before == after) is same


def test_the_last_day_ends_where_the_controller_is(tmp_path: Path) -> None:
    channel: Any = made_of(tmp_path, DRIVE).door("encrypted-mail").channel
    ends = channel._end_of(datetime.now(UTC).date() + timedelta(days=3))
    assert ends.astimezone(ZoneInfo("Europe/Stockholm")).time() == time(0)


def test_what_is_bound_becomes_doors(tmp_path: Path) -> None:
    made = made_of(tmp_path, CHANNELS)
    assert {name: door.kind for name, door in made.ways.items()} == {
        "encrypted-mail": "memory",
        "text-message": "memory",
    }
    assert made.contact("arbetsformedlingen", "desk").password_by == "text-message"
    assert set(made.sealers) == {"zip", "xlsx"} == set(SEALERS)
    shown = repr(made.contact("arbetsformedlingen", "desk"))
    assert "example.se" not in shown
    assert "4670" not in shown


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("arbetsformedlingen:", "arbetsformedling:", "no recipient 'arbetsformedling'"),
        ("password_by: text-message", "password_by: texts", "no channel 'texts' is bound"),
        ("email: mottagare@example.se, phone", "phone", None),
        ('email: mottagare@example.se, phone: "+46701740605",', "", "email or phone"),
        ('"+46701740605"', '"070-1740605"', "phone"),
        ("language: sv", "language: fi", "language"),
    ],
)
def test_what_does_not_fit_is_said(was: str, is_now: str, said: str | None, tmp_path: Path) -> None:
    assert was in CHANNELS
    changed = CHANNELS.replace(was, is_now)
    if said is None:
        bindings(tmp_path, changed)
        return
    with pytest.raises(BindingsError) as wrong:
        bindings(tmp_path, changed)
    assert said in str(wrong.value)


def test_every_kind_of_channel_says_what_it_protects() -> None:
    from connectors.channel_registry import CHANNELS as REGISTERED

    assert set(REGISTERED) <= set(KINDS)


def made(name: str, kind: str) -> Door:
    return Door(name=name, kind=kind, channel=RecordingChannel(place=name))


@pytest.mark.parametrize(
    ("first", "second", "elsewhere"),
    [
        ("smtp", "sms", True),
        ("onedrive", "smtp", True),
        ("smtp", "outlook", False),  # two mails to one mailbox are one way
        ("smtp", "smtp", False),
        ("sftp", "sms", True),
    ],
)
def test_the_password_goes_by_another_way_to_another_address(
    first: str, second: str, elsewhere: bool, tmp_path: Path
) -> None:
    contact = Contact.model_validate(
        {
            "email": "mottagare@example.se",
            "phone": "+46701740605",
            "password_by": "second",
            "language": "en",
        }
    )
    ways = {"first": made("first", first), "second": made("second", second)}
    both = Doors(ways=ways, outgoing=tmp_path)
    assert way(both, "first", contact).password_elsewhere is elsewhere
    alone = contact.model_copy(update={"password_by": "first"})
    if first in {"onedrive", "sftp"}:
        with pytest.raises(Misconfigured, match="password_way_without_letters"):
            way(both, "first", alone)
    else:
        assert not way(both, "first", alone).password_elsewhere


def test_who_is_not_reached_is_not_written_to(tmp_path: Path) -> None:
    contact = Contact.model_validate(
        {"email": "mottagare@example.se", "password_by": "second", "language": "en"}
    )
    ways = {"first": made("first", "smtp"), "second": made("second", "sms")}
    with pytest.raises(Misconfigured, match="contact_not_reached"):
        way(Doors(ways=ways, outgoing=tmp_path), "first", contact)
    folder = {"first": made("first", "smtp"), "second": made("second", "sftp")}
    with pytest.raises(Misconfigured, match="password_way_without_letters"):
        way(Doors(ways=folder, outgoing=tmp_path), "first", contact)
    with pytest.raises(Misconfigured, match="channel_kind_unknown"):
        made("first", "pigeon").address(contact)
