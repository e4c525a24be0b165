"""Nonsense in a policy is refused with its line and what would be right, rule form by rule form."""

from pathlib import Path

import pytest

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.policy import Policy, open_decisions, parse_policy

FILE = Path(__file__).parents[1] / "data" / "policies" / "exempel.yaml"
TEXT = FILE.read_text(encoding="utf-8")
_ORDER = "within: P30D, remind_every: P7D, evidence: avtalet, second_person: false, how: skriv"
REVIEW = (
    "processor_review: {every: P1Y, ahead: P30D, by: head, needs: [agreement, review], "
    f"order: {{{_ORDER}}}, source: {{law: GDPR art. 28}}}}\n"
)
ASSESSED = (
    "assessments: {consequence: [low, high], likelihood: [low, high], medium_from: 2, "
    "high_from: 4, of: [activity], every: P1Y, ahead: P30D, by: head, "
    f"order: {{role: head, {_ORDER}}}, source: {{law: GDPR art. 35}}}}\n"
)
MEASURES = (
    "security: [{id: locked, called: låst, source: {law: x}}, "
    "{id: locked, called: larm, source: {law: x}}]\n"
)

Edit = tuple[str, str]


def edited(*edits: Edit) -> str:
    text = TEXT
    for old, new in edits:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def parse(*edits: Edit) -> Policy:
    return parse_policy(edited(*edits).encode(), name=FILE.name)


def problems(*edits: Edit) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as refused:
        parse(*edits)
    return refused.value.problems


def line_of(text: str, *, within: str) -> int:
    return within[: within.index(text)].count("\n") + 1


def rule(**parts: str) -> Edit:
    """Another rule in front of the others."""
    lines = {
        "covers": "{subject: pupil, categories: [contact], systems: [gallra]}",
        "from": "left",
        "keep": "{at_most: end_of_year}",
        "then": "erase",
        "approval": "one",
        "source": "{law: somewhere}",
    } | parts
    body = "".join(f"    {key}: {value}\n" for key, value in lines.items() if value)
    return "retention:\n", f"retention:\n  - id: another\n{body}"


def test_the_small_policy_is_sound() -> None:
    policy = parse()
    assert policy.staging is None
    assert policy.intake is None
    assert policy.case_system is None
    assert policy.schedules.import_af is None
    assert [decision.waiting for decision in open_decisions(policy)] == [
        ("bookkeeping", "host", "board")
    ]


@pytest.mark.parametrize(
    ("edit", "path", "right"),
    [
        # an anchor where one is needed
        (rule(**{"from": ""}), "retention[0].from", "counted from an event; write one of: left"),
        (rule(**{"from": "lefft"}), "retention[0].from", "did you mean 'left'?"),
        (
            rule(**{"from": "", "keep": "{at_most: on_the_event}"}),
            "retention[0].from",
            "on_the_event is counted from an event",
        ),
        (
            rule(keep="{at_most: every_day}"),
            "retention[0].from",
            "every_day is counted from no event",
        ),
        (
            ("means: The pupil left., per: person", "means: The pupil left., per: file"),
            "retention[0].from",
            "only a staging folder or a device holds files",
        ),
        (
            ("anchors:\n", "anchors:\n  born: {means: Somebody was born., per: person}\n"),
            "anchors.born",
            "no rule counts from this event",
        ),
        (
            ("per: record}", "per: record, taken_from: [paid]}"),
            "anchors.paid.taken_from[0]",
            "column 'paid'",
        ),
        # at_least after at_most
        (
            rule(keep="{at_most: P6M, at_least: P7M}"),
            "retention[0].keep.at_least",
            "P7M is later than at_most P6M",
        ),
        (
            rule(keep="{at_least: end_of_year+P1Y}"),
            "retention[0].keep.at_least",
            "later than at_most of pupil.year-end end_of_year",
        ),
        (
            rule(keep="{at_least: P1D}"),
            "retention[0].keep.at_least",
            "later than at_most of pupil.year-end",
        ),
        (
            rule(keep="{at_least: forever}", **{"from": "paid"}),
            "retention[0].keep.at_least",
            "forever is later than at_most of pupil.year-end",
        ),
        (
            rule(keep="{at_least: end_of_accounting_year}"),
            "retention[0].keep.at_least",
            "later than at_most of pupil.year-end",
        ),
        (
            (
                "at_least: end_of_accounting_year+P5Y}",
                "at_least: end_of_accounting_year+P6Y}",
            ),
            "retention[2].keep.at_least",
            "later than at_most end_of_accounting_year+P5Y",
        ),
        # every category has a rule, every rule something to cover
        (
            ("holds: {pupil: [health]}", "holds: {pupil: [health, contact]}"),
            "systems.binder.holds.pupil[1]",
            "no retention rule covers 'contact' of a pupil here",
        ),
        (
            ("means: The pupil left., per: person", "means: x, per: person, may_not_happen: true"),
            "systems.binder.holds.pupil[0]",
            "waits for what may not happen",
        ),
        (
            rule(covers="{subject: pupil, categories: [accounts], systems: [gallra]}"),
            "retention[0].covers.categories[0]",
            "no system that this rule speaks of holds 'accounts' of a pupil",
        ),
        (
            rule(covers="{subject: pupil, categories: [contact], systems: [gallra, binder]}"),
            "retention[0].covers.systems[1]",
            "'binder' holds nothing that this rule covers",
        ),
        (
            ("holds: {pupil: [health]}", "holds: {pupil: [helth]}"),
            "systems.binder.holds.pupil[0]",
            "did you mean 'health'?",
        ),
        (
            ("holds: {pupil: [health]}", "holds: {pupl: [health]}"),
            "systems.binder.holds.pupl",
            "did you mean 'pupil'?",
        ),
        # roles
        (("erasure: [head]", "erasure: [heat]"), "approvals.erasure[0]", "'head'?"),
        (("hold: [head]", "hold: [nobody]"), "approvals.hold[0]", "known here: head, office"),
        (("second: [office]", "second: [ofice]"), "approvals.second[0]", "'office'?"),
        (("role: office", "role: offic"), "systems.binder.by_hand.role", "'office'?"),
        ((", second: [office]", ""), "retention[3].approval", "approvals.second names no role"),
        (rule(approval="none"), "retention[0].approval", "none is only for"),
        # accounting year
        (
            ('  accounting_year_begins: "08-01"\n', ""),
            "retention[2].keep",
            "write erasure.accounting_year_begins",
        ),
        # what stays
        (
            ("stays: [name,", "stays: [nam,"),
            "retention[1].stays[0]",
            "no field of the categories that this rule covers; did you mean 'name'?",
        ),
        (("stays: [name,", "stays: [allergy,"), "retention[1].stays[0]", "'allergy' is no field"),
        (
            ("left_to: accounts.five-years", "left_to: accounts.five-yers"),
            "retention[1].left_to",
            "'accounts.five-years'?",
        ),
        (
            ("left_to: accounts.five-years", "left_to: pupil.strip"),
            "retention[1].left_to",
            "the other rule 'pupil.strip'",
        ),
        (
            ("stays: [name,", "stays: [name, phone,"),
            "retention[1].left_to",
            "does not cover contact, of which fields stay",
        ),
        (
            ("left_to: accounts.five-years", "left_to: pupil.year-end"),
            "retention[1].left_to",
            "does not speak of register",
        ),
        # relatives
        (("goes_with: pupil", "goes_with: pupils"), "subjects.parent.goes_with", "'pupil'?"),
        (("goes_with: pupil", "goes_with: parent"), "subjects.parent.goes_with", "other kind"),
        (
            ("pupil: {called: elev,", "pupil: {called: elev, goes_with: parent,"),
            "subjects.pupil.goes_with",
            "goes with somebody too",
        ),
        # what needs an export
        (
            (
                "schedules:\n",
                'schedules:\n  import_af: {every: PT1H, opens: "07:00", closes: "18:00", '
                "days: [monday]}\n",
            ),
            "schedules.import_af",
            "no export is imported",
        ),
        # the turn of the year
        (('  year_end: {at: "05:45"}\n', ""), "schedules.year_end", "at which hour"),
        (('  year_end: "12-01"\n', ""), "schedules.year_end", "write erasure.year_end"),
        (("role: system", "role: records"), "systems", "exactly one system has the role records"),
        # purposes
        (("    article_9: explicit_consent\n", ""), "purposes.schooling.article_9", "'health' is"),
        (
            ("article_9: explicit_consent", "article_9: undecided"),
            "purposes.schooling.article_9",
            "id of an open decision",
        ),
        # people
        (("given_by: [pupil, parent]", "given_by: [parnt]"), "consents[0].given_by[0]", "'parent'"),
        (("proof: consent", "proof: consnt"), "consents[0].proof", "'consent'?"),
        (("purpose: schooling", "purpose: scholing"), "consents[0].purpose", "'schooling'?"),
        (("subjects: [pupil, parent]", "subjects: [pupls]"), "notices[0].subjects[0]", "'pupil'"),
        (('    yearly_on: "08-20"\n', ""), "notices[0]", "yearly and yearly_on belong together"),
        (("governs: sv", "governs: da"), "notices[0]", "not among languages"),
        (("channels: [mail]", "channels: [maill]"), "sharing.rules[0].channels[0]", "'mail'?"),
        (
            ("channels: [mail], ", "channels: [mail], recipients: [bord], "),
            "sharing.rules[0].recipients[0]",
            "'board'?",
        ),
        (
            ("  rules:\n", "    fax: {called: fax, needs: [], source: {law: x}}\n  rules:\n"),
            "sharing.channels.fax",
            "no rule allows it",
        ),
        *(
            (
                (
                    "  source: {law: GDPR art. 32}\n\nprocessors",
                    f"  anonymous_only: {{{name}: {{called: f, source: {{law: x}}}}}}\n"
                    "  source: {law: GDPR art. 32}\n\nprocessors",
                ),
                f"sharing.anonymous_only.{name}",
                "would get people's data",
            )
            for name in ("board", "schooling")
        ),
        (
            ("      decision: basis\n      source", "      source"),
            "sharing.recipients.board.legal_basis",
            "undecided needs `decision:`",
        ),
        (
            ("within: P15D", "within: undecided"),
            "sharing.telling.within",
            "undecided needs `decision:`",
        ),
        (("within: P15D", "within: PT14H"), "sharing.telling.within", "within whole days"),
        (("within: P15D", "within: soon"), "sharing.telling.within", "or undecided"),
        (("P15D, role: head", "P15D, role: haed"), "sharing.telling.role", "'head'?"),
        (("systems: [register], agreement", "systems: [x], agreement"), "processors.host", None),
        (
            (REVIEW, ""),
            "processor_review",
            "is missing",
        ),
        (
            (
                "undecided, third_countries: [], decision: basis, answers",
                "signed, third_countries: [], answers",
            ),
            "processors.host",
            "signed_on belong together",
        ),
        (
            (
                "undecided, third_countries: [], decision: basis, answers",
                "not_needed, third_countries: undecided, answers",
            ),
            "processors.host.third_countries",
            "undecided needs `decision:`",
        ),
        (
            ("third_countries: []", "third_countries: [{country: US, ground: adequacy}]"),
            "processors.host.third_countries[0]",
            "contradicts third_countries: `happens: never`",
        ),
        (
            ("third_countries: []", "third_countries: undecided"),
            "processors.host.third_countries",
            "contradicts third_countries: `happens: never`",
        ),
        (
            ("third_countries: []", "third_countries: [{country: NO, ground: adequacy}]"),
            "processors.host.third_countries[0].country",
            "needs no ground",
        ),
        (
            ("third_countries: []", "third_countries: [{country: usa, ground: adequacy}]"),
            "processors.host.third_countries[0].country",
            "two capital letters",
        ),
        (("ahead: P30D, by: head", "ahead: P30D, by: haed"), "processor_review.by", "'head'?"),
        (("ahead: P30D, by", "ahead: P1Y, by"), "processor_review", "shorter than every"),
        (("ahead: P30D, by", "ahead: PT5H, by"), "processor_review", "counted in days"),
        (
            ("\nfree_text:", f"{ASSESSED.replace('high_from: 4', 'high_from: 5')}\nfree_text:"),
            "assessments",
            "at most 4",
        ),
        (
            ("\nfree_text:", f"{ASSESSED.replace('by: head', 'by: haed')}\nfree_text:"),
            "assessments.by",
            "'head'?",
        ),
        (
            ("\nfree_text:", f"{MEASURES}\nfree_text:"),
            "security[1].id",
            "two measures have this id",
        ),
        (("id: notes, systems: [register]", "id: notes, systems: [r]"), "free_text[0]", None),
        (("id: sick, systems: [register]", "id: sick, systems: [r]"), "absence[0]", None),
        (("subjects: [pupil], source", "subjects: [pope], source"), "not_collected[0]", None),
    ],
)
def test_it_is_refused_with_its_place_and_a_remedy(
    edit: Edit, path: str, right: str | None
) -> None:
    found = problems(edit)
    match = [p for p in found if p.path == path or (right is None and p.path.startswith(path))]
    assert match, found
    assert any((right or "is not declared") in problem.message for problem in match), match
    assert 1 <= match[0].line <= edited(edit).count("\n")


def test_the_line_is_that_of_the_wrong_word() -> None:
    edit = ("left_to: accounts.five-years", "left_to: nobody")
    (found,) = problems(edit)
    assert found.line == line_of("left_to: nobody", within=edited(edit))


def test_what_a_strip_leaves_to_another_rule_is_no_contradiction() -> None:
    """The strip must be done by the year's end; what it leaves is needed for five years more."""
    same_event = ("    from: paid\n", "    from: left\n")
    unused = ("  paid: {means: The payment was made., per: record}\n", "")
    assert parse(same_event, unused)


def test_a_decision_settles_a_contradiction() -> None:
    assert problems(rule(keep="{at_least: P2Y}"))
    assert parse(rule(keep="{at_least: P2Y}", decision="basis"))


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ("P12M", "P1Y"),
        ("end_of_year", "end_of_year"),
        ("end_of_year+P5Y", "end_of_year+P60M"),
        ("end_of_accounting_year", "end_of_accounting_year+P1D"),
        ("end_of_year", "P366D"),
        ("P1Y", "end_of_year+P366D"),
        ("undecided", "P1D"),
    ],
)
def test_limits_that_can_both_be_kept_are_no_contradiction(least: str, most: str) -> None:
    decision = "basis" if "undecided" in (least, most) else ""
    keep = f"{{at_least: {least}, at_most: {most}}}"
    apart = (
        "covers: {subject: pupil, categories: [identity, contact, consent]",
        "covers: {subject: pupil, categories: [identity, consent]",
    )
    assert parse(apart, rule(keep=keep, decision=decision))


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ("P31D", "P1M"),
        ("P1Y", "P365D"),
        ("end_of_year", "P365D"),
        ("P1D", "end_of_year"),
        ("end_of_year+P1D", "end_of_year"),
        ("end_of_year", "end_of_accounting_year"),
        ("P1D", "on_the_event"),
    ],
)
def test_limits_that_cannot_always_both_be_kept_are(least: str, most: str) -> None:
    apart = (
        "covers: {subject: pupil, categories: [identity, contact, consent]",
        "covers: {subject: pupil, categories: [identity, consent]",
    )
    (found,) = problems(apart, rule(keep=f"{{at_least: {least}, at_most: {most}}}"))
    assert found.path == "retention[0].keep.at_least"
    assert f"{least} is later than at_most {most}" in found.message


def test_recipients_whom_nobody_would_tell_are_refused() -> None:
    told = "  telling: {within: P15D, role: head, how: ring, evidence: kvitto, source: {law: GDPR "
    [found] = problems((f"{told}art. 19}}}}\n", ""))
    assert found.path == "sharing.telling"
    assert "who tells recipients" in found.message


def test_an_undecided_last_day_for_telling_waits_for_its_decision() -> None:
    policy = parse(("within: P15D,", "within: undecided, decision: basis,"))
    [decision] = [one for one in open_decisions(policy) if one.id == "basis"]
    assert "telling recipients" in decision.waiting


OPTIONAL = (
    "notices",
    "consents",
    "sharing",
    "free_text",
    "absence",
    "not_collected",
)


@pytest.mark.parametrize("part", OPTIONAL)
def test_where_nothing_is_declared_nothing_need_be_written(part: str) -> None:
    lines = TEXT.splitlines(keepends=True)
    start = lines.index(f"{part}:\n")
    end = next(n for n in range(start + 1, len(lines)) if lines[n][:1] not in {" ", "\n"})
    text = "".join([*lines[:start], *lines[end:]])
    assert not getattr(parse_policy(text.encode(), name=FILE.name), part)


SOMETIMES = (
    "third_countries: {happens: never, source: {law: GDPR art. 13(1)(f)}}",
    "third_countries: {happens: sometimes, transfers: {cloud: {to: värden, country: USA, "
    "subjects: [pupil], ground: adequacy_decision, source: {law: x}}}, source: {law: x}}",
)


def test_a_processor_abroad_rests_on_a_ground_that_people_are_told() -> None:
    told = ("third_countries: []", "third_countries: [{country: US, ground: adequacy}]")
    assert parse(SOMETIMES, told)
    other = ("third_countries: []", "third_countries: [{country: US, ground: standard_clauses}]")
    (found,) = problems(SOMETIMES, other)
    assert found.path == "processors.host.third_countries[0].ground"
    assert "no transfer" in found.message
