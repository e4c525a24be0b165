"""Three sentences in Danish for each code, about settings, keys and databases."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import NOTHING_CHANGED, NOTHING_OPENED, NOTHING_STARTED

SETTINGS: Final[dict[str, tuple[str, str, str]]] = {
    "log_redaction_missing": (
        "Maskeringen af loggene er ikke slået til i denne proces.",
        "Kørslen blev standset, før den havde læst noget.",
        "Start den med `gallra serve` eller `gallra run`; se PREFECT_LOGGING_CONFIG_PATH.",
    ),
    "server_would_start_open": (
        "Prefects server ville have stået åben for andre.",
        "Den blev ikke startet.",
        "Sæt den indstilling, der nævnes, eller lad Gallra sørge for serverens "
        "PREFECT_SERVER-indstillinger.",
    ),
    "server_is_open": (
        "Den Prefect-server, der kører, lukker andre ind eller stoler på andres sider.",
        "Selve registeret er ikke i den; det, den viser af kørsler, kan ses og ændres.",
        "Stop den, og start den med `gallra serve`, eller giv den den nævnte indstilling der, "
        "hvor den kører.",
    ),
    "secret_file_readable_by_others": (
        "En fil med en adgangskode eller en nøgle kan læses af andre brugere.",
        NOTHING_STARTED,
        "Gør den privat (chmod 600), og skift adgangskoden eller nøglen ud, hvis andre kan have "
        "læst den.",
    ),
    "secret_file_malformed": (
        "En fil med en adgangskode eller en nøgle har andre tegn end almindelige bogstaver, cifre "
        "og skilletegn, eller mere end én linje.",
        NOTHING_STARTED,
        "Skriv den på ny, på én linje med enkle tegn (uden æ, ø og å).",
    ),
    "state_readable_by_others": (
        "Gallras datamappe, en database eller en nøgle kan læses eller ændres af andre brugere på "
        "denne computer.",
        NOTHING_STARTED,
        "Gør den privat: chmod 700 for en mappe (den, som GALLRA_HOME peger på, eller en, hvor en "
        "database eller nøglerne ligger), chmod 600 for en fil.",
    ),
    "kek_beside_data": (
        "Hovednøglen ligger ved siden af oplysningerne: den, der kopierer det ene, har det andet.",
        "Intet blev startet; med GALLRA_MODE=production er det ikke tilladt.",
        "Lad GALLRA_KEYS pege på en mappe på en anden disk, eller brug en systemd-credential, og "
        "flyt filerne `kek-…` dertil.",
    ),
    "prefect_api_not_protected": (
        "Adressen til Prefects server er ingen adresse, eller fører dertil uden TLS.",
        "Intet blev sendt dertil.",
        "Skriv GALLRA_PREFECT_API som https://…/api, uden adgangskode i. Er der ingen andre på "
        "det net, som mellem containere, så sig det: GALLRA_PREFECT_NETWORK=closed.",
    ),
    "prefect_auth_missing": (
        "Der er en adresse til Prefects server, men ingen adgangskode til den.",
        "Intet blev sendt dertil.",
        "Skriv `user:password` i en fil, som kun Gallras bruger kan læse, og angiv filen i "
        "GALLRA_PREFECT_AUTH_FILE.",
    ),
    "prefect_settings_beside": (
        "En fil med indstillinger for Prefect ligger, hvor Prefect ville læse dem, og kan få det "
        "til at gemme eller vise mere, end Gallra tillader.",
        NOTHING_STARTED,
        "Fjern den nævnte fil: fra mappen `prefect` i Gallras datamappe, eller fra den mappe, "
        "hvor du gav kommandoen. Eller tag Prefects indstillinger ud af den.",
    ),
    "setting_invalid": (
        "En indstilling har en værdi, som den ikke kan have.",
        NOTHING_STARTED,
        "GALLRA_MODE er `trial` eller `production`, GALLRA_WORKERS et tal fra 1 til 1000, "
        "GALLRA_FAN_OUT_FROM et helt tal fra 1 og op, GALLRA_PREFECT_NETWORK `open` eller "
        "`closed`, GALLRA_PREFECT_BIND en IP-adresse på denne computer.",
    ),
    "bindings_invalid": (
        "Koblingerne til systemerne kan ikke bruges: linjerne herover siger hvor og hvorfor.",
        NOTHING_CHANGED,
        "Ret den fil i mappen med koblinger (GALLRA_SYSTEMS, fra starten deployments/systems); "
        "`gallra policy check` viser samme liste, indtil det er rigtigt.",
    ),
    "policy_invalid": (
        "Politikfilen kan ikke bruges: linjerne herover siger hvor og hvorfor.",
        NOTHING_CHANGED,
        "Ret den fil i mappen med politikker (GALLRA_POLICIES); `gallra policy check` viser samme "
        "liste, indtil det er rigtigt.",
    ),
    "controller_unknown": (
        "Der er ingen politik med det navn.",
        NOTHING_CHANGED,
        "Vælg en af de politikker, der findes, med `--controller`: deres filer ligger under "
        "GALLRA_POLICIES, og `gallra policy check` nævner dem.",
    ),
    "no_policy_file": (
        "Mappen med politikker har ingen politikfil.",
        NOTHING_CHANGED,
        "Lad GALLRA_POLICIES pege på mappen med politikfilerne, eller sæt den slet ikke.",
    ),
    "home_not_absolute": (
        "GALLRA_HOME er en relativ sti.",
        NOTHING_CHANGED,
        "Skriv den fra roden, for eksempel /srv/gallra.",
    ),
    "home_not_usable": (
        "Stien til Gallras datamappe har et tegn, som ikke kan stå i en databaseadresse.",
        NOTHING_CHANGED,
        "Vælg et GALLRA_HOME uden ?, # og %.",
    ),
    "home_not_writable": (
        "Gallras datamappe kan ikke oprettes eller skrives i.",
        NOTHING_CHANGED,
        "Giv den bruger, der kører Gallra, ret til den, eller sæt GALLRA_HOME til en anden mappe.",
    ),
    "database_damaged": (
        "En databasefil er beskadiget eller er ingen database.",
        NOTHING_CHANGED,
        "Læg den nyeste sikkerhedskopi tilbage; det, der mangler i den, importeres igen fra nye "
        "eksporter.",
    ),
    "database_folder_not_writable": (
        "Der kan ikke skrives i en databases mappe: `records` eller `keys`, som linjen herover "
        "siger.",
        NOTHING_CHANGED,
        "Giv den bruger, der kører Gallra, ret til den, eller sæt GALLRA_HOME til en anden mappe.",
    ),
    "database_full": (
        "Disken med en database er fuld.",
        NOTHING_CHANGED,
        "Gør plads, og kør derefter igen: det fortsætter, hvor det standsede.",
    ),
    "database_login_refused": (
        "Databaseserveren afviste login.",
        NOTHING_CHANGED,
        "Ret bruger og adgangskode: GALLRA_DATABASE_URL for registeret, GALLRA_KEY_DATABASE_URL "
        "for nøglerne.",
    ),
    "database_missing": (
        "Databaseserveren har ingen database med det navn.",
        NOTHING_CHANGED,
        "Opret den der, eller ret GALLRA_DATABASE_URL (registeret) eller GALLRA_KEY_DATABASE_URL "
        "(nøglerne).",
    ),
    "database_restored": (
        "Dette register er ældre, end vidnet ved: det er gendannet fra en sikkerhedskopi.",
        "Intet åbner det, før sletningerne siden da er gjort igen.",
        "Kør `gallra restore replay`.",
    ),
    "database_unreachable": (
        "En af Gallras databaser kan ikke nås: `records` eller `keys`, som linjen herover siger.",
        NOTHING_CHANGED,
        "Sørg for, at dens server eller disk er der: GALLRA_DATABASE_URL for registeret, "
        "GALLRA_KEY_DATABASE_URL for nøglerne. Kør derefter igen.",
    ),
    "kek_missing": (
        "Hovednøglen er ikke, hvor den skal være.",
        NOTHING_OPENED,
        "Læg dens fil tilbage i den mappe, som GALLRA_KEYS peger på. Lav ingen ny: uden denne kan "
        "intet af det, der er gemt, åbnes.",
    ),
    "kek_must_be_supplied": (
        "Den næste hovednøgle skal komme fra den, der leverer nøglerne her.",
        NOTHING_OPENED,
        "Lad den, der passer serveren, levere den nøglefil, der nævnes herover; kør derefter igen.",
    ),
    "kek_must_be_withdrawn": (
        "Den gamle hovednøgle ligger der stadig; den er ikke ødelagt endnu.",
        "Alt er låst under den nye nøgle; skiftet meldes ikke som gjort.",
        "Lad den, der passer serveren, ødelægge den nøglefil, der nævnes herover; kør derefter "
        "igen.",
    ),
    "kek_not_writable": (
        "En ny hovednøgle kan ikke skrives.",
        NOTHING_OPENED,
        "Giv den bruger, der kører Gallra, ret til den mappe, som GALLRA_KEYS peger på.",
    ),
    "kek_readable_by_others": (
        "Hovednøglen kan læses af andre brugere på denne computer.",
        NOTHING_OPENED,
        "Gør den privat (chmod 600). Kør derefter `gallra keys rotate`, hvis andre kan have læst "
        "den.",
    ),
    "kek_unreadable": (
        "Hovednøglen kan ikke læses.",
        NOTHING_OPENED,
        "Giv den bruger, der kører Gallra, og ingen anden, ret til at læse den nøglefil, der "
        "nævnes herover, i den mappe, som GALLRA_KEYS peger på.",
    ),
    "key_database_lost": (
        "Databasen med nøgler er tom, men der er hovednøgler fra en tidligere.",
        NOTHING_OPENED,
        "Læg databasen med nøgler tilbage (GALLRA_KEY_DATABASE_URL); begynd ingen ny.",
    ),
    "keys_restored": (
        "En kopi af nøglerne er lagt tilbage, og med den nøgler, der er ødelagt siden da.",
        "Intet åbner dem, før de er ødelagt igen.",
        "Kør `gallra restore replay`.",
    ),
}
