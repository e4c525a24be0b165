"""What somebody typed into a field is executed by no spreadsheet: .csv and .xlsx."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.containers.sheets import csv_chunks, guarded, workbook
from lifecycle.errors import Refused
from tests.factories.formulas import ATTACKS, executed

FIELDS = ("Namn", "Adress", "Kommentar", "Telefon", "E-post")
HARMLESS = [
    "",
    "Anna-Karin",
    "Storgatan 1, Lund",
    "a@example.se",
    "x = 1",
    "070-1740605",
    "A - b",
    "'",
    '"citat"',
    "två\nrader",
    "a; b, c",
    "190001019802",
    "_x0041_",
    "1E5",
]
soffice = shutil.which("soffice")


def read(data: bytes, separator: str, *, quotes: bool = True) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, quoting=quoting, strict=False
    )
    return list(reader)


def written(fields: list[str], separator: str = ";") -> bytes:
    rows = [[field] * len(FIELDS) for field in fields]
    return b"".join(csv_chunks(FIELDS, rows, separator=separator))


def test_the_attacks_would_be_executed_if_nobody_guarded() -> None:
    assert len(ATTACKS) > 10_000
    assert all(executed(attack) for attack in ATTACKS if attack[0] not in "x'\t\r\n")


@pytest.mark.parametrize("read_as", [";", ",", "\t"])
def test_no_field_of_a_csv_begins_a_formula_whatever_separator_is_expected(read_as: str) -> None:
    rows = read(written(ATTACKS), read_as)
    cells = [cell for row in rows for cell in row]
    assert len(cells) >= len(ATTACKS)
    assert [cell for cell in cells if executed(cell)] == []
    if read_as == ";":
        assert {len(row) for row in rows} == {len(FIELDS)}
        assert len(rows) == len(ATTACKS) + 1


def test_an_unguarded_csv_is_seen_by_the_same_test() -> None:
    plain = "\r\n".join('"' + attack.replace('"', '""') + '"' for attack in ATTACKS).encode()
    for separator in ";,":
        assert any(executed(cell) for row in read(plain, separator) for cell in row)


def test_harmless_text_comes_back_as_it_is() -> None:
    data = written(HARMLESS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert [row[0] for row in read(data, ";")[1:]] == HARMLESS
    assert data.decode("utf-8-sig").splitlines()[0] == ";".join(f'"{name}"' for name in FIELDS)


def test_the_mark_can_be_taken_off_again() -> None:
    assert guarded("=1") == "'=1"
    assert guarded("'=1") == "''=1"
    assert guarded("a;=1") == "a;'=1"
    assert guarded(" \u200b=1") == "' \u200b=1"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="=+-@;,\t\r\n\"' x\u200b＝|", max_size=12))
def test_no_text_gets_through(text: str) -> None:
    for separator in ";,\t":
        for row in read(written([text]), separator):
            assert not any(executed(cell) for cell in row)


def test_a_long_row_of_line_ends_takes_no_time() -> None:
    before = time.perf_counter()
    guarded("-" + "\n" * 1_000_000 + "x")
    assert time.perf_counter() - before < 2


def test_every_cell_of_the_workbook_is_text_and_exact() -> None:
    some = ATTACKS[::37] + HARMLESS
    data = workbook(FIELDS, [[field] * len(FIELDS) for field in some], sheet="Uppgifter")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any("externalLink" in name or "vba" in name for name in archive.namelist())
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert not any(
            b"<f>" in archive.read(n) or b"<f " in archive.read(n) for n in archive.namelist()
        )
    kinds = set(re.findall(rb'<c [^>]*t="(\w+)"', sheet))
    assert kinds == {b"inlineStr"}
    assert len(re.findall(rb"<c ", sheet)) == len(re.findall(rb't="inlineStr"', sheet))
    rows = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2)
    values = [(row[0].data_type, row[0].hyperlink) for row in rows if row[0].value is not None]
    assert set(values) == {("s", None)}


def test_what_no_table_can_hold_is_refused_without_showing_it() -> None:
    with pytest.raises(Refused) as refused:
        written(["Anna \x00"])
    assert str(refused.value) == "text_not_writable"
    with pytest.raises(Refused) as refused:
        list(csv_chunks(FIELDS, [["Anna"]]))
    assert str(refused.value) == "row_of_another_width"


def test_a_long_table_is_written_in_pieces() -> None:
    pieces = list(csv_chunks(["a"], ([str(n)] for n in range(10_000))))
    assert len(pieces) > 5
    assert len(read(b"".join(pieces), ";")) == 10_001


@pytest.mark.long
@pytest.mark.skipif(soffice is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_computes_nothing(tmp_path: Path) -> None:
    some = ATTACKS[::23] + HARMLESS
    rows = [[field] * len(FIELDS) for field in some]
    (tmp_path / "guarded.csv").write_bytes(written(some))
    plain = "\r\n".join('"' + attack.replace('"', '""') + '"' for attack in some)
    (tmp_path / "plain.csv").write_bytes(plain.encode("utf-8-sig"))
    (tmp_path / "table.xlsx").write_bytes(workbook(FIELDS, rows, sheet="Uppgifter"))
    book = openpyxl.Workbook()
    book.worksheets[0].append(["=1+1"])
    book.save(tmp_path / "formula.xlsx")

    def formulas(name: str, *options: str) -> int:
        out = tmp_path / "out"
        subprocess.run(
            [
                str(soffice),
                f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
                "--headless",
                *options,
                "--convert-to",
                "fods",
                "--outdir",
                str(out),
                str(tmp_path / name),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        shown = out / f"{Path(name).stem}.fods"
        text = shown.read_text(encoding="utf-8")
        shown.unlink()
        assert "Kommentar" in text or name in ("plain.csv", "formula.xlsx")
        return text.count("table:formula=")

    # The last word: formulas in fields are computed, as Excel does.
    reading = "--infilter=CSV:{},34,76,1,,0,false,true,false,false,false,-1,true"
    for separator in (59, 44, 9):
        assert formulas("guarded.csv", reading.format(separator)) == 0
        assert formulas("plain.csv", reading.format(separator)) > 0
    assert formulas("table.xlsx") == 0
    assert formulas("formula.xlsx") == 1
