"""The program's own words (outcomes, reasons, states, alarms) as people in the office say them."""

from __future__ import annotations

from typing import Final

from lifecycle.accountability.report import Language
from tasks.reporting.row_reasons import ROW_REASONS
from tasks.reporting.wording import Words

CODES: Final[dict[str, tuple[str, str]]] = {
    # --- what became of a file and of a row ---------------------------------------------------
    "imported": ("importerad", "importeret"),
    "duplicate_file": ("samma fil igen", "samme fil igen"),
    "retry_later": ("försöks igen", "prøves igen"),
    "rejected": ("avvisad", "afvist"),
    "ignored": ("överhoppad", "sprunget over"),
    "unread": ("inte läst", "ikke læst"),
    "accepted": ("godkänd", "godkendt"),
    "duplicate": ("dubblett", "dublet"),
    "quarantined": ("i karantän", "i karantæne"),
    # --- why a file was not imported ----------------------------------------------------------
    "same_bytes": ("filen är importerad förut", "filen er importeret før"),
    "truncated": ("filen slutar mitt i", "filen slutter midt i"),
    "empty_file": ("filen är tom", "filen er tom"),
    "corrupt": ("filen är skadad", "filen er beskadiget"),
    "not_a_workbook": ("varken arbetsbok eller CSV", "hverken regneark eller CSV"),
    "extension_and_content_differ": (
        "filändelsen passar inte innehållet",
        "filendelsen passer ikke til indholdet",
    ),
    "office_lock_file": ("Offices låsfil", "Offices låsefil"),
    "temporary_file": ("tillfällig fil", "midlertidig fil"),
    "password_protected": ("filen har lösenord", "filen har adgangskode"),
    "header_not_recognised": ("rubrikraden känns inte igen", "overskriften genkendes ikke"),
    "header_ambiguous": ("rubrikraden är tvetydig", "overskriften er tvetydig"),
    "no_rows": ("inga rader", "ingen rækker"),
    "unpacked_too_large": ("filen är för stor uppackad", "filen er for stor udpakket"),
    "too_many_cells": ("för många celler", "for mange celler"),
    "reader_crashed": ("filen fick läsaren att stanna", "filen fik læseren til at gå ned"),
    "reader_timeout": ("filen tog för lång tid att läsa", "filen tog for lang tid at læse"),
    # --- plans --------------------------------------------------------------------------------
    "drawn": ("upprättad", "udarbejdet"),
    "approved": ("godkänd", "godkendt"),
    "executing": ("pågår", "i gang"),
    "proven": ("bevisad", "bevist"),
    "declined": ("avböjd", "afvist"),
    "void": ("ogiltig", "ugyldig"),
    "go": ("gallras", "slettes"),
    "stays": ("blir kvar", "bliver"),
    "undecided": ("inte beslutat", "ikke besluttet"),
    "held": ("gallringsstopp", "sletningsstop"),
    "refused": ("en människa måste titta", "et menneske skal se på det"),
    "erase": ("radera", "slet"),
    "strip": ("ta bort fält", "fjern felter"),
    "anonymise": ("avidentifiera", "anonymisér"),
    "archive": ("arkivera", "arkivér"),
    # --- why something is not proven yet ----------------------------------------------------
    "not_yet_ripe": ("dagen har inte kommit", "dagen er ikke kommet"),
    "read_back_later": ("läses igen senare", "læses igen senere"),
    "work_order": ("en arbetsorder", "en arbejdsordre"),
    "needs_a_person": ("en människa i Workbuster", "et menneske i Workbuster"),
    "still_there": ("finns kvar", "findes stadig"),
    "kept": ("systemet vägrar", "systemet nægter"),
    "could_not_look": ("systemet svarade inte", "systemet svarede ikke"),
    "overdue": ("efter sin dag", "efter sin dag"),
    "waits_for_others": ("går sist", "går sidst"),
    "waits_for_approval": ("väntar på godkännande", "venter på godkendelse"),
    # --- alarms -------------------------------------------------------------------------------
    "staged_too_long": ("en fil har legat för länge", "en fil har ligget for længe"),
    "staging_unreachable": ("mappen kan inte nås", "mappen kan ikke nås"),
    "import_stuck": ("en import är inte bekräftad", "en import er ikke bekræftet"),
    "witness_silent": ("inget vittne på ett dygn", "intet vidne i et døgn"),
    "clock_went_back": ("datorns klocka ställdes tillbaka", "computerens ur blev stillet tilbage"),
    "retention_late": ("uppgifter borde redan vara gallrade", "oplysninger burde være slettet"),
    "hold_review_due": ("ett gallringsstopp ska prövas", "et sletningsstop skal vurderes"),
    "work_order_overdue": ("arbetsorder efter sin dag", "arbejdsordre efter sin dag"),
    "disclosure_overdue": ("utlämning efter sin sista dag", "videregivelse efter sidste dag"),
    "telling_overdue": ("mottagare underrättad för sent", "modtager underrettet for sent"),
    "request_overdue": ("begäran besvarad för sent", "anmodning besvaret for sent"),
    "copy_old": ("säkerhetskopian är gammal", "sikkerhedskopien er gammel"),
    "scheduler_silent": ("Prefect svarar inte", "Prefect svarer ikke"),
    "worker_missing": ("ingen tar emot körningar", "ingen tager imod kørsler"),
    "run_stuck": ("en körning har hängt sig", "en kørsel hænger"),
    "run_late": ("en körning har inte börjat", "en kørsel er ikke begyndt"),
    "run_failed": ("en körning misslyckades", "en kørsel mislykkedes"),
    "deployment_missing": ("ett flöde saknas i Prefect", "et flow mangler i Prefect"),
    "deployment_paused": ("ett flöde är avstängt", "et flow er slået fra"),
    "schedule_idle": ("ett flöde har ingen nästa körning", "et flow har ingen næste kørsel"),
    "alarm_mail_fails": ("larmbrevet kommer inte fram", "alarmmailen kommer ikke frem"),
    "incident_to_judge": ("utkast till incident att bedöma", "udkast til brud at vurdere"),
    "incident_noticed": ("en incident har märkts", "et brud er bemærket"),
    "incident_late": ("anmälan är för sen", "anmeldelsen er for sen"),
    "supplement_late": ("kompletteringen är för sen", "suppleringen er for sen"),
    **{
        f"incident_reminder_{number}": ("påminnelse om en incident", "påmindelse om et brud")
        for number in range(1, 6)
    },
    # --- what a person must do ----------------------------------------------------------------
    "removals_to_agree": ("konton att ta bort, vänta på beslut", "konti at fjerne, venter på ja"),
    "find_out_whether_sent": ("ta reda på om det kom fram", "find ud af, om det kom frem"),
    "recipient_deletes": ("mottagaren ska radera", "modtageren skal slette"),
    "tell_recipients": ("mottagare att underrätta", "modtagere at underrette"),
    "export_again": ("listan ska exporteras igen", "listen skal eksporteres igen"),
    "quarantined_rows": ("rader i karantän att rätta", "rækker i karantæne at rette"),
    "quarantined_processors": ("rader om biträden att rätta", "rækker om databehandlere at rette"),
    "quarantined_consents": ("rader i formulär att rätta", "rækker i formularer at rette"),
    "import_into_workbuster": ("läs in i Workbuster", "indlæs i Workbuster"),
    "not_verified": ("inte bekräftad i Workbuster", "ikke bekræftet i Workbuster"),
    "restricted_cases": ("ärenden som bara får lagras", "sager, der kun må opbevares"),
    "anonymise_in_workbuster": ("avidentifiera i Workbuster", "anonymisér i Workbuster"),
    "incident_draft": ("utkast till incident", "udkast til brud"),
    "record_lost": ("liggaren känner mer än registret", "loggen kender mere end registeret"),
    "restored_without_key": ("något kunde inte öppnas efter återläsning", "noget kunne ikke åbnes "
                             "efter gendannelse"),
    "consents_lost": ("samtycken gick förlorade", "samtykker gik tabt"),
    "said_no_not_here": ("ett nej som inte finns i registret", "et nej, som ikke er i registeret"),
    "officers_without_agreement": ("godkännare utan andras ja", "godkendere uden andres ja"),
    # --- incidents, disclosures, requests -----------------------------------------------------
    "draft": ("utkast", "udkast"),
    "open": ("öppen", "åben"),
    "assessed": ("bedömd", "vurderet"),
    "closed": ("avslutad", "afsluttet"),
    "dismissed": ("ingen incident", "intet brud"),
    "to_report": ("ska anmälas", "skal anmeldes"),
    "reported": ("anmäld", "anmeldt"),
    "not_needed": ("behövs inte", "ikke nødvendigt"),
    "to_tell": ("ska informeras", "skal underrettes"),
    "told": ("informerade", "underrettet"),
    "prepared": ("förberedd", "forberedt"),
    "sending": ("skickas", "sendes"),
    "sent": ("skickad", "sendt"),
    "opening": ("lösenordet skickas", "adgangskoden sendes"),
    "perhaps_sent": ("kanske skickad", "måske sendt"),
    "perhaps_told": ("lösenordet kanske skickat", "adgangskoden måske sendt"),
    "withdrawn": ("återkallad", "trukket tilbage"),
    "with_recipient": ("hos mottagaren", "hos modtageren"),
    "deleted": ("raderad", "slettet"),
    "ended": ("avslutad", "afsluttet"),
    "access": ("registerutdrag", "indsigt"),
    "rectification": ("rättelse", "berigtigelse"),
    "erasure": ("radering", "sletning"),
    "restriction": ("begränsning", "begrænsning"),
    "portability": ("dataportabilitet", "dataportabilitet"),
    "objection": ("invändning", "indsigelse"),
    "complaint": ("klagomål", "klage"),
    "withdrawal": ("återkallat samtycke", "tilbagekaldt samtykke"),
    "received": ("mottagen", "modtaget"),
    "doubted": ("identiteten oklar", "identiteten er uklar"),
    "identified": ("identiteten visad", "identiteten er vist"),
    "answered": ("besvarad", "besvaret"),
    "taken_back": ("återtagen", "taget tilbage"),
    # --- processors and risks -----------------------------------------------------------------
    "agreement_missing": ("avtal saknas", "aftale mangler"),
    "agreement_not_begun": ("avtalet har inte börjat", "aftalen er ikke begyndt"),
    "agreement_over": ("avtalet har gått ut", "aftalen er udløbet"),
    "instruction_missing": ("instruktion saknas", "instruks mangler"),
    "suitability_missing": ("lämplighet inte bedömd", "egnethed ikke vurderet"),
    "processor_unsuitable": ("bedömt olämpligt", "vurderet uegnet"),
    "countries_undecided": ("länder inte klarlagda", "lande ikke afklaret"),
    "country_without_ground": ("land utan grund för överföring", "land uden overførselsgrundlag"),
    "sub_processor_not_approved": ("underbiträde inte godkänt", "underdatabehandler ikke godkendt"),
    "review_missing": ("granskning saknas", "gennemgang mangler"),
    "review_over": ("granskningen har gått ut", "gennemgangen er udløbet"),
    "review_refused": ("underkänt vid granskning", "afvist ved gennemgang"),
    "verdict_missing": ("bedömning saknas", "vurdering mangler"),
    "used_though_refused": ("används trots avslag", "bruges trods afslag"),
    "compulsory_not_recommended": (
        "obligatorisk men inte rekommenderad",
        "obligatorisk, men ikke anbefalet",
    ),
    # --- failures that an operator meets ----------------------------------------------------
    "system_not_reached": ("ett system nåddes inte", "et system blev ikke nået"),
    "took_too_long": ("tog för lång tid", "tog for lang tid"),
    "unexpected_error": ("ett oväntat fel", "en uventet fejl"),
    "no_witness": ("inget vittne tog emot", "intet vidne tog imod"),
    "folder_not_reachable": ("mappen kan inte nås", "mappen kan ikke nås"),
    "told_too_late": ("någon informerades för sent", "nogen blev informeret for sent"),
    "processor_not_valid": ("ett biträde är inte giltigt", "en databehandler er ikke gyldig"),
    "perhaps_delivered": ("kanske framme: ta reda på det", "måske fremme: find ud af det"),
} | ROW_REASONS  # fmt: skip
"""Code → Swedish, Danish."""


def code_words(code: str) -> Words:
    """A code in words; one that has none says itself, without its underscores."""
    plain = code.replace("_", " ")
    sv, da = CODES.get(code, (plain, plain))
    return Words(sv, da, plain)


def code_cell(code: str, language: Language) -> str:
    """The readable word, and the code that handbook and terminal know it by."""
    if code not in CODES:
        return code
    return f"{code_words(code).own(language)} ({code})"
