"""The pictures of README.md, taken from a real run in a folder that is thrown away afterwards.

`make pictures`, or `python docs/pictures/make.py`. Needs Chromium for the page of the Prefect UI
(Debian: `apt-get install -y chromium`; another one: CHROMIUM=/path); without it that picture is
left as it is. Nothing but official test numbers and invented people is ever in the run, and of
those nothing reaches the pictures either.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websockets
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIDTH = 126
"""Columns of the terminal."""
SHOWN_REASONS = 6
"""Rows of the long table of reasons that the picture shows."""
OPEN_NEWEST = "document.querySelector('a[href*=\"/artifacts/artifact/\"]').click()"
PAGES = (
    ("prefect-rows", "/artifacts/key/rows-to-mend-academedia", OPEN_NEWEST, (1360, 800)),
    ("prefect-deployments", "/deployments", "", (1360, 780)),
)
"""Picture, page, what is clicked there, and the window's width and height."""
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
        browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if browser is None:
            sys.stderr.write("No Chromium: the pictures of the Prefect UI are left as they are.\n")
            return 0
        del environment["FORCE_COLOR"]
        with _serving(environment) as address:
            asyncio.run(_pages(browser, address, Path(home)))
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


async def _pages(browser: str, address: str, home: Path) -> None:
    """Log in as a person does, and photograph the pages."""
    password = (home / "prefect" / "auth").read_text(encoding="ascii").strip()
    token = base64.b64encode(password.encode()).decode()
    with tempfile.TemporaryDirectory(prefix="gallra-chromium-") as profile:
        child = subprocess.Popen(
            [
                browser,
                "--headless",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                *("--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
                *("--disable-background-networking", "--disable-component-update"),
                "--disable-sync",
                *(f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = await _debugging_port(Path(profile))
            async with websockets.connect(_first_tab(port), max_size=None) as tab:
                await _ask(tab, "Page.enable")
                script = f"localStorage.setItem('prefect-password', {json.dumps(token)})"
                await _ask(tab, "Page.addScriptToEvaluateOnNewDocument", source=script)
                for name, page, click, (width, height) in PAGES:
                    size = {"width": width, "height": height, "deviceScaleFactor": 1}
                    await _ask(tab, "Emulation.setDeviceMetricsOverride", mobile=False, **size)
                    await _ask(tab, "Page.navigate", url=address + page)
                    await asyncio.sleep(8)  # the page asks the server for each of its parts
                    if click:
                        await _ask(tab, "Runtime.evaluate", expression=click)
                        await asyncio.sleep(4)
                    taken = await _ask(tab, "Page.captureScreenshot", format="png")
                    (HERE / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))
                    sys.stdout.write(f"{name}.png\n")
        finally:
            child.terminate()
            child.wait(timeout=20)


async def _debugging_port(profile: Path) -> int:
    for _ in range(300):
        with_port = profile / "DevToolsActivePort"
        if with_port.exists() and (text := with_port.read_text(encoding="ascii")):
            return int(text.splitlines()[0])
        await asyncio.sleep(0.2)
    raise SystemExit("Chromium did not start")


def _first_tab(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
        tabs = json.load(answer)
    return str(next(t["webSocketDebuggerUrl"] for t in tabs if t["type"] == "page"))


async def _ask(tab: Any, method: str, **parameters: Any) -> Any:
    """One request of the DevTools protocol and its answer; events in between are passed over."""
    await tab.send(json.dumps({"id": 1, "method": method, "params": parameters}))
    async with asyncio.timeout(60):
        while True:
            answer = json.loads(await tab.recv())
            if answer.get("id") == 1:
                return answer["result"]


if __name__ == "__main__":
    sys.exit(main())
