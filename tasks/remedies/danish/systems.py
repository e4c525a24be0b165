"""Three sentences in Danish for each code, about the systems that hold personal data."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    COMPARE,
    MICROSOFT,
    NOT_TAKEN_FOR_EMPTY,
    NOTHING_CHANGED,
    NOTHING_UNSEALED,
)

SYSTEMS: Final[dict[str, tuple[str, str, str]]] = {
    "system_unreachable": (
        "Et system svarede ikke, eller svarede, at det ikke kan.",
        NOT_TAKEN_FOR_EMPTY,
        "Sørg for, at det kører og kan nås fra denne computer; næste kørsel fortsætter.",
    ),
    "system_login_refused": (
        "Et system accepterer ikke Gallras bruger, adgangskode eller nøgle.",
        NOT_TAKEN_FOR_EMPTY,
        "Læg den rigtige hemmelighed, hvor koblingen siger, at den ligger, eller giv brugeren "
        "dens rettigheder.",
    ),
    "system_busy": (
        "En anden holder et systems database låst.",
        NOT_TAKEN_FOR_EMPTY,
        "Intet, hvis næste kørsel går igennem; afslut ellers det, der holder den låst.",
    ),
    "system_conflict": (
        "Et system ville ikke slippe en post: noget andet der har stadig brug for den.",
        "Intet blev gjort ved den post; alle andre blev behandlet.",
        "Se efter i systemet, hvad der peger på posten, og bind det under `also`; kør derefter "
        "igen.",
    ),
    "system_damaged": (
        "Den fil, som et system består af, er beskadiget eller er noget andet.",
        NOT_TAKEN_FOR_EMPTY,
        "Lad den, der driver systemet, reparere eller gendanne den; kør derefter igen.",
    ),
    "system_read_only": (
        "Et systems database kan læses, men ikke skrives i.",
        NOT_TAKEN_FOR_EMPTY,
        "Giv Gallras bruger ret til at ændre og slette der; kør derefter igen.",
    ),
    "system_unlike_binding": (
        "Et system ser anderledes ud, end dets kobling siger: en tabel, en kolonne eller et svar.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "system_address_malformed": (
        "Adressen til et systems database kan ikke forstås.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "listing_in_a_circle": (
        "Et systems liste fører fra side til side uden ende.",
        NOT_TAKEN_FOR_EMPTY,
        COMPARE,
    ),
    "listing_incomplete": (
        "Et systems liste viste et andet antal poster, end den siger, at den har.",
        NOT_TAKEN_FOR_EMPTY,
        "Kør igen: nogen kan have arbejdet der imens. Kommer det igen: se systemets del i "
        "`deployments/systems`.",
    ),
    "answer_too_large": (
        "Et enkelt svar fra et system er større end 64 MB.",
        NOT_TAKEN_FOR_EMPTY,
        "Lad koblingen bede om mindre sider.",
    ),
    "record_malformed": (
        "En post i et system har ingen nøgle, eller en dato, der ikke er nogen dato.",
        NOT_TAKEN_FOR_EMPTY,
        "Få den rettet i systemet, eller sørg for, at dets del i `deployments/systems` nævner de "
        "rigtige kolonner; kør derefter igen.",
    ),
    "key_ambiguous": (
        "En nøgle passer til to poster i et system.",
        "Intet blev gjort ved den post; alle andre blev behandlet.",
        "Lad en af de to få sin egen nøgle i systemet; kør derefter igen.",
    ),
    "key_malformed": (
        "En posts nøgle kan ikke høre til det system, som den siges at komme fra.",
        "Intet blev gjort ved den.",
        "Se, om systemets del i `deployments/systems` er ændret siden den seneste gennemgang; lav "
        "en gennemgang, og udarbejd derefter en ny plan.",
    ),
    "key_would_go": (
        "Det, der udpeger en post i et system, skal selv tømmes.",
        "Intet blev gjort ved posten.",
        "Angiv en nøgle i `deployments/systems`, som intet siger om en person.",
    ),
    "cannot_empty": (
        "Felter i en post skal tømmes, men systemets kobling siger ikke hvordan.",
        "Intet blev gjort ved posten.",
        "Skriv `empty` i systemets del i `deployments/systems`; kør derefter igen.",
    ),
    "cannot_erase": (
        "En post skal slettes, men systemets kobling siger ikke hvordan.",
        "Intet blev gjort ved posten.",
        "Skriv `erase` i systemets del i `deployments/systems`; kør derefter igen.",
    ),
    "system_leads_elsewhere": (
        "Et systems svar fører til en anden computer.",
        "Intet blev sendt dertil; nøglen bliver hos computeren i koblingen.",
        "Hvis systemet er flyttet: skriv dets nye adresse i `deployments/systems`.",
    ),
    "answer_lost": (
        "Noget blev sendt, og svaret på det gik tabt.",
        "Den anden side tager imod det samme én gang, hvor ofte det end sendes.",
        "Kør igen: den spørger igen og gør intet to gange.",
    ),
    "inventory_shrunk": (
        "Et system viser ingen, eller færre end halvdelen, af de poster, som det havde før.",
        "Intet regnes for væk; personer og poster er, som de var.",
        "Se, om systemets forbindelse eller rettigheder er ændret. Hvis så mange virkelig er "
        "holdt op: lav gennemgangen igen, og acceptér den.",
    ),
    "system_not_bound": (
        "Et system i planen er ikke blandt koblingerne mere.",
        "Et system, der ikke kan ses efter i, tages aldrig for tomt.",
        "Kobl det igen i skolegruppens systemfil, eller sig der, at det ikke findes; kør derefter "
        "planen igen.",
    ),
    "system_shows_nothing": (
        "Et system viser slet ingen, selv om der er personer, som ikke står i nogen plan.",
        "Intet blev slettet der, og intet kaldes væk: det kan være et andet system, eller det er "
        "i stykker.",
        "Sørg for, at koblingen peger på det rigtige system, og at dets konto ser alle; kør igen.",
    ),
    "no_case_system": (
        "Skolegruppens politik har intet sagssystem.",
        NOTHING_CHANGED,
        "Vælg en anden politik med `--controller`, eller skriv sagssystemet ind i politikken.",
    ),
    "needs_a_person": (
        "Kun et menneske kan anonymisere i Workbuster.",
        "Intet om personen er slettet endnu, hverken her eller der.",
        "Gør det, der står på huskelisten (`gallra status`); næste kørsel fortsætter derfra.",
    ),
    "account_list_malformed": (
        "Listen over konti er tom, mangler en overskrift, har en dato, der ikke er nogen dato, en "
        "linje uden nøgle, eller to med den samme.",
        "En halv liste er ingen liste: ingen konto blev vurderet.",
        "Eksportér den igen, eller ret koblingens kolonner: hver overskrift én gang. Kør igen.",
    ),
    "account_list_missing": (
        "Den liste over konti, som nogen eksporterer, ligger ikke, hvor koblingen siger.",
        "Ingen konto i det system blev vurderet; ingen regnes for at have en, eller ingen.",
        "Eksportér den dertil, læsbar for Gallra; derefter `gallra access review`.",
    ),
    "account_list_stale": (
        "Listen over konti er ældre end koblingens `longest`, eller har en dag, der ikke er "
        "kommet endnu.",
        "Den blev ikke læst: hvem der er begyndt eller holdt op siden da, står ikke i den.",
        "Eksportér den igen; derefter `gallra access review`.",
    ),
    "account_still_there": (
        "En konto blev fjernet, og systemet viser den alligevel.",
        "Den kaldes ikke fjernet.",
        "Se efter i systemet, om nogen eller noget opretter den på ny; kør derefter `gallra "
        "access review` igen.",
    ),
    "staff_list_malformed": (
        "Personalelisten er tom, mangler en overskrift, har en dato, der ikke er nogen dato, "
        "eller en linje uden person.",
        "En halv liste er ingen liste: ingen regnes for at være holdt op, og ingen konto blev "
        "fjernet.",
        "Ret listen, eller koblingens kolonner: datoer som 2026-12-31, hver overskrift én gang. "
        "Kør igen.",
    ),
    "staff_list_unreachable": (
        "Personalelisten kan ikke læses.",
        "Ingen regnes for at være holdt op, og ingen konto blev fjernet.",
        "Læg listen, hvor koblingens `staff` siger, læsbar for Gallra.",
    ),
    "too_many_leavers": (
        "Ifølge personalelisten skulle mere end en tredjedel af et systems konti væk, og mindst "
        "tre.",
        "Ikke én af dem blev fjernet: en liste i stykker må ikke se ud, som om alle er holdt op.",
        "Se med `gallra access list` hvilke, og se på personalelisten: er den hel, og fra i dag? "
        "Hvis så mange virkelig er holdt op, eller deres kursus er forbi, så sig det: `gallra "
        "access review --accept-many`.",
    ),
    "drive_key_malformed": (
        "Tjenestekontoens nøgle er ikke den fil, som Google gav.",
        "Google fik intet spørgsmål.",
        "Lav en ny nøgle til tjenestekontoen, læg hele JSON-filen, hvor koblingen siger, og slet "
        "den gamle nøgle hos Google.",
    ),
    "folder_not_as_bound": (
        "Det, der er koblet som en mappe i Google Drive, er ingen mappe, eller ligger et andet "
        "sted eller i papirkurven.",
        "Intet blev læst, skrevet eller slettet der.",
        "Åbn mappen i browseren, og kopiér sidste del af dens adresse til `deployments/systems`, "
        "og den for dens delte drev.",
    ),
    "graph_certificate_unreadable": (
        "Appens certifikat kan ikke læses, eller mangler sin private nøgle.",
        MICROSOFT,
        "Læg en PEM-fil med certifikat og nøgle, eller en PFX-fil i base64, hvor koblingen siger; "
        "kør derefter igen.",
    ),
    "graph_right_missing": (
        "Microsoft 365 kender appen, men lader den ikke gøre dette.",
        MICROSOFT,
        "Lad administratoren give appen den rettighed, som systemets del i "
        "`deployments/systems/README.md` nævner, for netop dette sted; kør derefter igen.",
    ),
    "graph_token_refused": (
        "Microsoft 365 accepterede ikke appen: dens certifikat, dens hemmelighed eller dens "
        "organisation.",
        MICROSOFT,
        "Lad administratoren se, om certifikatet eller hemmeligheden er udløbet, og om tenant og "
        "client_id i koblingerne er rigtige; kør derefter igen.",
    ),
    "item_missing": (
        "Noget, som koblingen nævner, findes ikke: et drev, en mappe eller en postkasse.",
        MICROSOFT,
        "Sammenlign id-numrene i koblingerne med Microsoft 365; kør derefter igen.",
    ),
    "mailbox_not_found": (
        "Den postkasse, som koblingen nævner, svarer ikke appen.",
        NOTHING_UNSEALED,
        "Ret mailbox i koblingerne, eller lad administratoren give appen adgang til den.",
    ),
}
