"""Telling everybody: what evidence and safety cost beside a plain loop that only sends.

    python -m tests.bench.informing [--people 5000] [--quick]

Both give the same letter to the same number of people, over STARTTLS, to one mail server on
loopback in a process of its own. Ours finds who is due, opens each sealed address, writes each
letter down before it is sent, keeps what was handed over and lists it; the loop has its addresses
ready, renders the notice for each and sends it on one connection. Seconds are this machine's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import smtplib
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import trustme
import yaml

from console.sample import write_sample
from lifecycle.notice import build, load_texts
from lifecycle.notice.pages import letter
from lifecycle.notice.plain import plain
from tasks.house.settings import Settings
from tasks.house.wiring import open_house, read_policy
from tasks.informing.informing import inform
from tests.factories.mail_server import mail_server
from tests.factories.smtp_channel_world import DOMAIN, HOST, server_tls

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event

ROOT = Path(__file__).resolve().parents[2]
CHANNEL = "encrypted-mail-with-file"
LOOPED = 200
"""Letters that the loop sends; its time is scaled up from them."""


class Result(NamedTuple):
    """What was measured."""

    people: int
    sent: int
    ours: float
    """Seconds."""
    loop: float
    """Seconds, for as many as ours sent: the notice rendered for each, then sent."""
    floor: float
    """Seconds, for as many: rendered once; each mail composed and sent, and nothing else."""
    arrived: int


class _Counter:
    """A handler of aiosmtpd that keeps nothing."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.count += 1
        return "250 OK"


def _serve(folder: str, ready: Connection, over: Event) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(Path(folder) / "ca.pem")
    counter = _Counter()
    options = {"require_starttls": True, "tls_context": server_tls(authority.issue_cert(HOST))}
    with mail_server(counter, **options) as port:  # type: ignore[arg-type]
        ready.send(port)
        over.wait()
    ready.send(counter.count)


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, list[int]]]:
    """The port, and a list that holds the number of mails once it is over."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    over, counted = context.Event(), list[int]()
    child = context.Process(target=_serve, args=(str(folder), there, over))
    child.start()
    try:
        yield here.recv(), counted
    finally:
        over.set()
        counted.append(here.recv())
        child.join()


def _bindings(folder: Path, port: int) -> None:
    file = ROOT / "deployments" / "systems" / "academedia.yaml"
    bound = yaml.safe_load(file.read_text(encoding="utf-8"))
    bound["channels"] = {
        CHANNEL: {
            "kind": "smtp",
            "sender": "gallra@skola.example.se",
            "servers": {DOMAIN: [{"host": HOST, "port": port, "address": "127.0.0.1"}]},
            "only_pinned": True,
            "trusted": str(folder / "ca.pem"),
            "journal": "${GALLRA_HOME}/sent",
        }
    }
    (folder / "systems").mkdir()
    (folder / "systems" / "academedia.yaml").write_text(yaml.safe_dump(bound), encoding="utf-8")


def _looped(settings: Settings, folder: Path, port: int, number: int, *, once: bool) -> float:
    """Seconds for `number` letters by the obvious loop, its words read beforehand; `once`: rendered
    beforehand too."""
    policy = read_policy(settings, "academedia")
    words = load_texts(settings.policies, policy, "standard")

    def render() -> tuple[str, str, str]:
        built = build(policy, "standard", words, subject="participant")
        texts = [built.text(language) for language in built.languages]
        return texts[0].title, "\n".join(map(plain, texts)), letter(texts)

    ready = render()
    trusted = ssl.create_default_context(cafile=folder / "ca.pem")
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="skola.example.se") as session:
        session._host = HOST  # type: ignore[attr-defined]
        session.starttls(context=trusted)
        for index in range(number):
            title, text, html = ready if once else render()
            mail = EmailMessage()
            mail["From"], mail["To"] = "gallra@skola.example.se", f"p{index}@{DOMAIN}"
            mail["Subject"] = title
            mail.set_content(text)
            mail.add_alternative(html, subtype="html")
            session.send_message(mail)
    return time.perf_counter() - began


def run(people: int, looped: int = LOOPED) -> Result:
    """Bring that many people in, tell them all, and let the loop do the same."""
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        folder = Path(scratch)
        with server(folder) as (port, counted):
            _bindings(folder, port)
            environment = os.environ | {
                "GALLRA_HOME": str(folder / "home"),
                "GALLRA_SYSTEMS": str(folder / "systems"),
            }
            settings = Settings.from_environment(environment)
            _bring(settings, folder, people)
            began = time.perf_counter()
            with open_house("academedia", settings=settings) as house:
                written = inform(house, "standard").written
            ours = time.perf_counter() - began
            share = written.sent / looped
            loop = _looped(settings, folder, port, looped, once=False) * share
            floor = _looped(settings, folder, port, looped, once=True) * share
        return Result(people, written.sent, ours, loop, floor, counted[0] - 2 * looped)


def _bring(settings: Settings, folder: Path, people: int) -> None:
    from tasks.importing.intake import import_file
    from tasks.importing.main_job import begin_import

    export = folder / "export.xlsx"
    write_sample(export, rows=people * 2, seed=1, edge_cases=False)
    with open_house("academedia", settings=settings, chosen=[export]) as house:
        for ref in begin_import(house):
            import_file(house, ref)


def table(result: Result) -> str:
    """The result as text."""
    return "\n".join(
        [
            f"{result.sent:,} letters in six languages, STARTTLS on loopback",
            "",
            f"{'':<28}{'seconds':>9}{'letters/s':>11}",
            f"{'ours, with evidence':<28}{result.ours:>9.1f}{result.sent / result.ours:>11,.0f}",
            f"{'loop, render and send':<28}{result.loop:>9.1f}{result.sent / result.loop:>11,.0f}",
            f"{'loop, rendered only once':<28}{result.floor:>9.1f}"
            f"{result.sent / result.floor:>11,.0f}",
            "",
            f"loop / ours {result.loop / result.ours:6.2f}   arrived once: {result.arrived:,}",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where somebody got no letter or two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args(arguments)
    result = run(100 if chosen.quick else chosen.people, 20 if chosen.quick else LOOPED)
    print(table(result))
    return 0 if result.arrived == result.sent > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
