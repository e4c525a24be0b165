"""Invented exports in the shape of the portal's columns A–AD, and rules to judge them by."""

from __future__ import annotations

from datetime import date

from lifecycle.intake.judge import Cell, SheetJudge
from lifecycle.intake.outcomes import Candidate, JudgedRow, RowReason
from lifecycle.intake.rules import Column, IntakeRules

TODAY = date(2026, 11, 21)

_COLUMNS: tuple[tuple[str, str | None, str], ...] = (
    ("case_reference", None, "Genomförandereferens|Ärendenummer"),
    ("order_number", "study", "Ordernummer"),
    ("given_name", "identity", "Förnamn"),
    ("family_name", "identity", "Efternamn"),
    ("national_id", "identity", "Personnummer|Pers.nr|Pnr"),
    ("street_address", "contact", "Folkbokföringsadress|Adress"),
    ("delivery_address", "study", "Utförande adress"),
    ("postal_code", "contact", "Postnummer|Postnr"),
    ("phone", "contact", "Telefon|Tel.nr"),
    ("email", "contact", "Mail|E-post"),
    ("service", "study", "Tillhörande tjänst|Tjänst|Insats"),
    ("level", "study", "Nivå"),
    ("language_support", "study", "Språkstöd"),
    ("start_date", "study", "Startdatum|Beslut fr.o.m."),
    ("end_date", "study", "Slutdatum|T.o.m."),
    ("supplier_id", None, "LeverantorsId"),
    ("organisation_number", None, "Organisationsnummer"),
    ("track_code", "study", "Sparkod"),
    ("unit", "study", "Utförande verksamhet"),
    ("interpreter_need", "study", "Tolkbehov"),
    ("attendance_rate", "study", "Deltagandefrekvens"),
    ("break_off_date", "study", "Avbrott"),
    ("exported_before", None, "TidigareExporterad"),
    ("city", "contact", "Postort|Ort"),
    ("supervisor", "study", "Handledare"),
    ("extension", "study", "Förlängning"),
    ("final_report", "study", "Inskickad slutredovisning"),
    ("result_report", "study", "Inskickad resultatredovisning"),
    ("project", "study", "Projekt"),
)

RULES = IntakeRules(
    columns=tuple(
        Column(field=field, aliases=tuple(aliases.split("|")), category=category)
        for field, category, aliases in _COLUMNS
    ),
    required=("case_reference", "national_id"),
    protected_flags=("Skyddad identitet", "Sekretessmarkering"),
    flag_negatives=("nej", "n", "0", "false", "-"),
    protected_words=("skydd", "sekretess", "förmedlingsuppdrag"),
    placeholder_names=("Felaktig Sokandeld",),
    categories=("identity", "contact", "study"),
    case_pattern=r"\d{9,10}",
    minimum_age=16,
    earliest_year=2010,
    latest_years_ahead=5,
    longest_value=500,
)

HEADER: list[str] = [
    "Genomförandereferens",
    "Ordernummer",
    "Förnamn",
    "Efternamn",
    "Personnummer",
    "Folkbokföringsadress",
    "Utförande adress",
    "Postnummer",
    "Telefon",
    "Mail",
    "Tillhörande tjänst",
    "Nivå",
    "Språkstöd",
    "Startdatum",
    "Slutdatum",
    "LeverantorsId",
    "Organisationsnummer",
    "Sparkod",
    "Utförande verksamhet",
    "BedömningsId",
    "BeslutsId",
    "Tolkbehov",
    "Deltagandefrekvens",
    "Avbrott",
    "TidigareExporterad",
    "Postort",
    "Handledare",
    "Förlängning",
    "Inskickad slutredovisning",
    "Inskickad resultatredovisning",
]

_ROW: dict[str, Cell] = {
    "Genomförandereferens": "123456789",
    "Ordernummer": "RM2205123",
    "Förnamn": "Åsa",
    "Efternamn": "Provberg",
    "Personnummer": "199001022384",
    "Folkbokföringsadress": "Provgatan 1 B",
    "Utförande adress": "Övningsvägen 12",
    "Postnummer": "12345",
    "Telefon": "+46 70 174 06 05",
    "Mail": "Asa.Provberg@example.se",
    "Tillhörande tjänst": "Rusta och matcha",
    "Nivå": "B",
    "Språkstöd": "Nej",
    "Startdatum": "2026-03-02",
    "Slutdatum": "2026-12-18",
    "LeverantorsId": "10012345",
    "Organisationsnummer": "5560000000",
    "Sparkod": "A012SP1",
    "Utförande verksamhet": "Provsjö",
    "BedömningsId": "77001122",
    "BeslutsId": "88001122",
    "Tolkbehov": "Nej",
    "Deltagandefrekvens": "100",
    "Avbrott": "",
    "TidigareExporterad": "Nej",
    "Postort": "PROVSJÖ",
    "Handledare": "Test Testsson",
    "Förlängning": "Nej",
    "Inskickad slutredovisning": "",
    "Inskickad resultatredovisning": "Ja",
}


def export_row(**cells: Cell) -> list[Cell]:
    """A row that is accepted, with some cells replaced by header (blanks written as `_`)."""
    replaced = {name.replace("_", " "): cell for name, cell in cells.items()}
    assert replaced.keys() <= _ROW.keys(), "no such column"
    return [replaced.get(name, _ROW[name]) for name in HEADER]


def judge_rows(
    *rows: list[Cell],
    header: list[str] = HEADER,
    rules: IntakeRules = RULES,
    date1904: bool = False,
) -> list[JudgedRow]:
    """What becomes of `rows` below a header row in row 1."""
    sheet: list[list[Cell]] = [[*header], *rows]
    judge = SheetJudge(rules, sheet=1, today=TODAY, date1904=date1904)
    return list(judge.rows(enumerate(sheet, start=1)))


def reason_of(**cells: Cell) -> RowReason | None:
    """Why a row with these cells is not accepted; None when it is."""
    (judged,) = judge_rows(export_row(**cells))
    return judged.reason


def candidate_of(**cells: Cell) -> Candidate:
    """The candidate of a row that must be acceptable."""
    (judged,) = judge_rows(export_row(**cells))
    assert judged.reason is None, judged.reason
    assert judged.candidate is not None
    return judged.candidate
