"""Three sentences in Danish for each code, about the steps of a run and the ledger."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import NO_EFFECT, NOTHING_CHANGED, RERUN, TELL_THE_OFFICER

STEPS: Final[dict[str, tuple[str, str, str]]] = {
    "held_by_another_run": (
        "En anden kørsel arbejder med det samme.",
        NOTHING_CHANGED,
        "Intet: det prøves igen. Hjælper det ikke: kør igen, når den anden kørsel er færdig.",
    ),
    "turn_did_not_come": (
        "Andre kørsler har arbejdet mod dette system i en halv time, så mange som må være der på "
        "én gang.",
        "Intet blev ændret i det.",
        "Intet: det prøves igen. Hjælper det ikke: se, hvad de kørsler laver, eller luk flere "
        "ind: at_once i skolegruppens systemfil.",
    ),
    "lease_lost": (
        "Denne kørsel var for langsom, og en anden tog over.",
        "Arbejdet gøres én gang: det, der blev gemt, bliver; det, der ikke blev bevist, blev ikke "
        "slettet.",
        RERUN,
    ),
    "holding_still_there": (
        "Noget, der blev slettet, kunne stadig læses.",
        "Sletningen meldes ikke som gjort.",
        "Kør igen. Hjælper det ikke: sig det til databeskyttelsesrådgiveren.",
    ),
    "took_too_long": (
        "Trinnet nåede sin tidsgrænse og blev standset.",
        "Det, der blev gemt, bliver; det, der ikke blev bevist, blev ikke slettet.",
        RERUN,
    ),
    "unexpected_error": (
        "En fejl, som Gallra ikke kender, standsede trinnet.",
        "Det, der blev gemt, bliver; det, der ikke blev bevist, blev ikke slettet.",
        "Kør igen. Hjælper det ikke: meld klassen og linjen herover; der er ingen "
        "personoplysninger i dem.",
    ),
    "ledger_not_written": (
        "Der kunne ikke skrives i loggen.",
        NO_EFFECT,
        "Sørg for, at disken ikke er fuld eller skrivebeskyttet (`gallra doctor`); kør derefter "
        "igen.",
    ),
    "no_witness": (
        "Intet vidne uden for denne computer tog imod kontrolpunktet.",
        "Intet slettes eller videregives uden et vidne, og intet er blevet slettet eller "
        "videregivet.",
        "Sørg for, at disken med vidnets fil eller mailserveren kan nås; kør derefter igen.",
    ),
    "checkpoint_forged": (
        "Et kontrolpunkt bærer ikke vores underskrift.",
        NOTHING_CHANGED,
        TELL_THE_OFFICER,
    ),
    **dict.fromkeys(
        (
            "event_changed",
            "head_changed",
            "head_disagrees",
            "head_longer",
            "head_missing",
            "head_shorter",
            "rewritten",
            "rolled_back",
            "witness_contradicts",
            "witness_rolled_back",
        ),
        (
            "Loggen stemmer ikke: noget er ændret, fjernet eller ført tilbage.",
            NOTHING_CHANGED,
            TELL_THE_OFFICER,
        ),
    ),
    "witness_shortened": (
        "Vidnet viser mindre, end det engang tog imod: dets fil er fjernet, tømt eller byttet ud.",
        "Intet blev slettet; selve loggen er urørt.",
        "Sig det til databeskyttelsesrådgiveren. Læg vidnets fil tilbage; kun hvis dens disk "
        "virkelig er tabt: `gallra ledger checkpoint --begin-anew`.",
    ),
    "ledger_unwitnessed": (
        "Intet vidne har taget imod et kontrolpunkt af loggen i mere end et døgn, og intet gør "
        "det nu.",
        "Intet blev startet; loggen er, som den var.",
        "Sørg for, at vidnets fil og postkasse kan nås, kør `gallra ledger checkpoint`, og start "
        "igen.",
    ),
    "run_history_kept": (
        "Prefect gemmer stadig kørsler, sider, logge eller hændelser, der er ældre, end "
        "politikken siger.",
        "Ingen person står i dem. Registeret, loggen og mapperne er, som de var.",
        "Se, om Prefects oprydning er slået til (PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED sættes "
        "af `gallra serve`), start serveren igen, og kør dette igen i morgen.",
    ),
    "prefect_does_not_answer": (
        "Prefects server svarede ikke.",
        "Registeret, loggen og mapperne er, som de var.",
        "Se, om den kører (`gallra doctor`, prefect/server.log i Gallras datamappe).",
    ),
    "system_not_reached": (
        "Et system med personoplysninger kunne ikke læses til ende.",
        "Intet der regnes for væk, og det, der var kendt om det før, huskes stadig.",
        "Sørg for, at det svarer, og at adressen og hemmeligheden i koblingerne er rigtige; kør "
        "derefter igen. Indtil da planlægges intet nyt i det.",
    ),
    "plan_not_proven": (
        "Noget i planen er tilbage, som ikke løser sig af sig selv.",
        "For det, der ikke er bevist, udstedes intet bevis; det, der blev bevist, forbliver "
        "bevist.",
        "Planens side siger system for system, hvad der er tilbage, og hvem der skal gøre noget; "
        "kør den derefter igen.",
    ),
    "processor_not_valid": (
        "Den, der driver det system, har ingen gyldig aftale eller gennemgang, og politikkens dag "
        "er forbi.",
        "Intet nyt blev givet til det, hentet fra det eller sendt gennem det. Sletning, "
        "tilbagetrækning og læsning fortsætter.",
        "`gallra processor list` siger, hvad der mangler. Skaf det, notér det med `gallra "
        "processor`, og kør derefter igen.",
    ),
    "told_too_late": (
        "Nogen skulle nu være oplyst om, hvad der sker med deres oplysninger, og ingen kan sige, "
        "at det er sket (art. 14, stk. 3).",
        "Hvem der er oplyst, er noteret; ingen oplyses to gange.",
        "Se `gallra inform status`, og `gallra work-orders list` for dem, der oplyses personligt.",
    ),
    "incident_late": (
        "Fristen for anmeldelsen til myndigheden er udløbet.",
        "Anmeldelsen skal stadig ske, nu med grundene til forsinkelsen (artikel 33, stk. 1).",
        "Skriv grundene (`gallra incident note B-… --topic delay`), anmeld straks (`gallra "
        "incident form B-… --by HANDLE`), og sig det til ledelsen.",
    ),
}
