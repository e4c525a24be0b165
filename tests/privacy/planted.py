"""Files with people in every place where an office can put one, and where nobody looks."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle

import openpyxl
from openpyxl.comments import Comment

from console.sample_edges import EdgeRows, with_cells
from console.sample_people import Person
from console.sample_rows import HEADER, Cell, Col, Row, base_row
from console.test_numbers import official_test_numbers
from lifecycle.intake.outcomes import FileReason
from tests.factories.hostile import CASES
from tests.factories.workbooks import MAIN, parts_of, zipped
from tests.privacy.cast import PEOPLE, TAKEN, full_name, told

EXTRA = ("Hälsa", "Anteckning", "Religion", "Skyddad identitet")
"""Columns that the policy does not keep, the last one a flag."""
_START = date(2026, 3, 2)
_FIRST_CASE = 410_000_000


def export_rows(people: Sequence[Person], *, first_case: int) -> list[Row]:
    """An acceptable row for each of them, with others in the columns that are dropped."""
    rng = random.Random(first_case)
    beside = cycle([*people[1:], people[0]])
    return [
        [*base_row(person, case=first_case + n, start=_START, rng=rng), *_extras(next(beside))]
        for n, person in enumerate(people)
    ]


def _extras(person: Person, flag: str = "Nej") -> Row:
    note = f"ring {full_name(person)} {person.national_id}, {person.mail}"
    return [f"{person.given_name} mår bra", note, person.family_name, flag]


def csv_export(rows: Sequence[Sequence[Cell]], *, header: Sequence[str] = HEADER + EXTRA) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([["" if cell is None else str(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def small_export(number: int) -> tuple[str, bytes]:
    """Name and bytes of an export that was never seen, about three people."""
    three = [PEOPLE[(number * 3 + n) % len(PEOPLE)] for n in range(3)]
    first_case = _FIRST_CASE + 10_000 + number * 10
    name = f"{full_name(three[0])} {three[1].national_id} {number}.csv"
    return name, csv_export(export_rows(three, first_case=first_case))


def quarantined_rows() -> Iterator[Row]:
    """A row for every reason not to take one, about planted people."""
    numbers = [n for n in official_test_numbers() if n not in TAKEN]
    rng = random.Random(3)
    people = cycle(PEOPLE[20:45])
    persona: dict[str, Person] = {}
    for cells, _ in EdgeRows(numbers, rng, typed=True).rows():
        key = f"{cells[Col.IDENTITY]} {cells[Col.GIVEN] == 'Heltannat'}"
        yield _as(persona.setdefault(key, next(people)), cells)
    for number, person in enumerate(PEOPLE[40:50]):
        row = base_row(person, case=_FIRST_CASE + 500 + number, start=_START, rng=rng)
        identity = person.national_id
        changes: dict[str, Cell] = {
            0: {"home_address": f"Skyddad identitet, {person.street}"},
            1: {"mail": f"sekretess {person.mail}"},
            2: {"identity": f"{identity[:8]}-TF26"},
            3: {"start": f"när {full_name(person)} kan"},
            4: {"end": "2020-01-01"},
            5: {"case": f"{full_name(person)} {identity}"},
            6: {"family": f"{person.family_name}\N{RIGHT-TO-LEFT OVERRIDE}"},
            7: {"home_address": person.street * 60},
            8: {"identity": f"{identity} {full_name(person)}"},
        }.get(number, {})  # type: ignore[assignment]
        flag = f"Ja, {full_name(person)}" if number == 9 else "Nej"
        yield [*with_cells(row, **changes), *_extras(person, flag)]


def _as(person: Person, cells: Row) -> Row:
    """The row with this person in each column where that does not change its reason."""
    row = list(cells)
    if row[Col.GIVEN] not in (None, "Felaktig"):
        row[Col.GIVEN] = person.given_name
        row[Col.FAMILY] = str(row[Col.FAMILY] or "") + person.family_name
    if not str(row[Col.HOME_ADDRESS]).startswith("="):
        row[Col.HOME_ADDRESS] = f"{row[Col.HOME_ADDRESS]} {person.street}"
    row[Col.MAIL] = person.mail
    row[Col.SUPERVISOR] = full_name(person)
    return [*row, *_extras(person)]


def workbook() -> bytes:
    """Every kind of row, sheets named after people, comments, formulas and properties."""
    who = iter(PEOPLE[50:60])
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Deltagare"
    page.append([f"Uttag för {full_name(next(who))}"])
    page.append([*HEADER, *EXTRA, f"Kontakt {full_name(next(who))}"])
    for row in [*export_rows(PEOPLE[:20], first_case=_FIRST_CASE), *quarantined_rows()]:
        page.append(row)
    last = page.max_row
    page.cell(last, 6).comment = Comment(told(next(who)), full_name(next(who)))
    formula = next(who)
    page.cell(last - 1, len(HEADER) + 2).value = f'="{full_name(formula)} "&"{formula.mail}"'
    page.append(["Totalt", last, full_name(next(who))])
    cover = book.create_sheet(full_name(next(who))[:31])
    cover.append([f"Lista för {full_name(next(who))}"])
    hidden = book.create_sheet(next(who).family_name[:31])
    hidden.sheet_state = "hidden"
    hidden.append([*HEADER, *EXTRA])
    for row in export_rows(PEOPLE[45:55], first_case=_FIRST_CASE + 700):
        hidden.append(row)
    owner = next(who)
    for field in ("creator", "lastModifiedBy", "title", "subject", "keywords", "description"):
        setattr(book.properties, field, told(owner))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _strict(book: bytes) -> bytes:
    """The same workbook in the namespaces of strict OOXML."""
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strict = b"http://purl.oclc.org/ooxml"
    return zipped({
        name: part.replace(office, strict + b"/officeDocument/relationships").replace(
            MAIN.encode(), strict + b"/spreadsheetml/main"
        )
        for name, part in parts_of(book).items()
    })  # fmt: skip


def files() -> dict[str, tuple[bytes, FileReason | None]]:
    """Path in the staging folder → bytes and why not imported (None: imported)."""
    book = workbook()
    text = csv_export(export_rows(PEOPLE[5:9], first_case=_FIRST_CASE + 200))
    line = ";".join(map(str, export_rows(PEOPLE[30:31], first_case=1)[0]))
    broken = text + f'"{told(PEOPLE[31])};"obalanserad;{line}\r\n;;;{line};{line}\r\n'.encode()
    head = ";".join((*HEADER, *EXTRA))
    doubled = f"{head};Pers.nr\r\n{line};{PEOPLE[32].national_id}\r\n"
    page = f"<html><body><table><tr><td>{told(PEOPLE[33])}</td></tr></table></body></html>"
    why = FileReason
    made: dict[str, tuple[bytes, FileReason | None]] = {
        "{}.xlsx": (book, None),
        "{}/{}/export.csv": (text, None),
        "{} trasig.csv": (broken, why.CORRUPT),
        "Kopia {}.xlsx": (book, why.SAME_BYTES),
        "{} halv.xlsx": (book[: len(book) // 2], why.TRUNCATED),
        "{} tom.xlsx": (b"", why.EMPTY_FILE),
        "{} skadad.xlsx": (CASES["wrong checksum of a sheet"][1](), why.CORRUPT),
        "{}.pdf": (f"%PDF-1.4\n{told(PEOPLE[34])}".encode(), why.NOT_A_WORKBOOK),
        "{}.html": (page.encode(), why.NOT_A_WORKBOOK),
        "{} strikt.xlsx": (_strict(book), why.EXTENSION_AND_CONTENT_DIFFER),
        "~${}.xlsx": (full_name(PEOPLE[35]).encode("utf-16-le"), why.OFFICE_LOCK_FILE),
        "{}.xlsx.crdownload": (book[:900], why.TEMPORARY_FILE),
        "{} låst.xlsx": (CASES["xlsx with a password"][1](), why.PASSWORD_PROTECTED),
        "{} utan rubrik.csv": (f"{line}\r\n{line}\r\n".encode(), why.HEADER_NOT_RECOGNISED),
        "{} dubbel rubrik.csv": (doubled.encode(), why.HEADER_AMBIGUOUS),
        "{} bara rubrik.csv": (f"{head};{told(PEOPLE[36])}\r\n".encode(), why.NO_ROWS),
        "{} bomb.xlsx": (CASES["zip bomb"][1](), why.UNPACKED_TOO_LARGE),
        "{} långt bort.xlsx": (CASES["far cell"][1](), why.TOO_MANY_CELLS),
    }
    people = cycle(PEOPLE)
    return {
        name.format(*(f"{full_name(p)} {p.national_id}" for p in (next(people), next(people)))): it
        for name, it in made.items()
    }
