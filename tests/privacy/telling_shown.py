"""What is shown and written of people who were told, asked and written about; and one place in each
flow about the people that is made to leak, so that the search has something to find."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

import pytest

import tasks.consents.form_import
import tasks.incidents.texts
import tasks.processors.check
import tasks.rights.daily
from connectors.containers import aes_zip
from console.sample_people import Person
from lifecycle.incident.words import Topic
from tasks.house.parts import House
from tasks.incidents.people import note, open_incident
from tasks.rights.extract import extract
from tests.privacy.cast import CONTROLS, PEOPLE, told
from tests.privacy.erasing_people import Terminal
from tests.privacy.forcing import ERRORS, breaker
from tests.privacy.received import PDF_READER

LEAKS: Final = {
    "inform": CONTROLS[30],
    "incident": CONTROLS[31],
    "processor review": CONTROLS[32],
    "consent": CONTROLS[33],
    "rights": CONTROLS[34],
    "extract": CONTROLS[35],
}
"""Of whom each of them is made to tell: a page of Prefect's, a table of ours, a run's log, the
temporary folder, Prefect's events, the folder of answers."""
LEFT: Final = "form-copy.csv"
SHOWN: Final = {
    "notices": (36, "inform list", "inform status", "inform status --json"),
    "incidents": (37, "incident list", "incident list --json", "incident who --everything"),
    "consents": (38, "consent questions", "consent list", "consent list --json", "consent missing"),
    "requests": (39, "request list", "request list --json"),
    "processors": (40, "processor list", "processor list --json", "processor review", "app list"),
    "report": (41, "report", "report --json", "record show", "risk list"),
    "orders": (42, "work-orders list", "work-orders list --json", "status", "status --json"),
}  # fmt: skip
"""Surface → its control, and the commands whose words it is."""
WRITTEN: Final = {
    "processors": ("processor publish {}.html", "app publish {}-apps.html"),
    "report": ("report {}.html", "report {}.pdf", "record write {}-30.xlsx",
               "record write {}-30.html"),
    "notices": ("inform pdf standard --out {}-papers", "inform page standard --out {}-pages"),
}  # fmt: skip
"""And the files that it writes."""

DO: Final = frozenset({"incident list", "consent missing", "processor list", "report", "risk list",
                       "status"})  # fmt: skip
"""What ends with 1: somebody has something to do."""


def sow(drive: Any, home: Path) -> None:
    """Each flow once with a leak in one place; what it does otherwise is as always."""
    import flows.pages  # not before the session has told Prefect its settings

    leaks: dict[str, tuple[object, str, Callable[[Person, Any], Any]]] = {
        "inform": (flows.pages, "table", _on_a_page),
        "processor review": (tasks.processors.check, "services", _in_a_log),
        "consent": (tasks.consents.form_import, "read_form", _in_a_copy),
        "rights": (tasks.rights.daily, "clear_files", _in_an_event),
    }
    for flow, (module, name, leak) in leaks.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, leak(LEAKS[flow], getattr(module, name)))
            drive.run(f"{flow} leaks", flow)


def keep_in_clear(house: House) -> None:
    """An incident's text that is not sealed."""
    real = tasks.incidents.texts.seal

    def careless(*given: Any, **named: Any) -> Any:
        written = real(*given, **named)
        clear = told(LEAKS["incident"]).encode("utf-16-le")
        return written._replace(entry=written.entry._replace(sealed=clear))

    ref = open_incident(house, kind="virus", text="Virus.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.incidents.people.seal", careless)
        note(house, ref, topic=Topic.NOTE, text="Någon ringde.")


def lay_ready(drive: Any, office: Any, home: Path) -> None:
    """Everything that is held about somebody: with every error on the way, once with a copy beside
    it in clear, and well. The password is nowhere else but in `given`."""
    from flows.neutral import neutral  # as a command and a step let it out
    from tests.privacy.telling_people import EXTRACTING

    ref = (home.parent / "given" / "request").read_text()
    for number, target in enumerate(EXTRACTING):
        kind = list(ERRORS)[number]
        with office.house() as house, pytest.MonkeyPatch.context() as patch:
            patch.setattr(target, breaker(kind, PEOPLE[27]))

            def lay() -> None:
                extract(house, ref, **office.by())

            drive.caught(f"{kind} out of {target}", "", neutral(lay), r"^unexpected_error ")
        left = [*(home / "answers").rglob("*.*")]
        drive.note(name=f"nothing is left: {target}", flow="", text=f"{len(left)}", carried="",
                   fits=not left)  # fmt: skip
    real = aes_zip.seal_zip

    def careless(members: Any, target: Path, password: str) -> None:
        (target.parent / "leak.txt").write_text(told(LEAKS["extract"]), encoding="utf-8")
        real(members, target, password)

    with office.house() as house:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(aes_zip, "seal_zip", careless)
            extract(house, ref, **office.by())
        made = extract(house, ref, **office.by())
    (home.parent / "given" / "extract").write_text(made.password)


def show(drive: Any, home: Path) -> None:
    """All that commands say of it and write, into a folder for each surface."""
    out = home.parent / "out" / "people"
    out.mkdir()
    at = Terminal(home, home.parent / "out" / "results")
    for surface, (_, *commands) in SHOWN.items():
        said = io.StringIO()
        files = [words.format(out / surface) for words in WRITTEN.get(surface, ())]
        with redirect_stdout(said):
            for words in (*commands, *files):
                at.gallra(*words.split(), ends=int(re.split(" [-/]", words)[0] in DO))
        (out / f"{surface}.txt").write_text(said.getvalue(), encoding="utf-8")
    for paper in out.rglob("*.pdf"):
        if PDF_READER is not None:  # its letters are numbers of signs: read as a person reads it
            subprocess.run([PDF_READER, str(paper), str(paper.with_suffix(".pdf.txt"))], check=True)


def controls(out: Path) -> dict[Person, Path]:
    """Who is put where what is shown lies."""
    return {CONTROLS[number]: out / "people" / f"{name}.txt"
            for name, (number, *_) in SHOWN.items()}  # fmt: skip


def _on_a_page(who: Person, real: Any) -> Any:
    def careless(*given: Any, notes: Sequence[str] = (), **named: Any) -> None:
        real(*given, notes=[*notes, told(who)], **named)

    return careless


def _in_a_log(who: Person, real: Any) -> Any:
    from prefect.logging import get_run_logger

    def careless(house: House) -> Any:
        get_run_logger().info("seen %s", told(who))
        return real(house)

    return careless


def _in_a_copy(who: Person, real: Any) -> Any:
    def careless(*given: Any, **named: Any) -> Any:
        (Path(tempfile.gettempdir()) / LEFT).write_text(told(who), encoding="utf-8")
        return real(*given, **named)

    return careless


def _in_an_event(who: Person, real: Any) -> Any:
    from prefect.events import emit_event

    def careless(house: House) -> Any:
        emit_event("gallra.control", {"prefect.resource.id": "gallra"}, payload={"who": told(who)})
        return real(house)

    return careless
