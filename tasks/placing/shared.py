"""Documents with something of a person in them are asked with whom they are shared, each time: a
document shared anew is the same document (A-64, A-67)."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.documents import Document
from lifecycle.errors import Retryable
from lifecycle.ledger import EventKind
from lifecycle.placement.reach import Reach, asks_with_whom, sharing_rule, too_wide
from lifecycle.placement.wording import Wording
from records import findings
from records.engines import reading
from records.findings import Ledge, Seen
from tasks.house.parts import House
from tasks.placing.notes import ScanCount, with_noted


def look_with_whom(
    house: House,
    place: str,
    listed: Mapping[bytes, Document],
    wording: Wording,
    count: ScanCount,
) -> ScanCount:
    """The count with what is shared too widely. `listed`: the documents there, by digest.

    Only what shows something of a person, or could not be opened, is asked: the rest may be shared
    in any way (A-68). What cannot be told now keeps what was found before, and is counted as not
    looked at. Raises `Misconfigured` where a right is missing.
    """
    if not asks_with_whom(house.policy, place):
        return count
    with reading(house.engine) as connection:
        ledge = Ledge(connection, controller=house.controller, place=place, signs=set(Reach))
        shows = findings.shows_of(connection, controller=house.controller, place=place)
    bound = house.scans[place]
    seen: list[Seen] = []
    keys: dict[bytes, str] = {}
    not_told: set[bytes] = set()
    for digest in listed.keys() & shows.keys():
        document = listed[digest]
        if document.grants is None:
            continue
        try:
            grants = document.grants()
        except Retryable:
            not_told.add(digest)
            continue
        worth, rule = sharing_rule(house.policy, place, shows[digest].split(), wording)
        for reach in sorted(too_wide(grants, ours=bound.ours, everybody=bound.everybody)):
            seen.append(Seen(digest, reach, worth, rule, 1))
            keys[digest] = document.where
    with house.work() as work:
        noted = ledge.note(
            work.connection,
            looked=ledge.digests() - not_told,
            seen=seen,
            gone_from=(),
            at=house.at(),
            seal=lambda number, digest: house.vault.seal_name(number, keys[digest]),
        )
        work.record(
            EventKind.FINDINGS_NOTED,
            found=len(seen),
            facts={"place": place},
            new=noted.new,
            cleared=noted.cleared,
            not_told=len(not_told),
        )
        work.commit()
    count = with_noted(count, noted)
    return count._replace(could_not_look=count.could_not_look + len(not_told))
