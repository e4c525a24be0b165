"""Text is taken out of documents in a child process; what cannot be read is never a clean one."""

from __future__ import annotations

import dataclasses

import pytest

from connectors.document_text import DocumentText, document_text
from connectors.reader_process import ReaderUsage
from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from tests.factories.documents import (
    SECRET,
    WORD,
    docx,
    mail,
    paragraph,
    pdf,
    protected_office,
    protected_zip,
    xls,
    xlsx,
    zipped,
)

READABLE = {
    "text": SECRET.encode(),
    "text in the Windows alphabet": SECRET.encode("cp1252"),
    "text in UTF-16": SECRET.encode("utf-16"),
    "csv": f"namn;not\nTuva;{SECRET}\n".encode("utf-8-sig"),
    "html": f"<html><body><p>{SECRET}</p></body></html>".encode(),
    "docx": docx(paragraph("Tuva Exempels", "son är sjuk", "skriven åäö")),
    "docx in a footnote": docx(
        "",
        extra={
            "word/footnotes.xml": f'<w:f xmlns:w="{WORD}">{paragraph(SECRET)}</w:f>',
        },
    ),
    "odt": zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "[Content_Types].xml": "",
            "content.xml": f"<o xmlns:t='t'><t:p>{SECRET}</t:p></o>",
        }
    ),
    "pptx": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/slides/slide1.xml": f"<s xmlns:a='a'><a:p><a:t>{SECRET}</a:t></a:p></s>",
        }
    ),
    "xlsx": xlsx(),
    "xls": xls(),
    "pdf": pdf(),
    "pdf that may not be printed": pdf(password=""),
    "eml": mail(),
    "eml with an attachment": mail(("lista.docx", docx(paragraph(SECRET)))),
    "zip": zipped({"a/lista.txt": SECRET.encode()}),
    "zip in a mail": mail(("lista.zip", zipped({"lista.xlsx": xlsx()}))),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_a_document_says_is_read(name: str) -> None:
    found = document_text(READABLE[name])
    assert SECRET in found.text
    assert found.unread == 0
    assert SECRET not in repr(found)


def test_hidden_sheets_headers_of_mail_and_names_in_archives_are_read_as_well() -> None:
    assert "gömd cell" in document_text(xlsx()).text
    assert "Frånvaro" in document_text(mail()).text
    assert "Påhittad, Omar" in document_text(zipped({"Påhittad, Omar.txt": b"x"})).text
    assert "p{x}" not in document_text(mail(html=True)).text
    found = document_text(docx(paragraph("Först.") + paragraph("Sedan.")))
    assert "Först.\nSedan." in found.text


@pytest.mark.parametrize(
    "data",
    [
        protected_office(xlsx()),
        protected_office(docx(paragraph(SECRET))),
        pdf(password="hemligt-1"),
        protected_zip(),
    ],
    ids=["xlsx", "docx", "pdf", "zip"],
)
def test_a_document_with_a_password_is_known_as_such(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        document_text(data)
    assert refused.value.code == "password_protected"


def test_what_lies_within_and_cannot_be_read_is_counted() -> None:
    found = document_text(
        mail(("bild.png", b"\x89PNG\r\n\x1a\n" + bytes(64)), ("hemlig.pdf", pdf(password="x")))
    )
    assert found.unread == 2
    assert SECRET in found.text


def test_a_mail_within_a_mail_ends_somewhere() -> None:
    data = zipped({"sist.txt": b"innerst"})
    for _ in range(6):
        data = zipped({"in.zip": data})
    found = document_text(data)
    assert found.unread == 1
    assert "innerst" not in found.text


def deep_bomb() -> bytes:
    return zipped({"stor.txt": b"a" * (300 << 20)})


HOSTILE = {
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(400), "not_a_workbook"),
    "program": (b"\x7fELF" + bytes(range(256)) * 4, "not_a_workbook"),
    "nothing": (b" \n", "empty_file"),
    "zip bomb": (deep_bomb(), "unpacked_too_large"),
    "entities": (
        docx(
            paragraph("&c;"),
            head='<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>',
        ),
        "corrupt",
    ),
    "half a zip": (docx(paragraph(SECRET))[:200], "corrupt"),
    "broken xml": (docx("<w:p><w:r>"), "corrupt"),
    "half a pdf": (pdf()[:150], "corrupt"),
    "scanned pdf": (pdf(""), "not_a_workbook"),
    "too large": (bytes(65 << 20), "unpacked_too_large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_and_costs_little(name: str) -> None:
    data, code = HOSTILE[name]
    costs: list[ReaderUsage] = []
    with pytest.raises(FileRefused) as refused:
        document_text(data, observe=costs.append)
    assert refused.value.code == code
    assert refused.value.__context__ is None
    assert sum(cost.cpu_seconds for cost in costs) < 5


def test_a_document_that_takes_too_long_or_too_much_dies_alone() -> None:
    text = docx(paragraph("ord " * 200_000))
    limits = ReadingLimits.for_size(len(text))
    assert len(document_text(text, limits=limits).text) > 700_000
    small = dataclasses.replace(limits, unpacked_bytes=100_000, part_ratio=100_000)
    with pytest.raises(FileRefused, match="unpacked_too_large"):
        document_text(text, limits=small)


def test_the_text_is_personal_and_never_shown_by_accident() -> None:
    assert repr(DocumentText("Tuva", 0)) == "DocumentText(characters=4, unread=0)"
