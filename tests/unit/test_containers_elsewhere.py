"""What we seal, other people's programs open: 7-Zip, qpdf, pdftotext, LibreOffice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.factories.containers import KINDS, PASSWORD, PERSON, REF, plain_csv

ROOT = Path(__file__).resolve().parents[2]
SEVEN_ZIP = shutil.which("7zz") or shutil.which("7z")
TOOLS = {name: shutil.which(name) for name in ("qpdf", "pdftotext", "soffice", "unzip")}
needs_7zip = pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip (7zz or 7z) is not installed")
needs_pdf_tools = pytest.mark.skipif(
    not (TOOLS["qpdf"] and TOOLS["pdftotext"]),
    reason="qpdf or pdftotext (poppler-utils) is not installed",
)
needs_libreoffice = pytest.mark.skipif(
    TOOLS["soffice"] is None, reason="LibreOffice (soffice) is not installed"
)
WRONG = "2345-6789-ABCD-EFGH-JKLN"


def run(*command: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def sealed(tmp_path: Path) -> dict[str, Path]:
    return {
        kind.ending: kind.seal(tmp_path / f"{REF}.{kind.ending}", PASSWORD).file for kind in KINDS
    }


@needs_7zip
def test_seven_zip_opens_it_with_the_password_only(sealed: dict[str, Path], tmp_path: Path) -> None:
    opened = run(SEVEN_ZIP, "x", "-so", f"-p{PASSWORD}", sealed["zip"])
    assert opened.returncode == 0
    assert opened.stdout == plain_csv()
    told = run(SEVEN_ZIP, "l", "-slt", sealed["zip"]).stdout.decode()
    assert "Encrypted = +" in told
    assert "Encrypted = -" not in told
    assert "Method = AES-256" in told
    for wrong in (WRONG, "", PASSWORD.lower()):
        refused = run(SEVEN_ZIP, "x", "-so", f"-p{wrong}", sealed["zip"])
        assert refused.returncode != 0
        assert PERSON.family_name.encode() not in refused.stdout


def test_python_s_own_zip_reader_opens_nothing(sealed: dict[str, Path]) -> None:
    with zipfile.ZipFile(sealed["zip"]) as archive:
        for secret in (None, PASSWORD.encode()):
            with pytest.raises((RuntimeError, NotImplementedError)):
                archive.read("content.csv", pwd=secret)


@needs_pdf_tools
def test_pdf_tools_open_it_with_the_password_only(sealed: dict[str, Path]) -> None:
    text = run(TOOLS["pdftotext"], "-upw", PASSWORD, sealed["pdf"], "-")
    assert text.returncode == 0
    assert f"{PERSON.given_name} {PERSON.family_name}" in text.stdout.decode()
    told = run(TOOLS["qpdf"], "--show-encryption", f"--password={PASSWORD}", sealed["pdf"])
    assert b"R = 6" in told.stdout
    assert told.stdout.count(b"AESv3") == 3
    checked = run(TOOLS["qpdf"], "--check", f"--password={PASSWORD}", sealed["pdf"])
    assert checked.returncode == 0, checked.stdout
    for wrong in (WRONG, "", PASSWORD.lower()):
        refused = run(TOOLS["pdftotext"], "-upw", wrong, sealed["pdf"], "-")
        assert refused.returncode != 0
        assert refused.stdout == b""
        assert run(TOOLS["qpdf"], "--check", f"--password={wrong}", sealed["pdf"]).returncode != 0


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">
Sub Export(source As String, target As String, secret As String)
  On Error Goto Done
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = "Hidden" : how(0).Value = True
  how(1).Name = "Password" : how(1).Value = secret
  doc = StarDesktop.loadComponentFromURL(source, "_blank", 0, how())
  Dim saving(1) As New com.sun.star.beans.PropertyValue
  saving(0).Name = "FilterName" : saving(0).Value = "Text - txt - csv (StarCalc)"
  saving(1).Name = "FilterOptions" : saving(1).Value = "59,34,76,1"
  doc.storeToURL(target, saving())
  doc.close(True)
Done:
  StarDesktop.terminate()
End Sub
</script:module>
"""


@pytest.mark.long
@needs_libreoffice
def test_libreoffice_opens_the_workbook_with_the_password_only(
    sealed: dict[str, Path], tmp_path: Path
) -> None:
    profile, out = tmp_path / "profile", tmp_path / "out.csv"
    office = [TOOLS["soffice"], f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    # The first start makes the profile, and an empty Module1 in it.
    run(*office, "--terminate_after_init")
    (profile / "user/basic/Standard/Module1.xba").write_text(MACRO)
    opened = {}
    for password in (WRONG, "", PASSWORD):
        asked = ",".join(f'"{part}"' for part in (sealed["xlsx"].as_uri(), out.as_uri(), password))
        run(*office, "--norestore", f"macro:///Standard.Module1.Export({asked})")
        opened[password] = out.read_text(encoding="utf-8") if out.exists() else None
    assert opened[WRONG] is None
    assert opened[""] is None
    assert PERSON.family_name in str(opened[PASSWORD])
    assert PERSON.national_id in str(opened[PASSWORD])


MEASURED = """
import json, sys
from pathlib import Path
from connectors.containers.aes_zip import Member, seal_zip

megabytes, target, password = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
piece = b"".join(b"%09d;Anna;Andersson;Storgatan %d\\n" % (n, n) for n in range(32_000))[:1 << 20]

def chunks():
    for number in range(megabytes):
        yield number.to_bytes(8, "big") + piece[8:]

sealed = seal_zip([Member("csv", chunks())], target, password)
# Not ru_maxrss: a child inherits its parent's there.
status = Path("/proc/self/status").read_text().split()
peak = int(status[status.index("VmHWM:") + 1]) * 1024
print(json.dumps({"peak": peak, "size": sealed.size}))
"""


@pytest.mark.parametrize("megabytes", [40, pytest.param(500, marks=pytest.mark.long)])
def test_a_large_zip_streams_in_little_memory(megabytes: int, tmp_path: Path) -> None:
    target = tmp_path / f"{REF}.zip"
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(megabytes), str(target), PASSWORD],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["peak"] < 64 * 1024 * 1024, told
    assert told["size"] == target.stat().st_size
    with zipfile.ZipFile(target) as archive:
        assert archive.infolist()[0].file_size == megabytes << 20
