"""What lies in the staging folder today: every file gets a reference, and none goes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from connectors.base import StagedItem
from lifecycle.intake.outcomes import FileOutcome
from lifecycle.ledger import EventKind, instant
from lifecycle.references import STAGED_FILE, from_reference, new_id, to_reference
from records import staged_files
from records.engines import reading
from records.file_imports import VERIFIED
from records.staged_files import Known
from tasks.house.parts import House

Stock = list[tuple[Known, StagedItem]]
"""Each listed item with what the records know of it."""


def take_stock(house: House) -> list[str]:
    """Register what lies there, and give the references of the files to be looked at.

    Those are the files never judged, those to be tried again, and those whose import is not
    finished. Safe to repeat. Raises `Unreachable` when the folder cannot be listed.
    """
    return [
        to_reference(STAGED_FILE, known.id)
        for known, item in match(house)
        if (known.state == staged_files.SEEN and not item.empty_folder)
        or (known.state == staged_files.JUDGED and _is_open(known))
    ]


def _is_open(known: Known) -> bool:
    if known.outcome == FileOutcome.RETRY_LATER:
        return True
    return known.import_id is not None and known.import_state != VERIFIED


def match(house: House) -> Stock:
    """List the folder to its end and hold it against the records, registering what is new."""
    # The records first: what another run registers meanwhile must not be taken for gone.
    known = open_files(house)
    items = list(house.staging.list_items())
    by_identity = {(item_digest(house, item), item.version): item for item in items}
    known_by_identity = {(k.item_digest, k.version): k for k in known}
    # A version that is being deleted may show under the private name that a stopped deletion
    # left: it is no new file, `deletions.recover` deals with it.
    deleting = {k.version for k in known if k.state == staged_files.DELETING}
    new = [
        pair
        for pair in by_identity.items()
        if pair[0] not in known_by_identity and pair[1].version not in deleting
    ]
    gone = [
        k
        for identity, k in known_by_identity.items()
        if identity not in by_identity and k.state != staged_files.DELETING
    ]
    if new or gone:
        _write_down(house, new, gone, before={k.item_digest: k for k in known})
        known = open_files(house)
    return [
        (k, by_identity[k.item_digest, k.version])
        for k in known
        if (k.item_digest, k.version) in by_identity
    ]


def open_files(house: House) -> list[Known]:
    """The files that this run is about and that are not known to be gone."""
    with reading(house.engine) as connection:
        known = staged_files.open_files(
            connection, controller=house.controller, place=house.staging.place
        )
    if house.chosen is None:
        return known
    digests = {place_digest(house, key) for key in house.chosen}
    return [k for k in known if k.item_digest in digests]


def _write_down(
    house: House,
    new: Iterable[tuple[tuple[bytes, str], StagedItem]],
    gone: Iterable[Known],
    *,
    before: Mapping[bytes, Known],
) -> None:
    """`before`: what was known to lie under a name; another version of it inherits its age."""
    gone = list(gone)
    at = house.at()
    with house.work() as work:
        new = _still_new(house, work.connection, list(new))
        registered = closed = 0
        rows = []
        for (digest, version), item in new:
            number = new_id()
            earlier = before.get(digest)
            rows.append(
                (
                    number,
                    house.controller,
                    house.staging.place,
                    digest,
                    version,
                    house.vault.seal_name(number, item.name),
                    item.size,
                    instant(item.arrived_at),
                    at,
                    staged_files.SEEN,
                    None if earlier is None else instant(earlier.came()),
                    number if earlier is None else earlier.first_version_id or earlier.id,
                )
            )
        if rows:
            # A file that came back in the very same version (a restored folder) is seen anew.
            staged_files.forget_closed(
                work.connection,
                house.staging.place,
                [(digest, version) for (digest, version), _ in new],
            )
            registered = staged_files.register(work.connection, rows)
            if registered:
                work.record(EventKind.STAGING_SEEN, found=registered)
        if gone:
            # Somebody took the file away by hand, or put another version in its place.
            present = {digest for (digest, _), _ in new}
            for state in (staged_files.REMOVED, staged_files.REPLACED):
                numbers = [
                    k.id
                    for k in gone
                    if (k.item_digest in present) == (state == staged_files.REPLACED)
                ]
                closed += staged_files.close_gone(work.connection, numbers, state, at=at)
            if closed:
                work.record(EventKind.STAGING_GONE, found=closed)
        if registered or closed:
            work.commit()


def _still_new(
    house: House, connection: Connection, new: list[tuple[tuple[bytes, str], StagedItem]]
) -> list[tuple[tuple[bytes, str], StagedItem]]:
    """Without what another worker registered, or deleted, since the folder was listed."""
    versions = [version for (_, version), _ in new]
    known = staged_files.of_versions(connection, house.staging.place, versions)
    if not known:
        return new
    deleting = {k.version for k in known if k.state == staged_files.DELETING}
    registered = {(k.item_digest, k.version) for k in known if k.state in staged_files.OPEN}
    there = {(item_digest(house, item), item.version) for item in house.staging.list_items()}
    return [
        (identity, item)
        for identity, item in new
        if identity in there and identity not in registered and item.version not in deleting
    ]


def item_digest(house: House, item: StagedItem) -> bytes:
    """The keyed identity of an item's place: its path may contain a name."""
    return place_digest(house, item.key)


def place_digest(house: House, key: str) -> bytes:
    """As `item_digest`, by the connector's handle."""
    return house.vault.index_digest("item", f"{house.staging.place}\0{key}")


def find_item(house: House, ref: str) -> tuple[Known, StagedItem | None]:
    """The file behind a reference, and the item if it still lies there in that version."""
    with reading(house.engine) as connection:
        known = staged_files.one_file(connection, from_reference(STAGED_FILE, ref))
    for item in house.staging.list_items():
        if item.version == known.version and item_digest(house, item) == known.item_digest:
            return known, item
    return known, None
