"""Bergqvist's policy file says what the document says, and leaves open what it leaves open."""

from datetime import date

import pytest

from lifecycle.policy import Policy, open_decisions
from lifecycle.policy.retention import Then
from lifecycle.retention.decide import rules_of
from lifecycle.retention.facts import Unit
from lifecycle.retention.on_request import decide_on_request
from tests.factories.guidelines import kept, policy_of, quoted_wrongly, rules_from, said_of

ENDED = {"training_ended": date(2026, 6, 5)}
LATER = date(2026, 7, 5)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_of("bergqvist")


def test_every_quote_is_the_documents_own_words(policy: Policy) -> None:
    many, wrong = quoted_wrongly(policy)
    assert many >= 50
    assert wrong == []


def test_b01_and_b02_the_person_who_answers_is_reached_by_mail_and_telephone(
    policy: Policy,
) -> None:
    controller = policy.controller
    assert (controller.country, controller.time_zone) == ("SE", "Europe/Stockholm")
    assert controller.dpo is None
    assert controller.privacy_mailbox == "per.bergqvist@bergqvistutbildningar.se"
    assert controller.phone == "013-137506"


def test_what_is_still_to_be_decided(policy: Policy) -> None:
    waiting = {decision.id: set(decision.about) for decision in open_decisions(policy)}
    assert waiting == {
        "incident-texts": set(),
        "former-student": {"B-15", "B-30"},
        "schoolity": {"B-17", "B-18"},
        "clinic": {"B-21", "B-22", "B-25"},
        "accounting-year": {"B-07"},
        "legal-basis": set(),
        "third-countries": {"B-06", "B-29"},
        "automated-decisions": set(),
        "must-be-given": {"B-04", "B-05"},
        "processor-agreements": {"B-06", "B-29"},
    }


def test_no_rule_has_a_figure_that_the_document_does_not_give(policy: Policy) -> None:
    figures = {rule.id: kept(rule) for rule in policy.retention}
    assert figures == {
        "customer-register.after-training": ("training_ended", "on_the_event", None),
        "former-student.no-figure": (None, "undecided", None),
        "schoolity.after-training": ("training_ended", "on_the_event", None),
        "schoolity.no-figure": (None, "undecided", None),
        "finance.while-training-runs": ("training_ended", "on_the_event", None),
        "finance.bookkeeping": (
            "accounting_entry",
            "end_of_accounting_year+P7Y",
            "end_of_accounting_year+P7Y",
        ),
        "survey-tool.no-figure": (None, "undecided", None),
        "customer-register.opted-out": ("opted_out", "on_the_event", None),
        "survey-tool.opted-out": ("opted_out", "on_the_event", None),
        "clinic.while-customer": (None, "undecided", None),
        "clinic.as-medical-records": (None, None, "undecided"),
    }
    (law,) = [rule for rule in policy.retention if rule.source.law]
    assert law.id == "finance.bookkeeping"


def test_b14_name_address_mail_and_telephone_stay_and_the_identity_number_goes(
    policy: Policy,
) -> None:
    (rule,) = rules_from(policy, "B-14")
    assert rule.then is Then.STRIP
    assert set(rule.stays or ()) == {"name", "address", "email", "phone"}
    assert "national_id" in policy.categories["national-id"].fields
    assert "national-id" in rule.covers.categories
    said = said_of(policy, "student", "customer-register", ENDED, as_of=ENDED["training_ended"])
    assert {verdict for verdict, _, _ in said.values()} == {"strip"}


def test_b15_what_stays_is_undecided_from_then_on(policy: Policy) -> None:
    said = said_of(
        policy,
        "student",
        "customer-register",
        ENDED,
        as_of=date(2046, 1, 1),
        settled="customer-register.after-training",
    )
    assert {category: verdict for category, (verdict, _, _) in said.items()} == {
        "identity": "undecided",
        # The number is out of the register; the rule that took it has been carried out.
        "national-id": "stays",
        "contact": "undecided",
    }


def test_b18_schoolity_keeps_name_and_number_and_loses_the_address(policy: Policy) -> None:
    (rule,) = rules_from(policy, "B-18")
    assert rule.then is Then.STRIP
    # Grades as well: it is for their sake that the person stays (B-17).
    assert set(rule.stays or ()) == {"name", "national_id", "grades"}
    assert not {"address", "phone", "email", "active"} & set(rule.stays or ())
    assert {"contact", "enrolment"} <= set(rule.covers.categories)
    heir = policy.rule(rule.left_to or "")
    assert heir.undecided
    assert heir.decision == "schoolity"


def test_b07_finance_forgets_with_the_training_and_the_law_keeps_the_accounts(
    policy: Policy,
) -> None:
    dates = {**ENDED, "accounting_entry": date(2026, 1, 5)}
    assert said_of(policy, "student", "finance", dates, as_of=LATER) == {
        "identity": ("stays", "finance.bookkeeping", "2033-12-31"),
        "course-payment": ("stays", "finance.bookkeeping", "2033-12-31"),
        "national-id": ("erase", "finance.while-training-runs", "2026-06-05"),
        "contact": ("erase", "finance.while-training-runs", "2026-06-05"),
    }
    said = said_of(
        policy,
        "student",
        "finance",
        dates,
        as_of=date(2034, 1, 1),
        settled="finance.while-training-runs",
    )
    assert said["course-payment"][:2] == ("erase", "finance.bookkeeping")
    assert said["identity"][:2] == ("erase", "finance.bookkeeping")


def test_b10_teachers_lose_access_which_is_no_erasure(policy: Policy) -> None:
    assert rules_from(policy, "B-09") == rules_from(policy, "B-10") == []
    (teachers,) = [lv for lv in policy.systems["schoolity"].levels if lv.source.id == "B-09"]
    assert teachers.sees == "assigned"


def test_b21_and_b22_collide_and_nothing_in_the_cabinet_is_destroyed(policy: Policy) -> None:
    (comes,), (records,) = rules_from(policy, "B-21"), rules_from(policy, "B-22")
    assert comes.undecided
    assert records.undecided
    assert comes.covers == records.covers
    assert comes.decision == records.decision == "clinic"
    said = said_of(policy, "clinic-customer", "clinic-cabinet", {}, as_of=date(2056, 1, 1))
    assert {verdict for verdict, _, _ in said.values()} == {"undecided"}


def test_b12_the_cabinet_is_weeded_by_hand_by_a_therapist_and_somebody_else_confirms(
    policy: Policy,
) -> None:
    cabinet = policy.systems["clinic-cabinet"]
    assert (cabinet.role, cabinet.reached) == ("place", "by_hand")
    assert cabinet.by_hand is not None
    assert cabinet.by_hand.role == "therapist"
    assert cabinet.by_hand.second_person


def test_b28_and_b31_no_mail_from_the_register_and_none_from_the_survey_tool(
    policy: Policy,
) -> None:
    asked = {**ENDED, "opted_out": date(2026, 7, 4)}
    survey = said_of(policy, "student", "survey-tool", asked, as_of=LATER)
    assert survey == {"contact": ("erase", "survey-tool.opted-out", "2026-07-04")}
    (rule,) = rules_from(policy, "B-28")
    assert (rule.then, rule.stays) == (Then.STRIP, ("address", "phone"))
    register = said_of(
        policy,
        "student",
        "customer-register",
        asked,
        as_of=LATER,
        settled="customer-register.after-training",
    )
    assert register["contact"][:2] == ("strip", "customer-register.opted-out")


def test_who_has_not_said_no_to_mail_is_undecided_and_not_missing_a_date(policy: Policy) -> None:
    assert policy.anchors["opted_out"].may_not_happen
    said = said_of(policy, "student", "survey-tool", ENDED, as_of=LATER)
    assert said == {"contact": ("undecided", "survey-tool.no-figure", None)}


@pytest.mark.parametrize("system", ["customer-register", "schoolity", "survey-tool", "e-mail"])
def test_b16_and_b23_who_asks_is_removed_though_nobody_has_decided(
    policy: Policy, system: str
) -> None:
    assert _asked(policy, "student", system) == {"go"}


def test_b25_a_clinic_customers_wish_waits_for_a_person_as_b22_may_forbid_it(
    policy: Policy,
) -> None:
    assert _asked(policy, "clinic-customer", "clinic-cabinet") == {"undecided"}


def _asked(policy: Policy, kind: str, system: str) -> set[str]:
    unit = Unit(
        subject_id=1,
        placement_id=1,
        kind=kind,
        system=system,
        categories=policy.systems[system].holds[kind],
        anchors=ENDED,
    )
    rules = rules_of(policy, as_of=LATER)
    found = decide_on_request(unit, rules=rules, held=frozenset(), themselves=True)
    return {str(each.verdict) for each in found}


def test_b05_the_identity_number_is_taken_only_where_an_authority_wants_a_report(
    policy: Policy,
) -> None:
    (dropped,) = policy.not_collected
    assert (dropped.called, dropped.subjects) == ("personnummer", ("student",))
    assert dropped.unless


def test_b13_nothing_goes_to_outsiders_without_permission(policy: Policy) -> None:
    assert policy.sharing is not None
    assert policy.sharing.automatic == "never"
    (rule,) = policy.sharing.rules
    assert rule.only_with == ("consent",)
    assert len(rule.classes) == 3


def test_the_health_declaration_is_sensitive_and_two_must_agree(policy: Policy) -> None:
    assert policy.categories["health-declaration"].data_class == "sensitive"
    rules = [r for r in policy.retention if "health-declaration" in r.covers.categories]
    assert {rule.approval for rule in rules} == {"two"}
