"""An alarm reaches somebody: one mail, without personal data, and none is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NoReturn

import orjson
import pytest
import yaml
from sqlalchemy import select
from typer.testing import CliRunner

from connectors.memory import MemoryStaging
from connectors.smtp import Mailbox
from console.main import app
from lifecycle.errors import LedgerFailure
from lifecycle.policy.load import load_policy
from records.engines import reading
from records.tables import ledger_event
from tasks.house.parts import House
from tasks.importing.purge import purge
from tasks.watching.alarm_mail import Told
from tasks.watching.daily import watch
from tests.factories.houses import ROOT, build, dialect, surroundings
from tests.factories.houses import house as empty_house
from tests.factories.keys import StandingClock
from tests.factories.mail_server import Inbox, mail_server

__all__ = ["build", "dialect", "empty_house", "surroundings"]

NAME = "Tuva Exempelsson 198507099805.csv"


class Killed(BaseException):
    """A `kill -9`, as far as this process can play it."""


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def house(empty_house: House, inbox: Inbox, standing_clock: StandingClock) -> Iterator[House]:
    """A house that writes to `inbox`, with a file that lies there for 20 hours."""
    staging = MemoryStaging(place=empty_house.staging.place, now=standing_clock)
    staging.drop(NAME, b"x", arrived_at=standing_clock() - timedelta(hours=20, minutes=6))
    with mail_server(inbox) as port:
        mailbox = Mailbox(
            host="127.0.0.1",
            port=port,
            sender="gallra@example.se",
            recipient="aftaa@example.se",
            plain_on_loopback=True,
        )
        yield dataclasses.replace(empty_house, staging=staging, mailbox=mailbox)


def mails(inbox: Inbox) -> list[EmailMessage]:
    contents = [each.content for each in inbox.mails if isinstance(each.content, bytes)]
    read = [message_from_bytes(content, policy=policy.default) for content in contents]
    return [mail for mail in read if isinstance(mail, EmailMessage)]


def events(house: House) -> list[str]:
    with reading(house.engine) as connection:
        bodies = connection.execute(select(ledger_event.c.body)).scalars().all()
    return [k for body in bodies if "alarm" in (k := orjson.loads(bytes(body))["kind"])]


def test_a_new_alarm_is_mailed_once(house: House, inbox: Inbox) -> None:
    assert [watch(house).told for _ in range(3)] == [Told.SENT, *[Told.NOTHING_NEW] * 2]
    (mail,) = mails(inbox)
    assert (mail["From"], mail["To"]) == ("gallra@example.se", "aftaa@example.se")
    assert mail["Subject"] == "Gallra: 1 larm / alarm(s), academedia"
    assert events(house) == ["alarm.raised", "alarm.telling", "alarm.told"]


def test_the_mail_says_what_since_when_and_what_to_do_and_names_nobody(
    house: House, inbox: Inbox
) -> None:
    (alarm,) = watch(house).standing
    (mail,) = mails(inbox)
    text = mail.get_content()
    assert f"{alarm.ref}, since 2026-11-02 09:00 CET, 20.1 hours in the folder" in text
    assert "Run `gallra purge` now" in text
    for value in ("Tuva", "Exempelsson", "8507099805", ".csv"):
        assert value not in mail.as_string()


def test_several_alarms_are_one_mail_and_later_ones_another(
    house: House, inbox: Inbox, standing_clock: StandingClock
) -> None:
    assert isinstance(house.staging, MemoryStaging)
    for number in range(30):
        house.staging.drop(f"{number}.csv", b"x", arrived_at=standing_clock() - timedelta(days=1))
    watch(house)
    standing_clock.pass_time(hours=27)
    watch(house)
    first, second = mails(inbox)
    assert first["Subject"].startswith("Gallra: 31 ")
    assert "staged_too_long: 31" in first.get_content()
    assert "and 11 more" in first.get_content()
    assert "witness_silent: 1" in second.get_content()
    assert "staged_too_long" not in second.get_content()


def test_an_alarm_that_a_purge_left_is_told_although_it_is_over(house: House, inbox: Inbox) -> None:
    purge(house)
    assert watch(house).standing == ()
    (mail,) = mails(inbox)
    assert "20.1 hours in the folder; it is over now" in mail.get_content()


def test_a_mail_that_is_refused_is_an_alarm_and_tried_again(house: House, inbox: Inbox) -> None:
    inbox.refuse = "554 no thanks to aftaa@example.se"
    for _ in range(2):
        seen = watch(house)
        assert seen.told is Told.FAILED
        assert {alarm.kind for alarm in seen.standing} == {"staged_too_long", "alarm_mail_fails"}
    assert events(house).count("alarm.raised") == 2
    inbox.refuse = ""
    seen = watch(house)
    assert seen.told is Told.SENT
    assert [alarm.kind for alarm in seen.standing] == ["staged_too_long"]
    (mail,) = mails(inbox)
    assert "alarm_mail_fails" not in mail.get_content()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_watchdog_that_is_killed_around_the_mail_sends_it_at_the_next_look(
    house: House, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """At least once: killed after the server took it, the same mail goes again and says so."""
    send = Mailbox.send

    def killed(mailbox: Mailbox, message: EmailMessage) -> NoReturn:
        if when == "after":
            send(mailbox, message)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Mailbox, "send", killed)
        with pytest.raises(Killed):
            watch(house)
    assert watch(house).told is Told.SENT
    assert watch(house).told is Told.NOTHING_NEW
    sent = mails(inbox)
    assert len(sent) == (2 if when == "after" else 1)
    assert "An earlier mail about this was cut off" in sent[-1].get_content()
    assert len({mail["Message-ID"] for mail in sent}) == 1, "the second can be told from a new one"
    assert events(house) == ["alarm.raised", "alarm.telling", "alarm.told"]


def test_killed_before_the_alarm_was_written_it_is_raised_by_the_next_look(
    house: House, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("tasks.watching.daily.tell", _killed)
        with pytest.raises(Killed):
            watch(house)
    assert inbox.mails == []
    assert watch(house).told is Told.SENT


def _killed(*_: object) -> NoReturn:
    raise Killed


def test_without_its_entry_in_the_ledger_no_mail_goes(
    house: House, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise LedgerFailure("ledger_not_written")

    with monkeypatch.context() as patched:
        patched.setattr(type(house.ledger), "append", refuse)
        with pytest.raises(LedgerFailure):
            watch(house)
    assert inbox.mails == []
    assert watch(house).told is Told.SENT


def test_where_nobody_is_named_nobody_is_written_to(house: House, inbox: Inbox) -> None:
    assert watch(dataclasses.replace(house, mailbox=None)).told is Told.NOBODY
    assert inbox.mails == []


# --- the command, with its own bindings ------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """`gallra` in a home of its own, whose bindings name a mailbox."""
    systems = tmp_path / "systems"
    systems.mkdir()
    bound = yaml.safe_load((ROOT / "deployments" / "systems" / "academedia.yaml").read_text())
    with mail_server(inbox) as port:
        bound["watch"] = {
            "mail": {
                "host": "127.0.0.1",
                "port": port,
                "security": "plain_on_loopback",
                "sender": "gallra@example.se",
                "recipient": "dpo",
            }
        }
        (systems / "academedia.yaml").write_text(yaml.safe_dump(bound), encoding="utf-8")
        monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("GALLRA_SYSTEMS", str(systems))
        yield CliRunner()


@pytest.mark.parametrize("as_json", [False, True])
def test_gallra_watch_ends_with_1_while_an_alarm_stands(
    command: CliRunner, tmp_path: Path, inbox: Inbox, as_json: bool
) -> None:
    arguments = ["watch", *(["--json"] if as_json else [])]
    calm = command.invoke(app, arguments)
    assert calm.exit_code == 0, calm.output
    staging = tmp_path / "home" / "staging"
    staging.rmdir()
    staging.write_bytes(b"no folder")
    for _ in range(2):
        alarmed = command.invoke(app, arguments)
        assert alarmed.exit_code == 1, alarmed.output
    assert "staging_unreachable" in alarmed.output
    (mail,) = mails(inbox)
    assert "staging_unreachable: 1" in mail.get_content()
    assert mail["To"] == load_policy(ROOT / "policies" / "academedia.yaml").controller.dpo.email
