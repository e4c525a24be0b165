"""A file that somebody names: ordinary ones are read, nothing else is waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.chosen_bytes import read_chosen
from connectors.form_export import read_export_of
from lifecycle.errors import Refused
from tasks.proving.evidence import digest_of


def test_an_ordinary_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"abc")
    assert read_chosen(file, largest=3) == b"abc"
    assert read_chosen(file, largest=2) is None
    assert read_chosen(tmp_path / "none", largest=3) is None
    assert read_chosen(tmp_path, largest=3) is None
    assert read_chosen(tmp_path / "nul\0", largest=3) is None


def test_neither_a_pipe_nor_a_device_is_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "samtycken.xlsx"
    os.mkfifo(pipe)
    for no_file in (pipe, Path("/dev/null")):
        assert read_chosen(no_file, largest=1 << 20) is None
        with pytest.raises(Refused, match="consent_form_not_readable"):
            read_export_of(no_file)
        with pytest.raises(Refused, match="evidence_missing"):
            digest_of(no_file)
