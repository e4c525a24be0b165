"""Sealing beside the obvious alternative: 7-Zip's and qpdf's own commands, in the same run.

    python -m tests.bench.containers [--megabytes 200] [--rounds 3] [--quick]

Ours reads the same bytes, but also opens what it wrote (with no, a wrong and the right password),
compares every byte by its SHA-256, and brings it to the disk; the others only write. Rounds are
interleaved; the median counts. Ratios are what to trust.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from connectors.containers.aes_zip import Member, seal_zip
from connectors.containers.locked_pdf import seal_pdf
from connectors.containers.locked_workbook import seal_workbook
from connectors.containers.page import Section, page
from connectors.containers.sheets import csv_chunks, workbook
from lifecycle.passwords import RANDOM_BYTES, password_from
from tests.bench.measuring import Measurement, RunFailed, measure

ROOT = Path(__file__).resolve().parents[2]
REF = "X-0123456789ABC"
HEADER = ("Personnummer", "Namn", "Gata", "E-post", "Anteckning")
PAGE_PEOPLE = 500
SEVEN_ZIP = shutil.which("7zz") or shutil.which("7z")


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Rows of some 120 bytes, none like another."""
    for number in range(count):
        yield (
            f"{189001010000 + number}",
            f"Anna {number:x} Andersson",
            f"Storgatan {number * 7919 % 9973}",
            f"anna{number}@example.se",
            f"{number * 2_654_435_761 % 2**64:016x}",
        )


def sources_in(folder: Path) -> dict[str, Path]:
    """Where what is to be sealed lies, by its kind."""
    return {ending: folder / f"plain.{ending}" for ending in ("csv", "xlsx", "pdf")}


def make_sources(folder: Path, megabytes: int) -> None:
    """What is to be sealed, in clear: invented people in a scratch folder."""
    made = sources_in(folder)
    with made["csv"].open("wb") as file:
        for chunk in csv_chunks(HEADER, rows(megabytes * 9_500)):
            file.write(chunk)
    made["xlsx"].write_bytes(workbook(HEADER, rows(megabytes * 500), sheet="Uppgifter"))
    sections = [
        Section(f"{number}", list(zip(HEADER, row, strict=True)))
        for number, row in enumerate(rows(PAGE_PEOPLE))
    ]
    made["pdf"].write_bytes(
        page(sections, title="Uppgifter", ref=REF, language="sv", printed_on=date(2027, 1, 5))
    )


def chunks(path: Path) -> Iterator[bytes]:
    """A megabyte at a time."""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def seal(kind: str, source: Path, target: Path, password: str) -> None:
    """One of ours, in the process that is measured."""
    sealing: dict[str, Callable[[], object]] = {
        "zip": lambda: seal_zip([Member("csv", chunks(source))], target, password),
        "xlsx": lambda: seal_workbook(chunks(source), target, password),
        "pdf": lambda: seal_pdf(chunks(source), target, password),
    }
    sealing[kind]()


def commands(sources: dict[str, Path], folder: Path, password: str) -> dict[str, Sequence[str]]:
    """Name → command; what is not installed is left out."""
    here = (sys.executable, "-m", "tests.bench.containers", "--seal")
    found: dict[str, Sequence[str]] = {}
    for kind, source in (("zip", "csv"), ("xlsx", "xlsx"), ("pdf", "pdf")):
        target = str(folder / f"{REF}.{kind}")
        found[f"{kind}: ours"] = (*here, kind, str(sources[source]), target, password)
        other = str(folder / f"other.{kind}")
        if kind == "zip" and SEVEN_ZIP:
            how = (SEVEN_ZIP, "a", "-tzip", "-mem=AES256", f"-p{password}", "-bd", "-y")
            found["zip: 7-Zip"] = (*how, "-mx=5", other, str(sources["csv"]))
            found["zip: 7-Zip, fastest"] = (*how, "-mx=1", other, str(sources["csv"]))
        elif kind == "pdf" and shutil.which("qpdf"):
            how = ("--encrypt", password, password, "256", "--")
            found["pdf: qpdf"] = ("qpdf", *how, str(sources["pdf"]), other)
    return found


def table(measured: dict[str, list[Measurement]], sizes: dict[str, int]) -> str:
    """Seconds, megabytes a second, memory, and the ratio to ours."""
    lines = [f"{'':<20}{'MB':>7}{'seconds':>9}{'MB/s':>8}{'cpu s':>8}{'peak MB':>9}{'× ours':>8}"]
    for name, rounds in measured.items():
        kind = name.split(":")[0]
        seconds = statistics.median(one.seconds for one in rounds)
        ours = statistics.median(one.seconds for one in measured[f"{kind}: ours"])
        cpu = statistics.median(one.processor_seconds for one in rounds)
        peak = max(one.peak_bytes for one in rounds) / 1e6
        size = sizes[kind] / 1e6
        lines.append(
            f"{name:<20}{size:>7.1f}{seconds:>9.2f}{size / seconds:>8.1f}{cpu:>8.2f}{peak:>9.0f}"
            f"{seconds / ours:>8.2f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a contender failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="20 MB, one round")
    parser.add_argument("--seal", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.make:
        make_sources(Path(options.make[0]), int(options.make[1]))
        return 0
    if options.seal:
        kind, source, target, password = options.seal
        seal(kind, Path(source), Path(target), password)
        return 0
    megabytes, rounds = (20, 1) if options.quick else (options.megabytes, options.rounds)
    password = password_from(os.urandom(RANDOM_BYTES))
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        folder = Path(scratch)
        # In a process of its own: a child is counted with what its parent had in memory.
        made = (sys.executable, "-m", "tests.bench.containers", "--make", scratch, str(megabytes))
        subprocess.run(made, check=True, cwd=ROOT)
        sources = sources_in(folder)
        everyone = commands(sources, folder, password)
        measured: dict[str, list[Measurement]] = {name: [] for name in everyone}
        try:
            for _ in range(rounds):
                for name, command in everyone.items():
                    for left in folder.glob("other.*"):
                        left.unlink()
                    env = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": scratch}
                    measured[name].append(measure(command, env=env, cwd=ROOT))
        except RunFailed as failure:
            print(failure, file=sys.stderr)
            return 1
        sizes = {
            kind: sources[source].stat().st_size
            for kind, source in (("zip", "csv"), ("xlsx", "xlsx"), ("pdf", "pdf"))
        }
        print(table(measured, sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
