"""The text of a workbook's cells: shared strings, rich text runs and Excel's own escapes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final

from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

CHUNK: Final = 1 << 18
"""Bytes inflated at a time."""


class UnusualWorkbook(Exception):
    """The workbook is not written in the dialect that the streaming reader knows; another
    reader must take over. Carries nothing."""


_ENTITY = re.compile(r"&(#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[a-z]{2,4});|&")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        raise UnusualWorkbook
    if name[0] != "#":
        if name not in _NAMED:
            raise UnusualWorkbook
        return _NAMED[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    if code == 0 or code > 0x10FFFF or code in _SURROGATES:
        raise UnusualWorkbook
    return chr(code)


def _escape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    # Half a surrogate pair is no character: it stays as it was written.
    return match[0] if code in _SURROGATES else chr(code)


def plain_text(raw: str) -> str:
    """XML character data as a person sees it: entities and Excel's `_xHHHH_` resolved.

    Raises `UnusualWorkbook` for an entity that XML itself does not define.
    """
    if "\r" in raw:  # XML 1.0 §2.11
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in raw:
        raw = _ENTITY.sub(_entity, raw)
    if "_x" in raw:
        raw = _ESCAPE.sub(_escape, raw)
    return raw


def is_plain(block: str) -> bool:
    """Whether `plain_text` would leave every text in `block` as it is."""
    return "&" not in block and "_x" not in block and "\r" not in block


_ATTRIBUTES = r'(?: [\w:.]++="[^"<]*+")*+ ?'
_TEXT = re.compile(rf"<t{_ATTRIBUTES}(?:/>|>([^<]*+)</t>)")
_RUN = re.compile(
    rf"<r>(?:<rPr>(?:<\w++{_ATTRIBUTES}/>)*+</rPr>|<rPr/>)?(?:<t{_ATTRIBUTES}(?:/>|>([^<]*+)</t>))?</r>"
)
_PHONETIC = re.compile(
    rf"<rPh{_ATTRIBUTES}>(?:<t{_ATTRIBUTES}>[^<]*+</t>|<t/>)</rPh>|<phoneticPr{_ATTRIBUTES}/>"
)


def text_of_item(inner: str) -> str:
    """The text inside one `<si>` or `<is>`: plain or rich runs joined, reading aids left out.

    Raises `UnusualWorkbook` for any other content.
    """
    texts: list[str] = []
    position = 0
    while position < len(inner):
        match = _TEXT.match(inner, position) or _RUN.match(inner, position)
        if match is not None:
            texts.append(plain_text(match[1] or ""))
        else:
            match = _PHONETIC.match(inner, position)
            if match is None:
                raise UnusualWorkbook
        position = match.end()
    return "".join(texts)


def decoded(read: Callable[[int], bytes]) -> Iterator[str]:
    """UTF-8 text of a part, piece by piece, its byte order mark left out.

    Raises `UnusualWorkbook` for any other encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := read(CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnusualWorkbook from None


_DECLARATION = re.compile(r'\s*<\?xml [^<>]*?encoding=["\'](?!utf-8["\'])', re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z][\w.-]*:)?(\w+)\b([^<>]*)>")
MAIN_NAMESPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def prefix_of_root(head: str, root: str) -> str:
    """The namespace prefix ("" or e.g. "x:") of a part that begins with `head`.

    Raises `FileRefused("corrupt")` for a document type declaration: no spreadsheet program
    writes one, and its entities are a known weapon. Raises `UnusualWorkbook` for comments,
    another encoding, another root or another namespace.
    """
    if "<!" in head:
        if "<!DOCTYPE" in head.upper() or "<!ENTITY" in head.upper():
            raise FileRefused(FileReason.CORRUPT)
        raise UnusualWorkbook
    match = _ROOT.search(head)
    if match is None or match[2] != root or _DECLARATION.match(head):
        raise UnusualWorkbook
    prefix = match[1] or ""
    declared = f'xmlns:{prefix[:-1]}="{MAIN_NAMESPACE}"' if prefix else f'xmlns="{MAIN_NAMESPACE}"'
    if f" {declared}" not in match[3]:
        raise UnusualWorkbook
    return prefix


_SI = re.compile(r"\s*+<si>(.*?)</si>\s*+|\s*+<si/>\s*+", re.DOTALL)
_BETWEEN = "</t></si><si><t>"


def _items(block: str) -> list[str]:
    """The texts of a block that holds whole `<si>` elements and nothing else."""
    if block.startswith("<si><t>") and block.endswith("</t></si>"):
        body = block[7:-9]
        texts = body.split(_BETWEEN)
        if body.count("<") == 4 * (len(texts) - 1):  # nothing but plain items
            return texts if is_plain(block) else [plain_text(text) for text in texts]
    texts = []
    position = 0
    while position < len(block):
        match = _SI.match(block, position)
        if match is None:
            raise UnusualWorkbook
        texts.append(text_of_item(match[1]) if match[1] else "")
        position = match.end()
    return texts


def shared_strings(read: Callable[[int], bytes], *, longest: int) -> list[str]:
    """All shared strings of a workbook, in order; `read` inflates the part piece by piece.

    Raises `UnusualWorkbook` for what the dialect does not know, and
    `FileRefused("unpacked_too_large")` for one string of more than `longest` characters.
    """
    strings: list[str] = []
    pending = ""
    prefix: str | None = None
    for text in decoded(read):
        pending += text
        if prefix is None:
            start = pending.find("si>")
            if start < 0:
                if len(pending) > CHUNK * 4:
                    raise UnusualWorkbook
                continue
            start = pending.rindex("<", 0, start)
            prefix = prefix_of_root(pending[:start], "sst")
            pending = pending[start:]
        if prefix:
            # A piece may end within a tag: what is replaced below is replaced again later.
            pending = pending.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
        cut = pending.rfind("</si>") + 5
        if cut > 4:
            strings += _items(pending[:cut])
            pending = pending[cut:]
        if len(pending) > longest:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
    if prefix is None:
        # A table without a string: its root closes itself or at once.
        prefix_of_root(pending, "sst")
        return strings
    rest = pending.strip()
    while rest.startswith("<si/>"):
        strings.append("")
        rest = rest[5:].lstrip()
    if not rest.startswith(("</sst>", "<extLst")):
        raise UnusualWorkbook
    return strings
