"""A request, a setting or a key that does not fit: what a person does about it, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed and nothing was deleted."
_UNOPENED: Final = "Nothing was opened and nothing was overwritten."
_REFERENCE: Final = "`gallra status`, `gallra find` and the import's report show references."

REQUESTS: Final[dict[str, tuple[str, str, str]]] = {
    # --- what was asked for ---------------------------------------------------------------------
    "national_id_not_valid": (
        "That is no valid national id: a digit is wrong or missing.",
        _NOTHING,
        "Write it with twelve digits, year first, and compare the last four.",
    ),
    "subject_unknown": (
        "Nobody is registered under that reference.",
        _NOTHING,
        "Find the person's reference (S-…) with `gallra find`. Who was erased has none any more.",
    ),
    "case_reference_malformed": (
        "That is not spelled like a case number.",
        "Nothing was looked up.",
        "Give the case number as Arbetsförmedlingen writes it, or leave it out and give the "
        "identity number when you are asked.",
    ),
    "witness_shortened": (
        "The witness shows less than it once took: its file was removed, emptied or exchanged.",
        "Nothing was deleted; the ledger itself was not touched.",
        "Tell the data protection officer. Put the witness's file back; only if its volume is "
        "really lost: `gallra ledger checkpoint --begin-anew`.",
    ),
    "under_hold": (
        "A legal hold keeps data of somebody who was to be removed.",
        "Nobody was removed; everything is as it was.",
        "See `gallra hold list`. Release the hold if its reason has ended, then rerun.",
    ),
    "inventory_shrunk": (
        "A system shows nothing, or fewer than half, of the records that it had before.",
        "Nothing counts as gone; people and records stay as they were.",
        "Look whether the system's connection or rights have changed. Where so many have really "
        "left: take the inventory again and accept it.",
    ),
    "placement_still_there": (
        "A record of another system that was to be forgotten is still in our records.",
        "Its key was not destroyed; nothing is reported as done.",
        "Rerun. If it stays, tell the data protection officer.",
    ),
    "reference_malformed": (
        "That is not a reference as Gallra writes them: one of its characters is wrong, or it is "
        "a reference to something else.",
        _NOTHING,
        f"Copy it whole, with its letter: S-… a person, F-… a file, T-… a to-do. {_REFERENCE}",
    ),
    "to_do_unknown": (
        "No open to-do has that reference; it may be closed already.",
        _NOTHING,
        "See the open ones with `gallra status`.",
    ),
    "to_do_closes_itself": (
        "This to-do waits for a proof, and nobody can close it by hand.",
        _NOTHING,
        "Do what it says (`gallra status`), then rerun: it closes when the proof is there.",
    ),
    "not_a_chosen_file": (
        "Among chosen files only those that were named are touched, and this is none of them.",
        _NOTHING,
        "Name the file itself: `gallra import FILE`.",
    ),
    "read_only_staging": (
        "Nothing can be placed among files that are imported from where they lie.",
        _NOTHING,
        "Put the file into the staging folder instead.",
    ),
    "name_taken": (
        "A file of that name lies there already.",
        _NOTHING,
        "Give the file another name.",
    ),
    "name_not_allowed": (
        "The folder takes no file of that name.",
        _NOTHING,
        "Give the file a plain name, without folders in it.",
    ),
    "already_exists": (
        "There is a file of that name already, and it is not overwritten.",
        _NOTHING,
        "Choose another name, or take the old file away.",
    ),
    "cannot_be_written": (
        "The file cannot be written there: the folder is missing, or it is not yours to write in.",
        _NOTHING,
        "Choose a folder that exists and that you may write to.",
    ),
    "not_permitted": (
        "The reader may not see this case: access follows the project (A-109).",
        _NOTHING,
        "Ask the case's responsible person.",
    ),
    # --- settings -------------------------------------------------------------------------------
    "controller_unknown": (
        "There is no policy of that name.",
        _NOTHING,
        "Choose one of the known policies with `--controller`: their files lie under "
        "GALLRA_POLICIES, and `gallra policy check` names them.",
    ),
    "no_policy_file": (
        "The folder of policies holds no policy file.",
        _NOTHING,
        "Set GALLRA_POLICIES to the folder with the policy files, or leave it unset.",
    ),
    "policy_invalid": (
        "The policy file is not usable: the lines above say where and why.",
        _NOTHING,
        "Mend that file in the folder of policies (GALLRA_POLICIES); `gallra policy check` shows "
        "the same list until it is right.",
    ),
    "bindings_invalid": (
        "The bindings of the outer systems are not usable: the lines above say where and why.",
        _NOTHING,
        "Mend that file in the folder of bindings (GALLRA_SYSTEMS, by default "
        "deployments/systems); `gallra policy check` shows the same list until it is right.",
    ),
    "no_staging": (
        "This school group's policy has no staging folder: no exports are imported for it.",
        _NOTHING,
        "Choose another policy with `--controller`, or write `staging` into the policy.",
    ),
    "no_case_system": (
        "This school group's policy has no case system.",
        _NOTHING,
        "Choose another policy with `--controller`, or write the case system into the policy.",
    ),
    "no_intake": (
        "This school group's policy does not say how an export is read: none is imported for it.",
        _NOTHING,
        "Choose another policy with `--controller`, or write `intake` into the policy.",
    ),
    "accounting_year_missing": (
        "A rule counts from the end of the accounting year, and the policy does not say when "
        "that year begins.",
        _NOTHING,
        "Write `accounting_year_begins` under `erasure` in the policy, e.g. 08-01.",
    ),
    "home_not_absolute": (
        "GALLRA_HOME is a relative path.",
        _NOTHING,
        "Write it from the root, for example /srv/gallra.",
    ),
    "home_not_usable": (
        "The path of the state folder has a character that a database's address cannot hold.",
        _NOTHING,
        "Choose a GALLRA_HOME without ?, # and %.",
    ),
    "home_not_writable": (
        "The state folder cannot be made or written to.",
        _NOTHING,
        "Give the user who runs Gallra the right to it, or set GALLRA_HOME to another folder.",
    ),
    "folder_missing": (
        "A folder that the bindings name (staging or exchange) does not exist.",
        "It is not taken for an empty folder; nothing was deleted.",
        "Put its path right in the bindings, or bring the folder back, then rerun today. Gallra "
        "does not make it anew: the files may lie where it was.",
    ),
    "folder_not_answering": (
        "A folder that the bindings name (staging or exchange) does not answer.",
        "It is not taken for an empty folder; nothing was deleted.",
        "See that the disk or network share works, then rerun today.",
    ),
    "database_unreachable": (
        "A database of Gallra's cannot be reached: `records` or `keys`, as the line above says.",
        _NOTHING,
        "See that its server or disk is there: GALLRA_DATABASE_URL for the records, "
        "GALLRA_KEY_DATABASE_URL for the keys. Then rerun.",
    ),
    "database_folder_not_writable": (
        "The folder of a database cannot be written to: `records` or `keys`, as the line above "
        "says.",
        _NOTHING,
        "Give the user who runs Gallra the right to it, or set GALLRA_HOME to another folder.",
    ),
    "database_login_refused": (
        "The database server refused the login.",
        _NOTHING,
        "Put right user and password: GALLRA_DATABASE_URL for the records, "
        "GALLRA_KEY_DATABASE_URL for the keys.",
    ),
    "database_missing": (
        "The database server has no database of that name.",
        _NOTHING,
        "Make it there, or put right GALLRA_DATABASE_URL (records) or GALLRA_KEY_DATABASE_URL "
        "(keys).",
    ),
    "database_full": (
        "The disk of a database is full.",
        _NOTHING,
        "Make room, then rerun: it goes on where it stopped.",
    ),
    "database_newer_than_program": (
        "The database was written by a later version of Gallra.",
        _NOTHING,
        "Install that version or a newer one.",
    ),
    "database_damaged": (
        "A database file is damaged or is none.",
        _NOTHING,
        "Put the newest backup back; what it misses is imported again from new exports.",
    ),
    # --- keys -----------------------------------------------------------------------------------
    "kek_missing": (
        "The key-encryption key is not where it should be.",
        _UNOPENED,
        "Put its file back into the folder that GALLRA_KEYS names. Do not make a new one: without "
        "this one nothing that is stored can be opened.",
    ),
    "key_database_lost": (
        "The database of keys is empty, but there are key-encryption keys of an earlier one.",
        _UNOPENED,
        "Put the database of keys back (GALLRA_KEY_DATABASE_URL); do not begin a new one.",
    ),
    "kek_unreadable": (
        "The key-encryption key cannot be read.",
        _UNOPENED,
        "Give the user who runs Gallra, and nobody else, the right to read the key file that is "
        "named above, in the folder that GALLRA_KEYS names.",
    ),
    "kek_readable_by_others": (
        "The key-encryption key can be read by other users of this machine.",
        _UNOPENED,
        "Make it private (chmod 600). If others may have read it, run `gallra keys rotate` then.",
    ),
    "kek_not_writable": (
        "A new key-encryption key cannot be written.",
        _UNOPENED,
        "Give the user who runs Gallra the right to the folder that GALLRA_KEYS names.",
    ),
    "kek_must_be_supplied": (
        "The next key-encryption key has to come from whoever supplies the keys here.",
        _UNOPENED,
        "Let the administrator supply the key file that is named above, then rerun.",
    ),
    "kek_must_be_withdrawn": (
        "The old key-encryption key is still supplied; it is not destroyed yet.",
        "Everything is wrapped under the new key; the rotation is not reported as done.",
        "Let the administrator destroy the key file that is named above, then rerun.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
