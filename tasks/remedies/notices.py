"""What to do when a notice cannot be given as the policy and its texts stand."""

from __future__ import annotations

from typing import Final

_NOT_TOLD: Final = "Nobody was given half a notice."
NOTICES: Final[dict[str, tuple[str, str, str]]] = {
    "notice_unknown": (
        "The policy has no notice of that name.",
        _NOT_TOLD,
        "The names are under `notices:` in the policy file; `gallra inform check` lists them.",
    ),
    "notice_not_for_them": (
        "The policy gives this notice to other kinds of people.",
        _NOT_TOLD,
        "Name one of its `subjects:`, or add the kind there.",
    ),
    "notice_about_cameras": (
        "This notice is about cameras, so it is made for one unit at a time.",
        _NOT_TOLD,
        "Say which: `gallra inform show camera-surveillance --unit NAME`; the names are under "
        "`cameras:` in the policy file.",
    ),
    "no_such_camera": (
        "The policy names no cameras by that name, or the notice is not about cameras.",
        _NOT_TOLD,
        "Write the unit under `cameras:` in the policy file; policies/README.md shows how.",
    ),
    "notice_language_unknown": (
        "The policy does not give this notice in that language.",
        _NOT_TOLD,
        "Ask for one of its `languages:`. Who needs another one turns to the data protection "
        "officer.",
    ),
    "notice_words_missing": (
        "A sentence or a word of the notice has no words in this language yet.",
        _NOT_TOLD,
        "`gallra inform check` lists what is missing; the files are in policies/notices.",
    ),
    "notice_facts_unreadable": (
        "That file holds no earlier version of a notice.",
        "Nothing was compared.",
        "Give the file that `gallra inform show NOTICE --for KIND --facts` wrote, or an earlier "
        "policy file.",
    ),
    "told_too_late": (
        "Somebody was to be told by now what is done with their data, and nobody can say that they "
        "were (art. 14(3)).",
        "Who was told stands on record; nobody is told twice.",
        "See `gallra inform status`, and `gallra work-orders list` for those who are told by hand.",
    ),
    "no_mail_address": (
        "No system knows an address for mail of that person.",
        _NOT_TOLD,
        "Somebody hands the text over: `gallra work-orders list`.",
    ),
    "no_mail_channel": (
        "No way for mail is bound, so everybody is told by hand.",
        "Nobody is left out: they are on a work order.",
        "Bind one under `channels` (docs/connecting.md), or go on by hand.",
    ),
    "letter_changed": (
        "Another run was faster with the same letter.",
        "Nobody was written to twice.",
        "Run it again.",
    ),
    "font_missing": (
        "No font on this machine can print this language.",
        "No page with empty boxes was made.",
        "Install the Noto fonts (Debian and Ubuntu: fonts-noto-core) and run it again. The mail "
        "and the web page need none.",
    ),
}
"""What happened, what is safe, what to do."""
