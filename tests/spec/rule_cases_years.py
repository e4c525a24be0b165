"""The ends of years, calendar and accounting, and the days on which clocks change."""

from tests.spec.rule_chapter import Case, Chapter

TURN_OF_THE_YEAR = Chapter(
    title="Latest at the turn of the year",
    text="The last day is 31 December of the event's own year.",
    rules="""\
- id: waiting-list.turn-of-the-year
  covers: {subject: on_waiting_list, categories: [identity, contact], systems: all}
  from: school_year_began
  keep: {at_most: end_of_year}
  then: erase
  approval: one
  source: {id: T-58, quote: "slettes senest ved årsskiftet i skoleåret"}
""",
    erasure={"lead": "P30D"},
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "seen on 1 December, 30 days before",
            {"school_year_began": "2025-08-01"},
            "2025-12-01",
            "**erase**, free on 2025-08-01, last day 2025-12-31",
        ),
        Case(
            "seen on 30 December",
            {"school_year_began": "2025-08-01"},
            "2025-12-30",
            "**erase**, free on 2025-08-01, last day 2025-12-31",
        ),
        Case(
            "seen on 31 December: its last day",
            {"school_year_began": "2025-08-01"},
            "2025-12-31",
            "**erase**, free on 2025-08-01, last day 2025-12-31",
        ),
        Case(
            "seen on 1 January: over, within the grace",
            {"school_year_began": "2025-08-01"},
            "2026-01-01",
            "**erase**, free on 2025-08-01, last day 2025-12-31",
        ),
        Case(
            "seen on 8 January: late",
            {"school_year_began": "2025-08-01"},
            "2026-01-08",
            "**erase**, free on 2025-08-01, last day 2025-12-31, LATE",
        ),
        Case(
            "an event on 31 December: the same day",
            {"school_year_began": "2025-12-31"},
            "2025-12-31",
            "**erase**, free on 2025-12-31, last day 2025-12-31",
        ),
        Case(
            "an event on 1 January: a whole year",
            {"school_year_began": "2026-01-01"},
            "2026-01-01",
            "**stays**, free on 2026-01-01, last day 2026-12-31",
        ),
        Case(
            "New Year's Eve, a minute before midnight in Copenhagen",
            {"school_year_began": "2026-01-01"},
            "2026-12-31T22:59Z",
            "**erase**, free on 2026-01-01, last day 2026-12-31",
        ),
    ),
)

CERTIFICATES = Chapter(
    title="Thirty years from the year of leaving",
    text="Counted from the end of the event's year. At least and at most end on the same day, so "
    "it goes on the day after: that day is both its first and its last.",
    rules="""\
- id: certificates.thirty-years
  covers: {subject: pupil, categories: [certificate], systems: all}
  from: left
  keep: {at_least: end_of_year+P30Y, at_most: end_of_year+P30Y}
  then: erase
  approval: two
  source: {id: H-85, quote: "opbevaret i 30 år fra det år, hvor eleven går ud af skolen"}
""",
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "left in June 1996, seen in June 2026",
            {"left": "1996-06-27"},
            "2026-06-27",
            "**stays**, free on 2027-01-01, last day 2026-12-31",
        ),
        Case(
            "14 days before 1 January: planned for that day",
            {"left": "1996-06-27"},
            "2026-12-18",
            "**erase**, free on 2027-01-01, last day 2027-01-01",
        ),
        Case(
            "left on 1 January: a year more than on 31 December",
            {"left": "1997-01-01"},
            "2026-12-31",
            "**stays**, free on 2028-01-01, last day 2027-12-31",
        ),
    ),
)

_ACCOUNTS = """\
- id: accounts.five-years
  covers: {subject: pupil, categories: [payment], systems: all}
  from: paid
  keep: {at_least: end_of_accounting_year+P5Y, at_most: end_of_accounting_year+P5Y}
  then: erase
  approval: one
  source: {id: T-56, quote: "slettes fem år efter afslutningen af det pågældende regnskabsår"}
"""

ACCOUNTS = Chapter(
    title="Five years after the accounting year, which is the calendar year",
    text="`accounting_year_begins: 01-01`.",
    rules=_ACCOUNTS,
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "paid in March 2020, seen in December 2025",
            {"paid": "2020-03-10"},
            "2025-12-01",
            "**stays**, free on 2026-01-01, last day 2025-12-31",
        ),
        Case(
            "seen on New Year's Day",
            {"paid": "2020-03-10"},
            "2026-01-01",
            "**erase**, free on 2026-01-01, last day 2026-01-01",
        ),
    ),
)

BROKEN_ACCOUNTS = Chapter(
    title="Five years after an accounting year that begins on 1 August",
    text="`accounting_year_begins: 08-01`: the year in which the event lies ends on 31 July.",
    rules=_ACCOUNTS,
    erasure={"accounting_year_begins": "08-01"},
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "paid on 31 July 2020, the year's last day",
            {"paid": "2020-07-31"},
            "2025-07-31",
            "**erase**, free on 2025-08-01, last day 2025-08-01",
        ),
        Case(
            "paid on 1 August 2020, the next year's first day",
            {"paid": "2020-08-01"},
            "2025-07-31",
            "**stays**, free on 2026-08-01, last day 2026-07-31",
        ),
        Case(
            "paid on 31 December 2020: the turn of the year is nothing here",
            {"paid": "2020-12-31"},
            "2026-07-17",
            "**stays**, free on 2026-08-01, last day 2026-07-31",
        ),
        Case(
            "14 days before 1 August: planned for that day",
            {"paid": "2020-12-31"},
            "2026-07-18",
            "**erase**, free on 2026-08-01, last day 2026-08-01",
        ),
    ),
)

MIDNIGHT = Chapter(
    title="The day ends at local midnight",
    text="Somebody looks at an instant; what counts is the day there. On the last Sunday of March "
    "a day has 23 hours, on the last Sunday of October 25.",
    rules="""\
- id: participant.six-months
  covers: {subject: participant, categories: [identity], systems: all}
  from: left
  keep: {at_most: P6M}
  then: erase
  approval: one
  source: {id: A-71, quote: "ska tas bort senast sex månader efter att eleven slutat"}
""",
    cases=(
        Case(
            "the grace ends with 29 March 2026, a day of 23 hours: a minute before midnight",
            {"left": "2025-09-22"},
            "2026-03-29T21:59Z",
            "**erase**, free on 2025-09-22, last day 2026-03-22",
        ),
        Case(
            "midnight, an hour earlier by the world's clock than the day before",
            {"left": "2025-09-22"},
            "2026-03-29T22:00Z",
            "**erase**, free on 2025-09-22, last day 2026-03-22, LATE",
        ),
        Case(
            "the grace ends with 28 March: a minute before midnight",
            {"left": "2025-09-21"},
            "2026-03-28T22:59Z",
            "**erase**, free on 2025-09-21, last day 2026-03-21",
        ),
        Case(
            "the grace ends with 25 October 2026, a day of 25 hours: a minute before midnight",
            {"left": "2026-04-18"},
            "2026-10-25T22:59Z",
            "**erase**, free on 2026-04-18, last day 2026-10-18",
        ),
        Case(
            "midnight, an hour later by the world's clock than the day before",
            {"left": "2026-04-18"},
            "2026-10-25T23:00Z",
            "**erase**, free on 2026-04-18, last day 2026-10-18, LATE",
        ),
        Case(
            "in summer, half past midnight there is the day before by the world's clock",
            {"left": "2026-01-29"},
            "2026-07-14T22:30Z",
            "**erase**, free on 2026-01-29, last day 2026-07-29",
        ),
    ),
)

YEARS = (TURN_OF_THE_YEAR, CERTIFICATES, ACCOUNTS, BROKEN_ACCOUNTS, MIDNIGHT)
