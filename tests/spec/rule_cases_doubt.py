"""When in doubt nothing goes, and a person is told: holds, missing dates, people who came back."""

from tests.spec.rule_chapter import Case, Chapter

_SIX_MONTHS = """\
- id: participant.six-months
  covers: {subject: participant, categories: [identity, contact], systems: all}
  from: left
  keep: {at_most: P6M}
  then: erase
  approval: one
  source: {id: A-71, quote: "ska tas bort senast sex månader efter att eleven slutat"}
"""

DATES = Chapter(
    title="Missing and impossible dates",
    text="No date is ever made up. One before `earliest_anchor` (here 1990-01-01) is taken for a "
    "mistake and not for long due.",
    rules=_SIX_MONTHS,
    cases=(
        Case("nobody has said when", {}, "2026-05-01", "**refused**, anchor_missing"),
        Case(
            "an empty field that a system counted from 1970",
            {"left": "1970-01-01"},
            "2026-05-01",
            "**refused**, anchor_in_far_past",
        ),
        Case(
            "a spreadsheet's day nought",
            {"left": "1899-12-30"},
            "2026-05-01",
            "**refused**, anchor_in_far_past",
        ),
        Case(
            "the day before the earliest",
            {"left": "1989-12-31"},
            "2026-05-01",
            "**refused**, anchor_in_far_past",
        ),
        Case(
            "the earliest day is taken at its word",
            {"left": "1990-01-01"},
            "2026-05-01",
            "**erase**, free on 1990-01-01, last day 1990-07-01, LATE",
        ),
        Case(
            "data that nobody wrote a rule for",
            {"left": "2025-05-01"},
            "2026-05-01",
            "identity: **erase**, free on 2025-05-01, last day 2025-11-01, LATE; "
            "diary: **refused**, no_rule",
            categories=("identity", "diary"),
        ),
        Case(
            "a kind of person that nobody wrote a rule for",
            {"left": "2025-05-01"},
            "2026-05-01",
            "**refused**, no_rule",
            kind="guardian",
        ),
    ),
)

HOLDS = Chapter(
    title="Legal holds",
    text="A hold keeps everything of a person or some categories, and shows whatever the rules "
    "say. Its release resumes them.",
    rules=_SIX_MONTHS,
    cases=(
        Case(
            "everything is held",
            {"left": "2025-05-01"},
            "2026-05-01",
            "**held**, free on 2025-05-01, last day 2025-11-01",
            held=("*",),
        ),
        Case(
            "one category is held: the other goes",
            {"left": "2025-11-10"},
            "2026-05-01",
            "identity: **held**, free on 2025-11-10, last day 2026-05-10; "
            "contact: **erase**, free on 2025-11-10, last day 2026-05-10",
            held=("identity",),
        ),
        Case(
            "released",
            {"left": "2025-11-10"},
            "2026-05-01",
            "**erase**, free on 2025-11-10, last day 2026-05-10",
        ),
        Case(
            "held long before anything is due: it is told all the same",
            {"left": "2026-04-30"},
            "2026-05-01",
            "**held**, free on 2026-04-30, last day 2026-10-30",
            held=("*",),
        ),
        Case("held, and nobody knows when", {}, "2026-05-01", "**held**", held=("*",)),
        Case(
            "held, and nobody wrote a rule: that is told, since nothing would release it",
            {"left": "2025-11-10"},
            "2026-05-01",
            "**refused**, no_rule",
            categories=("diary",),
            held=("*",),
        ),
        Case(
            "a hold on another category keeps nothing",
            {"left": "2025-11-10"},
            "2026-05-01",
            "**erase**, free on 2025-11-10, last day 2026-05-10",
            held=("health",),
        ),
    ),
)

ACTIVE = Chapter(
    title="Somebody who did something lately",
    text="An expired date beside fresh activity in any system (`recent_activity`: three months) "
    "holds it back, and says so.",
    rules=_SIX_MONTHS,
    cases=(
        Case(
            "left a year ago, logged in last week",
            {"left": "2025-05-01"},
            "2026-05-01",
            "**refused**, active_since, free on 2025-05-01, last day 2025-11-01, LATE",
            active_on="2026-04-24",
        ),
        Case(
            "three months ago to the day",
            {"left": "2025-05-01"},
            "2026-05-01",
            "**refused**, active_since, free on 2025-05-01, last day 2025-11-01, LATE",
            active_on="2026-02-01",
        ),
        Case(
            "a day longer ago: that is no longer lately",
            {"left": "2025-05-01"},
            "2026-05-01",
            "**erase**, free on 2025-05-01, last day 2025-11-01, LATE",
            active_on="2026-01-31",
        ),
        Case(
            "the last thing was done on the day of leaving",
            {"left": "2026-03-01"},
            "2026-08-20",
            "**erase**, free on 2026-03-01, last day 2026-09-01",
            active_on="2026-03-01",
        ),
        Case(
            "activity makes nothing due: it stays as before",
            {"left": "2026-04-01"},
            "2026-05-01",
            "**stays**, free on 2026-04-01, last day 2026-10-01",
            active_on="2026-04-24",
        ),
    ),
)

RELATIVES = Chapter(
    title="Parents and relatives go with the pupil",
    text="They count from the pupil's date: of several pupils from the latest, and from none as "
    "long as one has none. Somebody who is known for a purpose of their own stays.",
    rules="""\
- id: relatives.with-the-pupil
  covers: {subject: relative, categories: [identity, contact], systems: all}
  from: left
  keep: {at_most: P1M}
  then: erase
  approval: one
  source: {id: H-84, quote: "herunder oplysninger om forældre og eventuelle andre pårørende"}
""",
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "the pupil left on 31 January",
            {"left": "2026-01-31"},
            "2026-02-14",
            "**erase**, free on 2026-01-31, last day 2026-02-28",
        ),
        Case(
            "one of two pupils is still at the school",
            {},
            "2026-02-14",
            "**refused**, anchor_missing",
        ),
        Case(
            "the father works at the school as well",
            {"left": "2026-01-31"},
            "2026-02-14",
            "**stays**, has_own_purpose",
            own_purpose=True,
        ),
        Case(
            "and he logs in every day: still his own purpose",
            {"left": "2026-01-31"},
            "2026-02-14",
            "**stays**, has_own_purpose",
            own_purpose=True,
            active_on="2026-02-13",
        ),
    ),
)

PERHAPS = Chapter(
    title="Events that may never happen",
    text="Of an opt-out, a complaint, a rejection no date means that it has not happened, where "
    "the policy says `may_not_happen: true` (here of `opted_out` and `complained`). Its rules say "
    "nothing until then.",
    rules="""\
- id: mailing.opted-out
  covers: {subject: former_student, categories: [email, name], systems: all}
  from: opted_out
  keep: {at_most: on_the_event}
  then: erase
  approval: one
  source: {id: B-25, quote: "vill bli borttagen ur vårt system tar vi givetvis bort dig"}
- id: complaint.one-year
  covers: {subject: former_student, categories: [email, name, grades], systems: all}
  from: complained
  keep: {at_least: P1Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 17(3)(e)"}
- id: student.two-years
  covers: {subject: former_student, categories: [name], systems: all}
  from: ended
  keep: {at_most: P2Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 5(1)(e)"}
""",
    perhaps=("opted_out", "complained"),
    cases=(
        Case(
            "nobody has asked for anything",
            {"ended": "2025-06-10"},
            "2026-05-01",
            "email: **stays**, not_happened [mailing.opted-out]; "
            "name: **stays**, free on 2025-06-10, last day 2027-06-10 [student.two-years]",
            categories=("email", "name"),
        ),
        Case(
            "the time is up, whether or not somebody ever opts out or complains",
            {"ended": "2024-05-01"},
            "2026-05-01",
            "**erase**, free on 2024-05-01, last day 2026-05-01 [student.two-years]",
            categories=("name",),
        ),
        Case(
            "opted out",
            {"ended": "2025-06-10", "opted_out": "2026-05-01"},
            "2026-05-01",
            "**erase**, free on 2026-05-01, last day 2026-05-01 [mailing.opted-out]",
        ),
        Case(
            "opted out and complained",
            {"ended": "2025-06-10", "opted_out": "2026-05-01", "complained": "2026-04-20"},
            "2026-05-01",
            "**stays**, free on 2027-04-21, last day 2027-04-20 [complaint.one-year]",
        ),
        Case(
            "only complained",
            {"complained": "2026-04-20"},
            "2026-05-01",
            "**stays**, free on 2027-04-21, last day 2027-04-20 [complaint.one-year]",
            categories=("email",),
        ),
        Case(
            "when somebody ended must be known",
            {},
            "2026-05-01",
            "**refused**, anchor_missing [student.two-years]",
            categories=("name",),
        ),
        Case(
            "only a complaint would keep it, and nothing says how long at most",
            {},
            "2026-05-01",
            "**undecided** [complaint.one-year]",
            categories=("grades",),
        ),
    ),
)

DOUBT = (DATES, PERHAPS, HOLDS, ACTIVE, RELATIVES)
