"""Every request by HTTPS believes the same authorities, and the environment has no say in it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from connectors.trusted_authorities import trusted


def test_it_verifies_whom_it_talks_to_and_is_made_once() -> None:
    context = trusted()
    assert context is trusted()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) > 50


def test_the_environment_names_no_authority_and_gets_no_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = trusted().get_ca_certs()
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = trusted.__wrapped__()
    assert context.keylog_filename is None
    assert context.get_ca_certs() == usual
