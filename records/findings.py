"""What was found where it may not be, by reference: never the content, and the path only sealed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.references import new_id
from records import bulk
from records.tables import finding, scanned

OPEN: Final = "open"
AGREED: Final = "agreed"
"""Somebody who may agreed that the account is removed."""
INTENDED: Final = "intended"
CLEARED: Final = "cleared"
_c = finding.c
_WRITTEN: Final = (
    "id", "controller", "place", "digest", "bytes_digest", "sealed", "sign", "worth", "rule",
    "number", "first_seen_at", "seen_at", "state", "cleared_at",
)  # fmt: skip


class Seen(NamedTuple):
    """One kind of thing that one document, field or account shows."""

    digest: bytes
    """Keyed: place and key."""
    sign: str
    worth: str
    rule: str
    number: int
    bytes_digest: bytes | None = None
    """Keyed; None where there is nothing to know again by."""


class Finding(NamedTuple):
    """A finding as it may be shown."""

    id: int
    place: str
    sign: str
    worth: str
    rule: str
    number: int
    first_seen_at: str
    seen_at: str
    state: str


class Row(NamedTuple):
    """A finding as it stands in the table."""

    id: int
    digest: bytes
    bytes_digest: bytes | None
    sealed: bytes | None
    sign: str
    worth: str
    rule: str
    number: int
    first_seen_at: str
    seen_at: str
    state: str
    cleared_at: str | None


class Noted(NamedTuple):
    """What came of a part of a scan."""

    new: int = 0
    moved: int = 0
    cleared: int = 0


Seal = Callable[[int, bytes], bytes]
"""Seals, for the finding with that id, where the thing with that digest is."""


class Ledge:
    """The findings of one place while it is being scanned; written part by part."""

    def __init__(
        self,
        connection: Connection,
        *,
        controller: str,
        place: str,
        signs: Collection[str] | None = None,
    ) -> None:
        """`signs`: of these alone, where a place is looked at in several ways."""
        self._controller = controller
        self._place = place
        query = select(
            _c.id, _c.digest, _c.bytes_digest, _c.sealed, _c.sign, _c.worth, _c.rule, _c.number,
            _c.first_seen_at, _c.seen_at, _c.state, _c.cleared_at,
        ).where(_c.controller == controller, _c.place == place)  # fmt: skip
        self._rows: dict[tuple[bytes, str], Row] = {}
        for row in bulk.fetch_all(connection, query):
            if signs is not None and row[4] not in signs:
                continue
            digest = bytes(row[1])
            known = None if row[2] is None else bytes(row[2])
            sealed = None if row[3] is None else bytes(row[3])
            self._rows[digest, row[4]] = Row(row[0], digest, known, sealed, *row[4:])

    def note(
        self,
        connection: Connection,
        *,
        looked: Collection[bytes],
        seen: Sequence[Seen],
        gone_from: Collection[bytes],
        at: str,
        seal: Seal,
    ) -> Noted:
        """Bring the findings of what was `looked` at in line with what was `seen` there.

        What is the same again keeps its reference and its age. A document that was renamed or
        moved within the place keeps them too: the same bytes show the same, and its old name is
        not there any more (`gone_from`: digests of findings whose document is gone). What is not
        seen any more is cleared. Documents nobody could look at are not among `looked`.
        """
        by_bytes: dict[tuple[bytes, str], Row] = {
            (row.bytes_digest, row.sign): row
            for row in self._rows.values()
            if row.state != CLEARED and row.bytes_digest is not None and row.digest in gone_from
        }
        written: dict[tuple[bytes, str], Row] = {}
        new = moved = cleared = 0
        dropped: list[int] = []
        for each in seen:
            key = (each.digest, each.sign)
            row = self._rows.get(key)
            if row is not None and row.state != CLEARED:
                sealed = seal(row.id, each.digest)  # a renamed item of a cloud keeps its handle
                written[key] = row._replace(
                    bytes_digest=each.bytes_digest,
                    sealed=sealed,
                    worth=each.worth,
                    rule=each.rule,
                    number=each.number,
                    seen_at=at,
                )
                continue
            came = by_bytes.pop((each.bytes_digest, each.sign), None) if each.bytes_digest else None
            if row is not None:
                dropped.append(row.id)  # of an earlier time: a reference is used once
            if came is not None:
                del self._rows[came.digest, came.sign]
                number, first, moved = came.id, came.first_seen_at, moved + 1
            else:
                number, first, new = new_id(), at, new + 1
            written[key] = Row(
                number, each.digest, each.bytes_digest, seal(number, each.digest), each.sign,
                each.worth, each.rule, each.number, first, at, OPEN, None,
            )  # fmt: skip
        looked_at = set(looked)
        for key, row in self._rows.items():
            if row.state != CLEARED and row.digest in looked_at and key not in written:
                written[key] = row._replace(sealed=None, state=CLEARED, cleared_at=at)
                cleared += 1
        self._rows.update(written)
        bulk.delete_in(connection, _c.id, dropped)
        bulk.upsert_rows(
            connection, finding, _WRITTEN,
            [self._line(row) for row in written.values()],
            key=("id",),
        )  # fmt: skip
        return Noted(new, moved, cleared)

    def digests(self) -> set[bytes]:
        """Of everything that is not cleared."""
        return {row.digest for row in self._rows.values() if row.state != CLEARED}

    def standing(self) -> int:
        """How many are not cleared."""
        return sum(row.state != CLEARED for row in self._rows.values())

    def _line(self, row: Row) -> tuple[object, ...]:
        return (row.id, self._controller, self._place, *row[1:])


def listed(connection: Connection, *, controller: str, place: str | None = None) -> list[Finding]:
    """What stands, by place and age."""
    query = select(
        _c.id, _c.place, _c.sign, _c.worth, _c.rule, _c.number, _c.first_seen_at, _c.seen_at,
        _c.state,
    ).where(_c.controller == controller, _c.state != CLEARED)  # fmt: skip
    if place is not None:
        query = query.where(_c.place == place)
    rows = connection.execute(query.order_by(_c.place, _c.first_seen_at, _c.id))
    return [Finding(*row) for row in rows]


def sealed_at(
    connection: Connection, *, controller: str, place: str
) -> list[tuple[int, str, str, str | None, bytes]]:
    """(id, sign, state, agreed at, where it is, sealed) of what stands at a place, by age."""
    rows = connection.execute(
        select(_c.id, _c.sign, _c.state, _c.agreed_at, _c.sealed)
        .where(
            _c.controller == controller,
            _c.place == place,
            _c.state != CLEARED,
            _c.sealed.is_not(None),
        )
        .order_by(_c.first_seen_at, _c.id)
    )
    return [(row[0], row[1], row[2], row[3], bytes(row[4])) for row in rows]


def agree(connection: Connection, number: int, *, by: str, at: str) -> None:
    """An officer (a reference) agreed that an account goes. Raises `Changed("finding_changed")`
    when its finding is not open any more."""
    changed = connection.execute(
        update(finding)
        .where(_c.id == number, _c.state == OPEN)
        .values(state=AGREED, agreed_at=at, agreed_by=by)
    )
    if changed.rowcount != 1:
        raise Changed("finding_changed")


def standing(connection: Connection, *, controller: str, place: str) -> int:
    """How many stand at a place."""
    return connection.execute(
        select(func.count())
        .select_from(finding)
        .where(_c.controller == controller, _c.place == place, _c.state != CLEARED)
    ).scalar_one()


def get(connection: Connection, *, controller: str, number: int) -> tuple[Finding, bytes | None]:
    """A finding and where it is, sealed. Raises `Refused("finding_unknown")`."""
    row = connection.execute(
        select(
            _c.id, _c.place, _c.sign, _c.worth, _c.rule, _c.number, _c.first_seen_at, _c.seen_at,
            _c.state, _c.sealed,
        ).where(_c.id == number, _c.controller == controller)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Refused("finding_unknown")
    return Finding(*row[:9]), None if row[9] is None else bytes(row[9])


def to_state(connection: Connection, number: int, *, was: str, state: str, at: str) -> None:
    """Go on with one finding; what is cleared forgets where it was. Raises
    `Changed("finding_changed")` when it is not in state `was` any more."""
    values: dict[str, object] = {"state": state}
    if state == CLEARED:
        values |= {"sealed": None, "cleared_at": at}
    changed = connection.execute(
        update(finding).where(_c.id == number, _c.state == was).values(**values)
    )
    if changed.rowcount != 1:
        raise Changed("finding_changed")


def figures(connection: Connection, *, controller: str) -> list[tuple[str, str, str, str, int]]:
    """(place, class, rule, sign, how many) of what stands."""
    rows = connection.execute(
        select(_c.place, _c.worth, _c.rule, _c.sign, func.count())
        .where(_c.controller == controller, _c.state != CLEARED)
        .group_by(_c.place, _c.worth, _c.rule, _c.sign)
        .order_by(_c.place, _c.worth, _c.rule, _c.sign)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def looked_before(
    connection: Connection,
    *,
    controller: str,
    place: str,
    digests: Collection[bytes] | None = None,
) -> Mapping[bytes, tuple[str, str, str]]:
    """Digest → (version, policy and words, outcome) of every document that was looked at, or of
    these alone (so few that one statement takes them)."""
    query = select(
        scanned.c.digest, scanned.c.version, scanned.c.policy_sha256, scanned.c.outcome
    ).where(scanned.c.controller == controller, scanned.c.place == place)
    if digests is not None:
        found = connection.execute(query.where(scanned.c.digest.in_(list(digests))))
        return {bytes(row[0]): (row[1], row[2], row[3]) for row in found}
    return {bytes(row[0]): (row[1], row[2], row[3]) for row in bulk.fetch_all(connection, query)}


def digests_looked(connection: Connection, *, controller: str, place: str) -> set[bytes]:
    """Of every document that was looked at."""
    query = select(scanned.c.digest).where(
        scanned.c.controller == controller, scanned.c.place == place
    )
    return {bytes(row[0]) for row in bulk.fetch_all(connection, query)}


def shows_of(connection: Connection, *, controller: str, place: str) -> Mapping[bytes, str]:
    """Digest → what the document shows of a person, of every one that shows anything."""
    query = select(scanned.c.digest, scanned.c.shows).where(
        scanned.c.controller == controller, scanned.c.place == place, scanned.c.shows != ""
    )
    return {bytes(row[0]): row[1] for row in bulk.fetch_all(connection, query)}


def note_looked(
    connection: Connection,
    rows: Iterable[tuple[bytes, str, str, str]],
    *,
    controller: str,
    place: str,
    rules: str,
    at: str,
) -> None:
    """(digest, version, outcome, shows) of what has just been looked at."""
    bulk.upsert_rows(
        connection,
        scanned,
        (
            "controller",
            "place",
            "digest",
            "version",
            "policy_sha256",
            "outcome",
            "seen_at",
            "shows",
        ),
        [
            (controller, place, digest, version, rules, outcome, at, shows)
            for digest, version, outcome, shows in rows
        ],
    )


def forget_looked(
    connection: Connection, digests: Sequence[bytes], *, controller: str, place: str
) -> None:
    """Documents that are gone."""
    for start in range(0, len(digests), 500):
        part = list(digests[start : start + 500])
        connection.execute(
            scanned.delete().where(
                scanned.c.controller == controller,
                scanned.c.place == place,
                scanned.c.digest.in_(part),
            )
        )
