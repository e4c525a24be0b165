"""A parcel that may not or could not go by mail or text message: what a person does about it."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing of it has left."
_NO_ONE: Final = "Nothing of it has left; the recipient's server did not even hear to whom."
_OTHER_WAY: Final = (
    "Choose another way for this recipient: a shared link, their server by SFTP, e-Boks or an "
    "encrypted USB stick."
)
_FAULT: Final = "This is a fault of Gallra's: report the code. Change nothing by hand."

MAIL_AND_TEXT: Final[dict[str, tuple[str, str, str]]] = {
    # --- any way out --------------------------------------------------------------------------
    "parcel_malformed": (
        "A parcel had a name, subject or text with something in it that must not be there.",
        _NOTHING,
        _FAULT,
    ),
    "parcel_file_missing": (
        "The sealed file is not where it was laid.",
        _NOTHING,
        "Rerun: it is sealed anew. If it stays, see to this machine's disk.",
    ),
    "parcel_changed": (
        "The sealed file became longer or shorter while it was being sent.",
        "The sending was broken off in the middle; the recipient got no letter.",
        "See who else writes into Gallra's folder, then rerun.",
    ),
    "sent_journal_unusable": (
        "The list of what was sent cannot be read or written.",
        "Nothing is sent without it: a restart could send something twice.",
        "See that the folder under journal in the controller's file of systems belongs to Gallra's "
        "user and that its disk is not full; then rerun.",
    ),
    "sent_journal_lost": (
        "The list of what was sent is not where it was begun: its folder is gone, empty or another "
        "one, or its disk is not mounted.",
        "Nothing is sent without it: what has arrived already could go a second time.",
        "Mount the disk, or put the folder back from a backup: the one under journal in the "
        "controller's file of systems. If it is lost for good, take back with `gallra share "
        "withdraw` whatever `gallra share list` shows as sending or opening; then make the folder "
        "anew, with an empty file called journal in it, and rerun.",
    ),
    # --- the recipient's mail server ----------------------------------------------------------
    "recipient_without_tls": (
        "The recipient's mail server does not take encrypted mail.",
        _NO_ONE,
        _OTHER_WAY,
    ),
    "recipient_tls_too_old": (
        "The recipient's mail server knows only encryption older than TLS 1.2.",
        _NO_ONE,
        _OTHER_WAY,
    ),
    "recipient_certificate_refused": (
        "The recipient's mail server could not prove that it is the right one: its certificate is "
        "expired, for another name, or signed by nobody known.",
        _NO_ONE,
        f"Tell the recipient's IT that their certificate is not valid. {_OTHER_WAY}",
    ),
    "recipient_unlike_smtp": (
        "What answered for the recipient is no mail server, or somebody on the way meddles.",
        _NO_ONE,
        "Try from another network; if it stays, tell the recipient's IT and choose another way.",
    ),
    "recipient_server_unreachable": (
        "None of the recipient's mail servers answered, or the connection was cut.",
        _NOTHING,
        "Rerun later. Outgoing port 25 must be open from this machine; many networks close it.",
    ),
    "recipient_server_inside": (
        "The recipient's domain leads to an address inside a private network.",
        _NO_ONE,
        "See that the address is right. If the server really is your own, name its address under "
        "servers in the controller's file of systems.",
    ),
    "recipient_domain_unknown": (
        "The recipient's domain does not exist.",
        _NOTHING,
        "See that the address is spelled right.",
    ),
    "recipient_takes_no_mail": (
        "The recipient's domain takes no mail at all.",
        _NOTHING,
        f"See that the address is spelled right. {_OTHER_WAY}",
    ),
    "recipient_not_pinned": (
        "Mail may go to the domains named in the controller's file of systems only.",
        _NOTHING,
        "Add the domain and its mail server under servers there, or choose another way.",
    ),
    "dns_unreachable": (
        "It could not be found out which server takes the recipient's mail.",
        _NOTHING,
        "See to this machine's network and name servers, then rerun.",
    ),
    "recipient_without_smtputf8": (
        "The address has letters beyond a to z, and the recipient's server does not take those.",
        _NOTHING,
        "Ask the recipient for an address with plain letters.",
    ),
    "recipient_refused": (
        "The recipient's server does not know one of the addresses, or sends it on elsewhere.",
        "Nobody got the letter: all of the addresses get it, or none.",
        "Ask the recipient for the right address and change it among the recipients.",
    ),
    "recipient_says_later": (
        "The recipient's server asks to come back later.",
        _NOTHING,
        "Nothing: rerun in a quarter of an hour.",
    ),
    "sender_refused": (
        "The recipient's server does not take mail from our sender.",
        _NOTHING,
        "Ask IT that this machine may send for the sender's domain (SPF, reverse DNS), or send by "
        "a relay.",
    ),
    "letter_refused": (
        "The recipient's server refused the letter for good when it had seen it.",
        "Nobody got the letter.",
        f"Ask the recipient's IT whether they refuse sealed files. {_OTHER_WAY}",
    ),
    "parcel_too_large_for_mail": (
        "The sealed file is larger than mail may be here or at the recipient's.",
        _NOTHING,
        "Share it by a link or by SFTP, or share fewer people or categories at a time.",
    ),
    "address_malformed": (
        "A recipient's address is no plain mail address.",
        _NOTHING,
        "Write it as name@domain among the recipients.",
    ),
    "recipients_in_two_domains": (
        "The recipients of one parcel have addresses in more than one domain.",
        _NOTHING,
        "Make one sharing for each recipient: each server is checked for itself.",
    ),
    # --- our own relay ------------------------------------------------------------------------
    "relay_without_requiretls": (
        "Our own mail server does not promise to send on over encrypted connections only.",
        _NOTHING,
        "Let IT switch on REQUIRETLS, or send to the recipient's server (route: direct).",
    ),
    "relay_not_protected": (
        "Our own mail server does not take encrypted mail, or could not prove that it is the one.",
        "Neither the letter nor our password was sent.",
        "Let IT see to its certificate and to TLS 1.2, then rerun.",
    ),
    "relay_login_refused": (
        "Our own mail server did not accept Gallra's user and password.",
        _NOTHING,
        "Renew the secret that the controller's file of systems names, then rerun.",
    ),
    "relay_unreachable": (
        "Our own mail server did not answer.",
        _NOTHING,
        "Rerun later; see that its name and port are right.",
    ),
    "authorities_unreadable": (
        "The file with the authorities to trust cannot be read.",
        _NOTHING,
        "See to the path under trusted in the controller's file of systems.",
    ),
    # --- text messages ------------------------------------------------------------------------
    "telephone_malformed": (
        "A telephone number is not written with its country.",
        _NOTHING,
        "Write it as +46… or +45… without blanks among the recipients.",
    ),
    "one_recipient_only": (
        "A text message goes to one telephone at a time.",
        _NOTHING,
        "Name one telephone number for this recipient.",
    ),
    "channel_carries_no_file": (
        "A text message carries no file.",
        _NOTHING,
        "Choose another way for the file; the password may go by text message.",
    ),
    "text_too_long_for_sms": (
        "A text is empty, or too long for a text message.",
        _NOTHING,
        _FAULT,
    ),
    "text_refused": (
        "The gateway for text messages refused the text or the number.",
        "Nobody got it.",
        "See that the number is right and that the binding names the fields as the gateway does.",
    ),
    "gateway_login_refused": (
        "The gateway for text messages did not accept our token.",
        "Neither the text nor the number was sent.",
        "Renew the token that the controller's file of systems names, then rerun.",
    ),
    "gateway_unreachable": (
        "The gateway for text messages did not answer or asks to come back later.",
        _NOTHING,
        "Rerun later.",
    ),
    "answer_lost": (
        "Something was sent and the answer to it was lost.",
        "The other side takes the same thing once, however often it is sent.",
        "Rerun: it asks again and does nothing twice.",
    ),
}
