"""Three sentences in Swedish for each code, about the ways on which something is sent."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    NOT_TOLD_WHO,
    NOT_WHOLE,
    NOTHING_LEFT,
    NOTHING_SHARED,
    NOTHING_UNSEALED,
    OUR_FAULT,
)

SENDING: Final[dict[str, tuple[str, str, str]]] = {
    "perhaps_delivered": (
        "Det kan ha kommit fram, och på den här vägen kan ingen se efter.",
        "Det skickas inte igen innan någon vet.",
        "Fråga mottagaren om det kom fram och säg det sedan: `gallra share confirm P-… --by "
        "HANDLE` med `--arrived` eller `--not-arrived`.",
    ),
    "not_there_after_sending": (
        "Vägen tog emot det, men när det söktes fanns det inte där.",
        "Det kallas inte skickat.",
        "Kör om. Hjälper det inte: titta själv efter i brevlådan, mappen eller servern som det "
        "skickades till.",
    ),
    "parcel_too_large": (
        "Den förseglade filen är större än brevlådan kan skicka.",
        NOTHING_UNSEALED,
        "Dela den genom en mapp, eller lämna ut färre personer eller uppgifter åt gången.",
    ),
    "parcel_too_large_for_mail": (
        "Den förseglade filen är större än mejl får vara här eller hos mottagaren.",
        NOTHING_LEFT,
        "Dela den med en länk eller med SFTP, eller lämna ut färre personer eller uppgifter åt "
        "gången.",
    ),
    "parcel_changed": (
        "Den förseglade filen blev längre eller kortare medan den skickades.",
        "Sändningen avbröts mitt i; mottagaren fick inget brev.",
        "Se vem annars som skriver i Gallras mapp; kör sedan om.",
    ),
    "parcel_differs": (
        "Något annat gick ut under samma referens förut: annat innehåll, andra personer eller en "
        "annan dag.",
        "Det som gick ut är som det var; inget lades till.",
        "Återkalla det först och förbered sedan utlämningen på nytt.",
    ),
    "parcel_file_missing": (
        "Den förseglade filen finns inte där den lades.",
        NOTHING_LEFT,
        "Kör om: den förseglas på nytt. Hjälper det inte: se över datorns disk.",
    ),
    "parcel_malformed": (
        "En försändelse hade ett namn, ett ämne eller en text med något som inte får stå där.",
        NOTHING_LEFT,
        OUR_FAULT,
    ),
    "upload_incomplete": (
        "Den förseglade filen kom inte hel fram till utkastet.",
        "Inget har skickats; nästa försök tömmer utkastet och börjar om.",
        "Kör om. Hjälper det inte: se till att ingen regel i organisationen tar bort bilagor.",
    ),
    "upload_lost": (
        "Microsoft 365 tappade bort en fil mitt i överföringen.",
        NOT_WHOLE,
        "Kör om: den förs över på nytt.",
    ),
    "file_too_short": (
        "En fil blev kortare medan den skickades.",
        NOT_WHOLE,
        "Se till att ingen annan skriver i Gallras mappar; kör sedan om.",
    ),
    "sent_file_differs": (
        "Det som skickades lästes tillbaka och är inte det som skickades.",
        "Det togs bort igen och fick aldrig sitt namn.",
        "Kör om: det fortsätter där det stannade. Hjälper det inte: be den som driver servern "
        "titta på dess disk.",
    ),
    "read_back_refused": (
        "Vårt konto får skriva i mottagarens mapp men inte läsa där.",
        "Det som skickades togs bort igen: ingen hade kunnat bevisa att det kom fram helt.",
        "Be mottagaren om rätt att läsa det vi skriver, eller välj en annan väg.",
    ),
    "encryption_too_weak": (
        "En server kan bara kryptering eller underskrifter som inte är säkra längre.",
        NOT_TOLD_WHO,
        "Be den som driver servern uppdatera den, eller välj en annan väg.",
    ),
    "host_key_changed": (
        "En server visade en annan nyckel än den som den är känd för: det kan vara någon annans "
        "server.",
        NOT_TOLD_WHO,
        "Skicka det inte på något annat sätt. Fråga den som driver servern, på ett nummer som du "
        "hade sedan förut, om nyckeln har bytts; skriv först därefter den nya under host_keys.",
    ),
    "host_key_unknown": (
        "En server visade en nyckel av ett slag som dess koppling inte nämner.",
        NOT_TOLD_WHO,
        "Be den som driver servern om nyckelns fingeravtryck, på telefon eller öga mot öga; "
        "jämför och skriv den under host_keys i `deployments/systems`.",
    ),
    "private_key_malformed": (
        "Vår egen privata nyckel till en server går inte att läsa, eller dess lösenfras passar "
        "inte.",
        "Inget skickades.",
        "Se till att hemligheten som kopplingen nämner innehåller en hel nyckel så som ssh-keygen "
        "skriver den.",
    ),
    "listing_malformed": (
        "En server listar namn som ingen mapp kan ha, eller fler än en mapp någonsin har.",
        "Inget av dem följdes; mappen tas inte för tom.",
        "Be den som driver servern titta efter: den är trasig, eller så är det någon som luras.",
    ),
    "account_lacks_rights": (
        "Vårt konto får inte lägga filer i mappen, eller inte radera dem för gott.",
        NOTHING_SHARED,
        "Gör tjänstekontot till ansvarig för den delade enheten.",
    ),
    "share_folder_open": (
        "Mappen som filer delas från är själv delad med en länk, med alla eller med hela "
        "organisationen.",
        "Inget lades där.",
        "Ta bort den länken från mappen i OneDrive; kör sedan om.",
    ),
    "share_too_wide": (
        "Microsoft 365 gjorde en länk som öppnar för fler personer, eller för längre tid, än vad "
        "som begärdes.",
        "Länken och filen togs bort igen.",
        "Låt administratören tillåta länkar för bestämda personer med slutdatum, eller välj en "
        "annan väg.",
    ),
    "sharing_switched_off": (
        "Den delade enheten låter ingen utanför den läsa en fil.",
        NOTHING_SHARED,
        "Be administratören tillåta att filer delas med personer som inte är medlemmar, eller "
        "välj en annan väg.",
    ),
    "time_limit_not_kept": (
        "En delning gjordes utan sin tidsgräns.",
        "Den togs bort igen genast.",
        "Fråga administratören om licensen låter delningar upphöra av sig själva; välj till dess "
        "en annan väg.",
    ),
    "last_day_past": (
        "Sista dagen för en delning har redan passerat.",
        "Inget delades.",
        "Förbered utlämningen på nytt med en senare dag, om den fortfarande behövs.",
    ),
    "last_day_too_far": (
        "En delning skulle vara längre än ett år, och en sådan gräns håller inte Google Drive.",
        "Inget delades.",
        "Välj en tidigare dag, eller en annan väg.",
    ),
    "no_last_day": (
        "En delning har ingen sista dag.",
        "Inget delades.",
        "Säg till och med när mottagaren behöver den.",
    ),
    "no_recipient": (
        "En delning behöver minst en persons mejladress, och bara sådana adresser.",
        NOTHING_SHARED,
        "Skriv mottagarens adresser i kopplingen; det delas inte med en grupp eller en länk.",
    ),
    "hand_over_folder_unsafe": (
        "Mappen där en fil hämtas är en länk, ingen mapp, eller någon annans.",
        "Inget ligger där.",
        "Låt `folder` för den vägen vara en mapp som tillhör den som kör Gallra; kör sedan om.",
    ),
    "hand_over_not_writable": (
        "Mappen där en fil hämtas går inte att skriva i eller se i.",
        "Inget har lämnats över.",
        "Se till att den finns och tillhör den som kör Gallra; kör sedan om.",
    ),
    "sent_journal_lost": (
        "Listan över det som har skickats finns inte där den påbörjades: dess mapp är borta, tom "
        "eller en annan, eller så är dess disk inte ansluten.",
        "Inget skickas utan den: det som redan har kommit fram kunde skickas en gång till.",
        "Anslut disken, eller lägg tillbaka mappen från en säkerhetskopia: den under journal i "
        "skolgruppens systemfil. Är den förlorad för gott: ta med `gallra share withdraw` "
        "tillbaka allt som `gallra share list` visar som sending eller opening; gör sedan mappen "
        "på nytt, med en tom fil som heter journal i, och kör om.",
    ),
    "sent_journal_unusable": (
        "Listan över det som har skickats går inte att läsa eller skriva.",
        "Inget skickas utan den: en omstart kunde skicka något två gånger.",
        "Se till att mappen under journal i skolgruppens systemfil tillhör Gallras användare och "
        "att dess disk inte är full; kör sedan om.",
    ),
}
