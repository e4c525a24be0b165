"""The pictures in the handbook are those that were taken, small, and told stale by file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from docs.pictures.freshness import HERE, MANIFEST, ROOT, SHOWS, note, stale

LARGEST = 150_000
"""Bytes of one picture."""


def test_each_picture_is_the_one_that_was_taken_and_is_made_from_files_that_exist() -> None:
    known = json.loads(MANIFEST.read_text(encoding="utf-8"))
    assert known
    for name, made in known.items():
        sources = SHOWS[name]
        assert made.keys() == {"picture", "prefect", *sources}
        for source in sources:
            assert (ROOT / source).is_file(), source
        assert (HERE / name).stat().st_size < LARGEST, name
    assert [each for each in stale() if each.endswith(": picture")] == []


def test_every_picture_that_a_page_shows_is_taken_or_drawn() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    shown = {
        Path(target).name
        for page in pages
        for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    assert shown - {"architecture.svg"} <= SHOWS.keys()


def test_a_changed_source_makes_its_picture_stale_and_no_other(tmp_path: Path) -> None:
    folder, manifest = tmp_path / "pictures", tmp_path / "made-from.json"
    folder.mkdir()
    for name in SHOWS:
        (folder / name).write_bytes(name.encode())
        note(folder / name, manifest)
    assert stale(manifest, folder) == []
    made = json.loads(manifest.read_text(encoding="utf-8"))
    made["prefect-form.png"]["flows/approval_form.py"] = "another"
    manifest.write_text(json.dumps(made), encoding="utf-8")
    assert stale(manifest, folder) == ["prefect-form.png: flows/approval_form.py"]
    (folder / "make-run.svg").write_bytes(b"painted over")
    assert "make-run.svg: picture" in stale(manifest, folder)
