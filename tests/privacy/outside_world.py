"""The recipients of what is shared: a mail server and a gateway for text messages, on loopback.

Both write down every byte they are given. How they behave depends on whom is written to; what they
answer when they refuse names a planted person, as servers do.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NamedTuple

import trustme
from aiosmtpd.smtp import Envelope

from tests.factories.mail_server import mail_server
from tests.factories.smtp_channel_world import DOMAIN, HOST, server_tls
from tests.privacy.cast import PEOPLE, full_name, told

MAIL, TEXT = "encrypted-mail-with-file", "text-message"
TOKEN: Final = "canary-sms-token-5d1e9b"
REFUSED, UNSURE = PEOPLE[24], PEOPLE[26]
"""To whose own address no mail goes, and of whose mail nobody can tell whether it arrived."""
CONTROL_DESK: Final = f"kontroll@{DOMAIN}"
"""Only the control is sent there."""
_WORDS: Final = f"{PEOPLE[7].national_id} {PEOPLE[7].mail}"
"""In every refusal; ASCII, as SMTP wants it."""


class Desk(NamedTuple):
    """One contact of the recipient's, and what happens to what it is sent."""

    mail: str
    phone: str
    refusal: str = ""
    """The reason code, or the error, that the disclosure ends with."""


DESKS: Final = {
    "desk": Desk("mottagare.kanarie", "+46846500405"),
    "refusing": Desk("avvisad.kanarie", "+46846500406", "recipient_refused"),
    "later": Desk("senare.kanarie", "+46846500407", "recipient_says_later"),
    "unsure": Desk("kanske.kanarie", "+46846500408", "perhaps_delivered"),
    "mute": Desk("stum.kanarie", "+46846500409", "text_refused"),
    "unsure-phone": Desk("utansvar.kanarie", "+46846500410", "perhaps_delivered"),
}


def bindings(folder: Path, port: int, url: str) -> dict[str, Any]:
    """The channels and recipients to bind."""
    return {
        "channels": {
            MAIL: {
                "kind": "smtp",
                "sender": "gallra@skola.example.se",
                "servers": {DOMAIN: [{"host": HOST, "port": port, "address": "127.0.0.1"}]},
                "only_pinned": True,
                "trusted": str(folder / "ca.pem"),
                "journal": "${GALLRA_HOME}/sent",
                "timeout": 10,
            },
            TEXT: {
                "kind": "sms",
                "url": url,
                "token": {"file": str(folder / "token")},
                "journal": "${GALLRA_HOME}/sent-texts",
                "timeout": 10,
            },
        },
        "recipients": {
            "arbetsformedlingen": {
                name: {
                    "email": f"{desk.mail}@{DOMAIN}",
                    "phone": desk.phone,
                    "password_by": TEXT,
                    "language": "sv",
                }
                for name, desk in DESKS.items()
            }
        },
    }


class _Office:
    """A handler of aiosmtpd."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._count = 0
        self._asked_again = False

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == REFUSED.mail or address.startswith(DESKS["refusing"].mail):
            return f"550 5.1.1 {_WORDS} does not work here"
        if address.startswith(DESKS["later"].mail) and not self._asked_again:
            self._asked_again = True
            return f"451 4.3.0 {_WORDS} later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content
        assert content is not None
        self._count += 1
        if _is_office(envelope.rcpt_tos):
            place = self._record / f"mail-{self._count:03}"
            place.with_suffix(".to").write_text("\n".join(envelope.rcpt_tos))
            place.with_suffix(".eml").write_bytes(content)
        else:
            self._take_letter(envelope.rcpt_tos, content)
            if envelope.rcpt_tos == [UNSURE.mail]:
                server.transport.abort()
                await asyncio.sleep(0)
        if envelope.rcpt_tos[0].startswith(DESKS["unsure"].mail):
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 OK"

    def _take_letter(self, to: list[str], content: bytes) -> None:
        """A letter to a person bears its reader's address, once, as whom it is to: that alone is
        left out of what is searched."""
        head, end, body = content.partition(b"\r\n\r\n")
        for address in to:
            line = b"\r\nTo: " + address.encode() + b"\r\n"
            head = head.replace(line, b"\r\nTo: (its reader)\r\n", 1)
        folder = self._record.parent / "letters"
        folder.mkdir(exist_ok=True)
        (folder / f"letter-{self._count:03}.eml").write_bytes(head + end + body)


def _is_office(to: list[str]) -> bool:
    known = {CONTROL_DESK, *(f"{desk.mail}@{DOMAIN}" for desk in DESKS.values())}
    return set(to) <= known


class _Handler(BaseHTTPRequestHandler):
    record: Path
    taken: list[bytes]

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.taken.append(body)
        head = f"{self.command} {self.path}\n{self.headers}".encode()
        (self.record / f"text-{len(self.taken):03}.http").write_bytes(head + body)
        status, to = 202, json.loads(body)["to"]
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status = 401
        elif to == DESKS["mute"].phone:
            status = 400
        elif to == DESKS["unsure-phone"].phone:
            self.close_connection = True
            return
        answer = json.dumps({"error": told(PEOPLE[7]), "to": full_name(PEOPLE[7])}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@contextmanager
def outside_world(folder: Path, record: Path) -> Iterator[dict[str, Any]]:
    """Both servers; what to bind. Every byte they take is written below `record`."""
    folder.mkdir(mode=0o700)
    record.mkdir(mode=0o700)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "token").write_text(TOKEN)
    (folder / "token").chmod(0o600)

    class Handler(_Handler):
        pass

    Handler.record, Handler.taken = record, []
    with ExitStack() as stack:
        tls = server_tls(authority.issue_cert(HOST))
        port = stack.enter_context(mail_server(_Office(record), tls_context=tls))  # type: ignore[arg-type]
        gateway = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        gateway.daemon_threads = True
        stack.callback(gateway.server_close)
        thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        stack.callback(thread.join)
        stack.callback(gateway.shutdown)
        url = f"http://127.0.0.1:{gateway.server_address[1]}/v1"
        yield bindings(folder, port, url)
