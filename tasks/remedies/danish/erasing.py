"""Three sentences in Danish for each code, about plans, their proof, and people to be told."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    NOTHING_CHANGED,
    NOTHING_HAS_LEFT,
    REFUSED,
    TELL_AND_TOUCH_NOTHING,
)

ERASING: Final[dict[str, tuple[str, str, str]]] = {
    "answer_malformed": (
        "Det, der stod i formularen, er intet kortnavn, ingen kode eller intet af formularens "
        "valg.",
        "Det er slettet der og er ikke brugt; intet blev ændret, og intet blev slettet.",
        "Udfyld den formular, som kørslen viser nu: kortnavn, seks cifre, beslutning.",
    ),
    "approval_expired": (
        "Planen blev godkendt for længe siden: politikken siger, hvor længe en godkendelse gælder.",
        REFUSED,
        "Lad godkenderne se på den igen og godkende den på ny.",
    ),
    "approval_missing": (
        "Ingen har godkendt planen; at lade en kørsel gå videre godkender intet.",
        REFUSED,
        "Lad en godkender godkende den: `gallra approve` og planens reference.",
    ),
    "approved_before": (
        "Du har allerede godkendt dette, og den godkendelse gælder. En person mere skal godkende "
        "det.",
        REFUSED,
        "Bed en anden godkender se på det og beslutte, med sin egen kode.",
    ),
    "own_plan": (
        "Den, der har udarbejdet en plan, godkender den ikke også.",
        REFUSED,
        "Lad en anden godkender se på den.",
    ),
    "officer_removed": (
        "Den, der har det kortnavn, er ikke godkender mere.",
        REFUSED,
        "Lad en anden godkender beslutte; `gallra officers add` opretter nogen på ny.",
    ),
    "second_approval_missing": (
        "Én person har godkendt planen, og to skal.",
        REFUSED,
        "Lad en anden godkender godkende den: `gallra approve` og planens reference.",
    ),
    "second_role_missing": (
        "To skal være enige, og disse to har ikke tilsammen de roller, som politikken kræver.",
        REFUSED,
        "Lad en godkender, der har den rolle, der mangler, beslutte: politikken nævner dem under "
        "`approvals`.",
    ),
    "plan_declined": (
        "En godkender har sagt nej til planen.",
        REFUSED,
        "Udarbejd en ny, og lad den blive godkendt: en sletning med `gallra plan create`, en "
        "videregivelse med `gallra share prepare`.",
    ),
    "plan_done": (
        "Planen er udført og bevist.",
        REFUSED,
        "Intet: dens bevis siger, hvad der blev slettet.",
    ),
    "plan_under_way": (
        "Planen er ved at blive udført.",
        REFUSED,
        "Intet. For at beholde nogens oplysninger, der ikke er slettet endnu: `gallra hold add`.",
    ),
    "plan_void": (
        "Den er ugyldig: taget tilbage, eller oplysninger, sletningsstop eller politikken er "
        "ændret, siden den blev udarbejdet.",
        REFUSED,
        "Udarbejd en ny, og lad den blive godkendt: en sletning med `gallra plan create`, en "
        "videregivelse med `gallra share prepare`.",
    ),
    "plan_unknown": (
        "Ingen plan har den reference.",
        "Intet blev ændret, intet blev slettet, og intet har forladt os.",
        "Se planerne med `gallra plan list`.",
    ),
    "plan_changed_meanwhile": (
        "En anden kørsel førte planen videre samtidig.",
        "Hvert trin gøres én gang; intet blev gjort to gange.",
        "Se med `gallra plan show`, hvor langt den er kommet; kør derefter igen.",
    ),
    "plan_erases_nothing": (
        "Denne plan er en videregivelse: intet slettes ved den.",
        "Intet blev slettet.",
        "Udfør den med `gallra share send`.",
    ),
    "plan_not_as_approved": (
        "Posterne i denne plan er ikke dem, der blev godkendt.",
        "Intet mere af den blev udført.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "approval_not_in_ledger": (
        "Registeret siger, at planen er godkendt, og loggen siger det ikke.",
        "Intet mere af den blev udført.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "proof_not_in_ledger": (
        "Registeret kalder noget bevist, som loggen intet bevis har for.",
        "Intet mere blev slettet, og der er intet bevis udstedt.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "certificate_forged": (
        "Dette bevis er ændret, efter at det blev underskrevet, eller underskrevet med en anden "
        "nøgle.",
        "Intet i det er til at stole på.",
        "Sammenlign det med kopien ved siden af vidnet, og sig det til databeskyttelsesrådgiveren.",
    ),
    "certificate_malformed": (
        "Denne fil er intet bevis for sletning, eller kun en del af et.",
        "Intet i det er til at stole på.",
        "Tag kopien, der ligger ved siden af vidnet, eller vis det igen fra registeret.",
    ),
    "certificate_not_written": (
        "Bevisets kopi kunne ikke lægges ved siden af vidnet.",
        "Alt er bevist, og beviset er i registeret.",
        "Tjek vidnets disk; kør derefter planen igen: den lægger kopien der.",
    ),
    "not_certified": (
        "Der er intet bevis udstedt: noget i planen er ikke bevist.",
        "For det, der ikke er bevist, udstedes intet bevis; det, der blev bevist, forbliver "
        "bevist.",
        "Planens side siger, hvad der er tilbage, og hvem der skal gøre noget.",
    ),
    "archive_differs": (
        "Kopien i arkivet blev læst igen og er ikke det, der blev skrevet.",
        "Intet blev slettet: originalen er, hvor den var.",
        "Tjek arkivets disk; kør derefter planen igen.",
    ),
    "no_archive": (
        "En regel arkiverer, før den sletter, og der er intet arkiv.",
        "Intet blev slettet der; de andre systemer gik videre.",
        "Skriv mappen ind i skolegruppens systemfil (archive: kind: folder); kør derefter planen "
        "igen.",
    ),
    "held_meanwhile": (
        "Et sletningsstop blev lagt ind, netop da vores eget register skulle glemme nogen.",
        NOTHING_CHANGED,
        "Kør planen igen: den slipper det, der er stoppet, og går videre med de andre.",
    ),
    "under_hold": (
        "Et sletningsstop bevarer oplysninger om nogen, der skulle fjernes.",
        "Ingen blev fjernet; alt er, som det var.",
        "Se `gallra hold list`. Ophæv stoppet, hvis dets grund er forbi; kør derefter igen.",
    ),
    "subject_still_there": (
        "Vores eget register blev læst igen, og nogen, der skulle være væk, var der stadig.",
        "For det, der ikke er bevist, udstedes intet bevis; det, der blev bevist, forbliver "
        "bevist.",
        "Kør planen igen. Hjælper det ikke: sig det til databeskyttelsesrådgiveren.",
    ),
    "subject_unknown": (
        "Ingen er registreret under den reference.",
        NOTHING_CHANGED,
        "Find personens reference (S-…) med `gallra find`. Den, der er slettet, har ingen mere.",
    ),
    "placement_lost": (
        "Vores register siger ikke mere, under hvilket nummer nogen står i et andet system.",
        "Intet blev slettet der, og intet tages for væk.",
        "Lav gennemgangen på ny, lad planen blive udarbejdet igen, og lad den blive godkendt.",
    ),
    "placement_still_there": (
        "En post i et andet system, der skulle glemmes, står stadig i vores register.",
        "Dens nøgle blev ikke ødelagt; intet meldes som gjort.",
        "Kør igen. Hjælper det ikke: sig det til databeskyttelsesrådgiveren.",
    ),
    "no_work_order_rule": (
        "Politikken siger ikke, hvem der sletter på dette sted, og hvordan.",
        "Stedet er ikke ryddet og kaldes ikke færdigt.",
        "Skriv by_hand for stedet ind i politikken; kør derefter planen igen.",
    ),
    "work_order_without_rule": (
        "Politikken siger ikke mere, hvordan der slettes på dette sted.",
        NOTHING_CHANGED,
        "Skriv by_hand for stedet ind i politikken igen, indtil dets arbejdsordrer er færdige.",
    ),
    "work_order_changed": (
        "En anden har netop gjort denne arbejdsordre færdig eller bekræftet den.",
        "Det blev noteret én gang.",
        "Se på den igen med `gallra work-orders show`.",
    ),
    "year_end_not_planned": (
        "Politikken nævner ingen dag, hvor årsafslutningen planlægges.",
        NOTHING_CHANGED,
        "Skriv `year_end` ind under `erasure` i politikken, eller lad denne kørsel være: det, der "
        "skal væk ved årsskiftet, står også på dagens plan.",
    ),
    "no_mail_address": (
        "Intet system kender en mailadresse til den person.",
        "Ingen fik en halv tekst.",
        "Nogen overdrager teksten personligt: `gallra work-orders list`.",
    ),
    "no_mail_channel": (
        "Ingen vej for mail er koblet, så alle oplyses personligt.",
        "Ingen er glemt: de står på en arbejdsordre.",
        "Kobl en under `channels` (docs/connecting.md), eller gå videre i hånden.",
    ),
    "no_mailbox_bound": (
        "Ingen postkasse er koblet for den modtager, eller ingen mailvej, der når den.",
        "Intet brev blev sendt; en arbejdsordre siger, hvem der underretter dem.",
        "Underret dem med teksten fra `gallra share about N-… --letter`. Skriv til næste gang "
        "`email` for kontakten ind i systemfilen.",
    ),
    "nothing_left": (
        "Det, der var på vej, da oplysningerne blev ændret, forlod os aldrig: der er ingen at "
        "underrette.",
        "Underretningen er afsluttet og står i loggen.",
        "Intet at gøre.",
    ),
    "font_missing": (
        "Ingen skrifttype på denne computer kan trykke dette sprog.",
        "Ingen side med tomme firkanter blev lavet.",
        "Installér Noto-skrifttyperne (Debian og Ubuntu: fonts-noto-core), og kør igen. Mailen og "
        "websiden behøver ingen.",
    ),
    "consent_form_not_readable": (
        "Formularens eksport kan ikke læses: den er der ikke, er for stor eller er ingen liste.",
        NOTHING_HAS_LEFT,
        "Eksportér formularens svar igen som .xlsx eller .csv, og læg filen på sin plads.",
    ),
    "consent_form_unknown": (
        "Koblingerne beskriver ingen formular med det navn.",
        NOTHING_HAS_LEFT,
        "Vælg en af dem under `consent_forms:`, eller tilføj den der.",
    ),
    "consent_forms_not_bound": (
        "Koblingerne siger ikke, hvordan en eksporteret formular læses.",
        NOTHING_HAS_LEFT,
        "Beskriv formularen under `consent_forms:` i skolegruppens systemfil.",
    ),
    "consent_changed": (
        "En anden trak det tilbage i samme øjeblik.",
        NOTHING_HAS_LEFT,
        "Intet: det er trukket tilbage.",
    ),
    "finding_changed": (
        "En anden gik videre med det fund i samme øjeblik.",
        "Intet blev gjort to gange.",
        "Kør kommandoen igen.",
    ),
    "incident_changed": (
        "En anden gik videre med det brud i samme øjeblik.",
        "Intet blev gjort to gange.",
        "Kør kommandoen igen.",
    ),
    "telling_changed": (
        "En anden noterede det i samme øjeblik.",
        NOTHING_HAS_LEFT,
        "Intet at gøre.",
    ),
}
