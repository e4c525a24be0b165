"""The text of a document, taken out in a process that has little memory, little time and no files:
whatever a document does costs one child and nothing more."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any, Final, NamedTuple

import orjson

from connectors.document_kind import document_kind
from connectors.reader_process import Observer, converse
from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

LARGEST: Final = 64 << 20
"""Bytes; a larger file is not opened."""


class DocumentText(NamedTuple):
    """What could be read. `text` is personal data."""

    text: str
    unread: int
    """Documents within (attachments, files in an archive) that could not be read."""

    def __repr__(self) -> str:
        return f"DocumentText(characters={len(self.text)}, unread={self.unread})"


def document_text(
    data: bytes, *, limits: ReadingLimits | None = None, observe: Observer | None = None
) -> DocumentText:
    """The text of a .txt, .csv, .html, .eml, .pdf, .docx, .pptx, .odt, .xlsx, .xls, .xlsb or .ods
    file, or of a .zip of such. The bytes decide, not a name.

    Raises `FileRefused`: `password_protected` for what opens with a password only; for everything
    else that cannot be read what `document_kind` and the readers say. A refused document was not
    looked at, and is never a clean one.
    """
    if len(data) > LARGEST:
        raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
    document_kind(data)  # what is refused by its first bytes costs no child
    limits = limits or ReadingLimits.for_size(len(data))
    request: dict[str, object] = {"mode": "document", "limits": dataclasses.asdict(limits)}
    texts: list[str] = []
    unread = 0
    refused: FileReason | None = None
    with contextlib.closing(converse(request, data, limits, observe)) as conversation:
        for raw in conversation:
            frame: dict[str, Any] = orjson.loads(raw)
            if "text" in frame:
                texts.append(frame["text"])
            elif "unread" in frame:
                unread = frame["unread"]
            elif "refused" in frame:
                refused = FileReason(frame["refused"])
    if refused is not None:
        raise FileRefused(refused)
    return DocumentText("".join(texts), unread)
