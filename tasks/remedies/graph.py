"""What Microsoft 365 says when it is read, written to or shared from, and what to do about it."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed there, and nothing is taken for empty or gone."

GRAPH: Final[dict[str, tuple[str, str, str]]] = {
    "graph_token_refused": (
        "Microsoft 365 did not accept the app: its certificate, its secret or its tenant.",
        _NOTHING,
        "Let the administrator see whether the certificate or secret has run out and whether "
        "tenant and client_id in the bindings are right; then rerun.",
    ),
    "graph_right_missing": (
        "Microsoft 365 knows the app, but does not let it do this.",
        _NOTHING,
        "Let the administrator give the app the right that the system's part in "
        "`deployments/systems/README.md` names, for this one place; then rerun.",
    ),
    "graph_certificate_unreadable": (
        "The app's certificate cannot be read, or has no private key with it.",
        _NOTHING,
        "Put a PEM file with certificate and key, or a PFX file in base64, where the binding "
        "says; then rerun.",
    ),
    "item_missing": (
        "Something that the binding names is not there: a drive, a folder or a mailbox.",
        _NOTHING,
        "Compare the ids in the bindings with Microsoft 365; then rerun.",
    ),
    "upload_lost": (
        "Microsoft 365 forgot a file in the middle of its upload.",
        "Nobody sees a file that is not whole; what was sent of it is thrown away.",
        "Rerun: it is brought anew.",
    ),
    "file_too_short": (
        "A file became shorter while it was being sent.",
        "Nobody sees a file that is not whole; what was sent of it is thrown away.",
        "See that nobody else writes to Gallra's folders, then rerun.",
    ),
    "share_folder_open": (
        "The folder that files are shared from is itself shared by a link, with everybody or with "
        "the whole organisation.",
        "Nothing was put there.",
        "Remove that link from the folder in OneDrive, then rerun.",
    ),
    "share_too_wide": (
        "Microsoft 365 made a link that opens for more people, or for longer, than was asked for.",
        "The link and the file were removed again.",
        "Let the administrator allow links for specific people with an end date, or choose "
        "another channel.",
    ),
}
