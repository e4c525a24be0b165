"""A copy that was not made, or must not be put back: what to do, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed and nothing was deleted."
_OLDER: Final = "The older copies are all there; nothing else was changed."
_UNTOUCHED: Final = "What is there now was not touched."

COPIES: Final[dict[str, tuple[str, str, str]]] = {
    "backup_folder_missing": (
        "The folder for the copies is not there; perhaps its volume is not mounted.",
        _OLDER,
        "Mount the volume, or make the folder, and run it again. It is never made by itself: on "
        "an unmounted place a copy would lie on the wrong disk.",
    ),
    "backup_folder_not_writable": (
        "The copy could not be written: no room, or no right to write there.",
        _OLDER,
        "Make room or give the service's user the right to write, and run it again.",
    ),
    "backup_inside_home": (
        "The folder for the copies lies inside Gallra's own folder, or around it.",
        _NOTHING,
        "Choose a folder on another volume: who takes Gallra's folder must not have its copies.",
    ),
    "backup_beside_keys": (
        "In that folder lie keys, or copies of something else: together they open everything.",
        _NOTHING,
        "Give records, keys and ledger a folder each, none inside another, and none with the "
        "key-encryption keys in it.",
    ),
    "backup_same_volume": (
        "Copies of the records and of the keys would lie on the same volume.",
        _NOTHING,
        "Choose a folder on another volume. If there is only one, and you accept that who takes "
        "it has both: say so with `--same-volume`.",
    ),
    "backup_running": (
        "Another copy is being made just now.",
        _NOTHING,
        "Wait until it is done, then run it again.",
    ),
    "backup_tool_missing": (
        "PostgreSQL's own programs for copies are not installed here.",
        _NOTHING,
        "Install PostgreSQL's client programs (`pg_dump`, `pg_restore`, `psql`), of the server's "
        "version or a later one, and run it again.",
    ),
    "backup_tool_failed": (
        "PostgreSQL's own program for copies ended with an error.",
        "What was not done wholly was undone; the older copies are all there.",
        "See that the server answers, that there is room, and that the programs are not older "
        "than the server (`pg_dump --version`). Then run it again.",
    ),
    "backup_not_proven": (
        "The copy was read again and is not what it should be; it was removed.",
        _OLDER,
        "Run it again. If it happens once more: check the disk, then `gallra ledger verify`.",
    ),
    "copy_not_readable": (
        "That file is no whole copy of this database: damaged, of another kind, or something else.",
        _UNTOUCHED,
        "Take another copy. Copies are called `gallra-records-…` and `gallra-keys-…`.",
    ),
    "copy_of_another_installation": (
        "The copy's ledger does not fit the keys that are here: it is another installation's, or "
        "was changed.",
        _UNTOUCHED,
        "Take a copy of this installation; if the keys were lost too, put these back first.",
    ),
    "copy_keys_outdated": (
        "The copy of the keys needs a key-encryption key that is destroyed or not here.",
        _UNTOUCHED,
        "Take a copy of after the last rotation; or put the folder of the key-encryption keys "
        "in place first (`GALLRA_KEYS`).",
    ),
    "restore_would_replace": (
        "There are records or keys here already.",
        _UNTOUCHED,
        "If the copy is really to take their place: stop everything, then run it again with "
        "`--replace`. What is there now is set aside, not deleted.",
    ),
    "restore_while_running": (
        "Something of Gallra is still running on these records or keys.",
        _UNTOUCHED,
        "Stop the service, its workers and the timers (also on other machines), then run it again.",
    ),
}
