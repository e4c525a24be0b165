"""Periods, counted on the calendar from an event."""

from tests.spec.rule_chapter import Case, Chapter

SIX_MONTHS = Chapter(
    title="Six months after leaving",
    text="At most so long: it may go from the day of the event and must be gone after the last "
    "day. It stands on a plan `lead` before that.",
    rules="""\
- id: participant.six-months
  covers: {subject: participant, categories: [identity, contact], systems: all}
  from: left
  keep: {at_most: P6M}
  then: erase
  approval: one
  source: {id: A-71, quote: "ska tas bort senast sex månader efter att eleven slutat"}
""",
    cases=(
        Case(
            "left on 15 March, seen long before the last day",
            {"left": "2025-03-15"},
            "2025-06-01",
            "**stays**, free on 2025-03-15, last day 2025-09-15",
        ),
        Case(
            "the day before the lead begins",
            {"left": "2025-03-15"},
            "2025-08-31",
            "**stays**, free on 2025-03-15, last day 2025-09-15",
        ),
        Case(
            "14 days before the last day",
            {"left": "2025-03-15"},
            "2025-09-01",
            "**erase**, free on 2025-03-15, last day 2025-09-15",
        ),
        Case(
            "the last day itself is not late",
            {"left": "2025-03-15"},
            "2025-09-15",
            "**erase**, free on 2025-03-15, last day 2025-09-15",
        ),
        Case(
            "the last day of the grace",
            {"left": "2025-03-15"},
            "2025-09-22",
            "**erase**, free on 2025-03-15, last day 2025-09-15",
        ),
        Case(
            "the day after the grace",
            {"left": "2025-03-15"},
            "2025-09-23",
            "**erase**, free on 2025-03-15, last day 2025-09-15, LATE",
        ),
        Case(
            "left on 31 August: there is no 31 February",
            {"left": "2025-08-31"},
            "2026-02-14",
            "**erase**, free on 2025-08-31, last day 2026-02-28",
        ),
        Case(
            "left on 31 August: a leap year's February has 29 days",
            {"left": "2027-08-31"},
            "2028-02-14",
            "**stays**, free on 2027-08-31, last day 2028-02-29",
        ),
        Case(
            "left on 28 February: 28 August, not the month's last day",
            {"left": "2026-02-28"},
            "2026-08-14",
            "**erase**, free on 2026-02-28, last day 2026-08-28",
        ),
        Case(
            "left on 29 February",
            {"left": "2024-02-29"},
            "2024-08-15",
            "**erase**, free on 2024-02-29, last day 2024-08-29",
        ),
        Case(
            "left on 31 December: 30 June",
            {"left": "2025-12-31"},
            "2026-06-16",
            "**erase**, free on 2025-12-31, last day 2026-06-30",
        ),
        Case(
            "will leave in summer: nothing is due before somebody has left",
            {"left": "2026-06-12"},
            "2026-01-15",
            "**stays**, free on 2026-06-12, last day 2026-12-12",
        ),
    ),
)

TWO_YEARS = Chapter(
    title="Two years are not 730 days",
    text="A year goes to the same day of the next one; 29 February goes to the 28th.",
    rules="""\
- id: cookies.two-years
  covers: {subject: website_visitor, categories: [browsing], systems: all}
  from: consented
  keep: {at_most: P2Y}
  then: erase
  approval: one
  source: {id: H-90, quote: "i 2 år, fra datoen, hvor den besøgende afgav sit samtykke"}
""",
    cases=(
        Case(
            "with a leap day between it is 731 days: day 730 is not the last one",
            {"consented": "2023-03-01"},
            "2025-02-28",
            "**erase**, free on 2023-03-01, last day 2025-03-01",
        ),
        Case(
            "the last day of the grace: counted as 730 days it would be late",
            {"consented": "2023-03-01"},
            "2025-03-08",
            "**erase**, free on 2023-03-01, last day 2025-03-01",
        ),
        Case(
            "without a leap day, it is 730 days",
            {"consented": "2025-03-01"},
            "2027-02-15",
            "**erase**, free on 2025-03-01, last day 2027-03-01",
        ),
        Case(
            "consented on a leap day",
            {"consented": "2024-02-29"},
            "2026-02-14",
            "**erase**, free on 2024-02-29, last day 2026-02-28",
        ),
    ),
    zone="Europe/Copenhagen",
)

SHORTEST = Chapter(
    title="Several limits: the tightest decides",
    text="Whichever event came, the earliest last day is the last day.",
    rules="""\
- id: applicant.received
  covers: {subject: applicant, categories: [application], systems: all}
  from: received
  keep: {at_most: P3M}
  then: erase
  approval: one
  source: {id: H-95, quote: "i op til 3 måneder fra modtagelsen af ansøgningen"}
- id: applicant.rejected
  covers: {subject: applicant, categories: [application], systems: all}
  from: rejected
  keep: {at_most: P3M}
  then: erase
  approval: one
  source: {id: H-96, quote: "i op til 3 måneder, regnet fra tidspunktet for afslaget"}
""",
    cases=(
        Case(
            "received on 30 November: three months later is the end of February",
            {"received": "2025-11-30"},
            "2026-02-14",
            "**erase**, free on 2025-11-30, last day 2026-02-28 [applicant.received]",
        ),
        Case(
            "received and rejected: the earlier of both last days",
            {"received": "2025-11-10", "rejected": "2025-12-20"},
            "2026-02-01",
            "**erase**, free on 2025-11-10, last day 2026-02-10 [applicant.received]",
        ),
        Case(
            "nobody knows when it was received, but it was rejected: that date decides",
            {"rejected": "2025-12-20"},
            "2026-02-01",
            "**stays**, free on 2025-12-20, last day 2026-03-20 [applicant.rejected]",
        ),
    ),
    zone="Europe/Copenhagen",
)

ON_THE_EVENT = Chapter(
    title="On the event itself",
    text="The event's own day is the last day.",
    rules="""\
- id: consent.no-longer-current
  covers: {subject: participant, categories: [photo], systems: all}
  from: withdrawn
  keep: {at_most: on_the_event}
  then: erase
  approval: one
  source: {id: A-51, quote: "att dessa samtycken gallras när de inte längre är aktuella"}
""",
    cases=(
        Case(
            "withdrawn today",
            {"withdrawn": "2026-04-10"},
            "2026-04-10",
            "**erase**, free on 2026-04-10, last day 2026-04-10",
        ),
        Case(
            "it is known to end next week: on the plan, and it goes on its day",
            {"withdrawn": "2026-04-17"},
            "2026-04-10",
            "**erase**, free on 2026-04-17, last day 2026-04-17",
        ),
        Case(
            "who withdraws is there on that day: that is not activity after it",
            {"withdrawn": "2026-04-10"},
            "2026-04-11",
            "**erase**, free on 2026-04-10, last day 2026-04-10",
            active_on="2026-04-10",
        ),
        Case(
            "the day after it is",
            {"withdrawn": "2026-04-10"},
            "2026-04-11",
            "**refused**, active_since, free on 2026-04-10, last day 2026-04-10",
            active_on="2026-04-11",
        ),
        Case(
            "nobody has withdrawn anything",
            {},
            "2026-04-10",
            "**refused**, anchor_missing",
        ),
    ),
)

EVERY_DAY = Chapter(
    title="Every day",
    text="A rule about files (every day, or from an event of the file) never decides about a "
    "person's data elsewhere.",
    rules="""\
- id: staging.emptied-daily
  covers: {subject: participant, categories: [identity], systems: [af-staging]}
  keep: {at_most: every_day}
  then: erase
  approval: none
  source: {id: A-101, quote: "Denna mapp töms varje dag och filerna raderas permanent."}
- id: local-computer.after-import
  covers: {subject: participant, categories: [identity], systems: all}
  from: imported
  keep: {at_most: on_the_event}
  then: erase
  approval: none
  source: {id: A-98, quote: "Excelfilen raderas sedan från datorn."}
""",
    files=("imported",),
    cases=(
        Case(
            "an imported file erases nobody from the register",
            {"imported": "2026-04-10"},
            "2026-04-11",
            "**refused**, no_rule",
        ),
    ),
)

PERIODS = (SIX_MONTHS, TWO_YEARS, SHORTEST, ON_THE_EVENT, EVERY_DAY)
