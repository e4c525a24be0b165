"""Whatever somebody typed, into whichever field, no spreadsheet executes it: every text field of
every table that Gallra writes, those that come to be too."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import openpyxl

from connectors.base import CaseKey, CaseRecord
from connectors.containers.sheets import csv_chunks
from connectors.memory import MemoryStaging
from connectors.payload import canonical_payload
from connectors.workbuster import WorkbusterExchange
from lifecycle.intake.fields import CASE_REFERENCE, FIELDS, SERVICE, START
from lifecycle.mailing import is_writable
from lifecycle.passwords import RANDOM_BYTES, password_from
from lifecycle.processing_record import FIELDS as OF_THE_RECORD
from lifecycle.processing_record import Activity, Record
from tasks.house.doors import Cell, Cover
from tasks.house.sealing import HEADERS, SEALERS
from tasks.processors.processing_record import as_workbook
from tasks.rights.pages import _plain
from tests.factories.boxes import fingerprint
from tests.factories.formulas import ATTACKS, executed
from tests.factories.houses import ROOT
from tests.factories.workbuster_office import LIST, TickingClock, read_xlsx

PASSWORD: Final = password_from(bytes(range(RANDOM_BYTES)))
SOME: Final = [*ATTACKS[::67], "\tx", "\rx", "\nx", "-", "+46 70 174 06 05"]
BESIDE: Final = {CASE_REFERENCE, SERVICE, "project", START}
"""Of the case itself; every other field is the person's."""
WRITERS: Final = re.compile(
    r"csv\.(writer|DictWriter)|xlsxwriter|openpyxl|\.to_(csv|excel)\(|ZipFile\([^)\n]*, \"[wax]\""
)


def sheet_of(workbook: bytes) -> list[list[str]]:
    """Its rows, after seeing that nothing in it is anything but text."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    [sheet] = [data for name, data in parts.items() if name.startswith("xl/worksheets/")]
    assert len(re.findall(rb"<c ", sheet)) == len(re.findall(rb't="inlineStr"', sheet)) > 0
    assert not [name for name, data in parts.items() if re.search(rb"<f[ >/]", data)]
    assert not [name for name in parts if "externalLink" in name or "vba" in name]
    return [
        ["" if cell is None else str(cell) for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(workbook))
        .worksheets[0]
        .iter_rows(values_only=True)
    ]


def as_read(text: str) -> str:
    """A carriage return stands in a cell as the format spells it, and openpyxl shows it so."""
    return text.replace("\r", "_x000D_")


def test_every_field_of_the_import_workbook_is_text() -> None:
    fields = sorted(FIELDS)  # a policy's columns bear no other name
    folder = MemoryStaging(place="exchange", now=(clock := TickingClock()))
    system = WorkbusterExchange(
        folder,
        fingerprint,
        system="workbuster",
        sheet="Deltagare",
        workbook={f"Kolumn {field}": field for field in fields},
        list_=LIST,
        read_table=read_xlsx,
        now=clock,
    )
    system.hand_over(
        [
            CaseRecord(
                CaseKey(attack, attack),
                attack,
                attack,
                canonical_payload({"any": {f: attack for f in fields if f not in BESIDE}}),
            )
            for attack in SOME
        ],
        batch="I-0000000000001-000",
    )
    [written] = [item for item in folder.list_items() if item.name.endswith(".xlsx")]
    header, *rows = sheet_of(folder.read(written))
    assert header == [f"Kolumn {field}" for field in fields]
    assert len(fields) >= 29
    assert sorted(map(as_read, (cell for row in rows for cell in row))) == sorted(
        as_read(attack) for attack in SOME for _ in fields
    )


def disclosed() -> Iterator[Cell]:
    """Each attack in each text field of what is disclosed, whatever fields there are."""
    plain = {"person": 1, "category": "identity", "field": "given_name", "value": "Anna"}
    plain |= {"case": "1000000001", "source": "Novo"}
    texts = [name for name in Cell._fields if name != "person"]
    assert set(plain) == set(Cell._fields), "a field that this test does not know"
    for attack in SOME:
        for name in texts:
            yield Cell(**{**plain, name: attack})  # type: ignore[arg-type]


def test_no_field_of_a_disclosure_is_executed(tmp_path: Path) -> None:
    cells = list(disclosed())
    assert all(list(words) == list(Cell._fields) for words in HEADERS.values())
    cover = Cover("sv", date(2026, 11, 2))
    for ending in ("zip", "xlsx"):
        SEALERS[ending](cells, tmp_path / f"X-0123456789ABC.{ending}", PASSWORD, cover)
    import msoffcrypto
    import pyzipper

    with pyzipper.AESZipFile(tmp_path / "X-0123456789ABC.zip") as archive:
        archive.setpassword(PASSWORD.encode())
        [name] = archive.namelist()
        text = archive.read(name).decode("utf-8-sig")
    for separator in ";,\t":
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        assert len(rows) > len(cells)
        assert not [cell for row in rows for cell in row if executed(cell)]
    whole = msoffcrypto.OfficeFile(io.BytesIO((tmp_path / "X-0123456789ABC.xlsx").read_bytes()))
    plain = io.BytesIO()
    whole.load_key(password=PASSWORD)
    whole.decrypt(plain)
    header, *rows = sheet_of(plain.getvalue())
    assert header == list(HEADERS["sv"].values())
    assert [tuple(row) for row in rows] == [tuple(as_read(str(c)) for c in cell) for cell in cells]


def test_no_field_of_what_a_person_takes_along_is_executed() -> None:
    """The table of art. 20: each attack in each of its columns."""
    rows = [[*["x"] * at, _plain(one), *["x"] * (3 - at)] for one in SOME for at in range(4)]
    text = b"".join(csv_chunks(["system", "category", "field", "value"], rows)).decode("utf-8-sig")
    for separator in ";,\t":
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        assert len(read) > len(rows)
        assert not [cell for row in read for cell in row if executed(cell)]


def test_every_field_of_the_record_of_processing_is_text() -> None:
    """Whatever the policy or the register of processors says (art. 30)."""
    said = tuple(_plain(attack) for attack in SOME)
    activity = Activity("x", *[said] * len(OF_THE_RECORD))
    record = Record("x", "x", tuple(said[: len(OF_THE_RECORD)]), (activity,), ())
    header, row = sheet_of(as_workbook(record))
    assert header == [as_read(one) for one in record.heads]
    assert row == [as_read("\n".join(said))] * len(OF_THE_RECORD)


def test_no_address_of_a_mailing_is_executed() -> None:
    kept = [one for attack in ATTACKS if is_writable(one := f"{attack}@example.se")]
    assert not [one for one in kept if executed(one)]
    assert is_writable("anna.exempel+kurs@example.se")
    assert is_writable("åsa@example.se")
    for unseen in ("\0", "\u202e", "\ufeff", "\u00ad", "\u200b"):
        assert not is_writable(f"anna{unseen}exempel@example.se")


def test_no_table_is_written_anywhere_else() -> None:
    """Who writes one some other way stands here, and in the tests above."""
    written = {
        str(path.relative_to(ROOT))
        for package in ("connectors", "tasks", "console", "flows", "records", "lifecycle")
        for path in (ROOT / package).rglob("*.py")
        if WRITERS.search(path.read_text("utf-8"))
    }
    assert written == {
        "connectors/text_workbook.py",  # every .xlsx; `connectors/containers/sheets.py` every .csv
        "connectors/containers/locked_workbook.py",  # one of these, made longer
        "connectors/containers/aes_zip.py",  # what it is handed
        "console/sample.py",  # invented people
    }
