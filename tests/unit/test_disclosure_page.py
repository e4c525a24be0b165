"""A page shows a person's data as they are: no text becomes markup, all can be read."""

from __future__ import annotations

import shutil
import socket
import subprocess
from datetime import date
from pathlib import Path

import pytest

from connectors.containers import page as module
from connectors.containers.page import Language, Section, page
from lifecycle.errors import Refused

pdftotext = shutil.which("pdftotext")
needs_pdftotext = pytest.mark.skipif(
    pdftotext is None, reason="pdftotext (poppler-utils) is not installed"
)
INJECTIONS = [
    '#read("/etc/passwd")',
    '#panic("x")',
    "#import \"@preview/cetz:0.3.0\": *",
    "= Rubrik",
    "*fet* _kursiv_ `kod`",
    "$ x^2 $",
    "@kontakt <kontakt>",
    "\\u{41} \\# //x /*x*/",
    '"); #eval("1+1") ("',
    "[x] {x} ]}",
    "https://example.se",
    "- a + b / c",
    "'a' \"b\" -- --- ...",
]  # fmt: skip


def made(*fields: tuple[str, str], language: Language = "sv", category: str = "Kontakt") -> bytes:
    return page(
        [Section(category, fields)],
        title="Uppgifter om dig",
        ref="X-0123456789ABC",
        language=language,
        printed_on=date(2027, 1, 5),
    )


def text_of(data: bytes, folder: Path) -> str:
    (folder / "page.pdf").write_bytes(data)
    done = subprocess.run(
        [str(pdftotext), "-layout", str(folder / "page.pdf"), "-"],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return done.stdout.decode()


@needs_pdftotext
@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_becomes_markup(text: str, tmp_path: Path) -> None:
    shown = text_of(made((text, text), category=text), tmp_path)
    # Three times, sign for sign: category, field, value.
    assert "".join(shown.split()).count("".join(text.split())) == 3
    assert "root:" not in shown


@needs_pdftotext
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ["Uppgift ", "Innehåll", "Utskrivet 2027-01-05"]),
        ("da", ["Oplysning ", "Indhold", "Udskrevet 2027-01-05"]),
        ("en", ["Field ", "Value", "Printed 2027-01-05"]),
    ],
)
def test_a_page_reads_well_in_each_language(
    language: Language, words: list[str], tmp_path: Path
) -> None:
    fields = [("Namn", "Åsa Öberg-Ærø Ñandú Łukasz Žižek ß €"), ("Tom", ""), ("Rader", "a\nb")]
    shown = text_of(made(*fields, language=language), tmp_path)
    for word in [*words, "X-0123456789ABC", "Uppgifter om dig", "Kontakt", fields[0][1]]:
        assert word in shown


@needs_pdftotext
def test_a_long_text_is_neither_cut_nor_lost(tmp_path: Path) -> None:
    words = [f"ord{number}" for number in range(3000)]
    shown = text_of(made(("Anteckning", " ".join(words)), ("Sist", "slut")), tmp_path)
    assert [word for word in shown.split() if word.startswith("ord")] == words
    assert "slut" in shown


def test_equal_input_gives_equal_bytes() -> None:
    assert made(("a", "b")) == made(("a", "b"))
    assert made(("a", "b")) != made(("a", "c"))


def test_what_no_font_shows_is_refused_without_showing_it() -> None:
    with pytest.raises(Refused) as refused:
        made(("Namn", "Anna \u0378"))
    assert str(refused.value) == "text_not_printable"
    assert refused.value.__context__ is None
    with pytest.raises(Refused, match="text_not_writable"):
        made(("Namn", "Anna \x00"))


def test_the_machine_s_fonts_are_taken_only_where_our_own_do_not_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    honest = module._compiled

    def watched(data: object, *, own_fonts_only: bool) -> bytes | None:
        asked.append(own_fonts_only)
        return honest(data, own_fonts_only=own_fonts_only)

    monkeypatch.setattr(module, "_compiled", watched)
    made(("Namn", "Åsa Ærø"))
    assert asked == [True]


def test_nothing_is_loaded_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a page asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made(("#import", '#import "@preview/cetz:0.3.0"'))
    assert list(tmp_path.iterdir()) == []


def test_a_value_is_in_no_repr() -> None:
    assert "Anna" not in repr(Section("Kontakt", [("Namn", "Anna")]))
