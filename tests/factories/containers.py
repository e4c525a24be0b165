"""Containers of every kind, with somebody in them who occurs nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from connectors.containers.aes_zip import Member, seal_zip
from connectors.containers.locked_pdf import seal_pdf
from connectors.containers.locked_workbook import seal_workbook
from connectors.containers.page import Section, page
from connectors.containers.sealing import Sealed
from connectors.containers.sheets import csv_chunks, workbook
from lifecycle.passwords import password_from
from tests.factories.people import canaries

PERSON = canaries(1, seed=41)[0]
PASSWORD = password_from(bytes(range(64)))
REF = "X-0123456789ABC"
HEADER = ("Personnummer", "Namn", "Gata", "E-post")
ROW = (
    PERSON.national_id,
    f"{PERSON.given_name} {PERSON.family_name}",
    PERSON.street,
    PERSON.mail,
)


def plain_workbook(rows: int = 1) -> bytes:
    """An open .xlsx with the person in it."""
    return workbook(HEADER, [ROW] * rows, sheet="Uppgifter")


def plain_csv(rows: int = 1) -> bytes:
    """The same as CSV."""
    return b"".join(csv_chunks(HEADER, [ROW] * rows))


@cache
def plain_page() -> bytes:
    """An open PDF with the person in it."""
    fields = list(zip(HEADER, ROW, strict=True))
    section = Section("Kontakt", fields)
    return page([section], title="Uppgifter", ref=REF, language="sv", printed_on=date(2027, 1, 5))


class Kind(NamedTuple):
    """One format: how it is sealed, how its own library opens it."""

    ending: str
    seal: Callable[[Path, str], Sealed]
    opened: Callable[[Path, str | None], str]
    """Text of what is inside, or an exception."""


def _zip_text(path: Path, password: str | None) -> str:
    import pyzipper

    with pyzipper.AESZipFile(path) as archive:
        secret = None if password is None else password.encode()
        return str(archive.read("content.csv", pwd=secret).decode("utf-8-sig"))


def _workbook_text(path: Path, password: str | None) -> str:
    import openpyxl
    from msoffcrypto.format.ooxml import OOXMLFile

    out = BytesIO()
    with path.open("rb") as file:
        container = OOXMLFile(file)
        container.load_key(password=password, verify_password=True)
        container.decrypt(out, verify_integrity=True)
    rows: list[Any] = list(openpyxl.load_workbook(out).worksheets[0].values)
    return json.dumps(rows, ensure_ascii=False)


def _page_text(path: Path, password: str | None) -> str:
    import pikepdf

    with pikepdf.open(path, password=password or "") as document:
        return "\n".join(
            bytes(stream).decode("latin-1")
            for one in document.pages
            for stream in [one.Contents.read_bytes()]
        )


KINDS = (
    Kind(
        "zip",
        lambda target, password: seal_zip([Member("csv", iter([plain_csv()]))], target, password),
        _zip_text,
    ),
    Kind(
        "xlsx",
        lambda target, password: seal_workbook(iter([plain_workbook()]), target, password),
        _workbook_text,
    ),
    Kind(
        "pdf", lambda target, password: seal_pdf(iter([plain_page()]), target, password), _page_text
    ),
)
