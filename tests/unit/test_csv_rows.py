"""A text export is read in whatever encoding and with whatever separator it comes."""

from __future__ import annotations

import pytest

from connectors.csv_rows import text_rows
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    text = separator.join(["Förnamn", "Pnr"]) + "\r\n" + separator.join(["Åsa", "1"]) + "\r\n"
    assert list(text_rows(text.encode(encoding))) == [(1, ["Förnamn", "Pnr"]), (2, ["Åsa", "1"])]


def test_a_comma_in_an_address_is_no_separator() -> None:
    data = b"namn;adress;ort\nA;Gatan 1, 2 tr, h;X\nB;Gatan 2, 1 tr, v;Y\n"
    assert [cells for _, cells in text_rows(data)][1] == ["A", "Gatan 1, 2 tr, h", "X"]


@pytest.mark.parametrize("line", ["sep=,\n", '"sep=,"\r\n', "SEP=,\r"])
def test_excels_own_separator_line_is_obeyed_and_counted(line: str) -> None:
    data = f"{line}a;b,c\nd;e,f".encode()
    assert list(text_rows(data)) == [(2, ["a;b", "c"]), (3, ["d;e", "f"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_record_is_numbered_by_its_first_line(end: str) -> None:
    data = end.join(["a;b", f'"x{end}y";1', "", "c;d"]).encode()
    assert [(number, bool(cells)) for number, cells in text_rows(data)] == [
        (1, True),
        (2, True),
        (4, False),
        (5, True),
    ]


def test_unicode_line_separators_do_not_end_a_line() -> None:
    data = "a;b\nx\u2028y\x85;1\nz;2\n".encode()
    assert [number for number, _ in text_rows(data)] == [1, 2, 3]


@pytest.mark.parametrize(
    "data",
    [
        b"a;b\n1;\x00\n",
        "a;b\n1;\x00\n".encode("utf-16"),
        b'a;b\n"1;2\n3;4\n',
        b"a;b\n\x81\xff;1\n",
        b"\xef\xbb\xbfa;b\n\xff;1\n",
        b'a;b\n"1"2;3\n',
        b"a;b\n" + b"x" * 200_000 + b";1\n",
    ],
    ids=["nul", "wide nul", "open quote", "no encoding", "false mark", "text after quote", "giant"],
)
def test_a_text_that_cannot_be_told_apart_is_corrupt(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        list(text_rows(data))
    assert refused.value.code == FileReason.CORRUPT


WHOLE = "Deltagare;2026\r\nreferens;pnr;namn;ort\r\n1;2;3;4\r\n5;6;7;8"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("torn", [1, 2, 3, 5, 6])
def test_a_last_record_that_breaks_off_is_truncated(encoding: str, torn: int) -> None:
    text = WHOLE[:-torn]
    if text.endswith("5;6;7;"):
        text = text[:-1]
    with pytest.raises(FileRefused) as refused:
        list(text_rows(text.encode(encoding)))
    assert refused.value.code == FileReason.TRUNCATED


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE + "\r\n",
        WHOLE + "\r\nSumma;2\r\n",
        WHOLE + "\r\n   ",
        WHOLE + "\r\n1;2;3;4;\r\n1;2;3;4",
        "a\nb",
    ],
    ids=["no line end", "line end", "short but ended", "blank", "stray separator", "one column"],
)
def test_a_text_whose_last_record_is_whole_is_read(text: str) -> None:
    assert list(text_rows(text.encode()))
