"""The kinds of ways out, one line each; a binding names one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final

from connectors.channel import Channel
from connectors.memory_channel import MemoryChannel
from connectors.registry import Secrets
from connectors.sent_journal import FolderJournal, SentJournal
from lifecycle.bindings.channels import MemoryChannel as MemoryBinding
from lifecycle.bindings.channels import SmsGateway as SmsBinding
from lifecycle.bindings.channels import SmtpChannel as SmtpBinding
from lifecycle.bindings.google_drive import GoogleDriveChannel as GoogleDriveBinding
from lifecycle.bindings.hand_over import ManualChannel as ManualBinding
from lifecycle.bindings.onedrive import OneDriveChannel as OneDriveBinding
from lifecycle.bindings.outlook import OutlookChannel as OutlookBinding
from lifecycle.bindings.sftp import SftpChannel as SftpBinding
from lifecycle.configuration.validated import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSurroundings:
    """What a channel needs besides its binding."""

    place: str
    """The binding's name."""
    secrets: Secrets
    zone: tzinfo = UTC
    """The controller's: where the last day ends by which a share is limited."""
    journal: SentJournal | None = None
    """Who remembers what was sent; None: the folder that the binding names."""


def _smtp(binding: SmtpBinding, around: ChannelSurroundings) -> Channel:
    from connectors.smtp_channel import smtp_channel

    password = None if binding.relay is None else binding.relay.password
    return smtp_channel(
        binding,
        place=around.place,
        password=None if password is None else around.secrets(password),
        journal=around.journal or FolderJournal(binding.journal),
    )


def _sms(binding: SmsBinding, around: ChannelSurroundings) -> Channel:
    from connectors.sms_gateway import SmsChannel

    return SmsChannel(
        binding,
        place=around.place,
        token=around.secrets(binding.token),
        journal=around.journal or FolderJournal(binding.journal),
    )


def _sftp(binding: SftpBinding, around: ChannelSurroundings) -> Channel:
    from connectors.sftp import SftpChannel
    from connectors.sftp_session import login_of

    return SftpChannel(binding, login_of(binding, around.secrets), place=around.place)


def _google_drive(binding: GoogleDriveBinding, around: ChannelSurroundings) -> Channel:
    from connectors.google_drive_channel import opened_channel

    return opened_channel(
        binding, place=around.place, key=around.secrets(binding.key), zone=around.zone
    )


def _onedrive(binding: OneDriveBinding, around: ChannelSurroundings) -> Channel:
    from connectors.onedrive_channel import opened_channel

    return opened_channel(binding, place=around.place, secrets=around.secrets, zone=around.zone)


def _outlook(binding: OutlookBinding, around: ChannelSurroundings) -> Channel:
    from connectors.outlook_channel import OutlookChannel
    from connectors.outlook_client import outlook_client

    return OutlookChannel(
        outlook_client(binding, secrets=around.secrets, system=around.place),
        place=around.place,
        mailbox=binding.mailbox,
        encrypted_to=binding.encrypted_to,
        largest=binding.largest * 1_000_000,
    )


def _manual(binding: ManualBinding, around: ChannelSurroundings) -> Channel:
    from connectors.hand_over import HandOver

    return HandOver(place=around.place, folder=binding.folder)


def _memory(binding: MemoryBinding, around: ChannelSurroundings) -> Channel:
    return MemoryChannel(place=around.place, takes_back=binding.takes_back)


CHANNELS: Final[dict[str, Callable[[Any, ChannelSurroundings], Channel]]] = {
    "smtp": _smtp,
    "sms": _sms,
    "sftp": _sftp,
    "google_drive": _google_drive,
    "outlook": _outlook,
    "onedrive": _onedrive,
    "manual": _manual,
    "memory": _memory,
}


def channel(
    binding: Part,
    *,
    place: str,
    secrets: Secrets,
    zone: tzinfo = UTC,
    journal: SentJournal | None = None,
) -> Channel:
    """The way out that `binding` describes; `zone` is the controller's. Nothing is asked of it
    yet, so nothing is raised if it does not answer."""
    kind: str = binding.kind  # type: ignore[attr-defined]
    return CHANNELS[kind](
        binding, ChannelSurroundings(place=place, secrets=secrets, zone=zone, journal=journal)
    )
