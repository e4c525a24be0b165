"""A message of a mailbox as one document: its subject, its text and whatever is attached to it."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import EmailMessage
from typing import Final, NamedTuple

LARGEST_MAIL: Final = 40 << 20
"""Bytes of all attachments of one message; what is larger is not opened."""
UNREADABLE: Final = b"\x01\x02\x03\x04" * 16
"""Stands for an attachment that cannot be fetched: like a picture, it keeps its message from being
called clean."""


class Attached(NamedTuple):
    """One attachment; personal data."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        return f"Attached(bytes={len(self.content)})"


def mail_document(*, subject: str, text: str, files: Iterable[Attached]) -> bytes:
    """The message for the reader of documents (RFC 5322); names of attachments count as text.

    Its addresses are left out: whoever writes to whom is no finding.
    """
    message = EmailMessage()
    message["MIME-Version"] = "1.0"  # first: by this the reader knows it for a mail
    files = list(files)
    words = "\n".join([subject, *(one.name for one in files), "", text])
    message.set_content(
        words.encode(errors="replace"), maintype="text", subtype="plain", cte="base64",
        params={"charset": "utf-8"},
    )  # fmt: skip
    for one in files:
        # Neither name nor kind: the reader goes by the bytes.
        message.add_attachment(
            one.content, maintype="application", subtype="octet-stream", cte="base64"
        )
    return message.as_bytes()
