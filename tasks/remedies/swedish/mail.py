"""Three sentences in Swedish for each code, about mail and text messages."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    NOTHING_LEFT,
    NOTHING_SENT_ON,
    NOTHING_SHARED,
    NOTHING_UNSEALED,
    OUR_FAULT,
)

MAIL: Final[dict[str, tuple[str, str, str]]] = {
    "address_malformed": (
        "En mottagares adress är ingen vanlig mejladress.",
        NOTHING_LEFT,
        "Skriv den som name@domain bland mottagarna.",
    ),
    "telephone_malformed": (
        "Ett telefonnummer är inte skrivet med sitt landsnummer.",
        NOTHING_LEFT,
        "Skriv det som +46… eller +45… utan mellanslag bland mottagarna.",
    ),
    "authorities_unreadable": (
        "Filen med de utfärdare som är betrodda går inte att läsa.",
        NOTHING_LEFT,
        "Se över sökvägen under trusted i skolgruppens systemfil.",
    ),
    "dns_unreachable": (
        "Det gick inte att ta reda på vilken server som tar emot mottagarens mejl.",
        NOTHING_LEFT,
        "Se över datorns nätverk och namnservrar; kör sedan om.",
    ),
    "gateway_login_refused": (
        "Tjänsten för sms godtog inte vår inloggning.",
        "Varken texten eller numret skickades.",
        "Förnya den hemlighet som skolgruppens systemfil nämner; kör sedan om.",
    ),
    "gateway_unreachable": (
        "Tjänsten för sms svarade inte, eller ber oss komma tillbaka senare.",
        NOTHING_LEFT,
        "Kör om senare.",
    ),
    "text_refused": (
        "Tjänsten för sms vägrade ta emot texten eller numret.",
        "Ingen fick den.",
        "Kontrollera att numret är rätt och att kopplingen kallar fälten som tjänsten gör.",
    ),
    "text_too_long_for_sms": (
        "En text är tom, eller för lång för ett sms.",
        NOTHING_LEFT,
        OUR_FAULT,
    ),
    "one_recipient_only": (
        "Ett sms går till en telefon i taget.",
        NOTHING_LEFT,
        "Ange ett enda telefonnummer för den här mottagaren.",
    ),
    "channel_carries_no_file": (
        "Ett sms kan inte bära någon fil.",
        NOTHING_LEFT,
        "Välj en annan väg för filen; lösenordet får gå med sms.",
    ),
    "channel_carries_no_letter": (
        "Ett brev skulle till en mapp på en server, där ingen skulle läsa det.",
        NOTHING_SENT_ON,
        "Välj mejl eller sms för brev och lösenord.",
    ),
    "channel_needs_a_file": (
        "Ett brev utan fil skulle gå genom en delad mapp.",
        NOTHING_SHARED,
        "Välj en väg för brev, till exempel mejl eller sms.",
    ),
    "letter_refused": (
        "Mottagarens server vägrade ta emot brevet för gott när den hade sett det.",
        "Ingen fick brevet.",
        "Fråga mottagarens it-avdelning om de stoppar förseglade filer. Välj en annan väg till "
        "den här mottagaren: en delad länk, deras server med SFTP, e-Boks eller ett krypterat "
        "USB-minne.",
    ),
    "letter_too_long": (
        "Brevet bredvid en delad fil är längre än vägen tillåter.",
        NOTHING_SHARED,
        "Korta det; det som är långt hör hemma i den förseglade filen.",
    ),
    "sender_refused": (
        "Mottagarens server tar inte emot mejl från vår avsändare.",
        NOTHING_LEFT,
        "Be it-avdelningen ordna att den här datorn får skicka för avsändarens domän (SPF, omvänd "
        "DNS), eller skicka genom vår egen mejlserver.",
    ),
    "recipient_certificate_refused": (
        "Mottagarens mejlserver kunde inte visa att den är den rätta: dess certifikat har gått "
        "ut, gäller ett annat namn eller är utfärdat av någon okänd.",
        "Inget av det har lämnat oss; mottagarens server fick inte ens höra till vem.",
        "Säg till mottagarens it-avdelning att deras certifikat inte gäller. Välj en annan väg "
        "till den här mottagaren: en delad länk, deras server med SFTP, e-Boks eller ett "
        "krypterat USB-minne.",
    ),
    "recipient_domain_unknown": (
        "Mottagarens domän finns inte.",
        NOTHING_LEFT,
        "Kontrollera att adressen är rätt stavad.",
    ),
    "recipient_file_differs": (
        "Något annat ligger hos mottagaren under det namn som bara hör till den här filen.",
        "Det skrevs inte över, och vår fil skickades inte.",
        "Fråga mottagaren vem som lade det där och be dem ta bort det; kör sedan om.",
    ),
    "recipient_folder_failing": (
        "Mottagarens server kunde inte göra det den ombads om: dess disk kan vara full.",
        NOTHING_SENT_ON,
        "Be mottagaren titta efter; kör om: det fortsätter där det stannade.",
    ),
    "recipient_folder_forbidden": (
        "Vårt konto får inte skriva i mottagarens mapp, eller inte se vad som ligger i den.",
        NOTHING_SENT_ON,
        "Be mottagaren om rätt att skriva, läsa, döpa om och ta bort där; kör sedan om.",
    ),
    "recipient_folder_missing": (
        "Mottagarens mapp finns inte längre.",
        NOTHING_SENT_ON,
        "Fråga mottagaren var den ligger nu och rätta folder i `deployments/systems`; kör sedan "
        "om.",
    ),
    "folder_of_another_recipient": (
        "En fil skulle till en mapp som är kopplad för någon annan.",
        NOTHING_SENT_ON,
        "Välj den här mottagarens egen väg, eller skriv deras adress under to för vägen.",
    ),
    "recipient_not_encrypted": (
        "Det är inte känt att mejl till mottagarens domän är krypterat hela vägen.",
        NOTHING_UNSEALED,
        "Ta en annan väg, eller låt administratören kräva TLS till den domänen och skriva den "
        "under encrypted_to i kopplingarna.",
    ),
    "recipient_not_pinned": (
        "Mejl får bara gå till de domäner som skolgruppens systemfil nämner.",
        NOTHING_LEFT,
        "Lägg till domänen och dess mejlserver under servers där, eller välj en annan väg.",
    ),
    "recipient_not_shareable": (
        "Filen gick inte att dela med en av mottagarna, eller så gick det inte att skriva till "
        "dem.",
        "Den togs bort igen för dem alla.",
        "Kontrollera att adressen är rätt och att det är tillåtet att dela med dess domän; eller "
        "välj en annan väg.",
    ),
    "recipient_refused": (
        "Mottagarens server känner inte en av adresserna, eller skickar den vidare någon "
        "annanstans.",
        "Ingen fick brevet: alla adresserna får det, eller ingen.",
        "Fråga mottagaren om rätt adress och ändra den bland mottagarna.",
    ),
    "recipient_says_later": (
        "Mottagarens server ber oss komma tillbaka senare.",
        NOTHING_LEFT,
        "Inget: kör om en kvart senare.",
    ),
    "recipient_server_inside": (
        "Mottagarens domän leder till en adress inne i ett privat nätverk.",
        "Inget av det har lämnat oss; mottagarens server fick inte ens höra till vem.",
        "Kontrollera att adressen är rätt. Om servern verkligen är er egen: skriv dess adress "
        "under servers i skolgruppens systemfil.",
    ),
    "recipient_server_unreachable": (
        "Ingen av mottagarens mejlservrar svarade, eller så bröts förbindelsen.",
        NOTHING_LEFT,
        "Kör om senare. Utgående port 25 måste vara öppen från den här datorn; många nätverk "
        "stänger den.",
    ),
    "recipient_takes_no_mail": (
        "Mottagarens domän tar inte emot mejl alls.",
        NOTHING_LEFT,
        "Kontrollera att adressen är rätt stavad. Välj en annan väg till den här mottagaren: en "
        "delad länk, deras server med SFTP, e-Boks eller ett krypterat USB-minne.",
    ),
    "recipient_tls_too_old": (
        "Mottagarens mejlserver kan bara kryptering som är äldre än TLS 1.2.",
        "Inget av det har lämnat oss; mottagarens server fick inte ens höra till vem.",
        "Välj en annan väg till den här mottagaren: en delad länk, deras server med SFTP, e-Boks "
        "eller ett krypterat USB-minne.",
    ),
    "recipient_without_tls": (
        "Mottagarens mejlserver tar inte emot krypterad mejl.",
        "Inget av det har lämnat oss; mottagarens server fick inte ens höra till vem.",
        "Välj en annan väg till den här mottagaren: en delad länk, deras server med SFTP, e-Boks "
        "eller ett krypterat USB-minne.",
    ),
    "recipient_unlike_smtp": (
        "Det som svarade hos mottagaren är ingen mejlserver, eller så lägger sig någon i på vägen.",
        "Inget av det har lämnat oss; mottagarens server fick inte ens höra till vem.",
        "Försök från ett annat nätverk; hjälper det inte: säg det till mottagarens it-avdelning "
        "och välj en annan väg.",
    ),
    "recipient_without_smtputf8": (
        "Adressen har andra bokstäver än a till z, och mottagarens server tar inte emot sådana.",
        NOTHING_LEFT,
        "Be mottagaren om en adress med enkla bokstäver.",
    ),
    "relay_login_refused": (
        "Vår egen mejlserver godtog inte Gallras användare och lösenord.",
        NOTHING_LEFT,
        "Förnya den hemlighet som skolgruppens systemfil nämner; kör sedan om.",
    ),
    "relay_not_protected": (
        "Vår egen mejlserver tar inte emot krypterad mejl, eller kunde inte visa att den är den "
        "rätta.",
        "Varken brevet eller vårt lösenord skickades.",
        "Låt it-avdelningen se över dess certifikat och TLS 1.2; kör sedan om.",
    ),
    "relay_unreachable": (
        "Vår egen mejlserver svarade inte.",
        NOTHING_LEFT,
        "Kör om senare; se till att dess namn och port är rätt.",
    ),
    "relay_without_requiretls": (
        "Vår egen mejlserver lovar inte att bara skicka vidare över krypterade förbindelser.",
        NOTHING_LEFT,
        "Låt it-avdelningen slå på REQUIRETLS, eller skicka till mottagarens server (route: "
        "direct).",
    ),
}
