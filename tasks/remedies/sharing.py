"""A container that cannot be sealed: what a person does about it, code by code."""

from __future__ import annotations

from typing import Final

from tasks.remedies.graph import GRAPH
from tasks.remedies.mail_channels import MAIL_AND_TEXT
from tasks.remedies.reading_out import READING_OUT
from tasks.remedies.sftp import SFTP
from tasks.remedies.shared_folders import SHARED_FOLDER

_NOTHING: Final = "Nothing has left, and nothing lies there unencrypted."
_FAULT: Final = "This is a fault of Gallra's: report the code. Change nothing by hand."

REMEDIES: Final[dict[str, tuple[str, str, str]]] = {
    "recipient_not_encrypted": (
        "Mail to the recipient's domain is not known to be encrypted all the way.",
        _NOTHING,
        "Take another channel, or let the administrator enforce TLS to that domain and write it "
        "under encrypted_to in the bindings.",
    ),
    "address_malformed": (
        "The recipient's address is no single mail address.",
        _NOTHING,
        "Correct the recipient's address in the bindings.",
    ),
    "parcel_too_large": (
        "The sealed file is larger than the mailbox sends.",
        _NOTHING,
        "Share it by a folder, or share fewer people or categories at a time.",
    ),
    "mailbox_not_found": (
        "The mailbox that the binding names does not answer to the app.",
        _NOTHING,
        "Correct mailbox in the bindings, or let the administrator give the app access to it.",
    ),
    "upload_incomplete": (
        "The sealed file did not arrive whole in the draft.",
        "Nothing has been sent; the next try purges the draft and begins anew.",
        "Rerun. If it stays, see that no rule of the tenant takes attachments away.",
    ),
    **GRAPH,
    **MAIL_AND_TEXT,
    **SFTP,
    **SHARED_FOLDER,
    **READING_OUT,
    "container_not_encrypted": (
        "A sealed file was tried before it was sent, and something of it could be read without its "
        "password.",
        "It was thrown away and has not left.",
        "Do not send it in another way. Rerun; if it stays, tell the data protection officer and "
        "report the code.",
    ),
    "container_differs": (
        "A sealed file was opened again with its password, and its content was not what went in.",
        "It was thrown away and has not left.",
        "See to this machine's disk and memory, then rerun.",
    ),
    "container_too_large": (
        "The content is too large for a protected workbook or PDF.",
        _NOTHING,
        "Choose the zip, which takes any size, or share fewer people or categories at a time.",
    ),
    "container_empty": (
        "There is nothing to put into the file.",
        _NOTHING,
        "See whether the chosen people have anything in the chosen categories.",
    ),
    "container_source_unreadable": (
        "What should be sealed is no open workbook or PDF: it is damaged, or has a password.",
        _NOTHING,
        "Choose the zip, which takes every file as it is.",
    ),
    "container_not_written": (
        "The sealed file could not be written to the disk.",
        _NOTHING,
        "See that the disk is not full and that the folder belongs to Gallra's user; then rerun.",
    ),
    "container_name_not_neutral": (
        "A sealed file would have had a name other than its reference.",
        _NOTHING,
        _FAULT,
    ),
    "password_not_generated": (
        "A file would have been sealed with a password that Gallra did not make.",
        _NOTHING,
        _FAULT,
    ),
    "row_of_another_width": (
        "A row of the table has more or fewer fields than its header.",
        _NOTHING,
        _FAULT,
    ),
    "text_not_writable": (
        "A text has characters that no table can hold, or that show it in another order than it "
        "is written in.",
        "Nothing was written, and nothing has left.",
        "Correct it at the source, import it again, and rerun.",
    ),
    "text_not_printable": (
        "A text has characters that no font on this machine can show.",
        "No page was made that cannot be read.",
        "Install the fonts (Debian: fonts-noto-core), or choose the workbook or the zip.",
    ),
}
