"""`gallra inform`: a person reads, checks and compares what people are told."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.containers.notice_page import FONTS
from console.main import app
from console.output import Exit
from tests.factories.notices import POLICIES


def gallra(*words: str) -> Result:
    return CliRunner().invoke(app, ["inform", *words])


def test_the_notices_are_listed() -> None:
    told = json.loads(gallra("list", "-c", "academedia", "--json").stdout)
    assert [each["id"] for each in told] == ["standard", "camera-surveillance"]
    assert told[0]["languages"] == ["sv", "en", "ar", "so", "fa", "ti"]
    assert "standard" in gallra("list").stdout


def test_a_notice_is_shown_in_the_language_asked_for() -> None:
    shown = gallra("show", "standard", "--for", "participant", "--language", "en").stdout
    assert "6 months after you have left us" in shown
    assert "has not been reviewed" in shown
    swedish = gallra("show", "standard", "--for", "participant").stdout
    assert "6 månader efter att du har slutat hos oss" in swedish
    assert gallra("show", "standard", "--html").stdout.startswith("<!DOCTYPE html>")


def test_a_language_that_the_policy_does_not_give_is_refused_with_those_it_gives() -> None:
    done = gallra("show", "standard", "--language", "da")
    assert done.exit_code == Exit.REFUSED
    assert "sv, en, ar, so, fa, ti" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "welcome"), "notice_unknown"),
        (("show", "standard", "--for", "visitor"), "notice_not_for_them"),
        (("show", "camera-surveillance"), "notice_about_cameras"),
        (("show", "camera-surveillance", "--unit", "nowhere"), "no_such_camera"),
    ],
)
def test_what_cannot_be_shown_says_what_to_do(words: tuple[str, ...], code: str) -> None:
    done = gallra(*words)
    assert done.exit_code == Exit.MISCONFIGURED
    assert code in done.stderr
    assert len(done.stderr.strip().splitlines()) == 4


def test_the_check_finds_every_word_and_names_what_nobody_has_reviewed() -> None:
    done = gallra("check", "--json")
    assert done.exit_code == Exit.ATTENTION  # of what nobody has decided
    found = json.loads(done.stdout)
    assert set(found) == {"academedia", "behandlingsskolerne", "bergqvist", "tommerup"}
    assert found["academedia"][0]["not_reviewed"] == ["en", "ar", "so", "fa", "ti"]
    assert all(each["to_mend"] == [] for notices in found.values() for each in notices)
    assert "Not reviewed" in gallra("check", "academedia").stdout


def test_pages_are_written_for_everybody_in_every_language(tmp_path: Path) -> None:
    done = gallra("page", "standard", "--out", str(tmp_path / "notices"))
    assert done.exit_code == Exit.DONE
    files = {file.name for file in (tmp_path / "notices").iterdir()}
    assert len(files) == 2 * 6 + 1
    assert {"index.html", "pupil.ti.html", "participant.ar.html"} <= files
    index = (tmp_path / "notices" / "index.html").read_text("utf-8")
    for file in files - {"index.html"}:
        assert file in index


def test_what_cannot_be_made_leaves_no_pages(tmp_path: Path) -> None:
    done = gallra("page", "camera-surveillance", "--out", str(tmp_path / "out"))
    assert done.exit_code == Exit.MISCONFIGURED
    assert not (tmp_path / "out").exists()


def test_changes_are_told_from_kept_facts_and_from_an_earlier_policy(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(gallra("show", "standard", "--for", "pupil", "--facts").stdout, "utf-8")
    same = gallra("changes", "standard", "--for", "pupil", "--since", str(kept))
    assert "nobody has to be told again" in same.stdout
    earlier = tmp_path / "academedia.yaml"
    text = (POLICIES / "academedia.yaml").read_text("utf-8")
    earlier.write_text(text.replace("keep: {at_most: P6M}", "keep: {at_most: P1Y}"), "utf-8")
    done = gallra("changes", "standard", "--for", "pupil", "--since", str(earlier))
    assert "- " in done.stdout
    assert "1 år" in done.stdout
    assert "6 månader" in done.stdout
    assert "told again: elev" in done.stdout
    machine = gallra("changes", "standard", "--for", "pupil", "--since", str(earlier), "--json")
    assert json.loads(machine.stdout)["tell_again"] is True


def test_a_file_that_holds_no_version_is_told_so(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", "utf-8")
    done = gallra("changes", "standard", "--since", str(other))
    assert done.exit_code == Exit.MISCONFIGURED
    assert "notice_facts_unreadable" in done.stderr
    assert gallra("changes", "standard", "--since", "nowhere").exit_code == Exit.REFUSED


def test_pages_to_print_are_written_where_asked(tmp_path: Path) -> None:
    done = gallra("pdf", "standard", "--out", str(tmp_path), "--for", "pupil", "-l", "so")
    assert done.exit_code == Exit.DONE
    (file,) = tmp_path.iterdir()
    assert file.name == "pupil.so.pdf"
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_language_whose_font_is_missing_leaves_no_half_set_of_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FONTS, "ti", "No Such Font")
    done = gallra("pdf", "standard", "--out", str(tmp_path / "out"), "--for", "pupil")
    assert done.exit_code == Exit.MISCONFIGURED
    assert "font_missing" in done.stderr
    assert "fonts-noto-core" in done.stderr
    assert not (tmp_path / "out").exists()
