"""What the reader's child does with a document: the text out of it, and out of what lies in it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Final
from xml.parsers import expat

import orjson

from connectors.document_kind import DocumentKind, document_kind, workbook_kind
from connectors.reading_limits import ReadingLimits
from connectors.sheet_source import open_book
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import text_of

Send = Callable[[bytes], None]
_FRAME: Final = 1 << 18
"""Characters in one frame."""
_DEEPEST: Final = 3
"""A document in a mail in an archive; what lies deeper is reported as not looked at."""
_PIECE: Final = 1 << 16
_ODF_ENCRYPTED: Final = b":encryption-data"
_PARTS: Final = re.compile(
    r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
    r"|ppt/(?:slides|notesslides|comments)/[^/]+\.xml"
    r"|(?:content|styles|meta)\.xml|docprops/(?:core|custom)\.xml"
)
_BREAKS: Final = frozenset({"p", "h", "br", "cr", "tr", "title", "subject", "creator", "keywords"})
"""Elements after which a sentence cannot go on (WordprocessingML, DrawingML, OpenDocument)."""
_SPACES: Final = frozenset({"tab", "tc", "table-cell", "s"})
_TAG: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_BLOCK: Final = re.compile(r"<(?:/?p|/?div|br|/?tr|/?li|/?h\d)\b[^>]*>", re.IGNORECASE)


class _Budget:
    """How much text one document may give, all that lies in it together."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self._left = limits.unpacked_bytes

    def take(self, text: str) -> str:
        self._left -= len(text)
        if self._left < 0:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        return text


def work(data: bytes, limits: ReadingLimits, send: Send) -> None:
    """Send the document's text in frames (`{"text": …}`), and how many of the documents within it
    could not be read (`{"unread": …}`). Raises `FileRefused`."""
    budget = _Budget(limits)
    unread = _Unread()
    batch: list[str] = []
    size = 0
    for text in _texts(data, budget, unread, depth=0):
        batch.append(budget.take(text))
        size += len(text)
        if size >= _FRAME:
            send(_frame(batch))
            batch, size = [], 0
    send(_frame(batch))
    send(orjson.dumps({"unread": unread.count}))


class _Unread:
    count = 0


def _frame(texts: list[str]) -> bytes:
    # Half a character pair is no UTF-8.
    return orjson.dumps({"text": "".join(texts).encode(errors="replace").decode()})


def _texts(data: bytes, budget: _Budget, unread: _Unread, *, depth: int) -> Iterator[str]:
    kind = document_kind(data)
    if kind is DocumentKind.TEXT:
        yield from _pieces(_decoded(data))
    elif kind is DocumentKind.MARKUP:
        yield from _pieces(_without_tags(_decoded(data)))
    elif kind is DocumentKind.PDF:
        yield from _pdf(data)
    elif kind is DocumentKind.WORKBOOK:
        yield from _workbook(data, budget.limits)
    elif kind is DocumentKind.OFFICE:
        yield from _office(data, budget.limits)
    elif kind is DocumentKind.MAIL:
        yield from _mail(data, budget, unread, depth=depth)
    else:
        yield from _archive(data, budget, unread, depth=depth)


def _within(data: bytes, budget: _Budget, unread: _Unread, *, depth: int) -> Iterator[str]:
    """What lies in a mail or an archive. One that cannot be read keeps no other from being read;
    what there is too much of ends it all."""
    if depth > _DEEPEST:
        unread.count += 1
        return
    try:
        yield from _texts(data, budget, unread, depth=depth)
    except FileRefused as refused:
        if refused.code == FileReason.UNPACKED_TOO_LARGE:
            raise
        if refused.code != FileReason.EMPTY_FILE:
            unread.count += 1
    yield "\n"


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub(" ", _BLOCK.sub("\n", text)))


def _workbook(data: bytes, limits: ReadingLimits) -> Iterator[str]:
    """Every sheet, the hidden ones too: hidden is not protected."""
    for sheet in open_book(data, workbook_kind(data), limits).sheets:
        yield sheet.name + "\n"
        for _, cells in sheet.rows():
            line = "\t".join(text_of(cell) for cell in cells)
            if line.strip():
                yield line + "\n"


def _office(data: bytes, limits: ReadingLimits) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_honest(archive.infolist(), limits)
            for name in archive.namelist():
                if name == "META-INF/manifest.xml" and _ODF_ENCRYPTED in archive.read(name):
                    raise FileRefused(FileReason.PASSWORD_PROTECTED)
            for name in archive.namelist():
                if _PARTS.fullmatch(name.lower()):
                    yield from _xml(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError, NotImplementedError):
        raise FileRefused(FileReason.CORRUPT) from None


def _require_honest(entries: list[zipfile.ZipInfo], limits: ReadingLimits) -> None:
    """What an archive promises to unpack to; nothing is inflated beyond it."""
    if len(entries) > limits.parts or sum(e.file_size for e in entries) > limits.unpacked_bytes:
        raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
    for entry in entries:
        if entry.file_size > 1 << 20 and entry.file_size > limits.part_ratio * entry.compress_size:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)


def _xml(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """A part's text; runs within a paragraph are joined, for a word may be split by a format."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def declared(*_: object) -> None:
        raise FileRefused(FileReason.CORRUPT)

    def ended(element: str) -> None:
        local = element.rpartition(" ")[2]
        if local in _BREAKS:
            found.append("\n")
        elif local in _SPACES:
            found.append("\t")

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = found.append
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            parser.Parse(piece, False)
            yield "".join(found)
            found.clear()
    parser.Parse(b"", True)
    yield "".join(found) + "\n"


def _pdf(data: bytes) -> Iterator[str]:
    """Raises `FileRefused("password_protected")` unless the empty password opens it."""
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileRefused(FileReason.PASSWORD_PROTECTED)
        seen = 0
        for page in reader.pages:
            text = page.extract_text()
            seen += len(text.strip())
            yield text + "\n"
    except (FileRefused, MemoryError):
        raise
    except PdfReadError:
        raise FileRefused(FileReason.CORRUPT) from None
    except Exception:  # noqa: BLE001 -- a broken file raises nearly anything
        raise FileRefused(FileReason.CORRUPT) from None
    if not seen:
        # Scanned pages are pictures: nobody has looked at them.
        raise FileRefused(FileReason.NOT_A_WORKBOOK)


def _mail(data: bytes, budget: _Budget, unread: _Unread, *, depth: int) -> Iterator[str]:
    message = message_from_bytes(data, policy=policy.default)
    yield f"{_header(message, 'subject')}\n"
    for part in message.walk():
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload:
            continue
        if part.get_content_maintype() == "text" and part.get_filename() is None:
            text = _in_charset(payload, part.get_content_charset())
            yield from _pieces(
                _without_tags(text) if part.get_content_subtype() == "html" else text
            )
            yield "\n"
        else:
            yield from _within(payload, budget, unread, depth=depth + 1)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, LookupError, AttributeError):
        return ""  # the parser of headers stumbles over some of them


def _in_charset(payload: bytes, charset: str | None) -> str:
    try:
        return payload.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return _decoded(payload)


def _archive(data: bytes, budget: _Budget, unread: _Unread, *, depth: int) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _require_honest(entries, budget.limits)
            for entry in entries:
                yield entry.filename + "\n"
                if entry.flag_bits & 0x1:
                    unread.count += 1
                    continue
                yield from _within(archive.read(entry), budget, unread, depth=depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise FileRefused(FileReason.CORRUPT) from None
