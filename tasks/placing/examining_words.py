"""What every finding about a system means, and what to ask its administrator for."""

from __future__ import annotations

from typing import Final

from connectors.examination import Finding
from tasks.remedies.every import remedy_for

_ASK: Final = "Ask the administrator:"

WORDS: Final[dict[str, str]] = {
    "answers": "It answers, lets Gallra in and is as its binding says.",
    "rights_fit": "What shows of the rights is what is needed, and no more.",
    # --- deletion -----------------------------------------------------------------------------
    "deletion_for_good": "A file of Gallra's own was put there and deleted for good.",
    "mail_is_purged": "A draft of Gallra's own was made and purged.",
    "deletion_not_tried": (
        "Whether Gallra may put and delete there was not tried. Run `gallra systems check "
        "--probe`: it puts a file or draft of its own and deletes it for good."
    ),
    "deletion_refused": (
        f"Something keeps what Gallra deletes. {_ASK} lift the hold, retention label or policy "
        "from this place, or give the missing right to delete for good. A probe that stayed is "
        "called gallra-probe and says nothing of anybody."
    ),
    "file_still_there": (
        f"What Gallra deleted is still shown. {_ASK} which hold or policy keeps it?"
    ),
    "name_taken": (
        "Somebody else's file has the name gallra-probe.tmp. Take it away, then look again."
    ),
    # --- Microsoft 365 ------------------------------------------------------------------------
    "graph_rights_fit": "The app has what it needs, and no more.",
    "graph_rights_not_shown": (
        f"The app's rights do not show. {_ASK} which API permissions does the app have, and is "
        "that no more than docs/connecting.md names?"
    ),
    "graph_acts_as_a_person": (
        f"The app acts in a person's name. {_ASK} give it application permissions of its own and "
        "take the delegated ones away."
    ),
    "graph_files_missing": (
        f"The app may reach no files. {_ASK} grant Sites.Selected (application), consent to it, "
        "and give the app write on this one site."
    ),
    "graph_mail_missing": (
        f"The app may not read the mailbox. {_ASK} give it Application Mail.ReadWrite for the "
        "bound mailboxes by RBAC for Applications."
    ),
    "graph_sending_missing": (
        f"The app may not send. {_ASK} give it Application Mail.Send for the bound mailbox by "
        "RBAC for Applications."
    ),
    "graph_whole_tenant": (
        f"The app may change every file of the organisation. {_ASK} give it Sites.Selected with "
        "write on this one site instead, take the wide permission away, then run `gallra systems "
        "check --probe`."
    ),
    "graph_rights_too_many": (
        f"The app has permissions that nothing here needs. {_ASK} take these away."
    ),
    "graph_secret_not_certificate": (
        f"The app proves itself by a secret, which whoever reads it can use elsewhere. {_ASK} "
        "replace it by a certificate whose key never leaves this machine."
    ),
    "mailboxes_perhaps_all": (
        f"By its permissions the app reaches every mailbox of the organisation. {_ASK} is it "
        "limited to the bound ones? By RBAC for Applications with a scope (then the permissions "
        "granted in Entra must be taken away: the two add up), or by an older application access "
        "policy. Test-ServicePrincipalAuthorization, or Test-ApplicationAccessPolicy, with "
        "another mailbox must say no."
    ),
    "mailboxes_by_exchange": (
        "The app has no mail permission in Entra and still reaches the bound mailboxes: Exchange "
        "itself limits it (RBAC for Applications)."
    ),
    "onedrive_copies": (
        f"{_ASK} does a retention policy, label, eDiscovery hold or backup apply to this site? "
        "They keep copies (Preservation Hold library) that no program sees or deletes. Have the "
        "site excepted, and note what stays with the certificate."
    ),
    "mail_copies": (
        f"{_ASK} does a litigation hold, retention policy, journal or backup apply to these "
        "mailboxes, and how long are deleted items kept? What is purged stays recoverable for "
        "administrators that long, and under a hold for as long as it lasts."
    ),
    # --- Google -------------------------------------------------------------------------------
    "drive_rights_missing": (
        f"The service account lacks rights in the folder. {_ASK} make it a manager of the shared "
        "drive: nobody else may delete there past the trash."
    ),
    "reading_would_do": (
        f"This place is only read, but the account may change it. {_ASK} make it a viewer there."
    ),
    "drive_delegation": (
        f"The account acts in a person's name by domain-wide delegation. {_ASK} is the delegation "
        "for the Drive scope alone? It reaches everybody's drive; a shared drive does not."
    ),
    "drive_memberships": (
        f"{_ASK} is the service account a member of this one shared drive and of nothing else, "
        "and is the drive shared with nobody who may not read all of it?"
    ),
    "drive_copies": (
        f"{_ASK} does a retention rule or hold of Google Vault cover this drive? An administrator "
        "can bring deleted files back for some weeks; Vault keeps them for as long as its rule "
        "says."
    ),
    # --- SFTP ---------------------------------------------------------------------------------
    "sftp_not_shut_in": (
        "The account sees the server's other folders. Ask whoever runs the server to shut it into "
        "a folder of its own (ChrootDirectory, internal-sftp)."
    ),
    "sftp_copies": (
        "Ask whoever runs the server: do snapshots or backups keep what is deleted there, and for "
        "how long?"
    ),
    # --- folders ------------------------------------------------------------------------------
    "folder_rights_missing": (
        f"Gallra's user may not read and empty the folder. {_ASK} give it the right to read, "
        "write and delete there."
    ),
    "folder_open_to_others": (
        f"Other users of the machine get at it. {_ASK} let only Gallra and those who bring files "
        "there get at it."
    ),
    "folder_copies": (
        f"{_ASK} do snapshots, backups, a synchronised folder or a recycle bin of the share keep "
        "what is deleted there, and for how long?"
    ),
    # --- databases and interfaces -------------------------------------------------------------
    "sql_rights_missing": (
        f"Gallra's user may not read, change and delete in a bound table. {_ASK} GRANT SELECT, "
        "UPDATE, DELETE on it."
    ),
    "sql_superuser": (
        f"Gallra's user is a superuser or may make roles or databases. {_ASK} give Gallra a user "
        "of its own that owns nothing and has rights on the bound tables only."
    ),
    "sql_other_tables": (
        f"Gallra's user may change tables that are not bound. {_ASK} revoke its rights on them."
    ),
    "sql_triggers": (
        f"Triggers lie on a bound table. {_ASK} does one copy changed or deleted rows to a "
        "history table? Then bind that table as well."
    ),
    "sql_copies": (
        f"{_ASK} how long do backups, archived logs (WAL) and replicas of this database keep what "
        "is deleted?"
    ),
    "http_rights": (
        f"The token's rights do not show. {_ASK} may it read, erase and empty the bound resources, "
        "and nothing else?"
    ),
    "http_without_token": (f"The interface answers without a token. {_ASK} who else can reach it?"),
    "http_deletion": (
        f"Erasing is never tried here: every record is somebody's. {_ASK} does the interface erase "
        "for good, or mark as deleted?"
    ),
    "http_copies": f"{_ASK} how long do the system's recycle bin, logs and backups keep records?",
    # --- for disclosures ----------------------------------------------------------------------
    "read_out": "A disclosure can take from here what its binding names; nothing of it was kept.",
    "nothing_to_read_out": (
        "Nobody stands there yet, so it was not tried whether a disclosure could take anything."
    ),
    "protected_not_marked": (
        f"The binding does not say by what a protected identity shows. {_ASK} in which column or "
        "field is it marked? Write it under `protected`: nothing of such a record is given out."
    ),
    # --- ways and others ----------------------------------------------------------------------
    "way_open": "A parcel may go this way to them, by verified encryption.",
    "way_by_hand": "A person hands a parcel over to them this way, on a work order.",
    "password_way_open": "A password may go this way to them, to another address than the file.",
    "gateway_not_asked": (
        "The number is one, but whether the gateway knows Gallra was not asked: no way to ask that "
        "without sending is bound. Write under `probe` a path of the gateway's that answers to our "
        "token and sends nothing."
    ),
    "way_for_others": ("A parcel may not go this way to them; another bound channel reaches them."),
    "nobody_to_try": (
        "No contact under recipients is reached by this channel, so it was not tried."
    ),
    "by_hand": "A person does it here, on a work order; there is nothing to try.",
    "not_there": "The company does not have it.",
    "witness_not_apart": (
        f"The witness lies on the volume that it should witness. {_ASK} a folder on another "
        "volume to which this host may only append."
    ),
    "witness_keeps": "The witness shows what it has.",
    "mail_server_answers": "The mail server answers over TLS and lets Gallra in; nothing was sent.",
}
"""Code of a finding → what it says. Codes of errors that are not here say what they always say."""


def sentence(found: Finding) -> str:
    """What a finding says, with the names that it is about."""
    told = WORDS.get(found.code)
    if told is None:
        advice = remedy_for(found.code)
        told = f"{advice.happened} {advice.next}"
    return f"{told} ({', '.join(found.about)})" if found.about else told
