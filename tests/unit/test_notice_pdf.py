"""A notice as PDF: every letter of every language printed, none turned around, nothing loaded."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from datetime import date
from pathlib import Path

import pytest
import typst

from connectors.containers import notice_page as module
from connectors.containers.notice_page import FONTS
from lifecycle.errors import Misconfigured
from lifecycle.notice import Text, build
from lifecycle.policy.notices import Language
from tests.factories.notices import changed, policy_of, texts_of

pdftotext, pdffonts = shutil.which("pdftotext"), shutil.which("pdffonts")
needs_poppler = pytest.mark.skipif(
    pdftotext is None or pdffonts is None, reason="poppler-utils is not installed"
)
HAVE = set(typst.Fonts().families())
needs_noto = pytest.mark.skipif(
    not set(FONTS.values()) <= HAVE, reason="the Noto fonts are not installed (fonts-noto-core)"
)
MARKS = re.compile("[\u2066-\u2069\u200e\u200f\u202a-\u202e]")


def text(language: Language, subject: str = "participant") -> Text:
    texts = texts_of("academedia", "standard")
    return build(policy_of("academedia"), "standard", texts, subject=subject).text(language)


def notice_page(text: Text) -> bytes:
    return module.notice_page(text, on=date(2026, 11, 22))


def run(tool: str | None, data: bytes, folder: Path, *options: str) -> str:
    (folder / "notice.pdf").write_bytes(data)
    words = [str(tool), *options, str(folder / "notice.pdf")]
    if tool == pdftotext:
        words.append("-")
    done = subprocess.run(words, check=True, capture_output=True, timeout=60)
    return done.stdout.decode()


def squeezed(shown: str) -> str:
    # A word with a hyphen that ends its line there is read without it.
    return re.sub(r"[\s-]+", "", MARKS.sub("", shown))


@needs_poppler
@pytest.mark.parametrize("language", ["sv", "en", "so"])
def test_everything_that_is_said_stands_on_the_pages(language: Language, tmp_path: Path) -> None:
    shown = run(pdftotext, notice_page(text(language)), tmp_path)
    # What stands on the edge of each page is no part of a sentence.
    edges = re.compile(r"^\s*\d+ / \d+\s*$|\f.*$", re.MULTILINE)
    printed = squeezed(edges.sub("", shown))
    for sentence in text(language).sentences():
        assert squeezed(sentence) in printed, sentence


@needs_noto
@needs_poppler
@pytest.mark.parametrize("language", ["ar", "fa", "ti"])
def test_each_script_is_printed_with_its_own_font(language: Language, tmp_path: Path) -> None:
    data = notice_page(text(language))
    fonts = run(pdffonts, data, tmp_path)
    assert FONTS[language].replace(" ", "") in fonts
    assert "Naskh" not in fonts
    # Every font is inside the file, and can be read back as letters.
    for line in fonts.splitlines()[2:]:
        assert re.search(r"\byes\s+(yes|no)\s+yes\b", line), line
    shown = run(pdftotext, data, tmp_path)
    letters = "\u0600-\u06ff\u1200-\u137f"
    assert len(re.findall(f"[{letters}]", shown)) > 2000


@needs_noto
@needs_poppler
@pytest.mark.parametrize("language", ["ar", "fa"])
def test_addresses_and_numbers_read_from_the_left_in_a_text_that_reads_from_the_right(
    language: Language, tmp_path: Path
) -> None:
    # By what stands where on the page, not by what was written into the file.
    boxes = run(pdftotext, notice_page(text(language)), tmp_path, "-bbox")
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>([^<]*)<', boxes
    )
    shown = [MARKS.sub("", word) for _, _, _, word in words]
    assert sum("dataskydd@academedia.se" in word for word in shown) >= 3
    assert any("https://www.imy.se" in word for word in shown)
    (edu,) = [float(x) for x, _, _, word in words if MARKS.sub("", word) == "Eductus"][:1]
    (aca,) = [float(x) for x, _, _, word in words if MARKS.sub("", word) == "Academedia"][:1]
    assert aca < edu


def test_without_a_font_for_the_script_nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.FONTS, "ti", "No Such Font")
    with pytest.raises(Misconfigured, match="font_missing"):
        notice_page(text("ti"))


def test_a_letter_that_no_font_has_is_no_empty_box() -> None:
    policy = changed("academedia", ("called: närvaro och frånvaro", "called: närvaro \U00010380"))
    texts = texts_of("academedia", "standard", ("sv",))
    with pytest.raises(Misconfigured, match="font_missing"):
        notice_page(build(policy, "standard", texts, subject="pupil").text("sv"))


@needs_poppler
def test_what_a_policy_calls_something_is_never_typesetting(tmp_path: Path) -> None:
    nasty = '#read("/etc/passwd") = x *fet* $1$ @a <b>'
    policy = changed("academedia", ("called: närvaro och frånvaro", f"called: '{nasty}'"))
    texts = texts_of("academedia", "standard", ("sv",))
    shown = run(
        pdftotext,
        notice_page(build(policy, "standard", texts, subject="pupil").text("sv")),
        tmp_path,
    )
    assert squeezed(nasty) in squeezed(shown)


def test_it_is_the_same_again_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> socket.socket:
        raise AssertionError("a page opens no connection")

    monkeypatch.setattr(socket, "socket", refused)
    one = notice_page(text("sv"))
    assert one.startswith(b"%PDF-")
    time.sleep(1.1)  # a PDF notes when it is made, to the second
    assert one == notice_page(text("sv"))
