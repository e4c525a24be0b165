"""An agreement with every processor, as instructed, judged, and looked at again every year
(A-11…A-18, T-41, H-27, H-40…H-42)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from lifecycle.policy.load import load_policy
from lifecycle.policy.processors import Need
from lifecycle.policy.values import Period
from lifecycle.processor import (
    OUTCOMES,
    Entry,
    Known,
    Lack,
    agreement_on,
    countries_of,
    is_recommended,
    lacking,
    may_run,
    review_is_due,
    review_until,
    service_lacks,
)
from lifecycle.processor_entry import EntryKind
from lifecycle.third_countries import EEA, Ground

POLICIES = Path(__file__).resolve().parents[2] / "policies"
YEAR = Period.parse("P1Y")
MONTH = Period.parse("P1M")
DAY = timedelta(days=1)
TODAY = date(2026, 11, 2)
EVERYTHING = tuple(need for need in Need if need is not Need.SUITABILITY_WITHOUT_FRAMEWORK)


def entry(
    kind: str, on: str, outcome: str = "", *, until: str | None = None, country: str = ""
) -> Entry:
    end = None if until is None else date.fromisoformat(until)
    return Entry(EntryKind(kind), date.fromisoformat(on), end, outcome, country)


def known(
    *entries: Entry,
    declared: str = "undecided",
    signed_on: str | None = None,
    countries: tuple[tuple[str, str], ...] | None = (),
    subs: tuple[tuple[Entry, ...], ...] = (),
) -> Known:
    day = None if signed_on is None else date.fromisoformat(signed_on)
    return Known(declared, day, countries, entries, subs)  # type: ignore[arg-type]


WHOLE = (
    entry("agreement", "2025-01-01", "own"),
    entry("instruction", "2025-01-01"),
    entry("suitability", "2024-12-20", "suitable"),
    entry("review", "2026-06-01", "approved"),
)


def lacks(one: Known, *needs: Need, on: date = TODAY) -> tuple[Lack, ...]:
    return lacking(one, needs or EVERYTHING, on=on, every=YEAR)


def test_who_has_everything_lacks_nothing() -> None:
    assert lacks(known(*WHOLE)) == ()


def test_who_has_nothing_lacks_everything_in_a_fixed_order() -> None:
    assert lacks(known(countries=None)) == (
        Lack.AGREEMENT_MISSING,
        Lack.INSTRUCTION_MISSING,
        Lack.SUITABILITY_MISSING,
        Lack.COUNTRIES_UNDECIDED,
        Lack.REVIEW_MISSING,
    )


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ("2025-12-31", Lack.AGREEMENT_NOT_BEGUN),
        ("2026-01-01", None),
        ("2026-12-31", None),
        ("2027-01-01", Lack.AGREEMENT_OVER),
    ],
)
def test_an_agreement_is_valid_from_its_first_day_to_its_last(on: str, why: Lack | None) -> None:
    one = known(entry("agreement", "2026-01-01", "own", until="2026-12-31"))
    assert lacks(one, Need.AGREEMENT, on=date.fromisoformat(on)) == (() if why is None else (why,))


def test_what_was_terminated_is_over_from_that_day_and_a_new_one_begins_again() -> None:
    ended = known(entry("agreement", "2025-01-01", "own"), entry("agreement_ended", "2026-03-01"))
    assert lacks(ended, Need.AGREEMENT, on=date(2026, 2, 28)) == ()
    assert lacks(ended, Need.AGREEMENT, on=date(2026, 3, 1)) == (Lack.AGREEMENT_OVER,)
    again = ended._replace(entries=(*ended.entries, entry("agreement", "2026-04-01", "framework")))
    assert lacks(again, Need.AGREEMENT, on=date(2026, 3, 31)) == (Lack.AGREEMENT_OVER,)
    assert lacks(again, Need.AGREEMENT, on=date(2026, 4, 1)) == ()
    found = agreement_on(again, date(2026, 4, 1))
    assert found is not None
    assert found.outcome == "framework"


def test_the_policy_files_own_word_counts_as_an_agreement() -> None:
    signed = known(declared="signed", signed_on="2026-05-01")
    assert lacks(signed, Need.AGREEMENT, on=date(2026, 4, 30)) == (Lack.AGREEMENT_NOT_BEGUN,)
    assert lacks(signed, Need.AGREEMENT, on=date(2026, 5, 1)) == ()
    ended = signed._replace(entries=(entry("agreement_ended", "2026-06-01"),))
    assert lacks(ended, Need.AGREEMENT, on=date(2026, 6, 1)) == (Lack.AGREEMENT_OVER,)
    assert lacks(known(declared="missing"), Need.AGREEMENT) == (Lack.AGREEMENT_MISSING,)


def test_t41_by_law_no_agreement_is_needed_and_the_look_is() -> None:
    stil = known(declared="not_needed")
    assert lacks(stil) == (Lack.REVIEW_MISSING,)


def test_a14_without_a_framework_contract_its_guarantees_are_judged() -> None:
    own, framework = (
        known(entry("agreement", "2026-01-01", whose)) for whose in ("own", "framework")
    )
    need = Need.SUITABILITY_WITHOUT_FRAMEWORK
    assert lacks(own, need) == (Lack.SUITABILITY_MISSING,)
    assert lacks(framework, need) == ()
    assert lacks(framework, Need.SUITABILITY) == (Lack.SUITABILITY_MISSING,)
    unsuitable = known(*WHOLE, entry("suitability", "2026-07-01", "unsuitable"))
    assert lacks(unsuitable) == (Lack.UNSUITABLE,)


@pytest.mark.parametrize(
    ("reviewed", "last_day"),
    [
        ("2026-06-01", "2027-06-01"),
        ("2028-02-29", "2029-02-28"),
        ("2027-02-28", "2028-02-28"),
        ("2026-12-31", "2027-12-31"),
    ],
)
def test_a_review_counts_a_year_of_the_calendar(reviewed: str, last_day: str) -> None:
    one = known(entry("review", reviewed, "approved"))
    last = date.fromisoformat(last_day)
    assert review_until(one.entries, on=last, every=YEAR) == last
    assert lacks(one, Need.REVIEW, on=last) == ()
    assert lacks(one, Need.REVIEW, on=last + DAY) == (Lack.REVIEW_OVER,)
    assert lacks(one, Need.REVIEW, on=date.fromisoformat(reviewed) - DAY) == (Lack.REVIEW_MISSING,)


def test_a_refused_review_stands_until_another_one_is_approved() -> None:
    refused = known(*WHOLE, entry("review", "2026-07-01", "refused"))
    assert lacks(refused) == (Lack.REVIEW_REFUSED,)
    approved = refused._replace(
        entries=(*refused.entries, entry("review", "2026-07-01", "approved"))
    )
    assert lacks(approved) == ()


def test_a_review_is_put_before_a_person_when_it_is_nearly_over() -> None:
    def due(one: Known, on: date) -> bool:
        return review_is_due(one, on=on, every=YEAR, ahead=MONTH)

    whole = known(*WHOLE)
    assert due(known(), TODAY)
    assert not due(whole, date(2027, 4, 30))
    assert due(whole, date(2027, 5, 1))
    assert due(whole, date(2030, 1, 1))
    # Refused: asking again is for when something was brought.
    refused = (*WHOLE, entry("review", "2026-07-01", "refused"))
    assert not due(known(*refused), TODAY)
    assert due(known(*refused, entry("audit", "2026-08-01", "sound")), TODAY)


def test_h27_data_goes_outside_the_eea_only_with_a_ground() -> None:
    need = Need.COUNTRIES
    assert lacks(known(countries=None), need) == (Lack.COUNTRIES_UNDECIDED,)
    assert lacks(known(countries=()), need) == ()
    undecided = known(entry("country", "2026-01-01", "undecided", country="US"))
    assert lacks(undecided, need) == (Lack.COUNTRY_WITHOUT_GROUND,)
    mended = (*undecided.entries, entry("country", "2026-02-01", "standard_clauses", country="US"))
    assert lacks(known(*mended), need) == ()
    assert countries_of(known(*mended), TODAY) == {"US": Ground.STANDARD_CLAUSES}
    left = (*undecided.entries, entry("country_left", "2026-02-01", country="US"))
    assert lacks(known(*left), need) == ()
    # Within the EEA nothing is needed, whatever somebody wrote.
    assert (
        countries_of(known(entry("country", "2026-01-01", "undecided", country="NO")), TODAY) == {}
    )
    assert {"SE", "DK", "IS", "LI", "NO"} <= EEA
    assert not {"GB", "CH", "US"} & EEA
    assert len(EEA) == 30


def test_a_sub_processor_is_approved_and_its_country_counts() -> None:
    need = Need.SUB_PROCESSORS
    new = known(*WHOLE, subs=((),))
    assert lacks(new, need) == (Lack.SUB_PROCESSOR_NOT_APPROVED,)
    approved = known(*WHOLE, subs=((entry("verdict", "2026-01-01", "approved"),),))
    assert lacks(approved, need) == ()
    gone = known(*WHOLE, subs=((entry("use", "2026-01-01", "ended"),),))
    assert lacks(gone, need) == ()
    abroad = known(*WHOLE, subs=((entry("country", "2026-01-01", "undecided", country="IN"),),))
    assert Lack.COUNTRY_WITHOUT_GROUND in lacks(abroad)


def test_what_is_missing_stops_a_system_from_the_policys_day_on_and_never_before() -> None:
    missing = (Lack.AGREEMENT_MISSING,)
    day = date(2027, 1, 1)
    assert may_run(missing, binding_from=None, on=date(2030, 1, 1))
    assert may_run(missing, binding_from=day, on=day - DAY)
    assert not may_run(missing, binding_from=day, on=day)
    assert may_run((), binding_from=day, on=day)


def test_a20_to_a23_an_app_is_judged_and_only_a_recommended_one_is_compulsory() -> None:
    def wrong(*entries: Entry, recommended_only: bool = True) -> tuple[Lack, ...]:
        return service_lacks(entries, on=TODAY, recommended_only=recommended_only)

    compulsory = entry("use", "2026-08-01", "compulsory")
    approved = entry("verdict", "2026-08-01", "approved")
    assert wrong() == (Lack.VERDICT_MISSING,)
    assert wrong(approved) == ()
    assert wrong(entry("verdict", "2026-08-01", "refused")) == (Lack.USED_THOUGH_REFUSED,)
    assert wrong(approved, compulsory) == (Lack.COMPULSORY_NOT_RECOMMENDED,)
    assert wrong(approved, compulsory, recommended_only=False) == ()
    listed = (approved, entry("recommended", "2026-08-01", "yes"))
    assert wrong(*listed, compulsory) == ()
    assert is_recommended(listed, on=TODAY)
    assert not is_recommended((listed[1],), on=TODAY)
    assert wrong(*listed, compulsory, entry("verdict", "2026-09-01", "refused")) == (
        Lack.USED_THOUGH_REFUSED,
        Lack.COMPULSORY_NOT_RECOMMENDED,
    )
    assert (
        wrong(entry("verdict", "2026-08-01", "refused"), entry("use", "2026-09-01", "ended")) == ()
    )


def test_every_kind_of_entry_says_what_it_may_say() -> None:
    assert set(OUTCOMES) == set(EntryKind)


@dataclass(frozen=True)
class Asked:
    by: str
    suitability: Need


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("academedia", Asked("dpo", Need.SUITABILITY_WITHOUT_FRAMEWORK)),
        ("bergqvist", Asked("manager", Need.SUITABILITY)),
        ("tommerup", Asked("principal", Need.SUITABILITY)),
        ("behandlingsskolerne", Asked("dpo", Need.SUITABILITY)),
    ],
)
def test_all_four_policies_ask_for_it_every_year(name: str, asked: Asked) -> None:
    policy = load_policy(POLICIES / f"{name}.yaml")
    review = policy.processor_review
    assert review is not None
    assert review.by == asked.by
    assert str(review.every) == "P1Y"
    assert set(review.needs) == {
        Need.AGREEMENT,
        Need.INSTRUCTION,
        asked.suitability,
        Need.COUNTRIES,
        Need.SUB_PROCESSORS,
        Need.REVIEW,
    }
    # Nobody has decided a day: what is missing is reported and stops nothing.
    assert review.binding_from is None


def test_only_academedia_speaks_of_apps_and_learning_services() -> None:
    with_them = {
        path.stem: load_policy(path).services
        for path in POLICIES.glob("*.yaml")
        if load_policy(path).services is not None
    }
    assert set(with_them) == {"academedia"}
    assert with_them["academedia"] is not None
    assert with_them["academedia"].assessed_by == "dpo"
    assert with_them["academedia"].recommended_only
