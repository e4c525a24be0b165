"""What leaves by any channel has a neutral name and says nothing that it was not meant to say."""

from __future__ import annotations

import re
from typing import Final

from connectors.channel import Parcel
from lifecycle.errors import Refused
from lifecycle.references import from_reference

PARCEL: Final = "X"
"""The letter of a parcel's reference."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}(\.[A-Za-z0-9]{1,5})?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_LONGEST_SUBJECT: Final = 200


def check_parcel(parcel: Parcel) -> None:
    """Whether a parcel is fit to leave, whichever way it goes.

    Raises `Refused("parcel_malformed")` for a reference that is none, a name with a path or
    anything but ASCII in it, and for control characters that would start another header or line.
    """
    sound = True
    try:
        from_reference(PARCEL, parcel.ref)
    except Refused:
        sound = False
    # A reference also becomes a file's name and a Message-ID: exactly as it was written.
    sound = sound and parcel.ref == parcel.ref.strip().upper()
    if parcel.file is not None:
        sound = sound and _NAME.fullmatch(parcel.name) is not None
    sound = sound and not _CONTROL.search(parcel.subject)
    sound = sound and len(parcel.subject) <= _LONGEST_SUBJECT
    sound = sound and not _CONTROL_IN_TEXT.search(parcel.text)
    if not sound:
        raise Refused("parcel_malformed")
