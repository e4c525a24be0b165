"""Tømmerup's policy file says what the school's policy says."""

from datetime import date

import pytest

from lifecycle.policy import Policy, open_decisions
from lifecycle.policy.retention import Then
from tests.factories.guidelines import kept, policy_of, quoted_wrongly, rules_from, said_of

LEFT = {"left": date(2026, 6, 27), "accounting_entry": date(2026, 6, 1)}
FIVE = {"name", "grade_level", "national_id", "weeks", "payments"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_of("tommerup")


def test_every_quote_is_the_policys_own_words(policy: Policy) -> None:
    many, wrong = quoted_wrongly(policy)
    assert many >= 80
    assert wrong == []


def test_t02_and_t03_whom_one_can_turn_to(policy: Policy) -> None:
    controller = policy.controller
    assert (controller.country, controller.zone.key) == ("DK", "Europe/Copenhagen")
    assert controller.registration == "CVR 59 57 55 11"
    assert controller.email == controller.privacy_mailbox == "kontor@tfe.dk"
    assert controller.authority.name == "Datatilsynet"


def test_what_is_still_to_be_decided(policy: Policy) -> None:
    waiting = {decision.id: set(decision.about) for decision in open_decisions(policy)}
    assert waiting == {
        "incident-texts": set(),
        "accounting-year": {"T-56"},
        "guests-and-partners": {"T-04", "T-10"},
        "legal-basis": {"T-05", "T-23", "T-43"},
        "third-countries": {"T-23", "T-34"},
        "automated-decisions": set(),
        "processor-agreements": {"T-42"},
        "telling-deadline": set(),
    }


def test_t63_the_fee_is_superseded_and_not_charged(policy: Policy) -> None:
    (fee,) = [decision for decision in policy.decisions if "T-63" in decision.about]
    assert fee.status == "decided"
    assert fee.choice == "Nothing is charged."
    assert "art. 12, stk. 5" in (fee.decided_by or "")


def test_the_figures_of_all_rules(policy: Policy) -> None:
    five_years = "end_of_accounting_year+P5Y"
    assert {rule.id: (rule.source.id, *kept(rule)) for rule in policy.retention} == {
        "pupil.turn-of-year-register": ("T-55", "left", "end_of_year", None),
        "pupil.turn-of-year": ("T-55", "left", "end_of_year", None),
        "pupil.turn-of-year-health": ("T-55", "left", "end_of_year", None),
        "relative.turn-of-year": ("T-55", "left", "end_of_year", None),
        "pupil.accounts": ("T-56", "accounting_entry", five_years, five_years),
        "relative.accounts": ("T-56", "accounting_entry", five_years, five_years),
        "waiting.turn-of-year": ("T-58", "school_year_begins", "end_of_year", None),
        "visitor.two-years": ("T-59", "latest_visit", "P2Y", None),
        "certificate.for-ever": ("T-60", None, None, "forever"),
        "guest.no-figure": ("T-10", None, "undecided", None),
        "partner.no-figure": ("T-04", None, "undecided", None),
    }


def test_t55_the_turn_of_the_year_is_seen_on_the_first_of_december(policy: Policy) -> None:
    assert policy.erasure.year_end == "12-01"
    register = {
        day: {
            verdict
            for verdict, _, last in said_of(
                policy, "pupil", "school-administration", LEFT, as_of=day
            ).values()
            if last == "2026-12-31"
        }
        for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(register.values()) == [{"stays"}, {"strip"}, {"strip"}, {"strip"}]


def test_t55_and_t57_in_the_mixed_register_exactly_five_fields_stay(policy: Policy) -> None:
    (rule,) = [rule for rule in rules_from(policy, "T-55") if rule.then is Then.STRIP]
    assert rule.covers.systems == ("school-administration",)
    assert set(rule.covers.categories) == set(
        policy.systems["school-administration"].holds["pupil"]
    )
    assert set(rule.stays or ()) == FIVE
    heir = policy.rule(rule.left_to or "")
    assert heir.source.id == "T-56"
    assert {
        field for name in heir.covers.categories for field in policy.categories[name].fields
    } == FIVE


def test_t55_everywhere_else_everything_about_the_pupil_goes(policy: Policy) -> None:
    for name, system in policy.systems.items():
        if "pupil" not in system.holds or name in {"finance", "certificate-archive"}:
            continue
        said = said_of(policy, "pupil", name, LEFT, as_of=date(2026, 12, 1))
        wanted = "strip" if name == "school-administration" else "erase"
        assert {verdict for verdict, _, _ in said.values()} == {wanted}, name


def test_t55_parents_and_cohabitants_go_with_the_pupil(policy: Policy) -> None:
    assert policy.subjects["relative"].goes_with == "pupil"
    places = [
        name
        for name, system in policy.systems.items()
        if "relative" in system.holds and name != "finance"
    ]
    assert len(places) == 6
    for name in places:
        said = said_of(policy, "relative", name, LEFT, as_of=date(2026, 12, 1))
        assert {verdict for verdict, _, _ in said.values()} == {"erase"}, name


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (date(2027, 1, 1), "stays"),
        (date(2031, 12, 1), "stays"),
        # On a plan, since its last day is near, and not to be touched before the year is over.
        (date(2031, 12, 31), "waits"),
        (date(2032, 1, 1), "erase"),
    ],
)
@pytest.mark.parametrize("system", ["finance", "school-administration"])
def test_t56_accounts_stay_five_years_after_the_accounting_year_and_no_day_longer(
    policy: Policy, system: str, day: date, verdict: str
) -> None:
    said = said_of(policy, "pupil", system, LEFT, as_of=day, settled="pupil.turn-of-year-register")
    assert said["identity"][:2] == (verdict, "pupil.accounts")
    assert said["accounts"][:2] == (verdict, "pupil.accounts")


def test_t58_the_waiting_list_goes_at_the_turn_of_the_year_in_the_school_year(
    policy: Policy,
) -> None:
    waits = {"school_year_begins": date(2026, 8, 1)}
    said = said_of(policy, "waiting", "waiting-list", waits, as_of=date(2026, 12, 1))
    assert set(said.values()) == {("erase", "waiting.turn-of-year", "2026-12-31")}


def test_t59_a_visitor_goes_two_years_after_the_latest_visit(policy: Policy) -> None:
    assert policy.anchors["latest_visit"].per == "record"
    said = said_of(
        policy,
        "visitor",
        "website-statistics",
        {"latest_visit": date(2024, 2, 29)},
        as_of=date(2026, 2, 20),
    )
    assert said == {"visit": ("erase", "visitor.two-years", "2026-02-28")}


def test_t60_a_leaving_certificate_stays_for_ever(policy: Policy) -> None:
    said = said_of(policy, "pupil", "certificate-archive", LEFT, as_of=date(2126, 1, 1))
    assert set(said.values()) == {("stays", "certificate.for-ever", None)}


def test_t13_health_is_sensitive_rests_on_consent_and_two_must_agree(policy: Policy) -> None:
    for name in ("health", "ppr"):
        assert policy.categories[name].data_class == "sensitive"
        covering = [rule for rule in policy.retention if name in rule.covers.categories]
        assert {rule.approval for rule in covering} == {"two"}
    assert policy.purposes["care"].article_9 == "explicit_consent"


def test_t27_four_consents_are_signed_at_the_start_of_school(policy: Policy) -> None:
    form = [consent.called for consent in policy.consents if consent.form == "school-start"]
    assert form == [
        "Samtykke til foto",
        "Samtykke til badning",
        "Samtykke til behandling af helbredsoplysninger",
        "Samtykke til kørsel i privatbil",
    ]
    assert {consent.source.id for consent in policy.consents} == {"T-27", "T-16", "T-07", "T-25"}


def test_t34_the_systems_that_the_policy_names(policy: Policy) -> None:
    assert {"skoleintra", "uni-login", "optagelse-dk", "ungedatabasen", "teaching-platforms"} <= {
        *policy.systems
    }
    by_hand = {name for name, system in policy.systems.items() if system.reached == "by_hand"}
    assert {"e-mail", "paper-binder"} <= by_hand


def test_t41_stil_is_processor_by_law_and_needs_no_agreement(policy: Policy) -> None:
    assert policy.processors["stil"].agreement == "not_needed"


def test_t07_and_t26_what_comes_from_others_is_told(policy: Policy) -> None:
    assert {(i.subject, i.categories) for i in policy.information} == {
        ("pupil", ("study", "ppr")),
        ("relative", ("income",)),
    }
