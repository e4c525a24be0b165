"""How fast rows of an export are judged; run as `python -m tests.bench.bench_judging`.

Processor time, best of several rounds: on a shared machine the wall clock measures the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from console.test_numbers import official_test_numbers
from lifecycle.intake.judge import Cell, judge_sheet
from tests.factories.intake import HEADER, RULES, TODAY, export_row

ROWS = 20_000
ROUNDS = 15


def _rows(given_name: Callable[[int], str]) -> list[list[Cell]]:
    adults = [number for number in official_test_numbers() if "1957" <= number < "2006"]
    return [
        export_row(
            Genomförandereferens=str(100_000_000 + position),
            Personnummer=adults[position * 7 % len(adults)],
            Förnamn=given_name(position),
            Startdatum=(TODAY - timedelta(days=position % 300)).isoformat(),
            Slutdatum=(TODAY + timedelta(days=position % 300)).isoformat(),
        )
        for position in range(ROWS)
    ]


def _typed(row: list[Cell]) -> list[Cell]:
    """As a workbook has it: the case a number, the postal code a float, blanks None."""
    cells = [cell or None for cell in row]
    cells[0] = int(str(cells[0]))
    cells[7] = float(str(cells[7]))
    return cells


def measure(rows: list[list[Cell]]) -> float:
    """Rows per second of processor time."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        numbered = enumerate([[*HEADER], *rows], start=1)
        accepted = sum(
            judged.reason is None for judged in judge_sheet(numbered, RULES, sheet=1, today=TODAY)
        )
        best = min(best, time.process_time() - began)
        if accepted != ROWS:
            raise AssertionError("a row of the benchmark was not accepted")
    return ROWS / best


def main() -> None:
    """Print rows per second for the shapes that exports come in."""
    latin = _rows(lambda position: ("Åsa", "Anna", "Olle")[position % 3])
    print(f"text              {measure(latin):10,.0f} rows/s")
    print(f"numbers and blanks{measure([_typed(row) for row in latin]):10,.0f} rows/s")
    print(f"beyond Latin-1    {measure(_rows(lambda _: 'Łucja')):10,.0f} rows/s")


if __name__ == "__main__":
    main()
