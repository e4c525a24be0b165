"""Why a row was set aside, in words that whoever corrects the list at its source understands."""

from __future__ import annotations

from typing import Final

ROW_REASONS: Final[dict[str, tuple[str, str]]] = {
    "identity_missing": ("personnummer saknas", "personnummer mangler"),
    "identity_checksum": (
        "personnumrets kontrollsiffra stämmer inte",
        "personnummerets kontrolciffer passer ikke",
    ),
    "identity_date": ("personnumrets datum finns inte", "personnummerets dato findes ikke"),
    "identity_incomplete": ("personnumret är ofullständigt", "personnummeret er ufuldstændigt"),
    "identity_masked": ("personnumret är maskerat", "personnummeret er maskeret"),
    "identity_non_ascii_digits": (
        "personnumret har främmande siffertecken",
        "personnummeret har fremmede taltegn",
    ),
    "identity_rounded_by_excel": (
        "Excel har avrundat personnumret",
        "Excel har afrundet personnummeret",
    ),
    "century_ambiguous_or_minor": (
        "århundradet är oklart, eller minderårig",
        "århundredet er uklart, eller mindreårig",
    ),
    "interim_number": ("tillfälligt nummer", "midlertidigt nummer"),
    "tf_number_maybe_protected": (
        "TF-nummer, kanske skyddade uppgifter",
        "TF-nummer, måske beskyttede oplysninger",
    ),
    "organisation_number": ("organisationsnummer", "organisationsnummer"),
    "protected_identity": ("skyddade personuppgifter", "beskyttet identitet"),
    "placeholder_person": ("testperson eller platshållare", "testperson eller pladsholder"),
    "name_missing": ("namn saknas", "navn mangler"),
    "case_missing": ("ärendenummer saknas", "sagsnummer mangler"),
    "case_format": ("ärendenumret har fel form", "sagsnummeret har forkert form"),
    "case_belongs_to_other_person": (
        "ärendet hör till någon annan",
        "sagen tilhører en anden",
    ),
    "identity_with_other_name": (
        "samma personnummer med annat namn",
        "samme personnummer med andet navn",
    ),
    "erased_before": ("raderad förut på egen begäran", "slettet før efter egen anmodning"),
    "person_restricted": ("uppgifterna får bara lagras", "oplysningerne må kun opbevares"),
    "date_two_digit_year": ("datum med tvåsiffrigt år", "dato med tocifret år"),
    "date_ambiguous_day_month": ("dag och månad kan förväxlas", "dag og måned kan forveksles"),
    "date_not_a_date": ("inget datum", "ingen dato"),
    "date_no_such_day": ("dagen finns inte", "dagen findes ikke"),
    "date_start_missing": ("startdatum saknas", "startdato mangler"),
    "date_implausible": ("orimligt datum", "urimelig dato"),
    "end_before_start": ("slutar före start", "slutter før start"),
    "control_characters": ("otillåtna styrtecken", "ulovlige styretegn"),
    "value_too_long": ("för långt värde", "for lang værdi"),
    "same_row_in_file": ("samma rad finns i filen", "samme række findes i filen"),
    "same_case_other_spelling": (
        "samma ärende, annan stavning",
        "samme sag, anden stavemåde",
    ),
    "exported_before": ("exporterad förut", "eksporteret før"),
    "title_or_blank": ("titelrad eller tom rad", "titelrække eller tom række"),
    "blank": ("tom rad", "tom række"),
    "group_heading": ("grupprubrik", "gruppeoverskrift"),
    "totals": ("summarad", "sumrække"),
    "hidden_sheet": ("dolt blad", "skjult ark"),
}
"""`lifecycle.intake.outcomes.RowReason` → Swedish, Danish."""
