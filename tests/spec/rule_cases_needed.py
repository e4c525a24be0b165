"""What is needed longer, and what nobody has decided."""

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
            "the last day of the need, with the limit ahead",
            {"ended": "2025-01-31", "complained": "2024-02-29"},
            "2025-02-28",
            "**stays**, free on 2025-03-01, last day 2025-02-28 [complaint.one-year]",
            categories=("identity",),
        ),
        Case(
            "the day after it",
            {"ended": "2025-01-31", "complained": "2024-02-29"},
            "2025-03-01",
            "**stays**, free on 2025-03-01, last day 2025-04-30 [leaver.three-months]",
            categories=("identity",),
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
        Case(
            "the need's last day, and nobody has said when the customer ended",
            {"complained": "2025-01-10"},
            "2026-01-10",
            "**stays**, free on 2026-01-11, last day 2026-01-10 [complaint.one-year]",
            categories=("identity",),
        ),
        Case(
            "the need is over, and nobody has said when the customer ended",
            {"complained": "2025-01-10"},
            "2026-01-11",
            "**refused**, anchor_missing [leaver.three-months]",
            categories=("identity",),
        ),
        Case(
            "the complaint's date is a mistake, so nobody knows whether it is over",
            {"ended": "2025-01-31", "complained": "1970-01-01"},
            "2025-04-30",
            "**refused**, anchor_in_far_past [complaint.one-year]",
            categories=("identity",),
        ),
    ),
)

SEVERAL_NEEDS = Chapter(
    title="Several rules need it",
    text="The longest need decides. One that nobody has decided shows when the others are over.",
    rules="""\
- id: orders.two-years
  covers: {subject: customer, categories: [identity, address], systems: all}
  from: ordered
  keep: {at_least: P2Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 6(1)(b)"}
- id: guarantee.one-year
  covers: {subject: customer, categories: [identity, address], systems: all}
  from: ordered
  keep: {at_least: P1Y}
  then: erase
  approval: one
  source: {law: "GDPR art. 6(1)(b)"}
- id: customer.leaves
  covers: {subject: customer, categories: [identity], systems: all}
  from: ended
  keep: {at_most: P1M}
  then: erase
  approval: one
  source: {law: "GDPR art. 5(1)(e)"}
- id: address.nobody-knows
  covers: {subject: customer, categories: [address], systems: all}
  from: ended
  keep: {at_most: undecided}
  decision: address
  then: erase
  approval: one
  source: {law: "GDPR art. 5(1)(e)"}
""",
    cases=(
        Case(
            "two years are longer than one",
            {"ordered": "2024-03-01", "ended": "2025-01-31"},
            "2025-06-01",
            "**stays**, free on 2026-03-02, last day 2026-03-01 [orders.two-years]",
        ),
        Case(
            "both needs are over",
            {"ordered": "2024-03-01", "ended": "2025-01-31"},
            "2026-03-02",
            "identity: **erase**, free on 2026-03-02, last day 2026-03-02 [customer.leaves]; "
            "address: **undecided** [address.nobody-knows]",
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

UNDECIDED_NEED = Chapter(
    title="Nobody has decided how long it is needed",
    text="Then nothing takes it away, whatever limit another rule gives.",
    rules="""\
- id: clinic.as-medical-records
  covers: {subject: patient, categories: [treatment], systems: all}
  from: last_visit
  keep: {at_least: undecided}
  decision: clinic
  then: erase
  approval: two
  source: {id: B-22, quote: "samma rutin för sparande av uppgifterna"}
- id: clinic.while-coming
  covers: {subject: patient, categories: [treatment, contact], systems: all}
  from: last_visit
  keep: {at_most: P1Y}
  then: erase
  approval: one
  source: {id: B-21, quote: "sparas under så lång tid kunden går till oss för behandlingar"}
""",
    cases=(
        Case(
            "a year after the last visit",
            {"last_visit": "2025-05-01"},
            "2026-05-01",
            "treatment: **undecided** [clinic.as-medical-records]; contact: **erase**, "
            "free on 2025-05-01, last day 2026-05-01 [clinic.while-coming]",
            categories=("treatment", "contact"),
        ),
    ),
)

NEEDED = (FOREVER, UNDECIDED, AT_LEAST, SEVERAL_NEEDS, NO_FIGURE_AT_MOST, UNDECIDED_NEED)
