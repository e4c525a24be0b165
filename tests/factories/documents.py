"""Documents of every kind, made in memory, with and without a password."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import msoffcrypto
import openpyxl
import pikepdf
import pyzipper
import xlwt

SECRET = "Tuva Exempelsson är sjukskriven åäö"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(body: str, *, head: str = "", extra: dict[str, str | bytes] | None = None) -> bytes:
    document = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": document + "</w:document>",
            **(extra or {}),
        }
    )


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active["B2"] = SECRET
    hidden = book.create_sheet("Dold")
    hidden["A1"] = "gömd cell"
    hidden.sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Blad").write(0, 0, SECRET)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pdf(text: str = SECRET, *, password: str | None = None, owner: str = "agare-1") -> bytes:
    made = pikepdf.Pdf.new()
    page = made.add_blank_page(page_size=(300, 300))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.obj["/Resources"] = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F1=made.make_indirect(font))
    )
    shown = b"BT /F1 12 Tf 10 100 Td <" + text.encode("cp1252").hex().encode() + b"> Tj ET"
    page.obj["/Contents"] = made.make_stream(shown)
    target = io.BytesIO()
    encryption = None if password is None else pikepdf.Encryption(user=password, owner=owner, R=6)
    made.save(target, encryption=encryption or False)
    return target.getvalue()


def mail(*attachments: tuple[str, bytes], html: bool = False) -> bytes:
    message = EmailMessage()
    message["From"] = "chef@example.se"
    message["Subject"] = "Frånvaro"
    message.set_content("Hej,\n" + SECRET)
    if html:
        message.add_alternative(f"<p>{SECRET}</p><style>p{{x}}</style>", subtype="html")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def protected_office(data: bytes) -> bytes:
    target = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt("hemligt-1", target)
    return target.getvalue()


def protected_zip() -> bytes:
    target = io.BytesIO()
    with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"hemligt-1")
        archive.writestr("lista.txt", SECRET)
    return target.getvalue()
