"""What is needed longer, what stays behind, and what nobody has decided."""

from tests.spec.rule_chapter import Case, Chapter

FOREVER = Chapter(
    title="For ever",
    text="No date is needed for that, and none is asked for.",
    rules="""\
- id: certificates.for-ever
  covers: {subject: pupil, categories: [certificate], systems: all}
  keep: {at_least: forever}
  then: archive
  approval: one
  source: {id: T-60, quote: "Afgangsprøvebeviser opbevares uendeligt"}
""",
    cases=(
        Case("thirty years later", {"left": "1995-06-30"}, "2026-01-01", "**stays**, for ever"),
    ),
)

UNDECIDED = Chapter(
    title="Undecided: the document gives no figure",
    text="Never erased, never silently kept: it shows. A figure that another rule gives for the "
    "same data governs.",
    rules="""\
- id: workbuster.anonymised
  covers: {subject: participant, categories: [identity, contact], systems: [workbuster]}
  from: last_activity
  keep: {at_most: undecided}
  decision: workbuster-inactivity
  then: anonymise
  residue:
    fields: [case_reference, start_date, project]
    purpose: statistics
    source: {id: A-109, quote: "Det sistnämnda behövs för att bolagen skall kunna föra statistik"}
  approval: one
  source: {id: A-108, quote: "när en deltagare har varit inaktiv under en viss tid"}
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
            "ten years without any activity: still nobody's decision",
            {"last_activity": "2016-01-01"},
            "2026-01-01",
            "**undecided** [workbuster.anonymised]",
            system="workbuster",
            categories=("contact",),
        ),
        Case(
            "six months after leaving is the latest for every place",
            {"last_activity": "2025-06-30", "left": "2025-06-30"},
            "2025-12-30",
            "identity: **erase**, free on 2025-06-30, last day 2025-12-30 "
            "[participant.six-months]; contact: **undecided** [workbuster.anonymised]",
            system="workbuster",
        ),
        Case(
            "elsewhere the rule about Workbuster says nothing",
            {"left": "2025-06-30"},
            "2025-07-01",
            "identity: **stays**, free on 2025-06-30, last day 2025-12-30 "
            "[participant.six-months]; contact: **refused**, no_rule",
            system="mailbox",
        ),
    ),
)

AT_LEAST = Chapter(
    title="One rule needs it, another wants it gone",
    text="Data stays while any rule needs it, and goes as soon as none does when the tightest "
    "limit has passed.",
    rules="""\
- id: leaver.three-months
  covers: {subject: customer, categories: [identity, contact], systems: all}
  from: ended
  keep: {at_most: P3M}
  then: erase
  approval: one
  source: {law: "GDPR art. 5(1)(e)"}
- id: complaint.one-year
  covers: {subject: customer, categories: [identity], systems: all}
  from: complained
  keep: {at_least: P1Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 17(3)(e)"}
""",
    cases=(
        Case(
            "the complaint needs the name until 29 February a year later: the 28th",
            {"ended": "2025-01-31", "complained": "2024-02-29"},
            "2025-01-31",
            "identity: **stays**, free on 2025-03-01, last day 2025-02-28 [complaint.one-year]; "
            "contact: **stays**, free on 2025-01-31, last day 2025-04-30 [leaver.three-months]",
        ),
        Case(
            "the need ended before the limit: the limit decides",
            {"ended": "2025-01-31", "complained": "2024-02-29"},
            "2025-04-16",
            "**erase**, free on 2025-03-01, last day 2025-04-30 [leaver.three-months]",
            categories=("identity",),
        ),
        Case(
            "the need outlasts the limit: it goes on the day after",
            {"ended": "2025-01-31", "complained": "2025-01-10"},
            "2025-12-24",
            "identity: **stays**, free on 2026-01-11, last day 2026-01-10 [complaint.one-year]; "
            "contact: **erase**, free on 2025-01-31, last day 2025-04-30, LATE "
            "[leaver.three-months]",
        ),
        Case(
            "nobody knows when the complaint was made, so nobody knows whether it is over",
            {"ended": "2025-01-31"},
            "2025-04-30",
            "**refused**, anchor_missing [complaint.one-year]",
            categories=("identity",),
        ),
        Case(
            "the customer has not ended, but the complaint needs the name: that is known",
            {"complained": "2025-01-10"},
            "2025-04-30",
            "**stays**, free on 2026-01-11, last day 2026-01-10 [complaint.one-year]",
            categories=("identity",),
        ),
    ),
)

NO_FIGURE_AT_MOST = Chapter(
    title="At least, and nobody says how long at most",
    text="When the need is over nothing says when it goes: that shows as undecided.",
    rules="""\
- id: clinic.as-medical-records
  covers: {subject: patient, categories: [treatment], systems: all}
  from: last_note
  keep: {at_least: P10Y}
  then: erase
  approval: two
  source: {id: B-22, quote: "samma rutin för sparande av uppgifterna"}
""",
    cases=(
        Case(
            "nine years later",
            {"last_note": "2016-03-01"},
            "2025-03-01",
            "**stays**, free on 2026-03-02, last day 2026-03-01",
        ),
        Case("ten years and a day", {"last_note": "2016-03-01"}, "2026-03-02", "**undecided**"),
    ),
)

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

NEEDED = (FOREVER, UNDECIDED, AT_LEAST, NO_FIGURE_AT_MOST, STRIP, ANONYMISE, ARCHIVE_OR_ERASE)
