"""Parts of a policy that are right by themselves and do not fit together are refused."""

import pytest

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.policy import load_policy, open_decisions, parse_policy, policy_directory

FILE = policy_directory() / "academedia.yaml"
TEXT = FILE.read_text(encoding="utf-8")
A_RULE = "keep: {at_most: P6M}"
COVERS = (
    "{subject: participant, categories: [identity, contact, assignment], systems: [workbuster]}"
)
HOLDS = "participant: [identity, contact, assignment, approval-form, consent-proof]"
NEEDS = "needs: [identity, contact, assignment, approval-form]"
RESIDUE = "[case_reference, start_date, project]"


def changed(old: str, new: str) -> bytes:
    assert old in TEXT
    return TEXT.replace(old, new, 1).encode()


def problems(content: bytes) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(content, name="academedia.yaml")
    return refused.value.problems


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        # the intake
        (
            "      keep: contact",
            "      keep: contacts",
            "intake.columns.street_address.keep",
            "'contact'?",
        ),
        ("\n  subject: participant\n", "\n  subject: nobody\n", "intake.subject", "not declared"),
        ("[Postort, Ort,", "[Postort, POST-NR,", "intake.columns.city.aliases[1]", "postal_code"),
        ("[Postort, Ort,", '[Postort, "..",', "intake.columns.city.aliases[1]", "take it away"),
        ("      - Skyddad\n", "      - E-post\n", "intake.protected.flags[5]", "email"),
        # purposes, systems, staging
        (NEEDS, "needs: [identity, contact, assignment]", "categories.approval-form", "no purpose"),
        (
            NEEDS,
            "needs: [identity, contact, assigment, approval-form]",
            "purposes.assignment.needs[2]",
            "'assignment'?",
        ),
        (
            "    decision: legal-basis",
            "    decision: legal-bases",
            "purposes.assignment.legal_basis",
            "'legal-basis'?",
        ),
        (
            "    decision: legal-basis",
            "    # none",
            "purposes.assignment.legal_basis",
            "open decision",
        ),
        (
            HOLDS,
            "participant: [identity, contact, assignment, helth]",
            "systems.gallra.holds.participant[3]",
            "'health'?",
        ),
        (
            HOLDS,
            "participant: [identity, contact, approval-form, consent-proof]",
            "intake.columns.order_number.keep",
            "systems.gallra",
        ),
        (
            HOLDS,
            "nobody: [identity, contact, assignment]",
            "systems.gallra.holds.nobody",
            "kind of data subject",
        ),
        ("  place: af-staging", "  place: af-stagin", "staging.place", "'af-staging'?"),
        ("  place: af-staging", "  place: workbuster", "staging.place", "another role"),
        ("    role: records", "    role: device", "systems", "exactly one"),
        (
            "    obtained_from: Arbetsförmedlingen\n    subject: participant",
            "    obtained_from: x\n    subject: nobody",
            "information[0].subject",
            "not declared",
        ),
        # retention
        (
            COVERS,
            "{subject: nobody, categories: [identity], systems: all}",
            "retention[2].covers.subject",
            "not declared",
        ),
        (
            COVERS,
            "{subject: participant, categories: [identty], systems: [workbuster]}",
            "retention[2].covers.categories[0]",
            "'identity'?",
        ),
        (
            COVERS,
            COVERS.replace("[workbuster]", "[workbusters]"),
            "retention[2].covers.systems[0]",
            "'workbuster'?",
        ),
        ("    from: left", "    from: lefft", "retention[0].from", "'left'?"),
        ("    from: left\n", "", "retention[0].from", "counted from an event"),
        ("    decision: workbuster-inactivity\n", "", "retention[3].keep", "open decision"),
        (
            "- id: workbuster.anonymised",
            "- id: participant.six-months",
            "retention[3].id",
            "its own",
        ),
        (
            RESIDUE,
            "[case_reference, started, project]",
            "retention[2].residue.fields[1]",
            "'start_date'?",
        ),
        (
            "      purpose: statistics",
            "      purpose: statistic",
            "retention[2].residue.purpose",
            "'statistics'?",
        ),
        (
            "taken_from: [break_off_date, end_date]",
            "taken_from: [broke_off]",
            "anchors.left.taken_from[0]",
            "not declared",
        ),
        (
            A_RULE,
            "keep: {at_most: P6M, at_least: P7M}",
            "retention[0].keep.at_least",
            "later than at_most P6M",
        ),
        (A_RULE, "keep: {at_most: P6M, at_least: forever}", "retention[0].keep.at_least", "later"),
        (A_RULE, "keep: {at_most: P1M, at_least: P31D}", "retention[0].keep.at_least", "later"),
        ("- id: signal-24-months", "- id: legal-basis", "decisions[2].id", "its own"),
        # what an export needs
        ("    role: case_system\n", "    role: staging\n", "systems", "role case_system; add it"),
    ],
)
def test_parts_that_do_not_fit_are_found(old: str, new: str, path: str, right: str) -> None:
    found = problems(changed(old, new))
    match = [problem for problem in found if problem.path == path]
    assert match, found
    assert right in match[0].message


def test_a_required_column_must_be_listed() -> None:
    content = changed(
        "required: [case_reference, national_id]", "required: [case_reference, level]"
    )
    removed = content.decode().replace(
        "    level:\n      keep: assignment\n      aliases: [Nivå, Ersättningsnivå]\n", ""
    )
    (found,) = problems(removed.encode())
    assert found.path == "intake.required[1]"


def test_no_row_can_be_judged_without_its_identity_column() -> None:
    start = TEXT.index("    national_id:\n")
    end = TEXT.index("    given_name:\n")
    found = problems((TEXT[:start] + TEXT[end:]).encode())
    assert {p.path for p in found} == {"intake.required[1]", "intake.columns"}


def test_data_without_a_rule_is_refused() -> None:
    found = problems(changed("systems: [af-staging]}", "systems: [gallra]}"))
    assert [p.path for p in found if "no retention rule" in p.message] == [
        f"systems.af-staging.holds.participant[{n}]" for n in range(3)
    ]
    assert "at_most: undecided" in found[0].message


def test_an_export_needs_its_folder_and_its_hours() -> None:
    staging = TEXT[TEXT.index("staging:\n  place:") : TEXT.index("intake:\n  source:")]
    hours = TEXT[TEXT.index("  import_af:\n") : TEXT.index("  follow_up:\n")]
    content = TEXT.replace(staging, "").replace(hours, "")
    assert {p.path for p in problems(content.encode())} == {"staging", "schedules.import_af"}


def test_equal_limits_and_limits_with_a_decision_are_no_contradiction() -> None:
    equal = changed(A_RULE, "keep: {at_most: P1Y, at_least: P12M}")
    assert parse_policy(equal, name="academedia.yaml")
    settled = changed(A_RULE, "keep: {at_most: P6M, at_least: P7M}\n    decision: signal-24-months")
    assert parse_policy(settled, name="academedia.yaml")


def test_two_rules_of_the_same_event_may_not_contradict_each_other() -> None:
    another = """
  - id: participant.longer
    covers: {subject: participant, categories: [contact], systems: [gallra]}
    from: left
    keep: {at_least: P2Y}
    then: erase
    approval: one
    source: {law: somewhere}
"""
    (found,) = problems(changed("\nretention:\n", "\nretention:" + another))
    assert found.path == "retention[0].keep.at_least"
    assert "participant.six-months" in found.message


def test_open_decisions_are_listed_with_what_waits_for_them() -> None:
    waiting = {decision.id: decision.waiting for decision in open_decisions(load_policy(FILE))}
    undecided = {"workbuster-inactivity": ("workbuster.anonymised",)}
    undecided["novo-erasure-policy"] = ("novo.own-policy",)
    assert undecided.items() <= waiting.items()
    assert {"assignment", "statistics", "education", "arbetsformedlingen"} <= {
        *waiting["legal-basis"]
    }
    assert set(waiting["processor-agreements"]) == set(load_policy(FILE).processors)
    assert [decision for decision, waits in waiting.items() if not waits] == [
        "signal-24-months",
        "archive-plan",
        "withdrawal-acts-forward",
        "returning-after-erasure",
        "incident-texts",
    ]


def test_a_decided_decision_is_no_longer_open() -> None:
    start = TEXT.index("  - id: signal-24-months")
    end = TEXT.index("  - id: archive-plan")
    decided = """  - id: signal-24-months
    about: [A-71]
    question: Is the signal a special reason?
    status: decided
    choice: No.
    reason: The main rule knows no such exception.
    decided_by: the data protection officer
    decided_on: 2026-11-02
"""
    policy = parse_policy((TEXT[:start] + decided + TEXT[end:]).encode(), name=FILE.name)
    assert "signal-24-months" not in {decision.id for decision in open_decisions(policy)}
