"""The pictures of README.md, taken from a real run in a folder that is thrown away afterwards.

`make pictures`, or `python -m docs.pictures.make`. Needs Chromium for the pages of the Prefect UI
(Debian: `apt-get install -y chromium`; another one: CHROMIUM=/path); without it those are
left as they are. Nothing but official test numbers and invented people is ever in the run, and of
those nothing reaches the pictures either.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from console.sample import write_sample
from docs.pictures.freshness import note
from tests.browser.sitting import CHROMIUM, Sitting, sitting

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIDTH = 126
"""Columns of the terminal."""
SHOWN_REASONS = 6
"""Rows of the long table of reasons that the picture shows."""
ARTIFACTS = (
    ("prefect-import", "import"),
    ("prefect-rows", "rows-to-mend"),
    ("prefect-plan", "plan"),
    ("prefect-ledger", "ledger"),
    ("prefect-today", "today"),
)
"""Picture, and the key of the page that it shows."""
PATIENCE = 180.0


def main() -> int:
    """Take every picture; returns an exit code."""
    with tempfile.TemporaryDirectory(prefix="gallra-pictures-") as home:
        environment = os.environ | {
            "GALLRA_HOME": home,
            "PYTHONPATH": str(ROOT),
            "COLUMNS": str(WIDTH),
            "FORCE_COLOR": "1",
        }
        # The state folder of the picture is a person's own, not this throw-away one.
        shown = str(Path("~/.local/share/gallra"))
        run = _gallra("run", environment=environment).replace(home, shown)
        _terminal("make run", _shortened(run), HERE / "make-run.svg")
        note(HERE / "make-run.svg")
        if CHROMIUM is None:
            sys.stderr.write("No Chromium: the pictures of the Prefect UI are left as they are.\n")
            return 0
        del environment["FORCE_COLOR"]
        with _serving(environment) as address:
            _pages(address, Path(home))
    return 0


def _gallra(command: str, *, environment: dict[str, str]) -> str:
    """What the command says on standard output. 1 means that a person has something to do."""
    done = subprocess.run(
        [sys.executable, "-m", "console.main", command],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=False,
        timeout=PATIENCE,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"gallra {command} ended with {done.returncode}")
    return done.stdout.decode()


def _shortened(output: str) -> str:
    """The run's words with the long table of reasons cut, and said to be cut."""
    lines = output.splitlines()
    start = next(i for i, line in enumerate(lines) if "simply accepted" in line) + 4
    end = next(i for i in range(start, len(lines)) if "└" in lines[i])
    left = end - start - SHOWN_REASONS
    if left < 2:
        return output
    width = len(Text.from_ansi(lines[start]).plain)
    cut = f"│ … {left} more reasons".ljust(width - 1) + "│"
    return "\n".join([*lines[: start + SHOWN_REASONS], cut, *lines[end:]])


def _terminal(command: str, output: str, target: Path) -> None:
    """A picture of a terminal, of `command` and what it said."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text(f"$ {command}", style="bold green"))
    console.print(Text.from_ansi(output.rstrip()))
    drawn = console.export_svg(title=command, theme=MONOKAI, unique_id=target.stem)
    # Rich asks a host on the web for its font: this picture asks nobody.
    drawn = re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    target.write_text(drawn.replace("Fira Code, ", ""), encoding="utf-8")
    sys.stdout.write(f"{target.name}\n")


@contextmanager
def _serving(environment: dict[str, str]) -> Any:
    """`gallra serve` on a port of its own; gives the address that it announces."""
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "console.main", "serve"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None  # noqa: S101 -- for the type checker
        for line in child.stdout:
            found = re.search(r"Prefect UI: (\S+)", line)
            if found:
                yield found[1]
                break
        else:
            raise SystemExit("gallra serve did not start")
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=60)


def _pages(address: str, home: Path) -> None:
    """Log in as a person does, do what there is to do, and photograph the pages."""
    with sitting(address, home, width=1600, height=900) as seat:
        for name, key in ARTIFACTS[:2]:
            _artifact(seat, name, key)
        seat.page.goto(f"{address}/deployments")
        seat.page.get_by_role("link", name="archive-erase-academedia", exact=True).wait_for()
        _take(seat, "prefect-deployments")
        _a_plan_waits(seat)
        seat.open_deployment("verify-ledger-academedia")
        seat.quick_run()
        seat.until("Completed")
        for name, key in ARTIFACTS[2:]:
            _artifact(seat, name, key)
        _a_run_fails(seat, home)


def _artifact(seat: Sitting, name: str, key: str) -> None:
    """The newest page with this key."""
    seat.page.goto(f"{seat.address}/artifacts/key/{key}-academedia")
    seat.page.locator('a[href*="/artifacts/artifact/"]').first.click()
    seat.page.wait_for_url(re.compile("/artifacts/artifact/"))
    seat.page.locator(".p-code, table, .markdown-renderer, h2").first.wait_for()
    _take(seat, name)


def _a_plan_waits(seat: Sitting) -> None:
    seat.open_deployment("archive-erase-academedia")
    seat.form_that_says(seat.quick_run(), "gallra plan show")
    _take(seat, "prefect-form")


def _a_run_fails(seat: Sitting, home: Path) -> None:
    """The witness's volume is away."""
    place, away = home / "witness", home / "witness-away"
    write_sample(home / "staging" / "second.csv", rows=4, seed=11, kind="csv", edge_cases=False)
    place.rename(away)
    place.touch()
    try:
        seat.open_deployment("import-af-academedia")
        seat.quick_run()
        seat.until("Failed")
        seat.message()  # the page about it is there
        _artifact(seat, "prefect-failed", "failed-import-af")
    finally:
        place.unlink()
        away.rename(place)


def _take(seat: Sitting, name: str) -> None:
    """Small enough for a page of the handbook: the colours of the UI are few."""
    seat.page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(seat.page.screenshot(animations="disabled"))).convert("RGB")
    target = HERE / f"{name}.png"
    shot.quantize(colors=64).save(target, optimize=True)
    note(target)
    sys.stdout.write(f"{target.name}\n")


if __name__ == "__main__":
    sys.exit(main())
