"""The way to a tenant's mailboxes, from what is written in a binding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from connectors.graph_client import GraphClient
from connectors.graph_credentials import token_of
from lifecycle.bindings import SecretName
from lifecycle.bindings.onedrive import GraphApp

_UPLOADS: Final = ("outlook.office.com", "outlook.office365.com")
"""Where Outlook takes large attachments, by addresses that need no token."""


def outlook_client(
    binding: GraphApp, *, secrets: Callable[[SecretName], Callable[[], str]], system: str
) -> GraphClient:
    """A client for the app that the binding names. Nothing is asked yet."""
    uploads = (urlsplit(binding.url).netloc,) if binding.on_loopback else _UPLOADS
    return GraphClient(
        token_of(binding, secrets=secrets, system=system),
        system=system,
        base=binding.url,
        storage_hosts=uploads,
        timeout=binding.timeout,
    )
