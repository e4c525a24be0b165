"""Every way in which a row has been seen to come out of line, each as a row of its own."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from console.sample_people import Person, invent_people
from console.sample_rows import RESERVED_CASES, Cell, Col, Row, base_row
from console.test_numbers import check_digit, is_coordination_number, is_partly_unknown
from lifecycle.intake.outcomes import RowReason as Why

_START: Final = date(2026, 3, 2)
_ARABIC_INDIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_EXCEL_EPOCH: Final = date(1899, 12, 30)


class Special(NamedTuple):
    """A row and what a careful reader makes of it in an export that was never seen before."""

    cells: Row
    reason: Why | None
    """None: accepted (as new or as an update)."""


class EdgeRows:
    """Special rows about people who occur in no ordinary row: the holders of `numbers`.

    `typed` cells are numbers and dates as in a workbook; a text file knows only text. Cases count
    down from `case`.
    """

    def __init__(
        self,
        numbers: Sequence[str],
        rng: random.Random,
        *,
        typed: bool,
        case: int = RESERVED_CASES,
    ) -> None:
        self._numbers = numbers
        self._rng = rng
        self._typed = typed
        self._adults = [
            n for n in numbers if "1957" <= n < "1997" and not is_coordination_number(n)
        ]
        self._rng.shuffle(self._adults)
        self._case = case

    def rows(self) -> Iterator[Special]:
        """All special rows; rows that depend on one another keep their order."""
        yield from self._identities_accepted()
        yield from self._identities_refused()
        yield from self._dates()
        yield from self._texts()
        yield from self._cases()

    def _person(self, number: str | None = None) -> Person:
        return next(invent_people([number or self._adults.pop()], self._rng))

    def _born(self, first: str, before: str) -> str:
        """The personnummer of someone born in [first, before), years as text."""
        fitting = [n for n in self._numbers if first <= n < before]
        return self._rng.choice([n for n in fitting if not is_coordination_number(n)])

    def _row(self, person: Person | None = None, **cells: Cell) -> Row:
        self._case -= 1
        row = base_row(person or self._person(), case=self._case, start=_START, rng=self._rng)
        return with_cells(row, **cells)

    def _identities_accepted(self) -> Iterator[Special]:
        for form in (
            "{0}-{1}",
            "{0}\N{EN DASH}{1}",
            "{0}\N{NON-BREAKING HYPHEN}{1}",
            "{0} {1}",
            "'{0}{1}",
            " {0}\N{NO-BREAK SPACE}-\N{NO-BREAK SPACE}{1} ",
        ):
            person = self._person()
            number = person.national_id
            yield Special(self._row(person, identity=form.format(number[:8], number[8:])), None)
        person = self._person()
        yield Special(self._row(person, identity=int(person.national_id)), None)
        person = self._person()
        yield Special(self._row(person, identity=f"{person.national_id}.0"), None)
        person = self._person()
        yield Special(self._row(person, identity=person.national_id[2:]), None)
        person = self._person()
        number = person.national_id
        yield Special(self._row(person, identity=f"{number[2:8]}-{number[8:]}"), None)
        person = self._person(self._born("2001", "2009"))
        yield Special(self._row(person, identity=int(person.national_id[2:])), None)
        person = self._person(self._born("1917", "1925"))
        number = person.national_id
        yield Special(self._row(person, identity=f"{number[2:8]}+{number[8:]}"), None)
        coordination = [n for n in self._numbers if is_coordination_number(n)]
        for fitting in (
            [n for n in coordination if "1957" <= n < "1997" and not is_partly_unknown(n)],
            [n for n in coordination if "1930" <= n < "2000" and n[4:6] == "00"],
            [n for n in coordination if "1930" <= n < "2000" and n[4:6] != "00" and n[6:8] == "60"],
        ):
            yield Special(self._row(self._person(self._rng.choice(fitting))), None)

    def _identities_refused(self) -> Iterator[Special]:
        number = self._person().national_id
        wrong_digit = (int(number[-1]) + 1 + self._rng.randrange(8)) % 10
        minor = self._born("2014", "2018")
        no_day = number[2:4] + "1332" + number[8:11]
        organisation = "999999000"
        for identity, reason in (
            (None, Why.IDENTITY_MISSING),
            (f"{number[:11]}{wrong_digit}", Why.IDENTITY_CHECKSUM),
            (f"{number[:2]}{no_day}{check_digit(no_day)}", Why.IDENTITY_DATE),
            (number[:8], Why.IDENTITY_INCOMPLETE),
            (f"{number[:8]}-XXXX", Why.IDENTITY_MASKED),
            (f"{number[2:8]}-****", Why.IDENTITY_MASKED),
            (number.translate(_ARABIC_INDIC), Why.IDENTITY_NON_ASCII_DIGITS),
            (f"{number[0]},{number[1:6]}E+11", Why.IDENTITY_ROUNDED_BY_EXCEL),
            (f"{minor[2:8]}-{minor[8:]}", Why.CENTURY_AMBIGUOUS_OR_MINOR),
            (f"{number[:8]}-T{number[9:]}", Why.INTERIM_NUMBER),
            (f"{number[:8]}-TF26", Why.TF_NUMBER_MAYBE_PROTECTED),
            (f"{organisation[:6]}-{organisation[6:]}{check_digit(organisation)}",
             Why.ORGANISATION_NUMBER),
        ):  # fmt: skip
            yield Special(self._row(identity=identity), reason)
        yield Special(self._row(home_address="Skyddade personuppgifter"), Why.PROTECTED_IDENTITY)
        yield Special(self._row(home_address="Sekretessmarkering"), Why.PROTECTED_IDENTITY)
        yield Special(self._row(site_address="Box 1, Förmedlingsuppdrag"), Why.PROTECTED_IDENTITY)
        yield Special(self._row(given="Felaktig", family="Sokandeld"), Why.PLACEHOLDER_PERSON)
        yield Special(self._row(given=None, family=" "), Why.NAME_MISSING)

    def _dates(self) -> Iterator[Special]:
        starts: list[Cell] = [
            "20260302",
            "25/2 2026",
            "25.2.2026",
            "2 mars 2026",
            "2026-03-02 00:00:00",
        ]
        if self._typed:
            starts += [date(2026, 3, 2), (date(2026, 3, 2) - _EXCEL_EPOCH).days, 20260302]
        for start in starts:
            yield Special(self._row(start=start), None)
        for wrong, reason in (
            ("26-03-02", Why.DATE_TWO_DIGIT_YEAR),
            ("03/04/2026", Why.DATE_AMBIGUOUS_DAY_MONTH),
            ("snarast möjligt", Why.DATE_NOT_A_DATE),
            ("2026-02-30", Why.DATE_NO_SUCH_DAY),
            (None, Why.DATE_START_MISSING),
            ("2206-03-02", Why.DATE_IMPLAUSIBLE),
        ):
            yield Special(self._row(start=wrong), reason)
        yield Special(self._row(end="2026-01-15"), Why.END_BEFORE_START)

    def _texts(self) -> Iterator[Special]:
        yield Special(self._row(home_address='=HYPERLINK("https://example.se","Klicka")'), None)
        yield Special(self._row(phone="+46 70 174 06 05"), None)
        yield Special(self._row(site_address="-1+1|cmd"), None)
        yield Special(self._row(given=unicodedata.normalize("NFD", "Åsa-Zoë")), None)
        yield Special(self._row(town="  Provsjö\N{NO-BREAK SPACE} "), None)
        yield Special(
            self._row(family="Prov\N{RIGHT-TO-LEFT OVERRIDE}berg"), Why.CONTROL_CHARACTERS
        )
        yield Special(self._row(home_address="Lång" * 3000), Why.VALUE_TOO_LONG)

    def _cases(self) -> Iterator[Special]:
        yield Special(self._row(case=None), Why.CASE_MISSING)
        yield Special(self._row(case="se order"), Why.CASE_FORMAT)
        first = self._row()
        yield Special(first, None)
        yield Special(list(first), Why.SAME_ROW_IN_FILE)
        spelled = f"{first[Col.CASE]:,}".replace(",", " ")
        yield Special(with_cells(first, case=spelled), Why.SAME_CASE_OTHER_SPELLING)
        yield Special(with_cells(first, exported_before="Ja"), Why.EXPORTED_BEFORE)
        yield Special(with_cells(first, home_address="Nyflyttargatan 1", end="2026-12-18"), None)
        owner = self._row()
        yield Special(owner, None)
        stranger = self._row(case=owner[Col.CASE])
        for column in (Col.SERVICE, Col.START):
            stranger[column] = owner[column]
        yield Special(stranger, Why.CASE_BELONGS_TO_OTHER_PERSON)
        someone = self._person()
        yield Special(self._row(someone), None)
        renamed = self._row(someone, given="Heltannat", family="Namnet")
        yield Special(renamed, Why.IDENTITY_WITH_OTHER_NAME)


def _is_middle_aged(number: str) -> bool:
    return "1957" <= number < "1997" and not is_coordination_number(number)


def with_cells(row: Row, **cells: Cell) -> Row:
    """A copy of `row` with some columns (lower-case names of `Col`) replaced."""
    copy = list(row)
    for name, cell in cells.items():
        copy[Col[name.upper()]] = cell
    return copy
