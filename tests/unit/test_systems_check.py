"""`gallra systems check` tries what is bound, says it in words, and says nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from typer.testing import CliRunner, Result

from connectors.examination import State, harmless
from connectors.examining.registry import ExaminedAs, examiner
from console.main import app
from console.output import Exit
from tasks.placing.examining_words import WORDS
from tests.factories.mail_server import Inbox, mail_server
from tests.factories.sms_channel_world import TOKEN, Gateway, gateway
from tests.factories.smtp_channel_world import DOMAIN, HOST, Office, server_tls

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = f"canary-mottagare@{DOMAIN}"
TELEPHONE = "+46701740605"


@dataclass
class Installation:
    """A controller with two ways out, an archive, a case system of its own and a watchdog."""

    home: Path
    bindings: dict[str, Any]
    office: Office
    texts: Gateway
    inbox: Inbox
    folder: Path

    def gallra(self, *arguments: str) -> Result:
        text = yaml.safe_dump(self.bindings, allow_unicode=True)
        (self.folder / "academedia.yaml").write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["systems", "check", *arguments])

    def found(self, *arguments: str) -> list[dict[str, str]]:
        told: list[dict[str, str]] = json.loads(self.gallra(*arguments, "--json").stdout)[
            "findings"
        ]
        return told


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    folder, home = tmp_path / "systems", tmp_path / "home"
    folder.mkdir()
    shipped = ROOT / "deployments" / "systems" / "academedia.yaml"
    bindings = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    tls = server_tls(authority.issue_cert(HOST))
    office, inbox = Office(), Inbox()
    for name, value in {
        "GALLRA_HOME": str(home),
        "GALLRA_SYSTEMS": str(folder),
        "GALLRA_SMS_TOKEN": TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        port = stack.enter_context(mail_server(office, tls_context=tls))
        watch_port = stack.enter_context(mail_server(inbox))
        texts = stack.enter_context(gateway())
        bindings["channels"] = {
            "mail": {
                "kind": "smtp",
                "sender": "gallra@skola.example.se",
                "servers": {DOMAIN: [{"host": HOST, "port": port, "address": "127.0.0.1"}]},
                "trusted": str(tmp_path / "ca.pem"),
                "journal": "${GALLRA_HOME}/sent",
                "timeout": 5,
            },
            "text": {
                "kind": "sms",
                "url": texts.url,
                "probe": "/account",
                "token": {"env": "GALLRA_SMS_TOKEN"},
                "journal": "${GALLRA_HOME}/sent",
            },
        }
        bindings["recipients"] = {
            "arbetsformedlingen": {
                "desk": {
                    "email": ADDRESS,
                    "phone": TELEPHONE,
                    "password_by": "text",
                    "language": "sv",
                }
            }
        }
        bindings["archive"] = {"kind": "folder", "path": "${GALLRA_HOME}/archive"}
        mail = {"host": "127.0.0.1", "port": watch_port, "security": "plain_on_loopback"}
        bindings["watch"] = {"mail": {**mail, "sender": "g@example.se", "recipient": "dpo"}}
        yield Installation(home, bindings, office, texts, inbox, folder)


def test_everything_that_is_bound_is_tried_and_nothing_is_sent(here: Installation) -> None:
    found = here.found()
    told = {(one["system"], one["what"], one["state"], one["code"]) for one in found}
    assert {
        ("af-staging", "reached", "ok", "answers"),
        ("af-staging", "deletion", "ask", "deletion_not_tried"),
        ("workbuster", "reached", "ok", "answers"),
        ("novo", "rights", "ok", "rights_fit"),
        ("paper-binder", "reached", "ok", "by_hand"),
        ("archive", "reached", "ok", "answers"),
        ("mail", "way", "ok", "way_open"),
        ("text", "way", "ok", "password_way_open"),
        ("witness", "reached", "ok", "witness_keeps"),
        ("watch", "reached", "ok", "mail_server_answers"),
    } <= told
    bound = set(here.bindings["systems"]) | set(here.bindings["channels"])
    assert bound <= {one["system"] for one in found}
    assert here.office.mails == here.texts.texts == here.inbox.mails == []
    assert here.gallra().exit_code == Exit.DONE


def test_a_probe_puts_and_deletes_in_each_folder(here: Installation) -> None:
    found = here.found("--probe")
    probed = {one["system"] for one in found if one["code"] == "deletion_for_good"}
    assert probed == {"af-staging", "archive"}
    assert list((here.home / "staging").iterdir()) == list((here.home / "archive").iterdir()) == []


def test_one_name_or_one_part_alone(here: Installation) -> None:
    assert {one["system"] for one in here.found("novo")} == {"novo"}
    assert {one["system"] for one in here.found("channels")} == {"mail", "text"}
    assert here.office.commands == []
    refused = here.gallra("canary-nowhere")
    assert refused.exit_code == Exit.REFUSED
    assert "binding_unknown" in refused.output
    assert "canary-nowhere" not in refused.output


def test_a_recipient_whose_certificate_is_not_valid_is_wrong(here: Installation) -> None:
    here.bindings["channels"]["second-mail"] = deepcopy(here.bindings["channels"]["mail"])
    here.bindings["channels"]["mail"]["trusted"] = str(here.folder.parent / "other.pem")
    [one] = [f for f in here.found("mail") if f["what"] == "way"]
    assert (one["state"], one["code"]) == ("wrong", "recipient_certificate_refused")
    assert "arbetsformedlingen/desk" in one["say"]
    assert here.gallra("mail").exit_code == Exit.ATTENTION


def test_a_gateway_that_does_not_know_us_is_wrong(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GALLRA_SMS_TOKEN", "canary-token")
    assert [f["code"] for f in here.found("text")] == ["gateway_login_refused"]


def test_a_gateway_that_cannot_be_asked_is_not_called_open(here: Installation) -> None:
    here.bindings["channels"]["text"].pop("probe")
    [one] = here.found("text")
    assert (one["state"], one["code"]) == ("ask", "gateway_not_asked")
    assert here.texts.requests == []
    assert here.gallra("text").exit_code == Exit.DONE


def test_passwords_that_reach_nobody_by_their_way_are_a_fault(here: Installation) -> None:
    desk = here.bindings["recipients"]["arbetsformedlingen"]["desk"]
    del desk["phone"]
    [one] = here.found("text")
    assert (one["state"], one["code"]) == ("wrong", "contact_not_reached")
    assert "arbetsformedlingen/desk" in one["say"]
    assert here.gallra("text").exit_code == Exit.ATTENTION
    # A folder carries files alone.
    here.bindings["channels"]["stick"] = {
        "kind": "manual", "by": "usb_stick", "folder": "${GALLRA_HOME}/sticks", "role": "chef",
        "how": "take it there", "within": "P3D", "remind_every": "P1D", "evidence": "a word",
        "second_person": False,
    }  # fmt: skip
    desk["password_by"] = "stick"
    codes = {one["code"] for one in here.found("stick") if one["what"] == "way"}
    assert codes == {"password_way_without_letters"}


def test_a_password_by_a_second_mail_is_tried_at_its_own_address(here: Installation) -> None:
    """To another mailbox on another server: that one has to prove itself too, and two mails are
    one way."""
    second = deepcopy(here.bindings["channels"]["mail"])
    second |= {"servers": {"losen.example.se": second["servers"][DOMAIN]}, "only_pinned": True}
    here.bindings["channels"]["second-mail"] = second
    desk = here.bindings["recipients"]["arbetsformedlingen"]["desk"]
    desk |= {"password_by": "second-mail", "password_email": "canary-losen@losen.example.se"}
    [one] = here.found("second-mail")
    assert (one["state"], one["code"]) == ("wrong", "password_not_apart")
    here.bindings["channels"]["stick"] = {
        "kind": "manual", "by": "usb_stick", "folder": "${GALLRA_HOME}/sticks", "role": "chef",
        "how": "take it there", "within": "P3D", "remind_every": "P1D", "evidence": "a word",
        "second_person": False,
    }  # fmt: skip
    desk["by_hand"] = "Storgatan 1"
    [one] = here.found("second-mail")
    assert (one["state"], one["code"]) == ("ok", "password_way_open")
    assert [word for word in here.office.commands if "canary" in word] == []
    second["trusted"] = str(here.folder.parent / "other.pem")
    [one] = here.found("second-mail")
    assert (one["state"], one["code"]) == ("wrong", "recipient_certificate_refused")
    del second["servers"]["losen.example.se"]
    second["servers"] = {"example.dk": [{"host": HOST, "port": 25, "address": "127.0.0.1"}]}
    [one] = here.found("second-mail")
    assert (one["state"], one["code"]) == ("wrong", "recipient_not_pinned")
    assert here.office.mails == here.texts.texts == []


def test_a_channel_for_others_is_no_fault(here: Installation) -> None:
    elsewhere = deepcopy(here.bindings["channels"]["mail"]) | {"only_pinned": True}
    elsewhere["servers"] = {"example.dk": elsewhere["servers"][DOMAIN]}
    here.bindings["channels"]["danish-mail"] = elsewhere
    [one] = here.found("danish-mail")
    assert (one["state"], one["code"]) == ("ok", "way_for_others")
    del here.bindings["channels"]["mail"]
    [one] = here.found("danish-mail")
    assert (one["state"], one["code"]) == ("wrong", "recipient_not_pinned")


def test_a_channel_that_nobody_is_reached_by_is_asked_about(here: Installation) -> None:
    here.bindings["recipients"]["arbetsformedlingen"]["desk"].pop("email")
    assert [f["code"] for f in here.found("mail")] == ["nobody_to_try"]


def test_what_is_away_is_no_reason_not_to_look_at_the_rest(here: Installation) -> None:
    here.found()
    (here.home / "staging").rmdir()
    (here.home / "systems" / "academedia" / "novo.db").write_bytes(b"no database" * 100)
    found = here.found()
    states = {one["system"]: one["state"] for one in found if one["what"] == "reached"}
    assert states["af-staging"] == states["novo"] == "wrong"
    assert states["omnius"] == states["archive"] == "ok"
    assert here.gallra().exit_code == Exit.ATTENTION


def test_a_fault_in_one_is_told_without_its_words(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(ADDRESS)

    monkeypatch.setattr("connectors.smtp_channel.SmtpChannel.check", broken)
    monkeypatch.setattr("connectors.folder.FolderStaging.list_items", broken)
    found = here.found()
    faults = {one["system"] for one in found if one["code"] == "unexpected_error"}
    assert faults == {"mail", "af-staging", "archive"}
    assert {one["state"] for one in found if one["system"] == "text"} == {"ok"}
    result = here.gallra()
    assert result.exit_code == Exit.ATTENTION
    assert ADDRESS not in result.output


def test_it_says_nothing_personal_no_address_no_path(here: Installation) -> None:
    here.bindings["channels"]["mail"]["trusted"] = str(here.folder.parent / "other.pem")
    here.texts.status = 500
    for arguments in ((), ("--probe",), ("--json",)):
        output = here.gallra(*arguments).output
        for canary in (ADDRESS, TELEPHONE, TOKEN, HOST, DOMAIN, "127.0.0.1", str(here.home)):
            assert canary not in output
        assert not re.search(r"https?://", output)


def _codes_of_findings() -> set[str]:
    """Every literal code in what looks at systems, and at what gives `ok`."""
    found: set[str] = set()
    files = [*(ROOT / "connectors" / "examining").glob("*.py")]
    files += [ROOT / "connectors" / "examination.py"]
    files += [ROOT / "tasks" / "watching" / f"{name}_check.py" for name in ("systems", "ways")]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding":
                found |= {str(one.value) for one in node.args[2:3] if isinstance(one, ast.Constant)}
            for keyword in getattr(node, "keywords", ()):
                if keyword.arg in {"code", "copies"} and isinstance(keyword.value, ast.Constant):
                    found.add(str(keyword.value.value))
    return found


def test_every_finding_has_a_sentence() -> None:
    codes = _codes_of_findings()
    assert len(codes) > 30
    assert codes - set(WORDS) <= {"unexpected_error", "system_read_only"}


@pytest.mark.parametrize("code", sorted(WORDS))
def test_sentences_are_whole(code: str) -> None:
    assert WORDS[code][0].isupper() or WORDS[code][0] == "`"
    assert WORDS[code][-1] in ".?"
    assert not re.search(r"\{|\}|https?:|@", WORDS[code])


@dataclass
class HandedOver:
    """A binding of what only a person hands over."""

    folder: Path | None
    kind: str = "manual"


@pytest.mark.parametrize("waits", [True, False])
def test_what_a_person_hands_over_has_a_folder_to_look_at_or_nothing(
    waits: bool, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    binding: Any = HandedOver(tmp_path if waits else None)
    made = examiner(binding, ExaminedAs(name="stick", secrets=lambda _: lambda: ""))
    assert made is not None
    found = {(one.state, one.code) for one in harmless(made, probe=False)}
    if waits:
        assert (State.WRONG, "folder_open_to_others") in found
    else:
        assert found == {(State.OK, "by_hand")}
