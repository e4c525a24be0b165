"""Secrets are named in the bindings and fetched when they are used, never before and never kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle.bindings import SecretName
from lifecycle.errors import Misconfigured


def secret(name: SecretName, environment: Mapping[str, str]) -> Callable[[], str]:
    """A function that fetches the secret; it raises `Misconfigured("secret_missing")`."""

    def fetch() -> str:
        found: str | None = None
        if name.env is not None:
            found = environment.get(name.env)
        elif name.file is not None:
            try:
                found = name.file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                found = None
        if not found:
            raise Misconfigured("secret_missing")
        return found

    return fetch
