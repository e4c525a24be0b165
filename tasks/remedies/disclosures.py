"""A disclosure that is refused, waits for a person or is not taken back: what to do, code by
code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing has left, and the refusal stands in the ledger."
_UNCHANGED: Final = "Nothing was changed and nothing has left."
_ANEW: Final = "Prepare another one with `gallra share prepare` and have that one approved."
_POLICY: Final = (
    "The sentence that it rests on stands above. What the policy does not allow, only another "
    "policy allows."
)
_BINDINGS: Final = "Write it into the controller's file of systems, then try again."

DISCLOSURES: Final[dict[str, tuple[str, str, str]]] = {
    # --- what the policy does not allow -----------------------------------------------------------
    "sharing_not_planned": (
        "The policy shares nothing with anybody.",
        _NOTHING,
        _POLICY,
    ),
    "recipient_unknown": (
        "The policy names no such recipient.",
        _NOTHING,
        "Choose one that stands under `recipients` in the policy; " + _POLICY,
    ),
    "only_anonymous": (
        "Nothing by which anybody could be recognised goes to this recipient or for this purpose.",
        _NOTHING,
        "Gallra gives out people's data and makes nothing anonymous. Somebody takes out what is "
        "needed so that nobody can ever be found in it again, and has it judged by the data "
        "protection officer; that is no disclosure of Gallra's.",
    ),
    "recipient_outside_eea": (
        "The recipient is outside the EU and the EEA.",
        _NOTHING,
        "Ask the data protection officer: such a transfer needs a ground of its own (GDPR "
        "chapter V), which Gallra cannot judge.",
    ),
    "subject_not_for_recipient": (
        "Nobody of that kind is among those about whom this recipient may be told.",
        _NOTHING,
        _POLICY,
    ),
    "category_unknown": (
        "The policy has no such category of data.",
        _NOTHING,
        "Choose categories that stand in the policy.",
    ),
    "category_not_for_recipient": (
        "This recipient may not be given one of these categories.",
        _NOTHING,
        "Leave it out. " + _POLICY,
    ),
    "purpose_unknown": (
        "The policy has no such purpose.",
        _NOTHING,
        "Choose one that stands under `purposes` in the policy.",
    ),
    "category_not_needed": (
        "The purpose does not need one of these categories.",
        _NOTHING,
        "Leave it out, or choose the purpose that needs it.",
    ),
    "legal_basis_undecided": (
        "Nobody has decided on which legal basis this rests.",
        _NOTHING,
        "Have the open decision taken and written into the policy; `gallra policy check` lists it.",
    ),
    "until_is_past": (
        "The last day on which the recipient may have it is over already.",
        _NOTHING,
        "Give a day to come: `--until`.",
    ),
    "no_sharing_rule": (
        "No sentence of the policy allows data of this class to be given to this recipient.",
        _NOTHING,
        _POLICY,
    ),
    "channel_not_allowed": (
        "Data of this class may not go this way.",
        _NOTHING,
        "Choose one of the channels that the sentence above names; they stand under `sharing`.",
    ),
    "safeguard_missing": (
        "This way does not have the protection that the sentence asks for.",
        _NOTHING,
        "Let the password go by another channel to another address, or choose another channel.",
    ),
    "condition_missing": (
        "Such data is shared only with consent, by legal duty, or where the case was judged.",
        _NOTHING,
        "Say on what it rests: `--because`.",
    ),
    "condition_not_asked_for": (
        "The sentence does not let it rest on that.",
        _NOTHING,
        _POLICY,
    ),
    "no_legal_duty": (
        "The policy knows of no law that asks for data to be given to this recipient.",
        _NOTHING,
        _POLICY,
    ),
    # --- preparing --------------------------------------------------------------------------------
    "selection_empty": (
        "Nobody was chosen.",
        _UNCHANGED,
        "Name people or cases by reference, a case number or a project.",
    ),
    "nothing_to_disclose": (
        "There is nothing of these categories about anybody who was chosen.",
        _NOTHING,
        "See with `gallra find` what there is.",
    ),
    "channel_not_bound": (
        "No channel of that name is bound.",
        _UNCHANGED,
        _BINDINGS,
    ),
    "channel_kind_unknown": (
        "Nobody has said what a channel of this kind protects.",
        _UNCHANGED,
        "Choose another channel.",
    ),
    "contact_not_bound": (
        "The recipient has no contact of that name.",
        _UNCHANGED,
        _BINDINGS,
    ),
    "contact_not_reached": (
        "The contact has no address for this channel.",
        _UNCHANGED,
        _BINDINGS,
    ),
    "password_way_without_letters": (
        "The password would go by a channel that carries files only.",
        _UNCHANGED,
        "Name a channel of mail or text messages under `password_by` in the file of systems.",
    ),
    "password_not_apart": (
        "The password would go by the file's own channel, by another of the same kind, or to the "
        "same address.",
        _NOTHING,
        "Give the contact another `password_by` (a text message, a telephone call, a letter), or a "
        "mailbox of its own for passwords, `password_email`, in the file of systems.",
    ),
    "container_unknown": (
        "There is no such container.",
        _UNCHANGED,
        "Choose zip, xlsx or pdf.",
    ),
    "plan_erases_nothing": (
        "This plan is a disclosure: nothing is erased by it.",
        "Nothing was erased.",
        "Carry it out with `gallra share send`.",
    ),
    "plan_discloses_nothing": (
        "This plan is an erasure: nothing leaves by it.",
        "Nothing has left.",
        "Carry it out with `gallra execute`.",
    ),
    "disclosure_unknown": (
        "No disclosure has that reference.",
        _UNCHANGED,
        "See them with `gallra share list`.",
    ),
    "disclosure_step_not_allowed": (
        "A disclosure cannot go on like that from where it stands.",
        _UNCHANGED,
        "See with `gallra share show` where it stands.",
    ),
    "disclosure_changed_meanwhile": (
        "Another run was faster.",
        "Nothing was done twice.",
        "See with `gallra share show` where it stands.",
    ),
    # --- sending ----------------------------------------------------------------------------------
    "disclosure_key_gone": (
        "What the password is made of is destroyed: it was sent, or a backup was put back.",
        "Nothing was sent again.",
        _ANEW,
    ),
    "contact_changed": (
        "The contact, or a channel, is bound to another address than the one that was agreed to.",
        "Nothing goes to the new address: no password, and no letter that asks to delete.",
        "Put the binding back, then rerun. If the new one is right and the password was not sent "
        "yet, run `gallra share withdraw`, prepare another one and have that one approved. If its "
        "time is up, ask the recipient yourself, then `gallra share confirm P-… --deleted --by "
        "HANDLE`.",
    ),
    "time_is_up": (
        "The last day was over before the password was sent.",
        "Without its password nobody can read what was sent; it is taken back.",
        "Run `gallra share withdraw`. " + _ANEW,
    ),
    "password_held_back": (
        "The sealed file was sent, and by now its content may not be given: the policy is another "
        "one, or something of it is erased or being erased.",
        "Its password is not sent, and nobody can read the file without it.",
        "Run `gallra share withdraw`. If it may be given after all: " + _ANEW,
    ),
    "perhaps_delivered": (
        "It may have arrived, and this way nobody can look.",
        "It is not sent again before somebody knows.",
        "Ask the recipient whether it arrived, then say so: `gallra share confirm P-… --by HANDLE` "
        "with `--arrived` or `--not-arrived`.",
    ),
    "find_out_whether_sent": (
        "Something may have arrived at a recipient, and only a person can find out.",
        "It is not sent again before somebody knows; without container and password together "
        "nobody reads it.",
        "Ask the recipient, naming the reference alone, then say so: `gallra share confirm "
        "P-… --by HANDLE` with `--arrived` or `--not-arrived`.",
    ),
    "not_there_after_sending": (
        "The channel took it, and when it was looked for it was not there.",
        "It is not called sent.",
        "Rerun. If it stays, look into the channel itself.",
    ),
    "outgoing_not_writable": (
        "The folder for what is about to leave cannot be written.",
        "Nothing has left.",
        "See that the folder `outgoing` in Gallra's home belongs to who runs Gallra, then rerun.",
    ),
    "outgoing_not_empty": (
        "A sealed container lies in the outgoing folder and cannot be removed.",
        "It is sealed: nobody reads it without its password.",
        "See that the folder `outgoing` in Gallra's home belongs to who runs Gallra, then rerun.",
    ),
    "foreign_in_outgoing": (
        "Something that Gallra did not lay there is in the folder for what is about to leave.",
        "It was left as it is, and keeps nothing from being sent.",
        "See what it is and whose, in the folder `outgoing` in Gallra's home, and take it away.",
    ),
    "nothing_to_find_out": (
        "Nobody has to find out anything about this disclosure.",
        _UNCHANGED,
        "See with `gallra share show` where it stands.",
    ),
    # --- handed over by a person ------------------------------------------------------------------
    "channel_carries_no_files": (
        "No file goes by this channel: it is one for passwords.",
        _UNCHANGED,
        "Choose a channel that carries files.",
    ),
    "hand_over_folder_unsafe": (
        "The folder from which a file is fetched is a link, no folder, or somebody else's.",
        "Nothing lies there.",
        "Let `folder` of that channel be a folder that belongs to who runs Gallra, then rerun.",
    ),
    "hand_over_not_writable": (
        "The folder from which a file is fetched cannot be written or looked at.",
        "Nothing has been handed over.",
        "See that it is there and belongs to who runs Gallra, then rerun.",
    ),
    "only_a_person_tells": (
        "This way a person goes; no letter is put into a folder, as it may hold a password.",
        "Nothing was written.",
        "See with `gallra work-orders list` what is to be told, and `gallra share password`.",
    ),
    "nothing_to_hand_over": (
        "No file of this disclosure lies ready for anybody.",
        _UNCHANGED,
        "See with `gallra share show` where it stands; `gallra share send` lays it ready when it "
        "is approved.",
    ),
    "no_password_to_tell": (
        "There is no password to tell: the file was not handed over yet, it goes by a machine, or "
        "somebody has confirmed that it was told.",
        "It is shown to nobody.",
        "See with `gallra share show` where it stands. When the file was handed over, "
        "`gallra share send` goes on.",
    ),
    "work_order_hands_over": (
        "This work order hands something over: nobody's papers are on it.",
        _UNCHANGED,
        "`gallra share show --where` says where the file lies, `gallra share password` shows the "
        "password.",
    ),
    # --- its time is up ---------------------------------------------------------------------------
    "not_withdrawn": (
        "It was taken back, and looking again does not show that it is gone.",
        "It is not called withdrawn.",
        "Rerun. If it stays, take the access away by hand in the channel itself, and rerun.",
    ),
    "channel_rebound": (
        "A channel leads to another place than when this was sent by it.",
        "It is not called withdrawn: what lies in the old place is not looked for in the new one.",
        "Put the old binding of the channel back, rerun `gallra share withdraw`, and change it "
        "afterwards. If the old place is beyond reach, have its administrator take the file away, "
        "and tell the data protection officer.",
    ),
    "recipient_deletes": (
        "The time of a disclosure is up and it lies with the recipient.",
        "Our own copy is gone; the recipient is asked to delete theirs, by letter or by the person "
        "of a work order.",
        "When the recipient has confirmed it: `gallra share confirm P-… --deleted --by HANDLE`.",
    ),
    "not_with_recipient": (
        "The recipient does not have to delete it now.",
        _UNCHANGED,
        "See with `gallra share show` where it stands.",
    ),
    "disclosure_overdue": (
        "The time of a disclosure is up, and it is neither taken back nor said to be deleted.",
        "It stays on the list until it is.",
        "See with `gallra share list` which; `gallra share withdraw` takes it back.",
    ),
    # --- telling recipients -----------------------------------------------------------------------
    "tell_recipients": (
        "What a recipient received about somebody was rectified, erased or restricted since.",
        "It is so with us; what the recipient has is with them.",
        "Nothing, where a mailbox is bound: the next run of `share` writes to them. Else a work "
        "order names who tells them. See why with `gallra share list`, about whom with `gallra "
        "share about`, the text with `--letter`; who has told them notes it: `gallra share told`.",
    ),
    "telling_overdue": (
        "A recipient should have been told of a rectification, erasure or restriction by now.",
        "It is so with us; what the recipient has is with them.",
        "See with `gallra share list` which one and how; tell them today with the text of `gallra "
        "share about N-… --letter`, then note it: `gallra share told`.",
    ),
    "telling_not_in_ledger": (
        "A telling stands in the records of which the ledger knows nothing.",
        "Nobody was written to because of it.",
        "Somebody has changed the records by hand: tell the data protection officer. See it with "
        "`gallra share list`.",
    ),
    "no_mailbox_bound": (
        "No mailbox of that recipient is bound, or no way of mail that reaches it.",
        "No letter was sent; a work order says who tells them.",
        "Tell them with the text of `gallra share about N-… --letter`. For the next time write "
        "`email` for the contact into the file of systems.",
    ),
    "nothing_left": (
        "What was on its way when the data changed never left: there is nobody to tell.",
        "The telling is closed and stands in the ledger.",
        "Nothing to do.",
    ),
    "telling_unknown": (
        "No telling has that reference.",
        _UNCHANGED,
        "See them with `gallra share list`.",
    ),
    "telling_of_erasure": (
        "That an erasure is to be told is noted by the erasure itself, when it is proven.",
        _UNCHANGED,
        "See it with `gallra share list`. Start one by hand for `rectified` or `restricted` alone.",
    ),
    "telling_done": (
        "That recipient was told already.",
        _UNCHANGED,
        "Nothing to do.",
    ),
    "telling_changed": (
        "Somebody else noted it at the same moment.",
        _UNCHANGED,
        "Nothing to do.",
    ),
}
