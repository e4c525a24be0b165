"""Three sentences in Danish for each code, about the rows of a file."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    ABOUT_A_DATE,
    ASK_THE_AUTHORITY,
    NO_WAY_ROUND,
    NOTHING_TO_DO,
    ROW_SAFE,
)

ROWS: Final[dict[str, tuple[str, str, str]]] = {
    "identity_missing": (
        "Rækken har intet personnummer.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_checksum": (
        "Personnummerets sidste ciffer passer ikke til de andre: et ciffer er forkert.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_date": (
        "Personnummeret begynder med en dag, der ikke findes.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_incomplete": (
        "Personnummeret har for få cifre.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_masked": (
        "En del af personnummeret er skjult bag stjerner eller krydser.",
        ROW_SAFE,
        "Vælg en eksport, der viser hele numre, og eksportér derefter listen igen.",
    ),
    "identity_non_ascii_digits": (
        "Personnummeret er skrevet med cifre fra et andet skriftsystem.",
        ROW_SAFE,
        "Skriv det med almindelige cifre ved kilden, og eksportér derefter listen igen.",
    ),
    "identity_rounded_by_excel": (
        "Excel har afrundet personnummeret: de sidste cifre er gået tabt.",
        ROW_SAFE,
        "Eksportér listen igen, og læg filen i mappen uden at åbne den i Excel.",
    ),
    "century_ambiguous_or_minor": (
        "Personnummeret har ti cifre og ville da tilhøre et barn under seksten år.",
        ROW_SAFE,
        "Sørg for, at nummeret er skrevet med alle tolv cifre, og eksportér derefter listen igen.",
    ),
    "interim_number": (
        "Nummeret er et midlertidigt nummer (med et bogstav), intet personnummer.",
        ROW_SAFE,
        "Vent på personens personnummer eller samordningsnummer, og eksportér derefter listen "
        "igen.",
    ),
    "tf_number_maybe_protected": (
        "Personen har et TF-nummer: intet personnummer, eller navne- og adressebeskyttelse.",
        ROW_SAFE,
        NO_WAY_ROUND,
    ),
    "protected_identity": (
        "Rækken taler om navne- og adressebeskyttelse.",
        ROW_SAFE,
        NO_WAY_ROUND,
    ),
    "organisation_number": (
        "Nummeret er en virksomheds eller en organisations.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "placeholder_person": (
        "Rækken har portalens pladsholder i stedet for en person.",
        ROW_SAFE,
        "Intet, medmindre deltageren mangler: spørg da Arbetsförmedlingen.",
    ),
    "name_missing": (
        "Rækken har intet navn.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "case_missing": (
        "Rækken har intet sagsnummer.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "case_format": (
        "Sagsnummeret ligner ikke et sagsnummer.",
        ROW_SAFE,
        "Sørg for, at kolonnerne ikke er flyttet, og eksportér derefter listen igen.",
    ),
    "case_belongs_to_other_person": (
        "Dette sagsnummer er registreret på en anden person.",
        ROW_SAFE,
        "Find sagen (`gallra find --case`), og spørg Arbetsförmedlingen, hvis den er.",
    ),
    "identity_with_other_name": (
        "Dette personnummer er registreret under et helt andet navn.",
        ROW_SAFE,
        "Find personen (`gallra find`), og spørg Arbetsförmedlingen, hvilket af dem der er "
        "rigtigt.",
    ),
    "erased_before": (
        "Denne person er slettet før, og politikken tager ikke nogen ind igen af sig selv.",
        ROW_SAFE,
        "Spørg databeskyttelsesrådgiveren, om dette er et nyt forløb.",
    ),
    "person_restricted": (
        "Rækken siger noget nyt om en person, hvis oplysninger kun må opbevares (artikel 18).",
        ROW_SAFE,
        "Det tages ikke med. Vurdér, om de nye oplysninger må vente: `gallra hold list` viser "
        "begrænsningen; eksportér listen igen, når den er ophævet.",
    ),
    "date_two_digit_year": (
        "Året i en dato har kun to cifre.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_ambiguous_day_month": (
        "I en dato kan dag og måned ikke skelnes fra hinanden.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_not_a_date": (
        "Hvor en dato skal stå, står noget, der ikke er nogen dato.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_no_such_day": (
        "En dato nævner en dag, der ikke findes.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_start_missing": (
        "Rækken har ingen startdato.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "date_implausible": (
        "En dato ligger for langt tilbage eller fremme i tiden til at kunne passe.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "end_before_start": (
        "Slutdatoen ligger før startdatoen.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "control_characters": (
        "Rækken har usynlige tegn, der kan få en tekst til at læses anderledes, end den er.",
        ROW_SAFE,
        "Skriv teksten igen ved kilden, og eksportér derefter listen igen.",
    ),
    "value_too_long": (
        "En celle har langt mere tekst, end der hører hjemme der.",
        ROW_SAFE,
        "Gør den kortere ved kilden, og eksportér derefter listen igen.",
    ),
    "same_row_in_file": (
        "Den samme række står to gange i filen.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "same_case_other_spelling": (
        "Den samme sag står i filen med en anden stavning.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "exported_before": (
        "Rækken er importeret før og er uændret.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "title_or_blank": (
        "Rækken er en overskrift over listen.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "blank": (
        "Rækken er tom.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "group_heading": (
        "Rækken er en overskrift mellem grupper.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "totals": (
        "Rækken indeholder summer.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "hidden_sheet": (
        "Arket er skjult og blev ikke importeret.",
        ROW_SAFE,
        "Vis arket, hvis det hører til listen, og læg filen i mappen igen.",
    ),
}
