"""All that is said in Danish: by code, and by the class of an error."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.disclosing import DISCLOSING
from tasks.remedies.danish.erasing import ERASING
from tasks.remedies.danish.files import FILES
from tasks.remedies.danish.judging import JUDGING
from tasks.remedies.danish.mail import MAIL
from tasks.remedies.danish.often import DOCTOR, EXPORT, FILE_KEPT, NO_EFFECT, NOTHING_CHANGED, RERUN
from tasks.remedies.danish.rows import ROWS
from tasks.remedies.danish.sending import SENDING
from tasks.remedies.danish.settings import SETTINGS
from tasks.remedies.danish.steps import STEPS
from tasks.remedies.danish.systems import SYSTEMS

LISTS: Final = (FILES, STEPS, SETTINGS, SYSTEMS, MAIL, SENDING, DISCLOSING, ERASING, JUDGING, ROWS)

BY_CODE: Final = {code: said for each in LISTS for code, said in each.items()}

BY_KIND: Final[dict[str, tuple[str, str, str]]] = {
    "FileRefused": (
        "Filen kan ikke læses som en eksport.",
        FILE_KEPT,
        EXPORT,
    ),
    "Refused": (
        "Anmodningen kan ikke accepteres: linjen herover siger hvorfor.",
        NOTHING_CHANGED,
        "Ret anmodningen, og prøv igen; `--help` viser, hvad kommandoen skal have.",
    ),
    "Unreachable": (
        "Et system svarede ikke.",
        "Et system, der ikke kan ses efter i, tages aldrig for tomt; intet blev slettet der.",
        "Kør igen, når det svarer.",
    ),
    "Retryable": (
        "Noget var ikke klart.",
        NOTHING_CHANGED,
        RERUN,
    ),
    "NotProven": (
        "Da det blev læst igen, kunne det ikke ses, at det var gjort.",
        "Det meldes ikke som gjort, og intet, der afhænger af det, blev slettet.",
        "Kør igen. Hjælper det ikke: sig det til databeskyttelsesrådgiveren.",
    ),
    "LedgerFailure": (
        "Der kunne ikke skrives i loggen eller dens vidne, eller de stemmer ikke.",
        NO_EFFECT,
        "Kør `gallra ledger verify`; går det ikke godt: sig det til databeskyttelsesrådgiveren.",
    ),
    "KeyFailure": (
        "En nøgle mangler, kan ikke læses eller passer ikke.",
        "Intet blev åbnet, og intet blev overskrevet.",
        "Læg nøglefilen tilbage i den mappe, som GALLRA_KEYS peger på, læsbar for den bruger, der "
        "kører Gallra; lav ingen ny. Kør derefter igen.",
    ),
    "Misconfigured": (
        "Indstillingerne, politikken eller koblingerne er forkerte.",
        NOTHING_CHANGED,
        DOCTOR,
    ),
    "Busy": BY_CODE["held_by_another_run"],
    "Changed": BY_CODE["file_no_longer_there"],
}
