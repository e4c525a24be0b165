"""One version has one name: in the package, and at the head of what is told of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from records.migrations import HEADS
from tests.factories.earlier_schemas import REVISIONS

ROOT = Path(__file__).resolve().parents[2]


def test_the_changelog_begins_with_this_version_and_each_stands_there_once() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## (\d+)\.(\d+)\.(\d+)( \(unreleased\))?$", text, re.MULTILINE)
    versions = [tuple(map(int, head[:3])) for head in heads]
    assert ".".join(map(str, versions[0])) == declared
    assert versions == sorted(set(versions), reverse=True)
    assert not any(head[3] for head in heads[1:]), "only the newest can be unreleased"


def test_every_schema_is_populated_before_a_release() -> None:
    assert REVISIONS[-1] == HEADS["records"]
    files = sorted((ROOT / "records" / "migrations" / "records").glob("r*.py"))
    assert [file.name[:5] for file in files] == list(REVISIONS)
