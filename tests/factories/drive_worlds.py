"""Google Drive's server of the tests, and a staging folder bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.google_drive import DriveStaging, opened_staging
from lifecycle.bindings import GoogleDriveStaging
from tests.factories.drive_server import drive_server
from tests.factories.drive_state import DriveState, key_file

OWNER = "arkiv@example.se"


def bound_to(server: DriveState) -> dict[str, Any]:
    """The words of a binding to the server's folder."""
    where = {"acting_as": OWNER} if server.drive is None else {"drive": server.drive}
    return {
        "kind": "google_drive",
        "key": {"env": "GALLRA_DRIVE_KEY"},
        "folder": server.folder,
        "url": server.url,
        "token_url": f"{server.url}/token",
        "timeout": 5,
        **where,
    }


def staging_on(server: DriveState) -> DriveStaging:
    """A staging folder as a process has it that has just started."""
    binding = GoogleDriveStaging.model_validate({**bound_to(server), "place": "inbox"})
    return opened_staging(binding, key=key_file)


@contextmanager
def strict_drive(*, shared_drive: bool = True) -> Iterator[DriveState]:
    """A server whose every request was as the reference wants it, whatever happened."""
    with pytest.MonkeyPatch.context() as patch, drive_server(shared_drive=shared_drive) as server:
        patch.setattr("connectors.drive_client._PAUSES", (0.0, 0.0))
        yield server
        assert not server.violations, server.violations
        assert not server.trashings, server.trashings
        for _, _, authorization in server.requests:
            assert authorization in {f"Bearer {token}" for token in server.given}
