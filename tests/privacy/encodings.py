"""How a person's data can lie in a file without being readable at a glance."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import unicodedata
import urllib.parse
from collections.abc import Iterator, Sequence
from html.entities import codepoint2name
from typing import NamedTuple

from console.sample_people import Person

SHORTEST = 6
"""Bytes; a shorter needle would be found by chance."""


class Needle(NamedTuple):
    """Bytes to look for, and what finding them means."""

    label: str
    """`person n: term/encoding`, e.g. `person 3: national_id 12 dash/base64+1`."""
    data: bytes


def needles(people: Sequence[Person]) -> list[Needle]:
    """Everything to look for on behalf of these people, in every encoding."""
    return [
        Needle(f"person {number}: {label}", data)
        for number, person in enumerate(people)
        for data, label in _needles(person).items()
    ]


def _needles(person: Person) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for term, text in terms(person):
        for encoding, data in encodings(text):
            if len(data) >= SHORTEST:
                found.setdefault(data, f"{term}/{encoding}")
    for encoding, data in numeric_forms(person.national_id):
        found.setdefault(data, f"national_id/{encoding}")
    return found


def terms(person: Person) -> Iterator[tuple[str, str]]:
    """What identifies the person, in the spellings of offices."""
    number = person.national_id
    yield "national_id 12", number
    yield "national_id 10", number[2:]
    for mark, name in (("-", "dash"), ("+", "plus"), ("\N{EN DASH}", "en dash"), (" ", "space")):
        yield f"national_id 12 {name}", f"{number[:8]}{mark}{number[8:]}"
        yield f"national_id 10 {name}", f"{number[2:8]}{mark}{number[8:]}"
    for term, text in (
        ("given_name", person.given_name),
        ("family_name", person.family_name),
        ("street", person.street),
        ("mail", person.mail),
    ):
        yield term, text
        yield f"{term} lower", text.lower()
        yield f"{term} upper", text.upper()
    yield "mail local part", person.mail.partition("@")[0]
    yield "phone", person.phone
    yield "phone digits", "".join(filter(str.isdigit, person.phone))


def encodings(text: str) -> Iterator[tuple[str, bytes]]:
    """`text` in every encoding that some layer between a cell and a disk is known to use."""
    for name, form in _forms(text):
        utf8 = form.encode()
        yield f"utf-8{name}", utf8
        yield f"utf-16-le{name}", form.encode("utf-16-le")
        yield f"utf-16-be{name}", form.encode("utf-16-be")
        yield f"utf-32-le{name}", form.encode("utf-32-le")
        for raw_name, raw in (("", utf8), (" utf-16-le", form.encode("utf-16-le"))):
            yield f"hex{raw_name}{name}", raw.hex().encode()
            yield f"HEX{raw_name}{name}", raw.hex().upper().encode()
            for offset in range(3):
                yield f"base64+{offset}{raw_name}{name}", base64_inside(raw, offset)
                yield (
                    f"base64url+{offset}{raw_name}{name}",
                    base64_inside(raw, offset).translate(bytes.maketrans(b"+/", b"-_")),
                )
        yield from ((f"{label}{name}", data) for label, data in _escapes(form))
    for codec in ("cp1252", "iso8859-1"):
        try:
            yield codec, text.encode(codec)
            yield f"{codec} percent", urllib.parse.quote(text.encode(codec)).encode()
        except UnicodeEncodeError:
            continue
    yield "reversed", text[::-1].encode()


def _forms(text: str) -> Iterator[tuple[str, str]]:
    yield "", text
    decomposed = unicodedata.normalize("NFD", text)
    if decomposed != text:
        yield " nfd", decomposed


def _escapes(text: str) -> Iterator[tuple[str, bytes]]:
    utf8 = text.encode()
    full = "".join(f"%{byte:02X}" for byte in utf8)
    yield "percent full", full.encode()
    yield "percent full lower", full.lower().encode()
    for name, quoted in (
        ("percent", urllib.parse.quote(text, safe="")),
        ("percent plus", urllib.parse.quote_plus(text)),
    ):
        yield name, quoted.encode()
        yield f"{name} lower", _lower_escapes(quoted, "%", 2).encode()
        yield f"{name} twice", urllib.parse.quote(quoted, safe="+").encode()
    escaped = json.dumps(text)[1:-1]
    yield "json", escaped.encode()
    yield "json twice", json.dumps(escaped)[1:-1].encode()
    yield "json thrice", json.dumps(json.dumps(escaped)[1:-1])[1:-1].encode()
    yield "json upper", _upper_json(escaped).encode()
    units = _utf16_units(text)
    yield "json full", "".join(f"\\u{unit:04x}" for unit in units).encode()
    yield "json full upper", "".join(f"\\u{unit:04X}" for unit in units).encode()
    yield "json full twice", "".join(f"\\\\u{unit:04x}" for unit in units).encode()
    yield "python ascii", ascii(text)[1:-1].encode()
    yield "python bytes", repr(utf8)[2:-1].encode()
    yield "python bytes twice", repr(repr(utf8))[3:-2].encode()
    yield "bytes escaped", "".join(f"\\x{byte:02x}" for byte in utf8).encode()
    yield "html", html.escape(text).encode()
    yield "html named", "".join(_named(char) for char in text).encode()
    for name, form in (("decimal", "&#{};"), ("hex", "&#x{:x};"), ("HEX", "&#x{:X};")):
        foreign = "".join(c if c.isascii() else form.format(ord(c)) for c in text)
        yield f"html {name}", foreign.encode()
        yield f"html {name} full", "".join(form.format(ord(c)) for c in text).encode()
    printable = "".join(chr(b) if 33 <= b <= 126 and b != 61 else f"={b:02X}" for b in utf8)
    yield "quoted-printable", printable.replace("=20", " ").encode()
    yield "quoted-printable header", printable.replace("=20", "_").encode()
    yield "ooxml escapes", "".join(f"_x{unit:04X}_" for unit in units).encode()


def numeric_forms(number: str) -> Iterator[tuple[str, bytes]]:
    """A national id as an integer in memory, and as an unsalted digest: guessed in hours."""
    value = int(number)
    for size, order in ((6, "big"), (8, "big"), (8, "little")):
        yield f"integer {size} {order}", value.to_bytes(size, order)  # type: ignore[arg-type]
    yield "pickled integer", b"\x8a\x05" + value.to_bytes(5, "little")
    for written in (
        number,
        number[2:],
        f"{number[:8]}-{number[8:]}",
        f"{number[2:8]}-{number[8:]}",
    ):
        for algorithm in ("md5", "sha1", "sha256"):
            digest = hashlib.new(algorithm, written.encode(), usedforsecurity=False).digest()
            yield f"{algorithm} of {len(written)}", digest
            yield f"{algorithm} hex of {len(written)}", digest.hex().encode()


def base64_inside(data: bytes, offset: int) -> bytes:
    """The characters that `data` alone decides when it lies `offset` bytes (modulo 3) into a
    longer base64 text."""
    text = base64.b64encode(b"\0" * offset + data)
    first = -(-offset * 8 // 6)
    last = (offset + len(data)) * 8 // 6
    return text[first:last]


def _lower_escapes(text: str, mark: str, digits: int) -> str:
    parts = text.split(mark)
    return mark.join([parts[0], *(p[:digits].lower() + p[digits:] for p in parts[1:])])


def _upper_json(escaped: str) -> str:
    parts = escaped.split("\\u")
    return "\\u".join([parts[0], *(p[:4].upper() + p[4:] for p in parts[1:])])


def _utf16_units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]


def _named(char: str) -> str:
    name = codepoint2name.get(ord(char))
    return f"&{name};" if name else char
