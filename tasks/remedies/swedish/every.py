"""All that is said in Swedish: by code, and by the class of an error."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.disclosing import DISCLOSING
from tasks.remedies.swedish.erasing import ERASING
from tasks.remedies.swedish.files import FILES
from tasks.remedies.swedish.judging import JUDGING
from tasks.remedies.swedish.mail import MAIL
from tasks.remedies.swedish.often import (
    DOCTOR,
    EXPORT,
    FILE_KEPT,
    NO_EFFECT,
    NOTHING_CHANGED,
    RERUN,
)
from tasks.remedies.swedish.rows import ROWS
from tasks.remedies.swedish.sending import SENDING
from tasks.remedies.swedish.settings import SETTINGS
from tasks.remedies.swedish.steps import STEPS
from tasks.remedies.swedish.systems import SYSTEMS

LISTS: Final = (FILES, STEPS, SETTINGS, SYSTEMS, MAIL, SENDING, DISCLOSING, ERASING, JUDGING, ROWS)

BY_CODE: Final = {code: said for each in LISTS for code, said in each.items()}

BY_KIND: Final[dict[str, tuple[str, str, str]]] = {
    "FileRefused": (
        "Filen går inte att läsa som en export.",
        FILE_KEPT,
        EXPORT,
    ),
    "Refused": (
        "Begäran kan inte godtas: raden här ovanför säger varför.",
        NOTHING_CHANGED,
        "Rätta begäran och försök igen; `--help` visar vad kommandot behöver.",
    ),
    "Unreachable": (
        "Ett system svarade inte.",
        "Ett system som inte går att se i tas aldrig för tomt; inget raderades där.",
        "Kör om när det svarar igen.",
    ),
    "Retryable": (
        "Något var inte redo.",
        NOTHING_CHANGED,
        RERUN,
    ),
    "NotProven": (
        "När det lästes igen syntes inte att det var gjort.",
        "Det redovisas inte som gjort, och inget som hänger på det raderades.",
        "Kör om. Hjälper det inte: berätta för dataskyddsombudet.",
    ),
    "LedgerFailure": (
        "Det gick inte att skriva i liggaren eller dess vittne, eller så stämmer de inte.",
        NO_EFFECT,
        "Kör `gallra ledger verify`; om det inte går bra: berätta för dataskyddsombudet.",
    ),
    "KeyFailure": (
        "En nyckel saknas, går inte att läsa eller passar inte.",
        "Inget öppnades och inget skrevs över.",
        "Lägg tillbaka nyckelfilen i mappen som GALLRA_KEYS pekar ut, läsbar för den användare "
        "som kör Gallra; gör ingen ny. Kör sedan om.",
    ),
    "Misconfigured": (
        "Inställningarna, policyn eller kopplingarna är fel.",
        NOTHING_CHANGED,
        DOCTOR,
    ),
    "Busy": BY_CODE["held_by_another_run"],
    "Changed": BY_CODE["file_no_longer_there"],
}
