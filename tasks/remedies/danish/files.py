"""Three sentences in Danish for each code, about the files in the staging folder."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import EXPORT, FILE_KEPT, NOTHING_CHANGED

FILES: Final[dict[str, tuple[str, str, str]]] = {
    "same_bytes": (
        "Netop denne fil er importeret før.",
        "Intet blev importeret to gange; kopien slettes, når den import er bekræftet.",
        "Intet at gøre.",
    ),
    "truncated": (
        "Filen slutter midt i; den kan stadig være på vej ind i mappen.",
        FILE_KEPT,
        "Intet, hvis næste kørsel importerer den; eksportér den ellers igen.",
    ),
    "empty_file": (
        "Filen er tom; den kan stadig være på vej ind i mappen.",
        FILE_KEPT,
        "Intet, hvis næste kørsel importerer den; eksportér den ellers igen.",
    ),
    "corrupt": (
        "Filen er beskadiget og kan ikke læses.",
        FILE_KEPT,
        EXPORT,
    ),
    "not_a_workbook": (
        "Filen er hverken et regneark eller en CSV-eksport.",
        FILE_KEPT,
        EXPORT,
    ),
    "extension_and_content_differ": (
        "Filens indhold er ikke det, som filendelsen siger.",
        FILE_KEPT,
        EXPORT,
    ),
    "office_lock_file": (
        "Nogen har et regneark åbent: dette er Offices egen låsefil.",
        "Den er ingen eksport og læses ikke; den daglige tømning fjerner den.",
        "Luk regnearket.",
    ),
    "temporary_file": (
        "Et programs midlertidige fil ligger i mappen.",
        "Den læses ikke; den daglige tømning fjerner den.",
        "Intet at gøre.",
    ),
    "password_protected": (
        "Regnearket er beskyttet med adgangskode.",
        FILE_KEPT,
        "Gem det uden adgangskode, eller eksportér det igen.",
    ),
    "header_not_recognised": (
        "Ingen række har overskrifterne fra Arbetsförmedlingens eksport.",
        FILE_KEPT,
        "Se efter, om det er deltagerlisten; en ny overskrift skrives ind i politikfilen.",
    ),
    "header_ambiguous": (
        "To kolonner gør krav på at være det samme felt.",
        FILE_KEPT,
        "Fjern eller omdøb en af dem, eller eksportér listen igen.",
    ),
    "no_rows": (
        "Filen har overskrifter, men ingen rækker.",
        FILE_KEPT,
        EXPORT,
    ),
    "unpacked_too_large": (
        "Filen bliver større udpakket, end en eksport kan være.",
        FILE_KEPT,
        EXPORT,
    ),
    "too_many_cells": (
        "Filen har flere celler, end en eksport kan have.",
        FILE_KEPT,
        EXPORT,
    ),
    "reader_crashed": (
        "Læseren gik ned på denne fil; den kører for sig selv, og intet andet tog skade.",
        FILE_KEPT,
        EXPORT,
    ),
    "reader_timeout": (
        "Det tog længere tid at læse filen end tilladt.",
        FILE_KEPT,
        EXPORT,
    ),
    "file_no_longer_there": (
        "Filen blev ændret eller fjernet, mens den blev læst.",
        "Kun den version, der blev læst, slettes nogensinde, og denne blev ikke slettet.",
        "Intet: næste kørsel ser efter igen.",
    ),
    "cases_not_verified": (
        "Da Workbuster blev læst igen, stod ikke alle sager der, som de blev overdraget.",
        "Filen blev ikke slettet, og registeret er helt.",
        "Kør igen. Hjælper det ikke: åbn listen over det, der skal gøres (`gallra status`), og "
        "sammenlign de sager.",
    ),
    "deletion_refused": (
        "Mappen nægter at slette en fil for altid: en spærring, eller en rettighed, der mangler.",
        "Det, der blev importeret, er gemt og bekræftet; filen ligger der stadig.",
        "Lad den, der passer mappen, ophæve spærringen eller give rettigheden i dag; kør derefter "
        "igen.",
    ),
    "folder_not_empty": (
        "Efter tømningen blev mappen læst igen, og den var ikke tom.",
        "Det, der blev slettet, er noteret; intet kaldes tomt, som ikke er det.",
        "Kør igen nu: hver fil skal væk i dag.",
    ),
    "file_still_there": (
        "En fil, der blev slettet, ligger stadig i mappen.",
        "Den meldes ikke som slettet; det, der blev importeret, er gemt og bekræftet.",
        "Kør igen nu. Hjælper det ikke: spørg den, der passer mappen, om der er en spærring.",
    ),
    "folder_not_mounted": (
        "Det delte drev med mellemlagringsmappen er ikke tilsluttet.",
        "Det tages ikke for en tom mappe; intet blev slettet.",
        "Tilslut det, og kør igen i dag: så længe tømmes filerne der ikke.",
    ),
    "folder_forbidden": (
        "Gallra må ikke læse eller tømme mellemlagringsmappen.",
        "Intet blev slettet.",
        "Giv tjenestens bruger rettigheden i dag; kør derefter igen.",
    ),
    "folder_missing": (
        "En mappe, som koblingerne nævner (mellemlagringsmappen eller udvekslingsmappen), findes "
        "ikke.",
        "Den tages ikke for en tom mappe; intet blev slettet.",
        "Ret stien i koblingerne, eller bring mappen tilbage, og kør igen i dag. Gallra laver "
        "ingen ny: filerne kan ligge, hvor den var.",
    ),
    "folder_not_answering": (
        "En mappe, som koblingerne nævner (mellemlagringsmappen eller udvekslingsmappen), svarer "
        "ikke.",
        "Den tages ikke for en tom mappe; intet blev slettet.",
        "Sørg for, at disken eller netværksdrevet virker, og kør igen i dag.",
    ),
    "list_is_our_workbook": (
        "Den nyeste liste i udvekslingsmappen er en kopi af vores egen importfil.",
        "En kopi beviser intet: intet blev taget for bevist, og intet blev slettet.",
        "Slet kopien, indlæs filen i Workbuster, og eksportér Workbusters egen liste.",
    ),
    "list_not_recognised": (
        "Den nyeste liste i Workbusters udvekslingsmappe mangler en kolonne, der skal "
        "sammenlignes.",
        "Intet blev taget for bevist, og intet blev slettet.",
        "Eksportér listen med alle de kolonner, som koblingerne nævner under `export_list`.",
    ),
    "list_unreadable": (
        "Den nyeste liste i Workbusters udvekslingsmappe kan ikke læses.",
        "Intet blev taget for bevist, og intet blev slettet.",
        "Eksportér Workbusters liste igen til den mappe.",
    ),
    "list_header_ambiguous": (
        "To kolonner i listen betyder det samme.",
        "Intet fra listen blev taget ind.",
        "Fjern en af dem, eller omdøb den.",
    ),
    "name_taken": (
        "Der ligger allerede en fil med det navn.",
        NOTHING_CHANGED,
        "Giv filen et andet navn.",
    ),
    "no_staging": (
        "Skolegruppens politik har ingen mellemlagringsmappe: der importeres ingen eksporter for "
        "den.",
        NOTHING_CHANGED,
        "Vælg en anden politik med `--controller`, eller skriv `staging` ind i politikken.",
    ),
}
