"""The letters around a disclosure tell how to open it and until when, and nothing of whom it is
about."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["sv", "da", "en"]

_SUBJECTS: Final[dict[Language, tuple[str, str, str]]] = {
    "sv": ("Skyddad fil {ref}", "Lösenord till {ref}", "Radera {ref}"),
    "da": ("Beskyttet fil {ref}", "Adgangskode til {ref}", "Slet {ref}"),
    "en": ("Protected file {ref}", "Password for {ref}", "Delete {ref}"),
}
_CONTENT: Final[dict[Language, str]] = {
    "sv": """Hej!

Filen {ref} från {company} är krypterad. Lösenordet kommer en annan väg.

Så öppnar du den: en fil som slutar på .zip öppnas med 7-Zip (inte med Utforskaren), en som slutar
på .xlsx med Excel eller LibreOffice. Skriv lösenordet som det står, med bindestreck.

Uppgifterna får användas till och med {until}. Radera då både filen och detta meddelande.
Frågor: {mailbox}
""",
    "da": """Hej!

Filen {ref} fra {company} er krypteret. Adgangskoden kommer ad en anden vej.

Sådan åbner du den: en fil, der ender på .zip, åbnes med 7-Zip (ikke med Stifinder), en, der ender
på .xlsx, med Excel eller LibreOffice. Skriv adgangskoden, som den står, med bindestreger.

Oplysningerne må bruges til og med {until}. Slet derefter både filen og denne besked.
Spørgsmål: {mailbox}
""",
    "en": """Hello,

The file {ref} from {company} is encrypted. Its password comes another way.

To open it: a file that ends in .zip opens with 7-Zip (not with Windows Explorer), one that ends in
.xlsx with Excel or LibreOffice. Type the password as it is written, with its dashes.

The data may be used up to and including {until}. Then delete both the file and this message.
Questions: {mailbox}
""",
}
_PASSWORD: Final[dict[Language, str]] = {
    "sv": "Lösenord till {ref}: {password}\nRadera detta när filen är öppnad.\n",
    "da": "Adgangskode til {ref}: {password}\nSlet dette, når filen er åbnet.\n",
    "en": "Password for {ref}: {password}\nDelete this when the file has been opened.\n",
}
_DELETE: Final[dict[Language, str]] = {
    "sv": """Hej!

Tiden för filen {ref} från {company} gick ut {until}. Radera filen, lösenordet och meddelandena om
dem, och bekräfta till {mailbox} att det är gjort. Ange {ref}, inga namn.
""",
    "da": """Hej!

Tiden for filen {ref} fra {company} udløb {until}. Slet filen, adgangskoden og beskederne om dem, og
bekræft over for {mailbox}, at det er gjort. Skriv {ref}, ingen navne.
""",
    "en": """Hello,

The time of the file {ref} from {company} ran out on {until}. Delete the file, its password and the
messages about them, and confirm to {mailbox} that it is done. Give {ref}, no names.
""",
}


def content_letter(language: Language, **facts: str) -> tuple[str, str]:
    """Subject and text around the container: `ref`, `company`, `until`, `mailbox`."""
    return _SUBJECTS[language][0].format(**facts), _CONTENT[language].format(**facts)


def password_letter(language: Language, *, ref: str, password: str) -> tuple[str, str]:
    """Subject and text of the password's own letter; `ref` is the container's."""
    told = {"ref": ref, "password": password}
    return _SUBJECTS[language][1].format(ref=ref), _PASSWORD[language].format(**told)


def deletion_letter(language: Language, **facts: str) -> tuple[str, str]:
    """Subject and text that ask the recipient to delete: `ref`, `company`, `until`, `mailbox`."""
    return _SUBJECTS[language][2].format(**facts), _DELETE[language].format(**facts)
