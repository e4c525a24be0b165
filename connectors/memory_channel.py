"""The in-memory twin of every way out: it keeps what it was given and can fail in every way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.channel import Delivered, Parcel, Standing
from connectors.parcel_rules import check_parcel
from lifecycle.errors import NotProven, Refused, Unreachable


def _nothing(_: str) -> None:
    return None


@dataclass(slots=True)
class ChannelFailures:
    """What goes wrong at the next calls; switch it off by setting it back."""

    unreachable: bool = False
    refuse: str | None = None
    """The reason for which nothing may go this way."""
    refuse_withdrawal: bool = False
    lost_answers: int = 0
    """So many parcels arrive, but the answer to them never does."""
    step: Callable[[str], None] = _nothing
    """Called between every two steps with the step's name; whatever it raises ends the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What lies with the recipient."""

    ref: str
    name: str
    to: tuple[str, ...] = field(repr=False)
    content: bytes | None = field(repr=False)
    """The container's bytes; None: a letter alone."""
    subject: str = ""
    text: str = field(default="", repr=False)


class MemoryChannel:
    """A way out that is a dictionary."""

    def __init__(self, *, place: str, takes_back: bool = True) -> None:
        """`takes_back`: False for a way on which nothing can be taken back, such as mail."""
        self._place = place
        self._takes_back = takes_back
        self._arrived: dict[str, Arrival] = {}
        self._lock = threading.RLock()
        self.failures = ChannelFailures()
        self.checked: list[tuple[str, ...]] = []
        """Every address list that was asked about."""

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    @property
    def arrived(self) -> list[Arrival]:
        """What lies with the recipients now, in the order in which it came."""
        with self._lock:
            return list(self._arrived.values())

    def check(self, to: tuple[str, ...]) -> None:
        """Nothing, unless a failure is switched on."""
        with self._lock:
            self.checked.append(to)
            self._reach()

    def deliver(self, parcel: Parcel) -> Delivered:
        """Keep the parcel once, whatever is repeated."""
        check_parcel(parcel)
        with self._lock:
            self.failures.step("check")
            self._reach()
            if parcel.ref not in self._arrived:
                content = _content(parcel)
                self.failures.step("send")
                self._arrived[parcel.ref] = Arrival(
                    ref=parcel.ref,
                    name=parcel.name,
                    to=parcel.to,
                    content=content,
                    subject=parcel.subject,
                    text=parcel.text,
                )
                self.failures.step("sent")
                if self.failures.lost_answers:
                    self.failures.lost_answers -= 1
                    raise Unreachable("answer_lost")
            self.failures.step("answer")
            return Delivered(parcel.ref, parcel.ref)

    def withdraw(self, delivered: Delivered) -> None:
        """Forget the parcel, where this way takes anything back."""
        with self._lock:
            if self.failures.unreachable:
                raise Unreachable("channel_unreachable")
            if self.failures.refuse_withdrawal and delivered.ref in self._arrived:
                raise NotProven("deletion_refused")
            self.failures.step("withdraw")
            if self._takes_back:
                self._arrived.pop(delivered.ref, None)
            self.failures.step("withdrawn")

    def standing(self, delivered: Delivered) -> Standing:
        """Whether the dictionary still has it."""
        with self._lock:
            if not self._takes_back:
                return Standing.BEYOND
            if self.failures.unreachable:
                return Standing.COULD_NOT_LOOK
            return Standing.THERE if delivered.ref in self._arrived else Standing.GONE

    def _reach(self) -> None:
        if self.failures.unreachable:
            raise Unreachable("channel_unreachable")
        if self.failures.refuse is not None:
            raise Refused(self.failures.refuse)


def _content(parcel: Parcel) -> bytes | None:
    if parcel.file is None:
        return None
    content = None
    with suppress(OSError):
        content = parcel.file.read_bytes()
    if content is None:
        raise Refused("parcel_file_missing")
    return content
