"""`gallra systems check` reads one record out as a disclosure would, and tells what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from connectors.examination import Finding, State, What, reading_out
from connectors.memory_system import MemoryRecord, MemorySystem
from connectors.system import Asked, ReadOut
from lifecycle.errors import Refused, Unreachable
from tasks.placing.examining_words import WORDS, sentence


class Failing(MemorySystem):
    """What stands there can be listed, and not be read out."""

    failure: Exception | None = None

    def read_out(self, asked: Sequence[Asked]) -> Iterator[ReadOut]:
        if self.failure is not None:
            raise self.failure
        return super().read_out(asked)


@pytest.fixture
def system() -> Failing:
    system = Failing(system="novo")
    fields = {"identity": {"name": "Lillan Novosson"}}
    system.put(MemoryRecord(key="k1", kind="participant", fields=fields))
    return system


def look(system: MemorySystem, *, marked: bool = True) -> list[tuple[State, str]]:
    found = list(reading_out(system, marked=marked))
    assert {one.what for one in found} <= {What.READING_OUT}
    assert "Lillan" not in repr(found)
    return [(one.state, one.code) for one in found]


def test_one_record_is_read_out_and_thrown_away(system: Failing) -> None:
    assert look(system) == [(State.OK, "read_out")]


def test_where_nobody_stands_nothing_was_tried() -> None:
    assert look(MemorySystem(system="novo")) == [(State.ASK, "nothing_to_read_out")]


def test_it_asks_by_what_a_protected_identity_shows(system: Failing) -> None:
    assert (State.ASK, "protected_not_marked") in look(system, marked=False)


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Unreachable("system_login_refused", ref="novo"), State.WRONG),
        (Unreachable("system_unlike_binding", ref="novo"), State.WRONG),
        (Refused("value_not_text", ref="novo"), State.WRONG),
        (Unreachable("system_unreachable", ref="novo"), State.COULD_NOT_LOOK),
    ],
)
def test_what_cannot_be_read_out_is_told(system: Failing, failure: Exception, state: State) -> None:
    system.failure = failure
    assert look(system) == [(state, str(failure).partition(" ")[0])]


def test_a_system_that_is_not_read_out_is_not_tried() -> None:
    class Mailboxes:
        """No record of one person is in them."""

    assert list(reading_out(Mailboxes(), marked=True)) == []  # type: ignore[arg-type]
    assert list(reading_out(None, marked=True)) == []


@pytest.mark.parametrize("code", ["read_out", "nothing_to_read_out", "protected_not_marked"])
def test_each_finding_has_a_sentence(code: str) -> None:
    assert sentence(Finding(What.READING_OUT, State.OK, code)) == WORDS[code]
