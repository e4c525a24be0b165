"""What is handed over of a person, in one spelling only, so that both sides can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import orjson

from lifecycle.errors import Refused


def canonical_payload(categories: Mapping[str, Mapping[str, str]]) -> bytes:
    """The one spelling of a payload: UTF-8 JSON, keys sorted, no blanks, and neither an empty
    value nor an empty category. Equal content gives equal bytes.

    Raises `Refused("payload_not_text")` for what is no Unicode text.
    """
    kept = {
        category: present
        for category, fields in categories.items()
        if (present := {name: value for name, value in fields.items() if value})
    }
    try:
        return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise Refused("payload_not_text") from None


def join_categories(objects: Iterable[tuple[str, bytes]]) -> bytes:
    """A canonical payload of (category, canonical JSON object) pairs, without parsing them.

    Each object must be canonical itself (sorted keys, no empty value); "{}" stands for none.
    """
    return b"{%b}" % b",".join(
        [
            b'"%b":%b' % (category.encode(), text)
            for category, text in sorted(objects)
            if text != b"{}"
        ]
    )


def read_payload(payload: bytes) -> dict[str, dict[str, str]]:
    """The categories and fields of a payload.

    Raises `Refused("payload_not_canonical")` when it is not spelled as `canonical_payload` does:
    a fingerprint of it could never be compared.
    """
    try:
        parsed = cast("dict[str, dict[str, str]]", orjson.loads(payload))
        if canonical_payload(parsed) == payload:
            return parsed
    except (orjson.JSONDecodeError, AttributeError):
        pass
    raise Refused("payload_not_canonical")
