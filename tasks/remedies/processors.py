"""Processors, apps and learning services: what a person does, code by code."""

from __future__ import annotations

from typing import Final

_ROW: Final = "Nothing of that row was taken; all rows that fit are in the register."
_LIST: Final = "Nothing of the list was taken."
_NOTED: Final = "Nothing was noted."
_MEND: Final = "Mend the row and import the list again: what is known already changes nothing."
_STANDS: Final = "It is reported and ordered; it stops a system only from the policy's day on."

PROCESSORS: Final[dict[str, tuple[str, str, str]]] = {
    # --- rows of a list (lifecycle.processor_list.ListReason) ----------------------------------
    "list_name_missing": ("A row names nobody.", _ROW, _MEND),
    "list_name_twice": ("Two rows of the list name the same.", _ROW, _MEND),
    "list_not_in_policy": (
        "A row names a processor that the policy file does not have.",
        _ROW,
        "Leave that cell empty, or write a name that `gallra processor list` shows.",
    ),
    "list_text_too_long": ("A cell of the row has more than 500 characters.", _ROW, _MEND),
    "list_control_characters": (
        "A cell has characters that cannot be seen, or that turn the text around.",
        _ROW,
        "Type the cell anew and import the list again.",
    ),
    "list_personal_data": (
        "A cell of the row has an identity number or a mail address.",
        _ROW,
        "Take it out: the register is about companies. Whom to ask there stands in the agreement.",
    ),
    "list_names_missing": (
        "A cell that lists names says that there are some and names none, or says both no and a "
        "name.",
        _ROW,
        "Write the names alone, with commas between them; where there are none, write nej or leave "
        "the cell empty.",
    ),
    "list_word_unknown": (
        "A cell has a word that the list's words do not have.",
        _ROW,
        "Use a word of `policies/lists/processors.yaml`, or add yours there.",
    ),
    "list_system_unknown": (
        "A row names a system that the policy file does not have.",
        _ROW,
        "Write a system of the policy, by its name or as it is called there.",
    ),
    "list_country_unknown": (
        "A row names a country that nobody knows.",
        _ROW,
        "Write two capital letters, such as US, or add the word to "
        "`policies/lists/processors.yaml`.",
    ),
    "list_date_unreadable": (
        "A date of the row cannot be read, or can be read in two ways.",
        _ROW,
        "Write it as 2026-12-31.",
    ),
    "list_date_missing": (
        "A row says that something was agreed or judged, and not when.",
        _ROW,
        "Write the day into the column for it, as 2026-12-31, and import the list again.",
    ),
    "list_dates_reversed": ("An agreement of the list ends before it begins.", _ROW, _MEND),
    "list_terms_not_together": (
        "A row has a day for something that it says is not there.",
        _ROW,
        _MEND,
    ),
    # --- a whole list ------------------------------------------------------------------------
    "list_not_readable": (
        "The list is not there, cannot be read, or has more than 32 MB.",
        _LIST,
        "Look at the path, then import it again.",
    ),
    "list_damaged": (
        "The list is damaged or incomplete and cannot be read.",
        _LIST,
        "Open it in the program that it was written with, save it anew as .xlsx and import that.",
    ),
    "list_not_a_table": (
        "The file is no table (.xlsx, .xlsm, .xls, .ods, .csv), or its ending says something else "
        "than its content.",
        _LIST,
        "Look whether it is the right file; open it and save it anew as .xlsx.",
    ),
    "list_protected": (
        "The list is protected by a password.",
        _LIST,
        "Save it without a password and import it; then take that copy away.",
    ),
    "list_too_large": (
        "The list unpacks to more than a list of processors can be.",
        _LIST,
        "Copy the rows with something in them into a new workbook and import that.",
    ),
    "list_too_slow": (
        "Reading the list took longer than is allowed.",
        _LIST,
        "Copy its rows into a new workbook without pictures and formulas, and import that.",
    ),
    "list_header_not_recognised": (
        "No row of the list holds headers of a list of processors.",
        _LIST,
        "It needs a column with the name and another one; `policies/lists/processors.yaml` has "
        "the headers that are known.",
    ),
    "list_header_ambiguous": (
        "Two columns of the list mean the same.",
        _LIST,
        "Take one of them away or call it otherwise.",
    ),
    "list_empty": ("The list has headers and no row.", _LIST, "Look whether it is the right file."),
    "list_too_long": (
        "The list has more than 5,000 rows.",
        _LIST,
        "Look whether it is the right file; else divide it.",
    ),
    # --- noting ------------------------------------------------------------------------------
    "processor_unknown": (
        "There is no such processor, app or service.",
        _NOTED,
        "See `gallra processor list` and `gallra app list`.",
    ),
    "entry_not_allowed": (
        "That cannot be said of this processor, app or service.",
        _NOTED,
        "See `gallra processor note --help`; a review is decided with `gallra approve`.",
    ),
    "entry_dates_reversed": (
        "The last day lies before the first one.",
        _NOTED,
        "Give both days anew.",
    ),
    "country_needs_no_ground": (
        "A country within the European Economic Area needs no ground, and one outside needs one.",
        _NOTED,
        "Write the ground `eea` for countries within it alone.",
    ),
    "role_may_not_note": (
        "That officer's roles do not answer for it.",
        _NOTED,
        "`gallra processor show` names the role that answers for the agreement; the policy's "
        "`processor_review.by` judges.",
    ),
    "name_not_allowed": (
        "A name is missing, has more than 200 characters, or holds an address.",
        _NOTED,
        "Write the company's or the service's name alone.",
    ),
    "services_not_in_policy": (
        "The policy says nothing of apps and learning services.",
        _NOTED,
        "Write `services:` into the policy file first.",
    ),
    "reviews_not_in_policy": (
        "The policy names nobody who reviews processors.",
        _NOTED,
        "Write `processor_review:` into the policy file first.",
    ),
    # --- risks -------------------------------------------------------------------------------
    "assessments_not_in_policy": (
        "The policy says nothing of risk assessments.",
        _NOTED,
        "Write `assessments:` into the policy file first.",
    ),
    "assessment_subject_unknown": (
        "The policy wants no assessment of anything called so.",
        _NOTED,
        "`gallra risk list` shows what it wants one of.",
    ),
    "assessment_level_unknown": (
        "The policy has no such level of consequence or likelihood.",
        _NOTED,
        "Levels are numbers from 1 on; `gallra risk list` names them.",
    ),
    "assessment_date_ahead": (
        "The day of the assessment lies ahead.",
        _NOTED,
        "Give the day on which it was decided.",
    ),
    "assessment_review_before": (
        "The day on which it is looked at again does not lie behind the assessment.",
        _NOTED,
        "Give both days anew.",
    ),
    "assessment_text_not_allowed": (
        "What was typed has characters that cannot be seen, or more than 10,000 of them.",
        _NOTED,
        "Shorten it; a longer paper is named with `--paper`.",
    ),
    "assessment_reasons_missing": (
        "The risk is high, and nobody says why.",
        _NOTED,
        "Write why with `--reasons`, or name the paper that it stands in with `--paper`.",
    ),
    "impact_outcome_unknown": (
        "An impact assessment ends with acceptable or consult, and a risk assessment with neither.",
        _NOTED,
        "See `gallra risk impact --help`.",
    ),
    "impact_parts_missing": (
        "An impact assessment describes the processing, why it is needed, the risks and the "
        "measures (article 35(7)).",
        _NOTED,
        "Write all four parts, or name the paper that holds them with `--paper`.",
    ),
    "role_may_not_assess": (
        "That officer's roles do not decide about risks.",
        _NOTED,
        "The policy's `assessments.by` decides; a risk alone its `order.role` may weigh too.",
    ),
    "assessment_missing": (
        "Its risk was never weighed.",
        _STANDS,
        "`gallra risk assess`.",
    ),
    "assessment_over": (
        "Its risk assessment is older than the policy allows.",
        _STANDS,
        "Weigh it again: `gallra risk assess`.",
    ),
    "impact_assessment_missing": (
        "Its risk is high, and its impact was not assessed.",
        _STANDS,
        "`gallra risk impact`; before new processing begins (article 35).",
    ),
    "impact_assessment_over": (
        "Its risk is high, and its impact assessment is older than the policy allows.",
        _STANDS,
        "Look at it again: `gallra risk impact`.",
    ),
    "authority_to_consult": (
        "Its impact assessment ended with a high risk.",
        _STANDS,
        "Ask the supervisory authority (article 36), or take further measures and assess again.",
    ),
    # --- what stops --------------------------------------------------------------------------
    "processor_not_valid": (
        "Whoever runs that system has no valid agreement or review, and the policy's day is past.",
        "Nothing new was given to it, taken from it or sent through it. Erasing, taking back and "
        "looking go on.",
        "`gallra processor list` says what is missing. Bring it, note it with `gallra processor`, "
        "then rerun.",
    ),
    # --- what is missing (lifecycle.processor.Lack) --------------------------------------------
    "agreement_missing": (
        "There is no processor agreement.",
        _STANDS,
        "Make one, then `gallra processor agree`.",
    ),
    "agreement_not_begun": (
        "The processor agreement has not begun.",
        _STANDS,
        "Wait for its first day, or agree on an earlier one.",
    ),
    "agreement_over": (
        "The processor agreement is over.",
        _STANDS,
        "Renew it, then `gallra processor agree`; or stop using the system.",
    ),
    "instruction_missing": (
        "No documented instruction was given.",
        _STANDS,
        "Give it, then `gallra processor note NAME instruction`.",
    ),
    "suitability_missing": (
        "Nobody has judged whether it is suitable.",
        _STANDS,
        "Judge its guarantees, then `gallra processor assess`.",
    ),
    "processor_unsuitable": (
        "It was judged unsuitable.",
        _STANDS,
        "Stop using it, or judge it anew when it has mended what was wrong.",
    ),
    "countries_undecided": (
        "Nobody has said in which countries the data lies.",
        _STANDS,
        "Ask, then `gallra processor note NAME country`.",
    ),
    "country_without_ground": (
        "Data goes outside the European Economic Area, and no ground is named.",
        _STANDS,
        "Find the ground and note it with the country; without one the data may not go there.",
    ),
    "sub_processor_not_approved": (
        "A sub-processor is not approved.",
        _STANDS,
        "Approve or refuse it: `gallra processor note V-… verdict`.",
    ),
    "review_missing": (
        "It was never reviewed.",
        _STANDS,
        "When everything else is there, the next run puts its review before the reviewer.",
    ),
    "review_over": (
        "Its last review is older than the policy allows.",
        _STANDS,
        "The reviewer answers the review that waits: `gallra processor list`.",
    ),
    "review_refused": (
        "Its review was refused.",
        _STANDS,
        "Mend what was wrong and note it: then it is put before the reviewer again.",
    ),
    "verdict_missing": (
        "An app or service was reported, and nobody has judged it.",
        "It is approved by nothing.",
        "`gallra app decide`.",
    ),
    "used_though_refused": (
        "An app or service is in use that was refused.",
        "Whoever answers for it has an order.",
        "Take it out of use, then `gallra app use V-… ended`.",
    ),
    "compulsory_not_recommended": (
        "A service is compulsory in teaching and not on the recommendation list.",
        "Whoever answers for it has an order.",
        "Make it voluntary (`gallra app use V-… voluntary`), or recommend it.",
    ),
}
