"""A connection is encrypted by TLS 1.2 or newer with whom it was meant for, or there is none."""

from __future__ import annotations

import ssl
from pathlib import Path

from lifecycle.errors import Misconfigured


def verified_context(trusted: Path | None) -> ssl.SSLContext:
    """What a client demands: TLS ≥ 1.2, a valid certificate for the host's name, signed by the
    authorities in `trusted` (PEM) or else by the system's.

    Made by hand: the standard library's default one writes the keys of every session into a file
    that the environment names. Raises `Misconfigured("authorities_unreadable")`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    failed = False
    try:
        if trusted is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            context.load_verify_locations(cafile=str(trusted))
    except OSError:
        failed = True
    if failed:
        raise Misconfigured("authorities_unreadable")
    return context
