"""What a recipient reads when data that they received was rectified, erased or restricted (art. 19,
H-31).

Nothing of a person is in it: the file by its reference, people by their numbers in that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lifecycle.opening import Language, Letter
from lifecycle.telling import Because


def telling_letter(
    language: Language,
    because: Because,
    *,
    ref: str,
    company: str,
    mailbox: str,
    numbers: Sequence[int],
) -> Letter:
    """The letter about the file `ref` (`X-…`); `numbers`: of whom, as the file counts people from
    1, [] where nobody knows any more; `mailbox`: a function's address out of the policy."""
    words = _WORDS[language]
    told = {0: "nobody_knows", 1: "one"}.get(len(numbers), "several")
    who = words[told].format(numbers=", ".join(map(str, numbers)))
    parts = (
        words["greeting"],
        words["about"].format(ref=ref, company=company, who=who),
        words[because],
        words["onward"],
        words["law"],
        words["ask"].format(mailbox=mailbox, ref=ref),
    )
    return Letter(words["subject"].format(ref=ref), "\n\n".join(parts) + "\n")


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "sv": {
        "subject": "Underrättelse om {ref}",
        "greeting": "Hej!",
        "about": "Ni har fått filen {ref} från {company}. Det här gäller {who} i den.",
        "one": "person nr {numbers}",
        "several": "personerna nr {numbers}",
        "nobody_knows": "någon eller några",
        Because.ERASED: (
            "Uppgifter som filen innehåller har raderats hos oss. Radera dem hos er också, i filen "
            "och överallt dit de har förts, om ni inte har en egen rättslig grund att behålla dem."
        ),
        Because.RECTIFIED: (
            "Uppgifter som filen innehåller har rättats hos oss. Använd dem inte som de står där, "
            "och fråga oss efter de rätta."
        ),
        Because.RESTRICTED: (
            "Behandlingen av uppgifter som filen innehåller har begränsats hos oss. Spara dem, men "
            "använd dem inte förrän ni hör annat från oss."
        ),
        "onward": (
            "Har ni lämnat uppgifterna vidare: underrätta den som fick dem. Har ni dem inte kvar "
            "behöver ni inte göra något."
        ),
        "law": "Detta är en underrättelse enligt artikel 19 i dataskyddsförordningen.",
        "ask": "Frågor: {mailbox}. Ange {ref} och numret, inga namn.",
    },
    "da": {
        "subject": "Underretning om {ref}",
        "greeting": "Hej!",
        "about": "I har modtaget filen {ref} fra {company}. Dette drejer sig om {who} i den.",
        "one": "person nr. {numbers}",
        "several": "personerne nr. {numbers}",
        "nobody_knows": "en eller flere personer",
        Because.ERASED: (
            "Oplysninger, som filen indeholder, er slettet hos os. Slet dem også hos jer, i filen "
            "og alle andre steder, hvor de er ført ind, medmindre I har jeres eget retlige "
            "grundlag for at beholde dem."
        ),
        Because.RECTIFIED: (
            "Oplysninger, som filen indeholder, er rettet hos os. Brug dem ikke, som de står der, "
            "og spørg os om de rigtige."
        ),
        Because.RESTRICTED: (
            "Behandlingen af oplysninger, som filen indeholder, er begrænset hos os. Gem dem, men "
            "brug dem ikke, før I hører andet fra os."
        ),
        "onward": (
            "Har I givet oplysningerne videre, så underret den, der fik dem. Har I dem ikke "
            "længere, skal I ikke gøre noget."
        ),
        "law": "Dette er en underretning efter databeskyttelsesforordningens artikel 19.",
        "ask": "Spørgsmål: {mailbox}. Skriv {ref} og nummeret, ingen navne.",
    },
    "en": {
        "subject": "Notice about {ref}",
        "greeting": "Hello,",
        "about": "You received the file {ref} from {company}. This is about {who} in it.",
        "one": "person no. {numbers}",
        "several": "people no. {numbers}",
        "nobody_knows": "one or more people",
        Because.ERASED: (
            "Data that the file contains has been erased with us. Erase it with you too, in the "
            "file and wherever it was entered, unless you have a legal basis of your own to keep "
            "it."
        ),
        Because.RECTIFIED: (
            "Data that the file contains has been rectified with us. Do not use it as it stands "
            "there, and ask us for what is right."
        ),
        Because.RESTRICTED: (
            "The processing of data that the file contains has been restricted with us. Keep it, "
            "but do not use it until you hear from us."
        ),
        "onward": (
            "If you have passed the data on, tell whoever received it. If you no longer have it, "
            "there is nothing to do."
        ),
        "law": "This is a notice under article 19 of the General Data Protection Regulation.",
        "ask": "Questions: {mailbox}. Give {ref} and the number, no names.",
    },
}
