"""Three sentences in Swedish for each code, about what the policy and the people say to a run."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    NOT_GIVEN,
    NOTHING_CHANGED,
    NOTHING_HAS_LEFT,
    NOTHING_LEFT,
    REFUSED,
)

JUDGING: Final[dict[str, tuple[str, str, str]]] = {
    "removals_to_agree": (
        "Enligt policyn och personallistan ska konton bort: för dem som har slutat, eller efter "
        "en kurs.",
        "Inte ett enda av dem togs bort: någon som får godkänna gallringar måste först säga ja.",
        "Se `gallra access list`; `gallra store show` säger vilket konto det är. Därefter `gallra "
        "access agree D-… --by HANDLE`: nästa genomgång tar bort det, eller skriver en "
        "arbetsorder till policyns roll där ingen maskin kan.",
    ),
    "removed_by_hand": (
        "Ett konto i ett system som ingen maskin når skulle tas bort av en.",
        "Inget togs bort.",
        "Ta bort det i systemet, efter dess arbetsorder (`gallra work-orders list`), och "
        "exportera listan över konton igen.",
    ),
    "role_may_not_approve": (
        "Den här godkännaren har ingen roll som får besluta om planen.",
        REFUSED,
        "Låt en godkännare med en sådan roll besluta; policyn nämner dem under `approvals`.",
    ),
    "plan_changed": (
        "Uppgifter eller gallringsstopp har ändrats: upprättad nu skulle det bli en annan plan.",
        "Inget raderades och inget har lämnat oss; planen är ogiltig och ingen kan utföra den.",
        "Upprätta en ny och låt den godkännas: en gallring med `gallra plan create`, en utlämning "
        "med `gallra share prepare`.",
    ),
    "policy_changed": (
        "Policyn har ändrats sedan planen upprättades.",
        "Inget raderades och inget har lämnat oss; planen är ogiltig och ingen kan utföra den.",
        "Upprätta en ny och låt den godkännas: en gallring med `gallra plan create`, en utlämning "
        "med `gallra share prepare`.",
    ),
    "other_plan_shown": (
        "Planen är inte den som visades.",
        REFUSED,
        "Titta på planen igen och besluta sedan.",
    ),
    "plan_approved": (
        "Planen har alla sina godkännanden.",
        REFUSED,
        "Inget: den utförs av sitt flöde.",
    ),
    "decision_unknown": (
        "Ett beslut är att godkänna eller att säga nej.",
        "Inget ändrades, inget raderades och inget har lämnat oss.",
        "Välj ett av de två.",
    ),
    "reference_malformed": (
        "Det är ingen referens så som Gallra skriver dem: ett av tecknen är fel, eller så är det "
        "en referens till något annat.",
        NOTHING_CHANGED,
        "Kopiera hela, med sin bokstav: S-… en person, F-… en fil, T-… en sak att göra. `gallra "
        "status`, `gallra find` och importens rapport visar referenser.",
    ),
    "notice_incomplete": (
        "Texten till de berörda saknar något som den måste ha (artikel 34.2): vad som hände, vad "
        "det kan innebära för dem, vad som gjordes.",
        "Ingen informerades.",
        "Skriv vart och ett med ord för dem, om ingen annan: `gallra incident note B-… --topic "
        "people_happened --text FILE`, därefter `people_consequences` och `people_measures`.",
    ),
    "notice_words_missing": (
        "En mening eller ett ord i texten finns inte på det här språket än.",
        "Ingen fick en halv text.",
        "`gallra inform check` räknar upp vad som saknas; filerna ligger i policies/notices.",
    ),
    "notice_language_unknown": (
        "Policyn ger inte den här texten på det språket.",
        "Ingen fick en halv text.",
        "Be om ett av dess `languages:`. Den som behöver ett annat vänder sig till "
        "dataskyddsombudet.",
    ),
    "notice_unknown": (
        "Policyn har ingen text med det namnet.",
        "Ingen fick en halv text.",
        "Namnen står under `notices:` i policyfilen; `gallra inform check` räknar upp dem.",
    ),
    "notice_not_for_them": (
        "Policyn ger den här texten till andra slags personer.",
        "Ingen fick en halv text.",
        "Ange ett av dess `subjects:`, eller lägg till slaget där.",
    ),
    "anonymise_in_workbuster": (
        "En person ska raderas, och i Workbuster kan bara en människa göra det.",
        "Inget om personen har raderats än, varken här eller där.",
        "Avidentifiera de ärenden som filen `gallra-anonymise-…` i utbytesmappen räknar upp, och "
        "exportera sedan Workbusters egen lista till samma mapp: nästa körning fortsätter.",
    ),
    "consent_header_missing": (
        "En kolumn som kopplingarna nämner finns inte i formulärets export, eller finns där två "
        "gånger.",
        NOTHING_HAS_LEFT,
        "Jämför exportens rubriker med `consent_forms:`; en ny rubrik skrivs in där.",
    ),
    "quarantined_consents": (
        "Rader i ett exporterat formulär lades åt sidan, för att något i dem inte kan stämma.",
        "Inget i de raderna räknas som ett svar; alla andra är registrerade.",
        "Rätta dem i formuläret och läs in det igen: `gallra consent import` säger varje rads "
        "nummer och orsak.",
    ),
    "consent_missing": (
        "Det behöver personens samtycke, och det finns inget antecknat.",
        NOT_GIVEN,
        "Fråga personen, anteckna svaret (`gallra consent give`) eller lämna personen utanför. "
        "Det som ingen kan visa har inte getts (art. 7.1 GDPR).",
    ),
    "data_restricted": (
        "Uppgifterna om personen här ovanför är begränsade: de lagras, och inget annat görs med "
        "dem (art. 18).",
        NOTHING_HAS_LEFT,
        "Lämna personen utanför, eller låt den som beslutade om begränsningen häva den: häv dess "
        "gallringsstopp (`gallra hold list`), efter att personen har fått veta det.",
    ),
    "person_objected": (
        "Personen här ovanför har gjort en invändning mot det ändamålet (art. 21).",
        NOTHING_HAS_LEFT,
        "Lämna personen utanför. Bara tvingande skäl gör slut på en invändning, och det säger en "
        "godkännare.",
    ),
    "person_opted_out": (
        "Personen här ovanför vill inte ha några sådana utskick.",
        NOTHING_HAS_LEFT,
        "Lämna personen utanför.",
    ),
    "being_erased": (
        "Något om personen här ovanför håller just på att raderas.",
        NOT_GIVEN,
        "Vänta tills gallringen är klar (`gallra plan list`), eller förbered det utan den "
        "personen.",
    ),
    "nothing_to_disclose": (
        "Det finns inget av de uppgifterna om någon av dem som valdes.",
        NOT_GIVEN,
        "Se med `gallra find` vad som finns.",
    ),
    "legal_basis_undecided": (
        "Ingen har beslutat vilken rättslig grund det här vilar på.",
        NOT_GIVEN,
        "Se till att det öppna beslutet fattas och skrivs in i policyn; `gallra policy check` "
        "räknar upp det.",
    ),
    "recipient_unknown": (
        "Policyn nämner ingen sådan mottagare.",
        NOT_GIVEN,
        "Välj en som står under `recipients` i policyn; meningen som det vilar på står här "
        "ovanför. Det som policyn inte tillåter, tillåter bara en annan policy.",
    ),
    "no_sharing_rule": (
        "Ingen mening i policyn tillåter att uppgifter av det här slaget lämnas till den här "
        "mottagaren.",
        NOT_GIVEN,
        "Meningen som det vilar på står här ovanför. Det som policyn inte tillåter, tillåter bara "
        "en annan policy.",
    ),
    "sharing_not_planned": (
        "Policyn lämnar inte ut något till någon.",
        NOT_GIVEN,
        "Meningen som det vilar på står här ovanför. Det som policyn inte tillåter, tillåter bara "
        "en annan policy.",
    ),
    "category_not_for_recipient": (
        "Den här mottagaren får inte en av de uppgifterna.",
        NOT_GIVEN,
        "Lämna dem utanför. Meningen som det vilar på står här ovanför. Det som policyn inte "
        "tillåter, tillåter bara en annan policy.",
    ),
    "channel_not_allowed": (
        "Uppgifter av det här slaget får inte gå den här vägen.",
        NOT_GIVEN,
        "Välj en av de vägar som meningen här ovanför nämner; de står under `sharing`.",
    ),
    "until_is_past": (
        "Den sista dagen då mottagaren får ha det är redan över.",
        NOT_GIVEN,
        "Ange en dag som kommer: `--until`.",
    ),
    "system_absent": (
        "Enligt kopplingarna har företaget inte det systemet.",
        NOTHING_HAS_LEFT,
        "Välj ett som `gallra share sources` visar.",
    ),
    "system_not_read_out": (
        "Det systemet läses inte ut för någon: det är en brevlåda, där andra också nämns, en mapp "
        "som töms, eller ärendesystemet, som har det som Gallras eget register har.",
        NOT_GIVEN,
        "Lämna det utanför: utan `--from` tas det ur Gallras eget register. Det som finns i en "
        "brevlåda plockar en människa ut.",
    ),
    "recipients_in_two_domains": (
        "Mottagarna av en och samma försändelse har adresser i mer än en domän.",
        NOTHING_LEFT,
        "Gör en utlämning för varje mottagare: varje server prövas för sig.",
    ),
    "password_way_without_letters": (
        "Lösenordet skulle gå på en väg som bara bär filer.",
        NOTHING_HAS_LEFT,
        "Ange en väg för mejl eller sms under `password_by` i systemfilen.",
    ),
    "find_out_whether_sent": (
        "Något kan ha kommit fram hos en mottagare, och bara en människa kan ta reda på det.",
        "Det skickas inte igen innan någon vet; utan både fil och lösenord läser ingen det.",
        "Fråga mottagaren, nämn bara referensen, och säg det sedan: `gallra share confirm P-… "
        "--by HANDLE` med `--arrived` eller `--not-arrived`.",
    ),
    "request_changed_meanwhile": (
        "Någon annan gjorde något med den här begäran i samma ögonblick.",
        "Inget ändrades och inget lämnades ut.",
        "Titta på den (`gallra request show`) och gör sedan det som är kvar.",
    ),
    "rights_without_rule": (
        "Policyn säger inte vem som svarar på begäranden.",
        "Inget ändrades och inget lämnades ut.",
        "Skriv in `rights` i policyn; policies/README.md lär ut hur.",
    ),
    "incidents_without_rule": (
        "Policyn har ingen del `incidents`: vem som får en anmälan, vem som bedömer, vilka slag "
        "det finns.",
        "Inget skrevs ner.",
        "Skriv in `incidents` i policyn; till dess på papper, med klockslaget då det upptäcktes. "
        "policies/README.md visar delen.",
    ),
    "officer_unknown": (
        "Ingen godkännare har det kortnamnet.",
        REFUSED,
        "Se kortnamnen med `gallra officers list`.",
    ),
    "officer_locked": (
        "För många felaktiga koder: ingen kan använda den här godkännarens koder på en stund.",
        REFUSED,
        "Vänta så många minuter som står här ovanför. Var det inte du som försökte: berätta för "
        "dataskyddsombudet.",
    ),
    "code_wrong": (
        "Koden är inte den som autentiseraren visar nu.",
        REFUSED,
        "Skriv koden som visas nu. Hjälper det inte: ställ telefonens klocka och den här datorns "
        "klocka rätt.",
    ),
    "code_used": (
        "Den koden har redan använts, och varje kod gäller bara en gång.",
        REFUSED,
        "Vänta en halv minut och skriv nästa.",
    ),
    "reason_unknown": (
        "Det är inget skäl ur listan.",
        "Inget ändrades, inget raderades och inget har lämnat oss.",
        "Välj ett av dem som formuläret erbjuder.",
    ),
}
