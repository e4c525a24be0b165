"""Whatever a system holds in a field becomes the same text on every reading, or is refused
(A-68)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from connectors.read_out import is_protected, read_out, standing
from connectors.system import Asked, Shown
from lifecycle.errors import Refused
from tests.factories.stand_in_server import StandIn, stand_in_server

ASKED = Asked(key="k1", kind="pupil", categories=("study",))


def told(value: object) -> list[tuple[str, str]]:
    answer = read_out(ASKED, {"study": {"grades": value}, "health": {"x": "y"}}, system="school")
    assert {one.category for one in answer.values} <= {"study"}
    return [(one.field, one.text) for one in answer.values]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("A i slöjd", "A i slöjd"),
        ("=1+1", "=1+1"),
        ("  två\nrader ", "  två\nrader "),
        (0, "0"),
        (17, "17"),
        (2.5, "2.5"),
        (Decimal("12.50"), "12.50"),
        (True, "true"),
        (False, "false"),
        (date(2026, 11, 2), "2026-11-02"),
        (datetime(2026, 11, 2, 8, tzinfo=UTC), "2026-11-02T08:00:00+00:00"),
        (time(8, 30), "08:30:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_one_value_is_one_text(value: object, text: str) -> None:
    assert told(value) == [("grades", text)]


@pytest.mark.parametrize("nothing", [None, "", "  ", [], {}, [None, ""], {"a": ""}])
def test_nothing_is_left_out(nothing: object) -> None:
    assert told(nothing) == []


def test_lists_and_objects_are_told_part_by_part() -> None:
    assert told(["A", None, "C"]) == [("grades 1", "A"), ("grades 3", "C")]
    assert told({"b": 2, "a": {"c": [True]}}) == [("grades a c 1", "true"), ("grades b", "2")]
    assert told({"b": 2, "a": 1}) == told({"a": 1, "b": 2})
    assert told({" a\r\n=cmd\t": "x"}) == [("grades a =cmd", "x")]


@pytest.mark.parametrize("value", [b"\x89PNG", memoryview(b"x"), {"photo": b"x"}, object()])
def test_what_no_table_can_show_is_refused_without_a_word_of_it(value: object) -> None:
    with pytest.raises(Refused) as refused:
        told(value)
    assert str(refused.value) == "value_not_text school"


def test_what_is_nested_without_end_is_refused() -> None:
    value: object = "x"
    for _ in range(20):
        value = [value]
    with pytest.raises(Refused, match="value_not_text school"):
        told(value)


@pytest.mark.parametrize("value", [None, "", " ", 0, False, "0", "FALSE", "Nej", " n ", 2])
def test_what_means_no_is_written_in_the_binding(value: object) -> None:
    assert not is_protected(value, ["nej", "N", 2])


@pytest.mark.parametrize("value", ["j", "S", 1, True, "skyddad", "no", "nej, eller?", ["x"]])
def test_anything_else_protects(value: object) -> None:
    assert is_protected(value, ["nej", "N", 2])


def test_whose_it_is_goes_before_whether_it_is_protected() -> None:
    def another(_: object) -> bool | None:
        return False

    anothers = Asked(key="k1", kind="pupil", categories=(), theirs=another)
    assert standing(anothers, {}, rows=1, protected=True) is Shown.ANOTHERS
    assert standing(ASKED, {}, rows=1, protected=True) is Shown.PROTECTED
    assert standing(ASKED, {}, rows=2, protected=False) is Shown.UNCLEAR
    assert standing(ASKED, {}, rows=0, protected=True) is Shown.MISSING
    assert standing(ASKED, {}, rows=1, protected=False) is None


# --- a JSON interface --------------------------------------------------------------------------


@pytest.fixture
def server() -> object:
    with stand_in_server() as found:
        yield found


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (404, Shown.MISSING),
        (410, Shown.MISSING),
        (403, Shown.WITHHELD),
        (423, Shown.WITHHELD),
        (451, Shown.WITHHELD),
    ],
)
def test_what_an_interface_answers_instead_of_the_record(
    server: StandIn, status: int, shown: Shown
) -> None:
    from tests.factories.outer_worlds import Pupil, http_world

    world = http_world(server)
    world.put(Pupil(key="k1"))
    server.behaviour.statuses = [status]
    one = Asked(key=world.pupil_key("k1"), kind="pupil", categories=("contact",))
    [answer] = world.system.read_out([one])  # type: ignore[attr-defined]
    assert (answer.shown, answer.values) == (shown, ())
    assert [method for method, _, _ in server.requests] == ["GET"]
