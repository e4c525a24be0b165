"""`gallra doctor` says what is wrong and where; a folder that went is never made anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.containers import notice_page
from lifecycle.errors import Misconfigured, Unreachable
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.purge import purge
from tasks.placing.examination import Finding, examine

AS_ROOT = os.geteuid() == 0


def settings(home: Path) -> Settings:
    return Settings.from_environment({"GALLRA_HOME": str(home)})


def found(home: Path, what: str) -> Finding:
    [one] = [each for each in examine("academedia", settings=settings(home)) if each.what == what]
    return one


def test_the_staging_folder_is_shown_with_its_path(tmp_path: Path) -> None:
    looked = found(tmp_path / "home", "staging folder")
    assert looked.state == "ok"
    assert looked.found == f"{tmp_path / 'home' / 'staging'}: 0 file(s)"


def test_a_staging_folder_that_went_is_unreachable_and_not_empty(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_house("academedia", settings=settings(home)) as house:
        assert list(house.staging.list_items()) == []
    (home / "staging").rmdir()
    with open_house("academedia", settings=settings(home)) as house:
        with pytest.raises(Unreachable, match="folder_missing"):
            list(house.staging.list_items())
        with pytest.raises(Unreachable, match="folder_missing"):
            purge(house)
    looked = found(home, "staging folder")
    assert looked.state == "wrong"
    assert str(home / "staging") in looked.found
    assert not (home / "staging").exists()


def impossible(tmp_path: Path) -> Path:
    """A home below something that is a file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "home"


def test_a_home_that_cannot_be_made_is_a_row_and_no_fault(tmp_path: Path) -> None:
    looked = found(impossible(tmp_path), "state folder")
    assert looked.state == "wrong"
    assert "home_not_writable" in looked.found
    with (
        pytest.raises(Misconfigured, match="home_not_writable"),
        open_house("academedia", settings=settings(impossible(tmp_path))),
    ):
        pass


def test_a_home_that_is_a_file_is_a_row_and_no_fault(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.touch()
    assert found(home, "state folder").state == "wrong"


@pytest.mark.skipif(AS_ROOT, reason="the superuser may write anywhere")
def test_a_home_that_is_not_ours_to_write_in_is_a_row_and_no_fault(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    looked = found(tmp_path / "home", "state folder")
    tmp_path.chmod(0o700)
    assert looked.state == "wrong"
    assert "home_not_writable" in looked.found


def test_what_people_are_told_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = found(tmp_path / "home", "notice standard")
    assert (looked.state, looked.mend.partition(". ")[2]) == ("risk", "See `gallra inform check`.")
    assert "en, ar, so, fa, ti" in looked.found
    assert "not whole" in found(tmp_path / "home", "decisions of notice standard").found
    monkeypatch.setitem(notice_page.FONTS, "ti", "No Such Font")
    assert "No Such Font" in found(tmp_path / "home", "fonts for notices").found
