"""The sentences of the pages, in the languages of those who read them; counts and references go in
where the braces stand."""

from __future__ import annotations

from enum import Enum

from tasks.reporting.wording import Words


class Sentence(Words, Enum):
    """Something that a page says, or a word in one of its cells."""

    RUNS = "körningar", "kørsler", "runs"
    PAGES = "sidor", "sider", "pages"
    LOGS = "loggrader", "loglinjer", "lines of logs"
    EVENTS = "händelser", "hændelser", "events"
    YES = "ja", "ja", "yes"
    NO = "NEJ", "NEJ", "NO"
    NONE = "ingen", "ingen", "none"
    NOTHING_TO_DO = "Inget att göra", "Intet at gøre", "nothing to do"
    NOTHING_STORED = (
        "Inget av raden är sparat.",
        "Intet af rækken er gemt.",
        "Nothing of a quarantined row is stored.",
    )
    EXPORT_AGAIN = "Exportera listan igen", "Eksportér listen igen", "Export the list again"
    LOOKED_AT = "{people} personer genomgångna", "{people} personer gennemgået", "people looked at"
    GOES = (
        "{items} poster av {people} personer tas bort",
        "{items} poster om {people} personer slettes",
        "{items} items of {people} people go",
    )
    BY = "senast", "senest", "by"
    LATE = "{late} för sent", "{late} for sent", "late"
    APPROVED_BY = "godkänt av", "godkendt af", "approved by"
    WAIT_FOR_COPY = (
        "{people} av personerna väntar på en kopia av sina uppgifter: lägg fram den innan du "
        "godkänner",
        "{people} af personerne venter på en kopi af deres oplysninger: læg den frem, før du "
        "godkender",
        "of the people wait for a copy of their data: lay it ready before you agree",
    )
    WITHOUT_DATE = (
        "{people} utan datum, i ingen plan",
        "{people} uden dato, i ingen plan",
        "without a date, on no plan",
    )
    SMALL_GROUPS = (
        "{groups} grupper med bara {size} personer blir kvar som rest (minst {least})",
        "{groups} grupper med kun {size} personer bliver tilbage som rest (mindst {least})",
        "{groups} groups of only {size} stay as residue",
    )
    CERTIFICATE = "Intyg", "Bevis", "Certificate"
    MAY_NOT_RUN = "Får inte köras", "Må ikke køre", "may not run"
    NO_PROCESSOR = "Inga biträden", "Ingen databehandlere", "no processor"
    NO_RISK = (
        "Inga riskbedömningar i policyn",
        "Ingen risikovurderinger i politikken",
        "none in the policy",
    )
    REVIEW = "granskning av biträde", "gennemgang af databehandler", "review of a processor"
    SYSTEMS = "system", "systemer", "systems"
    AGREEMENT = "avtal", "aftale", "agreement"
    OUTSIDE_EEA = "utanför EES", "uden for EØS", "outside the EEA"
    SUBS = "underbiträden: {number}", "underdatabehandlere: {number}", "sub-processors: {number}"
    REVIEWED_UNTIL = "granskat till", "gennemgået til", "reviewed until"
    MISSING = "saknas", "mangler", "missing"
    DECLINE_REVIEW = (
        "underkänt; då får biträdet ingen giltig granskning",
        "afvist; så har databehandleren ingen gyldig gennemgang",
        "refused: it has no valid review then",
    )
    NO_INCIDENT = "Inga incidenter", "Ingen brud", "No incidents"
    INCIDENTS_LATE = (
        "{late} för sent anmälda till myndigheten",
        "{late} anmeldt for sent til myndigheden",
        "too late to the authority",
    )
    HOURS_72 = (
        "72 timmar från att incidenten upptäcktes",
        "72 timer fra bruddet blev opdaget",
        "72 hours from when it was noticed",
    )
    WHOM_TO_TELL = "de som ska informeras", "dem, der skal underrettes", "whom to tell"
    TWO_AGREE = (
        "två personer godkänner, var och en med sin egen kod",
        "to personer godkender, hver med sin egen kode",
        "two people agree, each with a code of their own",
    )
    THE_TEXT = "texten", "teksten", "the text"
    WAITS_FOR_APPROVAL = "väntar på godkännande", "venter på godkendelse", "waits"
    NOTHING_SHARED = "Inget delas", "Intet videregives", "nothing is shared"
    TO_TELL = (
        "{number} underrättelser att lämna (art. 19)",
        "{number} underretninger at give (art. 19)",
        "recipients to tell",
    )
    OVERDUE = "{late} försenade", "{late} forsinkede", "overdue"
    DISCLOSURE = "utlämning", "videregivelse", "disclosure"
    TO = "till", "til", "to"
    PEOPLE = "personer", "personer", "people"
    ONLY_CASES = "bara {cases} ärenden", "kun {cases} sager", "only {cases} cases"
    ABOUT = "om", "om", "about"
    OUT_OF = "ur", "fra", "out of"
    ON_HOLD = "spärr: {held}", "spærret: {held}", "on hold: {held}"
    PASSWORD = "lösenord", "adgangskode", "password"
    LAST_DAY = "till och med", "til og med", "until"
    NOBODY_WRITTEN_TO = (
        "Ingen får texten personligen",
        "Ingen får teksten personligt",
        "nobody is written to",
    )
    SET_ASIDE = "{number} åt sidan", "{number} lagt til side", "set aside"
    NO_FORMS = "Inga formulär", "Ingen formularer", "no form lay there"
    NOBODY_WAITS = (
        "Ingen väntar på svar",
        "Ingen venter på svar",
        "Nobody waits for an answer",
    )
    DAYS_LATE = "{days} FÖRSENAD", "{days} FORSINKET", "LATE"
    ACCOUNTS = "konton", "konti", "accounts"
    MORE_ROWS = "{number} rader till", "{number} rækker til", "more rows"
    # --- the form of an approval -----------------------------------------------------------
    HANDLE_HINT = (
        "Som i `gallra officers list`; inget namn, inget nummer.",
        "Som i `gallra officers list`; intet navn, intet nummer.",
        "As in `gallra officers list`; no name, no number.",
    )
    CODE_HINT = (
        "Sex siffror ur autentiseraren.",
        "Seks cifre fra autentifikatoren.",
        "Six digits out of the authenticator.",
    )
    DECISION_HINT = (
        "look_again: bestäm inget, se efter igen (efter `gallra approve` i en terminal).",
        "look_again: beslut intet, se efter igen (efter `gallra approve` i en terminal).",
        "look_again: decide nothing, look again (after `gallra approve` in a terminal).",
    )
    # --- the page of today ------------------------------------------------------------------
    RED = "RÖTT", "RØDT", "RED"
    AMBER = "GULT", "GULT", "AMBER"
    AS_OF = "Läget {at}", "Status {at}", "as of then"
    NOBODY_ACTS = (
        "Ingen behöver göra något just nu.",
        "Ingen behøver gøre noget lige nu.",
        "Nobody has to do anything just now.",
    )
    COMMANDS = (
        "Kommandon i en terminal: med {option}.",
        "Kommandoer i en terminal: med {option}.",
        "Commands in a terminal: with that option.",
    )
    MORE_LINES = "och {number} till", "og {number} mere", "and more"
    RUN_FAILED = (
        "körningen {flow} blev inte klar",
        "kørslen {flow} blev ikke færdig",
        "a run failed",
    )
    FILE_REJECTED = (
        "en fil kan inte läsas in ({reason}): exportera listan igen",
        "en fil kan ikke indlæses ({reason}): eksportér listen igen",
        "a file cannot be imported: export the list again",
    )
    NOT_READ = (
        "dagens läge kan inte läsas ({code}); det som stod här förut gäller inte",
        "dagens tilstand kan ikke læses ({code}); det, der stod her før, gælder ikke",
        "today cannot be read; what stood here before does not count",
    )
    ORDERS_OVERDUE = (
        "arbetsorder efter sin dag",
        "arbejdsordrer efter deres dag",
        "overdue work orders",
    )
    ORDERS_SOON = (
        "arbetsorder inom sju dagar",
        "arbejdsordrer inden for syv dage",
        "work orders due within seven days",
    )
    REQUEST_LATE = (
        "begäran: {right}, för sent",
        "anmodning: {right}, for sent",
        "request, too late",
    )
    REQUEST_SOON = (
        "begäran: {right}, {days} dagar kvar",
        "anmodning: {right}, {days} dage tilbage",
        "request, days left",
    )
    INCIDENT_LATE = (
        "incident: anmälan till myndigheten är för sen",
        "brud: anmeldelsen til myndigheden er for sen",
        "incident: too late to the authority",
    )
    INCIDENT_HOURS = (
        "incident: {hours} timmar kvar till anmälan",
        "brud: {hours} timer tilbage til anmeldelsen",
        "incident: hours left to report",
    )
    INCIDENT_OPEN = "incident att avsluta", "brud at afslutte", "incident to close"
    PLAN_WAITS = (
        "gallringsplan väntar på godkännande",
        "sletteplan venter på godkendelse",
        "erasure plan to approve",
    )
    PLAN_LATE = (
        "gallringsplan efter sin dag väntar på godkännande",
        "sletteplan efter sin dag venter på godkendelse",
        "overdue erasure plan to approve",
    )
    LIST_WAITS = (
        "lista över vilka som ska underrättas väntar på godkännande",
        "liste over hvem der skal underrettes venter på godkendelse",
        "list of whom to tell, to approve",
    )
    REVIEW_WAITS = (
        "granskning av ett biträde väntar på beslut",
        "gennemgang af en databehandler venter på beslutning",
        "review of a processor to decide",
    )
    SHARE_WAITS = (
        "utlämning väntar på godkännande",
        "videregivelse venter på godkendelse",
        "disclosure to approve",
    )
    SHARE_OVERDUE = (
        "utlämning efter sin sista dag",
        "videregivelse efter sin sidste dag",
        "disclosure past its last day",
    )
    TELLINGS_LATE = (
        "mottagare underrättade för sent",
        "modtagere underrettet for sent",
        "recipients told too late",
    )
    NOT_TOLD_LATE = (
        "personer informerade för sent",
        "personer informeret for sent",
        "people told too late",
    )
    NOT_VERIFIED = (
        "liggaren är inte kontrollerad på ett dygn",
        "loggen er ikke kontrolleret i et døgn",
        "the ledger was not verified for a day",
    )
    IMPORTED = (
        "rader importerade i dag",
        "rækker importeret i dag",
        "rows imported today",
    )
    QUARANTINED = "rader i karantän i dag", "rækker i karantæne i dag", "rows quarantined today"
    PURGED = "filer raderade i dag", "filer slettet i dag", "files purged today"
    WAITING_FILES = "filer i mappen", "filer i mappen", "files in the folder"
    ERASED = "poster bevisat gallrade i dag", "poster bevist slettet i dag", "items proven gone"
    UNINFORMED = (
        "personer ännu inte informerade",
        "personer endnu ikke informeret",
        "people not yet informed",
    )
    DUE_SOON = (
        "har sin sista dag inom sju dagar",
        "har sidste dag inden for syv dage",
        "due within seven days",
    )
    ORDERS_OPEN = "öppna arbetsorder", "åbne arbejdsordrer", "open work orders"
    REQUESTS_OPEN = "obesvarade begäranden", "ubesvarede anmodninger", "open requests"
    INCIDENTS_OPEN = "öppna incidenter", "åbne brud", "open incidents"
    SHARES_OPEN = "pågående utlämningar", "løbende videregivelser", "disclosures under way"
    LEDGER_SIZE = "händelser i liggaren", "hændelser i loggen", "events in the ledger"
    LEDGER_VERIFIED = "liggaren kontrollerad", "loggen kontrolleret", "ledger verified"
    LAST_WITNESS = "senaste vittne", "seneste vidne", "last witness"
    HISTORY_TIDIED = (
        "körningarnas historik gallrad",
        "kørslernes historik ryddet",
        "history of runs tidied",
    )
    NEVER = "aldrig ännu", "aldrig endnu", "never yet"
    # --- the page of a failed run ------------------------------------------------------------
    ALSO_FAILED = "{number} till misslyckades", "{number} mere mislykkedes", "more failed"
    RERUN_HERE = (
        "När orsaken är borta: öppna körningen och välj Retry i menyn; då körs den igen. Eller "
        "öppna schemat under Deployments och välj Run → Quick run. Inget görs två gånger.",
        "Når årsagen er væk: åbn kørslen og vælg Retry i menuen; så køres den igen. Eller åbn "
        "planen under Deployments og vælg Run → Quick run. Intet gøres to gange.",
        "When the cause is gone: open the run and choose Retry in its menu, which runs it again. "
        "Or open its schedule under Deployments and choose Run → Quick run. Nothing is done twice.",
    )
    THE_RUN = "Körningen", "Kørslen", "The run"
    THE_SCHEDULE = "Schemat", "Planen", "Its schedule"
    MENDED = (
        "Efter felet har en körning gått bra. Inget att göra.",
        "Efter fejlen er en kørsel gået godt. Intet at gøre.",
        "A run has finished well since. Nothing to do.",
    )
