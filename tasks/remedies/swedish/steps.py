"""Three sentences in Swedish for each code, about the steps of a run and the ledger."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import NO_EFFECT, NOTHING_CHANGED, RERUN, TELL_THE_OFFICER

STEPS: Final[dict[str, tuple[str, str, str]]] = {
    "held_by_another_run": (
        "En annan körning arbetar med samma sak.",
        NOTHING_CHANGED,
        "Inget: det försöks igen. Hjälper det inte: kör om när den andra körningen är klar.",
    ),
    "turn_did_not_come": (
        "Andra körningar har arbetat mot det här systemet i en halvtimme, så många som får vara "
        "där på en gång.",
        "Inget ändrades i det.",
        "Inget: det försöks igen. Hjälper det inte: se vad de körningarna gör, eller släpp in "
        "fler: at_once i skolgruppens systemfil.",
    ),
    "lease_lost": (
        "Den här körningen var för långsam, och en annan tog över.",
        "Arbetet görs en gång: det som sparades finns kvar, det som inte bevisades raderades inte.",
        RERUN,
    ),
    "holding_still_there": (
        "Något som raderades gick fortfarande att läsa.",
        "Raderingen redovisas inte som gjord.",
        "Kör om. Hjälper det inte: berätta för dataskyddsombudet.",
    ),
    "took_too_long": (
        "Steget nådde sin tidsgräns och stoppades.",
        "Det som sparades finns kvar; det som inte bevisades raderades inte.",
        RERUN,
    ),
    "unexpected_error": (
        "Ett fel som Gallra inte känner till stoppade steget.",
        "Det som sparades finns kvar; det som inte bevisades raderades inte.",
        "Kör om. Hjälper det inte: anmäl klassen och raden här ovanför; där finns inga "
        "personuppgifter.",
    ),
    "ledger_not_written": (
        "Det gick inte att skriva i liggaren.",
        NO_EFFECT,
        "Se till att disken inte är full eller skrivskyddad (`gallra doctor`); kör sedan om.",
    ),
    "no_witness": (
        "Inget vittne utanför den här datorn tog emot kontrollpunkten.",
        "Inget raderas eller lämnas ut utan vittne, och inget har raderats eller lämnats ut.",
        "Se till att disken med vittnets fil, eller mejlservern, går att nå; kör sedan om.",
    ),
    "checkpoint_forged": (
        "En kontrollpunkt bär inte vår underskrift.",
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
            "Liggaren stämmer inte: något har ändrats, tagits bort eller backats tillbaka.",
            NOTHING_CHANGED,
            TELL_THE_OFFICER,
        ),
    ),
    "witness_shortened": (
        "Vittnet visar mindre än det en gång tog emot: dess fil har tagits bort, tömts eller "
        "bytts ut.",
        "Inget raderades; själva liggaren är orörd.",
        "Berätta för dataskyddsombudet. Lägg tillbaka vittnets fil; bara om dess disk verkligen "
        "är förlorad: `gallra ledger checkpoint --begin-anew`.",
    ),
    "ledger_unwitnessed": (
        "Inget vittne har tagit emot en kontrollpunkt av liggaren på mer än ett dygn, och inget "
        "gör det nu.",
        "Inget startades; liggaren är som den var.",
        "Se till att vittnets fil och brevlåda går att nå, kör `gallra ledger checkpoint` och "
        "starta igen.",
    ),
    "run_history_kept": (
        "Prefect har kvar körningar, sidor, loggar eller händelser som är äldre än policyn säger.",
        "Ingen person finns i dem. Registret, liggaren och mapparna är som de var.",
        "Se om Prefects städning är på (PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED sätts av "
        "`gallra serve`), starta om servern och kör om det här i morgon.",
    ),
    "prefect_does_not_answer": (
        "Prefects server svarade inte.",
        "Registret, liggaren och mapparna är som de var.",
        "Se om den är igång (`gallra doctor`, prefect/server.log i Gallras datamapp).",
    ),
    "system_not_reached": (
        "Ett system med personuppgifter kunde inte läsas till slutet.",
        "Inget där räknas som borta, och det som var känt om det förut är kvar.",
        "Se till att det svarar och att adressen och hemligheten i kopplingarna är rätt; kör "
        "sedan om. Till dess planeras inget nytt i det.",
    ),
    "plan_not_proven": (
        "Något i planen är kvar som inte löser sig av sig självt.",
        "Det som inte är bevisat får inget intyg; det som bevisades förblir bevisat.",
        "Planens sida säger system för system vad som är kvar och vem som måste göra något; kör "
        "sedan om den.",
    ),
    "processor_not_valid": (
        "Den som driver det systemet har inget giltigt avtal eller ingen giltig granskning, och "
        "policyns dag har passerat.",
        "Inget nytt lämnades till det, hämtades från det eller skickades genom det. Radering, "
        "återkallande och läsning fortsätter.",
        "`gallra processor list` säger vad som saknas. Skaffa det, anteckna det med `gallra "
        "processor` och kör sedan om.",
    ),
    "told_too_late": (
        "Någon skulle vid det här laget ha informerats om vad som görs med uppgifterna, och ingen "
        "kan säga att det har skett (art. 14.3).",
        "Vem som har informerats är antecknat; ingen informeras två gånger.",
        "Se `gallra inform status`, och `gallra work-orders list` för dem som ska informeras "
        "personligen.",
    ),
    "incident_late": (
        "Tiden för anmälan till myndigheten har gått ut.",
        "Anmälan ska fortfarande göras, nu med skälen till dröjsmålet (artikel 33.1).",
        "Skriv skälen (`gallra incident note B-… --topic delay`), anmäl genast (`gallra incident "
        "form B-… --by HANDLE`) och berätta för ledningen.",
    ),
}
