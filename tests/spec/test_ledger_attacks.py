"""Whoever changes the ledger is found out against a checkpoint that the witness took.

First the attacker who can write the database, then the one who holds the host's keys as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, Engine, delete, insert, update

from lifecycle.checkpoint import Checkpoint, sign
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import Chain, EventKind, LedgerEvent, new_origin
from records.engines import open_engine, reading
from records.ledger_check import verify
from records.ledger_store import LedgerStore
from records.tables import ledger_event, ledger_head
from tests.factories.databases import NewDatabase
from tests.factories.ledgers import LEDGER_KEY, SIGNING_KEY, START, a_unit_of_work, begin_ledger

SIZE = 200
Row = tuple[int, bytes, bytes]
Attack = Callable[[Connection, list[Row], int], None]
events = ledger_event.c


class Scene(NamedTuple):
    """A ledger of 200 events, what it holds, and the checkpoint that the witness took."""

    engine: Engine
    ledger: LedgerStore
    rows: list[Row]
    origin: str
    witnessed: Checkpoint


@pytest.fixture
def scene(new_database: NewDatabase) -> Iterator[Scene]:
    engine = open_engine(new_database("records"))
    ledger = begin_ledger(engine, SIZE - 1)
    with reading(engine) as connection:
        rows = [tuple(entry) for entry in ledger.read(connection)]
        witnessed = ledger.checkpoint(connection, START)
    yield Scene(engine, ledger, rows, witnessed.origin, witnessed)
    engine.dispose()


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """A transaction in which the ledger is changed and looked at, and that leaves no trace."""
    with engine.connect() as connection:
        connection.begin()
        yield connection
        connection.rollback()


def finding(connection: Connection, scene: Scene, *, witnessed: bool = True) -> LedgerFailure:
    with pytest.raises(LedgerFailure) as found:
        verify(
            connection,
            LEDGER_KEY,
            checkpoint=scene.witnessed if witnessed else None,
            public_key=scene.ledger.public_key,
        )
    return found.value


def set_head(connection: Connection, size: int, link: bytes) -> None:
    connection.execute(update(ledger_head).values(size=size, link=link))


def edit(connection: Connection, rows: list[Row], at: int) -> None:
    body = rows[at - 1][1].replace(b'"academedia"', b'"academedib"')
    connection.execute(update(ledger_event).where(events.position == at).values(body=body))


def edit_link(connection: Connection, rows: list[Row], at: int) -> None:
    link = bytes(byte ^ 1 for byte in rows[at - 1][2])
    connection.execute(update(ledger_event).where(events.position == at).values(link=link))


def delete_one(connection: Connection, rows: list[Row], at: int) -> None:
    connection.execute(delete(ledger_event).where(events.position == at))


def delete_and_close_up(connection: Connection, rows: list[Row], at: int) -> None:
    put_anew(connection, rows[at - 1 :], [(n - 1, *rest) for n, *rest in rows[at:]])
    last = rows[-2] if at == SIZE else rows[-1]
    set_head(connection, SIZE - 1, last[2])


def insert_before(connection: Connection, rows: list[Row], at: int) -> None:
    foreign = (at, rows[at - 1][1].replace(b'"academedia"', b'"academedib"'), rows[at - 1][2])
    put_anew(connection, rows[at - 1 :], [foreign, *((n + 1, *r) for n, *r in rows[at - 1 :])])
    set_head(connection, SIZE + 1, rows[-1][2])


def copy_before(connection: Connection, rows: list[Row], at: int) -> None:
    put_anew(connection, rows[at - 1 :], [rows[at - 1], *((n + 1, *r) for n, *r in rows[at - 1 :])])
    set_head(connection, SIZE + 1, rows[-1][2])


def swap(connection: Connection, rows: list[Row], at: int) -> None:
    """Exchange an event with the next one (the last with the first), links and all."""
    one, other = rows[at - 1], rows[at % SIZE]
    put_anew(connection, [one, other], [(one[0], *other[1:]), (other[0], *one[1:])])


def swap_bodies(connection: Connection, rows: list[Row], at: int) -> None:
    one, other = rows[at - 1], rows[at % SIZE]
    put_anew(connection, [one, other], [(one[0], other[1], one[2]), (other[0], one[1], other[2])])


def put_anew(connection: Connection, old: list[Row], new: list[Any]) -> None:
    connection.execute(delete(ledger_event).where(events.position.in_([row[0] for row in old])))
    if new:
        connection.execute(
            insert(ledger_event), [{"position": n, "body": b, "link": k} for n, b, k in new]
        )


@pytest.mark.parametrize(
    ("attack", "codes"),
    [
        (edit, {"event_changed"}),
        (edit_link, {"event_changed"}),
        (delete_one, {"position_missing", "head_longer"}),
        (delete_and_close_up, {"event_changed", "rolled_back"}),
        (insert_before, {"event_changed"}),
        (copy_before, {"event_changed"}),
        (swap, {"event_changed"}),
        (swap_bodies, {"event_changed"}),
    ],
)
def test_changing_any_event_is_found(scene: Scene, attack: Attack, codes: set[str]) -> None:
    """At every one of 200 positions, and the place is named."""
    for at in range(1, SIZE + 1):
        with tampering(scene.engine) as connection:
            attack(connection, scene.rows, at)
            found = finding(connection, scene)
        assert found.code in codes, at
        # An exchange of the last with the first shows at the first.
        where = 1 if attack in (swap, swap_bodies) and at == SIZE else at
        # A copied event is genuine: it shows at its second appearance.
        where += attack is copy_before
        assert found.counts["position"] == (SIZE - 1 if found.code == "rolled_back" else where)


def test_changing_any_event_is_found_without_a_checkpoint_too(scene: Scene) -> None:
    for at in range(1, SIZE + 1):
        with tampering(scene.engine) as connection:
            edit(connection, scene.rows, at)
            assert finding(connection, scene, witnessed=False).code == "event_changed"


def test_an_untouched_ledger_verifies(scene: Scene) -> None:
    with reading(scene.engine) as connection:
        for checkpoint in (None, scene.witnessed):
            result = verify(
                connection,
                LEDGER_KEY,
                checkpoint=checkpoint,
                public_key=scene.ledger.public_key,
            )
            assert result == (SIZE, scene.rows[-1][2])


def test_it_may_have_grown_since_the_witness_saw_it(scene: Scene) -> None:
    with a_unit_of_work(scene.engine, scene.ledger) as work:
        work.record(EventKind.PURGE_BEGUN)
        work.commit()
    with reading(scene.engine) as connection:
        grown = verify(
            connection,
            LEDGER_KEY,
            checkpoint=scene.witnessed,
            public_key=scene.ledger.public_key,
        )
    assert grown.size == SIZE + 1


@pytest.mark.parametrize("with_head", [False, True], ids=["tail cut", "rolled back"])
def test_cutting_off_the_end_at_every_length_is_found(scene: Scene, with_head: bool) -> None:
    """With its head put back this is a rollback to each earlier state: the chain alone agrees
    with it, and only the witness knows better."""
    first = Chain(LEDGER_KEY).first(scene.origin)
    for length in range(SIZE):
        with tampering(scene.engine) as connection:
            connection.execute(delete(ledger_event).where(events.position > length))
            if with_head:
                set_head(connection, length, scene.rows[length - 1][2] if length else first)
                assert verify(connection, LEDGER_KEY).size == length
            found = finding(connection, scene)
        if with_head:
            assert found.code == "rolled_back"
            assert found.counts == {"position": length, "witnessed": SIZE}
        else:
            assert (found.code, found.counts["position"]) == ("head_longer", length + 1)


def test_an_event_added_at_the_end_without_the_key_is_found(scene: Scene) -> None:
    for link in (scene.rows[-1][2], bytes(32)):
        added = {"position": SIZE + 1, "body": scene.rows[-1][1], "link": link}
        with tampering(scene.engine) as connection:
            connection.execute(insert(ledger_event), [added])
            set_head(connection, SIZE + 1, link)
            found = finding(connection, scene)
        assert (found.code, found.counts["position"]) == ("event_changed", SIZE + 1)


def test_cutting_off_the_front_is_found(scene: Scene) -> None:
    for length in range(1, SIZE):
        with tampering(scene.engine) as connection:
            connection.execute(delete(ledger_event).where(events.position <= length))
            found = finding(connection, scene)
        assert (found.code, found.counts["position"]) == ("position_missing", 1)


def test_a_head_that_disagrees_is_found(scene: Scene) -> None:
    link = scene.rows[-1][2]
    for size, head_link, code in (
        (SIZE, scene.rows[-2][2], "head_changed"),
        (SIZE - 1, scene.rows[-2][2], "head_shorter"),
        (SIZE + 1, link, "head_longer"),
        (0, link, "head_shorter"),
    ):
        with tampering(scene.engine) as connection:
            set_head(connection, size, head_link)
            assert finding(connection, scene).code == code
    with tampering(scene.engine) as connection:
        connection.execute(delete(ledger_head))
        assert finding(connection, scene).code == "head_missing"
    with tampering(scene.engine) as connection:
        connection.execute(insert(ledger_head).values(origin=new_origin(), size=0, link=link))
        assert finding(connection, scene).code == "head_not_single"
    with tampering(scene.engine) as connection:
        connection.execute(insert(ledger_event).values(position=0, body=b"{}", link=link))
        assert finding(connection, scene).code == "position_unexpected"


def test_nothing_is_added_to_a_ledger_whose_end_was_changed(scene: Scene) -> None:
    event = LedgerEvent.from_body(scene.rows[-1][1])
    for attack in (edit_link, delete_one):
        with tampering(scene.engine) as connection:
            attack(connection, scene.rows, SIZE)
            with pytest.raises(LedgerFailure, match="head_disagrees"):
                scene.ledger.append(connection, [event])


# --- the attacker who holds the host's keys -----------------------------------------------------


def rewrite(connection: Connection, origin: str, bodies: list[bytes]) -> None:
    """Write a whole new ledger, as anybody can who has the ledger's key."""
    chain = Chain(LEDGER_KEY)
    link = chain.first(origin)
    rows = []
    for position, body in enumerate(bodies, start=1):
        link = chain.next(link, body)
        rows.append({"position": position, "body": body, "link": link})
    connection.execute(delete(ledger_event))
    connection.execute(delete(ledger_head))
    connection.execute(insert(ledger_event), rows)
    connection.execute(insert(ledger_head).values(origin=origin, size=len(rows), link=link))


@pytest.mark.parametrize("at", [1, 2, 100, SIZE - 1, SIZE])
@pytest.mark.parametrize("longer", [0, 1, 50])
def test_a_rewrite_with_the_host_keys_is_found_by_the_witness_alone(
    scene: Scene, at: int, longer: int
) -> None:
    bodies = [row[1] for row in scene.rows]
    bodies[at - 1] = bodies[at - 1].replace(b'"academedia"', b'"bergqvist"')
    bodies += [bodies[-1]] * longer
    with tampering(scene.engine) as connection:
        rewrite(connection, scene.origin, bodies)
        assert verify(connection, LEDGER_KEY).size == SIZE + longer
        found = finding(connection, scene)
    assert (found.code, found.counts["position"]) == ("rewritten", SIZE)


def test_a_ledger_begun_anew_is_another_ledger(scene: Scene) -> None:
    with tampering(scene.engine) as connection:
        rewrite(connection, new_origin(), [row[1] for row in scene.rows])
        assert verify(connection, LEDGER_KEY).size == SIZE
        assert finding(connection, scene).code == "checkpoint_other_origin"


def test_a_moved_origin_breaks_the_first_link(scene: Scene) -> None:
    with tampering(scene.engine) as connection:
        connection.execute(update(ledger_head).values(origin=new_origin()))
        assert finding(connection, scene, witnessed=False).code == "event_changed"


def test_a_ledger_under_another_key_does_not_verify(scene: Scene) -> None:
    with reading(scene.engine) as connection, pytest.raises(LedgerFailure, match="event_changed"):
        verify(connection, bytes(32))


def test_a_forged_checkpoint_is_not_believed(scene: Scene) -> None:
    last = scene.rows[-1][2]
    stolen = sign(
        origin=scene.origin, size=SIZE, link=last, now=START, signing_key=bytes(range(1, 33))
    )
    edited = Checkpoint.parse(scene.witnessed.text.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"))
    with reading(scene.engine) as connection:
        for forged in (stolen, edited):
            with pytest.raises(LedgerFailure, match="checkpoint_forged"):
                verify(
                    connection,
                    LEDGER_KEY,
                    checkpoint=forged,
                    public_key=scene.ledger.public_key,
                )
        with pytest.raises(LedgerFailure, match="checkpoint_without_key"):
            verify(connection, LEDGER_KEY, checkpoint=scene.witnessed)


def test_an_old_checkpoint_hides_nothing_once_the_witness_has_a_newer_one(scene: Scene) -> None:
    """Rolled back to 100 with the checkpoint of that day: genuine, but not the newest."""
    old = sign(
        origin=scene.origin,
        size=100,
        link=scene.rows[99][2],
        now=START - timedelta(days=1),
        signing_key=SIGNING_KEY,
    )
    with tampering(scene.engine) as connection:
        connection.execute(delete(ledger_event).where(events.position > 100))
        set_head(connection, 100, scene.rows[99][2])
        verify(connection, LEDGER_KEY, checkpoint=old, public_key=scene.ledger.public_key)
        assert finding(connection, scene).code == "rolled_back"


def test_an_event_in_another_spelling_is_found_even_when_its_link_fits(scene: Scene) -> None:
    bodies = [row[1] for row in scene.rows]
    bodies[56] = bodies[56].replace(b'"acted":1', b'"acted": 1')
    with tampering(scene.engine) as connection:
        rewrite(connection, scene.origin, bodies)
        found = finding(connection, scene, witnessed=False)
    assert (found.code, found.counts["position"]) == ("event_not_canonical", 57)


def test_an_empty_ledger_can_be_witnessed_too(new_database: NewDatabase) -> None:
    engine = open_engine(new_database("records"))
    ledger = LedgerStore(LEDGER_KEY, SIGNING_KEY)
    with tampering(engine) as connection:
        assert ledger.initialise(connection)
        empty = ledger.checkpoint(connection, START)
        verified = verify(connection, LEDGER_KEY, checkpoint=empty, public_key=ledger.public_key)
        assert (verified.size, empty.size) == (0, 0)
    engine.dispose()
