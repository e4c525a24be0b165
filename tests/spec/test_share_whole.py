"""From the command to the recipient's desk: real containers, the console, and a backup put back."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.main import app
from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from records import restored
from tasks.house import wiring
from tasks.house.parts import House
from tasks.house.sealing import SEALERS
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import MAIL, Desk, password_in

__all__ = ["build", "dialect", "house"]


needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA))
    return desk


def really_sealed(house: House) -> House:
    """With the containers that recipients really get."""
    return dataclasses.replace(house, doors=dataclasses.replace(house.doors, sealers=SEALERS))


def read_pdf(content: bytes, password: str, folder: Path) -> str:
    import pikepdf

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(content), password="another")
    (folder / "received.pdf").write_bytes(content)
    told = subprocess.run(
        ["pdftotext", "-upw", password, "-layout", "received.pdf", "-"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout


@pytest.mark.parametrize("container", ["zip", "xlsx", pytest.param("pdf", marks=needs_pdftotext)])
def test_the_recipient_opens_it_with_the_password_and_nobody_without(
    desk: Desk, container: str, tmp_path: Path
) -> None:
    desk.change = really_sealed
    plan = desk.prepare(TUVA, container=container)
    desk.approve(plan)
    assert desk.send(plan).stage is Stage.OPEN
    [(parcel, content)] = desk.mail.handed
    assert parcel.name.endswith(f".{container}")
    assert TUVA[1].encode() not in content
    password = password_in(desk.text.arrived)
    if container == "zip":
        import pyzipper

        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            archive.setpassword(password.encode())
            told = archive.read("content.csv").decode("utf-8")
            archive.setpassword(b"another")
            with pytest.raises(RuntimeError, match="password"):
                archive.read("content.csv")
    elif container == "pdf":
        told = read_pdf(content, password, tmp_path)
    else:
        import msoffcrypto
        from openpyxl import load_workbook

        whole = msoffcrypto.OfficeFile(io.BytesIO(content))
        whole.load_key(password=password)
        plain = io.BytesIO()
        whole.decrypt(plain)
        rows = load_workbook(plain).active.iter_rows(values_only=True)
        told = "\n".join(";".join(map(str, row)) for row in rows)
    assert all(word in told for word in TUVA[:2])
    desk.outgoing_is_empty()


def test_after_a_backup_was_put_back_nothing_is_sent_a_second_time(desk: Desk) -> None:
    waiting, sent = desk.prepare(TUVA), desk.prepare(TUVA, categories=("assignment", "identity"))
    house = desk.house()
    assert restored.keys_without_data(house.engine, house.keyring.engine) == []
    desk.approve(sent)
    # The records as a backup has them, the keys as they are now: the one is sent, its key gone.
    house.vault.shred([sent.number])
    assert restored.slips_without_key(house.engine, house.keyring.engine) == [sent.number]
    assert restored.data_without_key(house.engine, house.keyring.engine) == []
    with house.engine.begin() as connection:
        restored.drop_slips(connection, [sent.number])
    with pytest.raises(Refused, match="disclosure_key_gone"):
        desk.send(sent)
    desk.nothing_left()
    desk.approve(waiting)
    assert desk.send(waiting).stage is Stage.OPEN


def test_the_commands_lead_from_the_wish_to_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = desk.enrolled()
    person = desk.ref(TUVA)

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[House]:
        yield desk.house()

    monkeypatch.setattr(wiring, "open_house", opened)

    def gallra(*words: str, typed: str = "", code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words), input=typed)
        assert done.exit_code == code, done.output
        for secret in ("mottagare@example.se", "+46701740605", *TUVA):
            assert secret not in done.output
        return done.output

    wanted = ("--to", "arbetsformedlingen", "--contact", "desk", "--category", "identity",
              "--purpose", "assignment", "--channel", MAIL, "--until", "2026-11-20",
              "--about", person, "--by", first.handle)  # fmt: skip
    saved = tmp_path / "selection.txt"
    saved.write_text(f"{person}\n1000000001\n", encoding="utf-8")
    gallra("share", "prepare", *wanted, "--selection", str(saved), code=2)  # without a code
    told = gallra(
        "share", "prepare", *wanted, "--selection", str(saved), typed=f"{first.fresh()}\n"
    )
    ref = told.split()[0]
    saved.write_text("health\n", encoding="utf-8")  # nobody is chosen by what is known of them
    unused = first.fresh()
    gallra("share", "prepare", *wanted, "--selection", str(saved), typed=f"{unused}\n", code=3)
    assert "A-69" in told
    assert "to approve" in gallra("share", "list")
    gallra("share", "send", ref, code=3)
    desk.nothing_left()
    shown = gallra("approve", ref, "--by", second.handle, typed=f"{second.fresh()}\n")
    assert f"gallra share send {ref}" in shown
    assert "arbetsformedlingen" in shown
    gallra("execute", ref, code=3)
    assert "open" in gallra("share", "send", ref)
    assert person in gallra("share", "show", ref)
    gallra("plan", "show", ref, code=3)
    assert "withdrawn" in gallra("share", "withdraw", ref)
    assert ref in gallra("share", "list", "--all")
    typed = f"{unused}\n"
    refused = gallra("share", "prepare", *wanted, "--category", "health", typed=typed, code=3)
    assert "category_not_for_recipient" in refused
