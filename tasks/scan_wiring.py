"""The places that are looked through, as a controller's bindings describe them."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.documents import Documents, FolderDocuments
from connectors.registry import staging
from lifecycle.bindings import Bindings
from tasks.secrets import secret
from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """A place that is looked through, and the role that mends what is found."""

    documents: Documents
    owner: str


def scan_places(bindings: Bindings, settings: Settings) -> dict[str, ScanPlace]:
    """Every place that is bound under `scan`, by the policy's name. None is asked anything yet."""
    return {
        name: ScanPlace(
            FolderDocuments(
                staging(
                    scanned.where,
                    secrets=lambda secret_name: secret(secret_name, settings.environment),
                )
            ),
            scanned.owner,
        )
        for name, scanned in bindings.scan.items()
    }
