"""Behandlingsskolerne's policy file says what the company's two documents say."""

from datetime import date

import pytest

from lifecycle.policy import Policy, open_decisions
from tests.factories.guidelines import kept, policy_of, quoted_wrongly, rules_from, said_of

DISCHARGED = {"discharged": date(2026, 7, 4)}
TODAY = date(2026, 7, 5)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_of("behandlingsskolerne")


def test_every_quote_is_the_documents_own_words(policy: Policy) -> None:
    many, wrong = quoted_wrongly(policy)
    assert many >= 80
    assert wrong == []


def test_h03_to_h06_the_controllers_and_whom_one_can_turn_to(policy: Policy) -> None:
    controller = policy.controller
    assert (controller.country, controller.zone.key) == ("DK", "Europe/Copenhagen")
    assert [school.company for school in controller.joint] == [
        "Polaris",
        "Kompasset",
        "Pilen",
        "Karlsvognen",
        "Barometeret",
        "Fortuna",
        "Fyrtårnet",
        "Chrysalis Stenløse",
        "Chrysalis Billund",
        "Chrysalis Virum",
    ]
    assert controller.registration == "CVR 30713176"
    assert controller.dpo is not None
    assert controller.privacy_mailbox == "gdpr@behandlingsskolerne.dk"
    withdrawn_at = {consent.withdrawn_at for consent in policy.consents}
    assert withdrawn_at == {"GDPR-gruppen@behandlingsskolerne.dk"}


def test_what_is_still_to_be_decided(policy: Policy) -> None:
    waiting = {decision.id: set(decision.about) for decision in open_decisions(policy)}
    assert waiting == {
        "incident-texts": set(),
        "storage-need": {"H-83", "H-84"},
        "journal-law": {"H-81", "H-84"},
        "longer-keeping": {"H-97"},
        "publicity-need": {"H-84", "H-104", "H-105"},
        "withdrawal-mailbox": {"H-06", "H-25"},
        "must-be-given": {"H-80", "H-81"},
        "processor-agreements": {"H-42"},
        "accounting-year": {"H-86"},
        "telling-deadline": {"H-31"},
    }


def test_the_figures_of_all_rules(policy: Policy) -> None:
    thirty, five = "end_of_year+P30Y", "end_of_accounting_year+P5Y"
    assert {rule.id: (rule.source.id, *kept(rule)) for rule in policy.retention} == {
        "pupil.on-discharge": ("H-84", "discharged", "on_the_event", None),
        "pupil.health-on-discharge": ("H-84", "discharged", "on_the_event", None),
        "relative.on-discharge": ("H-84", "discharged", "on_the_event", None),
        "relative.health-on-discharge": ("H-84", "discharged", "on_the_event", None),
        "pupil.need-assessed": ("H-83", None, "undecided", None),
        "relative.need-assessed": ("H-83", None, "undecided", None),
        "certificate.thirty-years": ("H-85", "left_school", thirty, thirty),
        "pupil.accounts": ("H-86", "accounting_entry", five, five),
        "relative.accounts": ("H-86", "accounting_entry", five, five),
        "visitor.two-years": ("H-90", "consent_given", "P2Y", None),
        "application.received": ("H-95", "received", "P3M", None),
        "application.rejected": ("H-96", "rejected", "P3M", None),
        "mailbox.received": ("H-95", "latest_received", "P3M", None),
        "mailbox.rejected": ("H-96", "latest_rejected", "P3M", None),
        "candidate-pool.withdrawn": (
            "H-97",
            "longer_keeping_withdrawn",
            "on_the_event",
            None,
        ),
        "candidate-pool.no-figure": ("H-97", None, "undecided", None),
        "publicity.withdrawn": ("H-104", "consent_withdrawn", "on_the_event", None),
        "publicity.no-figure": ("H-104", None, "undecided", None),
        "consent-proof.no-figure": ("H-105", None, "undecided", None),
        "consent-proof.two-years": ("H-105", "consent_withdrawn", "P2Y", None),
    }


@pytest.mark.parametrize("kind", ["pupil", "relative"])
@pytest.mark.parametrize("system", ["pupil-register", "journal-system", "e-mail", "paper"])
def test_h84_on_discharge_the_pupil_and_all_relatives_go(
    policy: Policy, system: str, kind: str
) -> None:
    assert policy.subjects["relative"].goes_with == "pupil"
    said = said_of(policy, kind, system, DISCHARGED, as_of=TODAY)
    assert {(verdict, last) for verdict, _, last in said.values()} == {("erase", "2026-07-04")}
    assert {rule for _, rule, _ in said.values()} <= {r.id for r in rules_from(policy, "H-84")}


def test_h84_health_and_offences_go_when_two_agree_one_of_them_the_dpo(policy: Policy) -> None:
    rules = [
        rule for rule in policy.retention if {"health", "offences"} & set(rule.covers.categories)
    ]
    assert {rule.approval for rule in rules} == {"two"}
    assert policy.approvals.second == ("dpo",)


def test_h83_gives_no_period_and_h84_governs_on_discharge(policy: Policy) -> None:
    for rule in rules_from(policy, "H-83"):
        assert rule.undecided
        assert rule.decision == "storage-need"


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2026, 6, 5), "stays"),
        (date(2026, 12, 31), "waits"),
        (date(2027, 1, 1), "erase"),
    ],
)
def test_h85_a_certificate_is_kept_thirty_years_from_the_year_of_leaving(
    policy: Policy, day: date, word: str
) -> None:
    left = {"left_school": date(1996, 6, 4)}
    said = said_of(policy, "pupil", "certificate-archive", left, as_of=day)
    assert {found[:2] for found in said.values()} == {(word, "certificate.thirty-years")}


def test_h86_accounts_stay_five_years_after_the_accounting_year(policy: Policy) -> None:
    entry = {"accounting_entry": date(2021, 3, 1)}
    for kind in ("pupil", "relative"):
        before = said_of(policy, kind, "finance", entry, as_of=date(2026, 12, 1))
        assert {(verdict, last) for verdict, _, last in before.values()} == {
            ("stays", "2026-12-31")
        }
        after = said_of(policy, kind, "finance", entry, as_of=date(2027, 1, 1))
        assert {verdict for verdict, _, _ in after.values()} == {"erase"}


def test_h90_a_visitor_goes_two_years_after_the_consent(policy: Policy) -> None:
    assert policy.anchors["consent_given"].per == "record"
    given = {"consent_given": date(2024, 7, 5)}
    said = said_of(policy, "visitor", "website-statistics", given, as_of=TODAY)
    assert said == {"visit": ("erase", "visitor.two-years", "2026-07-05")}


@pytest.mark.parametrize(
    ("received", "rejected", "rule", "last"),
    [
        (date(2026, 4, 4), None, "application.received", "2026-07-04"),
        (date(2026, 4, 4), date(2026, 6, 1), "application.received", "2026-07-04"),
        # Turned down before it came in the post: the earlier end counts.
        (date(2026, 4, 10), date(2026, 4, 4), "application.rejected", "2026-07-04"),
    ],
)
def test_h95_and_h96_an_application_goes_after_three_months(
    policy: Policy, received: date, rejected: date | None, rule: str, last: str
) -> None:
    dates = {"received": received, "rejected": rejected}
    said = said_of(policy, "job-applicant", "jobindex", dates, as_of=TODAY)
    assert set(said.values()) == {("erase", rule, last)}


def test_h95_an_application_without_a_date_is_refused_for_a_person_to_look(
    policy: Policy,
) -> None:
    said = said_of(policy, "job-applicant", "jobindex", {}, as_of=TODAY)
    assert set(said.values()) == {("refused", "application.received", None)}


def test_h97_with_consent_longer_and_gone_when_it_is_withdrawn(policy: Policy) -> None:
    place = "candidate-pool"
    still = said_of(policy, "job-applicant", place, {}, as_of=TODAY)
    assert set(still.values()) == {("undecided", "candidate-pool.no-figure", None)}
    withdrawn = {"longer_keeping_withdrawn": date(2026, 7, 1)}
    gone = said_of(policy, "job-applicant", place, withdrawn, as_of=TODAY)
    assert set(gone.values()) == {("erase", "candidate-pool.withdrawn", "2026-07-01")}


def test_h104_and_h105_the_picture_goes_with_the_consent_and_the_proof_two_years_later(
    policy: Policy,
) -> None:
    assert policy.anchors["consent_withdrawn"].may_not_happen
    withdrawn = {**DISCHARGED, "consent_withdrawn": date(2026, 7, 4)}
    picture = said_of(policy, "pupil", "publicity-media", withdrawn, as_of=TODAY)
    assert picture == {"publicity-image": ("erase", "publicity.withdrawn", "2026-07-04")}
    proof = said_of(policy, "pupil", "gallra", withdrawn, as_of=TODAY)["consent-proof"]
    assert proof == ("stays", "consent-proof.two-years", "2028-07-04")
    standing = said_of(policy, "pupil", "gallra", DISCHARGED, as_of=TODAY)["consent-proof"]
    assert standing == ("undecided", "consent-proof.no-figure", None)


def test_h93_numbers_and_sensitive_data_of_applicants_are_not_wanted(policy: Policy) -> None:
    (dropped,) = policy.not_collected
    assert dropped.subjects == ("job-applicant",)


def test_h32_and_h33_nothing_is_handed_over_by_machine_and_all_mail_is_encrypted(
    policy: Policy,
) -> None:
    sharing = policy.sharing
    assert sharing is not None
    assert sharing.automatic == "never"
    assert set(sharing.channels) == {"tls-mail", "eboks", "tunnel"}
    for rule in sharing.rules:
        assert set(rule.only_with) == {"consent", "legal_duty", "judged_in_the_case"}
    authorities, others = sharing.rules
    assert (authorities.channels, authorities.recipients) == (("tunnel",), ("municipality",))
    assert set(authorities.recipients or ()) | set(others.recipients or ()) == {*sharing.recipients}


def test_h36_research_gets_nothing_about_people(policy: Policy) -> None:
    assert policy.sharing is not None
    assert policy.sharing.anonymous_only["research"].source.id == "H-36"


def test_h20_three_classes_of_data(policy: Policy) -> None:
    assert {category.data_class for category in policy.categories.values()} == {
        "non_sensitive",
        "integrity_sensitive",
        "sensitive",
    }
