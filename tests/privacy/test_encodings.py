"""The search finds planted people wherever real tools would leave them, and nobody elsewhere."""

from __future__ import annotations

import base64
import bz2
import email.header
import gzip
import hashlib
import html
import io
import json
import lzma
import pickle
import quopri
import random
import sqlite3
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from console.sample import write_sample
from console.sample_people import Person
from tests.factories.people import canaries
from tests.privacy.encodings import SHORTEST, Needle, needles
from tests.privacy.searching import Finder, search

PEOPLE = canaries(50)
NEEDLES = needles(PEOPLE)
FINDER = Finder(NEEDLES)
ONE = PEOPLE[7]
NUMBER = ONE.national_id
TEXT = f"deltagare {ONE.given_name} {ONE.family_name}, {NUMBER}, {ONE.mail}: åtgärd"
NOISE = random.Random(2).randbytes(4096)


def terms_found(path: Path) -> set[str]:
    """Which terms of which person were found, encodings left out."""
    return {hit.label.partition("/")[0] for hit in search([path], NEEDLES)}


def whole_number_only(text: str) -> str:
    return text.replace(NUMBER, f"{NUMBER[2:8]}-{NUMBER[8:]}")


LEAKS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: TEXT.encode(),
    "windows letters": lambda: TEXT.encode("cp1252"),
    "utf-16": lambda: TEXT.encode("utf-16"),
    "utf-16 other end": lambda: TEXT.encode("utf-16-be"),
    "utf-32": lambda: TEXT.encode("utf-32"),
    "decomposed": lambda: unicodedata.normalize("NFD", TEXT).encode(),
    "ten digits with a dash": lambda: whole_number_only(TEXT).encode(),
    "upper case": lambda: TEXT.upper().encode(),
    "hex": lambda: TEXT.encode().hex().encode(),
    "spaced hex is not a layer but its bytes are": lambda: bytes.fromhex(TEXT.encode().hex(" ")),
    "odd hex": lambda: b"f" + TEXT.encode().hex().upper().encode(),
    "base64, first offset": lambda: base64.b64encode(TEXT.encode()),
    "base64, second offset": lambda: base64.b64encode(b"x" + TEXT.encode()),
    "base64, third offset": lambda: base64.b64encode(b"xx" + TEXT.encode()),
    "base64 after a word": lambda: b"token/abc" + base64.b64encode(TEXT.encode()),
    "base64, url-safe": lambda: base64.urlsafe_b64encode(b"\xfb\xff" + TEXT.encode()),
    "base64 in lines": lambda: base64.encodebytes(TEXT.encode()),
    "base64 in lines in json": lambda: json.dumps(
        base64.encodebytes(TEXT.encode()).decode()
    ).encode(),
    "base64 twice": lambda: base64.b64encode(base64.b64encode(TEXT.encode())),
    "percent": lambda: urllib.parse.quote(TEXT, safe="").encode(),
    "percent plus": lambda: urllib.parse.urlencode({"q": TEXT}).encode(),
    "percent twice": lambda: urllib.parse.quote(urllib.parse.quote(TEXT)).encode(),
    "percent of everything": lambda: "".join(f"%{b:02x}" for b in TEXT.encode()).encode(),
    "json": lambda: json.dumps({"a": TEXT}).encode(),
    "json in json": lambda: json.dumps({"a": json.dumps(TEXT)}).encode(),
    "json in json in json": lambda: json.dumps(json.dumps(json.dumps(TEXT))).encode(),
    "python repr": lambda: repr([TEXT.encode()]).encode(),
    "python ascii": lambda: ascii(TEXT).encode(),
    "html": lambda: html.escape(TEXT).encode("ascii", "xmlcharrefreplace"),
    "quoted-printable": lambda: quopri.encodestring(TEXT.encode()).replace(b"=\n", b""),
    "mail header": lambda: email.header.Header(TEXT, "utf-8", maxlinelen=900).encode().encode(),
    "reversed": lambda: TEXT[::-1].encode(),
    "pickle": lambda: pickle.dumps({"rows": [TEXT, int(NUMBER)]}),
    "gzip": lambda: gzip.compress(TEXT.encode()),
    "zlib among noise": lambda: NOISE + zlib.compress(TEXT.encode(), 1) + NOISE,
    "bzip2": lambda: bz2.compress(TEXT.encode()),
    "xz": lambda: lzma.compress(TEXT.encode()),
    "a cut gzip": lambda: gzip.compress(TEXT.encode() + NOISE)[:-600],
    "gzip in base64 in json": lambda: json.dumps(
        {"blob": base64.b64encode(gzip.compress(TEXT.encode())).decode()}
    ).encode(),
    "gzip in hex": lambda: gzip.compress(TEXT.encode()).hex().encode(),
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, tmp_path: Path) -> None:
    path = tmp_path / "leak"
    path.write_bytes(NOISE + LEAKS[leak]() + NOISE)
    terms = terms_found(path)
    assert any(term.startswith("person 7: national_id") for term in terms)
    assert {"person 7: given_name", "person 7: family_name"} & {
        term.removesuffix(" upper") for term in terms
    }
    assert {term.partition(":")[0] for term in terms} == {"person 7"}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_an_unsalted_digest_of_a_national_id_is_found(algorithm: str, tmp_path: Path) -> None:
    path = tmp_path / "cache_keys"
    path.write_bytes(hashlib.new(algorithm, NUMBER.encode()).hexdigest().encode())
    assert terms_found(path) == {"person 7: national_id"}


def test_every_single_needle_is_found() -> None:
    planted = b"".join(NOISE[:13] + needle.data for needle in NEEDLES)
    assert {label for label, _ in FINDER.find(planted)} == {needle.label for needle in NEEDLES}


def test_a_needle_at_the_edges_of_a_file_and_of_a_chunk_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.privacy.searching._CHUNK", 64)
    needle = NUMBER.encode()
    for before in range(50, 70):
        assert FINDER.find(b"." * before + needle), before
    assert FINDER.find(needle)


def test_zip_members_are_searched_whatever_their_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tom.txt", "")
        archive.writestr("åäö.txt", TEXT * 50)
    assert "person 7: mail" in terms_found(tmp_path / "a.zip")


def test_a_streamed_zip_without_its_directory_is_searched(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", TEXT)
    cut = bytes(pipe.data).split(b"PK\x01\x02")[0]
    (tmp_path / "part").write_bytes(cut)
    assert "person 7: mail" in terms_found(tmp_path / "part")


def test_a_workbook_is_searched(tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "export.xlsx", rows=3, seed=1, people=[ONE], edge_cases=False)
    terms = terms_found(sample.path)
    assert {"person 7: national_id 12", "person 7: street", "person 7: phone"} <= terms


def test_long_values_of_a_database_are_searched_over_page_borders(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA page_size=512")
        connection.execute('CREATE TABLE "t ""x" (a TEXT PRIMARY KEY, b BLOB) WITHOUT ROWID')
        for position in range(64):
            padding = "." * (440 + position)
            connection.execute(
                'INSERT INTO "t ""x" VALUES (?, ?)',
                (str(position), f"{padding}{PEOPLE[position % 50].mail}{'.' * 3000}".encode()),
            )
    found = {h.label.partition(":")[0] for h in search([path], NEEDLES) if "values" in h.inside}
    assert found == {f"person {number}" for number in range(50)}


def test_compressed_values_and_the_write_ahead_log_of_a_database_are_searched(
    tmp_path: Path,
) -> None:
    path = tmp_path / "prefect.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE result (data BLOB)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("INSERT INTO result VALUES (?)", (zlib.compress(TEXT.encode()),))
    connection.commit()
    try:
        assert "person 7: mail" in terms_found(path)
        assert "person 7: mail" in terms_found(Path(f"{path}-wal"))
    finally:
        connection.close()


def test_folders_are_searched_to_the_bottom(tmp_path: Path) -> None:
    (tmp_path / "a" / ".b").mkdir(parents=True)
    (tmp_path / "a" / ".b" / "log").write_text(TEXT)
    hits = search([tmp_path], NEEDLES)
    assert {hit.path.name for hit in hits} == {"log"}


def test_nobody_is_found_where_nobody_is(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(random.Random(3).randbytes(2 << 20))
    (tmp_path / "digits").write_text("".join(random.Random(4).choices("0123456789", k=1 << 20)))
    (tmp_path / "hex").write_text(random.Random(5).randbytes(1 << 19).hex())
    (tmp_path / "base64").write_bytes(base64.b64encode(random.Random(6).randbytes(1 << 19)))
    (tmp_path / "log").write_text("2026-11-02 10:22:33 INFO R-03F8ABCDEFGHI 12 rows\n" * 9000)
    planted = {person.national_id for person in PEOPLE}
    others = [person for person in canaries(30, seed=9) if person.national_id not in planted]
    write_sample(tmp_path / "x.xlsx", rows=200, seed=3, people=others, edge_cases=False)
    with closing(sqlite3.connect(tmp_path / "clean.db")) as connection, connection:
        connection.execute("CREATE TABLE t (a TEXT, b BLOB)")
        connection.execute("INSERT INTO t VALUES ('counts', ?)", (NOISE * 9,))
    own = {needle.label for needle in NEEDLES if "phone" in needle.label}
    # The canaries of two seeds share the few telephone numbers that are free for fiction.
    assert [hit for hit in search([tmp_path], NEEDLES) if hit.label not in own] == []


def test_a_needle_too_short_to_mean_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Finder([Needle("person 0: given_name/utf-8", b"Bo")])
    assert all(len(needle.data) >= SHORTEST for needle in NEEDLES)


def test_canaries_are_told_apart() -> None:
    distinct: list[Callable[[Person], str]] = [
        lambda p: p.national_id, lambda p: p.given_name, lambda p: p.family_name,
        lambda p: p.street, lambda p: p.mail,
    ]  # fmt: skip
    for attribute in distinct:
        assert len({attribute(person) for person in PEOPLE}) == 50
    assert all(person.mail.endswith("@example.se") for person in PEOPLE)
