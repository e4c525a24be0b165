"""Identity numbers in every spelling, against Skatteverket's numbers and two other parsers."""

from __future__ import annotations

import math
import string
from datetime import date, datetime

import personnummer.personnummer as other
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.exceptions import ValidationError
from stdnum.se import personnummer as stdnum_personnummer

from console.test_numbers import (
    check_digit,
    is_coordination_number,
    official_test_numbers,
)
from lifecycle.intake.outcomes import RowReason
from lifecycle.intake.text import Cell
from lifecycle.national_id import NationalId, parse_national_id

TODAY = date(2026, 11, 21)
NUMBERS = official_test_numbers()
BORN_2001 = next(n for n in NUMBERS if n.startswith("2001") and not is_coordination_number(n))
ADULT = "199001022384"


def parse(cell: Cell, *, today: date = TODAY, minimum_age: int = 16) -> NationalId | RowReason:
    return parse_national_id(cell, today=today, minimum_age=minimum_age)


def test_every_official_number_is_taken_in_twelve_digits() -> None:
    assert len(NUMBERS) > 40_000
    spellings = ("{0}{1}", "{0}-{1}", "{0}–{1}", "{0}‑{1}", "{0} {1}", "'{0}{1}", " {0}−{1}\u00a0")
    for position, number in enumerate(NUMBERS):
        expected = NationalId(number)
        spelled = spellings[position % len(spellings)].format(number[:8], number[8:])
        assert parse(number) == expected
        assert parse(spelled) == expected


def test_every_official_number_is_taken_as_a_number() -> None:
    for number in NUMBERS:
        assert parse(int(number)) == NationalId(number)
        assert parse(float(number)) == NationalId(number)


def test_ten_digits_of_every_official_number_get_the_youngest_century() -> None:
    for number in NUMBERS:
        parsed = parse(number[2:])
        if "1927" <= number[:4] <= "2009":
            assert parsed == NationalId(number)
        elif "2011" <= number[:4] <= "2025":
            assert parsed is RowReason.CENTURY_AMBIGUOUS_OR_MINOR


def test_plus_means_turned_a_hundred() -> None:
    for number in NUMBERS:
        if number < "1926":
            turned = parse(f"{number[2:8]}+{number[8:]}")
            assert isinstance(turned, NationalId)
            assert turned.digits[2:] == number[2:]
            assert turned.digits[:4] <= "1926"
            assert parse(f"{number[:8]}+{number[8:]}") == NationalId(number)
    assert parse("19900102+2384") is RowReason.CENTURY_AMBIGUOUS_OR_MINOR


def test_lost_zeros_come_back_only_when_the_check_digit_then_fits() -> None:
    restored = 0
    for number in NUMBERS:
        if "2000" <= number[:4] <= "2009":
            cell = int(number[2:])
            if len(str(cell)) < 7:
                continue
            assert parse(cell) == NationalId(number)
            assert parse(float(cell)) == NationalId(number)
            assert parse(str(cell)) == NationalId(number)
            wrong = cell + 1 if cell % 10 != 9 else cell - 1
            assert parse(wrong) is RowReason.IDENTITY_INCOMPLETE
            restored += 1
    assert restored > 1000


@pytest.mark.parametrize("number", ["19900102", "900102", 19900102, 900102, "1990-01-02"])
def test_a_date_of_birth_is_never_completed(number: Cell) -> None:
    assert parse(number) is RowReason.IDENTITY_INCOMPLETE


def test_no_date_of_birth_at_all_is_completed() -> None:
    for number in NUMBERS:
        for born in (number[:8], number[2:8]):
            assert parse(born) is RowReason.IDENTITY_INCOMPLETE
            assert parse(int(born)) is RowReason.IDENTITY_INCOMPLETE


def test_a_wrong_last_digit_is_a_wrong_checksum() -> None:
    for number in NUMBERS[::50]:
        for digit in string.digits:
            if digit != number[-1] and not (number[:11] + digit).endswith("0000"):
                assert parse(number[:11] + digit) is RowReason.IDENTITY_CHECKSUM


def test_python_stdnum_agrees_on_personnummer() -> None:
    for number in NUMBERS[::7]:
        if is_coordination_number(number):
            continue
        ours = parse(number)
        assert isinstance(ours, NationalId)
        assert stdnum_personnummer.is_valid(ours.digits)
        broken = number[:11] + str((int(number[-1]) + 1) % 10)
        with pytest.raises(ValidationError):
            stdnum_personnummer.validate(broken)
        assert isinstance(parse(broken), RowReason)


def _in_the_calendar(coordination: str) -> bool:
    try:
        date(int(coordination[:4]), int(coordination[4:6]), int(coordination[6:8]) - 60)
    except ValueError:
        return False
    return True


def test_personnummer_agrees_where_it_knows_better() -> None:
    """It refuses samordningsnummer whose day no calendar has, which Skatteverket hands out."""
    for number in NUMBERS[::7]:
        if is_coordination_number(number) and not _in_the_calendar(number):
            continue
        ours = parse(number)
        assert isinstance(ours, NationalId)
        assert other.valid(ours.digits)
        assert ours.is_coordination_number == other.parse(number).is_coordination_number()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, RowReason.IDENTITY_MISSING),
        ("", RowReason.IDENTITY_MISSING),
        (" \u00a0", RowReason.IDENTITY_MISSING),
        ("-", RowReason.IDENTITY_MISSING),
        ("–", RowReason.IDENTITY_MISSING),
        ("saknas", RowReason.IDENTITY_MISSING),
        (math.nan, RowReason.IDENTITY_MISSING),
        ("199013022380", RowReason.IDENTITY_DATE),
        ("199002302380", RowReason.IDENTITY_DATE),
        ("199002922380", RowReason.IDENTITY_DATE),
        ("199000022380", RowReason.IDENTITY_DATE),
        ("170001022384", RowReason.IDENTITY_DATE),
        ("209001022384", RowReason.IDENTITY_DATE),
        ("900230-2384", RowReason.IDENTITY_DATE),
        ("000229+2384", RowReason.IDENTITY_DATE),
        ("19900102-", RowReason.IDENTITY_INCOMPLETE),
        ("900102-238", RowReason.IDENTITY_INCOMPLETE),
        ("90102-2384", RowReason.IDENTITY_INCOMPLETE),
        ("1990010223840", RowReason.IDENTITY_INCOMPLETE),
        ("19900102-0000", RowReason.IDENTITY_INCOMPLETE),
        ("900102-0000", RowReason.IDENTITY_INCOMPLETE),
        (199001022384.5, RowReason.IDENTITY_INCOMPLETE),
        (-199001022384, RowReason.IDENTITY_INCOMPLETE),
        (True, RowReason.IDENTITY_INCOMPLETE),
        (date(1990, 1, 2), RowReason.IDENTITY_INCOMPLETE),
        (datetime(1990, 1, 2), RowReason.IDENTITY_INCOMPLETE),  # noqa: DTZ001
        ("19900102-****", RowReason.IDENTITY_MASKED),
        ("19900102XXXX", RowReason.IDENTITY_MASKED),
        ("900102-xxxx", RowReason.IDENTITY_MASKED),
        ("19900102-X3XX", RowReason.IDENTITY_MASKED),
        ("1990010223*4", RowReason.IDENTITY_MASKED),
        ("XXXXXXXX-XXXX", RowReason.IDENTITY_MASKED),
        ("########", RowReason.IDENTITY_MASKED),
        ("•••••••• ••••", RowReason.IDENTITY_MASKED),
        ("19900102-T384", RowReason.INTERIM_NUMBER),
        ("900102-R384", RowReason.INTERIM_NUMBER),
        ("19900102s384", RowReason.INTERIM_NUMBER),
        ("19900102-X384", RowReason.INTERIM_NUMBER),
        ("19140728-TF26", RowReason.TF_NUMBER_MAYBE_PROTECTED),
        ("140728tf26", RowReason.TF_NUMBER_MAYBE_PROTECTED),
        ("TF 19140728", RowReason.TF_NUMBER_MAYBE_PROTECTED),
        ("１９９００１０２２３８４", RowReason.IDENTITY_NON_ASCII_DIGITS),
        ("١٩٩٠٠١٠٢-٢٣٨٤", RowReason.IDENTITY_NON_ASCII_DIGITS),
        ("19900102238⁴", RowReason.IDENTITY_NON_ASCII_DIGITS),
        ("1.99001E+11", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("1,99001E+11", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("2E+11", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("9.00102e9", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("199001020000", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        (199001000000, RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        (199001022000.0, RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        (1.9900102238412e18, RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        (10**15, RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("1990010223840000", RowReason.IDENTITY_ROUNDED_BY_EXCEL),
        ("165560000008", RowReason.IDENTITY_DATE),
        ("10010" + "22385", RowReason.IDENTITY_CHECKSUM),
    ],
)
def test_what_cannot_be_an_identity_says_why(cell: Cell, reason: RowReason) -> None:
    assert parse(cell) is reason


@pytest.mark.parametrize(
    "spelling",
    [
        "19900102-2384",
        "1990-01-02-2384",
        "1990 01 02 2384",
        "19900102 - 2384",
        "900102-2384",
        "900102 2384",
        "9001022384",
        "90-01-02-2384",
        "199001022384.0",
        "199001022384,0",
        "1.99001022384E+11",
        "’19900102-2384",
        '"199001022384"',
        "\u200b19900102\u00ad2384",
        "\t199001022384\n",
    ],
)
def test_odd_spellings_of_one_number(spelling: str) -> None:
    assert parse(spelling) == NationalId(ADULT)


def test_organisation_numbers_are_no_persons() -> None:
    for nine in ("556000000", "999999000", "802000123", "212000014"):
        number = f"{nine}{check_digit(nine)}"
        for spelling in (number, f"{number[:6]}-{number[6:]}", f"16{number}", int(number)):
            assert parse(spelling) is RowReason.ORGANISATION_NUMBER


def test_the_day_before_the_sixteenth_birthday_is_a_minor() -> None:
    number = next(n for n in NUMBERS if n.startswith("2010") and not is_coordination_number(n))
    birthday = date(2026, int(number[4:6]), int(number[6:8]))
    before = date.fromordinal(birthday.toordinal() - 1)
    assert parse(number[2:], today=before) is RowReason.CENTURY_AMBIGUOUS_OR_MINOR
    assert parse(number[2:], today=birthday) == NationalId(number)
    # Twelve digits leave no doubt.
    assert parse(number, today=before) == NationalId(number)


def test_a_month_left_open_counts_as_the_youngest_possible() -> None:
    nine = "100060238"
    number = f"20{nine}{check_digit(nine)}"
    assert parse(number) == NationalId(number)
    assert parse(number[2:]) is RowReason.CENTURY_AMBIGUOUS_OR_MINOR
    assert parse(number[2:], today=date(2026, 12, 31)) == NationalId(number)


def test_the_number_is_kept_out_of_repr() -> None:
    parsed = parse(ADULT)
    assert isinstance(parsed, NationalId)
    assert ADULT not in repr(parsed)
    assert ADULT[2:] not in repr(parsed)


_NUMBERLIKE = st.text(st.sampled_from("0123456789-+ –XT*E.,'\u00a0\u200b٣"), max_size=16)


@given(st.one_of(_NUMBERLIKE, st.text(max_size=20), st.integers(), st.floats(), st.none()))
@example("1" * 5000)
@example(10**5000)
@example(math.inf)
def test_nothing_raises_and_nothing_unchecked_passes(cell: Cell) -> None:
    parsed = parse(cell)
    if isinstance(parsed, NationalId):
        assert len(parsed.digits) == 12
        assert parsed.digits.isascii()
        assert parse(parsed.digits) == parsed
        assert check_digit(parsed.digits[2:11]) == int(parsed.digits[11])
