"""The headings and titles of every page, so that whoever works in the office can read them."""

from __future__ import annotations

from enum import Enum

from tasks.reporting.wording import Words


class Heading(Words, Enum):
    """The head of a column."""

    ROWS = "Rader", "Rækker", "Rows"
    ACCEPTED = "Godkända", "Godkendte", "Accepted"
    UPDATED = "Uppdaterade", "Opdaterede", "Updated"
    DUPLICATES = "Dubbletter", "Dubletter", "Duplicates"
    QUARANTINED = "I karantän", "I karantæne", "Quarantined"
    IGNORED = "Överhoppade", "Sprunget over", "Ignored"
    VERIFIED_CASES = "Bekräftade ärenden", "Bekræftede sager", "Verified cases"
    FILE = "Fil", "Fil", "File"
    OUTCOME = "Utfall", "Udfald", "Outcome"
    REASON = "Orsak", "Årsag", "Reason"
    NEXT = "Gör så här", "Gør sådan", "What to do"
    SHEET = "Blad", "Ark", "Sheet"
    ROW = "Rad", "Række", "Row"
    SYSTEM = "System", "System", "System"
    SYSTEMS = "System", "Systemer", "Systems"
    PLAN = "Plan", "Plan", "Plan"
    PEOPLE = "Personer", "Personer", "People"
    ITEMS = "Poster", "Poster", "Items"
    WAITS_FOR = "Väntar på", "Venter på", "Waits for"
    WHO = "Vem", "Hvem", "Who"
    UNTIL = "Senast", "Senest", "Until"
    VERDICT = "Besked", "Afgørelse", "Verdict"
    ACTION = "Åtgärd", "Handling", "Action"
    RULE = "Regel", "Regel", "Rule"
    LATE = "Försenade", "Forsinkede", "Late"
    PROVEN = "Bevisat borta", "Bevist væk", "Proven"
    OF = "Av", "Af", "Of"
    FOUND = "Hittade", "Fundet", "Found"
    NEW = "Nya", "Nye", "New"
    CHANGED = "Ändrade", "Ændrede", "Changed"
    GONE = "Borta", "Væk", "Gone"
    AMBIGUOUS = "Tvetydiga", "Tvetydige", "Ambiguous"
    REFUSED = "Avvisade", "Afviste", "Refused"
    RETURNED = "Återkomna", "Kommet igen", "Returned"
    REACHED = "Nått", "Nået", "Reached"
    PROCESSOR = "Biträde", "Databehandler", "Processor"
    AGREEMENT = "Avtal", "Aftale", "Agreement"
    AGREED_UNTIL = "Till", "Til", "Until"
    REVIEWED_UNTIL = "Granskat till", "Gennemgået til", "Reviewed until"
    MISSING = "Saknas", "Mangler", "Missing"
    ANSWERS = "Svarar", "Svarer", "Answers"
    ABOUT = "Vad", "Hvad", "About"
    RISK = "Risk", "Risiko", "Risk"
    COUNTS_UNTIL = "Gäller till", "Gælder til", "Counts until"
    IMPACT = "Konsekvensbedömning", "Konsekvensanalyse", "Impact"
    DISCLOSURE = "Utlämning", "Videregivelse", "Disclosure"
    RECIPIENT = "Mottagare", "Modtager", "Recipient"
    CATEGORIES = "Uppgifter", "Oplysninger", "Categories"
    OUT_OF = "Ur", "Fra", "Out of"
    PURPOSE = "Ändamål", "Formål", "Purpose"
    CHANNEL = "Väg", "Vej", "Channel"
    LAST_DAY = "Till och med", "Til og med", "Until"
    STANDS = "Står", "Står", "Stands"
    INCIDENT = "Incident", "Brud", "Incident"
    KIND = "Slag", "Slags", "Kind"
    STATE = "Läge", "Status", "State"
    AUTHORITY = "Myndigheten", "Myndigheden", "Authority"
    HOURS_LEFT = "Timmar kvar", "Timer tilbage", "Hours left"
    CONCERNED = "De berörda", "De berørte", "People"
    SUPPLEMENT = "Komplettering", "Supplering", "Supplement"
    REFERENCE = "Referens", "Reference", "Reference"
    NOTICE = "Text", "Tekst", "Notice"
    VERSION = "Version", "Version", "Version"
    KNOW = "Vet", "Ved det", "Know"
    BY_HAND = "På papper", "På papir", "By hand"
    NOT_TOLD = "Vet inte än", "Ved det ikke endnu", "Not told"
    TOO_LATE = "För sent", "For sent", "Late"
    DELETED = "Raderade", "Slettede", "Deleted"
    NEVER_IMPORTED = "Aldrig importerade", "Aldrig importeret", "Never imported"
    FOLDER_EMPTY = "Mappen tom", "Mappen tom", "Folder empty"
    FORM = "Formulär", "Formular", "Form"
    NEW_ANSWERS = "Nya svar", "Nye svar", "New answers"
    REQUEST = "Begäran", "Anmodning", "Request"
    CONCERNS = "Gäller", "Gælder", "About"
    CAME = "Kom", "Kom", "Came"
    DUE = "Senast", "Senest", "Last day"
    DAYS_LEFT = "Dagar kvar", "Dage tilbage", "Days left"
    ERASED_BY = "Gallras av", "Slettes af", "Erased by"
    PLACE = "Plats", "Sted", "Place"
    THERE = "Finns", "Findes", "There"
    PASSWORD = "Lösenord", "Adgangskode", "Password"
    COULD_NOT_LOOK = "Kunde inte läsas", "Kunne ikke læses", "Could not look"
    STANDING = "Kvar", "Tilbage", "Standing"
    REMOVED = "Borttagna", "Fjernede", "Removed"
    TO_AGREE = "Att besluta", "Skal besluttes", "To agree"
    EVENTS = "Händelser", "Hændelser", "Events"
    WITNESSED_BEFORE = "Bevittnade förut", "Bevidnet før", "Witnessed before"
    WITNESSES = "Vittnen nu", "Vidner nu", "Witnesses now"
    VERIFIES = "Stämmer", "Stemmer", "Verifies"
    LOST = "Saknas i registret", "Mangler i registeret", "Lost from the records"
    HOW_BAD = "Färg", "Farve", "Colour"
    WHAT = "Vad", "Hvad", "What"
    NUMBER = "Antal", "Antal", "Number"
    SEE = "Se vidare", "Se videre", "See"
    HANDLE = "Kortnamn", "Kortnavn", "Officer's handle"
    CODE = "Engångskod", "Engangskode", "One-time code"
    DECISION = "Beslut", "Beslutning", "Decision"
    OLDEST = "Äldsta", "Ældste", "Oldest"
    KEPT_DAYS = "Sparas dagar", "Gemmes dage", "Days kept"
    GROUNDS = "Skäl", "Begrundelse", "Reason"


class Title(Words, Enum):
    """What a page, or a part of one, is called."""

    IMPORT = (
        "Import från Arbetsförmedlingen",
        "Import fra Arbetsförmedlingen",
        "Import from Arbetsförmedlingen",
    )
    TO_MEND = (
        "Rader att rätta vid källan",
        "Rækker at rette ved kilden",
        "Rows to mend at the source",
    )
    PURGE = "Daglig tömning", "Daglig tømning", "Daily purge of the staging folder"
    EXPORT_AGAIN = (
        "Raderade utan att ha importerats",
        "Slettet uden at være importeret",
        "Deleted without having been imported",
    )
    PLAN = "Gallringsplan", "Sletteplan", "Erasure plan"
    ERASED = "Gallring", "Sletning", "Erasure"
    INVENTORY = "Inventering", "Gennemgang af systemerne", "Inventory"
    LEFT = (
        "Vad som återstår, och vem som gör det",
        "Hvad der er tilbage, og hvem der gør det",
        "What is left, and who does it",
    )
    PROCESSORS = (
        "Biträden, appar och lärtjänster",
        "Databehandlere, apps og læringstjenester",
        "Processors, apps and services",
    )
    RISKS = "Risker", "Risici", "Risks"
    INCIDENTS = "Incidenter", "Brud", "Incidents"
    SHARING = "Utlämningar", "Videregivelser", "Disclosures"
    INFORM = (
        "Information till de registrerade",
        "Information til de registrerede",
        "Who is told (art. 13, 14)",
    )
    CONSENTS = "Samtycken", "Samtykker", "Consents"
    REQUESTS = "Begäranden och dagar kvar", "Anmodninger og dage tilbage", "Requests and days left"
    STORE = "Lagring och åtkomst", "Opbevaring og adgang", "Storage and access"
    LEDGER = "Liggarens kontroll", "Kontrol af loggen", "Verification of the ledger"
    HISTORY = (
        "Hur länge Prefect minns",
        "Hvor længe Prefect husker",
        "How long Prefect remembers",
    )
    TODAY = "I dag", "I dag", "Today"
    SOMEBODY_ACTS = (
        "Det här behöver någon göra",
        "Det her skal nogen gøre",
        "Somebody has to act",
    )
    FIGURES = "Dagen i siffror", "Dagen i tal", "The day in figures"
    FAILED = "Körningen blev inte klar", "Kørslen blev ikke færdig", "The run did not finish"
    HAPPENED = "Vad som hände", "Hvad der skete", "What happened"
    SAFE = "Vad som är säkert", "Hvad der er sikkert", "What is safe"
    TO_DO = "Vad du gör", "Hvad du gør", "What to do"
    RERUN = "Så kör du om", "Sådan kører du igen", "How to run it again"
    OTHER_PAGES = "Andra sidor", "Andre sider", "Other pages"
