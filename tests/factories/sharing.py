"""A disclosure to play through: recipients, channels that record every byte, two officers."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.channel import Delivered, Parcel
from connectors.memory_channel import Arrival, MemoryChannel
from lifecycle.bindings.recipients import Contact
from lifecycle.disclosure import Stage
from lifecycle.disclosure_condition import Condition
from lifecycle.passwords import is_generated
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.model import Policy
from records.plans import Plan
from tasks.house.doors import Cell, Cover, Door, Doors
from tasks.house.parts import House
from tasks.officers.approvals import approve
from tasks.sharing.disclosing import Sent, send
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.judging import Wish
from tasks.sharing.register import entry
from tests.factories import planning
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

UNTIL = date(2026, 11, 20)
"""The tests' clock stands on 2 November 2026."""
RECIPIENT = "arbetsformedlingen"
MAIL, TEXT = "encrypted-mail-with-file", "text-message"
DESK = Contact.model_validate(
    {
        "email": "mottagare@example.se",
        "phone": "+46701740605",
        "password_by": TEXT,
        "language": "sv",
    }
)
_NONCE = 12
"""Bytes."""


class RecordingChannel(MemoryChannel):
    """A twin that also writes down every parcel it was ever handed, with every byte of it."""

    def __init__(self, *, place: str, takes_back: bool = True) -> None:
        super().__init__(place=place, takes_back=takes_back)
        self.handed: list[tuple[Parcel, bytes]] = []
        self.answers: list[Exception] = []
        """Raised by the next deliveries, one each, instead of delivering."""

    def deliver(self, parcel: Parcel) -> Delivered:
        content = b"" if parcel.file is None else parcel.file.read_bytes()
        self.handed.append((parcel, content))
        if self.answers:
            raise self.answers.pop(0)
        return super().deliver(parcel)

    def bytes_out(self) -> bytes:
        """Everything that it was handed, one after the other."""
        return b"\n".join(
            content + parcel.subject.encode() + parcel.text.encode() + " ".join(parcel.to).encode()
            for parcel, content in self.handed
        )


def seal(cells: Sequence[Cell], target: Path, password: str, _: Cover) -> None:
    """The twin of a container: really sealed, quick, and like a real one never twice the same."""
    assert is_generated(password)
    plain = orjson.dumps([tuple(cell) for cell in cells])
    nonce = os.urandom(_NONCE)
    target.write_bytes(b"SEALED" + nonce + AESGCM(_key(password)).encrypt(nonce, plain, None))


def unseal(content: bytes, password: str) -> list[Cell]:
    """What the recipient reads with that password."""
    assert content.startswith(b"SEALED")
    nonce, sealed = content[6 : 6 + _NONCE], content[6 + _NONCE :]
    plain = AESGCM(_key(password)).decrypt(nonce, sealed, None)
    return [Cell(*row) for row in orjson.loads(plain)]


def _key(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()


def decided(policy: Policy) -> Policy:
    """The same policy after the open decision on its legal basis was taken."""
    assert policy.sharing is not None
    recipients = {
        name: one.model_copy(update={"legal_basis": LegalBasis.LEGAL_OBLIGATION})
        for name, one in policy.sharing.recipients.items()
    }
    purposes = {
        name: one.model_copy(update={"legal_basis": LegalBasis.LEGAL_OBLIGATION})
        for name, one in policy.purposes.items()
    }
    sharing = policy.sharing.model_copy(update={"recipients": recipients})
    changed = policy.model_copy(update={"sharing": sharing, "purposes": purposes})
    changed._sha256 = "d" * 64
    return changed


@dataclass
class Desk:
    """A house that shares: who prepares, who approves, and what arrived."""

    build: Callable[[], House]
    clock: StandingClock
    mail: RecordingChannel = field(default_factory=lambda: RecordingChannel(place=MAIL))
    text: RecordingChannel = field(default_factory=lambda: RecordingChannel(place=TEXT))
    change: Callable[[House], House] = lambda house: house
    contact: Contact = DESK
    opened: House | None = None
    officers: list[Authenticator] = field(default_factory=list)

    def house(self, *, anew: bool = False) -> House:
        """The house as the next run has it."""
        if anew or self.opened is None:
            self.opened = self.build()
        house = self.opened
        doors = Doors(
            ways={
                MAIL: Door(name=MAIL, kind="smtp", channel=self.mail),
                TEXT: Door(name=TEXT, kind="sms", channel=self.text),
            },
            recipients={RECIPIENT: {"desk": self.contact}},
            sealers={"zip": seal},
            outgoing=house.settings.home / "outgoing" / house.controller,
        )
        return self.change(dataclasses.replace(house, policy=decided(house.policy), doors=doors))

    def enrolled(self) -> list[Authenticator]:
        """Who prepares, and who approves."""
        if not self.officers:
            first = enrol(self.house(), self.clock, "chef-nord", "chef")
            second = enrol(self.house(), self.clock, "chef-syd", "chef", by=first)
            self.officers = [first, second]
        return self.officers

    def bring(self, *rows: str) -> None:
        """An export is imported."""
        planning.bring(self.house(), *rows)

    def ref(self, who: planning.Person) -> str:
        return planning.reference(self.house(), who)

    def prepare(self, *people: planning.Person, by: str = "", **changed: object) -> Plan:
        """A disclosure about these, drawn up by the first officer."""
        first, _ = self.enrolled()
        selection = Selection(references=tuple(self.ref(who) for who in people))
        return prepare(
            self.house(), wish(**changed), selection, by=by or first.handle, code=first.fresh()
        )

    def approve(self, plan: Plan) -> None:
        """The second officer says yes."""
        _, second = self.enrolled()
        approve(
            self.house(),
            plan.ref,
            officer=second.handle,
            code=second.fresh(),
            decision="approve",
            expected_hash=plan.hash,
        )

    def approved(self, *people: planning.Person) -> Plan:
        plan = self.prepare(*people)
        self.approve(plan)
        return plan

    def send(self, plan: Plan) -> Sent:
        return send(self.house(), plan.ref)

    def stage(self, plan: Plan) -> Stage:
        return Stage(entry(self.house(), plan.ref).stage)

    def received(self) -> list[Cell]:
        """What the recipient reads: the one container, with the password of the one message."""
        [container] = [one for one in self.mail.arrived if one.content is not None]
        assert container.content is not None
        return unseal(container.content, password_in(self.text.arrived))

    def nothing_left(self) -> None:
        """No channel was handed anything, and nothing waits to be."""
        assert self.mail.handed == self.text.handed == []
        self.outgoing_is_empty()

    def outgoing_is_empty(self) -> None:
        folder = self.house().doors.outgoing
        assert not folder.exists() or list(folder.iterdir()) == []


def wish(**changed: object) -> Wish:
    """To the employment service, what the policy names, until the 20th."""
    given: dict[str, object] = {
        "recipient": RECIPIENT,
        "contact": "desk",
        "categories": ("identity",),
        "purpose": "assignment",
        "channel": MAIL,
        "container": "zip",
        "until": UNTIL,
        "condition": Condition.NONE,
    }
    return Wish(**(given | changed))  # type: ignore[arg-type]


def password_in(arrived: Sequence[Arrival]) -> str:
    """The one password among these messages."""
    [found] = {word for one in arrived for word in one.text.split() if is_generated(word)}
    return found
