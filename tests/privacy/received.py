"""What lies with the recipients in the end, and what they can read of it."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple

from lifecycle.passwords import is_generated
from tests.factories.smtp_channel_world import DOMAIN
from tests.privacy.outside_world import DESKS
from tests.privacy.wider_ways import LEAK

_REF: Final = re.compile(r"X-[0-9A-Z]{13}")
PDF_READER: Final = shutil.which("pdftotext")


class Letter(NamedTuple):
    """One mail as the recipient's server took it."""

    to: tuple[str, ...]
    words: str
    """Everything but the attachments, headers too."""
    files: tuple[tuple[str, bytes], ...]

    @property
    def desk(self) -> str:
        """Whose it is; "" for nobody whom the bindings name."""
        known = {f"{desk.mail}@{DOMAIN}": name for name, desk in DESKS.items()}
        return known.get(self.to[0], "") if len(self.to) == 1 else ""


class Text(NamedTuple):
    """One text message as the gateway took it."""

    to: str
    words: str

    @property
    def desk(self) -> str:
        """Whose telephone it is; "" for nobody whom the bindings name."""
        return {desk.phone: name for name, desk in DESKS.items()}.get(self.to, "")

    @property
    def passwords(self) -> list[str]:
        """Every generated password in it."""
        return passwords_in(self.words)

    @property
    def about(self) -> list[str]:
        """The containers that it speaks of."""
        return _REF.findall(self.words)


def passwords_in(words: str) -> list[str]:
    """Every word that has the form of a generated password."""
    return [word for word in re.split(r"[\s\"\\,:]+", words) if is_generated(word)]


def letters(record: Path) -> list[Letter]:
    """Every mail, in the order in which they came."""
    found = []
    for place in sorted(record.glob("*.eml")):
        message = email.message_from_bytes(place.read_bytes(), policy=email.policy.SMTP)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        files = list(message.iter_attachments())
        heads = "\n".join(f"{name}: {value}" for name, value in message.items())
        found.append(
            Letter(
                tuple(place.with_suffix(".to").read_text().split()),
                f"{heads}\n{body.get_content() if body is not None else ''}",
                tuple((one.get_filename() or "", one.get_content()) for one in files),
            )
        )
    return found


def texts(record: Path) -> list[Text]:
    """Every text message, in the order in which they came."""
    bodies = [json.loads(p.read_bytes().split(b"\n\n")[-1]) for p in sorted(record.glob("*.http"))]
    return [Text(str(body["to"]), json.dumps(body, ensure_ascii=False)) for body in bodies]


def sealed_files(record: Path) -> dict[str, tuple[str, bytes]]:
    """Reference → ending and bytes of everything that somebody got by one of the other ways; what
    was leaked on purpose is called otherwise."""
    found: dict[str, tuple[str, bytes]] = {}
    for place in sorted(record.glob("*.file")):
        about, ending = _REF.match(place.name), place.name.removesuffix(".file").rpartition(".")[2]
        if about is not None and not place.name.endswith(f"{LEAK}.file"):
            assert about[0] not in found, "nothing goes twice"
            found[about[0]] = (ending, place.read_bytes())
    return found


def opened(name: str, content: bytes, password: str) -> str | None:
    """What the container says to whoever has the password; None where it is another one."""
    if name.endswith(".zip"):
        import pyzipper

        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            archive.setpassword(password.encode())
            try:
                return str(archive.read("content.csv").decode("utf-8"))
            except RuntimeError:
                return None
    if name.endswith(".pdf"):
        return _pdf_text(content, password)
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError
    from openpyxl import load_workbook

    whole, plain = msoffcrypto.OfficeFile(io.BytesIO(content)), io.BytesIO()
    try:
        whole.load_key(password=password, verify_password=True)
        whole.decrypt(plain)
    except InvalidKeyError:
        return None
    rows = load_workbook(plain).active.iter_rows(values_only=True)
    return "\n".join(";".join(map(str, row)) for row in rows)


def _pdf_text(content: bytes, password: str) -> str | None:
    """By poppler's own reading of it, where that is installed; else that it opens, in no words."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content), password=password):
            pass
    except pikepdf.PasswordError:
        return None
    if PDF_READER is None:
        return ""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        read = [PDF_READER, "-upw", password, "-layout", file.name, "-"]
        return subprocess.run(read, check=True, capture_output=True, text=True).stdout
