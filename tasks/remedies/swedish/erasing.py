"""Three sentences in Swedish for each code, about plans, their proof, and people to be told."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    NOTHING_CHANGED,
    NOTHING_HAS_LEFT,
    REFUSED,
    TELL_AND_TOUCH_NOTHING,
)

ERASING: Final[dict[str, tuple[str, str, str]]] = {
    "answer_malformed": (
        "Det som stod i formuläret är inget kortnamn, ingen kod eller inget av formulärets val.",
        "Det är raderat där och har inte använts; inget ändrades och inget raderades.",
        "Fyll i formuläret som körningen visar nu: kortnamn, sex siffror, beslut.",
    ),
    "approval_expired": (
        "Planen godkändes för länge sedan: policyn säger hur länge ett godkännande gäller.",
        REFUSED,
        "Låt godkännarna titta på den igen och godkänna den på nytt.",
    ),
    "approval_missing": (
        "Ingen har godkänt planen; att låta en körning gå vidare godkänner inget.",
        REFUSED,
        "Låt en godkännare godkänna den: `gallra approve` och planens referens.",
    ),
    "approved_before": (
        "Du har redan godkänt det här, och det godkännandet gäller. En person till måste godkänna "
        "det.",
        REFUSED,
        "Be en annan godkännare titta på det och besluta, med sin egen kod.",
    ),
    "own_plan": (
        "Den som har upprättat en plan godkänner den inte också.",
        REFUSED,
        "Låt en annan godkännare titta på den.",
    ),
    "officer_removed": (
        "Den som har det kortnamnet är inte godkännare längre.",
        REFUSED,
        "Låt en annan godkännare besluta; `gallra officers add` lägger in någon på nytt.",
    ),
    "second_approval_missing": (
        "En person har godkänt planen, och två måste.",
        REFUSED,
        "Låt en annan godkännare godkänna den: `gallra approve` och planens referens.",
    ),
    "second_role_missing": (
        "Två måste vara överens, och dessa två har inte tillsammans de roller som policyn kräver.",
        REFUSED,
        "Låt en godkännare som har rollen som saknas besluta: policyn nämner dem under "
        "`approvals`.",
    ),
    "plan_declined": (
        "En godkännare har sagt nej till planen.",
        REFUSED,
        "Upprätta en ny och låt den godkännas: en gallring med `gallra plan create`, en utlämning "
        "med `gallra share prepare`.",
    ),
    "plan_done": (
        "Planen är utförd och bevisad.",
        REFUSED,
        "Inget: dess intyg säger vad som raderades.",
    ),
    "plan_under_way": (
        "Planen håller på att utföras.",
        REFUSED,
        "Inget. För att behålla någons uppgifter som inte är raderade än: `gallra hold add`.",
    ),
    "plan_void": (
        "Den är ogiltig: återtagen, eller så har uppgifter, gallringsstopp eller policyn ändrats "
        "sedan den upprättades.",
        REFUSED,
        "Upprätta en ny och låt den godkännas: en gallring med `gallra plan create`, en utlämning "
        "med `gallra share prepare`.",
    ),
    "plan_unknown": (
        "Ingen plan har den referensen.",
        "Inget ändrades, inget raderades och inget har lämnat oss.",
        "Se planerna med `gallra plan list`.",
    ),
    "plan_changed_meanwhile": (
        "En annan körning förde planen vidare samtidigt.",
        "Varje steg görs en gång; inget gjordes två gånger.",
        "Se med `gallra plan show` hur långt den har kommit; kör sedan igen.",
    ),
    "plan_erases_nothing": (
        "Den här planen är en utlämning: inget raderas genom den.",
        "Inget raderades.",
        "Utför den med `gallra share send`.",
    ),
    "plan_not_as_approved": (
        "Posterna i den här planen är inte de som godkändes.",
        "Inget mer av den utfördes.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "approval_not_in_ledger": (
        "Registret säger att planen är godkänd, och liggaren säger det inte.",
        "Inget mer av den utfördes.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "proof_not_in_ledger": (
        "Registret kallar något bevisat som liggaren inte har något bevis för.",
        "Inget mer raderades, och det finns inget intyg.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "certificate_forged": (
        "Det här intyget har ändrats efter att det skrevs under, eller skrevs under med en annan "
        "nyckel.",
        "Inget i det går att lita på.",
        "Jämför det med kopian bredvid vittnet och berätta för dataskyddsombudet.",
    ),
    "certificate_malformed": (
        "Den här filen är inget intyg om gallring, eller bara en del av ett.",
        "Inget i det går att lita på.",
        "Ta kopian som ligger bredvid vittnet, eller visa det igen ur registret.",
    ),
    "certificate_not_written": (
        "Intygets kopia gick inte att lägga bredvid vittnet.",
        "Allt är bevisat, och intyget finns i registret.",
        "Se över vittnets disk; kör sedan om planen: den lägger dit kopian.",
    ),
    "not_certified": (
        "Det finns inget intyg: något i planen är inte bevisat.",
        "Det som inte är bevisat intygas inte; det som bevisades förblir bevisat.",
        "Planens sida säger vad som är kvar och vem som måste göra något.",
    ),
    "archive_differs": (
        "Kopian i arkivet lästes igen och är inte det som skrevs.",
        "Inget raderades: originalet finns där det var.",
        "Se över arkivets disk; kör sedan om planen.",
    ),
    "no_archive": (
        "En regel arkiverar innan den raderar, och det finns inget arkiv.",
        "Inget raderades där; de andra systemen gick vidare.",
        "Skriv in mappen i skolgruppens systemfil (archive: kind: folder); kör sedan om planen.",
    ),
    "held_meanwhile": (
        "Ett gallringsstopp lades in just när vårt eget register skulle glömma någon.",
        NOTHING_CHANGED,
        "Kör om planen: den släpper det som är stoppat och fortsätter med de andra.",
    ),
    "under_hold": (
        "Ett gallringsstopp bevarar uppgifter om någon som skulle tas bort.",
        "Ingen togs bort; allt är som det var.",
        "Se `gallra hold list`. Häv stoppet om dess skäl har upphört; kör sedan om.",
    ),
    "subject_still_there": (
        "Vårt eget register lästes igen, och någon som skulle vara borta fanns kvar.",
        "Det som inte är bevisat intygas inte; det som bevisades förblir bevisat.",
        "Kör om planen. Hjälper det inte: berätta för dataskyddsombudet.",
    ),
    "subject_unknown": (
        "Ingen är registrerad under den referensen.",
        NOTHING_CHANGED,
        "Sök fram personens referens (S-…) med `gallra find`. Den som är raderad har ingen längre.",
    ),
    "placement_lost": (
        "Vårt register säger inte längre under vilket nummer någon står i ett annat system.",
        "Inget raderades där, och inget tas för borta.",
        "Gör inventeringen på nytt, låt planen upprättas igen och låt den godkännas.",
    ),
    "placement_still_there": (
        "En post i ett annat system som skulle glömmas står kvar i vårt register.",
        "Dess nyckel förstördes inte; inget redovisas som gjort.",
        "Kör om. Hjälper det inte: berätta för dataskyddsombudet.",
    ),
    "no_work_order_rule": (
        "Policyn säger inte vem som gallrar den här platsen, och hur.",
        "Platsen är inte gallrad och kallas inte klar.",
        "Skriv in by_hand för platsen i policyn; kör sedan om planen.",
    ),
    "work_order_without_rule": (
        "Policyn säger inte längre hur den här platsen gallras.",
        NOTHING_CHANGED,
        "Skriv in by_hand för platsen i policyn igen, tills dess arbetsorder är klara.",
    ),
    "work_order_changed": (
        "Någon annan har just gjort klart eller bekräftat den här arbetsordern.",
        "Det antecknades en gång.",
        "Titta på den igen med `gallra work-orders show`.",
    ),
    "year_end_not_planned": (
        "Policyn nämner ingen dag då årsavslutet planeras.",
        NOTHING_CHANGED,
        "Skriv in `year_end` under `erasure` i policyn, eller låt bli den här körningen: det som "
        "ska bort vid årsskiftet står på dagens plan också.",
    ),
    "no_mail_address": (
        "Inget system känner till någon mejladress till den personen.",
        "Ingen fick en halv text.",
        "Någon lämnar över texten personligen: `gallra work-orders list`.",
    ),
    "no_mail_channel": (
        "Ingen väg för mejl är kopplad, så alla informeras personligen.",
        "Ingen är bortglömd: de står på en arbetsorder.",
        "Koppla en under `channels` (docs/connecting.md), eller fortsätt för hand.",
    ),
    "no_mailbox_bound": (
        "Ingen brevlåda är kopplad för den mottagaren, eller ingen mejlväg som når den.",
        "Inget brev skickades; en arbetsorder säger vem som underrättar dem.",
        "Underrätta dem med texten ur `gallra share about N-… --letter`. Skriv till nästa gång in "
        "`email` för kontakten i systemfilen.",
    ),
    "nothing_left": (
        "Det som var på väg när uppgifterna ändrades lämnade oss aldrig: det finns ingen att "
        "underrätta.",
        "Underrättelsen är avslutad och står i liggaren.",
        "Inget att göra.",
    ),
    "font_missing": (
        "Inget typsnitt på den här datorn kan skriva ut det här språket.",
        "Ingen sida med tomma rutor gjordes.",
        "Installera Noto-typsnitten (Debian och Ubuntu: fonts-noto-core) och kör igen. Mejlet och "
        "webbsidan behöver inga.",
    ),
    "consent_form_not_readable": (
        "Formulärets export går inte att läsa: den finns inte där, är för stor eller är ingen "
        "lista.",
        NOTHING_HAS_LEFT,
        "Exportera formulärets svar igen som .xlsx eller .csv och lägg filen på sin plats.",
    ),
    "consent_form_unknown": (
        "Kopplingarna beskriver inget formulär med det namnet.",
        NOTHING_HAS_LEFT,
        "Välj ett av dem under `consent_forms:`, eller lägg till det där.",
    ),
    "consent_forms_not_bound": (
        "Kopplingarna säger inte hur ett exporterat formulär läses.",
        NOTHING_HAS_LEFT,
        "Beskriv formuläret under `consent_forms:` i skolgruppens systemfil.",
    ),
    "consent_changed": (
        "Någon annan återkallade det i samma ögonblick.",
        NOTHING_HAS_LEFT,
        "Inget: det är återkallat.",
    ),
    "finding_changed": (
        "Någon annan gick vidare med det fyndet i samma ögonblick.",
        "Inget gjordes två gånger.",
        "Kör kommandot igen.",
    ),
    "incident_changed": (
        "Någon annan gick vidare med den incidenten i samma ögonblick.",
        "Inget gjordes två gånger.",
        "Kör kommandot igen.",
    ),
    "telling_changed": (
        "Någon annan antecknade det i samma ögonblick.",
        NOTHING_HAS_LEFT,
        "Inget att göra.",
    ),
}
