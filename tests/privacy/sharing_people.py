"""Planted people are shared on purpose: with every error on the way to the recipient and back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import tasks.house.wiring
from connectors.channel import Parcel
from lifecycle.disclosure import Stage
from lifecycle.disclosure_condition import Condition
from lifecycle.errors import GallraError, NotProven, Unreachable
from lifecycle.references import PARCEL, PLAN, new_id, to_reference
from records.plans import Plan
from tasks.access.reviewing import place_of
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.approvals import approve
from tasks.placing.findings import standing
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.finding_out import note_found_out
from tasks.sharing.judging import Wish
from tasks.sharing.register import entry, register
from tasks.sharing.withdrawing import withdraw
from tasks.telling import recipients as telling
from tests.factories.keys import StandingClock
from tests.privacy.cast import CONTROLS, PEOPLE, told
from tests.privacy.erasing_people import LATE, Terminal, telephones
from tests.privacy.forcing import ERRORS, breaker
from tests.privacy.outside_world import CONTROL_DESK, DESKS, MAIL
from tests.privacy.placed_people import FITS, PLACED, play_each
from tests.privacy.scenarios import SIGNALS, Scenario, chained, patched
from tests.privacy.wider_ways import LEAK, WAYS, Way

SHARED: Final = (LATE, PEOPLE[12], PEOPLE[13])
"""Who is in every container; the first one is erased afterwards, and the recipient told."""
_RECIPIENT: Final = "arbetsformedlingen"
_SMTP: Final = "connectors.smtp_channel.SmtpChannel"
_SMS: Final = "connectors.sms_gateway.SmsChannel"

SENDING: Final = (
    "flows.share_steps.open_house",
    "tasks.sharing.register.agreed",
    "tasks.sharing.sending_containers.still_current",
    f"{_SMTP}.check",
    f"{_SMS}.check",
    "tasks.sharing.parcels._cells",
    "connectors.containers.aes_zip.seal_zip",
    "connectors.sent_journal.FolderJournal.begin",
    f"{_SMTP}.deliver",
    "tasks.sharing.sending_containers.seal_handle",
    f"{_SMTP}.standing",
    "tasks.sharing.sending_passwords.password_parcel",
    f"{_SMS}.deliver",
    "tasks.sharing.sending_passwords.close_as_sent",
    "tasks.telling.letters.tell_waiting",
    "tasks.sharing.register.register",
    "tasks.telling.due.to_tell",
    "flows.share_pages.show",
)
"""Where an error comes from while a disclosure is sent, in the order in which it is met."""
READING_OUT: Final = (
    "tasks.sharing.parcels.take_out",
    "tasks.sharing.reading_out.recognisers",
    "connectors.sql.SqlSystem.read_out",
    "tasks.sharing.parcels.require_as_agreed",
)
"""And while another system is read out for it."""
ELSEWHERE: Final = ("gallra", "novo")
"""Our own records, and a system in which the first of those who are shared stands."""
TAKING_BACK: Final = (
    f"{_SMTP}.withdraw",
    "tasks.sharing.withdrawing._note_taken",
    "tasks.sharing.asking_to_delete.deletion_parcel",
)


class Sharing:
    """Officers who prepare and approve, some while ago."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._clock = StandingClock(datetime.now(UTC) - timedelta(minutes=15))
        self._officers = telephones(home, self._clock)

    def house(self, stack: ExitStack) -> House:
        return stack.enter_context(tasks.house.wiring.open_house("academedia", now=self._clock))

    def prepare(
        self,
        contact: str,
        *,
        container: str = "zip",
        channel: str = MAIL,
        agreed: bool = True,
        systems: tuple[str, ...] = (),
    ) -> str:
        """Somebody prepares, somebody else approves; the reference."""
        first, second = self._officers
        with ExitStack() as stack:
            house = self.house(stack)
            people = [find_by_national_id(house, one.national_id) for one in SHARED]
            wish = Wish(
                recipient=_RECIPIENT, contact=contact, categories=("identity",),
                purpose="assignment", channel=channel, container=container,
                until=local_today(house) + timedelta(days=10), condition=Condition.NONE,
                systems=systems,
            )  # fmt: skip
            chosen = Selection(references=tuple(found.ref for [found] in people))
            plan: Plan = prepare(house, wish, chosen, by=first.handle, code=first.fresh())
            if agreed:
                approve(house, plan.ref, officer=second.handle, code=second.fresh(),
                        decision="approve", expected_hash=plan.hash)  # fmt: skip
            return plan.ref

    def settle(self, ref: str) -> str:
        """What a person does with one that was not wholly sent; how it stood before."""
        second = self._officers[1]
        with ExitStack() as stack:
            house = self.house(stack)
            stage = entry(house, ref).stage
            if stage in {Stage.PERHAPS_SENT, Stage.PERHAPS_TOLD}:
                note_found_out(house, ref, arrived=True, officer=second.handle, code=second.fresh())
            if stage != Stage.SENDING:  # then it simply goes on
                withdraw(house, ref)
            return stage

    def leak(self) -> None:
        """A letter that no task would write, by the real channel: it must be found."""
        with ExitStack() as stack:
            house = self.house(stack)
            ref = to_reference(PARCEL, new_id())
            house.doors.door(MAIL).channel.deliver(
                Parcel(
                    ref=ref,
                    file=None,
                    name=ref,
                    to=(CONTROL_DESK,),
                    subject="Kontroll",
                    text=told(CONTROLS[26]),
                )
            )

    def leak_widely(self) -> None:
        """A file that no task would write, by each of the other ways: it must be found at each."""
        plain = self._home.parent / "given" / "leak"
        plain.write_text(told(CONTROLS[28]), encoding="utf-8")
        with ExitStack() as stack:
            house = self.house(stack)
            for way in WAYS:
                house.doors.door(way.name).channel.deliver(
                    Parcel(
                        ref=to_reference(PARCEL, new_id()),
                        file=plain,
                        name=LEAK,
                        to=(CONTROL_DESK,),
                        subject="Kontroll",
                        text="" if way.folder == "sftp" else told(CONTROLS[29]),
                        until=local_today(house) + timedelta(days=10),
                    )
                )
        plain.unlink()


def share_everything(drive: Any, home: Path) -> None:
    """Send, fail to send, take back; what is left for a worker is one to send and one to decide."""
    office = Sharing(home)
    office.prepare("desk")
    play_each(drive, SENDING, "share")
    drive.run("it is sent at last", "share")
    refs = {name: office.prepare(name) for name, desk in DESKS.items() if desk.refusal}
    codes = "|".join(sorted({desk.refusal for desk in DESKS.values() if desk.refusal}))
    drive.run("every way of not arriving", "share", rf"^({codes})[ :]")
    for name, ref in refs.items():
        stage = office.settle(ref)
        drive.note(name=f"{name} stood at {stage}", flow="", text="", carried="",
                   fits=stage == _STOOD[name])  # fmt: skip
    office.prepare("desk", container="xlsx")
    drive.run("a workbook", "share")
    office.prepare("desk", systems=ELSEWHERE)
    play_each(drive, READING_OUT, "share")
    drive.run("out of another system too", "share")
    share_widely(drive, office)
    for scenario in _taking_back():
        drive.play(scenario)
    office.leak()
    office.prepare("desk")
    office.prepare("desk", container="xlsx", agreed=False)


def share_widely(drive: Any, office: Sharing) -> None:
    """The same by every other way, with errors on the way there; all of it is taken back by the
    run that finds its time up, after others have failed at it."""
    office.leak_widely()
    for way in WAYS:
        office.prepare("desk", container=way.container, channel=way.name)
        play_each(drive, sending_widely(way), "share", times=1)
        drive.run(f"it is sent by {way.name} at last", "share")
    later = {"tasks.sharing.withdrawing.local_today": _much_later}
    people, kinds = cycle(SHARED), cycle(kind for kind in list(ERRORS)[4:] if kind not in SIGNALS)
    withdraws = [f"{connector}.withdraw" for connector in (_SMTP, *(w.connector for w in WAYS))]
    silent = dict.fromkeys(withdraws, chained(Unreachable("server_unreachable")))
    for target in withdraws[1:]:
        kind = next(kinds)
        broken = silent | {target: breaker(kind, next(people))}
        name = f"{kind} out of {target} (withdraw)"
        drive.play(Scenario(name, "share", patched(later | broken), FITS))


def sending_widely(way: Way) -> tuple[str, ...]:
    """Where an error comes from while something goes that way."""
    return tuple(f"{way.connector}.{name}" for name in ("check", "deliver", "standing"))


_STOOD: Final = {
    "refusing": Stage.PREPARED,
    "later": Stage.SENDING,
    "unsure": Stage.PERHAPS_SENT,
    "mute": Stage.SENT,
    "unsure-phone": Stage.PERHAPS_TOLD,
}


def _taking_back() -> Iterator[Scenario]:
    later = {"tasks.sharing.withdrawing.local_today": _much_later}
    people, kinds = cycle(SHARED), cycle(list(ERRORS)[9:])
    refusals: list[GallraError] = [NotProven("deletion_refused"), Unreachable("server_unreachable")]
    for error in refusals:
        yield Scenario(
            f"{error.code} (withdraw)", "share",
            patched(later | {f"{_SMTP}.withdraw": chained(error)}), rf"^{error.code}",
        )  # fmt: skip
    for target in TAKING_BACK:
        for _ in range(2):
            kind = next(kinds)
            yield Scenario(
                f"{kind} out of {target} (withdraw)", "share",
                patched(later | {target: breaker(kind, next(people))}), SIGNALS.get(kind, FITS),
            )  # fmt: skip
    yield Scenario("their time is up", "share", patched(later), "")


def _much_later(house: House) -> Any:
    return local_today(house) + timedelta(days=20)


def by_command(at: Terminal) -> None:
    """What is shared and what lies about, as an officer asks for it; one of the two that wait ends.
    Only `gallra store show` may name anybody: what it says goes to the operator alone."""
    with at.house() as house:
        [waits] = [one.ref for one in register(house) if one.asks]
        found = [*standing(house), *standing(house, place=place_of("workbuster"))]
    at.gallra("share", "list", "--all")
    for arguments, ends in (
        (("share", "show", waits), 0), (("share", "show", waits, "--json"), 0),
        (("share", "send", waits), 3), (("share", "show", told(SHARED[1])), 3),
        (("share", "withdraw", waits), 0), (("plan", "show", waits), 3),
        (("store", "list"), 1), (("store", "scan", "--json"), 1), (("store", "show", waits), 3),
        (("store", "scan", told(PLACED[1])), 3), (("access", "list", "--json"), 1),
        (("access", "review"), 1),
    ):  # fmt: skip
        at.gallra(*arguments, ends=ends)
    at.gallra(
        "share", "prepare", "--to", _RECIPIENT, "--contact", "desk", "--category", "health",
        "--purpose", "assignment", "--channel", MAIL, "--until", "2099-12-31",
        "--about", SHARED[1].national_id, "--by", at.officers[0].handle,
        typed=at.officers[0].fresh() + "\n", ends=3,
    )  # fmt: skip
    shown = io.StringIO()
    with redirect_stdout(shown):
        for one in found:
            at.gallra("store", "show", one.ref)
    (at.home.parent / "given" / "shown").write_text(shown.getvalue(), encoding="utf-8")


def tell_recipients(at: Terminal) -> None:
    """Somebody was erased about whom a recipient knows: they are told, without a name."""
    with at.house() as house:
        waiting = telling.waiting(house)
    assert waiting
    at.gallra("share", "list", ends=1)
    for one in waiting:
        at.gallra("share", "show", to_reference(PLAN, one.disclosure_id))
        at.by(0, "share", "told", one.ref)
