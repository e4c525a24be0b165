"""By which other ways planted people are shared; `wider_world` serves them."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.factories.smtp_channel_world import DOMAIN
from tests.privacy.outside_world import DESKS

OFFICE: Final = f"kansli@{DOMAIN}"
DESK: Final = f"{DESKS['desk'].mail}@{DOMAIN}"
CLOUD_TOKEN: Final = "canary-cloud-token-9c41f7"
LEAK: Final = "leak.txt"
"""What a leak on purpose is called: no container is."""


class Way(NamedTuple):
    """A bound channel."""

    name: str
    connector: str
    """Its class: where errors are forced."""
    container: str
    folder: str
    """Where its record lies."""


WAYS: Final = (
    Way("onedrive-link", "connectors.onedrive_channel.OneDriveChannel", "pdf", "onedrive"),
    Way("google-link", "connectors.google_drive_channel.DriveChannel", "xlsx", "google"),
    Way("outlook-mail", "connectors.outlook_channel.OutlookChannel", "pdf", "outlook"),
    Way("their-server", "connectors.sftp.SftpChannel", "zip", "sftp"),
)
