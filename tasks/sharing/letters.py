"""The letters after a disclosure: its password, and the wish that it be deleted; nothing of whom it
is about. The one that goes with it is `lifecycle.opening`."""

from __future__ import annotations

from typing import Final

from lifecycle.opening import Language

_SUBJECTS: Final[dict[Language, tuple[str, str]]] = {
    "sv": ("Lösenord till {ref}", "Radera {ref}"),
    "da": ("Adgangskode til {ref}", "Slet {ref}"),
    "en": ("Password for {ref}", "Delete {ref}"),
}
_PASSWORD: Final[dict[Language, str]] = {
    "sv": "Lösenord till {ref}: {password}\nRadera detta när filen är öppnad.\n",
    "da": "Adgangskode til {ref}: {password}\nSlet dette, når filen er åbnet.\n",
    "en": "Password for {ref}: {password}\nDelete this when the file has been opened.\n",
}
_WHY: Final[dict[Language, tuple[str, str]]] = {
    "sv": (
        "Tiden för filen {ref} från {company} gick ut {until}.",
        "{company} har tagit tillbaka filen {ref}, före den sista dagen {until}.",
    ),
    "da": (
        "Tiden for filen {ref} fra {company} udløb {until}.",
        "{company} har trukket filen {ref} tilbage, før den sidste dag {until}.",
    ),
    "en": (
        "The time of the file {ref} from {company} ran out on {until}.",
        "{company} has taken the file {ref} back, before its last day {until}.",
    ),
}
"""Its time is up; it was taken back before."""
_DELETE: Final[dict[Language, str]] = {
    "sv": """Hej!

{why}
Radera filen, lösenordet och meddelandena om dem, och bekräfta till {mailbox} att det är gjort.
Ange {ref}, inga namn.
""",
    "da": """Hej!

{why}
Slet filen, adgangskoden og beskederne om dem, og bekræft over for {mailbox}, at det er gjort.
Skriv {ref}, ingen navne.
""",
    "en": """Hello,

{why}
Delete the file, its password and the messages about them, and confirm to {mailbox} that it is done.
Give {ref}, no names.
""",
}


def password_letter(language: Language, *, ref: str, password: str) -> tuple[str, str]:
    """Subject and text of the password's own letter; `ref` is the container's."""
    told = {"ref": ref, "password": password}
    return _SUBJECTS[language][0].format(ref=ref), _PASSWORD[language].format(**told)


def deletion_letter(language: Language, *, early: bool, **facts: str) -> tuple[str, str]:
    """Subject and text that ask the recipient to delete: `ref`, `company`, `until`, `mailbox`;
    `early`: it was taken back before its time was up."""
    why = _WHY[language][early].format(**facts)
    return _SUBJECTS[language][1].format(**facts), _DELETE[language].format(why=why, **facts)
