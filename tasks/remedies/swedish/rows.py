"""Three sentences in Swedish for each code, about the rows of a file."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import (
    ABOUT_A_DATE,
    ASK_THE_AUTHORITY,
    NO_WAY_ROUND,
    NOTHING_TO_DO,
    ROW_SAFE,
)

ROWS: Final[dict[str, tuple[str, str, str]]] = {
    "identity_missing": (
        "Raden har inget personnummer.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_checksum": (
        "Personnumrets sista siffra passar inte ihop med de andra: en siffra är fel.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_date": (
        "Personnumret börjar med en dag som inte finns.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_incomplete": (
        "Personnumret har för få siffror.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "identity_masked": (
        "En del av personnumret är dold bakom stjärnor eller kryss.",
        ROW_SAFE,
        "Välj en export som visar hela nummer och exportera sedan listan igen.",
    ),
    "identity_non_ascii_digits": (
        "Personnumret är skrivet med siffror ur en annan skrift.",
        ROW_SAFE,
        "Skriv det med vanliga siffror vid källan och exportera sedan listan igen.",
    ),
    "identity_rounded_by_excel": (
        "Excel har avrundat personnumret: de sista siffrorna har gått förlorade.",
        ROW_SAFE,
        "Exportera listan igen och lägg filen i mappen utan att öppna den i Excel.",
    ),
    "century_ambiguous_or_minor": (
        "Personnumret har tio siffror och skulle då tillhöra ett barn under sexton år.",
        ROW_SAFE,
        "Se till att numret är skrivet med alla tolv siffror och exportera sedan listan igen.",
    ),
    "interim_number": (
        "Numret är ett tillfälligt nummer (med en bokstav), inget personnummer.",
        ROW_SAFE,
        "Vänta på personens personnummer eller samordningsnummer och exportera sedan listan igen.",
    ),
    "tf_number_maybe_protected": (
        "Personen har ett TF-nummer: inget personnummer, eller skyddade personuppgifter.",
        ROW_SAFE,
        NO_WAY_ROUND,
    ),
    "protected_identity": (
        "Raden talar om skyddade personuppgifter.",
        ROW_SAFE,
        NO_WAY_ROUND,
    ),
    "organisation_number": (
        "Numret är ett företags eller en organisations.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "placeholder_person": (
        "Raden har portalens platshållare i stället för en person.",
        ROW_SAFE,
        "Inget, om inte deltagaren saknas: fråga då Arbetsförmedlingen.",
    ),
    "name_missing": (
        "Raden har inget namn.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "case_missing": (
        "Raden har inget ärendenummer.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "case_format": (
        "Ärendenumret ser inte ut som ett sådant.",
        ROW_SAFE,
        "Se till att kolumnerna inte har flyttats och exportera sedan listan igen.",
    ),
    "case_belongs_to_other_person": (
        "Det här ärendenumret är registrerat på en annan person.",
        ROW_SAFE,
        "Sök fram ärendet (`gallra find --case`) och fråga Arbetsförmedlingen vems det är.",
    ),
    "identity_with_other_name": (
        "Det här personnumret är registrerat under ett helt annat namn.",
        ROW_SAFE,
        "Sök fram personen (`gallra find`) och fråga Arbetsförmedlingen vilket av dem som är rätt.",
    ),
    "erased_before": (
        "Den här personen har raderats förut, och policyn tar inte in någon igen av sig själv.",
        ROW_SAFE,
        "Fråga dataskyddsombudet om det här är ett nytt uppdrag.",
    ),
    "person_restricted": (
        "Raden säger något nytt om en person vars uppgifter bara får lagras (artikel 18).",
        ROW_SAFE,
        "Det förs inte in. Bedöm om de nya uppgifterna måste vänta: `gallra hold list` visar "
        "begränsningen; exportera listan igen när den är hävd.",
    ),
    "date_two_digit_year": (
        "Året i ett datum har bara två siffror.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_ambiguous_day_month": (
        "I ett datum går det inte att skilja dag från månad.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_not_a_date": (
        "Där ett datum ska stå står något som inget datum är.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_no_such_day": (
        "Ett datum nämner en dag som inte finns.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "date_start_missing": (
        "Raden har inget startdatum.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "date_implausible": (
        "Ett datum ligger för långt bakåt eller framåt i tiden för att kunna stämma.",
        ROW_SAFE,
        ABOUT_A_DATE,
    ),
    "end_before_start": (
        "Slutdatumet ligger före startdatumet.",
        ROW_SAFE,
        ASK_THE_AUTHORITY,
    ),
    "control_characters": (
        "Raden har osynliga tecken som kan få en text att läsas annorlunda än den är.",
        ROW_SAFE,
        "Skriv om texten vid källan och exportera sedan listan igen.",
    ),
    "value_too_long": (
        "En cell har långt mer text än vad som hör hemma där.",
        ROW_SAFE,
        "Korta den vid källan och exportera sedan listan igen.",
    ),
    "same_row_in_file": (
        "Samma rad står två gånger i filen.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "same_case_other_spelling": (
        "Samma ärende står i filen med en annan stavning.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "exported_before": (
        "Raden har importerats förut och är oförändrad.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "title_or_blank": (
        "Raden är en rubrik ovanför listan.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "blank": (
        "Raden är tom.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "group_heading": (
        "Raden är en rubrik mellan grupper.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "totals": (
        "Raden innehåller summor.",
        ROW_SAFE,
        NOTHING_TO_DO,
    ),
    "hidden_sheet": (
        "Bladet är dolt och importerades inte.",
        ROW_SAFE,
        "Visa bladet om det hör till listan och lägg filen i mappen igen.",
    ),
}
