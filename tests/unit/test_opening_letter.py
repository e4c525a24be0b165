"""The recipient's letter, word by word, and that it holds nothing it should not."""

from __future__ import annotations

import itertools
import re
from datetime import date
from typing import get_args

import pytest

from lifecycle.bindings.channels import SmsGateway
from lifecycle.opening import (
    Container,
    Language,
    Letter,
    PasswordWay,
    Way,
    opening_letter,
    opening_on_server,
)
from tasks.sharing.letters import password_letter

UNTIL = date(2027, 1, 5)
REF = "X-0123456789ABC"
EVERY = [
    *itertools.product(
        get_args(Container), get_args(Language), get_args(Way), get_args(PasswordWay)
    )
]


def letter(container: Container, language: Language, way: Way, by: PasswordWay) -> Letter:
    return opening_letter(
        container=container,
        language=language,
        way=way,
        password_by=by,
        ref=REF,
        until=UNTIL,
        ask="dataskydd@example.se",
    )


def test_a_zip_by_mail_in_swedish() -> None:
    told = letter("zip", "sv", "mail", "phone")
    assert told.subject == f"Skyddad fil {REF}"
    assert told.text == (
        f"Du får en fil som är skyddad med lösenord. Den har beteckningen {REF}.\n\n"
        "Så öppnar du den: spara filen (.zip) på din dator och öppna den med 7-Zip "
        "(www.7-zip.org) eller ett annat program som kan AES-256. Utforskaren i Windows kan inte "
        "öppna den: du får ett felmeddelande fast lösenordet är rätt.\n\n"
        "Lösenordet kommer inte tillsammans med filen: vi läser upp det för dig i telefon. Det har "
        "tjugo tecken i fem grupper. Skriv det precis som det står: stora bokstäver, med "
        "bindestrecken. Bokstäverna I och O och siffrorna 0 och 1 förekommer inte. Skicka aldrig "
        "lösenordet vidare tillsammans med filen.\n\n"
        "Du får använda filen till och med 2027-01-05.\n\n"
        "När du inte längre behöver uppgifterna, och senast den 2027-01-05: radera mejlet, filen "
        "och alla kopior, töm även papperskorgen, och svara oss att det är gjort. Vi raderar vårt "
        "exemplar av mejlet.\n\n"
        "Frågor, eller har du fått filen av misstag? Kontakta dataskydd@example.se.\n"
    )


def test_a_workbook_by_link_in_danish() -> None:
    told = letter("xlsx", "da", "link", "sms")
    assert told.subject == f"Beskyttet fil {REF}"
    assert told.text.split("\n\n")[1:5] == [
        "Sådan åbner du den: åbn filen (.xlsx) i Excel, som spørger om adgangskoden. LibreOffice "
        "Calc kan også bruges. Forhåndsvisning i mail og på mobil virker ikke.",
        "Adgangskoden kommer ikke sammen med filen: den kommer i en sms. Den har tyve tegn i fem "
        "grupper. Skriv den præcis, som den står: store bogstaver, med bindestregerne. Bogstaverne "
        "I og O og tallene 0 og 1 forekommer ikke. Send aldrig adgangskoden videre sammen med "
        "filen.",
        "Du må bruge filen til og med 5.1.2027.",
        "Den 5.1.2027 lukker vi linket. Har du hentet filen: slet den og alle kopier, når du ikke "
        "længere har brug for oplysningerne, og senest samme dag, og slet også mailen med linket.",
    ]


def test_a_pdf_by_mail_in_english() -> None:
    told = letter("pdf", "en", "mail", "letter")
    assert told.subject == f"Protected file {REF}"
    assert told.text.split("\n\n")[1:] == [
        "How to open it: open the file (.pdf) in any PDF reader or browser, which asks for the "
        "password.",
        "The password does not come with the file: it comes in a letter on paper. It has twenty "
        "characters in five groups. Type it exactly as it stands: capital letters, with the "
        "dashes. The letters I and O and the digits 0 and 1 do not occur. Never pass the password "
        "on together with the file.",
        "You may use the file until the end of 5 January 2027.",
        "When you no longer need the data, and on 5 January 2027 at the latest: delete the mail, "
        "the file and every copy, empty the deleted items as well, and answer us that it is done. "
        "We delete our own copy of the mail.",
        "Questions, or did you get the file by mistake? Contact dataskydd@example.se.\n",
    ]


@pytest.mark.parametrize(("container", "language", "way", "by"), EVERY)
def test_every_letter_says_all_there_is_to_say(
    container: Container, language: Language, way: Way, by: PasswordWay
) -> None:
    subject, text = letter(container, language, way, by)
    assert REF in subject
    assert REF in text
    assert f".{container}" in text
    assert "dataskydd@example.se" in text
    assert {"sv": "2027-01-05", "da": "5.1.2027", "en": "5 January 2027"}[language] in text
    assert re.search({"sv": "radera", "da": "slet", "en": "delete"}[language], text)
    assert ("7-Zip" in text) == (container == "zip")
    assert not re.search(r"[{}]|None", subject + text)
    # A mail's lines: nothing that only one program could show.
    assert (subject + text.replace("\n", "")).isprintable()


def test_what_came_without_a_letter_is_explained_under_its_password() -> None:
    told = opening_on_server(container="zip", language="sv", until=UNTIL, ask="Skolan")
    assert told == (
        "Filen ligger på er server.\n\n"
        "Så öppnar du den: spara filen (.zip) på din dator och öppna den med 7-Zip "
        "(www.7-zip.org) eller ett annat program som kan AES-256. Utforskaren i Windows kan inte "
        "öppna den: du får ett felmeddelande fast lösenordet är rätt.\n\n"
        "Det har tjugo tecken i fem grupper. Skriv det precis som det står: stora bokstäver, med "
        "bindestrecken. Bokstäverna I och O och siffrorna 0 och 1 förekommer inte. Skicka aldrig "
        "lösenordet vidare tillsammans med filen.\n\n"
        "Du får använda filen till och med 2027-01-05.\n\n"
        "När du inte längre behöver uppgifterna, och senast den 2027-01-05: radera filen och alla "
        "kopior från er server, och svara oss att det är gjort.\n\n"
        "Frågor, eller har du fått filen av misstag? Kontakta Skolan.\n"
    )
    with pytest.raises(ValueError, match="one line"):
        opening_on_server(container="zip", language="sv", until=UNTIL, ask="a\nb")


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("container", get_args(Container))
def test_a_text_message_has_room_for_the_password_and_how_to_open(
    container: Container, language: Language
) -> None:
    short = opening_on_server(container=container, language=language, until=UNTIL, ask="")
    assert f".{container}" in short
    _, password = password_letter(language, ref=REF, password="ABCD-EFGH-JKLM-NPQR-STUV")
    longest = SmsGateway.model_fields["longest"].default
    assert len(password + "\n" + short) <= longest


def test_all_letters_differ() -> None:
    assert len({letter(*choice).text for choice in EVERY}) == len(EVERY)


@pytest.mark.parametrize("ask", ["", "  ", "a@example.se\nBcc: b@example.se", "a\r@example.se"])
def test_whom_to_ask_is_one_line(ask: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        opening_letter(
            container="zip",
            language="sv",
            way="mail",
            password_by="phone",
            ref=REF,
            until=UNTIL,
            ask=ask,
        )
