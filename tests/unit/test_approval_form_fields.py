"""The form takes a handle, six digits and words out of two lists: nothing that says who somebody
is."""

from __future__ import annotations

import re
import typing
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from flows import approval_form
from flows.approval_form import Answer, ApprovalForm
from lifecycle.approval import Decision, Reason
from tasks.officers.registering import _HANDLE

DESCRIBED = ApprovalForm.with_initial_data(description="- **P-0123456789ABC**")
REFUSED: list[dict[str, object]] = [
    {"officer": "Anna Berg"},
    {"officer": "anna.berg@example.se"},
    {"officer": "19850709-9805"},
    {"officer": "chef-19850709"},
    {"officer": "a" * 33},
    {"officer": "chef-test\n"},
    {"code": "1234567"},
    {"code": "19850709-9805"},
    {"code": "٩٨٠٥٩٨"},
    {"code": 123456},
    {"decision": "yes"},
    {"reason": "Anna asked me"},
    {"note": "Anna asked me"},
]


@pytest.mark.parametrize("answer", REFUSED, ids=str)
def test_what_is_no_answer_is_refused_by_the_schema_and_again_when_it_is_taken(
    answer: dict[str, object],
) -> None:
    server = Draft202012Validator(DESCRIBED.model_json_schema())
    if answer != {"officer": "chef-test\n"}:  # `$` forgives a line's end there
        assert not server.is_valid(answer)
    with pytest.raises(ValidationError):
        ApprovalForm.model_validate(answer, strict=True)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"officer": "chef-test-2", "code": "012345", "decision": "approve", "reason": "checked"},
        {"officer": "ombud", "code": "012 345", "decision": "decline"},
        {"officer": "", "code": "", "decision": "look_again"},
    ],
)
def test_what_is_an_answer_is_taken(answer: dict[str, object]) -> None:
    assert Draft202012Validator(DESCRIBED.model_json_schema()).is_valid(answer)
    given = ApprovalForm.model_validate(answer)
    assert not given.officer or _HANDLE.fullmatch(given.officer)


def test_the_form_offers_what_the_executor_knows() -> None:
    assert set(typing.get_args(approval_form.Why)) == set(Reason)
    assert set(typing.get_args(approval_form.Decision)) == {*Decision, "look_again"}
    assert ApprovalForm().decision == "look_again"


def test_an_answer_shows_nothing_of_itself() -> None:
    answer = Answer("P-0123456789ABC", "chef", "987654", "approve", Reason.NONE, datetime.now(UTC))
    assert not re.search("chef|987654", f"{answer!r} {answer}")
