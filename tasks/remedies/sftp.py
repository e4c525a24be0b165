"""An SFTP server that says no: what a person does about it, code by code."""

from __future__ import annotations

from typing import Final

_NOBODY: Final = "It was not told who we are, and no file went there."
_NOT_SENT: Final = "Nothing of the file lies under its name at the recipient."
_RERUN: Final = "Rerun: it goes on where it stopped."

SFTP: Final[dict[str, tuple[str, str, str]]] = {
    "host_key_unknown": (
        "A server showed a key of a kind that its binding does not name.",
        _NOBODY,
        "Ask whoever runs the server for its key's fingerprint, by telephone or in person; "
        "compare, and write it under host_keys in `deployments/systems`.",
    ),
    "host_key_changed": (
        "A server showed another key than the one it is known by: it may be somebody else's.",
        _NOBODY,
        "Do not send it in another way. Ask whoever runs the server, on a number that you knew "
        "before, whether the key was changed; only then write the new one under host_keys.",
    ),
    "encryption_too_weak": (
        "A server knows only ciphers or signatures that are not safe any more.",
        _NOBODY,
        "Ask whoever runs the server to update it, or choose another channel.",
    ),
    "private_key_malformed": (
        "Our own private key for a server cannot be read, or its passphrase does not fit.",
        "Nothing was sent.",
        "See that the secret that the binding names holds a whole key as ssh-keygen writes it.",
    ),
    "recipient_folder_missing": (
        "The recipient's folder is not there any more.",
        _NOT_SENT,
        "Ask the recipient where it lies now and mend folder in `deployments/systems`; then rerun.",
    ),
    "recipient_folder_forbidden": (
        "Our account may not write to the recipient's folder, or not look into it.",
        _NOT_SENT,
        "Ask the recipient for the right to write, read, rename and remove there; then rerun.",
    ),
    "recipient_folder_failing": (
        "The recipient's server could not do what it was asked: its disk may be full.",
        _NOT_SENT,
        "Ask the recipient to look; " + _RERUN[0].lower() + _RERUN[1:],
    ),
    "recipient_file_differs": (
        "Something else lies at the recipient under the name that belongs to this file alone.",
        "It was not overwritten, and our file was not sent.",
        "Ask the recipient who put it there and to take it away; then rerun.",
    ),
    "sent_file_differs": (
        "What was sent was read back and is not what was sent.",
        "It was removed again and never had its name.",
        _RERUN + " If it stays, ask whoever runs the server to look at its disk.",
    ),
    "read_back_refused": (
        "Our account may write to the recipient's folder but not read there.",
        "What was sent was removed again: nobody could have proven that it arrived whole.",
        "Ask the recipient for the right to read what we write, or choose another channel.",
    ),
    "channel_carries_no_letter": (
        "A letter was to go to a folder on a server, where nobody would read it.",
        _NOT_SENT,
        "Choose mail or a text message for letters and passwords.",
    ),
    "folder_of_another_recipient": (
        "A file was to go into a folder that is bound for somebody else.",
        _NOT_SENT,
        "Choose this recipient's own channel, or write their address under the channel's to.",
    ),
    "listing_malformed": (
        "A server lists names that no folder can have, or more than a folder ever holds.",
        "None of them was followed; the folder is not taken for empty.",
        "Ask whoever runs the server to look: it is broken, or somebody plays tricks.",
    ),
}
