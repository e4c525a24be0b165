"""What stays behind: named fields, a residue, an archive."""

from tests.spec.rule_chapter import Case, Chapter

STRIP = Chapter(
    title="Named fields stay",
    text="At the turn of the year everything goes that the accounts do not need. The rule named "
    "in `left_to` speaks of what stays, and only then: old accounts erase nobody who is a pupil.",
    rules="""\
- id: pupil.turn-of-the-year
  covers: {subject: pupil, categories: [identity, health], systems: all}
  from: left
  keep: {at_most: end_of_year}
  then: strip
  stays: [name, grade, national_id, weeks, payment]
  left_to: pupil.accounts
  approval: one
  source: {id: T-55, quote: "sletter vi senest ved årsskiftet alle oplysninger"}
- id: pupil.accounts
  covers: {subject: pupil, categories: [identity, payment], systems: all}
  from: paid
  keep: {at_least: end_of_accounting_year+P5Y, at_most: end_of_accounting_year+P5Y}
  then: erase
  approval: one
  source: {id: T-56, quote: "slettes fem år efter afslutningen af det pågældende regnskabsår"}
""",
    erasure={"lead": "P30D"},
    zone="Europe/Copenhagen",
    cases=(
        Case(
            "left in summer, seen on 1 December",
            {"left": "2025-06-27", "paid": "2025-05-01"},
            "2025-12-01",
            "identity, health: **strip**, but name, grade, national_id, weeks, payment, "
            "free on 2025-06-27, last day 2025-12-31 [pupil.turn-of-the-year]; "
            "payment: **stays**, free on 2031-01-01, last day 2030-12-31 [pupil.accounts]",
            categories=("identity", "health", "payment"),
        ),
        Case(
            "once stripped, the accounts' rule keeps what is left",
            {"left": "2025-06-27", "paid": "2025-05-01"},
            "2026-02-01",
            "**stays**, free on 2031-01-01, last day 2030-12-31 [pupil.accounts]",
            categories=("identity",),
            settled=("pupil.turn-of-the-year",),
        ),
        Case(
            "and erases it five years later",
            {"left": "2025-06-27", "paid": "2025-05-01"},
            "2031-01-01",
            "**erase**, free on 2031-01-01, last day 2031-01-01 [pupil.accounts]",
            categories=("identity",),
            settled=("pupil.turn-of-the-year",),
        ),
        Case(
            "a pupil still, with accounts of seven years ago: nobody's name goes for those",
            {"paid": "2018-05-01"},
            "2026-02-01",
            "identity: **refused**, anchor_missing [pupil.turn-of-the-year]; "
            "payment: **erase**, free on 2024-01-01, last day 2024-01-01, LATE [pupil.accounts]",
            categories=("identity", "payment"),
        ),
        Case(
            "what no field stays of is done once it is stripped",
            {"left": "2025-06-27"},
            "2026-02-01",
            "**stays**, but name, grade, national_id, weeks, payment, carried_out "
            "[pupil.turn-of-the-year]",
            categories=("health",),
            settled=("pupil.turn-of-the-year",),
        ),
    ),
)

UNDECIDED_STRIP = Chapter(
    title="Nobody has decided when to strip",
    text="Then the rule of what would stay does not wait for it.",
    rules="""\
- id: schoolity.unmarked
  covers: {subject: student, categories: [identity], systems: all}
  from: ended
  keep: {at_most: undecided}
  decision: schoolity
  then: strip
  stays: [name, national_id]
  left_to: student.ten-years
  approval: one
  source: {id: B-18, quote: "I Schoolity förblir du med namn och personnummer"}
- id: student.ten-years
  covers: {subject: student, categories: [identity], systems: all}
  from: ended
  keep: {at_most: P10Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 5(1)(e)"}
""",
    cases=(
        Case(
            "ten years after the training",
            {"ended": "2016-06-10"},
            "2026-06-10",
            "**erase**, free on 2016-06-10, last day 2026-06-10 [student.ten-years]",
        ),
    ),
)

ANONYMISE = Chapter(
    title="A residue stays that says nothing about a person",
    text="The residue's fields are named, and what they are for.",
    rules="""\
- id: case.anonymised
  covers: {subject: participant, categories: [identity, contact], systems: all}
  from: last_activity
  keep: {at_most: P2Y}
  then: anonymise
  residue:
    fields: [case_reference, start_date, project]
    purpose: statistics
    source: {id: A-109, quote: "Det sistnämnda behövs för att bolagen skall kunna föra statistik"}
  approval: one
  source: {id: A-108, quote: "när en deltagare har varit inaktiv under en viss tid"}
""",
    cases=(
        Case(
            "two years without activity",
            {"last_activity": "2024-05-20"},
            "2026-05-20",
            "**anonymise**, but case_reference, start_date, project, free on 2024-05-20, "
            "last day 2026-05-20",
        ),
        Case(
            "a hold has nothing to keep where that is done",
            {"last_activity": "2024-05-20"},
            "2026-07-02",
            "**stays**, but case_reference, start_date, project, carried_out",
            settled=("case.anonymised",),
            held=("*",),
        ),
        Case(
            "afterwards the residue stays",
            {"last_activity": "2024-05-20"},
            "2026-07-01",
            "**stays**, but case_reference, start_date, project, carried_out",
            settled=("case.anonymised",),
        ),
    ),
)

ARCHIVE_OR_ERASE = Chapter(
    title="Two rules, one day",
    text="On the same last day, erasing goes before anonymising, stripping and archiving.",
    rules="""\
- id: a.archive
  covers: {subject: pupil, categories: [essay, photo], systems: all}
  from: left
  keep: {at_most: P6M}
  then: archive
  approval: one
  source: {id: A-70, quote: "ska personuppgifterna arkiveras eller gallras"}
- id: b.erase
  covers: {subject: pupil, categories: [photo], systems: all}
  from: left
  keep: {at_most: P6M}
  then: erase
  approval: one
  source: {id: A-70, quote: "ska personuppgifterna arkiveras eller gallras"}
""",
    cases=(
        Case(
            "six months after leaving",
            {"left": "2025-06-12"},
            "2025-12-12",
            "essay: **archive**, free on 2025-06-12, last day 2025-12-12 [a.archive]; "
            "photo: **erase**, free on 2025-06-12, last day 2025-12-12 [b.erase]",
        ),
    ),
)

LEFT = (STRIP, UNDECIDED_STRIP, ANONYMISE, ARCHIVE_OR_ERASE)
