"""A plan that is carried out, a work order, a certificate, a restore: what a person does about what
stops them, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed and nothing was deleted."
_STAYS: Final = "What is not proven is not certified; what was proven stays so."
_RERUN: Final = "Rerun the plan: it goes on where it stopped and does nothing twice."
_DPO: Final = "Change nothing on this host, and tell the data protection officer."

EXECUTION: Final[dict[str, tuple[str, str, str]]] = {
    # --- carrying out -----------------------------------------------------------------------------
    "plan_not_proven": (
        "Something of the plan is left that does not take its course by itself.",
        _STAYS,
        "The plan's page says system by system what is left and who must act; then rerun it.",
    ),
    "held_meanwhile": (
        "A hold was placed while our own records were about to forget somebody.",
        _NOTHING,
        "Rerun the plan: it gives up what is held and goes on with the others.",
    ),
    "subject_still_there": (
        "Our own records were read again and somebody who should be gone was still there.",
        _STAYS,
        "Rerun the plan. If it stays, tell the data protection officer.",
    ),
    "placement_lost": (
        "Our records do not say any more under which number somebody stands in another system.",
        "Nothing was erased there, and nothing is taken for gone.",
        "Take the inventory anew, let the plan be drawn up again, and have it approved.",
    ),
    "system_not_bound": (
        "A system of the plan is not among the bound ones any more.",
        "A system that cannot be looked at is never taken for empty.",
        "Bind it again in the controller's file of systems, or say there that it is absent; then "
        "rerun the plan.",
    ),
    "system_shows_nothing": (
        "A system shows nobody at all, although people stand there who are on no plan.",
        "Nothing was erased there and nothing is called gone: it may be another system, or broken.",
        "See that the binding names the right system and that its account sees everybody; rerun.",
    ),
    "approval_not_in_ledger": (
        "The records say that this plan is approved, and the ledger does not.",
        "Nothing more of it was carried out.",
        _DPO,
    ),
    "plan_not_as_approved": (
        "The items of this plan are not the ones that were approved.",
        "Nothing more of it was carried out.",
        _DPO,
    ),
    "attempt_not_in_ledger": (
        "The records count other attempts at sending this disclosure than the ledger does.",
        "Nothing more of it was sent: it could go a second time. It can still be taken back.",
        "Change nothing on this host, and tell the data protection officer.",
    ),
    "stage_not_in_ledger": (
        "The records said something else of where a disclosure stands, or of its last day, than "
        "the ledger does.",
        "Nothing is sent by what they said. Before anything is taken back they are made again what "
        "the ledger says, so it is taken back, or the recipient asked, all the same.",
        "Find out who can write into the records, and tell the data protection officer; when that "
        "is done, close it with `gallra done`.",
    ),
    "proof_not_in_ledger": (
        "The records call something proven of which the ledger has no proof.",
        "Nothing more was erased, and there is no certificate.",
        _DPO,
    ),
    "no_archive": (
        "A rule archives before it erases, and there is no archive.",
        "Nothing was erased there; the other systems went on.",
        "Write the folder into the controller's file of systems (archive: kind: folder), then "
        "rerun the plan.",
    ),
    "archive_differs": (
        "The copy in the archive was read again and is not what was written.",
        "Nothing was erased: the original is where it was.",
        "Look at the archive's disk; then rerun the plan.",
    ),
    "nothing_may_go": (
        "Nothing of this person may be erased now: a law keeps it, a hold, or a plan under way.",
        _NOTHING,
        "`gallra explain` says which, and until when; answer the person with that.",
    ),
    # --- work orders ------------------------------------------------------------------------------
    "work_order_unknown": (
        "There is no work order under that reference.",
        _NOTHING,
        "`gallra work-orders list` shows the open ones.",
    ),
    "work_order_done": (
        "This work order was done before.",
        "What was said about it stays as it was said.",
        "Nothing, unless a second person still has to confirm it.",
    ),
    "work_order_not_done": (
        "Nobody has said yet that the place is weeded, or it is confirmed already.",
        _NOTHING,
        "Whoever weeds it says so first (`gallra work-orders done`); then somebody else confirms.",
    ),
    "work_order_withdrawn": (
        "Everybody on this work order is held or no longer due: there is nothing to weed.",
        "Their papers stay where they are.",
        "Leave the papers where they are; when the hold is released a new plan takes them up.",
    ),
    "work_order_changed": (
        "Somebody else has just finished or confirmed this work order.",
        "It was noted once.",
        "Look at it again with `gallra work-orders show`.",
    ),
    "work_order_without_rule": (
        "The policy does not say any more how this place is weeded.",
        _NOTHING,
        "Write by_hand for the place into the policy again, until its work orders are finished.",
    ),
    "no_work_order_rule": (
        "The policy does not say who weeds this place, and how.",
        "The place is not weeded and not called done.",
        "Write by_hand for the place into the policy; then rerun the plan.",
    ),
    "same_person": (
        "Whoever weeded the place cannot confirm it as well.",
        "The work order still waits for its second person.",
        "Ask somebody else who holds the role to look and to confirm.",
    ),
    "role_may_not_finish": (
        "This officer does not hold the role that the work order names.",
        _NOTHING,
        "Let somebody with the role do it, or give the officer the role.",
    ),
    "role_may_not_confirm": (
        "This officer holds no role that may confirm a work order.",
        "The work order still waits for its second person.",
        "Let somebody with the order's role, or who may approve erasures, look and confirm.",
    ),
    "evidence_missing": (
        "The evidence is no file that can be read, or an empty one.",
        "The work order stays open.",
        "Name the file with the evidence, or one word such as shredded.",
    ),
    "evidence_of_another_kind": (
        "That word is no evidence for an order of this kind.",
        "The work order stays open.",
        "What was brought to somebody is handed-over, posted, uploaded or told; what was weeded is "
        "shredded, deleted, emptied, … Or name a file.",
    ),
    # --- certificates, journal, restore -----------------------------------------------------------
    "not_certified": (
        "There is no certificate: something of this plan is not proven.",
        _STAYS,
        "The plan's page says what is left and who must act.",
    ),
    "certificate_not_written": (
        "The certificate's copy could not be laid beside the witness.",
        "Everything is proven, and the certificate is in the records.",
        "See to the witness's disk, then rerun the plan: it lays the copy.",
    ),
    "certificate_malformed": (
        "This file is no erasure certificate, or only a part of one.",
        "Nothing in it can be relied on.",
        "Take the copy that lies beside the witness, or show it again from the records.",
    ),
    "certificate_forged": (
        "This certificate was changed after it was signed, or signed with another key.",
        "Nothing in it can be relied on.",
        "Compare it with the copy beside the witness, and tell the data protection officer.",
    ),
    "journal_not_written": (
        "The list of who was erased, which lies outside the databases, cannot be written.",
        "Nobody was forgotten: what a backup could bring back is not erased before it is listed.",
        "See to the disk beside the witness, then rerun the plan.",
    ),
    "journal_damaged": (
        "The list of who was erased, which lies outside the databases, was changed by somebody.",
        "Nothing is erased and nothing is restored by it.",
        _DPO,
    ),
    "journal_unreadable": (
        "The list of who was erased, which lies outside the databases, cannot be read.",
        _NOTHING,
        "See to the disk beside the witness, then rerun.",
    ),
    "said_not_written": (
        "The list of who said no, which lies outside the databases, cannot be written.",
        "Nothing was registered: a backup could bring back what they said no to.",
        "See to the disk beside the witness, then register it again, today.",
    ),
    "said_damaged": (
        "The list of who said no, which lies outside the databases, was changed by somebody.",
        "Nothing is registered and nothing is restored by it.",
        _DPO,
    ),
    "said_lost": (
        "The list of who said no, which lies outside the databases, is not whole: the records know "
        "of answers that it does not have.",
        "Nothing was restored: nobody would know who said no since the backup.",
        "Put the witness's folder back as it was, then run `gallra restore replay`.",
    ),
    "said_unreadable": (
        "The list of who said no, which lies outside the databases, cannot be read.",
        _NOTHING,
        "See to the disk beside the witness, then rerun.",
    ),
    "database_restored": (
        "These records are older than the witness knows: they were restored from a backup.",
        "Nothing opens them before the erasures since then are done again.",
        "Run `gallra restore replay`.",
    ),
    "keys_restored": (
        "A copy of the keys was put back, and with it keys that were destroyed since.",
        "Nothing opens them before these are destroyed again.",
        "Run `gallra restore replay`.",
    ),
    "witness_lost": (
        "The witness is not where it was, and with it the list of who was erased.",
        "Nothing was restored: nobody would know whom the backup brings back.",
        "Put the witness's folder back where it was, then run `gallra restore replay`.",
    ),
}
