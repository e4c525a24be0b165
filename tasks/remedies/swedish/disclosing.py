"""Three sentences in Swedish for each code, about sealed files and disclosures."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    NOT_GIVEN,
    NOTHING_HAS_LEFT,
    NOTHING_NEW,
    NOTHING_UNSEALED,
    OUR_FAULT,
    TELL_AND_TOUCH_NOTHING,
)

DISCLOSING: Final[dict[str, tuple[str, str, str]]] = {
    "container_differs": (
        "En förseglad fil öppnades igen med sitt lösenord, och innehållet var inte det som lades "
        "in.",
        "Den kastades bort och har inte lämnat oss.",
        "Se över den här datorns disk och minne; kör sedan om.",
    ),
    "container_empty": (
        "Det finns inget att lägga i filen.",
        NOTHING_UNSEALED,
        "Se om de valda personerna har något bland de valda uppgifterna.",
    ),
    "container_name_not_neutral": (
        "En förseglad fil skulle ha fått ett annat namn än sin referens.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "container_not_encrypted": (
        "En förseglad fil prövades innan den skickades, och något i den gick att läsa utan "
        "lösenordet.",
        "Den kastades bort och har inte lämnat oss.",
        "Skicka den inte på något annat sätt. Kör om; hjälper det inte: berätta för "
        "dataskyddsombudet och anmäl koden.",
    ),
    "container_not_written": (
        "Den förseglade filen gick inte att skriva till disken.",
        NOTHING_UNSEALED,
        "Se till att disken inte är full och att mappen tillhör Gallras användare; kör sedan om.",
    ),
    "container_source_unreadable": (
        "Det som skulle förseglas är ingen öppen arbetsbok eller PDF: det är skadat, eller har "
        "lösenord.",
        NOTHING_UNSEALED,
        "Välj zip-filen, som tar varje fil som den är.",
    ),
    "container_too_large": (
        "Innehållet är för stort för en skyddad arbetsbok eller PDF.",
        NOTHING_UNSEALED,
        "Välj zip-filen, som tar vilken storlek som helst, eller lämna ut färre personer eller "
        "uppgifter åt gången.",
    ),
    "password_not_generated": (
        "En fil skulle ha förseglats med ett lösenord som Gallra inte har gjort.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "row_of_another_width": (
        "En rad i tabellen har fler eller färre fält än rubriken.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "text_not_printable": (
        "En text har tecken som inget typsnitt på den här datorn kan visa.",
        "Ingen sida gjordes som inte går att läsa.",
        "Installera typsnitten (Debian: fonts-noto-core), eller välj arbetsboken eller zip-filen.",
    ),
    "text_not_writable": (
        "En text har tecken som ingen tabell kan ta emot, eller som visar den i en annan ordning "
        "än den är skriven.",
        "Inget skrevs, och inget har lämnat oss.",
        "Rätta den vid källan, importera den igen och kör om.",
    ),
    "foreign_in_outgoing": (
        "Något som Gallra inte har lagt dit ligger i mappen för det som ska lämna oss.",
        "Det har fått ligga kvar, och hindrar inget från att skickas.",
        "Se vad det är och vems, i mappen `outgoing` i Gallras datamapp, och ta bort det.",
    ),
    "outgoing_not_empty": (
        "En förseglad fil ligger i mappen för utgående och går inte att ta bort.",
        "Den är förseglad: ingen läser den utan dess lösenord.",
        "Se till att mappen `outgoing` i Gallras datamapp tillhör den som kör Gallra; kör sedan "
        "om.",
    ),
    "outgoing_not_writable": (
        "Mappen för det som ska lämna oss går inte att skriva i.",
        "Inget har lämnat oss.",
        "Se till att mappen `outgoing` i Gallras datamapp tillhör den som kör Gallra; kör sedan "
        "om.",
    ),
    "extract_not_writable": (
        "Mappen för det som ska lämnas över går inte att skriva i.",
        "Inget ändrades, och inget lämnades ut.",
        "Ge användaren som kör Gallra behörighet till dess mapp för utgående; gör det sedan igen.",
    ),
    "contact_changed": (
        "Kontakten, eller en väg, är kopplad till en annan adress än den som godkändes.",
        "Inget går till den nya adressen: inget lösenord, och inget brev som ber om radering.",
        "Ställ tillbaka kopplingen; kör sedan om. Om den nya är rätt och lösenordet inte är "
        "skickat än: kör `gallra share withdraw`, förbered en ny och låt den godkännas. Om dess "
        "tid är ute: fråga mottagaren själv, därefter `gallra share confirm P-… --deleted --by "
        "HANDLE`.",
    ),
    "contact_not_bound": (
        "Mottagaren har ingen kontakt med det namnet.",
        NOTHING_HAS_LEFT,
        "Skriv in den i skolgruppens systemfil; försök sedan igen.",
    ),
    "contact_not_reached": (
        "Kontakten har ingen adress för den här vägen.",
        NOTHING_HAS_LEFT,
        "Skriv in den i skolgruppens systemfil; försök sedan igen.",
    ),
    "channel_not_bound": (
        "Ingen väg med det namnet är kopplad.",
        NOTHING_HAS_LEFT,
        "Skriv in den i skolgruppens systemfil; försök sedan igen.",
    ),
    "channel_rebound": (
        "En väg leder till en annan plats än när det här skickades på den.",
        "Det kallas inte återkallat: det som ligger på den gamla platsen söks inte på den nya.",
        "Ställ tillbaka vägens gamla koppling, kör om `gallra share withdraw` och ändra den "
        "efteråt. Går den gamla platsen inte att nå: låt den som sköter den ta bort filen, och "
        "berätta för dataskyddsombudet.",
    ),
    "disclosure_changed_meanwhile": (
        "En annan körning var snabbare.",
        "Inget gjordes två gånger.",
        "Se med `gallra share show` hur långt det har kommit.",
    ),
    "disclosure_key_gone": (
        "Det som lösenordet görs av är förstört: det skickades, eller en säkerhetskopia har lagts "
        "tillbaka.",
        "Inget skickades igen.",
        NOTHING_NEW,
    ),
    "disclosure_step_not_allowed": (
        "En utlämning kan inte fortsätta så från där den står.",
        NOTHING_HAS_LEFT,
        "Se med `gallra share show` hur långt den har kommit.",
    ),
    "disclosure_unknown": (
        "Ingen utlämning har den referensen.",
        NOTHING_HAS_LEFT,
        "Se dem med `gallra share list`.",
    ),
    "identity_protected": (
        "Enligt systemet här ovanför har någon skyddade personuppgifter.",
        "Inget om någon har lämnat oss. En utlämning som var godkänd är ogiltig.",
        "Lämna personen utanför och berätta genast för chefen: den som har skyddade uppgifter "
        "hanteras enligt rutinen för dem, aldrig av Gallra.",
    ),
    "not_withdrawn": (
        "Det togs tillbaka, men när det söktes igen syntes inte att det är borta.",
        "Det kallas inte återkallat.",
        "Kör om. Hjälper det inte: ta bort åtkomsten för hand där det ligger och kör om.",
    ),
    "nothing_to_hand_over": (
        "Ingen fil ur den här utlämningen ligger redo för någon.",
        NOTHING_HAS_LEFT,
        "Se med `gallra share show` hur långt den har kommit; `gallra share send` lägger fram den "
        "när den är godkänd.",
    ),
    "password_held_back": (
        "Den förseglade filen har skickats, och nu får innehållet inte lämnas ut: policyn är en "
        "annan, eller något i den är raderat eller håller på att raderas.",
        "Lösenordet skickas inte, och utan det kan ingen läsa filen.",
        "Kör `gallra share withdraw`. Om det får lämnas ut ändå: förbered en ny utlämning med "
        "`gallra share prepare` och låt den godkännas.",
    ),
    "plan_discloses_nothing": (
        "Den här planen är en gallring: inget lämnar oss genom den.",
        "Inget har lämnat oss.",
        "Utför den med `gallra execute`.",
    ),
    "record_anothers": (
        "Systemet här ovanför har gett en posts nyckel till någon annan.",
        "Inget har lämnat oss, och inget om den andra personen behölls.",
        "Kör `gallra inventory`, därefter: förbered en ny utlämning med `gallra share prepare` "
        "och låt den godkännas.",
    ),
    "record_changed": (
        "En post i systemet här ovanför är inte som den var när den godkändes, eller senast "
        "lästes.",
        "Inget har lämnat oss. En utlämning som var godkänd är ogiltig.",
        "Kör `gallra inventory`, därefter: förbered en ny utlämning med `gallra share prepare` "
        "och låt den godkännas.",
    ),
    "record_missing": (
        "En post i systemet här ovanför finns inte längre, eller är märkt som raderad.",
        "Inget har lämnat oss. En utlämning som var godkänd är ogiltig.",
        "Kör `gallra inventory`, därefter: förbered en ny utlämning med `gallra share prepare` "
        "och låt den godkännas.",
    ),
    "record_unclear": (
        "Ingen kan säga vems en post i systemet här ovanför är: den har inget nummer eller en "
        "annan adress, eller så passar dess nyckel på två.",
        "Inget har lämnat oss. En utlämning som var godkänd är ogiltig.",
        "Rätta det i det systemet, kör `gallra inventory`, därefter: förbered en ny utlämning med "
        "`gallra share prepare` och låt den godkännas.",
    ),
    "record_withheld": (
        "Systemet här ovanför visar en post för ingen, inte heller för Gallra.",
        "Inget har lämnat oss. En utlämning som var godkänd är ogiltig.",
        "Fråga den som sköter systemet varför; lämna sedan det systemet utanför, eller: förbered "
        "en ny utlämning med `gallra share prepare` och låt den godkännas.",
    ),
    "system_answered_otherwise": (
        "Ett system svarade om andra poster än dem det fick frågan om.",
        "Inget av det användes, och inget har lämnat oss.",
        "Anmäl koden. Ändra ingenting för hand.",
    ),
    "value_not_text": (
        "Ett fält i systemet här ovanför innehåller en bild, en inspelning eller något annat som "
        "ingen tabell kan visa.",
        NOT_GIVEN,
        "Lämna de uppgifterna eller det systemet utanför; en sådan fil lämnas över av den som har "
        "den.",
    ),
    "time_is_up": (
        "Sista dagen var över innan lösenordet skickades.",
        "Utan lösenordet kan ingen läsa det som skickades; det tas tillbaka.",
        "Kör `gallra share withdraw`. Förbered en ny utlämning med `gallra share prepare` och låt "
        "den godkännas.",
    ),
    "attempt_not_in_ledger": (
        "Registret räknar andra försök att skicka den här utlämningen än liggaren gör.",
        "Inget mer av den skickades: den kunde annars skickas två gånger. Den kan fortfarande tas "
        "tillbaka.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "stage_not_in_ledger": (
        "Registret sade något annat om hur långt en utlämning har kommit, eller om dess sista "
        "dag, än liggaren gör.",
        "Inget skickas efter det som registret sade. Innan något tas tillbaka rättas det till det "
        "som liggaren säger, så att det ändå tas tillbaka eller mottagaren tillfrågas.",
        "Ta reda på vem som kan skriva i registret och berätta för dataskyddsombudet; stäng det "
        "med `gallra done` när det är gjort.",
    ),
    "telling_not_in_ledger": (
        "En underrättelse står i registret som liggaren inte vet något om.",
        "Ingen fick något brev på grund av den.",
        "Någon har ändrat i registret för hand: berätta för dataskyddsombudet. Se den med `gallra "
        "share list`.",
    ),
    "letter_changed": (
        "En annan körning var snabbare med samma brev.",
        "Ingen fick det två gånger.",
        "Kör det igen.",
    ),
    "record_lost": (
        "Liggaren känner till en plan, en utlämning, en underrättelse eller en incident som "
        "registret saknar.",
        "Liggaren är hel. Det som lämnades till någon finns hos dem, och ingen körning tar "
        "tillbaka det.",
        "Någon har ändrat i registret för hand: berätta för dataskyddsombudet. `gallra ledger "
        "verify` säger till vem det gick, på vilken väg och till vilken dag; lägg tillbaka "
        "registret från säkerhetskopian, eller ta tillbaka det för hand.",
    ),
}
