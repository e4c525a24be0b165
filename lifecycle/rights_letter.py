"""The answer to a request in plain words: what was decided, why, and where the person can complain
(GDPR art. 12(1), 12(3), 12(4), 77, 79; H-61, T-65, T-70)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from lifecycle.opening import Language
from lifecycle.rights import Because, Longer, Outcome, Right

REFUSED: Final = "refused"
EXTENDED: Final = "extended"
RECEIVED: Final = "received"
LIFTED: Final = "lifted"
"""Beside the outcomes: what else a letter says."""


class Letter(NamedTuple):
    """Nothing of a person is in it: who it is for stands on the envelope."""

    subject: str
    text: str


class Facts(NamedTuple):
    """What every letter names."""

    ref: str
    company: str
    mailbox: str
    authority: str
    authority_contact: str
    """Where the authority is reached: its address on the web, mail or telephone."""
    received_on: date
    due_on: date


_SUBJECT: Final[Mapping[Language, str]] = {
    "sv": "Din begäran {ref}",
    "da": "Din anmodning {ref}",
    "en": "Your request {ref}",
}
_ASKED: Final[Mapping[Language, Mapping[Right, str]]] = {
    "sv": {
        Right.ACCESS: "Du har bett att få se vilka personuppgifter vi har om dig.",
        Right.RECTIFICATION: "Du har bett oss att rätta uppgifter om dig.",
        Right.ERASURE: "Du har bett oss att radera uppgifter om dig.",
        Right.RESTRICTION: "Du har bett oss att bara spara dina uppgifter och inte använda dem.",
        Right.PORTABILITY: "Du har bett att få de uppgifter som du själv har lämnat till oss.",
        Right.OBJECTION: "Du har sagt nej till att vi använder dina uppgifter.",
        Right.COMPLAINT: "Du har klagat på hur vi hanterar personuppgifter.",
        Right.WITHDRAWAL: "Du har tagit tillbaka ett samtycke.",
    },
    "da": {
        Right.ACCESS: "Du har bedt om at se, hvilke personoplysninger vi har om dig.",
        Right.RECTIFICATION: "Du har bedt os om at rette oplysninger om dig.",
        Right.ERASURE: "Du har bedt os om at slette oplysninger om dig.",
        Right.RESTRICTION: "Du har bedt os om kun at opbevare dine oplysninger og ikke bruge dem.",
        Right.PORTABILITY: "Du har bedt om de oplysninger, som du selv har givet os.",
        Right.OBJECTION: "Du har sagt nej til, at vi bruger dine oplysninger.",
        Right.COMPLAINT: "Du har klaget over, hvordan vi behandler personoplysninger.",
        Right.WITHDRAWAL: "Du har trukket et samtykke tilbage.",
    },
    "en": {
        Right.ACCESS: "You asked to see what personal data we have about you.",
        Right.RECTIFICATION: "You asked us to correct data about you.",
        Right.ERASURE: "You asked us to erase data about you.",
        Right.RESTRICTION: "You asked us to store your data and not to use it.",
        Right.PORTABILITY: "You asked for the data that you gave us yourself.",
        Right.OBJECTION: "You objected to our using your data.",
        Right.COMPLAINT: "You complained about how we handle personal data.",
        Right.WITHDRAWAL: "You withdrew a consent.",
    },
}
_GRANTED: Final[Mapping[Language, Mapping[Right, str]]] = {
    "sv": {
        Right.ACCESS: "Uppgifterna följer med. Filen är låst; lösenordet får du på ett annat sätt.",
        Right.RECTIFICATION: "Vi har rättat uppgifterna, och sagt till dem som har fått dem.",
        Right.ERASURE: "Vi har raderat uppgifterna, och sagt till dem som har fått dem.",
        Right.RESTRICTION: "Från och med nu sparar vi bara uppgifterna. Vi säger till dig innan "
        "det upphör. Vi har sagt till dem som har fått uppgifterna.",
        Right.PORTABILITY: "Uppgifterna följer med i en form som andra program kan läsa. Filen är "
        "låst; lösenordet får du på ett annat sätt.",
        Right.OBJECTION: "Vi använder inte längre dina uppgifter till det du sagt nej till.",
        Right.COMPLAINT: "Vi har gått igenom ditt klagomål. Vårt svar följer med.",
        Right.WITHDRAWAL: "Vi använder inte längre uppgifterna med stöd av samtycket. Det som "
        "gjordes innan du tog tillbaka det var tillåtet.",
    },
    "da": {
        Right.ACCESS: "Oplysningerne følger med. Filen er låst; koden får du på en anden måde.",
        Right.RECTIFICATION: "Vi har rettet oplysningerne og sagt det til dem, der har fået dem.",
        Right.ERASURE: "Vi har slettet oplysningerne og sagt det til dem, der har fået dem.",
        Right.RESTRICTION: "Fra nu af opbevarer vi kun oplysningerne. Vi siger til, før det "
        "ophører. Vi har sagt det til dem, der har fået oplysningerne.",
        Right.PORTABILITY: "Oplysningerne følger med i en form, som andre programmer kan læse. "
        "Filen er låst; koden får du på en anden måde.",
        Right.OBJECTION: "Vi bruger ikke længere dine oplysninger til det, du har sagt nej til.",
        Right.COMPLAINT: "Vi har gennemgået din klage. Vores svar følger med.",
        Right.WITHDRAWAL: "Vi bruger ikke længere oplysningerne på grundlag af samtykket. Det, der "
        "skete før, var lovligt.",
    },
    "en": {
        Right.ACCESS: "The data comes with this letter. The file is locked; you are given its "
        "password in another way.",
        Right.RECTIFICATION: "We have corrected the data, and told those who received it.",
        Right.ERASURE: "We have erased the data, and told those who received it.",
        Right.RESTRICTION: "From now on we only store the data. We tell you before that ends. We "
        "have told those who received the data.",
        Right.PORTABILITY: "The data comes with this letter, in a form that other programs can "
        "read. The file is locked; you are given its password in another way.",
        Right.OBJECTION: "We no longer use your data for what you objected to.",
        Right.COMPLAINT: "We have looked into your complaint. Our answer comes with this letter.",
        Right.WITHDRAWAL: "We no longer use the data on the ground of your consent. What was done "
        "before you withdrew it was lawful.",
    },
}
_OTHERWISE: Final[Mapping[Language, Mapping[str, str]]] = {
    "sv": {
        RECEIVED: "Din begäran kom till oss den {received}. Du får svar senast den {due}. Det "
        "kostar ingenting.",
        EXTENDED: "Vi behöver mer tid. Du får svar senast den {due}. Skälet: {why}.",
        "complex": "din begäran är omfattande",
        "many": "vi har fått många begäranden",
        LIFTED: "Vi tänker sluta med att bara spara dina uppgifter. När du har fått det här brevet "
        "använder vi dem igen som förut. Vill du att vi låter bli, hör av dig nu.",
        "nothing_held": "Vi har letat och har inga personuppgifter om dig.",
        "partly": "Vi kan göra det delvis. Resten kan vi inte, av det här skälet:",
        REFUSED: "Vi kan inte göra det, av det här skälet:",
        "stays": "Det här måste vi spara:",
        "complain": "Är du inte nöjd? Skriv till oss: {mailbox}. Du kan också klaga hos "
        "{authority} ({contact}), och du kan vända dig till domstol.",
    },
    "da": {
        RECEIVED: "Din anmodning kom til os den {received}. Du får svar senest den {due}. Det er "
        "gratis.",
        EXTENDED: "Vi har brug for mere tid. Du får svar senest den {due}. Grunden: {why}.",
        "complex": "din anmodning er omfattende",
        "many": "vi har fået mange anmodninger",
        LIFTED: "Vi vil holde op med kun at opbevare dine oplysninger. Når du har fået dette brev, "
        "bruger vi dem igen som før. Vil du have, at vi lader være, så sig til nu.",
        "nothing_held": "Vi har ledt og har ingen personoplysninger om dig.",
        "partly": "Vi kan gøre en del af det. Resten kan vi ikke, af denne grund:",
        REFUSED: "Vi kan ikke gøre det, af denne grund:",
        "stays": "Dette skal vi gemme:",
        "complain": "Er du ikke tilfreds? Skriv til os: {mailbox}. Du kan også klage til "
        "{authority} ({contact}), og du kan gå til domstolene.",
    },
    "en": {
        RECEIVED: "Your request came to us on {received}. You are answered by {due} at the latest. "
        "It costs nothing.",
        EXTENDED: "We need more time. You are answered by {due} at the latest. The reason: {why}.",
        "complex": "your request is complex",
        "many": "we have received many requests",
        LIFTED: "We are about to end that we only store your data. When you have this letter we "
        "use it again as before. If you want us not to, tell us now.",
        "nothing_held": "We have looked, and we have no personal data about you.",
        "partly": "We can do a part of it. The rest we cannot do, for this reason:",
        REFUSED: "We cannot do it, for this reason:",
        "stays": "This we must keep:",
        "complain": "Are you not content? Write to us: {mailbox}. You can also complain to "
        "{authority} ({contact}), and you can go to court.",
    },
}
_WHY: Final[Mapping[Language, Mapping[Because, str]]] = {
    "sv": {
        Because.IDENTITY_NOT_SHOWN: "Vi har inte kunnat se att det är du som frågar.",
        Because.UNFOUNDED: "Begäran är uppenbart ogrundad.",
        Because.EXCESSIVE: "Begäran är orimlig, till exempel för att du nyss har fått samma svar.",
        Because.MUST_BE_KEPT: "En lag, ett rättsligt anspråk eller arkivering kräver att "
        "uppgifterna sparas.",
        Because.RIGHTS_OF_OTHERS: "Uppgifterna handlar också om andra människor.",
        Because.NOT_GIVEN_BY_THEM: "Uppgifterna har du inte själv lämnat till oss.",
        Because.CORRECT_AS_IT_IS: "Vi har undersökt uppgifterna, och de är riktiga.",
        Because.NO_GROUND: "Inget av lagens skäl för det du ber om finns här.",
        Because.COMPELLING_GROUNDS: "Vi har tungt vägande skäl som går före.",
    },
    "da": {
        Because.IDENTITY_NOT_SHOWN: "Vi har ikke kunnet se, at det er dig, der spørger.",
        Because.UNFOUNDED: "Anmodningen er åbenbart grundløs.",
        Because.EXCESSIVE: "Anmodningen er overdreven, for eksempel fordi du lige har fået samme "
        "svar.",
        Because.MUST_BE_KEPT: "En lov, et retskrav eller arkivering kræver, at "
        "oplysningerne gemmes.",
        Because.RIGHTS_OF_OTHERS: "Oplysningerne handler også om andre mennesker.",
        Because.NOT_GIVEN_BY_THEM: "Oplysningerne har du ikke selv givet os.",
        Because.CORRECT_AS_IT_IS: "Vi har undersøgt oplysningerne, og de er rigtige.",
        Because.NO_GROUND: "Ingen af lovens grunde til det, du beder om, er til stede.",
        Because.COMPELLING_GROUNDS: "Vi har vægtige grunde, der går forud.",
    },
    "en": {
        Because.IDENTITY_NOT_SHOWN: "We could not see that it is you who asks.",
        Because.UNFOUNDED: "The request is manifestly unfounded.",
        Because.EXCESSIVE: "The request is excessive, for example because you have just been given "
        "the same answer.",
        Because.MUST_BE_KEPT: "A law, a legal claim or archiving asks that the data is kept.",
        Because.RIGHTS_OF_OTHERS: "The data is about other people too.",
        Because.NOT_GIVEN_BY_THEM: "You did not give us this data yourself.",
        Because.CORRECT_AS_IT_IS: "We have looked into the data, and it is right.",
        Because.NO_GROUND: "None of the law's grounds for what you ask is there.",
        Because.COMPELLING_GROUNDS: "We have compelling grounds that come first.",
    },
}


def letter(
    language: Language,
    right: Right,
    what: str,
    facts: Facts,
    *,
    because: Sequence[Because] = (),
    longer: Longer | None = None,
    stays: Sequence[str] = (),
) -> Letter:
    """One letter: `what` is an `Outcome`, `REFUSED`, `EXTENDED`, `RECEIVED` or `LIFTED` (a
    restriction ends, which the person is told before; art. 18(3)).

    `because`: why not, or not all; `stays`: what must be kept, in the policy's words. Raises
    `ValueError` for a refusal, a part or an extension without its reason, and for the end of
    anything but a restriction.
    """
    words = _OTHERWISE[language]
    lines = [_ASKED[language][right], ""]
    reasons = [f"- {_WHY[language][one]}" for one in because]
    gaps = {"received": facts.received_on.isoformat(), "due": facts.due_on.isoformat()}
    if (what in {REFUSED, Outcome.PARTLY} and not reasons) or (what == EXTENDED and longer is None):
        raise ValueError("such a letter gives its reason")
    if what == LIFTED and right is not Right.RESTRICTION:
        raise ValueError("only a restriction is lifted")
    match what:
        case Outcome.GRANTED:
            lines.append(_GRANTED[language][right])
        case Outcome.NOTHING_HELD | "received" | "lifted":
            lines.append(words[what].format(**gaps))
        case "extended":
            lines.append(words[EXTENDED].format(**gaps, why=words[str(longer)]))
        case _:
            lines += [words[what], *reasons]
    if stays and what in {REFUSED, Outcome.PARTLY}:
        lines += ["", words["stays"], *(f"- {one}" for one in stays)]
    complain = words["complain"].format(
        mailbox=facts.mailbox, authority=facts.authority, contact=facts.authority_contact
    )
    lines += ["", complain, "", facts.company]
    return Letter(_SUBJECT[language].format(ref=facts.ref), "\n".join(lines) + "\n")
