"""Who receives a sealed file is told how to open it, how the password comes, and to delete it when
it is not needed any more (A-69 b, d).

Nothing of a person is in it: not whom the file is about, not what it says.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, NamedTuple

Container = Literal["zip", "xlsx", "pdf"]
Language = Literal["sv", "da", "en"]
Way = Literal["mail", "message", "link", "server", "medium"]
"""How the file itself came: in a mail of which we delete our copy, in a message that a person sent
(e-Boks, the authorities' tunnel), by a shared link, on the recipient's own server, on a stick."""
PasswordWay = Literal["phone", "sms", "letter", "mail", "digital_post"]
"""How the password comes: never with the file."""


class Letter(NamedTuple):
    """What the recipient reads; plain text."""

    subject: str
    text: str


def opening_letter(
    *,
    container: Container,
    language: Language,
    way: Way,
    password_by: PasswordWay,
    ref: str,
    until: date,
    ask: str,
) -> Letter:
    """The letter that goes with a sealed file.

    `ref`: the disclosure's reference (`X-…`); `until`: local date, the last day on which the file
    may be opened and kept; `ask`: a function and its address out of the configuration, never a
    person's. Raises `ValueError` when `ask` is not one line.
    """
    if not ask.strip() or not ask.isprintable():
        raise ValueError("whom to ask is one line of text")
    words = _WORDS[language]
    day = _day(until, language)
    parts = (
        words["greeting"].format(ref=ref),
        words[container],
        f"{words['password']} {words['by_' + password_by]} {words['typed']}",
        words["until"].format(day=day),
        words[f"delete_{way}"].format(day=day),
        words["ask"].format(ask=ask.strip()),
    )
    return Letter(words["subject"].format(ref=ref), "\n\n".join(parts) + "\n")


def opening_on_server(*, container: Container, language: Language, until: date, ask: str) -> str:
    """How to open a file that lies on the recipient's own server, where no letter lay beside it: to
    stand under its password.

    `until` and `ask` as in `opening_letter`; `ask` empty: the short one, for a text message.
    Raises `ValueError` when `ask` is not one line.
    """
    words, day = _WORDS[language], _day(until, language)
    parts = [words["on_server"], words[container], words["until"].format(day=day)]
    if ask:
        if not ask.strip() or not ask.isprintable():
            raise ValueError("whom to ask is one line of text")
        parts.insert(2, words["typed"])
        parts += [words["delete_server"].format(day=day), words["ask"].format(ask=ask.strip())]
    return ("\n\n" if ask else "\n").join(parts) + "\n"


def _day(day: date, language: Language) -> str:
    if language == "sv":
        return day.isoformat()
    if language == "da":
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "sv": {
        "subject": "Skyddad fil {ref}",
        "greeting": "Du får en fil som är skyddad med lösenord. Den har beteckningen {ref}.",
        "on_server": "Filen ligger på er server.",
        "zip": (
            "Så öppnar du den: spara filen (.zip) på din dator och öppna den med 7-Zip "
            "(www.7-zip.org) eller ett annat program som kan AES-256. Utforskaren i Windows kan "
            "inte öppna den: du får ett felmeddelande fast lösenordet är rätt."
        ),
        "xlsx": (
            "Så öppnar du den: öppna filen (.xlsx) i Excel, som frågar efter lösenordet. "
            "LibreOffice Calc går också bra. Förhandsvisning i e-post och mobil fungerar inte."
        ),
        "pdf": (
            "Så öppnar du den: öppna filen (.pdf) i en vanlig PDF-läsare eller webbläsare, som "
            "frågar efter lösenordet."
        ),
        "password": "Lösenordet kommer inte tillsammans med filen:",
        "by_phone": "vi läser upp det för dig i telefon.",
        "by_sms": "det kommer i ett sms.",
        "by_letter": "det kommer i ett brev på papper.",
        "by_mail": "det kommer i ett eget mejl till en annan adress.",
        "by_digital_post": "det kommer i din digitala brevlåda.",
        "typed": (
            "Det har tjugo tecken i fem grupper. Skriv det precis som det står: stora bokstäver, "
            "med bindestrecken. Bokstäverna I och O och siffrorna 0 och 1 förekommer inte. "
            "Skicka aldrig lösenordet vidare tillsammans med filen."
        ),
        "until": "Du får använda filen till och med {day}.",
        "delete_mail": (
            "När du inte längre behöver uppgifterna, och senast den {day}: radera mejlet, filen "
            "och alla kopior, töm även papperskorgen, och svara oss att det är gjort. Vi raderar "
            "vårt exemplar av mejlet."
        ),
        "delete_message": (
            "När du inte längre behöver uppgifterna, och senast den {day}: radera meddelandet, "
            "filen och alla kopior, och svara oss att det är gjort."
        ),
        "delete_link": (
            "Den {day} stänger vi länken. Har du laddat ner filen: radera den och alla kopior när "
            "du inte längre behöver uppgifterna, och senast samma dag, och radera även mejlet med "
            "länken."
        ),
        "delete_server": (
            "När du inte längre behöver uppgifterna, och senast den {day}: radera filen och alla "
            "kopior från er server, och svara oss att det är gjort."
        ),
        "delete_medium": (
            "När du inte längre behöver uppgifterna, och senast den {day}: radera filen och alla "
            "kopior, och lämna tillbaka minnet till oss."
        ),
        "ask": "Frågor, eller har du fått filen av misstag? Kontakta {ask}.",
    },
    "da": {
        "subject": "Beskyttet fil {ref}",
        "greeting": (
            "Du modtager en fil, som er beskyttet med adgangskode. Den har betegnelsen {ref}."
        ),
        "on_server": "Filen ligger på jeres server.",
        "zip": (
            "Sådan åbner du den: gem filen (.zip) på din computer, og åbn den med 7-Zip "
            "(www.7-zip.org) eller et andet program, som kan AES-256. Stifinder i Windows kan "
            "ikke åbne den: du får en fejl, selv om adgangskoden er rigtig."
        ),
        "xlsx": (
            "Sådan åbner du den: åbn filen (.xlsx) i Excel, som spørger om adgangskoden. "
            "LibreOffice Calc kan også bruges. Forhåndsvisning i mail og på mobil virker ikke."
        ),
        "pdf": (
            "Sådan åbner du den: åbn filen (.pdf) i en almindelig PDF-læser eller browser, som "
            "spørger om adgangskoden."
        ),
        "password": "Adgangskoden kommer ikke sammen med filen:",
        "by_phone": "vi læser den op for dig i telefonen.",
        "by_sms": "den kommer i en sms.",
        "by_letter": "den kommer i et brev på papir.",
        "by_mail": "den kommer i en særskilt mail til en anden adresse.",
        "by_digital_post": "den kommer i din e-Boks.",
        "typed": (
            "Den har tyve tegn i fem grupper. Skriv den præcis, som den står: store bogstaver, "
            "med bindestregerne. Bogstaverne I og O og tallene 0 og 1 forekommer ikke. "
            "Send aldrig adgangskoden videre sammen med filen."
        ),
        "until": "Du må bruge filen til og med {day}.",
        "delete_mail": (
            "Når du ikke længere har brug for oplysningerne, og senest den {day}: slet mailen, "
            "filen og alle kopier, tøm også papirkurven, og svar os, at det er gjort. Vi sletter "
            "vores eksemplar af mailen."
        ),
        "delete_message": (
            "Når du ikke længere har brug for oplysningerne, og senest den {day}: slet beskeden, "
            "filen og alle kopier, og svar os, at det er gjort."
        ),
        "delete_link": (
            "Den {day} lukker vi linket. Har du hentet filen: slet den og alle kopier, når du ikke "
            "længere har brug for oplysningerne, og senest samme dag, og slet også mailen med "
            "linket."
        ),
        "delete_server": (
            "Når I ikke længere har brug for oplysningerne, og senest den {day}: slet filen og "
            "alle kopier fra jeres server, og svar os, at det er gjort."
        ),
        "delete_medium": (
            "Når du ikke længere har brug for oplysningerne, og senest den {day}: slet filen og "
            "alle kopier, og aflever USB-nøglen til os."
        ),
        "ask": "Spørgsmål, eller har du fået filen ved en fejl? Kontakt {ask}.",
    },
    "en": {
        "subject": "Protected file {ref}",
        "greeting": (
            "You are receiving a file that is protected by a password. Its reference is {ref}."
        ),
        "on_server": "The file lies on your server.",
        "zip": (
            "How to open it: save the file (.zip) on your computer and open it with 7-Zip "
            "(www.7-zip.org) or another program that knows AES-256. Windows Explorer cannot open "
            "it: it shows an error although the password is right."
        ),
        "xlsx": (
            "How to open it: open the file (.xlsx) in Excel, which asks for the password. "
            "LibreOffice Calc will do as well. Previews in mail and on telephones do not work."
        ),
        "pdf": (
            "How to open it: open the file (.pdf) in any PDF reader or browser, which asks for "
            "the password."
        ),
        "password": "The password does not come with the file:",
        "by_phone": "we read it to you on the telephone.",
        "by_sms": "it comes in a text message.",
        "by_letter": "it comes in a letter on paper.",
        "by_mail": "it comes in a mail of its own to another address.",
        "by_digital_post": "it comes to your digital mailbox.",
        "typed": (
            "It has twenty characters in five groups. Type it exactly as it stands: capital "
            "letters, with the dashes. The letters I and O and the digits 0 and 1 do not occur. "
            "Never pass the password on together with the file."
        ),
        "until": "You may use the file until the end of {day}.",
        "delete_mail": (
            "When you no longer need the data, and on {day} at the latest: delete the mail, the "
            "file and every copy, empty the deleted items as well, and answer us that it is done. "
            "We delete our own copy of the mail."
        ),
        "delete_message": (
            "When you no longer need the data, and on {day} at the latest: delete the message, "
            "the file and every copy, and answer us that it is done."
        ),
        "delete_link": (
            "On {day} we close the link. If you have downloaded the file: delete it and every "
            "copy when you no longer need the data, and on that day at the latest, and delete the "
            "mail with the link too."
        ),
        "delete_server": (
            "When you no longer need the data, and on {day} at the latest: delete the file and "
            "every copy from your server, and answer us that it is done."
        ),
        "delete_medium": (
            "When you no longer need the data, and on {day} at the latest: delete the file and "
            "every copy, and give the stick back to us."
        ),
        "ask": "Questions, or did you get the file by mistake? Contact {ask}.",
    },
}
