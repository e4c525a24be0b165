"""E-mail is weeded like every other place: all of it found, whole messages purged, proven by
looking, and never against somebody else (A-76)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from connectors.graph_client import GraphClient
from connectors.mail_mentions import MailKey
from connectors.mailbox import OutlookMailboxes
from connectors.system import Action, Answer, Order, Record
from lifecycle.bindings.outlook import Outlook
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable
from tests.factories.graph_server.mail import Letter
from tests.factories.graph_server.mail_http import MailOnLoopback, Trouble, mail_on_loopback

OFFICE, TEACHER = "kansli@example.se", "larare@example.se"
TUVA, OMAR = "198507099805", "199001019802"
HOME, OTHER = "tuva@exempel.example.dk", "omar@exempel.example.dk"
HELD = ("contact", "identity", "messages")


def binding(url: str, **change: Any) -> Outlook:
    return Outlook.model_validate(
        {
            "kind": "outlook",
            "tenant": "11111111-2222-3333-4444-555555555555",
            "client_id": "11111111-2222-3333-4444-555555555555",
            "secret": {"env": "GALLRA_GRAPH"},
            "url": url,
            "mailboxes": [OFFICE, TEACHER],
            "own_domains": ["example.se"],
            "identity_numbers": "SE",
            "people": [
                {
                    "kind": "pupil",
                    "categories": ["identity", "contact", "messages"],
                    "text": "messages",
                    "anchors": {"received": "received"},
                }
            ],
            **change,
        }
    )


@dataclass
class World:
    """Two mailboxes, and whose they are said to be."""

    server: MailOnLoopback
    token: Callable[[], str]
    naps: list[float] = field(default_factory=list)

    def system(self, **change: Any) -> OutlookMailboxes:
        client = GraphClient(
            self.token, system="e-mail", base=self.server.base, timeout=5, sleep=self.naps.append
        )
        return OutlookMailboxes(
            binding(self.server.base, **change),
            client,
            system="e-mail",
            zone=ZoneInfo("Europe/Stockholm"),
            today=lambda: date(2026, 11, 2),
        )

    def put(self, **what: Any) -> Letter:
        return self.server.put(what.pop("box", OFFICE), **{"sender": HOME, **what})

    def found(self) -> list[Record]:
        return list(self.system().records())


@pytest.fixture
def world() -> Iterator[World]:
    with mail_on_loopback() as server:
        server.boxes |= {OFFICE: {}, TEACHER: {}}
        yield World(server, lambda: server.token)
        assert server.slips == []
        assert server.ordinary_deletes == 0
        assert server.sent == []


def order(record: Record, **more: Any) -> Order:
    return Order(
        key=record.key,
        kind=record.kind,
        **{"action": Action.ERASE, "categories": HELD, "whole": True, **more},
    )


def answers(world: World, *orders: Order, system: OutlookMailboxes | None = None) -> list[Answer]:
    found = list((system or world.system()).read_back(orders))
    assert [one.key for one in found] == [one.key for one in orders]
    return [one.answer for one in found]


def test_every_message_in_every_folder_is_found_to_the_last_page(world: World) -> None:
    folders = ("inbox", "sentitems", "deleteditems", "recoverableitemsdeletions", "drafts")
    for folder in folders:
        for _ in range(5):
            world.put(folder=folder)
    world.put(box=TEACHER)
    world.put(folder="recoverableitemspurges")
    found = world.found()
    assert len(found) == 26
    assert len({record.key for record in found}) == 26
    assert all(record.identifiers == {"email": HOME} and record.mention for record in found)
    assert {record.categories for record in found} == {HELD}
    assert {r.anchors["received"] for r in found} == {date(2026, 6, 12)}


def test_addresses_on_it_and_numbers_in_it_and_not_our_own_people(world: World) -> None:
    world.put(
        sender="Tuva@Exempel.example.dk",
        to=(OFFICE, "chef@example.se"),
        cc=(OTHER,),
        subject="Angående 850709-9805",
        text=f"Hej, {OMAR} slutar. Tel 070-1740605, ocr 1{TUVA}2, /{TUVA}, x{OMAR}.",
    )
    assert {tuple(record.identifiers.items()) for record in world.found()} == {
        (("email", HOME),),
        (("email", OTHER),),
        (("national_id", TUVA),),
        (("national_id", OMAR),),
    }


@pytest.mark.parametrize(
    "text",
    [
        f"8{TUVA}",
        f"{TUVA}1",
        f"{TUVA}.5",
        f"{TUVA}@example.dk",
        f"https://example.se/{TUVA}",
        f"id={TUVA}",
        "19850709-98051",
        "850709-9806",
        "A850709-9805",
        "46-850709-9805",
    ],
)
def test_a_part_of_something_else_is_no_identity_number(world: World, text: str) -> None:
    world.put(sender="", text=f"Se {text} nedan")
    assert world.found() == []


@pytest.mark.parametrize("text", [TUVA, "19850709-9805", "850709-9805", "(850709-9805),"])
def test_each_way_of_writing_a_number_is_found(world: World, text: str) -> None:
    world.put(sender="", text=f"Hej {text}")
    [record] = world.found()
    assert record.identifiers == {"national_id": TUVA}


def test_exactly_the_message_goes_and_is_purged(world: World) -> None:
    letters = [world.put() for _ in range(3)]
    one, two, _ = world.found()
    world.system().carry_out([order(one)])
    assert [letter.folder for letter in letters] == ["recoverableitemspurges", "inbox", "inbox"]
    assert answers(world, order(one), order(two)) == [Answer.GONE, Answer.STILL_THERE]
    for _ in range(2):
        world.system().carry_out([order(one), order(two)])
    assert answers(world, order(two), order(one)) == [Answer.GONE, Answer.GONE]
    assert letters[2].folder == "inbox"


def test_a_purged_message_that_still_answers_to_its_id_is_purged(world: World) -> None:
    world.server.purges_answer = True
    world.put()
    [one] = world.found()
    assert answers(world, order(one)) == [Answer.STILL_THERE]
    world.system().carry_out([order(one)])
    assert answers(world, order(one)) == [Answer.GONE]


@pytest.mark.parametrize("folder", ["deleteditems", "recoverableitemsdeletions", "sentitems"])
def test_what_was_moved_is_found_by_the_same_key_and_is_not_gone(world: World, folder: str) -> None:
    letter = world.put()
    [one] = world.found()
    letter.folder = folder
    assert answers(world, order(one)) == [Answer.STILL_THERE]
    assert [record.key for record in world.found()] == [one.key]
    world.system().carry_out([order(one)])
    assert answers(world, order(one)) == [Answer.GONE]


def test_a_wrong_not_found_is_not_believed(world: World) -> None:
    world.put()
    [one] = world.found()
    world.server.trouble.append(Trouble("GET", "/messages/AA", times=-1, status=404))
    assert answers(world, order(one)) == [Answer.STILL_THERE]


def test_a_message_that_names_two_goes_only_when_it_goes_of_both(world: World) -> None:
    letter = world.put(cc=(OTHER,))
    by_value = {next(iter(r.identifiers.values())): r for r in world.found()}
    tuva, omar = by_value[HOME], by_value[OTHER]
    asked: list[Mapping[str, str]] = []

    def omars(_: str, kind: str, identifiers: Mapping[str, str]) -> bool:
        assert kind == "pupil"
        asked.append(identifiers)
        return identifiers == {"email": OTHER}

    hers = order(tuva, needed=omars)
    world.system().carry_out([hers])
    assert letter.folder == "inbox"
    assert {"email": OTHER} in asked
    assert answers(world, hers) == [Answer.KEPT]
    his = order(omar, needed=lambda *_: False)
    world.system().carry_out([hers, his])
    assert letter.folder == "recoverableitemspurges"
    assert answers(world, hers, his) == [Answer.GONE, Answer.GONE]


def test_two_who_share_an_address_keep_each_others_mail(world: World) -> None:
    letter = world.put()
    [one] = world.found()
    shared = order(one, needed=lambda *_: True)
    world.system().carry_out([shared])
    assert letter.folder == "inbox"
    assert answers(world, shared) == [Answer.KEPT]


def test_a_message_goes_whole_or_not_at_all(world: World) -> None:
    letter = world.put()
    [one] = world.found()
    parts = [order(one, categories=(name,), whole=False) for name in HELD]
    world.system().carry_out(parts[:2])
    assert letter.folder == "inbox"
    assert answers(world, *parts[:2]) == [Answer.STILL_THERE] * 2
    world.system().carry_out(parts)
    assert answers(world, *parts) == [Answer.GONE] * 3
    with pytest.raises(Misconfigured, match=r"^cannot_empty e-mail$"):
        world.system().carry_out([order(one, action=Action.STRIP, stays=("name",))])


def test_somebody_elses_draft_by_now_is_not_touched(world: World) -> None:
    letter = world.put(folder="drafts", draft=True)
    [one] = world.found()
    letter.sender = OTHER
    world.system().carry_out([order(one)])
    assert letter.folder == "drafts"
    assert answers(world, order(one)) == [Answer.GONE]
    foreign = order(world.found()[0], theirs=lambda _: False)
    world.system().carry_out([foreign])
    assert letter.folder == "drafts"
    assert answers(world, foreign) == [Answer.GONE]


@pytest.mark.parametrize("status", [403, 423])
def test_what_a_hold_keeps_is_said_to_be_kept_and_keeps_no_other_waiting(
    world: World, status: int
) -> None:
    held, other = world.put(held=status), world.put()
    one, two = world.found()
    system = world.system()
    system.carry_out([order(one), order(two)])
    assert (held.folder, other.folder) == ("inbox", "recoverableitemspurges")
    assert answers(world, order(one), order(two), system=system) == [Answer.KEPT, Answer.GONE]
    assert answers(world, order(one)) == [Answer.STILL_THERE], "another process tries again"


def test_a_conflict_is_told_after_everything_else(world: World) -> None:
    held, other = world.put(held=409), world.put()
    one, two = world.found()
    with pytest.raises(Refused, match=r"^system_conflict e-mail records=1$"):
        world.system().carry_out([order(one), order(two)])
    assert (held.folder, other.folder) == ("inbox", "recoverableitemspurges")


def test_busy_is_waited_for_as_long_as_graph_asks(world: World) -> None:
    world.put()
    [one] = world.found()
    world.server.trouble += [
        Trouble("POST", "permanentDelete", status=429, headers={"Retry-After": "7"}),
        Trouble("POST", "permanentDelete", status=503),
    ]
    world.system().carry_out([order(one)])
    assert world.naps[0] == 7.0
    assert answers(world, order(one)) == [Answer.GONE]


def test_a_lost_answer_to_a_purge_is_asked_again_and_is_success(world: World) -> None:
    world.put()
    [one] = world.found()
    world.server.trouble.append(Trouble("POST", "permanentDelete", done=True))
    world.system().carry_out([order(one)])
    purges = [r for r in world.server.requests if r.path.endswith("permanentDelete")]
    assert len(purges) == 2
    assert answers(world, order(one)) == [Answer.GONE]


def test_unreachable_is_never_gone_and_never_empty(world: World) -> None:
    world.put()
    [one] = world.found()
    world.server.trouble.append(Trouble(times=-1, status=503))
    for failing in (
        lambda: list(world.system().records()),
        lambda: world.system().carry_out([order(one)]),
        lambda: list(world.system().export([one.key])),
    ):
        with pytest.raises(Unreachable):
            failing()
    assert answers(world, order(one)) == [Answer.COULD_NOT_LOOK]


def test_broken_off_between_two_and_repeated(world: World) -> None:
    letters = [world.put() for _ in range(4)]
    orders = [order(record) for record in world.found()]
    world.server.trouble += [
        Trouble("POST", letters[2].number.split("/")[0].replace("+", r"%2B"), times=-1, status=500)
    ]
    with pytest.raises(Unreachable):
        world.system().carry_out(orders)
    assert answers(world, *orders) == [Answer.GONE] * 2 + [Answer.STILL_THERE] * 2
    world.server.trouble.clear()
    world.system().carry_out(orders)
    assert answers(world, *orders) == [Answer.GONE] * 4


def test_an_expired_token_is_renewed_once_and_a_refused_one_is_told(world: World) -> None:
    world.put()
    tokens = ["old", world.server.token]
    world.token = lambda: tokens.pop(0) if len(tokens) > 1 else tokens[0]
    assert len(world.found()) == 1
    world.token = lambda: "old"
    with pytest.raises(Misconfigured, match=r"^graph_token_refused e-mail$"):
        world.found()


def test_the_token_goes_to_no_other_host(world: World) -> None:
    for _ in range(4):
        world.put()
    with mail_on_loopback() as elsewhere:
        world.server.next_base = elsewhere.base
        with pytest.raises(Unreachable, match=r"^system_leads_elsewhere e-mail$"):
            world.found()
        world.server.next_base = None
        moved = {"Location": f"{elsewhere.base}/users"}
        world.server.trouble.append(Trouble(times=-1, status=307, headers=moved))
        with pytest.raises(Unreachable):
            world.found()
        assert elsewhere.requests == []


def test_the_export_holds_text_and_files_as_canonical_json(world: World) -> None:
    world.put(subject="Hej", text="Jag slutar på fredag", files=[("intyg.pdf", b"%PDF")])
    [one] = world.found()
    gone = orjson.loads(one.key)
    gone[1] = "AAkALg+never/Q="
    missing = orjson.dumps(gone).decode()
    [(key, content)] = world.system().export([one.key, missing])
    assert key == one.key
    assert content == orjson.dumps(orjson.loads(content), option=orjson.OPT_SORT_KEYS)
    told = orjson.loads(content)["messages"]
    assert told["text"] == "Jag slutar på fredag"
    assert told["addresses"] == [HOME]
    assert told["files"] == [{"name": "intyg.pdf", "base64": "JVBERg=="}]


@pytest.mark.parametrize("key", ["", "x", "[]", '["a","b","c","d","e"]', "[1,2,3,4,5]"])
def test_a_key_of_no_message_is_refused(world: World, key: str) -> None:
    one = Order(key=key, action=Action.ERASE, kind="pupil", categories=HELD)
    with pytest.raises(Refused, match=r"^key_malformed e-mail$"):
        world.system().carry_out([one])
    assert answers(world, one) == [Answer.COULD_NOT_LOOK]
    assert world.server.requests == []


def test_nothing_personal_in_representations_errors_or_logs(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.put(subject=f"Tuva Exempelsson {TUVA}", text="slöjd")
    records = world.found()
    key = MailKey.read(records[0].key, system="e-mail")
    said = [repr(records), repr(order(records[0])), repr(world.system()), repr(key)]
    said.append(repr(key.mention))
    world.server.trouble.append(Trouble(times=-1, status=500))
    for failing in (
        lambda: list(world.system().records()),
        lambda: world.system().carry_out([order(records[0])]),
        lambda: list(world.system().export([records[0].key])),
    ):
        with pytest.raises(GallraError) as caught:
            failing()
        error: BaseException | None = caught.value
        while error is not None:
            said += [str(error), repr(error), str(vars(error))]
            error = error.__cause__ or error.__context__
    said += [r.getMessage() for r in caplog.records]
    for text in said:
        for secret in (TUVA, HOME, "Exempelsson", "slöjd", OFFICE, "AAkALg", world.server.token):
            assert secret not in text
