"""A container is tried before anybody can find it; what is not encrypted never gets its name."""

from __future__ import annotations

import fcntl
import hashlib
import io
import logging
import os
import re
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
import pyzipper
from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from connectors.containers import locked_pdf, locked_workbook, sealing
from connectors.containers.aes_zip import Member, seal_zip
from connectors.containers.locked_pdf import seal_pdf
from connectors.containers.locked_workbook import seal_workbook
from connectors.containers.sealing import container_name, remove_leftovers
from lifecycle.errors import Busy, NotProven, Refused, Unreachable
from lifecycle.passwords import password_from
from tests.factories.containers import (
    KINDS,
    PASSWORD,
    PERSON,
    REF,
    Kind,
    plain_csv,
    plain_page,
    plain_workbook,
)
from tests.privacy.encodings import needles
from tests.privacy.searching import search

ROOT = Path(__file__).resolve().parents[2]
OTHER = password_from(bytes(range(100, 164)))
NOT_OPENED = (
    RuntimeError,
    pyzipper.BadZipFile,
    pikepdf.PasswordError,
    InvalidKeyError,
    DecryptionError,
)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.ending for kind in KINDS])


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / f"{REF}.zip"


def hits(*paths: Path) -> list[str]:
    return [hit.label for hit in search(paths, needles([PERSON]))]


@each_kind
def test_it_opens_with_its_password_and_with_no_other(kind: Kind, target: Path) -> None:
    target = target.with_suffix(f".{kind.ending}")
    sealed = kind.seal(target, PASSWORD)
    assert sealed.file == target
    assert sealed.size == target.stat().st_size
    assert sealed.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    text = kind.opened(target, PASSWORD)
    assert kind.ending == "pdf" or PERSON.family_name in text
    for wrong in (None, "", OTHER, PASSWORD.replace("-", "")):
        with pytest.raises(NOT_OPENED):
            kind.opened(target, wrong)


@each_kind
def test_nothing_of_the_person_lies_on_the_disk(
    kind: Kind, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    target = target.with_suffix(f".{kind.ending}")
    kind.seal(target, PASSWORD)
    assert list(scratch.iterdir()) == []
    assert hits(tmp_path) == []
    for made in (plain_csv(), plain_workbook()):
        (tmp_path / "control").write_bytes(made)
        assert hits(tmp_path) != []


@each_kind
def test_no_log_says_anything(kind: Kind, target: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kind.seal(target.with_suffix(f".{kind.ending}"), PASSWORD)
    assert caplog.text == ""


@each_kind
def test_sealing_again_replaces_it_and_no_two_are_alike(kind: Kind, target: Path) -> None:
    target = target.with_suffix(f".{kind.ending}")
    first = kind.seal(target, PASSWORD)
    second = kind.seal(target, OTHER)
    assert first.sha256 != second.sha256
    kind.opened(target, OTHER)
    with pytest.raises(NOT_OPENED):
        kind.opened(target, PASSWORD)


@each_kind
@pytest.mark.parametrize(
    "name", ["Anna Andersson", "elever", "X-0123456789ABC (1)", "x-0123456789abc", "X-0123"]
)
def test_only_a_reference_is_a_name(kind: Kind, name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        kind.seal(tmp_path / f"{name}.{kind.ending}", PASSWORD)
    assert str(refused.value) == "container_name_not_neutral"
    with pytest.raises(Refused):
        container_name(name, "zip")
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_made_of_the_reference() -> None:
    assert container_name(REF, "pdf") == f"{REF}.pdf"


@each_kind
@pytest.mark.parametrize("password", ["", "hemligt", "Sommar2026!", PASSWORD.lower()])
def test_a_password_that_somebody_thought_up_is_refused(
    kind: Kind, password: str, target: Path
) -> None:
    with pytest.raises(Refused) as refused:
        kind.seal(target.with_suffix(f".{kind.ending}"), password)
    assert str(refused.value) == "password_not_generated"
    assert list(target.parent.iterdir()) == []


def test_a_zip_shows_kinds_only_and_carries_several(target: Path) -> None:
    seal_zip(
        [Member("csv", [b"a" * 50]), Member("pdf", [b"", b"b"]), Member("csv", [])],
        target,
        PASSWORD,
    )
    with pyzipper.AESZipFile(target) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == [
            "content-1.csv",
            "content-2.pdf",
            "content-3.csv",
        ]
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {(entry.CRC, entry.wz_aes_strength) for entry in entries} == {(0, 3)}
        assert archive.read("content-1.csv", pwd=PASSWORD.encode()) == b"a" * 50
    with zipfile.ZipFile(target) as archive:
        assert all(entry.flag_bits & 1 for entry in archive.infolist())
    with pytest.raises(Refused, match="container_empty"):
        seal_zip([], target, PASSWORD)


@pytest.mark.parametrize("rows", [1, 40, 4000])
def test_workbooks_of_any_size_open_again(rows: int, target: Path) -> None:
    target = target.with_suffix(".xlsx")
    seal_workbook([plain_workbook(rows)], target, PASSWORD)
    assert KINDS[1].opened(target, PASSWORD).count(PERSON.national_id) == rows


def test_the_page_says_nothing_of_who_made_it(target: Path) -> None:
    target = target.with_suffix(".pdf")
    with pikepdf.open(io.BytesIO(plain_page())) as source:
        assert "/Metadata" in source.Root
    seal_pdf([plain_page()], target, PASSWORD)
    with pikepdf.open(target, password=PASSWORD) as document:
        assert document.encryption.R == 6
        assert document.encryption.bits == 256
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root
    assert not re.search(rb"[Tt]ypst|[Gg]allra|pikepdf|qpdf", target.read_bytes())


def test_what_is_too_large_is_refused_without_reading_on(target: Path) -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x" * 1000

    for seal, ending in ((seal_workbook, ".xlsx"), (seal_pdf, ".pdf")):
        read.clear()
        with pytest.raises(Refused) as refused:
            seal(chunks(), target.with_suffix(ending), PASSWORD, largest=5000)
        assert str(refused.value) == "container_too_large largest=5000"
        assert len(read) == 6
    assert list(target.parent.iterdir()) == []


def test_what_cannot_be_sealed_as_such_is_refused(target: Path) -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(plain_workbook(400))).encrypt("x", locked)
    for junk in (b"", b"Anna", plain_csv(), plain_page(), locked.getvalue()):
        with pytest.raises(Refused, match=r"^container_source_unreadable$") as refused:
            seal_workbook([junk], target.with_suffix(".xlsx"), PASSWORD)
        assert refused.value.__context__ is None
    for junk in (b"", b"Anna", plain_csv(), plain_workbook()):
        with pytest.raises(Refused, match=r"^container_source_unreadable$") as refused:
            seal_pdf([junk], target.with_suffix(".pdf"), PASSWORD)
        assert refused.value.__context__ is None
    assert list(target.parent.iterdir()) == []


def test_a_source_that_fails_leaves_nothing(target: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield plain_csv(1000)
        raise Unreachable("system_unreachable")

    with pytest.raises(Unreachable, match="system_unreachable"):
        seal_zip([Member("csv", broken())], target, PASSWORD)
    assert list(target.parent.iterdir()) == []


# --- writers that do not encrypt: what is tried is not believed -----------------------------------


def _plain_zip(file: io.BytesIO, source: object, password: str) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.csv", plain_csv())
    return [("content.csv", hashlib.sha256(plain_csv()).digest())]


def _old_zip_encryption(file: io.BytesIO, source: object, password: str) -> list[tuple[str, bytes]]:
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=128)
        archive.writestr("content.csv", plain_csv())
    return [("content.csv", hashlib.sha256(plain_csv()).digest())]


def _with_a_checksum(file: io.BytesIO, source: object, password: str) -> list[tuple[str, bytes]]:
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=1)
        archive.writestr("content.csv", plain_csv())
    return [("content.csv", hashlib.sha256(plain_csv()).digest())]


def _clear_text_before(file: io.BytesIO, source: object, password: str) -> list[tuple[str, bytes]]:
    inner = io.BytesIO()
    contents = _sealed_zip(inner, password)
    file.write(b"Anna Andersson" + inner.getvalue())
    return contents


def _clear_text_behind(file: io.BytesIO, source: object, password: str) -> list[tuple[str, bytes]]:
    inner = io.BytesIO()
    contents = _sealed_zip(inner, password)
    data, text = inner.getvalue(), b"Anna Andersson"
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    moved = struct.pack("<L", start + len(text))
    file.write(data[:start] + text + data[start : end + 16] + moved + data[end + 20 :])
    return contents


def _two_of_which_one_is_open(
    file: io.BytesIO, source: object, password: str
) -> list[tuple[str, bytes]]:
    digest = hashlib.sha256(plain_csv()).digest()
    with pyzipper.AESZipFile(file, "w") as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr("content-1.csv", plain_csv())
        archive.encryption = archive.pwd = None
        archive.writestr("content-2.csv", plain_csv())
    return [("content-1.csv", digest), ("content-2.csv", digest)]


def _sealed_zip(file: io.BytesIO, password: str) -> list[tuple[str, bytes]]:
    with pyzipper.AESZipFile(file, "w") as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr("content.csv", plain_csv())
    return [("content.csv", hashlib.sha256(plain_csv()).digest())]


@pytest.mark.parametrize(
    "write",
    [
        _plain_zip,
        _old_zip_encryption,
        _with_a_checksum,
        _clear_text_before,
        _clear_text_behind,
        _two_of_which_one_is_open,
    ],
)
def test_a_zip_that_is_not_wholly_encrypted_never_gets_its_name(
    write: object, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.containers import aes_zip

    def named(*arguments: object) -> object:
        return [aes_zip._Content(*each) for each in write(*arguments)]  # type: ignore[operator]

    monkeypatch.setattr(aes_zip, "_write", named)
    with pytest.raises(NotProven) as found:
        seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    assert str(found.value) == "container_not_encrypted"
    assert list(target.parent.iterdir()) == []


def test_a_zip_whose_content_is_another_never_gets_its_name(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.containers import aes_zip

    honest = aes_zip._write

    def other(*arguments: object) -> object:
        (content,) = honest(*arguments)  # type: ignore[arg-type]
        return [content._replace(sha256=bytes(32))]

    monkeypatch.setattr(aes_zip, "_write", other)
    with pytest.raises(NotProven, match=r"^container_differs$"):
        seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    assert list(target.parent.iterdir()) == []


def test_a_workbook_that_is_not_encrypted_never_gets_its_name(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = target.with_suffix(".xlsx")

    def open_one(file: io.BytesIO, whole: bytes, password: str) -> bytes:
        file.write(whole)
        return hashlib.sha256(whole).digest()

    monkeypatch.setattr(locked_workbook, "_write", open_one)
    with pytest.raises(NotProven, match=r"^container_not_encrypted$"):
        seal_workbook([plain_workbook()], target, PASSWORD)

    def another_password(file: io.BytesIO, whole: bytes, password: str) -> bytes:
        OOXMLFile(io.BytesIO(whole)).encrypt(OTHER, file)
        return hashlib.sha256(whole).digest()

    monkeypatch.setattr(locked_workbook, "_write", another_password)
    with pytest.raises(NotProven, match=r"^container_differs$"):
        seal_workbook([plain_workbook(400)], target, PASSWORD)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    "how",
    [
        {"encryption": False},
        {"encryption": pikepdf.Encryption(user="", owner=PASSWORD, R=6)},
        {"encryption": pikepdf.Encryption(user=PASSWORD, owner=PASSWORD, R=4)},
        {"encryption": pikepdf.Encryption(user=PASSWORD, owner=PASSWORD, R=6, metadata=False)},
    ],
    ids=["open", "owner only", "AES-128", "metadata in clear"],
)
def test_a_page_that_is_not_wholly_encrypted_never_gets_its_name(
    how: dict[str, pikepdf.Encryption], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weak(file: io.BytesIO, whole: bytes, password: str) -> bytes:
        with pikepdf.open(io.BytesIO(whole)) as document:
            del document.Root["/Metadata"]
            del document.trailer["/Info"]
            document.save(file, **how)
            return locked_pdf._digest(document)

    monkeypatch.setattr(locked_pdf, "_write", weak)
    with pytest.raises(NotProven, match=r"^container_not_encrypted$"):
        seal_pdf([plain_page()], target.with_suffix(".pdf"), PASSWORD)
    assert list(target.parent.iterdir()) == []


# --- two at once, leftovers, disks ----------------------------------------------------------------


def test_what_another_run_writes_to_is_left_to_it(target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    with part.open("wb") as theirs:
        theirs.write(b"half")
        theirs.flush()
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="held_by_another_run"):
            seal_zip([Member("csv", [b"x"])], target, PASSWORD)
        assert remove_leftovers(target.parent) == 0
        assert part.read_bytes() == b"half"
    seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_leftovers_go_and_nothing_else(target: Path) -> None:
    folder = target.parent
    (folder / f"{target.name}.part").write_bytes(b"half")
    (folder / "X-9999999999999.pdf.part").write_bytes(b"half")
    kept = ["mine.part", target.name, f"{REF}.docx.part"]
    for name in kept:
        (folder / name).write_bytes(b"x")
    (folder / "X-0000000000000.zip.part").symlink_to(folder / "mine.part")
    assert remove_leftovers(folder) == 2
    assert sorted(p.name for p in folder.iterdir()) == sorted([*kept, "X-0000000000000.zip.part"])
    with pytest.raises(Unreachable, match="container_not_written"):
        remove_leftovers(folder / "missing")


def test_a_planted_link_is_not_followed(target: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    part = target.with_name(f"{target.name}.part")
    part.symlink_to(victim)
    with pytest.raises(Unreachable, match=r"^container_not_written$"):
        seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    part.unlink(missing_ok=True)
    os.link(victim, part)
    with pytest.raises(Unreachable, match=r"^container_not_written$"):
        seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    assert victim.read_bytes() == b"precious"


def test_a_full_disk_is_told_without_a_name(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device", "Anna Andersson")

    monkeypatch.setattr(sealing.os, "fsync", full)
    with pytest.raises(Unreachable) as failed:
        seal_zip([Member("csv", [b"x"])], target, PASSWORD)
    assert str(failed.value) == "container_not_written"
    assert failed.value.__context__ is None
    assert list(target.parent.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from connectors.containers import aes_zip, locked_pdf, locked_workbook, sealing
from tests.factories import containers as made

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def halfway():
    yield made.plain_csv(20000)
    die()

def then(owner, name, *, after=False):
    honest = getattr(owner, name)
    def cut(*arguments, **more):
        if after:
            honest(*arguments, **more)
        die()
    setattr(owner, name, cut)

modules = (aes_zip, locked_pdf, locked_workbook)
kinds = {kind.ending: kind.seal for kind in made.KINDS}
points = {
    "source": None,
    "fsync": lambda: then(sealing.os, "fsync"),
    "synced": lambda: then(sealing.os, "fsync", after=True),
    "check": lambda: [then(module, "_check") for module in modules],
    "checked": lambda: [then(module, "_check", after=True) for module in modules],
    "rename": lambda: then(Path, "replace"),
    "renamed": lambda: then(Path, "replace", after=True),
}
made.plain_page()  # before the forks: typst's threads do not survive one
root = Path(sys.argv[1])
ending = sys.argv[2]
for point, arm in points.items():
    folder = root / point
    folder.mkdir()
    child = os.fork()
    if child == 0:
        if arm is None:
            source = [aes_zip.Member("csv", halfway())]
            aes_zip.seal_zip(source, folder / f"{made.REF}.zip", made.PASSWORD)
        else:
            arm()
            kinds[ending](folder / f"{made.REF}.{ending}", made.PASSWORD)
        os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), (ending, point, status)
print("killed")
"""


@pytest.mark.parametrize(
    "ending",
    ["zip", *(pytest.param(each, marks=pytest.mark.long) for each in ("pdf", "xlsx"))],
)
def test_a_kill_anywhere_leaves_no_plaintext_and_the_next_run_cleans_up(
    ending: str, tmp_path: Path
) -> None:
    root, scratch = tmp_path / "killed", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, str(root), ending],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "killed", done.stderr
    folders = sorted(root.iterdir())
    assert len(folders) == 7
    assert hits(root, scratch) == []
    left = {folder.name: [path.name for path in folder.iterdir()] for folder in folders}
    assert all(len(names) == 1 for names in left.values())
    for name, (file,) in left.items():
        assert file.endswith(".part") != (name == "renamed"), (name, file)
    (kind,) = (kind for kind in KINDS if kind.ending == ending)
    for folder in folders:
        remove_leftovers(folder)
        kind.seal(folder / f"{REF}.{kind.ending}", PASSWORD)
        kind.opened(folder / f"{REF}.{kind.ending}", PASSWORD)
        assert len(list(folder.iterdir())) == 1
