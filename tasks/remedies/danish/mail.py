"""Three sentences in Danish for each code, about mail and text messages."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    NOTHING_LEFT,
    NOTHING_SENT_ON,
    NOTHING_SHARED,
    NOTHING_UNSEALED,
    OUR_FAULT,
)

MAIL: Final[dict[str, tuple[str, str, str]]] = {
    "address_malformed": (
        "En modtagers adresse er ingen almindelig mailadresse.",
        NOTHING_LEFT,
        "Skriv den som name@domain blandt modtagerne.",
    ),
    "telephone_malformed": (
        "Et telefonnummer er ikke skrevet med sit landenummer.",
        NOTHING_LEFT,
        "Skriv det som +46… eller +45… uden mellemrum blandt modtagerne.",
    ),
    "authorities_unreadable": (
        "Filen med de udstedere, der stoles på, kan ikke læses.",
        NOTHING_LEFT,
        "Tjek stien under trusted i skolegruppens systemfil.",
    ),
    "dns_unreachable": (
        "Det kunne ikke findes ud af, hvilken server der modtager modtagerens mail.",
        NOTHING_LEFT,
        "Tjek computerens netværk og navneservere; kør derefter igen.",
    ),
    "gateway_login_refused": (
        "Tjenesten for sms accepterede ikke vores login.",
        "Hverken teksten eller nummeret blev sendt.",
        "Forny den hemmelighed, som skolegruppens systemfil nævner; kør derefter igen.",
    ),
    "gateway_unreachable": (
        "Tjenesten for sms svarede ikke, eller beder os komme igen senere.",
        NOTHING_LEFT,
        "Kør igen senere.",
    ),
    "text_refused": (
        "Tjenesten for sms afviste teksten eller nummeret.",
        "Ingen fik den.",
        "Tjek, at nummeret er rigtigt, og at koblingen kalder felterne, som tjenesten gør.",
    ),
    "text_too_long_for_sms": (
        "En tekst er tom, eller for lang til en sms.",
        NOTHING_LEFT,
        OUR_FAULT,
    ),
    "one_recipient_only": (
        "En sms går til én telefon ad gangen.",
        NOTHING_LEFT,
        "Angiv ét telefonnummer for denne modtager.",
    ),
    "channel_carries_no_file": (
        "En sms kan ikke bære nogen fil.",
        NOTHING_LEFT,
        "Vælg en anden vej til filen; adgangskoden må gå med sms.",
    ),
    "channel_carries_no_letter": (
        "Et brev skulle til en mappe på en server, hvor ingen ville læse det.",
        NOTHING_SENT_ON,
        "Vælg mail eller sms til breve og adgangskoder.",
    ),
    "channel_needs_a_file": (
        "Et brev uden fil skulle gå gennem en delt mappe.",
        NOTHING_SHARED,
        "Vælg en vej for breve, for eksempel mail eller sms.",
    ),
    "letter_refused": (
        "Modtagerens server afviste brevet for altid, da den havde set det.",
        "Ingen fik brevet.",
        "Spørg modtagerens it-afdeling, om de afviser forseglede filer. Vælg en anden vej til "
        "denne modtager: et delt link, deres server med SFTP, e-Boks eller en krypteret "
        "USB-nøgle.",
    ),
    "letter_too_long": (
        "Brevet ved siden af en delt fil er længere, end vejen tillader.",
        NOTHING_SHARED,
        "Gør det kortere; det, der er langt, hører til i den forseglede fil.",
    ),
    "sender_refused": (
        "Modtagerens server tager ikke imod mail fra vores afsender.",
        NOTHING_LEFT,
        "Bed it-afdelingen sørge for, at denne computer må sende for afsenderens domæne (SPF, "
        "omvendt DNS), eller send gennem vores egen mailserver.",
    ),
    "recipient_certificate_refused": (
        "Modtagerens mailserver kunne ikke vise, at den er den rigtige: dens certifikat er "
        "udløbet, gælder et andet navn eller er udstedt af nogen ukendt.",
        "Intet af det har forladt os; modtagerens server fik ikke engang at høre til hvem.",
        "Sig til modtagerens it-afdeling, at deres certifikat ikke gælder. Vælg en anden vej til "
        "denne modtager: et delt link, deres server med SFTP, e-Boks eller en krypteret "
        "USB-nøgle.",
    ),
    "recipient_domain_unknown": (
        "Modtagerens domæne findes ikke.",
        NOTHING_LEFT,
        "Tjek, at adressen er stavet rigtigt.",
    ),
    "recipient_file_differs": (
        "Noget andet ligger hos modtageren under det navn, som kun hører til denne fil.",
        "Det blev ikke overskrevet, og vores fil blev ikke sendt.",
        "Spørg modtageren, hvem der lagde det der, og bed dem fjerne det; kør derefter igen.",
    ),
    "recipient_folder_failing": (
        "Modtagerens server kunne ikke gøre, hvad den blev bedt om: dens disk kan være fuld.",
        NOTHING_SENT_ON,
        "Bed modtageren se efter; kør igen: det fortsætter, hvor det standsede.",
    ),
    "recipient_folder_forbidden": (
        "Vores konto må ikke skrive i modtagerens mappe, eller ikke se, hvad der ligger i den.",
        NOTHING_SENT_ON,
        "Bed modtageren om ret til at skrive, læse, omdøbe og fjerne der; kør derefter igen.",
    ),
    "recipient_folder_missing": (
        "Modtagerens mappe findes ikke mere.",
        NOTHING_SENT_ON,
        "Spørg modtageren, hvor den ligger nu, og ret folder i `deployments/systems`; kør "
        "derefter igen.",
    ),
    "folder_of_another_recipient": (
        "En fil skulle til en mappe, der er koblet for en anden.",
        NOTHING_SENT_ON,
        "Vælg denne modtagers egen vej, eller skriv deres adresse under to for vejen.",
    ),
    "recipient_not_encrypted": (
        "Det vides ikke, om mail til modtagerens domæne er krypteret hele vejen.",
        NOTHING_UNSEALED,
        "Tag en anden vej, eller lad administratoren kræve TLS til det domæne og skrive det under "
        "encrypted_to i koblingerne.",
    ),
    "recipient_not_pinned": (
        "Mail må kun gå til de domæner, som skolegruppens systemfil nævner.",
        NOTHING_LEFT,
        "Tilføj domænet og dets mailserver under servers der, eller vælg en anden vej.",
    ),
    "recipient_not_shareable": (
        "Filen kunne ikke deles med en af modtagerne, eller der kunne ikke skrives til dem.",
        "Den blev fjernet igen for dem alle.",
        "Tjek, at adressen er rigtig, og at det er tilladt at dele med dens domæne; eller vælg en "
        "anden vej.",
    ),
    "recipient_refused": (
        "Modtagerens server kender ikke en af adresserne, eller sender den videre et andet sted "
        "hen.",
        "Ingen fik brevet: alle adresserne får det, eller ingen.",
        "Spørg modtageren om den rigtige adresse, og ret den blandt modtagerne.",
    ),
    "recipient_says_later": (
        "Modtagerens server beder os komme igen senere.",
        NOTHING_LEFT,
        "Intet: kør igen om et kvarter.",
    ),
    "recipient_server_inside": (
        "Modtagerens domæne fører til en adresse inde i et privat netværk.",
        "Intet af det har forladt os; modtagerens server fik ikke engang at høre til hvem.",
        "Tjek, at adressen er rigtig. Hvis serveren virkelig er jeres egen: skriv dens adresse "
        "under servers i skolegruppens systemfil.",
    ),
    "recipient_server_unreachable": (
        "Ingen af modtagerens mailservere svarede, eller forbindelsen blev afbrudt.",
        NOTHING_LEFT,
        "Kør igen senere. Udgående port 25 skal være åben fra denne computer; mange netværk "
        "lukker den.",
    ),
    "recipient_takes_no_mail": (
        "Modtagerens domæne tager slet ikke imod mail.",
        NOTHING_LEFT,
        "Tjek, at adressen er stavet rigtigt. Vælg en anden vej til denne modtager: et delt link, "
        "deres server med SFTP, e-Boks eller en krypteret USB-nøgle.",
    ),
    "recipient_tls_too_old": (
        "Modtagerens mailserver kan kun kryptering, der er ældre end TLS 1.2.",
        "Intet af det har forladt os; modtagerens server fik ikke engang at høre til hvem.",
        "Vælg en anden vej til denne modtager: et delt link, deres server med SFTP, e-Boks eller "
        "en krypteret USB-nøgle.",
    ),
    "recipient_without_tls": (
        "Modtagerens mailserver tager ikke imod krypteret mail.",
        "Intet af det har forladt os; modtagerens server fik ikke engang at høre til hvem.",
        "Vælg en anden vej til denne modtager: et delt link, deres server med SFTP, e-Boks eller "
        "en krypteret USB-nøgle.",
    ),
    "recipient_unlike_smtp": (
        "Det, der svarede hos modtageren, er ingen mailserver, eller nogen blander sig på vejen.",
        "Intet af det har forladt os; modtagerens server fik ikke engang at høre til hvem.",
        "Prøv fra et andet netværk; hjælper det ikke: sig det til modtagerens it-afdeling, og "
        "vælg en anden vej.",
    ),
    "recipient_without_smtputf8": (
        "Adressen har andre bogstaver end a til z, og modtagerens server tager ikke imod dem.",
        NOTHING_LEFT,
        "Bed modtageren om en adresse med enkle bogstaver.",
    ),
    "relay_login_refused": (
        "Vores egen mailserver accepterede ikke Gallras bruger og adgangskode.",
        NOTHING_LEFT,
        "Forny den hemmelighed, som skolegruppens systemfil nævner; kør derefter igen.",
    ),
    "relay_not_protected": (
        "Vores egen mailserver tager ikke imod krypteret mail, eller kunne ikke vise, at den er "
        "den rigtige.",
        "Hverken brevet eller vores adgangskode blev sendt.",
        "Lad it-afdelingen tjekke dens certifikat og TLS 1.2; kør derefter igen.",
    ),
    "relay_unreachable": (
        "Vores egen mailserver svarede ikke.",
        NOTHING_LEFT,
        "Kør igen senere; sørg for, at dens navn og port er rigtige.",
    ),
    "relay_without_requiretls": (
        "Vores egen mailserver lover ikke kun at sende videre over krypterede forbindelser.",
        NOTHING_LEFT,
        "Lad it-afdelingen slå REQUIRETLS til, eller send til modtagerens server (route: direct).",
    ),
}
