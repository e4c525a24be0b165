"""Three sentences in Swedish for each code, about settings, keys and databases."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import NOTHING_CHANGED, NOTHING_OPENED, NOTHING_STARTED

SETTINGS: Final[dict[str, tuple[str, str, str]]] = {
    "log_redaction_missing": (
        "Maskeringen av loggarna är inte på i den här processen.",
        "Körningen stoppades innan den hade läst något.",
        "Starta den med `gallra serve` eller `gallra run`; se PREFECT_LOGGING_CONFIG_PATH.",
    ),
    "server_would_start_open": (
        "Prefects server skulle ha stått öppen för andra.",
        "Den startades inte.",
        "Sätt inställningen som nämns, eller låt Gallra sköta serverns "
        "PREFECT_SERVER-inställningar.",
    ),
    "server_is_open": (
        "Prefects server som är igång släpper in andra, eller litar på andras sidor.",
        "Själva registret finns inte i den; det den visar av körningar kan ses och ändras.",
        "Stoppa den och starta den med `gallra serve`, eller ge den inställningen som nämns där "
        "den körs.",
    ),
    "secret_file_readable_by_others": (
        "En fil med ett lösenord eller en nyckel kan läsas av andra användare.",
        NOTHING_STARTED,
        "Gör den privat (chmod 600), och byt ut lösenordet eller nyckeln om andra kan ha läst den.",
    ),
    "secret_file_malformed": (
        "En fil med ett lösenord eller en nyckel har andra tecken än vanliga bokstäver, siffror "
        "och skiljetecken, eller mer än en rad.",
        NOTHING_STARTED,
        "Skriv den på nytt, på en rad med enkla tecken (utan å, ä och ö).",
    ),
    "state_readable_by_others": (
        "Gallras datamapp, en databas eller en nyckel kan läsas eller ändras av andra användare "
        "på den här datorn.",
        NOTHING_STARTED,
        "Gör den privat: chmod 700 för en mapp (den som GALLRA_HOME pekar ut, eller en där en "
        "databas eller nycklarna ligger), chmod 600 för en fil.",
    ),
    "kek_beside_data": (
        "Huvudnyckeln ligger bredvid uppgifterna: den som kopierar det ena har det andra.",
        "Inget startades; med GALLRA_MODE=production är det inte tillåtet.",
        "Låt GALLRA_KEYS peka på en mapp på en annan disk, eller använd en systemd-credential, "
        "och flytta dit filerna `kek-…`.",
    ),
    "prefect_api_not_protected": (
        "Adressen till Prefects server är ingen adress, eller går dit utan TLS.",
        "Inget skickades dit.",
        "Skriv GALLRA_PREFECT_API som https://…/api, utan lösenord i. Finns ingen annan på det "
        "nätet, som mellan containrar, så säg det: GALLRA_PREFECT_NETWORK=closed.",
    ),
    "prefect_auth_missing": (
        "Det finns en adress till Prefects server men inget lösenord till den.",
        "Inget skickades dit.",
        "Skriv `user:password` i en fil som bara Gallras användare kan läsa, och ange filen i "
        "GALLRA_PREFECT_AUTH_FILE.",
    ),
    "prefect_settings_beside": (
        "En fil med inställningar för Prefect ligger där Prefect skulle läsa dem, och kan få det "
        "att spara eller visa mer än Gallra tillåter.",
        NOTHING_STARTED,
        "Ta bort filen som nämns: ur mappen `prefect` i Gallras datamapp, eller ur mappen där du "
        "gav kommandot. Eller ta bort Prefects inställningar ur den.",
    ),
    "setting_invalid": (
        "En inställning har ett värde som den inte kan ha.",
        NOTHING_STARTED,
        "GALLRA_MODE är `trial` eller `production`, GALLRA_WORKERS ett tal från 1 till 1000, "
        "GALLRA_FAN_OUT_FROM ett heltal från 1 och uppåt, GALLRA_PREFECT_NETWORK `open` eller "
        "`closed`, GALLRA_PREFECT_BIND en IP-adress på den här datorn.",
    ),
    "bindings_invalid": (
        "Kopplingarna till systemen går inte att använda: raderna här ovanför säger var och "
        "varför.",
        NOTHING_CHANGED,
        "Rätta den filen i mappen med kopplingar (GALLRA_SYSTEMS, från början "
        "deployments/systems); `gallra policy check` visar samma lista tills det är rätt.",
    ),
    "policy_invalid": (
        "Policyfilen går inte att använda: raderna här ovanför säger var och varför.",
        NOTHING_CHANGED,
        "Rätta den filen i mappen med policyer (GALLRA_POLICIES); `gallra policy check` visar "
        "samma lista tills det är rätt.",
    ),
    "controller_unknown": (
        "Det finns ingen policy med det namnet.",
        NOTHING_CHANGED,
        "Välj en av de policyer som finns med `--controller`: deras filer ligger under "
        "GALLRA_POLICIES, och `gallra policy check` räknar upp dem.",
    ),
    "no_policy_file": (
        "Mappen med policyer har ingen policyfil.",
        NOTHING_CHANGED,
        "Låt GALLRA_POLICIES peka på mappen med policyfilerna, eller sätt den inte alls.",
    ),
    "home_not_absolute": (
        "GALLRA_HOME är en relativ sökväg.",
        NOTHING_CHANGED,
        "Skriv den från roten, till exempel /srv/gallra.",
    ),
    "home_not_usable": (
        "Sökvägen till Gallras datamapp har ett tecken som inte kan stå i en databasadress.",
        NOTHING_CHANGED,
        "Välj ett GALLRA_HOME utan ?, # och %.",
    ),
    "home_not_writable": (
        "Gallras datamapp går inte att skapa eller skriva i.",
        NOTHING_CHANGED,
        "Ge användaren som kör Gallra behörighet till den, eller sätt GALLRA_HOME till en annan "
        "mapp.",
    ),
    "database_damaged": (
        "En databasfil är skadad eller är ingen databas.",
        NOTHING_CHANGED,
        "Lägg tillbaka den nyaste säkerhetskopian; det som saknas i den importeras igen ur nya "
        "exporter.",
    ),
    "database_folder_not_writable": (
        "Det går inte att skriva i en databas mapp: `records` eller `keys`, som raden här ovanför "
        "säger.",
        NOTHING_CHANGED,
        "Ge användaren som kör Gallra behörighet till den, eller sätt GALLRA_HOME till en annan "
        "mapp.",
    ),
    "database_full": (
        "Disken med en databas är full.",
        NOTHING_CHANGED,
        "Gör plats och kör sedan om: det fortsätter där det stannade.",
    ),
    "database_login_refused": (
        "Databasservern godtog inte inloggningen.",
        NOTHING_CHANGED,
        "Rätta användare och lösenord: GALLRA_DATABASE_URL för registret, GALLRA_KEY_DATABASE_URL "
        "för nycklarna.",
    ),
    "database_missing": (
        "Databasservern har ingen databas med det namnet.",
        NOTHING_CHANGED,
        "Skapa den där, eller rätta GALLRA_DATABASE_URL (registret) eller GALLRA_KEY_DATABASE_URL "
        "(nycklarna).",
    ),
    "database_restored": (
        "Det här registret är äldre än vittnet vet: det har återlästs från en säkerhetskopia.",
        "Inget öppnar det innan raderingarna sedan dess har gjorts igen.",
        "Kör `gallra restore replay`.",
    ),
    "database_unreachable": (
        "En av Gallras databaser går inte att nå: `records` eller `keys`, som raden här ovanför "
        "säger.",
        NOTHING_CHANGED,
        "Se till att dess server eller disk finns där: GALLRA_DATABASE_URL för registret, "
        "GALLRA_KEY_DATABASE_URL för nycklarna. Kör sedan om.",
    ),
    "kek_missing": (
        "Huvudnyckeln finns inte där den ska vara.",
        NOTHING_OPENED,
        "Lägg tillbaka dess fil i mappen som GALLRA_KEYS pekar ut. Gör ingen ny: utan den här kan "
        "inget av det som är sparat öppnas.",
    ),
    "kek_must_be_supplied": (
        "Nästa huvudnyckel ska komma från den som tillhandahåller nycklarna här.",
        NOTHING_OPENED,
        "Låt den som sköter servern lägga dit nyckelfilen som nämns här ovanför; kör sedan om.",
    ),
    "kek_must_be_withdrawn": (
        "Den gamla huvudnyckeln ligger kvar; den är inte förstörd än.",
        "Allt är inlåst under den nya nyckeln; bytet redovisas inte som gjort.",
        "Låt den som sköter servern förstöra nyckelfilen som nämns här ovanför; kör sedan om.",
    ),
    "kek_not_writable": (
        "En ny huvudnyckel går inte att skriva.",
        NOTHING_OPENED,
        "Ge användaren som kör Gallra behörighet till mappen som GALLRA_KEYS pekar ut.",
    ),
    "kek_readable_by_others": (
        "Huvudnyckeln kan läsas av andra användare på den här datorn.",
        NOTHING_OPENED,
        "Gör den privat (chmod 600). Kör sedan `gallra keys rotate` om andra kan ha läst den.",
    ),
    "kek_unreadable": (
        "Huvudnyckeln går inte att läsa.",
        NOTHING_OPENED,
        "Ge användaren som kör Gallra, och ingen annan, rätt att läsa nyckelfilen som nämns här "
        "ovanför, i mappen som GALLRA_KEYS pekar ut.",
    ),
    "key_database_lost": (
        "Databasen med nycklar är tom, men det finns huvudnycklar från en tidigare.",
        NOTHING_OPENED,
        "Lägg tillbaka databasen med nycklar (GALLRA_KEY_DATABASE_URL); börja ingen ny.",
    ),
    "keys_restored": (
        "En kopia av nycklarna har lagts tillbaka, och med den nycklar som har förstörts sedan "
        "dess.",
        "Inget öppnar dem innan de är förstörda igen.",
        "Kör `gallra restore replay`.",
    ),
}
