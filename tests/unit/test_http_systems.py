"""JSON interfaces of outer systems: what only they can get wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.http import HttpSystem
from connectors.system import Action, Answer, Order
from lifecycle.bindings.http import Http
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable
from tests.factories.outer_worlds import ZONE, Pupil, World, http_binding, http_world
from tests.factories.stand_in_server import StandIn, stand_in_server

EVERYTHING = ("contact", "identity", "study")
TOKEN = "hunter2-token"


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in_server() as stand_in:
        yield stand_in


@pytest.fixture
def world(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("connectors.http_client._PAUSES", (0.0, 0.0))
    return http_world(server)


def erase(key: str, action: Action = Action.ERASE, **more: Any) -> Order:
    categories = more.pop("categories", EVERYTHING)
    return Order(key=f"pupils/{key}", action=action, kind="pupil", categories=categories, **more)


def answer(world: World, order: Order) -> Answer:
    [found] = world.system.read_back([order])
    return found.answer


def rebound(server: StandIn, **changes: Any) -> HttpSystem:
    """The system with other words about its pupils."""
    binding = http_binding(server.url).model_dump(by_alias=True)
    pupils, parents = binding["resources"]
    binding["resources"] = [{**pupils, **changes}, parents]
    return HttpSystem(Http.model_validate(binding), system="school", token=None, zone=ZONE)


def test_an_empty_page_with_a_next_link_is_not_the_end(server: StandIn, world: World) -> None:
    for number in range(8):
        world.put(Pupil(key=f"k{number}"))
    assert len(list(world.system.records())) == 8
    gaps = [path for _, path, _ in server.requests if "gap=1" in path]
    assert len(gaps) == 2, "the pages between were empty"


@pytest.mark.parametrize("last", [None, "meta.pages"])
def test_numbered_pages_are_followed_to_the_last(
    server: StandIn, world: World, last: str | None
) -> None:
    for number in range(8):
        world.put(Pupil(key=f"k{number}"))
    paging = {"page": "page", "first": 1, "last": last, "total": "meta.total"}
    assert len(list(rebound(server, paging=paging).records())) == 8
    asked = [path for _, path, _ in server.requests if "pupils" in path]
    pages = 3 if last else 4  # without a number of pages only an empty one ends the list
    assert asked == [f"/api/pupils?page={number}" for number in range(1, pages + 1)]


def test_a_list_that_ends_too_soon_is_no_list(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.lies_about_total = 1
    with pytest.raises(Unreachable, match=r"^listing_incomplete school$"):
        list(world.system.records())


def test_a_list_that_leads_in_a_circle_ends(server: StandIn, world: World) -> None:
    page = b'{"data": [{"id": "1"}], "links": {"next": "/api/pupils"}, "meta": {"total": 1}}'
    server.behaviour.raw = page
    with pytest.raises(Unreachable, match=r"^listing_in_a_circle school$"):
        list(world.system.records())


@pytest.mark.parametrize("paging", [{"page": "page", "first": 1}, {"page": "p", "first": 0}])
def test_an_interface_that_gives_the_same_page_for_every_number_ends(
    server: StandIn, world: World, paging: dict[str, object]
) -> None:
    """It does not know the parameter: asked for a hundred thousand pages it gives them."""
    server.behaviour.raw = b'{"data": [{"id": "1"}], "meta": {"total": 1}}'
    with pytest.raises(Unreachable, match=r"^listing_in_a_circle school$"):
        list(rebound(server, paging=paging).records())
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "raw", [b"", b"<html>Welcome</html>", b"{}", b"[]", b'{"data": null}', b'{"data": [1]}']
)
def test_a_page_that_is_not_understood_is_not_an_empty_one(
    server: StandIn, world: World, raw: bytes
) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.raw = raw
    with pytest.raises(Unreachable, match=r"^system_unlike_binding school$"):
        list(world.system.records())


@pytest.mark.parametrize(
    ("where", "link"),
    [
        ("next_host", "http://[x"),
        ("next_host", "https://[::1/api"),
        ("redirect_to", "http://[x"),
    ],
)
def test_an_address_that_cannot_be_read_leads_elsewhere(
    where: str, link: str, server: StandIn, world: World
) -> None:
    for number in range(8):
        world.put(Pupil(key=f"k{number}"))
    setattr(server.behaviour, where, link)
    with pytest.raises(Unreachable, match=r"^system_leads_elsewhere school$") as caught:
        list(world.system.records())
    assert caught.value.__context__ is None


@pytest.mark.parametrize("where", ["next_host", "redirect_to"])
def test_the_token_goes_to_no_other_host(where: str, server: StandIn) -> None:
    with stand_in_server() as other:
        other.resources = {"pupils": [{"id": "1"}]}
        world = http_world(server)
        for number in range(8):
            world.put(Pupil(key=f"k{number}"))
        setattr(server.behaviour, where, other.url + ("" if where == "next_host" else "/pupils"))
        system = HttpSystem(
            http_binding(server.url), system="school", token=lambda: TOKEN, zone=ZONE
        )
        with pytest.raises(Unreachable, match=r"^system_leads_elsewhere school$"):
            list(system.records())
        if where == "redirect_to":
            with pytest.raises(Unreachable, match=r"^system_leads_elsewhere school$"):
                system.carry_out([erase("k1")])
            found = [one.answer for one in system.read_back([erase("k1")])]
            assert found == [Answer.COULD_NOT_LOOK]
        assert other.requests == []
        assert {sent for _, _, sent in server.requests} == {f"Bearer {TOKEN}"}


def test_a_wrong_token_is_told(server: StandIn, world: World) -> None:
    server.behaviour.token = TOKEN
    world.put(Pupil(key="k1"))
    with pytest.raises(Unreachable, match=r"^system_login_refused school$"):
        list(world.system.records())
    assert answer(world, erase("k1")) is Answer.COULD_NOT_LOOK
    system = HttpSystem(http_binding(server.url), system="school", token=lambda: TOKEN, zone=ZONE)
    assert len(list(system.records())) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_tried_again(server: StandIn, world: World, status: int) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.statuses = [status, status]
    assert len(list(world.system.records())) == 1
    server.behaviour.statuses = [status, status]
    world.system.carry_out([erase("k1")])
    assert world.show("k1") is None


def test_what_is_not_idempotent_is_sent_once(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1"))
    strip = erase("k1", Action.STRIP, stays=("name",))
    real = world.system
    assert isinstance(real, HttpSystem)
    server.behaviour.delete_status = 503
    with pytest.raises(Unreachable, match=r"^system_unreachable school status=503$"):
        real.carry_out([strip])
    assert [method for method, _, _ in server.requests] == ["GET", "PATCH"]
    with pytest.raises(Unreachable):
        real.carry_out([erase("k1")])
    assert [method for method, _, _ in server.requests][2:] == ["GET", *["DELETE"] * 3]


def test_an_answer_that_does_not_come_in_time_is_no_answer(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.slow = 1.3
    with pytest.raises(Unreachable, match=r"^system_unreachable school$"):
        list(world.system.records())
    server.behaviour.slow = 0.0
    assert answer(world, erase("k1")) is Answer.STILL_THERE


@pytest.mark.parametrize("status", [403, 423, 451])
def test_a_refusal_to_erase_is_kept(server: StandIn, world: World, status: int) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.delete_status = status
    world.system.carry_out([erase("k1")])
    assert answer(world, erase("k1")) is Answer.KEPT
    server.behaviour.delete_status = None
    world.system.carry_out([erase("k1")])
    assert answer(world, erase("k1")) is Answer.GONE


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (403, Answer.KEPT),
        (423, Answer.KEPT),
        (451, Answer.KEPT),
        (401, Answer.COULD_NOT_LOOK),
        (400, Answer.COULD_NOT_LOOK),
        (500, Answer.COULD_NOT_LOOK),
        (503, Answer.COULD_NOT_LOOK),
        (204, Answer.COULD_NOT_LOOK),
    ],
)
def test_only_not_found_can_mean_gone(
    server: StandIn, world: World, status: int, found: Answer
) -> None:
    server.behaviour.statuses = [status] * 3
    assert answer(world, erase("k1")) is found


@pytest.mark.parametrize("status", [404, 410])
def test_not_found_is_gone_only_if_the_list_agrees(
    server: StandIn, world: World, status: int
) -> None:
    for number in range(8):
        world.put(Pupil(key=f"k{number}"))
    server.behaviour.statuses = [status]
    assert answer(world, erase("k7")) is Answer.STILL_THERE, "a wrong address finds nothing"
    server.behaviour.statuses = [status]
    assert answer(world, erase("k9")) is Answer.GONE
    server.behaviour.statuses = [status, 503, 503, 503]
    assert answer(world, erase("k9")) is Answer.COULD_NOT_LOOK


def test_an_address_that_finds_nothing_erases_nothing_and_says_so(
    server: StandIn, world: World
) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.one_not_found = True
    world.system.carry_out([erase("k1")])
    assert answer(world, erase("k1")) is Answer.STILL_THERE


def test_the_list_is_read_once_for_many(server: StandIn, world: World) -> None:
    orders = [erase(f"k{number}") for number in range(20)]
    assert {one.answer for one in world.system.read_back(orders)} == {Answer.GONE}
    assert sum(path == "/api/pupils" for _, path, _ in server.requests) == 1


def test_a_recycle_bin_behind_the_interface_is_not_gone(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1"))
    server.behaviour.recycle_bin = True
    world.system.carry_out([erase("k1")])
    assert answer(world, erase("k1")) is Answer.STILL_THERE


def test_a_conflict_is_told_after_everything_else_was_done(server: StandIn, world: World) -> None:
    for key in ("k1", "k2"):
        world.put(Pupil(key=key))
    server.behaviour.delete_status = 409
    with pytest.raises(Refused, match=r"^system_conflict school records=2$"):
        world.system.carry_out([erase("k1"), erase("k2")])
    assert answer(world, erase("k1")) is Answer.STILL_THERE


@pytest.mark.parametrize("key", ["a/b", "a b", "å?x=1#y", "100%", "../parents", "a;b", "k%2F1"])
def test_a_key_stays_one_segment_of_the_path(server: StandIn, world: World, key: str) -> None:
    world.put(Pupil(key=key))
    world.put(Pupil(key="other"))
    world.system.carry_out([erase(key)])
    assert world.show(key) is None
    assert world.show("other") is not None
    assert answer(world, erase(key)) is Answer.GONE


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_a_key_that_would_be_another_path_is_refused(
    server: StandIn, world: World, key: str
) -> None:
    world.put(Pupil(key="other"))
    with pytest.raises(Refused, match=r"^key_malformed school$"):
        world.system.carry_out([erase(key)])
    assert [method for method, _, _ in server.requests if method != "GET"] == []
    assert answer(world, erase(key)) is Answer.COULD_NOT_LOOK


def test_a_search_that_answers_with_another_record_harms_nobody(
    server: StandIn, world: World
) -> None:
    world.put(Pupil(key="170"))
    system = rebound(server, one="/pupils/170?asked={key}", erase={"path": "/pupils/{key}"})
    with pytest.raises(Unreachable, match=r"^system_unlike_binding school$"):
        system.carry_out([erase("17")])
    assert world.show("170") is not None


def test_a_field_that_says_it_is_kept(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1", locked=True))
    system = rebound(server, locked={"field": "onHold", "value": True})
    system.carry_out([erase("k1")])
    assert [one.answer for one in system.read_back([erase("k1")])] == [Answer.KEPT]
    assert [method for method, _, _ in server.requests] == ["GET", "GET"], "and it was not tried"


def test_fields_can_be_emptied_with_texts(server: StandIn, world: World) -> None:
    world.put(Pupil(key="k1"))
    system = rebound(server, empty={"path": "/pupils/{key}", "with": "text"})
    strip = erase("k1", Action.STRIP, stays=("name", "grades"))
    system.carry_out([strip])
    record = server.find("pupils", "k1")
    assert record is not None
    assert (record["personalNumber"], record["contact"]) == ("", {"mail": "", "street": ""})
    assert [one.answer for one in system.read_back([strip])] == [Answer.GONE]


@pytest.mark.parametrize(
    ("missing", "order", "code"),
    [
        ("erase", erase("k1"), "cannot_erase"),
        ("empty", erase("k1", Action.STRIP, stays=("name",)), "cannot_empty"),
    ],
)
def test_what_the_binding_cannot_do_is_told(
    server: StandIn, world: World, missing: str, order: Order, code: str
) -> None:
    world.put(Pupil(key="k1"))
    with pytest.raises(Misconfigured, match=f"^{code} school$"):
        rebound(server, **{missing: None}).carry_out([order])


def test_no_key_and_no_token_stands_in_a_log_or_an_error(
    server: StandIn, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.put(Pupil(key="tuva.exempelsson"))
    system = HttpSystem(http_binding(server.url), system="school", token=lambda: TOKEN, zone=ZONE)
    list(system.records())
    server.behaviour.always = 500
    with pytest.raises(GallraError) as caught:
        system.carry_out([erase("tuva.exempelsson")])
    assert caught.value.__context__ is None
    said = [str(caught.value), *(record.getMessage() for record in caplog.records)]
    assert not any("tuva" in text or TOKEN in text for text in said)
    assert logging.getLogger("httpx").level == logging.WARNING
