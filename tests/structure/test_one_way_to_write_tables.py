"""Every table that leaves is written by the two modules that let no spreadsheet execute a field."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("lifecycle", "records", "connectors", "tasks", "flows", "console")

ALLOWED = {
    "connectors/text_workbook.py": "the one way to write an .xlsx",
    "connectors/containers/sheets.py": "the one way to write a .csv",
    "connectors/containers/locked_workbook.py": "pads and encrypts a workbook that is written",
    "console/sample.py": "plays the outer system: an export of invented people with every trap in "
    "it, which the import must survive",
}
LIBRARIES = {
    "xlsxwriter",
    "openpyxl",
    "xlwt",
    "odf",
    "pyexcel",
    "pandas",
    "polars",
    "pyarrow",
    "tablib",
}
WRITERS = {"to_csv", "to_excel", "write_csv", "write_excel", "DictWriter"}
READS = {"csv": {"reader", "DictReader", "Error", "field_size_limit"}}
MARKS = ("spreadsheetml.sheet.main+xml", "sheetData", "text/csv", "application/vnd.ms-excel")


def writers(source: str) -> list[int]:
    """Line numbers where `source` writes a table in some way of its own."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                if any(name.name.split(".")[0] in LIBRARIES for name in names):
                    lines.append(node.lineno)
            case ast.ImportFrom(module=str(module), names=names):
                top = module.split(".")[0]
                taken = {name.name for name in names}
                if top in LIBRARIES or (top in READS and not taken <= READS[top]):
                    lines.append(node.lineno)
            case ast.Attribute(value=ast.Name(id="csv"), attr=attribute):
                if attribute not in READS["csv"]:
                    lines.append(node.lineno)
            case ast.Attribute(attr=attribute) if attribute in WRITERS:
                lines.append(node.lineno)
            case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant(value=";"))):
                lines.append(node.lineno)
            case ast.Constant(value=str(text)) if any(mark in text for mark in MARKS):
                lines.append(node.lineno)
    return sorted(set(lines))


def modules() -> dict[str, str]:
    return {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
    }


READERS = {
    "connectors/xlsx_rows.py",
    "connectors/xlsx_verify.py",
}
"""They name a workbook's parts in order to read them; they open nothing for writing."""


def test_nobody_else_writes_a_table() -> None:
    sources = modules()
    assert len(sources) > 150
    found = {
        f"{name}:{line}"
        for name, source in sources.items()
        if name not in ALLOWED and name not in READERS
        for line in writers(source)
    }
    assert found == set()


def test_the_readers_only_read() -> None:
    for name in READERS:
        source = (ROOT / name).read_text(encoding="utf-8")
        assert '"w"' not in source
        assert '"wb"' not in source
        assert "write" not in {
            node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)
        }


def test_who_is_allowed_still_writes() -> None:
    for name in ("connectors/text_workbook.py", "console/sample.py"):
        assert writers((ROOT / name).read_text(encoding="utf-8")) != []
    for name in ALLOWED:
        assert (ROOT / name).is_file()


def test_workbusters_import_goes_through_it() -> None:
    source = (ROOT / "connectors/workbuster.py").read_text(encoding="utf-8")
    assert "from connectors.text_workbook import write_workbook" in source


def test_typed_samples_hold_no_formula(tmp_path: Path) -> None:
    import zipfile

    from console.sample import write_sample

    write_sample(tmp_path / "sample.xlsx", rows=50, seed=1)
    with zipfile.ZipFile(tmp_path / "sample.xlsx") as book:
        parts = b"".join(book.read(name) for name in book.namelist())
    assert b"+46 70" in parts
    assert b"<f>" not in parts
    assert b"<f " not in parts
    assert b"<hyperlink" not in parts


@pytest.mark.parametrize(
    "source",
    [
        "import xlsxwriter",
        "import openpyxl.workbook",
        "def f():\n    from pandas import DataFrame",
        "import csv\ncsv.writer(file)",
        "from csv import writer",
        "from csv import DictWriter as D",
        "frame.to_csv(path)",
        "frame.to_excel(path)",
        "';'.join(cells)",
        "TYPE = 'application/x.spreadsheetml.sheet.main+xml'",
        "headers = {'Content-Type': 'text/csv'}",
    ],
)
def test_a_way_round_is_seen(source: str) -> None:
    assert writers(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "import csv\ncsv.reader(lines)",
        "from csv import Error, reader",
        "', '.join(words)",
        "from connectors.text_workbook import write_workbook",
    ],
)
def test_reading_is_no_writing(source: str) -> None:
    assert writers(source) == []
