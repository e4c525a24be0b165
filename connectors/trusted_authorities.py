"""Whom our requests believe: the authorities that come with the library, loaded once.

Loading them takes longer than a request, and a client is made for each one. A context is not
changed after it is made, so that threads may share it.
"""

from __future__ import annotations

import functools
import ssl

import httpx


@functools.lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name verified; nothing in the environment changes whom it
    believes."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The standard library's default writes every session's keys into a file that the environment
    # names: whoever has it reads what was sent.
    context.keylog_filename = None  # type: ignore[assignment]
    return context
