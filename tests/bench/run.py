"""One table: our import, the obvious alternative and the floor, measured in the same run.

    python -m tests.bench.run [--rows 100000] [--rounds 3] [--quick]

Every contender runs in a process of its own on its own copy of the same file; rounds are
interleaved, so that a busy neighbour slows all of them, and the median counts. Ratios are what
to trust; seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from console.sample import write_sample
from tests.bench import containers, due, erasing, informing, sftp
from tests.bench.measuring import Measurement, RunFailed, measure

ROOT = Path(__file__).resolve().parents[2]
SEED = 1

OURS = (sys.executable, "-m", "console.main", "import", "{file}")
"""Reads, judges, seals, stores, hands over, reads back, deletes, and writes the ledger."""
OURS_PREPARE = (sys.executable, "-m", "console.main", "init")
"""What a user does once; not measured."""


@dataclass
class Contender:
    """A command to measure; `{file}` stands for its own copy of the export."""

    name: str
    command: Sequence[str]
    prepare: Sequence[str] | None = None
    rounds: int | None = None
    """Fewer rounds than the others, for what takes minutes."""
    measured: list[Measurement] = field(default_factory=list)

    def run(self, export: Path) -> None:
        """One round in a folder of its own."""
        with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
            copy = Path(scratch) / "export.xlsx"
            shutil.copyfile(export, copy)
            env = os.environ | {"GALLRA_HOME": str(Path(scratch) / "home"), "TMPDIR": scratch}
            if self.prepare:
                measure(self.prepare, env=env, cwd=ROOT)
            command = [part.replace("{file}", str(copy)) for part in self.command]
            self.measured.append(measure(command, env=env, cwd=ROOT))

    @property
    def seconds(self) -> float:
        """Median of the rounds."""
        return statistics.median(m.seconds for m in self.measured)

    @property
    def peak_bytes(self) -> int:
        """Worst of the rounds."""
        return max(m.peak_bytes for m in self.measured)


def contenders(rows: int, ours: Sequence[str], prepare: Sequence[str] | None) -> list[Contender]:
    """Everyone who runs, ours first."""
    here = (sys.executable, "-m")
    return [
        Contender("ours", ours, prepare),
        Contender("floor: parse", (*here, "tests.bench.floor", "parse", "{file}")),
        Contender("floor: insert", (*here, "tests.bench.floor", "insert", str(rows))),
        Contender("baseline", (*here, "tests.bench.baseline", "{file}"), rounds=1),
    ]


def run_all(everyone: Sequence[Contender], export: Path, rounds: int) -> None:
    """All rounds, interleaved."""
    for number in range(rounds):
        for contender in everyone:
            if contender.rounds is None or number < contender.rounds:
                contender.run(export)
                seconds = contender.measured[-1].seconds
                print(f"  round {number + 1}: {contender.name} {seconds:.1f} s", file=sys.stderr)


def table(everyone: Sequence[Contender], rows: int) -> str:
    """The result as text: seconds, rows per second, memory, and ratios to ours."""
    ours = everyone[0]
    lines = [
        f"{rows:,} rows, median of the rounds",
        "",
        f"{'':<16}{'seconds':>9}{'rows/s':>10}{'cpu s':>8}{'peak MB':>9}{'× ours':>9}{'rounds':>8}",
    ]
    for contender in everyone:
        cpu = statistics.median(m.processor_seconds for m in contender.measured)
        lines.append(
            f"{contender.name:<16}{contender.seconds:>9.2f}{rows / contender.seconds:>10,.0f}"
            f"{cpu:>8.2f}{contender.peak_bytes / 1e6:>9.0f}"
            f"{contender.seconds / ours.seconds:>9.2f}{len(contender.measured):>8}"
        )
    named = {contender.name: contender for contender in everyone}
    floor = sum(c.seconds for c in everyone if c.name.startswith("floor"))
    lines += ["", f"ours / floor      {ours.seconds / floor:6.2f}   (at most 2.5)"]
    if "baseline" in named:
        ratio = named["baseline"].seconds / ours.seconds
        lines.append(f"baseline / ours   {ratio:6.2f}   (at least 10)")
    lines.append(f"peak memory       {ours.peak_bytes / 1e6:6.0f} MB (at most 400 at 100,000 rows)")
    return "\n".join(lines)


def prefects_share(export: Path) -> str:
    """The same import as a flow against a running local server: the flow, and our steps in it."""
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        env = os.environ | {"GALLRA_HOME": str(Path(scratch) / "home"), "TMPDIR": scratch}
        command = [sys.executable, "-m", "tests.bench.under_prefect", str(export)]
        done = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, check=True
        )
    told = json.loads(done.stdout.splitlines()[-1])
    own = told["flow"] - told["steps"]
    return (
        f"under Prefect     {told['flow']:6.2f} s as a flow, of which {own:.2f} s are Prefect's own"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a contender failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="5,000 rows, one round")
    parser.add_argument("--without-baseline", action="store_true", help="it takes minutes")
    parser.add_argument("--without-prefect", action="store_true", help="no server is started")
    parser.add_argument("--without-due", action="store_true", help="it makes millions of people")
    parser.add_argument("--export", type=Path, help="an .xlsx to use instead of a new sample")
    parser.add_argument("--without-erasing", action="store_true", help="no plan is carried out")
    parser.add_argument("--without-sftp", action="store_true", help="nothing is sent by SFTP")
    parser.add_argument("--without-containers", action="store_true", help="nothing is sealed")
    parser.add_argument("--without-informing", action="store_true", help="nobody is written to")
    options = parser.parse_args(arguments)
    rows, rounds = (5_000, 1) if options.quick else (options.rows, options.rounds)
    everyone = contenders(rows, OURS, OURS_PREPARE)
    if options.without_baseline:
        everyone = [contender for contender in everyone if contender.name != "baseline"]
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        export = options.export
        if export is None:
            export = Path(scratch) / "sample.xlsx"
            write_sample(export, rows=rows, seed=SEED, edge_cases=False)
        try:
            run_all(everyone, export, rounds)
        except RunFailed as failure:
            print(failure, file=sys.stderr)
            return 1
        print(table(everyone, rows))
        if not options.without_prefect:
            print(prefects_share(export))
    quick = ["--quick"] if options.quick else []
    failed = 0
    for left_out, bench in (
        (options.without_due, due.main),
        (options.without_erasing, erasing.main),
        (options.without_sftp, sftp.main),
        (options.without_containers, containers.main),
        (options.without_informing, informing.main),
    ):
        if not left_out:
            print()
            failed |= bench(quick)
    return failed


if __name__ == "__main__":
    sys.exit(main())
