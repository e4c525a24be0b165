"""Three sentences in Danish for each code, about sealed files and disclosures."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    NOT_GIVEN,
    NOTHING_HAS_LEFT,
    NOTHING_NEW,
    NOTHING_UNSEALED,
    OUR_FAULT,
    TELL_AND_TOUCH_NOTHING,
)

DISCLOSING: Final[dict[str, tuple[str, str, str]]] = {
    "container_differs": (
        "En forseglet fil blev åbnet igen med sin adgangskode, og indholdet var ikke det, der "
        "blev lagt ind.",
        "Den blev kasseret og har ikke forladt os.",
        "Tjek denne computers disk og hukommelse; kør derefter igen.",
    ),
    "container_empty": (
        "Der er intet at lægge i filen.",
        NOTHING_UNSEALED,
        "Se, om de valgte personer har noget blandt de valgte oplysninger.",
    ),
    "container_name_not_neutral": (
        "En forseglet fil ville have fået et andet navn end sin reference.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "container_not_encrypted": (
        "En forseglet fil blev prøvet, før den blev sendt, og noget i den kunne læses uden "
        "adgangskoden.",
        "Den blev kasseret og har ikke forladt os.",
        "Send den ikke på en anden måde. Kør igen; hjælper det ikke: sig det til "
        "databeskyttelsesrådgiveren, og meld koden.",
    ),
    "container_not_written": (
        "Den forseglede fil kunne ikke skrives til disken.",
        NOTHING_UNSEALED,
        "Sørg for, at disken ikke er fuld, og at mappen tilhører Gallras bruger; kør derefter "
        "igen.",
    ),
    "container_source_unreadable": (
        "Det, der skulle forsegles, er intet åbent regneark og ingen åben PDF: det er beskadiget, "
        "eller har adgangskode.",
        NOTHING_UNSEALED,
        "Vælg zip-filen, som tager hver fil, som den er.",
    ),
    "container_too_large": (
        "Indholdet er for stort til et beskyttet regneark eller en beskyttet PDF.",
        NOTHING_UNSEALED,
        "Vælg zip-filen, som tager enhver størrelse, eller videregiv færre personer eller "
        "oplysninger ad gangen.",
    ),
    "password_not_generated": (
        "En fil ville være blevet forseglet med en adgangskode, som Gallra ikke har lavet.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "row_of_another_width": (
        "En række i tabellen har flere eller færre felter end overskriften.",
        NOTHING_UNSEALED,
        OUR_FAULT,
    ),
    "text_not_printable": (
        "En tekst har tegn, som ingen skrifttype på denne computer kan vise.",
        "Ingen side blev lavet, som ikke kan læses.",
        "Installér skrifttyperne (Debian: fonts-noto-core), eller vælg regnearket eller zip-filen.",
    ),
    "text_not_writable": (
        "En tekst har tegn, som ingen tabel kan rumme, eller som viser den i en anden rækkefølge, "
        "end den er skrevet.",
        "Intet blev skrevet, og intet har forladt os.",
        "Ret den ved kilden, importér den igen, og kør igen.",
    ),
    "foreign_in_outgoing": (
        "Noget, som Gallra ikke har lagt der, ligger i mappen for det, der skal forlade os.",
        "Det ligger, som det lå, og hindrer intet i at blive sendt.",
        "Se, hvad det er, og hvis, i mappen `outgoing` i Gallras datamappe, og fjern det.",
    ),
    "outgoing_not_empty": (
        "En forseglet fil ligger i mappen for udgående og kan ikke fjernes.",
        "Den er forseglet: ingen læser den uden dens adgangskode.",
        "Sørg for, at mappen `outgoing` i Gallras datamappe tilhører den, der kører Gallra; kør "
        "derefter igen.",
    ),
    "outgoing_not_writable": (
        "Mappen for det, der skal forlade os, kan ikke skrives i.",
        "Intet har forladt os.",
        "Sørg for, at mappen `outgoing` i Gallras datamappe tilhører den, der kører Gallra; kør "
        "derefter igen.",
    ),
    "extract_not_writable": (
        "Mappen for det, der skal overdrages, kan ikke skrives i.",
        "Intet blev ændret, og intet blev udleveret.",
        "Giv den bruger, der kører Gallra, ret til dens mappe for udgående; gør det derefter igen.",
    ),
    "contact_changed": (
        "Kontakten, eller en vej, er koblet til en anden adresse end den, der blev godkendt.",
        "Intet går til den nye adresse: ingen adgangskode, og intet brev, der beder om sletning.",
        "Stil koblingen tilbage; kør derefter igen. Er den nye rigtig, og er adgangskoden ikke "
        "sendt endnu: kør `gallra share withdraw`, forbered en ny, og lad den blive godkendt. Er "
        "dens tid ude: spørg selv modtageren, derefter `gallra share confirm P-… --deleted --by "
        "HANDLE`.",
    ),
    "contact_not_bound": (
        "Modtageren har ingen kontakt med det navn.",
        NOTHING_HAS_LEFT,
        "Skriv den ind i skolegruppens systemfil; prøv derefter igen.",
    ),
    "contact_not_reached": (
        "Kontakten har ingen adresse for denne vej.",
        NOTHING_HAS_LEFT,
        "Skriv den ind i skolegruppens systemfil; prøv derefter igen.",
    ),
    "channel_not_bound": (
        "Ingen vej med det navn er koblet.",
        NOTHING_HAS_LEFT,
        "Skriv den ind i skolegruppens systemfil; prøv derefter igen.",
    ),
    "channel_rebound": (
        "En vej fører til et andet sted, end da dette blev sendt ad den.",
        "Det kaldes ikke trukket tilbage: det, der ligger på det gamle sted, søges ikke på det "
        "nye.",
        "Stil vejens gamle kobling tilbage, kør `gallra share withdraw` igen, og skift den "
        "bagefter. Kan det gamle sted ikke nås: lad den, der passer det, fjerne filen, og sig det "
        "til databeskyttelsesrådgiveren.",
    ),
    "disclosure_changed_meanwhile": (
        "En anden kørsel var hurtigere.",
        "Intet blev gjort to gange.",
        "Se med `gallra share show`, hvor langt det er kommet.",
    ),
    "disclosure_key_gone": (
        "Det, som adgangskoden laves af, er ødelagt: den blev sendt, eller en sikkerhedskopi er "
        "lagt tilbage.",
        "Intet blev sendt igen.",
        NOTHING_NEW,
    ),
    "disclosure_step_not_allowed": (
        "En videregivelse kan ikke gå sådan videre fra, hvor den står.",
        NOTHING_HAS_LEFT,
        "Se med `gallra share show`, hvor langt den er kommet.",
    ),
    "disclosure_unknown": (
        "Ingen videregivelse har den reference.",
        NOTHING_HAS_LEFT,
        "Se dem med `gallra share list`.",
    ),
    "identity_protected": (
        "Ifølge systemet herover har nogen navne- og adressebeskyttelse.",
        "Intet om nogen har forladt os. En videregivelse, der var godkendt, er ugyldig.",
        "Lad personen være ude, og sig det straks til lederen: beskyttede personer behandles "
        "efter rutinen for dem, aldrig af Gallra.",
    ),
    "not_withdrawn": (
        "Det blev trukket tilbage, men da der blev set efter igen, kunne det ikke ses, at det er "
        "væk.",
        "Det kaldes ikke trukket tilbage.",
        "Kør igen. Hjælper det ikke: fjern adgangen i hånden der, hvor det ligger, og kør igen.",
    ),
    "nothing_to_hand_over": (
        "Ingen fil fra denne videregivelse ligger klar til nogen.",
        NOTHING_HAS_LEFT,
        "Se med `gallra share show`, hvor langt den er kommet; `gallra share send` lægger den "
        "frem, når den er godkendt.",
    ),
    "password_held_back": (
        "Den forseglede fil er sendt, og nu må indholdet ikke videregives: politikken er en "
        "anden, eller noget af det er slettet eller ved at blive slettet.",
        "Adgangskoden sendes ikke, og uden den kan ingen læse filen.",
        "Kør `gallra share withdraw`. Må det alligevel videregives: forbered en ny videregivelse "
        "med `gallra share prepare`, og lad den blive godkendt.",
    ),
    "plan_discloses_nothing": (
        "Denne plan er en sletning: intet forlader os ved den.",
        "Intet har forladt os.",
        "Udfør den med `gallra execute`.",
    ),
    "record_anothers": (
        "Systemet herover har givet en posts nøgle til en anden.",
        "Intet har forladt os, og intet om den anden person blev beholdt.",
        "Kør `gallra inventory`, derefter: forbered en ny videregivelse med `gallra share "
        "prepare`, og lad den blive godkendt.",
    ),
    "record_changed": (
        "En post i systemet herover er ikke, som den var, da den blev godkendt, eller sidst læst.",
        "Intet har forladt os. En videregivelse, der var godkendt, er ugyldig.",
        "Kør `gallra inventory`, derefter: forbered en ny videregivelse med `gallra share "
        "prepare`, og lad den blive godkendt.",
    ),
    "record_missing": (
        "En post i systemet herover findes ikke mere, eller er mærket som slettet.",
        "Intet har forladt os. En videregivelse, der var godkendt, er ugyldig.",
        "Kør `gallra inventory`, derefter: forbered en ny videregivelse med `gallra share "
        "prepare`, og lad den blive godkendt.",
    ),
    "record_unclear": (
        "Ingen kan sige, hvis en post i systemet herover er: den har intet nummer eller en anden "
        "adresse, eller dens nøgle passer til to.",
        "Intet har forladt os. En videregivelse, der var godkendt, er ugyldig.",
        "Ret det i det system, kør `gallra inventory`, derefter: forbered en ny videregivelse med "
        "`gallra share prepare`, og lad den blive godkendt.",
    ),
    "record_withheld": (
        "Systemet herover viser en post til ingen, heller ikke til Gallra.",
        "Intet har forladt os. En videregivelse, der var godkendt, er ugyldig.",
        "Spørg den, der passer systemet, hvorfor; lad derefter det system være ude, eller: "
        "forbered en ny videregivelse med `gallra share prepare`, og lad den blive godkendt.",
    ),
    "system_answered_otherwise": (
        "Et system svarede om andre poster end dem, det blev spurgt om.",
        "Intet af det blev brugt, og intet har forladt os.",
        "Meld koden. Ændr intet i hånden.",
    ),
    "value_not_text": (
        "Et felt i systemet herover rummer et billede, en optagelse eller noget andet, som ingen "
        "tabel kan vise.",
        NOT_GIVEN,
        "Lad de oplysninger eller det system være ude; en sådan fil overdrages af den, der har "
        "den.",
    ),
    "time_is_up": (
        "Sidste dag var forbi, før adgangskoden blev sendt.",
        "Uden adgangskoden kan ingen læse det, der blev sendt; det trækkes tilbage.",
        "Kør `gallra share withdraw`. Forbered en ny videregivelse med `gallra share prepare`, og "
        "lad den blive godkendt.",
    ),
    "attempt_not_in_ledger": (
        "Registeret tæller andre forsøg på at sende denne videregivelse, end loggen gør.",
        "Intet mere af den blev sendt: den kunne blive sendt to gange. Den kan stadig trækkes "
        "tilbage.",
        TELL_AND_TOUCH_NOTHING,
    ),
    "stage_not_in_ledger": (
        "Registeret sagde noget andet om, hvor langt en videregivelse er kommet, eller om dens "
        "sidste dag, end loggen gør.",
        "Intet sendes efter det, som registeret sagde. Før noget trækkes tilbage, rettes det til "
        "det, loggen siger, så det alligevel trækkes tilbage, eller modtageren spørges.",
        "Find ud af, hvem der kan skrive i registeret, og sig det til databeskyttelsesrådgiveren; "
        "luk det med `gallra done`, når det er gjort.",
    ),
    "telling_not_in_ledger": (
        "En underretning står i registeret, som loggen intet ved om.",
        "Ingen fik brev på grund af den.",
        "Nogen har ændret registeret i hånden: sig det til databeskyttelsesrådgiveren. Se den med "
        "`gallra share list`.",
    ),
    "letter_changed": (
        "En anden kørsel var hurtigere med samme brev.",
        "Ingen fik det to gange.",
        "Kør det igen.",
    ),
    "record_lost": (
        "Loggen kender en plan, en videregivelse, en underretning eller et brud, som registeret "
        "mangler.",
        "Loggen er hel. Det, der blev givet til nogen, er hos dem, og ingen kørsel trækker det "
        "tilbage.",
        "Nogen har ændret registeret i hånden: sig det til databeskyttelsesrådgiveren. `gallra "
        "ledger verify` siger, til hvem det gik, ad hvilken vej og til hvilken dag; læg "
        "registeret tilbage fra sikkerhedskopien, eller træk det tilbage i hånden.",
    ),
}
