"""What stands until a person acts: to-dos, alarms, and what lies in the exchange folder."""

from __future__ import annotations

from typing import Final

STANDING: Final[dict[str, tuple[str, str, str]]] = {
    # --- what a person must do (records.to_dos) ------------------------------------------------
    "export_again": (
        "A file was emptied out of the folder before it could be imported.",
        "The file is gone for good; nothing of it was stored.",
        "Export the list again from Arbetsförmedlingen's portal and put it in the folder.",
    ),
    "quarantined_rows": (
        "Rows of a file were set aside because something in them cannot be right.",
        "Nothing of those rows was stored; all other rows are imported.",
        "See each row's number and reason in the import's report, have it corrected at the source "
        "and export the list again.",
    ),
    "quarantined_processors": (
        "Rows of a list of processors were set aside because something in them cannot be right.",
        "Nothing of those rows was taken; all others are in the register.",
        "Mend them and import the list again (`gallra processor import`), or close this with "
        "`gallra done`.",
    ),
    "quarantined_consents": (
        "Rows of an exported form were set aside because something in them cannot be right.",
        "Nothing of those rows counts as an answer; all others are registered.",
        "Mend them in the form and read it in again: `gallra consent import` tells each row's "
        "number and reason.",
    ),
    "import_into_workbuster": (
        "An import workbook lies in Workbuster's exchange folder and waits for a person.",
        "The records are whole; the export is kept until Workbuster shows its cases, but no "
        "longer than until the daily purge.",
        "Import the workbook into Workbuster, then export Workbuster's own list into the same "
        "folder: the next run compares them.",
    ),
    "restricted_cases": (
        "Cases of an import belong to somebody whose data may only be stored by now (art. 18).",
        "They are stored here, and not handed to the case system; everybody else's are. The file "
        "goes with the daily purge.",
        "Nothing, as long as the restriction stands (`gallra hold list`): when it is lifted, the "
        "next import hands them over by itself and closes this.",
    ),
    "anonymise_in_workbuster": (
        "A person is to be erased, and only a person can do that in Workbuster.",
        "Nothing of the person was erased yet, neither here nor there.",
        "Anonymise the cases that the file `gallra-anonymise-…` in the exchange folder lists, then "
        "export Workbuster's own list into the same folder: the next run goes on.",
    ),
    "record_lost": (
        "The ledger knows a plan, a disclosure, a telling or an incident that the records lack.",
        "The ledger is whole. What was given to somebody is with them, and no run takes it back.",
        "Somebody changed the records by hand: tell the data protection officer. `gallra ledger "
        "verify` says to whom it went, by which channel and until when; put the records back from "
        "the backup, or take it back by hand.",
    ),
    "restored_without_key": (
        "After a restore some data could not be opened: it was changed after the backup.",
        "Its old version is gone; everything else opens.",
        "Export and import the lists since the backup again, then close this with `gallra done`.",
    ),
    "consents_lost": (
        "Consents that were given after the backup are lost with it.",
        "Nothing is done under them: a consent that nobody can show was not given.",
        "Read the exported forms in again with `gallra consent import`, register paper ones with "
        "`gallra consent give`, then close this with `gallra done`.",
    ),
    "said_no_not_here": (
        "Somebody who came after the backup has said no since: to mailings, to a purpose, or to "
        "anything but storing.",
        "What they said lies outside the databases. It cannot count before they are in the records "
        "again.",
        "Import the lists since the backup again and send nothing before `gallra restore replay` "
        "was run once more: it knows them by their identity number. Whoever has none must be "
        "asked; then close this with `gallra done`.",
    ),
    "officers_without_agreement": (
        "Who may approve erasures was changed, and no officer agreed to it.",
        "It stands in the ledger; nothing is erased by it.",
        "See `gallra officers list`. If nobody of yours did this, tell the data protection "
        "officer; if it was right, close this with `gallra done`.",
    ),
    # --- alarms (tasks.watching.daily) ------------------------------------------------------
    "staged_too_long": (
        "A file has lain in the staging folder for the policy's alarm time.",
        "It is still there: the daily purge did not take it, or did not run.",
        "Run `gallra purge` now; every file has to be gone within 24 hours.",
    ),
    "staging_unreachable": (
        "The staging folder cannot be looked into.",
        "It is not taken for empty; whether files grow old in it is not known.",
        "See that the folder or network share is there and readable; then run `gallra watch`.",
    ),
    "import_stuck": (
        "An import is stored, but its cases are not proven in Workbuster.",
        "The records are whole and nothing is imported twice.",
        "Rerun the import. If a workbook waits in the exchange folder, import it into Workbuster "
        "and put Workbuster's list there.",
    ),
    "copy_old": (
        "The newest copy of the records, the keys or the ledger is more than eight days old.",
        "What is in use is whole. What was entered since would be lost with the machine.",
        "See why no copy was made (`systemctl list-timers`, the journal of gallra-backup-…), and "
        "make one: `gallra backup` with `records`, `keys` or `ledger`, as the alarm says.",
    ),
    "witness_silent": (
        "No witness has taken a checkpoint of the ledger for more than a day.",
        "The ledger goes on; what was witnessed before stays provable.",
        "See that the witness's file and mailbox can be reached, then run "
        "`gallra ledger checkpoint`.",
    ),
    "scheduler_silent": (
        "The Prefect server does not answer: nothing runs by itself.",
        "Records, ledger and folders are as they were; what was due is done by the next run.",
        "Start it (`gallra serve`, or `systemctl restart gallra`) and see `gallra doctor`. Until "
        "then run `gallra import` and `gallra purge` by hand: every file has to be gone within a "
        "day.",
    ),
    "worker_missing": (
        "Fewer workers are at work than there should be: runs wait, or take longer.",
        "Nothing is lost: what was under way is finished by the next run.",
        "Start the worker (`gallra serve`, or `systemctl restart` its unit). GALLRA_WORKERS says "
        "how many there should be. Without any, run `gallra import` and `gallra purge` by hand.",
    ),
    "run_stuck": (
        "A run is said to be under way, and nobody works at it: it was cut off.",
        "What it had done stays done, and nothing is done twice.",
        "Open the run in Prefect, cancel it if it still says Running, and start its deployment "
        "again: it goes on where the other one stopped.",
    ),
    "run_late": (
        "A run should have begun ten minutes ago or more, and has not.",
        "It is not lost: it begins as soon as a worker is free.",
        "See in Prefect whether a worker is at work and what it is busy with. To have it done now "
        "use the command of the same name.",
    ),
    "run_failed": (
        "The last run of this deployment failed, and none has gone well since.",
        "What it had done stays done; a rerun does nothing twice.",
        "Open the run in Prefect: its page says what happened and what to do. Then start it again; "
        "the alarm ends when a run goes well.",
    ),
    "deployment_missing": (
        "Something that should run by itself is not known to the Prefect server.",
        "What has run stays as it is.",
        "Start the server anew (`gallra serve`), which deploys everything. What you do not have, "
        "take out of `prefect.yaml`.",
    ),
    "deployment_paused": (
        "Somebody has switched off a deployment, one of its schedules, or all of the work.",
        "Nothing is lost; it does not run until it is switched on.",
        "Switch it on again in Prefect, under Deployments or Work Pools.",
    ),
    "schedule_idle": (
        "Prefect has not planned the next run of a deployment: its scheduler does not work.",
        "What has run stays as it is.",
        "Start the server anew (`gallra serve`). Should it come back: see `prefect/server.log` in "
        "the state folder.",
    ),
    "clock_went_back": (
        "This machine's clock was set back: how old the files in the folder are is not certain.",
        "Nothing was deleted because of it.",
        "Put the clock right, then run `gallra purge`; the alarm ends when the folder is empty.",
    ),
    "alarm_mail_fails": (
        "The mail about alarms could not be sent.",
        "The alarms stand here and in `gallra status`; the next look tries again.",
        "See the mail server's settings under `watch` in the bindings.",
    ),
    "hold_review_due": (
        "The day has come on which a legal hold must be looked at again.",
        "What it keeps is still kept, and everything else is erased as the rules say.",
        "Release it with `gallra hold release`, or say when to look again: `gallra hold review`.",
    ),
    "work_order_overdue": (
        "A place should have been weeded by hand, and the deadline has passed.",
        "It is an open breach of the rule: nothing there counts as erased.",
        "Weed the place at once and say so with `gallra work-orders done`; "
        "`gallra work-orders list` names the role.",
    ),
    # --- Workbuster's exchange folder ---------------------------------------------------------
    "list_unreadable": (
        "The newest list in Workbuster's exchange folder cannot be read.",
        "Nothing was taken for proven and nothing was deleted.",
        "Export Workbuster's list again into that folder.",
    ),
    "list_not_recognised": (
        "The newest list in Workbuster's exchange folder lacks a column that must be compared.",
        "Nothing was taken for proven and nothing was deleted.",
        "Export the list with every column that the bindings name under `export_list`.",
    ),
    "list_header_ambiguous": (
        "The newest list in Workbuster's exchange folder has a column twice.",
        "Nothing was taken for proven and nothing was deleted.",
        "Export the list with each column once.",
    ),
    "list_is_our_workbook": (
        "The newest list in the exchange folder is a copy of our own import workbook.",
        "A copy proves nothing: nothing was taken for proven and nothing was deleted.",
        "Delete the copy, import the workbook into Workbuster and export Workbuster's own list.",
    ),
    "needs_a_person": (
        "Only a person can anonymise in Workbuster.",
        "Nothing of the person was erased yet, neither here nor there.",
        "Do what the to-do says (`gallra status`); the next run goes on from there.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
