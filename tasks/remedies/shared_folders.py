"""A folder in the cloud out of which files are shared says no: what a person does, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was shared, and nothing of it lies in the folder."
_NOT_SHARED: Final = "Nothing was shared."

SHARED_FOLDER: Final[dict[str, tuple[str, str, str]]] = {
    "drive_key_malformed": (
        "The key of the service account is not the file that Google gave.",
        "Google was not asked anything.",
        "Make a new key for the service account, put the whole JSON file where the binding says, "
        "and delete the old key at Google.",
    ),
    "folder_not_as_bound": (
        "What is bound as a folder in Google Drive is none, or lies elsewhere or in the trash.",
        "Nothing was read, written or deleted there.",
        "Open the folder in a browser and copy the last part of its address into "
        "`deployments/systems`, and that of its shared drive.",
    ),
    "account_lacks_rights": (
        "Our account may not put files into the folder or not delete them for good.",
        _NOTHING,
        "Make the service account a manager of the shared drive.",
    ),
    "sharing_switched_off": (
        "The shared drive lets nobody outside it read a file.",
        _NOTHING,
        "Ask the administrator to allow sharing files with people who are not members, or choose "
        "another channel.",
    ),
    "no_recipient": (
        "A share needs at least one person's mail address, and only such addresses.",
        _NOTHING,
        "Write the recipient's addresses into the binding; a group or a link is not shared with.",
    ),
    "channel_needs_a_file": (
        "A letter without a file was to go by a shared folder.",
        _NOTHING,
        "Choose a channel for letters, such as mail or text messages.",
    ),
    "letter_too_long": (
        "The letter beside a shared file is longer than the channel takes.",
        _NOTHING,
        "Shorten it; what is long belongs into the sealed file.",
    ),
    "no_last_day": (
        "A share has no last day.",
        _NOT_SHARED,
        "Say until when the recipient needs it.",
    ),
    "last_day_past": (
        "The last day of a share lies behind us.",
        _NOT_SHARED,
        "Prepare the disclosure anew with a later day, if it is still needed.",
    ),
    "last_day_too_far": (
        "A share should last longer than a year, and Google Drive keeps no such limit.",
        _NOT_SHARED,
        "Choose an earlier day, or another channel.",
    ),
    "recipient_not_shareable": (
        "The file could not be shared with one of the recipients, or they could not be written to.",
        "It was taken away again for all of them.",
        "See that the address is right and that sharing with its domain is allowed; or choose "
        "another channel.",
    ),
    "time_limit_not_kept": (
        "A share was made without its time limit.",
        "It was taken away again at once.",
        "Ask the administrator whether the licence lets shares end by themselves; until then "
        "choose another channel.",
    ),
    "parcel_differs": (
        "Something else went out under the same reference before: other content, people or day.",
        "What went out stays as it was; nothing was added.",
        "Withdraw it first, then prepare the disclosure anew.",
    ),
}
