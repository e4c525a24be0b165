"""Sentences in Danish that more than one code is told with."""

from __future__ import annotations

from typing import Final

NOTHING_CHANGED: Final = "Intet er ændret, og intet er slettet."
FILE_KEPT: Final = "Intet fra filen er gemt; den ligger i mappen indtil den daglige tømning."
NO_EFFECT: Final = (
    "Intet gøres uden sin hændelse i loggen: det, der ikke kunne skrives ind, blev ikke gjort."
)
RERUN: Final = "Kør kørslen igen: den fortsætter, hvor den standsede, og gør intet to gange."
DOCTOR: Final = "Kør `gallra doctor`, som siger, hvad der skal rettes; kør derefter igen."
EXPORT: Final = "Eksportér listen igen fra Arbetsförmedlingens portal, og læg den i mappen."
TELL_THE_OFFICER: Final = (
    "Stop, ændr intet på denne computer, og sig det til databeskyttelsesrådgiveren."
)
NOT_TAKEN_FOR_EMPTY: Final = (
    "Det tages ikke for tomt, ingen regnes for væk der, og intet kaldes slettet."
)
COMPARE: Final = (
    "Sammenlign systemets del i `deployments/systems` med systemet, kør `gallra policy check`, og "
    "kør derefter igen."
)
NOTHING_LEFT: Final = "Intet af det har forladt os."
NOTHING_OPENED: Final = "Intet blev åbnet, og intet blev overskrevet."
NOTHING_STARTED: Final = "Intet blev startet."
NOTHING_HAS_LEFT: Final = "Intet er ændret, og intet har forladt os."
NOTHING_UNSEALED: Final = "Intet har forladt os, og intet ligger der ukrypteret."
REFUSED: Final = "Intet blev slettet, og intet har forladt os; afslaget står i loggen."
NOT_GIVEN: Final = "Intet har forladt os, og afslaget står i loggen."
ROW_SAFE: Final = "Intet af rækken er gemt; filens andre rækker berøres ikke."
ASK_THE_AUTHORITY: Final = "Bed Arbetsförmedlingen rette det, og eksportér derefter listen igen."
NO_WAY_ROUND: Final = (
    "Led ikke efter en omvej. Tal med lederen om, hvordan personen skal registreres; intet "
    "skrives i et system eller en mail."
)
ABOUT_A_DATE: Final = (
    "Har nogen åbnet og gemt filen i Excel: eksportér listen igen, og lad den være, som den er; "
    "bed ellers Arbetsförmedlingen rette datoen."
)
NOTHING_TO_DO: Final = "Intet at gøre."
NOTHING_SHARED: Final = "Intet blev delt, og intet af det ligger i mappen."
MICROSOFT: Final = "Intet blev ændret der, og intet tages for tomt eller væk."
OUR_FAULT: Final = "Dette er en fejl i Gallra: meld koden. Ændr intet i hånden."
NOT_TOLD_WHO: Final = "Den fik ikke at vide, hvem vi er, og ingen fil gik dertil."
NOT_WHOLE: Final = (
    "Ingen ser en fil, der ikke er hel; det, der nåede at blive sendt af den, er kasseret."
)
TELL_AND_TOUCH_NOTHING: Final = (
    "Ændr intet på denne computer, og sig det til databeskyttelsesrådgiveren."
)
NOTHING_SENT_ON: Final = "Intet af filen ligger under sit navn hos modtageren."
NOTHING_NEW: Final = (
    "Forbered en ny videregivelse med `gallra share prepare`, og lad den blive godkendt."
)
