"""What people are told of an incident that concerns them: in plain words what happened, what it may
mean, what was done, whom to ask (art. 34(2), A-27, H-58)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, NamedTuple

Language = Literal["sv", "da", "en"]


class Must(StrEnum):
    """What article 34(2) asks a notice to contain."""

    NATURE = "34(2) nature of the breach"
    CONTACT = "33(3)(b) data protection officer or other contact point"
    CONSEQUENCES = "33(3)(c) likely consequences"
    MEASURES = "33(3)(d) measures taken or proposed"


class Facts(NamedTuple):
    """What a notice is made of; the texts are written for whoever reads them, about nobody else."""

    ref: str
    company: str
    contact: str
    """The data protection officer's mailbox, or the controller's own."""
    phone: str | None
    authority: str
    authority_web: str
    data: tuple[str, ...]
    """The policy's words for the categories concerned."""
    happened: str
    consequences: str
    measures: str
    advice: str | None

    def __repr__(self) -> str:
        return f"Facts({self.ref})"


class Section(NamedTuple):
    """A part of the notice, and what it answers; None: it is more than the article asks."""

    answers: Must | None
    heading: str
    text: str

    def __repr__(self) -> str:
        return f"Section({self.answers})"


class Notice(NamedTuple):
    """A notice as it is sent."""

    language: Language
    subject: str
    greeting: str
    sections: tuple[Section, ...]
    closing: str

    def __repr__(self) -> str:
        return f"Notice({self.language})"

    @property
    def text(self) -> str:
        """All of it as plain text."""
        parts = [self.greeting]
        parts += [f"{one.heading}\n{one.text}" for one in self.sections]
        return "\n\n".join([*parts, self.closing]) + "\n"


def notice(language: Language, facts: Facts) -> Notice:
    """The notice in that language. What people wrote stands in it as they wrote it."""
    words = _WORDS[language]
    contact = words["contact"].format(company=facts.company, contact=facts.contact, ref=facts.ref)
    if facts.phone is not None:
        contact += words["phone"].format(phone=facts.phone)
    sections = [
        Section(Must.NATURE, words["h_happened"], facts.happened),
        Section(None, words["h_data"], "\n".join(f"– {name}" for name in facts.data)),
        Section(Must.CONSEQUENCES, words["h_consequences"], facts.consequences),
        Section(Must.MEASURES, words["h_measures"], facts.measures),
    ]
    if facts.advice is not None:
        sections.append(Section(None, words["h_advice"], facts.advice))
    sections += [
        Section(Must.CONTACT, words["h_contact"], contact),
        Section(
            None,
            words["h_complaint"],
            words["complaint"].format(authority=facts.authority, web=facts.authority_web),
        ),
    ]
    if not facts.data:
        sections = [one for one in sections if one.heading != words["h_data"]]
    return Notice(
        language=language,
        subject=words["subject"].format(company=facts.company),
        greeting=words["greeting"].format(company=facts.company),
        sections=tuple(sections),
        closing=words["closing"].format(company=facts.company),
    )


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "sv": {
        "subject": "Viktigt om dina personuppgifter hos {company}",
        "greeting": (
            "Hej!\n\nVi skriver till dig för att något har hänt med personuppgifter om dig som "
            "{company} ansvarar för. Det kallas en personuppgiftsincident, och du har rätt att få "
            "veta vad den betyder för dig."
        ),
        "h_happened": "Vad har hänt?",
        "h_data": "Vilka uppgifter gäller det?",
        "h_consequences": "Vad kan det betyda för dig?",
        "h_measures": "Vad har vi gjort, och vad gör vi nu?",
        "h_advice": "Vad kan du göra själv?",
        "h_contact": "Vem kan du fråga?",
        "contact": "{company}, {contact}. Ange {ref} så vet vi vad det gäller.",
        "phone": " Telefon {phone}.",
        "h_complaint": "Om du inte är nöjd",
        "complaint": "Du kan klaga hos {authority}: {web}.",
        "closing": (
            "Med vänlig hälsning\n{company}\n\nDetta är information enligt artikel 34 i "
            "dataskyddsförordningen (GDPR)."
        ),
    },
    "da": {
        "subject": "Vigtigt om dine personoplysninger hos {company}",
        "greeting": (
            "Hej!\n\nVi skriver til dig, fordi der er sket noget med personoplysninger om dig, som "
            "{company} har ansvaret for. Det kaldes et brud på persondatasikkerheden, og du har "
            "ret til at få at vide, hvad det betyder for dig."
        ),
        "h_happened": "Hvad er der sket?",
        "h_data": "Hvilke oplysninger drejer det sig om?",
        "h_consequences": "Hvad kan det betyde for dig?",
        "h_measures": "Hvad har vi gjort, og hvad gør vi nu?",
        "h_advice": "Hvad kan du selv gøre?",
        "h_contact": "Hvem kan du spørge?",
        "contact": "{company}, {contact}. Skriv {ref}, så ved vi, hvad det drejer sig om.",
        "phone": " Telefon {phone}.",
        "h_complaint": "Hvis du ikke er tilfreds",
        "complaint": "Du kan klage til {authority}: {web}.",
        "closing": (
            "Med venlig hilsen\n{company}\n\nDette er en underretning efter "
            "databeskyttelsesforordningens artikel 34 (GDPR)."
        ),
    },
    "en": {
        "subject": "Important: your personal data at {company}",
        "greeting": (
            "Hello,\n\nWe write to you because something has happened with personal data about you "
            "that {company} answers for. It is called a personal data breach, and you have the "
            "right to know what it means for you."
        ),
        "h_happened": "What happened?",
        "h_data": "Which data is it about?",
        "h_consequences": "What may it mean for you?",
        "h_measures": "What have we done, and what are we doing now?",
        "h_advice": "What can you do yourself?",
        "h_contact": "Whom can you ask?",
        "contact": "{company}, {contact}. Give {ref}, and we know what it is about.",
        "phone": " Telephone {phone}.",
        "h_complaint": "If you are not satisfied",
        "complaint": "You can complain to {authority}: {web}.",
        "closing": (
            "Yours sincerely\n{company}\n\nThis is a communication under article 34 of the General "
            "Data Protection Regulation (GDPR)."
        ),
    },
}
