"""AcadeMedia's policy file says what the guidelines say."""

from datetime import time, timedelta

import pytest

from lifecycle.policy import Policy, load_policy, open_decisions, policy_directory
from lifecycle.policy.consents import Withdrawal
from lifecycle.policy.data import DataClass
from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.policy.running import OfficeHours, Staging
from lifecycle.policy.values import Period, Term


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(policy_directory() / "academedia.yaml")


@pytest.fixture(scope="module")
def staging(policy: Policy) -> Staging:
    assert policy.staging is not None
    return policy.staging


def of(policy: Policy, sentence: str) -> list[RetentionRule]:
    """The rules that have this sentence as their source."""
    return [rule for rule in policy.retention if rule.source.id == sentence]


def test_a98_the_excel_file_is_deleted_from_the_computer_after_the_import(policy: Policy) -> None:
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-98"]
    assert rule.covers.systems == ("local-computer",)
    assert (rule.anchor, rule.keep.at_most, rule.then) == (
        "imported",
        Term.ON_THE_EVENT,
        Then.ERASE,
    )
    assert policy.systems["local-computer"].reached == "by_hand"


def test_a101_the_folder_is_emptied_every_day(policy: Policy, staging: Staging) -> None:
    assert staging.emptied == "every_day"
    assert staging.purge_at == (time(18, 0), time(23, 30))
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-101"]
    assert rule.covers.systems == (staging.place,)
    assert rule.keep.at_most is Term.EVERY_DAY


def test_no_file_lies_a_whole_day_and_the_alarm_comes_before(staging: Staging) -> None:
    assert staging.longest_wait < staging.alarm_after.exact < staging.longest.exact
    assert staging.longest.exact == timedelta(hours=24)


def test_a71_and_a75_everything_goes_six_months_after_leaving_in_every_place(
    policy: Policy,
) -> None:
    rules = of(policy, "A-71")
    assert {(rule.anchor, rule.keep.at_most) for rule in rules} == {("left", Period.parse("P6M"))}
    daily = {"af-staging", "local-computer"}
    for name, system in policy.systems.items():
        for kind, categories in system.holds.items():
            covered = {
                category
                for rule in rules
                if rule.covers.subject == kind and rule.covers.in_system(name)
                for category in rule.covers.categories
            }
            assert (name in daily) or set(categories) <= covered, (name, kind)


def test_a76_e_mail_is_weeded_too_and_paper_and_usb_sticks_by_a_person_with_a_deadline(
    policy: Policy,
) -> None:
    for name in ("e-mail", "paper-binder", "usb-stick", "onedrive", "google-drive"):
        by_hand = policy.systems[name].by_hand
        assert by_hand is not None
        assert by_hand.role in policy.roles
        assert by_hand.within == Period.parse("P14D")
        assert by_hand.evidence
    assert policy.systems["paper-binder"].by_hand is not None
    assert policy.systems["paper-binder"].by_hand.second_person, "nobody can read paper back"


def test_a74_the_responsible_manager_judges_what_is_kept_longer(policy: Policy) -> None:
    assert "chef" in policy.approvals.hold
    assert policy.roles["chef"].source is not None
    assert policy.roles["chef"].source.id == "A-74"


@pytest.mark.parametrize("system", ["novo", "adobe-connect", "omnius", "pingpong"])
def test_the_learning_platforms_are_weeded_by_machine(policy: Policy, system: str) -> None:
    assert policy.systems[system].reached == "by_machine"
    assert "pupil" in policy.systems[system].holds


def test_a66_and_a67_notes_and_health_are_sensitive_and_lie_in_places_that_people_weed(
    policy: Policy,
) -> None:
    sensitive = {n for n, c in policy.categories.items() if c.data_class is DataClass.SENSITIVE}
    assert sensitive == {"teacher-notes", "health"}
    for system in policy.systems.values():
        held = {category for categories in system.holds.values() for category in categories}
        assert not held & sensitive or system.reached == "by_hand"


def test_a105_to_a107_workbuster_has_three_permission_levels(policy: Policy) -> None:
    levels = policy.systems["workbuster"].levels
    assert [(level.level, level.called, level.sees) for level in levels] == [
        (1, "Coach", "assigned"),
        (2, "Arbetsledare", "project"),
        (3, "Administratör", "all"),
    ]
    assert [level.source.id for level in levels] == ["A-105", "A-106", "A-107"]


def test_a108_case_number_date_and_project_stay_after_a_time_nobody_has_decided(
    policy: Policy,
) -> None:
    (rule,) = of(policy, "A-108")
    assert rule.undecided
    assert rule.then is Then.ANONYMISE
    assert rule.residue is not None
    assert rule.residue.fields == ("case_reference", "start_date", "project")
    (decision,) = [d for d in open_decisions(policy) if rule.id in d.waiting]
    assert decision.about == ("A-108",)


def test_a71_is_when_and_a108_is_how_a_participant_leaves_workbuster(policy: Policy) -> None:
    rule = policy.rule("workbuster.six-months")
    assert rule.covers.systems == ("workbuster",)
    assert (rule.anchor, rule.keep.at_most) == ("left", Period.parse("P6M"))
    assert rule.then is Then.ANONYMISE
    assert rule.residue is not None
    assert rule.residue.fields == ("case_reference", "start_date", "project")
    assert rule.residue.purpose == "statistics"


def test_a84_novos_own_policy_is_not_supplied_and_stays_open(policy: Policy) -> None:
    (rule,) = of(policy, "A-84")
    assert rule.covers.systems == ("novo",)
    assert rule.undecided
    assert "novo-erasure-policy" in {decision.id for decision in open_decisions(policy)}


def test_the_signal_of_24_months_keeps_nothing_as_long_as_nobody_decides(policy: Policy) -> None:
    (decision,) = [d for d in open_decisions(policy) if d.id == "signal-24-months"]
    assert decision.about == ("A-71", "A-72")
    assert not any(rule.decision == decision.id for rule in policy.retention)


def test_a05_and_a99_the_form_and_the_legal_basis_wait_for_a_decision(policy: Policy) -> None:
    (decision,) = [d for d in open_decisions(policy) if {"A-05", "A-99"} <= set(d.about)]
    undecided = {n for n, p in policy.purposes.items() if p.legal_basis == "undecided"}
    assert undecided <= set(decision.waiting)
    assert {"assignment", "statistics"} <= undecided


def test_a03_what_the_purpose_does_not_need_is_judged_and_dropped(policy: Policy) -> None:
    columns = policy.intake_from().columns
    dropped = {field: c for field, c in columns.items() if c.keep is None}
    assert set(dropped) == {"exported_before", "supplier_id", "organisation_number"}
    assert all(column.why for column in dropped.values())


@pytest.mark.parametrize(
    ("category", "fields"),
    [
        ("identity", {"given_name", "family_name", "national_id"}),
        ("contact", {"street_address", "postal_code", "city", "phone", "email"}),
        (
            "assignment",
            {
                "order_number",
                "service",
                "level",
                "language_support",
                "start_date",
                "end_date",
                "break_off_date",
                "delivery_address",
                "unit",
                "track_code",
                "interpreter_need",
                "attendance_rate",
                "supervisor",
                "extension",
                "final_report",
                "result_report",
            },
        ),
        ("case", {"case_reference", "project"}),
    ],
)
def test_every_kept_column_has_its_category(
    policy: Policy, category: str, fields: set[str]
) -> None:
    columns = policy.intake_from().columns
    assert {f for f, c in columns.items() if c.keep == category} == fields


def test_an_assignment_belongs_to_its_case_and_the_rest_to_the_person(policy: Policy) -> None:
    per_case = {name for name, kind in policy.categories.items() if kind.per == "case"}
    assert per_case == {"assignment", "approval-form"}


def test_art_14_the_person_is_told_that_the_data_came_from_arbetsformedlingen(
    policy: Policy,
) -> None:
    (information,) = policy.information
    assert (information.article, information.obtained_from) == (14, "Arbetsförmedlingen")
    assert information.within == Period.parse("P1M")
    assert set(information.categories) == set(policy.systems["af-staging"].holds["participant"])


def test_runs_keep_swedish_hours(policy: Policy) -> None:
    assert policy.controller.zone.key == "Europe/Stockholm"
    assert isinstance(policy.schedules.import_af, OfficeHours)
    assert policy.schedules.import_af.cron == "*/15 7-17 * * 1,2,3,4,5"
    assert policy.schedules.verify_ledger.cron == "30 4 * * *"
    assert policy.schedules.checkpoint.cron == "30 6 * * *"
    assert policy.schedules.rotate_keys.within.exact == timedelta(days=30)


def test_a39_and_a37_the_standard_text_in_six_languages_at_the_start_and_every_year(
    policy: Policy,
) -> None:
    (notice,) = [notice for notice in policy.notices if notice.source.id == "A-39"]
    assert set(notice.languages) == {"sv", "en", "ar", "so", "fa", "ti"}
    assert {"before_collection", "start", "yearly"} <= set(notice.when)
    assert notice.yearly_on is not None
    assert set(notice.subjects) == set(policy.subjects)


def test_a57_consents_are_renewed_at_every_start_and_a54_withdrawal_acts_forward(
    policy: Policy,
) -> None:
    assert {consent.renewed for consent in policy.consents} == {"every_start"}
    assert {consent.withdrawal for consent in policy.consents} == {Withdrawal.FORWARD_ONLY}


def test_a45_and_a47_each_use_of_an_image_is_agreed_to_apart(policy: Policy) -> None:
    asked = {consent.id for consent in policy.consents if consent.source.id == "A-47"}
    assert {"image.social-media", "image.website", "image.print"} <= asked


def test_a50_central_marketing_answers_for_its_own_consents(policy: Policy) -> None:
    (central,) = [consent for consent in policy.consents if consent.source.id == "A-50"]
    assert central.answers == "marketing"


def test_a51_a_consent_goes_when_it_is_no_longer_current(policy: Policy) -> None:
    rules = of(policy, "A-51")
    assert {rule.covers.subject for rule in rules} == set(policy.subjects)
    assert {rule.keep.at_most for rule in rules} == {Term.ON_THE_EVENT}


def test_a69_exactly_four_channels_for_what_is_not_harmless(policy: Policy) -> None:
    sharing = policy.sharing
    assert sharing is not None
    (rule,) = [rule for rule in sharing.rules if rule.source.id == "A-69"]
    assert set(rule.classes) == {DataClass.INTEGRITY_SENSITIVE, DataClass.SENSITIVE}
    assert rule.channels != "any"
    needs = {name: set(sharing.channels[name].needs) for name in rule.channels}
    assert needs == {
        "cloud-folder": {"access_control", "expiry"},
        "encrypted-mail": {"encrypted_mail", "both_sides_delete"},
        "encrypted-mail-with-file": {
            "encrypted_mail",
            "password_protected_file",
            "password_another_way",
        },
        "usb-stick": {"encrypted_medium", "password_protected_file"},
    }


def test_a82_a88_a91_free_text_holds_nothing_sensitive(policy: Policy) -> None:
    assert {(rule.source.id, rule.systems) for rule in policy.free_text} == {
        ("A-82", ("novo",)),
        ("A-88", ("omnius",)),
        ("A-91", ("pingpong",)),
    }
    for rule in policy.free_text:
        assert set(rule.never) == {DataClass.INTEGRITY_SENSITIVE, DataClass.SENSITIVE}


def test_a83_absence_is_reported_or_unreported_and_never_an_illness(policy: Policy) -> None:
    (rule,) = policy.absence
    assert rule.only == ("anmäld frånvaro", "oanmäld frånvaro")
    assert "sjukdom" in rule.never


def test_a18_the_data_protection_officer_goes_through_the_processors(policy: Policy) -> None:
    assert policy.processor_review is not None
    assert policy.processor_review.by == "dpo"
    assert {processor.agreement for processor in policy.processors.values()} == {"undecided"}
