"""What is handed over of a person has one spelling only."""

from __future__ import annotations

import pytest

from connectors.payload import canonical_payload, join_categories, read_payload
from lifecycle.errors import Refused


def test_order_and_empty_values_make_no_difference() -> None:
    one = canonical_payload({"identity": {"b": "2", "a": "å"}, "contact": {"x": "1", "y": ""}})
    other = canonical_payload(
        {"empty": {}, "contact": {"x": "1"}, "identity": {"a": "å", "b": "2"}}
    )
    assert one == other == '{"contact":{"x":"1"},"identity":{"a":"å","b":"2"}}'.encode()


def test_joined_categories_are_the_same_spelling() -> None:
    joined = join_categories(
        [("identity", '{"a":"å","b":"2"}'.encode()), ("study", b"{}"), ("contact", b'{"x":"1"}')]
    )
    assert joined == canonical_payload({"identity": {"a": "å", "b": "2"}, "contact": {"x": "1"}})
    assert join_categories([("identity", b"{}")]) == canonical_payload({})


def test_reading_is_the_inverse() -> None:
    categories = {"contact": {"x": "1"}, "identity": {"a": "å"}}
    assert read_payload(canonical_payload(categories)) == categories


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b'{"b":{"x":"1"},"a":{"x":"1"}}', b'{"a":{"x":""}}', b'{"a": {}}', b'{"a":"x"}'],
)
def test_any_other_spelling_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_payload(payload)
    assert str(refused.value) == "payload_not_canonical"


def test_what_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(Refused) as refused:
        canonical_payload({"identity": {"given_name": "Anna \ud800"}})
    assert str(refused.value) == "payload_not_text"
