"""What lies with the recipients in the end, and what they can read of it."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple

from lifecycle.passwords import is_generated
from tests.factories.smtp_channel_world import DOMAIN
from tests.privacy.outside_world import DESKS

_REF: Final = re.compile(r"X-[0-9A-Z]{13}")


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
