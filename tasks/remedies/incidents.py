"""Incidents: what a person does, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed."
_RUNS: Final = "The entry stands as it did, and the clock runs on."

INCIDENTS_STAND: Final[dict[str, tuple[str, str, str]]] = {
    # --- what stands until a person acts ------------------------------------------------------
    "incident_open": (
        "An incident stands in the register, and is neither closed nor dismissed.",
        "What is written about it lies sealed; its 72 hours are counted.",
        "See `gallra incident list`: the last column says what comes next.",
    ),
    "incident_to_judge": (
        "Gallra noticed something itself and opened a draft: a file past its day, an erasure past "
        "its deadline, or a disclosure past its withdrawal.",
        "Nothing was reported; if it is an incident, the 72 hours run since it was noticed.",
        "Judge it: `gallra incident show B-…`, then `gallra incident open --draft B-… --by HANDLE` "
        "or `gallra incident dismiss B-… --because no_breach --by HANDLE`.",
    ),
    "incident_noticed": (
        "Somebody has reported an incident, and nobody has assessed it yet.",
        "It stands in the register; the 72 hours run from when it was noticed.",
        "Read it (`gallra incident show B-… --reveal --by HANDLE`), see who is concerned "
        "(`gallra incident who`), then `gallra incident assess B-… --by HANDLE`.",
    ),
    "incident_reminder_1": (
        "The first reminder of an incident: the authority has not been told, and nobody has "
        "decided that it need not be.",
        _RUNS,
        "See `gallra incident list` for the hours left. Report what is known; what is missing "
        "follows later: `gallra incident form B-… --by HANDLE`.",
    ),
    "incident_reminder_2": (
        "The second reminder of an incident: the authority has not been told.",
        _RUNS,
        "Report what is known now (`gallra incident form B-… --by HANDLE`), then say so: "
        "`gallra incident report B-… --more --by HANDLE`.",
    ),
    "incident_reminder_3": (
        "The third reminder of an incident: little of the time for the report is left.",
        _RUNS,
        "Report today what is known, in phases (article 33(4)): `gallra incident form B-… --by "
        "HANDLE`, then `gallra incident report B-… --more --by HANDLE`.",
    ),
    "incident_reminder_4": (
        "The fourth reminder of an incident: the report is due soon.",
        _RUNS,
        "Report what is known: `gallra incident form B-… --by HANDLE`.",
    ),
    "incident_reminder_5": (
        "The fifth reminder of an incident: the report is due very soon.",
        _RUNS,
        "Report what is known: `gallra incident form B-… --by HANDLE`.",
    ),
    "incident_late": (
        "The time for the report to the authority has passed.",
        "It is still owed, now with the reasons for the delay (article 33(1)).",
        "Write the reasons (`gallra incident note B-… --topic delay`), report at once "
        "(`gallra incident form B-… --by HANDLE`) and tell the management.",
    ),
    "supplement_late": (
        "The authority was promised more about an incident, and the day for it is over.",
        "What was sent before is written down.",
        "Send what is known by now, then `gallra incident supplement B-… --by HANDLE`.",
    ),
    "incident_letters": (
        "Both have agreed to whom to tell of an incident, and letters have not reached everybody.",
        "Who has the letter gets no second one; the rest is on its way, or on a work order.",
        "The run `incident` writes them; whom no mail reaches is handed the letter "
        "(`gallra work-orders list`; the text: `gallra incident letter B-… --by HANDLE`). Where "
        "everybody was told in another way: `gallra incident told B-… --by HANDLE`.",
    ),
}
"""To-dos and alarms."""

INCIDENTS: Final[dict[str, tuple[str, str, str]]] = {
    **INCIDENTS_STAND,
    # --- what was asked for -------------------------------------------------------------------
    "incidents_without_rule": (
        "The policy has no part `incidents`: who gets a report, who judges, which kinds there are.",
        "Nothing was written down.",
        "Write `incidents` into the policy; until then on paper, with the hour at which it was "
        "noticed. policies/README.md shows the part.",
    ),
    "incident_unknown": (
        "There is no incident with that reference.",
        _NOTHING,
        "See `gallra incident list --all`.",
    ),
    "incident_kind_unknown": (
        "The policy knows no such kind of incident.",
        "Nothing was written down yet.",
        "`gallra incident open` without a kind lists them; where none fits, take `other`.",
    ),
    "incident_changed": (
        "Somebody else went on with that incident at the same moment.",
        "Nothing was done twice.",
        "Run the command again.",
    ),
    "incident_is_a_draft": (
        "That entry is a draft: nobody has judged yet whether it is an incident.",
        _NOTHING,
        "First `gallra incident open --draft B-… --by HANDLE`, or `gallra incident dismiss`.",
    ),
    "incident_is_no_draft": (
        "That incident is no draft any more.",
        _NOTHING,
        "Where it was none after all: assess the risk as unlikely, decide, close it.",
    ),
    "incident_not_assessed": (
        "Nobody has assessed that incident yet.",
        _RUNS,
        "First `gallra incident assess B-… --by HANDLE`. The authority may be told before that.",
    ),
    "incident_not_closed": ("That incident is not closed.", _NOTHING, "Nothing to do."),
    "incident_closed": (
        "That incident is closed.",
        _NOTHING,
        "Where something more has come to light: `gallra incident reopen B-… --by HANDLE`.",
    ),
    "incident_dismissed": (
        "That draft was dismissed: somebody judged that it is no incident.",
        "It is kept, with the reason.",
        "Where it was one after all: write a new one with `gallra incident open`.",
    ),
    "incident_reported": (
        "The authority was told of that incident already.",
        _NOTHING,
        "What is new goes as a supplement: `gallra incident supplement B-… --by HANDLE`.",
    ),
    "incident_not_reported": (
        "The authority was not told of that incident yet.",
        _NOTHING,
        "First `gallra incident report B-… --by HANDLE`.",
    ),
    "must_be_reported": (
        "By the assessment a risk is not unlikely: the authority must be told (article 33(1)).",
        _RUNS,
        "Report it. Where the assessment is wrong: `gallra incident assess` anew, with grounds.",
    ),
    "report_not_decided": (
        "It was decided that this incident need not be reported.",
        _NOTHING,
        "Decide anew first: `gallra incident decide B-… --report --by HANDLE`.",
    ),
    "report_open": (
        "The authority was not told, and nobody has decided that it need not be.",
        "It stays open.",
        "Report it, or decide with grounds: `gallra incident decide B-… --no-report`.",
    ),
    "people_told": (
        "The people concerned were told already.",
        _NOTHING,
        "Nothing to do. What is new for them is a new notice: write it down and tell them.",
    ),
    "people_must_be_told": (
        "The risk is high: the people concerned must be told (article 34(1)).",
        _NOTHING,
        "Tell them, or name the exception of article 34(3) that applies: `--exemption`.",
    ),
    "telling_not_decided": (
        "Nobody has decided that the people concerned are told.",
        _NOTHING,
        "First `gallra incident assess` or `gallra incident decide B-… --tell --by HANDLE`.",
    ),
    "telling_not_agreed": (
        "Not both have agreed yet to whom is told (A-30).",
        "Nobody was told by Gallra.",
        "`gallra incident notify B-… --by HANDLE` draws up the list; both agree with "
        "`gallra approve P-…`.",
    ),
    "telling_open": (
        "The people concerned were not told, and nobody has decided that they need not be.",
        "It stays open.",
        "Tell them, or decide with grounds: `gallra incident decide B-… --no-tell`.",
    ),
    "supplement_open": (
        "The authority was promised more, and has not got the last of it.",
        "It stays open.",
        "`gallra incident supplement B-… --by HANDLE` when it is sent.",
    ),
    "measure_missing": (
        "No measure is written down: what was done about it belongs to the documentation "
        "(article 33(5)).",
        "It stays open.",
        "`gallra incident note B-… --topic done`, then close it.",
    ),
    "grounds_missing": (
        "A decision that leaves somebody untold, or a risk below the proposal, needs its grounds.",
        _NOTHING,
        "Give the grounds with `--text`; they are sealed.",
    ),
    "risk_unknown": ("An assessment needs a risk.", _NOTHING, "Run `gallra incident assess`."),
    "role_may_not_judge": (
        "That officer has no role that judges incidents (`incidents` in the policy).",
        _NOTHING,
        "Ask an officer who has one: `gallra officers list`.",
    ),
    "delay_without_reason": (
        "The report came after the policy's time, and the log has no reasons for the delay.",
        "Nothing was written down yet; if the report was sent, it was sent.",
        "`gallra incident note B-… --topic delay`, send the reasons too (article 33(1)), then say "
        "again that it is reported.",
    ),
    "sent_in_future": (
        "A report cannot have been sent at an hour that has not come.",
        _NOTHING,
        "Give the hour at which it was sent.",
    ),
    "sent_before_aware": (
        "By these hours the report was sent before anybody knew of the incident.",
        _NOTHING,
        "Look at both; where somebody knew of it earlier: `gallra incident note B-… --aware`.",
    ),
    "supplement_before_report": (
        "By these hours the supplement was sent before what it adds to.",
        _NOTHING,
        "Give the hour at which it was sent.",
    ),
    "aware_in_future": (
        "Nobody can have noticed something at an hour that has not come.",
        _NOTHING,
        "Give the hour at which it was noticed, local time.",
    ),
    "aware_only_earlier": (
        "A note would move the hour of awareness to a later one: that would give more time.",
        _NOTHING,
        "Leave it; the reasons for a delay are written with `--topic delay`.",
    ),
    "instants_disagree": (
        "It would have ended before it began.",
        _NOTHING,
        "Give both hours, local time.",
    ),
    "since_in_future": (
        "A report looks back: the day from which it tells has not come.",
        _NOTHING,
        "Give a day that is over with `--since`, or leave it out: a year.",
    ),
    "day_in_future": (
        "A line in the log tells of a day that has come.",
        _NOTHING,
        "Give the day on which it happened; what is planned has a topic of its own (`planned`).",
    ),
    "notice_incomplete": (
        "The notice to the people lacks what it must contain (article 34(2)): what happened, what "
        "it may mean for them, what was done.",
        "Nobody was told.",
        "Write each in words for them, about nobody else: `gallra incident note B-… --topic "
        "people_happened --text FILE`, then `people_consequences` and `people_measures`.",
    ),
    "part_not_said": (
        "The incident has no such part.",
        _NOTHING,
        "`gallra incident show B-…` lists its parts as they were named: a system, a file, a "
        "person.",
    ),
    "category_not_concerned": (
        "Of that category nothing was found with anybody whom the incident concerns.",
        _NOTHING,
        "Narrow it to categories that `gallra incident who B-…` finds. Is more concerned than it "
        "finds: add the part (`--system`, `--disclosure`, `--file`, `--person`).",
    ),
    "nobody_concerned": (
        "Nobody has said what the incident is about, or nobody whom we know is concerned.",
        "Nobody was told.",
        "Say it: `gallra incident who B-… --system NAME` (or `--disclosure`, `--file`, "
        "`--person`). Whom we do not know is told in another way, for example in public.",
    ),
    "scope_unknown": ("An incident cannot be about that.", _NOTHING, "See `gallra incident who`."),
    "import_unknown": ("There is no import with that reference.", _NOTHING, "See `gallra status`."),
    "nothing_noted": (
        "There was nothing to write down.",
        _NOTHING,
        "Give a text, or what is known by now: `gallra incident note --help`.",
    ),
    "identity_number_in_text": (
        "The text holds what can be somebody's identity number. Nothing that is written about an "
        "incident may: much of it goes to the authority, where it becomes public.",
        _NOTHING,
        "Write it without the number. Whom it concerns is said with `gallra incident who B-… "
        "--person S-…` (`gallra find` gives the reference). An invoice or case number that "
        "looks like one: leave it out, or write its last four digits.",
    ),
    "contact_details_in_text": (
        "The text holds a mail address or a telephone number; what tells of an incident goes to "
        "the authority, where it becomes public.",
        _NOTHING,
        "Say whose it was in general words (`a guardian`, `another school`). Where people get "
        "help goes into the topic `advice`, a processor's contact into `processor`.",
    ),
    "text_missing": ("The text is empty.", _NOTHING, "Write what happened, in plain words."),
    "text_too_long": (
        "The text is longer than a line of a log can be.",
        _NOTHING,
        "Sum it up; a document belongs where documents are kept, and its place into the text.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
