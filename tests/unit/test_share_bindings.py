"""Recipients and channels are bound by a file that fits the policy, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from lifecycle.bindings.hand_over import TAKES_FILES, TAKES_PASSWORDS, By, ManualChannel
from lifecycle.bindings.recipients import Contact
from lifecycle.configuration.problems import BindingsError
from lifecycle.errors import Misconfigured, Refused
from lifecycle.policy.load import load_policy
from tasks.house.door_wiring import doors
from tasks.house.doors import BY_HAND, KINDS, Door, Doors, way
from tasks.house.sealing import SEALERS
from tasks.house.settings import Settings
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
    assert set(made.sealers) == {"zip", "xlsx", "pdf"} == set(SEALERS)
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

    assert set(REGISTERED) - {"manual"} <= set(KINDS)
    assert set(get_args(By)) == set(BY_HAND)
    files = {name for name, kind in BY_HAND.items() if kind.file is not None}
    passwords = {name for name, kind in BY_HAND.items() if kind.password is not None}
    assert files == TAKES_FILES
    assert passwords == TAKES_PASSWORDS


def made(name: str, kind: str) -> Door:
    if kind in BY_HAND:
        order = ManualChannel.model_construct(kind="manual", by=kind)
        return Door(name=name, kind="manual", channel=RecordingChannel(place=name), by_hand=order)
    return Door(name=name, kind=kind, channel=RecordingChannel(place=name))


MAILBOX, CODES, AT_HAND = "mottagare@example.se", "koder@example.se", "Storgatan 1"


@pytest.mark.parametrize(
    ("first", "second", "more", "elsewhere"),
    [
        ("smtp", "sms", {}, True),
        ("smtp", "phone", {}, True),
        ("sftp", "sms", {}, True),
        ("usb_stick", "phone", {}, True),
        ("usb_stick", "smtp", {}, True),
        # The invitation to the folder goes to the same mailbox.
        ("onedrive", "smtp", {}, False),
        ("google_drive", "outlook", {}, False),
        ("sftp", "smtp", {}, False),
        ("onedrive", "smtp", {"password_email": CODES}, True),
        ("sftp", "smtp", {"password_email": CODES}, True),
        # Two mails are one way, to whichever mailboxes; so are two in e-Boks.
        ("smtp", "outlook", {}, False),
        ("smtp", "outlook", {"password_email": CODES}, False),
        ("smtp", "smtp", {"password_email": CODES}, False),
        ("tunnel_mail", "smtp", {"password_email": CODES}, False),
        ("e_boks", "e_boks", {"password_by_hand": "0102030405"}, False),
        ("usb_stick", "letter", {"password_by_hand": "Lillgatan 2"}, False),
        ("usb_stick", "e_boks", {}, False),
        ("usb_stick", "e_boks", {"password_by_hand": "0102030405"}, True),
    ],
)
def test_the_password_goes_by_another_way_to_another_address(
    first: str, second: str, more: dict[str, str], elsewhere: bool, tmp_path: Path
) -> None:
    given = {"email": MAILBOX, "phone": "+46701740605", "by_hand": AT_HAND, "language": "en"}
    contact = Contact.model_validate({**given, **more, "password_by": "second"})
    ways = {"first": made("first", first), "second": made("second", second)}
    both = Doors(ways=ways, outgoing=tmp_path)
    assert way(both, "first", contact).password_elsewhere is elsewhere
    alone = contact.model_copy(update={"password_by": "first"})
    if made("first", first).about.password is None:
        with pytest.raises(Misconfigured, match="password_way_without_letters"):
            way(both, "first", alone)
    else:
        assert not way(both, "first", alone).password_elsewhere


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("password_email", MAILBOX),
        ("password_email", "Mottagare@EXAMPLE.se"),
        ("password_email", "mottagare+koder@example.se"),
        ("password_by_hand", "storgatan  1"),
    ],
)
def test_another_address_is_another_one(name: str, other: str) -> None:
    given = {"email": MAILBOX, "by_hand": AT_HAND, "password_by": "x", "language": "sv"}
    with pytest.raises(ValidationError, match="another address than the file"):
        Contact.model_validate({**given, name: other})
    assert "koder" not in repr(Contact.model_validate({**given, "password_email": CODES}))


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


OUTLOOK = """
channels:
  encrypted-mail: {kind: outlook, tenant: 11111111-2222-3333-4444-555555555555,
                   client_id: 11111111-2222-3333-4444-555555555555, secret: {env: GRAPH},
                   mailbox: gallra@example.se, encrypted_to: [Example.se]}
  call: {kind: manual, by: phone, role: chef, within: P3D, remind_every: P1D,
         evidence: anteckning om samtalet, second_person: false, how: Ring och läs upp.}
recipients:
  arbetsformedlingen:
    desk: {email: mottagare@EXAMPLE.se, phone: "+46701740605", password_by: call, language: sv}
    other: {email: mottagare@example.dk, phone: "+46701740605", password_by: call, language: sv}
"""


def test_microsoft_365_protects_mail_only_where_it_is_made_to(tmp_path: Path) -> None:
    """Graph does not tell whether the recipient's server took it encrypted, so only domains count
    that are our own or have a connector with enforced TLS; the channel writes to no other."""
    made = made_of(tmp_path, OUTLOOK)
    inside, outside = (made.contact("arbetsformedlingen", name) for name in ("desk", "other"))
    assert {"encrypted_mail", "tls_1_2"} <= way(made, "encrypted-mail", inside).provides
    found = way(made, "encrypted-mail", outside).provides
    assert found == {"both_sides_delete"}
    channel: Any = made.door("encrypted-mail").channel
    channel._require_encrypted(made.door("encrypted-mail").address(inside))
    with pytest.raises(Refused, match="recipient_not_encrypted"):
        channel.check(made.door("encrypted-mail").address(outside))


TUNNEL = """
channels:
  encrypted-mail: {kind: smtp, sender: gallra@example.se, journal: "${GALLRA_HOME}/sent",
                   servers: {Kommune.example.dk: [tunnel.example.dk]}, tunnel: [kommune.Example.dk]}
  call: {kind: manual, by: phone, role: chef, within: P3D, remind_every: P1D,
         evidence: anteckning om samtalet, second_person: false, how: Ring och läs upp.}
recipients:
  arbetsformedlingen:
    desk: {email: sagsbehandler@KOMMUNE.example.dk, phone: "+46701740605", password_by: call,
           language: da}
    other: {email: mottagare@example.se, phone: "+46701740605", password_by: call, language: sv}
"""


def test_mail_goes_by_the_tunnel_only_to_the_authorities_whose_tunnel_is_bound(
    tmp_path: Path,
) -> None:
    """H-33: what reaches one authority by its tunnel reaches nobody else by it."""
    made = made_of(tmp_path, TUNNEL)
    inside, outside = (made.contact("arbetsformedlingen", name) for name in ("desk", "other"))
    assert "tunnel" in way(made, "encrypted-mail", inside).provides
    assert "tunnel" not in way(made, "encrypted-mail", outside).provides
    without = TUNNEL.replace(", tunnel: [kommune.Example.dk]", "")
    elsewhere = made_of(tmp_path, without).door("encrypted-mail")
    assert "tunnel" not in elsewhere.provides(inside)
    assert elsewhere.leads_to != made.door("encrypted-mail").leads_to


STICK = """
channels:
  usb-stick: {kind: manual, by: usb_stick, folder: "${GALLRA_HOME}/hand-over/chef", role: chef,
              within: P7D, remind_every: P2D, evidence: kvittens, second_person: true,
              how: Lämna minnet personligen.}
  call: {kind: manual, by: phone, role: chef, within: P3D, remind_every: P1D,
         evidence: anteckning om samtalet, second_person: false, how: Ring och läs upp.}
recipients:
  arbetsformedlingen:
    desk: {phone: "+46701740605", by_hand: "Storgatan 1", password_by: call, language: sv}
"""


def test_a_stick_and_a_call_are_bound_to_a_role(tmp_path: Path) -> None:
    made = made_of(tmp_path, STICK)
    contact = made.contact("arbetsformedlingen", "desk")
    found = way(made, "usb-stick", contact)
    assert found.provides == {"encrypted_medium"}
    assert found.password_elsewhere
    assert made.door("usb-stick").address(contact) == ("Storgatan 1",)
    assert "Storgatan" not in repr(contact)


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("role: chef, within: P3D", "role: chefen, within: P3D", "role 'chefen' is not declared"),
        ('folder: "${GALLRA_HOME}/hand-over/chef", ', "", "where the file is fetched"),
        ("by: phone,", 'by: phone, folder: "${GALLRA_HOME}/x",', "where the file is fetched"),
        ("by: usb_stick", "by: pigeon", "by"),
        ("remind_every: P2D", "remind_every: P2D, slip: [identity]", "slip"),
    ],
)
def test_nobody_hands_over_what_is_bound_badly(
    was: str, is_now: str, said: str, tmp_path: Path
) -> None:
    assert was in STICK
    with pytest.raises(BindingsError) as wrong:
        bindings(tmp_path, STICK.replace(was, is_now))
    assert said in str(wrong.value)
