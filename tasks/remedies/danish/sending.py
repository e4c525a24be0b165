"""Three sentences in Danish for each code, about the ways on which something is sent."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    NOT_TOLD_WHO,
    NOT_WHOLE,
    NOTHING_LEFT,
    NOTHING_SHARED,
    NOTHING_UNSEALED,
    OUR_FAULT,
)

SENDING: Final[dict[str, tuple[str, str, str]]] = {
    "perhaps_delivered": (
        "Det kan være kommet frem, og ad denne vej kan ingen se efter.",
        "Det sendes ikke igen, før nogen ved det.",
        "Spørg modtageren, om det kom frem, og sig det derefter: `gallra share confirm P-… --by "
        "HANDLE` med `--arrived` eller `--not-arrived`.",
    ),
    "not_there_after_sending": (
        "Vejen tog imod det, men da der blev set efter, var det der ikke.",
        "Det kaldes ikke sendt.",
        "Kør igen. Hjælper det ikke: se selv efter i postkassen, mappen eller serveren, det blev "
        "sendt til.",
    ),
    "parcel_too_large": (
        "Den forseglede fil er større, end postkassen kan sende.",
        NOTHING_UNSEALED,
        "Del den gennem en mappe, eller videregiv færre personer eller oplysninger ad gangen.",
    ),
    "parcel_too_large_for_mail": (
        "Den forseglede fil er større, end mail må være her eller hos modtageren.",
        NOTHING_LEFT,
        "Del den med et link eller med SFTP, eller videregiv færre personer eller oplysninger ad "
        "gangen.",
    ),
    "parcel_changed": (
        "Den forseglede fil blev længere eller kortere, mens den blev sendt.",
        "Forsendelsen blev afbrudt midt i; modtageren fik intet brev.",
        "Se, hvem der ellers skriver i Gallras mappe; kør derefter igen.",
    ),
    "parcel_differs": (
        "Noget andet gik ud under samme reference før: andet indhold, andre personer eller en "
        "anden dag.",
        "Det, der gik ud, er, som det var; intet blev lagt til.",
        "Træk det først tilbage, og forbered derefter videregivelsen på ny.",
    ),
    "parcel_file_missing": (
        "Den forseglede fil er ikke, hvor den blev lagt.",
        NOTHING_LEFT,
        "Kør igen: den forsegles på ny. Hjælper det ikke: tjek computerens disk.",
    ),
    "parcel_malformed": (
        "En forsendelse havde et navn, et emne eller en tekst med noget, der ikke må stå der.",
        NOTHING_LEFT,
        OUR_FAULT,
    ),
    "upload_incomplete": (
        "Den forseglede fil kom ikke hel frem til kladden.",
        "Intet er sendt; næste forsøg tømmer kladden og begynder forfra.",
        "Kør igen. Hjælper det ikke: sørg for, at ingen regel i organisationen fjerner vedhæftede "
        "filer.",
    ),
    "upload_lost": (
        "Microsoft 365 mistede en fil midt i overførslen.",
        NOT_WHOLE,
        "Kør igen: den overføres på ny.",
    ),
    "file_too_short": (
        "En fil blev kortere, mens den blev sendt.",
        NOT_WHOLE,
        "Sørg for, at ingen anden skriver i Gallras mapper; kør derefter igen.",
    ),
    "sent_file_differs": (
        "Det, der blev sendt, blev læst tilbage og er ikke det, der blev sendt.",
        "Det blev fjernet igen og fik aldrig sit navn.",
        "Kør igen: det fortsætter, hvor det standsede. Hjælper det ikke: bed den, der driver "
        "serveren, tjekke dens disk.",
    ),
    "read_back_refused": (
        "Vores konto må skrive i modtagerens mappe, men ikke læse der.",
        "Det, der blev sendt, blev fjernet igen: ingen kunne have bevist, at det kom helt frem.",
        "Bed modtageren om ret til at læse det, vi skriver, eller vælg en anden vej.",
    ),
    "encryption_too_weak": (
        "En server kan kun kryptering eller underskrifter, der ikke er sikre mere.",
        NOT_TOLD_WHO,
        "Bed den, der driver serveren, opdatere den, eller vælg en anden vej.",
    ),
    "host_key_changed": (
        "En server viste en anden nøgle end den, den er kendt for: det kan være en andens server.",
        NOT_TOLD_WHO,
        "Send det ikke på en anden måde. Spørg den, der driver serveren, på et nummer, du kendte "
        "før, om nøglen er skiftet; skriv først derefter den nye under host_keys.",
    ),
    "host_key_unknown": (
        "En server viste en nøgle af en slags, som dens kobling ikke nævner.",
        NOT_TOLD_WHO,
        "Bed den, der driver serveren, om nøglens fingeraftryk, i telefonen eller ansigt til "
        "ansigt; sammenlign, og skriv den under host_keys i `deployments/systems`.",
    ),
    "private_key_malformed": (
        "Vores egen private nøgle til en server kan ikke læses, eller dens adgangssætning passer "
        "ikke.",
        "Intet blev sendt.",
        "Sørg for, at den hemmelighed, som koblingen nævner, rummer en hel nøgle, som ssh-keygen "
        "skriver den.",
    ),
    "listing_malformed": (
        "En server viser navne, som ingen mappe kan have, eller flere, end en mappe nogensinde "
        "har.",
        "Ingen af dem blev fulgt; mappen tages ikke for tom.",
        "Bed den, der driver serveren, se efter: den er i stykker, eller nogen snyder.",
    ),
    "account_lacks_rights": (
        "Vores konto må ikke lægge filer i mappen, eller ikke slette dem for altid.",
        NOTHING_SHARED,
        "Gør tjenestekontoen til administrator af det delte drev.",
    ),
    "share_folder_open": (
        "Den mappe, som filer deles fra, er selv delt med et link, med alle eller med hele "
        "organisationen.",
        "Intet blev lagt der.",
        "Fjern det link fra mappen i OneDrive; kør derefter igen.",
    ),
    "share_too_wide": (
        "Microsoft 365 lavede et link, der åbner for flere personer, eller i længere tid, end der "
        "blev bedt om.",
        "Linket og filen blev fjernet igen.",
        "Lad administratoren tillade links til bestemte personer med slutdato, eller vælg en "
        "anden vej.",
    ),
    "sharing_switched_off": (
        "Det delte drev lader ingen uden for det læse en fil.",
        NOTHING_SHARED,
        "Bed administratoren tillade, at filer deles med personer, der ikke er medlemmer, eller "
        "vælg en anden vej.",
    ),
    "time_limit_not_kept": (
        "En deling blev lavet uden sin tidsgrænse.",
        "Den blev straks fjernet igen.",
        "Spørg administratoren, om licensen lader delinger ophøre af sig selv; vælg indtil da en "
        "anden vej.",
    ),
    "last_day_past": (
        "Sidste dag for en deling er allerede forbi.",
        "Intet blev delt.",
        "Forbered videregivelsen på ny med en senere dag, hvis den stadig er nødvendig.",
    ),
    "last_day_too_far": (
        "En deling skulle vare længere end et år, og den grænse holder Google Drive ikke.",
        "Intet blev delt.",
        "Vælg en tidligere dag, eller en anden vej.",
    ),
    "no_last_day": (
        "En deling har ingen sidste dag.",
        "Intet blev delt.",
        "Sig, til og med hvornår modtageren har brug for den.",
    ),
    "no_recipient": (
        "En deling skal have mindst én persons mailadresse, og kun sådanne adresser.",
        NOTHING_SHARED,
        "Skriv modtagerens adresser i koblingen; der deles ikke med en gruppe eller et link.",
    ),
    "hand_over_folder_unsafe": (
        "Den mappe, hvor en fil hentes, er et link, ingen mappe, eller en andens.",
        "Intet ligger der.",
        "Lad `folder` for den vej være en mappe, der tilhører den, der kører Gallra; kør derefter "
        "igen.",
    ),
    "hand_over_not_writable": (
        "Den mappe, hvor en fil hentes, kan ikke skrives i eller ses i.",
        "Intet er overdraget.",
        "Sørg for, at den findes og tilhører den, der kører Gallra; kør derefter igen.",
    ),
    "sent_journal_lost": (
        "Listen over det, der er sendt, er ikke, hvor den blev begyndt: dens mappe er væk, tom "
        "eller en anden, eller dens disk er ikke tilsluttet.",
        "Intet sendes uden den: det, der allerede er kommet frem, kunne blive sendt igen.",
        "Tilslut disken, eller læg mappen tilbage fra en sikkerhedskopi: den under journal i "
        "skolegruppens systemfil. Er den tabt for altid: træk med `gallra share withdraw` alt det "
        "tilbage, som `gallra share list` viser som sending eller opening; lav derefter mappen på "
        "ny, med en tom fil kaldet journal i, og kør igen.",
    ),
    "sent_journal_unusable": (
        "Listen over det, der er sendt, kan ikke læses eller skrives.",
        "Intet sendes uden den: en genstart kunne sende noget to gange.",
        "Sørg for, at mappen under journal i skolegruppens systemfil tilhører Gallras bruger, og "
        "at dens disk ikke er fuld; kør derefter igen.",
    ),
}
