"""Three sentences in Danish for each code, about what the policy and the people say to a run."""

from __future__ import annotations

from typing import Final

from tasks.remedies.danish.often import (
    NOT_GIVEN,
    NOTHING_CHANGED,
    NOTHING_HAS_LEFT,
    NOTHING_LEFT,
    REFUSED,
)

JUDGING: Final[dict[str, tuple[str, str, str]]] = {
    "removals_to_agree": (
        "Ifølge politikken og personalelisten skal konti væk: for dem, der er holdt op, eller "
        "efter et kursus.",
        "Ikke én af dem blev fjernet: nogen, der må godkende sletninger, skal først sige ja.",
        "Se `gallra access list`; `gallra store show` siger, hvilken konto det er. Derefter "
        "`gallra access agree D-… --by HANDLE`: næste gennemgang fjerner den, eller skriver en "
        "arbejdsordre til politikkens rolle, hvor ingen maskine kan.",
    ),
    "removed_by_hand": (
        "En konto i et system, som ingen maskine når, skulle fjernes af en.",
        "Intet blev fjernet.",
        "Fjern den i systemet, efter dens arbejdsordre (`gallra work-orders list`), og eksportér "
        "listen over konti igen.",
    ),
    "role_may_not_approve": (
        "Denne godkender har ingen rolle, der må beslutte om planen.",
        REFUSED,
        "Lad en godkender med sådan en rolle beslutte; politikken nævner dem under `approvals`.",
    ),
    "plan_changed": (
        "Oplysninger eller sletningsstop er ændret: udarbejdet nu ville det blive en anden plan.",
        "Intet blev slettet, og intet har forladt os; planen er ugyldig, og ingen kan udføre den.",
        "Udarbejd en ny, og lad den blive godkendt: en sletning med `gallra plan create`, en "
        "videregivelse med `gallra share prepare`.",
    ),
    "policy_changed": (
        "Politikken er ændret, siden planen blev udarbejdet.",
        "Intet blev slettet, og intet har forladt os; planen er ugyldig, og ingen kan udføre den.",
        "Udarbejd en ny, og lad den blive godkendt: en sletning med `gallra plan create`, en "
        "videregivelse med `gallra share prepare`.",
    ),
    "other_plan_shown": (
        "Planen er ikke den, der blev vist.",
        REFUSED,
        "Se på planen igen, og beslut derefter.",
    ),
    "plan_approved": (
        "Planen har alle sine godkendelser.",
        REFUSED,
        "Intet: den udføres af sit flow.",
    ),
    "decision_unknown": (
        "En beslutning er at godkende eller at sige nej.",
        "Intet blev ændret, intet blev slettet, og intet har forladt os.",
        "Vælg en af de to.",
    ),
    "reference_malformed": (
        "Det er ingen reference, som Gallra skriver dem: et af tegnene er forkert, eller det er "
        "en reference til noget andet.",
        NOTHING_CHANGED,
        "Kopiér den hele, med sit bogstav: S-… en person, F-… en fil, T-… en ting at gøre. "
        "`gallra status`, `gallra find` og importens rapport viser referencer.",
    ),
    "notice_incomplete": (
        "Teksten til de berørte mangler noget, den skal have (artikel 34, stk. 2): hvad der "
        "skete, hvad det kan betyde for dem, hvad der blev gjort.",
        "Ingen blev underrettet.",
        "Skriv hver del i ord til dem, om ingen anden: `gallra incident note B-… --topic "
        "people_happened --text FILE`, derefter `people_consequences` og `people_measures`.",
    ),
    "notice_words_missing": (
        "En sætning eller et ord i teksten findes ikke på dette sprog endnu.",
        "Ingen fik en halv tekst.",
        "`gallra inform check` nævner, hvad der mangler; filerne ligger i policies/notices.",
    ),
    "notice_language_unknown": (
        "Politikken giver ikke denne tekst på det sprog.",
        "Ingen fik en halv tekst.",
        "Bed om et af dens `languages:`. Den, der har brug for et andet, henvender sig til "
        "databeskyttelsesrådgiveren.",
    ),
    "notice_unknown": (
        "Politikken har ingen tekst med det navn.",
        "Ingen fik en halv tekst.",
        "Navnene står under `notices:` i politikfilen; `gallra inform check` nævner dem.",
    ),
    "notice_not_for_them": (
        "Politikken giver denne tekst til andre slags personer.",
        "Ingen fik en halv tekst.",
        "Angiv et af dens `subjects:`, eller tilføj dem der.",
    ),
    "anonymise_in_workbuster": (
        "En person skal slettes, og i Workbuster kan kun et menneske gøre det.",
        "Intet om personen er slettet endnu, hverken her eller der.",
        "Anonymisér de sager, som filen `gallra-anonymise-…` i udvekslingsmappen nævner, og "
        "eksportér derefter Workbusters egen liste til samme mappe: næste kørsel går videre.",
    ),
    "consent_header_missing": (
        "En kolonne, som koblingerne nævner, er ikke i formularens eksport, eller er der to gange.",
        NOTHING_HAS_LEFT,
        "Sammenlign eksportens overskrifter med `consent_forms:`; en ny overskrift skrives ind "
        "der.",
    ),
    "quarantined_consents": (
        "Rækker i en eksporteret formular blev lagt til side, fordi noget i dem ikke kan passe.",
        "Intet i de rækker tæller som et svar; alle andre er registreret.",
        "Ret dem i formularen, og indlæs den igen: `gallra consent import` siger hver rækkes "
        "nummer og årsag.",
    ),
    "consent_missing": (
        "Det kræver personens samtykke, og der er intet noteret.",
        NOT_GIVEN,
        "Spørg personen, notér svaret (`gallra consent give`), eller lad personen være ude. Det, "
        "som ingen kan vise, er ikke givet (art. 7, stk. 1, GDPR).",
    ),
    "data_restricted": (
        "Oplysningerne om personen herover er begrænset: de opbevares, og intet andet gøres med "
        "dem (art. 18).",
        NOTHING_HAS_LEFT,
        "Lad personen være ude, eller lad den, der besluttede begrænsningen, ophæve den: ophæv "
        "dens sletningsstop (`gallra hold list`), efter at personen har fået det at vide.",
    ),
    "person_objected": (
        "Personen herover har gjort indsigelse mod det formål (art. 21).",
        NOTHING_HAS_LEFT,
        "Lad personen være ude. Kun tvingende grunde gør ende på en indsigelse, og det siger en "
        "godkender.",
    ),
    "person_opted_out": (
        "Personen herover vil ikke have sådanne udsendelser.",
        NOTHING_HAS_LEFT,
        "Lad personen være ude.",
    ),
    "being_erased": (
        "Noget om personen herover er netop ved at blive slettet.",
        NOT_GIVEN,
        "Vent, til sletningen er færdig (`gallra plan list`), eller forbered det uden den person.",
    ),
    "nothing_to_disclose": (
        "Der er intet af de oplysninger om nogen af dem, der blev valgt.",
        NOT_GIVEN,
        "Se med `gallra find`, hvad der er.",
    ),
    "legal_basis_undecided": (
        "Ingen har besluttet, hvilket behandlingsgrundlag dette hviler på.",
        NOT_GIVEN,
        "Sørg for, at den åbne beslutning tages og skrives ind i politikken; `gallra policy "
        "check` nævner den.",
    ),
    "recipient_unknown": (
        "Politikken nævner ingen sådan modtager.",
        NOT_GIVEN,
        "Vælg en, der står under `recipients` i politikken; den sætning, det hviler på, står "
        "herover. Det, som politikken ikke tillader, tillader kun en anden politik.",
    ),
    "no_sharing_rule": (
        "Ingen sætning i politikken tillader, at oplysninger af denne slags gives til denne "
        "modtager.",
        NOT_GIVEN,
        "Den sætning, det hviler på, står herover. Det, som politikken ikke tillader, tillader "
        "kun en anden politik.",
    ),
    "sharing_not_planned": (
        "Politikken videregiver intet til nogen.",
        NOT_GIVEN,
        "Den sætning, det hviler på, står herover. Det, som politikken ikke tillader, tillader "
        "kun en anden politik.",
    ),
    "category_not_for_recipient": (
        "Denne modtager må ikke få en af de oplysninger.",
        NOT_GIVEN,
        "Lad dem være ude. Den sætning, det hviler på, står herover. Det, som politikken ikke "
        "tillader, tillader kun en anden politik.",
    ),
    "channel_not_allowed": (
        "Oplysninger af denne slags må ikke gå ad denne vej.",
        NOT_GIVEN,
        "Vælg en af de veje, som sætningen herover nævner; de står under `sharing`.",
    ),
    "until_is_past": (
        "Den sidste dag, hvor modtageren må have det, er allerede forbi.",
        NOT_GIVEN,
        "Angiv en dag, der kommer: `--until`.",
    ),
    "system_absent": (
        "Ifølge koblingerne har virksomheden ikke det system.",
        NOTHING_HAS_LEFT,
        "Vælg et, som `gallra share sources` viser.",
    ),
    "system_not_read_out": (
        "Det system læses ikke ud for nogen: det er en postkasse, hvor andre også nævnes, en "
        "mappe, der tømmes, eller sagssystemet, som har det, som Gallras eget register har.",
        NOT_GIVEN,
        "Lad det være ude: uden `--from` tages det fra Gallras eget register. Det, der er i en "
        "postkasse, finder et menneske frem.",
    ),
    "recipients_in_two_domains": (
        "Modtagerne af én forsendelse har adresser i mere end ét domæne.",
        NOTHING_LEFT,
        "Lav en videregivelse for hver modtager: hver server prøves for sig.",
    ),
    "password_way_without_letters": (
        "Adgangskoden ville gå ad en vej, der kun bærer filer.",
        NOTHING_HAS_LEFT,
        "Angiv en vej for mail eller sms under `password_by` i systemfilen.",
    ),
    "find_out_whether_sent": (
        "Noget kan være kommet frem hos en modtager, og kun et menneske kan finde ud af det.",
        "Det sendes ikke igen, før nogen ved det; uden både fil og adgangskode læser ingen det.",
        "Spørg modtageren, nævn kun referencen, og sig det derefter: `gallra share confirm P-… "
        "--by HANDLE` med `--arrived` eller `--not-arrived`.",
    ),
    "request_changed_meanwhile": (
        "En anden gjorde noget ved denne anmodning i samme øjeblik.",
        "Intet blev ændret, og intet blev udleveret.",
        "Se på den (`gallra request show`), og gør derefter det, der er tilbage.",
    ),
    "rights_without_rule": (
        "Politikken siger ikke, hvem der svarer på anmodninger.",
        "Intet blev ændret, og intet blev udleveret.",
        "Skriv `rights` ind i politikken; policies/README.md viser hvordan.",
    ),
    "incidents_without_rule": (
        "Politikken har ingen del `incidents`: hvem der får en anmeldelse, hvem der vurderer, "
        "hvilke slags der er.",
        "Intet blev skrevet ned.",
        "Skriv `incidents` ind i politikken; indtil da på papir, med klokkeslættet, da det blev "
        "opdaget. policies/README.md viser delen.",
    ),
    "officer_unknown": (
        "Ingen godkender har det kortnavn.",
        REFUSED,
        "Se kortnavnene med `gallra officers list`.",
    ),
    "officer_locked": (
        "For mange forkerte koder: ingen kan bruge denne godkenders koder i et stykke tid.",
        REFUSED,
        "Vent så mange minutter, som der står herover. Var det ikke dig, der prøvede: sig det til "
        "databeskyttelsesrådgiveren.",
    ),
    "code_wrong": (
        "Koden er ikke den, som autentifikatoren viser nu.",
        REFUSED,
        "Skriv den kode, der vises nu. Hjælper det ikke: stil telefonens ur og denne computers ur "
        "rigtigt.",
    ),
    "code_used": (
        "Den kode er allerede brugt, og hver kode gælder kun én gang.",
        REFUSED,
        "Vent et halvt minut, og skriv den næste.",
    ),
    "reason_unknown": (
        "Det er ingen begrundelse fra listen.",
        "Intet blev ændret, intet blev slettet, og intet har forladt os.",
        "Vælg en af dem, som formularen tilbyder.",
    ),
}
