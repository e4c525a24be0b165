"""Consents and mailings: what to do about each refusal, and about rows of a form export that were
set aside."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed and nothing has left."
_ROW: Final = "The other rows were taken in; of this one nothing was."
_ASK: Final = (
    "Ask the person, register the answer (`gallra consent give`), or leave the person out."
)

CONSENTS: Final[dict[str, tuple[str, str, str]]] = {
    "consent_missing": (
        "It needs the person's consent, and there is no record of one.",
        "Nothing has left, and the refusal stands in the ledger.",
        _ASK + " What nobody can show was not given (art. 7(1) GDPR).",
    ),
    "consent_refused": (
        "The person above has answered no.",
        _NOTHING,
        "Leave the person out. A no is free, and is not asked about again before the next start.",
    ),
    "consent_withdrawn": (
        "The person above has withdrawn the consent (art. 7(3)).",
        _NOTHING,
        "Leave the person out.",
    ),
    "consent_not_renewed": (
        "The consent was given for an earlier start, and has to be given anew at each (A-57).",
        _NOTHING,
        _ASK,
    ),
    "consent_in_other_words": (
        "The consent was given to other words, another purpose or other data than the policy says "
        "today.",
        _NOTHING,
        _ASK + " If only a slip of the pen was mended, name the older version under `same_as:` of "
        "the question (`gallra consent show` tells it).",
    ),
    "consent_unknown": (
        "The policy has no such question.",
        _NOTHING,
        "`gallra consent questions` lists them.",
    ),
    "consent_given_by_other": (
        "Somebody of that kind may not answer the question: the policy names who may.",
        _NOTHING,
        "Let the person answer, or whoever the policy names (`given_by`), such as a parent.",
    ),
    "consent_not_of_this_person": (
        "The question is about another kind of person than the one above.",
        _NOTHING,
        "Choose the question for this kind of person (`gallra consent questions`).",
    ),
    "consent_day_ahead": (
        "The day lies ahead: nobody has answered yet.",
        _NOTHING,
        "Give the day on which it was answered or withdrawn.",
    ),
    "consent_changed": (
        "Somebody else withdrew it at the same moment.",
        _NOTHING,
        "Nothing: it is withdrawn.",
    ),
    "role_may_not_register_consent": (
        "Whoever answers for the consent registers it: the policy names the role.",
        _NOTHING,
        "Let an officer of that role do it (`gallra consent questions` shows the role).",
    ),
    "consent_forms_not_bound": (
        "The bindings do not say how an exported form is read.",
        _NOTHING,
        "Describe the form under `consent_forms:` in the controller's file of systems.",
    ),
    "consent_form_unknown": (
        "The bindings describe no form of that name.",
        _NOTHING,
        "Choose one of those under `consent_forms:`, or add it there.",
    ),
    "consent_form_not_readable": (
        "The form's export cannot be read: it is not there, too large or no list.",
        _NOTHING,
        "Export the form's answers again as .xlsx or .csv, and put the file in its place.",
    ),
    "consent_header_missing": (
        "A column that the bindings name is not in the form's export, or is there twice.",
        _NOTHING,
        "Compare the export's headers with `consent_forms:`; a new header goes in there.",
    ),
    "consent_row_of_nobody": (
        "The row names nobody whom Gallra knows.",
        _ROW,
        "Check the row's identity number or address in the form; somebody who is new is known "
        "after the next import or inventory.",
    ),
    "consent_row_of_two": (
        "The row fits two people, or its identity number and its address different ones.",
        _ROW,
        "Find out whose answer it is, and register it with `gallra consent give`.",
    ),
    "consent_row_without_day": (
        "The row's date cannot be read, or lies ahead.",
        _ROW,
        "Write it in the form as 2026-08-17, and export again.",
    ),
    "consent_row_without_answer": (
        "An answer in the row is neither of the words that mean yes nor of those that mean no.",
        _ROW,
        "Put it right in the form, or add the word under `consent_forms:`.",
    ),
    "consent_row_of_another_kind": (
        "The row's person is none whom the form's questions are about.",
        _ROW,
        "Check that it is the right form for this person.",
    ),
    "mailing_unknown": (
        "The policy has no mailing of that name.",
        _NOTHING,
        "`gallra policy show` names the mailings that the policy allows; where it names none, "
        "none may be sent.",
    ),
    "mailing_too_often": (
        "The policy allows no more mailings of that name in this term.",
        _NOTHING,
        "Wait for the next term.",
    ),
    "mailing_place_not_readable": (
        "The system that the addresses are taken from is not bound, or only by hand.",
        _NOTHING,
        "Bind the system in the controller's file of systems.",
    ),
    "mailing_file_exists": (
        "There is a file of that name already.",
        _NOTHING,
        "Give another name, or delete the old list: it may name somebody who opted out since.",
    ),
    "mailing_file_not_written": (
        "The list could not be written there.",
        "The mailing is counted for today all the same; the same day's next list is no second.",
        "Choose a folder that you may write in, on this machine.",
    ),
}
