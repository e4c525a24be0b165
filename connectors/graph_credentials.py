"""The token that opens Microsoft Graph: an app's own, by certificate or by a secret."""

from __future__ import annotations

import base64
import binascii
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from lifecycle.bindings.onedrive import GraphApp
from lifecycle.bindings.places import SecretName
from lifecycle.errors import GallraError, Misconfigured, Unreachable

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_SCOPE: Final = "https://graph.microsoft.com/.default"

Secrets: TypeAlias = Callable[[SecretName], Callable[[], str]]

for _name in ("azure", "msal", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class GraphToken:
    """Called, it gives a token that is still valid; the credential keeps it until it runs out.

    Exactly one of `certificate` (PEM with its private key, or a PFX file in base64) and `secret`
    is given, each as a function that fetches it when a token is made.
    """

    def __init__(
        self,
        *,
        tenant: str,
        client_id: str,
        system: str,
        certificate: Callable[[], str] | None = None,
        secret: Callable[[], str] | None = None,
    ) -> None:
        if (certificate is None) == (secret is None):
            raise ValueError("either a certificate or a secret")
        self._tenant = tenant
        self._client_id = client_id
        self._system = system
        self._certificate = certificate
        self._secret = secret
        self._credential: TokenCredential | None = None
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """A token for Graph. Raises `Misconfigured("graph_token_refused")` when the tenant gives
        none, `Misconfigured("secret_missing")`, `Unreachable("system_unreachable")`."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        failure: GallraError
        with self._lock:
            credential = self._credential or self._made()
            self._credential = credential
            try:
                return str(credential.get_token(_SCOPE).token)
            except ClientAuthenticationError:
                failure = Misconfigured("graph_token_refused", ref=self._system)
            except AzureError:
                failure = Unreachable("system_unreachable", ref=self._system)
        # Outside the handlers: Microsoft's words name the tenant and the app.
        raise failure

    def _made(self) -> TokenCredential:
        from azure.identity import CertificateCredential, ClientSecretCredential

        if self._secret is not None:
            return ClientSecretCredential(self._tenant, self._client_id, self._secret())
        assert self._certificate is not None  # noqa: S101 -- see __init__
        data = _bytes_of(self._certificate())
        credential: Any = None
        with contextlib.suppress(ValueError):
            credential = CertificateCredential(self._tenant, self._client_id, certificate_data=data)
        if credential is None:
            raise Misconfigured("graph_certificate_unreadable", ref=self._system)
        return credential  # type: ignore[no-any-return]


def token_of(app: GraphApp, *, secrets: Secrets, system: str) -> Callable[[], str]:
    """What gives a binding's token. On this machine's loopback the secret itself is the token:
    there is nobody to give another."""
    secret = None if app.secret is None else secrets(app.secret)
    if app.on_loopback and secret is not None:
        return secret
    return GraphToken(
        tenant=app.tenant,
        client_id=app.client_id,
        system=system,
        certificate=None if app.certificate is None else secrets(app.certificate),
        secret=secret,
    )


def _bytes_of(text: str) -> bytes:
    if "-----BEGIN" in text:
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return text.encode()
