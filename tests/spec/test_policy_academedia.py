"""AcadeMedia's policy file says what the guidelines say."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from lifecycle.policy import Policy, load_policy, open_decisions, policy_directory
from lifecycle.policy.retention import Then
from lifecycle.policy.values import Period, Source, Term

QUOTES = Path(__file__).parents[1] / "data" / "quotes" / "academedia.txt"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(policy_directory() / "academedia.yaml")


def sources(part: object) -> Iterator[Source]:
    if isinstance(part, Source):
        yield part
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from sources(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from sources(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from sources(value)


def test_every_quote_is_the_guidelines_own_words(policy: Policy) -> None:
    sentences: dict[str, list[str]] = {}
    for line in QUOTES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            number, sentence = line.split(" ", 1)
            sentences.setdefault(number, []).append(sentence)
    quoted = [source for source in sources(policy) if source.id is not None]
    assert len(quoted) >= 20
    for source in quoted:
        assert source.quote is not None
        assert any(source.quote in sentence for sentence in sentences[source.id or ""]), source.id


def test_a98_the_excel_file_is_deleted_from_the_computer_after_the_import(policy: Policy) -> None:
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-98"]
    assert rule.covers.systems == ("local-computer",)
    assert (rule.anchor, rule.keep.at_most, rule.then) == (
        "imported",
        Term.ON_THE_EVENT,
        Then.ERASE,
    )
    assert policy.systems["local-computer"].reached == "by_hand"


def test_a101_the_folder_is_emptied_every_day(policy: Policy) -> None:
    assert policy.staging.emptied == "every_day"
    assert policy.staging.purge_at == (time(18, 0), time(23, 30))
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-101"]
    assert rule.covers.systems == (policy.staging.place,)
    assert rule.keep.at_most is Term.EVERY_DAY


def test_no_file_lies_a_whole_day_and_the_alarm_comes_before(policy: Policy) -> None:
    staging = policy.staging
    assert staging.longest_wait < staging.alarm_after.exact < staging.longest.exact
    assert staging.longest.exact == timedelta(hours=24)


def test_a71_everything_goes_six_months_after_leaving_in_every_place(policy: Policy) -> None:
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-71"]
    assert rule.anchor == "left"
    assert rule.keep.at_most == Period.parse("P6M")
    assert set(rule.covers.categories) == set(policy.categories)
    assert all(rule.covers.in_system(system) for system in policy.systems)


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
    (rule,) = [rule for rule in policy.retention if rule.source.id == "A-108"]
    assert rule.undecided
    assert rule.then is Then.ANONYMISE
    assert rule.residue is not None
    assert rule.residue.fields == ("case_reference", "start_date", "project")
    (decision,) = [d for d in open_decisions(policy) if rule.id in d.waiting]
    assert decision.about == ("A-108",)


def test_a05_and_a99_the_form_and_the_legal_basis_wait_for_a_decision(policy: Policy) -> None:
    (decision,) = [d for d in open_decisions(policy) if {"A-05", "A-99"} <= set(d.about)]
    assert set(decision.waiting) == set(policy.purposes)


def test_a03_what_the_purpose_does_not_need_is_judged_and_dropped(policy: Policy) -> None:
    dropped = {field: c for field, c in policy.intake.columns.items() if c.keep is None}
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
    assert {f for f, c in policy.intake.columns.items() if c.keep == category} == fields


def test_an_assignment_belongs_to_its_case_and_the_rest_to_the_person(policy: Policy) -> None:
    assert {name: kind.per for name, kind in policy.categories.items()} == {
        "identity": "person",
        "contact": "person",
        "assignment": "case",
    }


def test_art_14_the_person_is_told_that_the_data_came_from_arbetsformedlingen(
    policy: Policy,
) -> None:
    (information,) = policy.information
    assert (information.article, information.obtained_from) == (14, "Arbetsförmedlingen")
    assert information.within == Period.parse("P1M")
    assert set(information.categories) == set(policy.categories)


def test_runs_keep_swedish_hours(policy: Policy) -> None:
    assert policy.controller.zone.key == "Europe/Stockholm"
    assert policy.schedules.import_af.cron == "*/15 7-17 * * 1,2,3,4,5"
    assert policy.schedules.verify_ledger.cron == "30 4 * * *"
    assert policy.schedules.checkpoint.cron == "30 6 * * *"
    assert policy.schedules.rotate_keys.within.exact == timedelta(days=30)
