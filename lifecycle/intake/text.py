"""Text is kept as text, NFC-normalised and trimmed; control and bidi characters are found."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from typing import Final, TypeAlias

Cell: TypeAlias = str | int | float | bool | datetime | date | time | None
"""What a reader may hand over for one cell, in the types that spreadsheets know."""

_BLANKS: Final = re.compile(r"[\t\r\n]+")
_INVISIBLE: Final = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
# Tab and line breaks are blanks. U+FFFD stands for letters that a wrong decoding has lost;
# `_x0007_` is how xlsx writes a control character; surrogates are no characters at all.
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f"
    "\ufff9-\ufffd\ufffe\uffff\ud800-\udfff]|_x(?:00(?:0[0-8BCEFbcef]|1[0-9A-Fa-f]|7[Ff])"
    "|202[A-Ea-e]|206[6-9])_"
)
# The printable among them, or how they begin.
_PRINTABLE_SIGNS: Final = ("\ufffc", "\ufffd", "_x")


def text_of(cell: Cell) -> str:
    """The text that a person sees in the cell, before trimming.

    Whole numbers have no `.0` (a postal code or a telephone number stored as a number), a date
    without a time is ISO, a truth value is Ja or Nej.
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Ja" if cell else "Nej"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return "" if cell != cell else repr(cell)
    if isinstance(cell, datetime):
        if cell.time() == time.min:
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)


def has_control(text: str) -> bool:
    """Whether `text` holds a control or bidi character, or what is left of a broken decoding.

    Tabs and line breaks do not count: people press Alt+Enter in addresses.
    """
    # Most of what is searched for is not printable; `isprintable` is ten times faster.
    if text.isprintable() and not any(sign in text for sign in _PRINTABLE_SIGNS):
        return False
    return _CONTROL.search(text) is not None


def clean(text: str) -> str:
    """NFC, line breaks and tabs as one blank, invisible characters gone, trimmed."""
    if text.isprintable():
        return unicodedata.normalize("NFC", text).strip()
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return _BLANKS.sub(" ", text.strip())


def _decomposed(text: str) -> str:
    if not text.isprintable():
        text = text.translate(_INVISIBLE)
    return unicodedata.normalize("NFKD", text.casefold())


def fold(text: str) -> str:
    """Case and diacritics taken away; everything else stays."""
    if text.isascii():
        return text.casefold()
    decomposed = _decomposed(text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def fold_header(text: str) -> str:
    """The form in which headers are compared: only folded letters and digits are left."""
    return "".join(char for char in fold(text) if char.isalnum())


def fold_words(text: str) -> list[str]:
    """The folded words of a name; hyphens, apostrophes and dots part them."""
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


CLOSER_LOOK: Final = "\x00"
"""In a text folded by one of the tables below: here only the slow way gives the right answer."""

ESCAPED: Final = "_x"
"""How a control character that xlsx cannot hold begins in it."""


def fold_row(joined: str) -> tuple[str, bool]:
    """A whole row `fold`ed to look for words in it, and whether it is plain.

    Letters outside Latin-1 are left out. A row is plain when its texts need no more than
    trimming: Latin-1 text is always NFC, and nine rows of ten hold nothing else.
    """
    try:
        folded = joined.encode("latin-1").translate(_FOLD_LATIN_1).decode("latin-1")
    except UnicodeEncodeError:
        folded = CLOSER_LOOK
    if CLOSER_LOOK not in folded and ESCAPED not in folded:
        return folded, True
    return _decomposed(joined).encode("latin-1", "ignore").decode("latin-1"), False


def _fold_byte(code: int) -> int:
    char = chr(code)
    if has_control(char) or code in _INVISIBLE or char in "\t\r\n":
        return ord(CLOSER_LOOK)
    folded = fold(char)
    return ord(folded) if len(folded) == 1 and folded < "\u0100" else code


def _word_byte(code: int) -> int:
    folded = fold(chr(code))
    if len(folded) != 1 or folded > "\u00ff":
        return ord(CLOSER_LOOK)
    return ord(folded) if folded.isalnum() else ord(" ")


_FOLD_LATIN_1: Final = bytes(_fold_byte(code) for code in range(256))
"""`fold` as a table for `bytes.translate`; control characters and the like: a closer look."""

WORDS_LATIN_1: Final = bytes(_word_byte(code) for code in range(256))
"""`fold_words` as such a table, before the words are parted; ß and the like ask for more."""
