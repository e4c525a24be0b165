"""Three sentences in Swedish for each code, about the systems that hold personal data."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    COMPARE,
    MICROSOFT,
    NOT_TAKEN_FOR_EMPTY,
    NOTHING_CHANGED,
    NOTHING_UNSEALED,
)

SYSTEMS: Final[dict[str, tuple[str, str, str]]] = {
    "system_unreachable": (
        "Ett system svarade inte, eller svarade att det inte kan.",
        NOT_TAKEN_FOR_EMPTY,
        "Se till att det är igång och går att nå från den här datorn; nästa körning fortsätter.",
    ),
    "system_login_refused": (
        "Ett system godtar inte Gallras användare, lösenord eller nyckel.",
        NOT_TAKEN_FOR_EMPTY,
        "Lägg rätt hemlighet där kopplingen säger att den ligger, eller ge användaren dess "
        "behörighet.",
    ),
    "system_busy": (
        "Någon annan håller ett systems databas låst.",
        NOT_TAKEN_FOR_EMPTY,
        "Inget, om nästa körning går igenom; avsluta annars det som håller den låst.",
    ),
    "system_conflict": (
        "Ett system ville inte släppa en post: något annat där behöver den fortfarande.",
        "Inget gjordes med den posten; alla andra togs om hand.",
        "Se efter i systemet vad som pekar på posten och bind det under `also`; kör sedan om.",
    ),
    "system_damaged": (
        "Filen som ett system består av är skadad, eller är något annat.",
        NOT_TAKEN_FOR_EMPTY,
        "Låt den som driver systemet laga eller återläsa den; kör sedan om.",
    ),
    "system_read_only": (
        "Ett systems databas går att läsa men inte att skriva i.",
        NOT_TAKEN_FOR_EMPTY,
        "Ge Gallras användare rätt att ändra och radera där; kör sedan om.",
    ),
    "system_unlike_binding": (
        "Ett system ser annorlunda ut än dess koppling säger: en tabell, en kolumn eller ett svar.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "system_address_malformed": (
        "Adressen till ett systems databas går inte att förstå.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "listing_in_a_circle": (
        "Ett systems lista leder från sida till sida utan slut.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "listing_incomplete": (
        "Ett systems lista visade ett annat antal poster än den säger sig ha.",
        NOT_TAKEN_FOR_EMPTY,
        "Kör om: någon kan ha arbetat där under tiden. Kommer det igen: se systemets del i "
        "`deployments/systems`.",
    ),
    "answer_too_large": (
        "Ett enda svar från ett system är större än 64 MB.",
        NOT_TAKEN_FOR_EMPTY,
        "Låt kopplingen be om mindre sidor.",
    ),
    "record_malformed": (
        "En post i ett system har ingen nyckel, eller ett datum som inget datum är.",
        NOT_TAKEN_FOR_EMPTY,
        "Låt rätta den i systemet, eller se till att dess del i `deployments/systems` nämner rätt "
        "kolumner; kör sedan om.",
    ),
    "key_ambiguous": (
        "En nyckel passar på två poster i ett system.",
        "Inget gjordes med den posten; alla andra togs om hand.",
        "Låt en av de två få en egen nyckel i systemet; kör sedan om.",
    ),
    "key_malformed": (
        "En posts nyckel kan inte höra till det system som den sägs komma från.",
        "Inget gjordes med den.",
        "Se om systemets del i `deployments/systems` har ändrats sedan den senaste inventeringen; "
        "gör en inventering och upprätta sedan en ny plan.",
    ),
    "key_would_go": (
        "Det som pekar ut en post i ett system ska självt tömmas.",
        "Inget gjordes med posten.",
        "Ange en nyckel i `deployments/systems` som inte säger något om en person.",
    ),
    "cannot_empty": (
        "Fält i en post ska tömmas, men systemets koppling säger inte hur.",
        "Inget gjordes med posten.",
        "Skriv `empty` i systemets del i `deployments/systems`; kör sedan om.",
    ),
    "cannot_erase": (
        "En post ska raderas, men systemets koppling säger inte hur.",
        "Inget gjordes med posten.",
        "Skriv `erase` i systemets del i `deployments/systems`; kör sedan om.",
    ),
    "system_leads_elsewhere": (
        "Ett systems svar leder till en annan dator.",
        "Inget skickades dit; nyckeln stannar hos datorn i kopplingen.",
        "Om systemet har flyttat: skriv dess nya adress i `deployments/systems`.",
    ),
    "answer_lost": (
        "Något skickades och svaret på det kom bort.",
        "Mottagarsidan tar emot samma sak en gång, hur ofta den än skickas.",
        "Kör om: den frågar igen och gör inget två gånger.",
    ),
    "inventory_shrunk": (
        "Ett system visar inga, eller färre än hälften, av de poster som det hade förut.",
        "Inget räknas som borta; personer och poster är som de var.",
        "Se om systemets anslutning eller behörigheter har ändrats. Om så många verkligen har "
        "slutat: gör inventeringen igen och godta den.",
    ),
    "system_not_bound": (
        "Ett system i planen finns inte bland kopplingarna längre.",
        "Ett system som inte går att se i tas aldrig för tomt.",
        "Koppla det igen i skolgruppens systemfil, eller säg där att det inte finns; kör sedan om "
        "planen.",
    ),
    "system_shows_nothing": (
        "Ett system visar ingen alls, fast där finns personer som inte står i någon plan.",
        "Inget raderades där och inget kallas borta: det kan vara ett annat system, eller trasigt.",
        "Se till att kopplingen pekar på rätt system och att dess konto ser alla; kör om.",
    ),
    "no_case_system": (
        "Skolgruppens policy har inget ärendesystem.",
        NOTHING_CHANGED,
        "Välj en annan policy med `--controller`, eller skriv in ärendesystemet i policyn.",
    ),
    "needs_a_person": (
        "Bara en människa kan avidentifiera i Workbuster.",
        "Inget om personen har raderats än, varken här eller där.",
        "Gör det som står på att göra-listan (`gallra status`); nästa körning fortsätter därifrån.",
    ),
    "account_list_malformed": (
        "Listan över konton är tom, saknar en rubrik, har ett datum som inget datum är, en rad "
        "utan nyckel, eller två med samma.",
        "En halv lista är ingen lista: inget konto bedömdes.",
        "Exportera den igen, eller rätta kopplingens kolumner: varje rubrik en gång. Kör om.",
    ),
    "account_list_missing": (
        "Listan över konton som någon exporterar ligger inte där kopplingen säger.",
        "Inget konto i det systemet bedömdes; ingen räknas som att ha ett, eller inget.",
        "Exportera den dit, läsbar för Gallra; därefter `gallra access review`.",
    ),
    "account_list_stale": (
        "Listan över konton är äldre än kopplingens `longest`, eller har en dag som inte har "
        "kommit än.",
        "Den lästes inte: vem som har börjat eller slutat sedan dess står inte i den.",
        "Exportera den igen; därefter `gallra access review`.",
    ),
    "account_still_there": (
        "Ett konto togs bort, och systemet visar det ändå.",
        "Det kallas inte borttaget.",
        "Se efter i systemet om någon eller något skapar det på nytt; kör sedan `gallra access "
        "review` igen.",
    ),
    "staff_list_malformed": (
        "Personallistan är tom, saknar en rubrik, har ett datum som inget datum är, eller en rad "
        "utan person.",
        "En halv lista är ingen lista: ingen räknas som att ha slutat, och inget konto togs bort.",
        "Rätta listan, eller kopplingens kolumner: datum som 2026-12-31, varje rubrik en gång. "
        "Kör om.",
    ),
    "staff_list_unreachable": (
        "Personallistan går inte att läsa.",
        "Ingen räknas som att ha slutat, och inget konto togs bort.",
        "Lägg listan där kopplingens `staff` säger, läsbar för Gallra.",
    ),
    "too_many_leavers": (
        "Enligt personallistan skulle mer än en tredjedel av ett systems konton bort, och minst "
        "tre.",
        "Inte ett enda av dem togs bort: en trasig lista får inte se ut som att alla har slutat.",
        "Se med `gallra access list` vilka, och titta på personallistan: är den hel, och från i "
        "dag? Om så många verkligen har slutat, eller deras kurs är över, säg det: `gallra access "
        "review --accept-many`.",
    ),
    "drive_key_malformed": (
        "Tjänstekontots nyckel är inte den fil som Google gav.",
        "Google fick ingen fråga.",
        "Gör en ny nyckel för tjänstekontot, lägg hela JSON-filen där kopplingen säger och radera "
        "den gamla nyckeln hos Google.",
    ),
    "folder_not_as_bound": (
        "Det som är kopplat som en mapp i Google Drive är ingen mapp, eller ligger någon "
        "annanstans eller i papperskorgen.",
        "Inget lästes, skrevs eller raderades där.",
        "Öppna mappen i webbläsaren och kopiera sista delen av dess adress till "
        "`deployments/systems`, och den för dess delade enhet.",
    ),
    "graph_certificate_unreadable": (
        "Appens certifikat går inte att läsa, eller saknar sin privata nyckel.",
        MICROSOFT,
        "Lägg en PEM-fil med certifikat och nyckel, eller en PFX-fil i base64, där kopplingen "
        "säger; kör sedan om.",
    ),
    "graph_right_missing": (
        "Microsoft 365 känner appen men låter den inte göra det här.",
        MICROSOFT,
        "Låt administratören ge appen den behörighet som systemets del i "
        "`deployments/systems/README.md` nämner, för just den här platsen; kör sedan om.",
    ),
    "graph_token_refused": (
        "Microsoft 365 godtog inte appen: dess certifikat, dess hemlighet eller dess organisation.",
        MICROSOFT,
        "Låt administratören se om certifikatet eller hemligheten har gått ut och om tenant och "
        "client_id i kopplingarna är rätt; kör sedan om.",
    ),
    "item_missing": (
        "Något som kopplingen nämner finns inte: en enhet, en mapp eller en brevlåda.",
        MICROSOFT,
        "Jämför id-numren i kopplingarna med Microsoft 365; kör sedan om.",
    ),
    "mailbox_not_found": (
        "Brevlådan som kopplingen nämner svarar inte appen.",
        NOTHING_UNSEALED,
        "Rätta mailbox i kopplingarna, eller låt administratören ge appen tillgång till den.",
    ),
}
