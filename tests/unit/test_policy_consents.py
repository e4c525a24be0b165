"""Consents and mailings that do not fit the rest of a policy are told where and how."""

from __future__ import annotations

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.policy import parse_policy, policy_directory


def problems(name: str, old: str, new: str) -> str:
    text = (policy_directory() / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(PolicyError) as refused:
        parse_policy(text.replace(old, new, 1).encode(), name=f"{name}.yaml")
    return "\n".join(f"{one.path}: {one.message}" for one in refused.value.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("academedia", "    ends: consent_ended\n", "    ends: consent_endd\n", "consents[0].ends"),
        ("academedia", "    ends: consent_ended\n", "    ends: imported\n", "may_not_happen: true"),
        (
            "behandlingsskolerne",
            "    ends: longer_keeping_withdrawn\n",
            "",
            "consents[3].ends: is missing",
        ),
        (
            "behandlingsskolerne",
            "    ends: longer_keeping_withdrawn\n",
            "    ends: consent_withdrawn\n",
            "no rule that counts from consent_withdrawn removes application",
        ),
        (
            "academedia",
            "  slip: [identity]\n  how: >-\n    Be p",
            "  slip: [shoes]\n  how: >-\n    Be p",
            "asking.slip[0]",
        ),
        ("behandlingsskolerne", "consents: [references]", "consents: [reference]", "'references'?"),
        ("bergqvist", '["01-01", "07-01"]', '["07-01", "01-01"]', "mailings.terms"),
        ("bergqvist", '["01-01", "07-01"]', '["02-30"]', "mailings.terms[0]"),
        ("bergqvist", "  opted_out: opted_out\n", "  opted_out: opted\n", "'opted_out'?"),
        (
            "bergqvist",
            "  opted_out: opted_out\n",
            "  opted_out: training_ended\n",
            "may_not_happen",
        ),
        ("bergqvist", "taken_from: customer-register", "taken_from: customers", "taken_from"),
        (
            "bergqvist",
            "taken_from: customer-register",
            "taken_from: clinic-cabinet",
            "hold contact",
        ),
        ("bergqvist", "at_most: 3", "at_most: 0", "at_most"),
    ],
)
def test_what_does_not_fit_is_told(name: str, old: str, new: str, told: str) -> None:
    assert told in problems(name, old, new)


def test_an_undecided_meaning_waits_for_an_open_decision() -> None:
    found = problems(
        "academedia", "    called: att vi hanterar mina personuppgifter\n",
        "    called: att vi hanterar mina personuppgifter\n    same_as: [x]\n",
    )  # fmt: skip
    assert "same_as[0]" in found
    text = (policy_directory() / "academedia.yaml").read_text(encoding="utf-8")
    at = text.index("counts_as: undecided")
    form = text[at : text.index("source:", at)]
    assert "counts_as" in problems("academedia", form, form.replace("legal-basis", "archive-pln"))
