"""E-mail is weeded (A-76): whoever is only named in it becomes nobody's new acquaintance, and a
message about two people goes when it may go of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connectors.graph_client import GraphClient
from connectors.mailbox import OutlookMailboxes
from connectors.memory_system import MemorySystem
from connectors.system import Answer
from lifecycle.bindings.outlook import Outlook
from lifecycle.plan import ItemState
from records import plans
from records.engines import reading
from records.plans import Plan, StoredItem
from records.tables import placement
from tasks.erasing.inventory import take_inventory
from tests.factories import planning
from tests.factories.execution import LEFT, LINA, OMAR, TUVA, Scene, scene, surroundings
from tests.factories.graph_server.mail import Letter
from tests.factories.graph_server.mail_http import MailOnLoopback, mail_on_loopback
from tests.factories.houses import build, dialect
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "scene", "surroundings"]

OFFICE = "kansli@example.se"


@dataclass
class Post:
    """A mailbox, bound under the name of a system in which the policy erases after six months."""

    scene: Scene
    server: MailOnLoopback

    def put(self, *who: planning.Person, sender: str = "") -> Letter:
        return self.server.put(OFFICE, sender=sender, text=" ".join(one[2] for one in who))

    def items(self, plan: Plan, who: planning.Person) -> list[StoredItem]:
        number = planning.person(self.scene.house(), who)
        with reading(self.scene.house().engine) as connection:
            found = plans.items(connection, plan.number, subject=number, system="novo")
        return [one for one in found if one.item.verdict == "go"]

    def places(self) -> dict[int, int]:
        """Person → records in the mailbox."""
        with reading(self.scene.house().engine) as connection:
            found = list(connection.execute(select(placement.c.subject_id)).scalars())
        return {number: found.count(number) for number in found}


@pytest.fixture
def post(scene: Scene, standing_clock: StandingClock) -> Iterator[Post]:
    with mail_on_loopback() as server:
        server.boxes[OFFICE] = {}
        binding = Outlook.model_validate(
            {
                "kind": "outlook",
                "tenant": "11111111-2222-3333-4444-555555555555",
                "client_id": "11111111-2222-3333-4444-555555555555",
                "secret": {"env": "GALLRA_GRAPH"},
                "url": server.base,
                "mailboxes": [OFFICE],
                "identity_numbers": "SE",
                "people": [
                    {
                        "kind": "participant",
                        "categories": ["identity", "contact", "messages"],
                        "text": "messages",
                    }
                ],
            }
        )
        client = GraphClient(lambda: server.token, system="novo", base=server.base)
        system = OutlookMailboxes(
            binding,
            client,
            system="novo",
            zone=ZoneInfo("Europe/Stockholm"),
            today=lambda: date(2026, 11, 2),
        )
        scene.novo = cast("MemorySystem", system)
        yield Post(scene, server)
        assert server.slips == []


def test_any_number_of_messages_and_nobody_new(post: Post) -> None:
    scene = post.scene
    scene.bring(planning.case("1000000001", TUVA, end=LEFT))
    for _ in range(3):
        post.put(TUVA)
    post.put(OMAR, sender="nyhetsbrev@example.dk")
    for time in range(2):
        count = take_inventory(scene.house())["novo"]
        assert (count.found, count.new, count.ambiguous) == (5, 0 if time else 3, 0)
    assert scene.people() == 1
    assert post.places() == {planning.person(scene.house(), TUVA): 3}


def test_a_message_about_two_waits_for_the_other(post: Post) -> None:
    scene = post.scene
    scene.bring(
        planning.case("1000000001", TUVA, end=LEFT),
        planning.case("1000000002", OMAR, end="2026-12-20"),
        planning.case("1000000003", LINA, end="2028-12-20"),
    )
    hers, both, his = post.put(TUVA), post.put(TUVA, OMAR), post.put(OMAR)
    never = post.put(LINA)
    scene.later(days=10)
    scene.look()
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    scene.run(plan)
    purged = "recoverableitemspurges"
    assert [x.folder for x in (hers, both, his, never)] == [purged, "inbox", "inbox", "inbox"]
    kept = {one.answer for one in post.items(plan, TUVA) if one.state is not ItemState.PROVEN}
    assert kept == {str(Answer.KEPT)}

    scene.later(days=230)
    scene.look()
    later = scene.approved()
    scene.run(later)
    scene.later()
    scene.run(later)
    assert [x.folder for x in (hers, both, his, never)] == [purged] * 3 + ["inbox"]
    scene.run(plan)
    assert scene.people() == 1, "both are forgotten, and Lina is not"
