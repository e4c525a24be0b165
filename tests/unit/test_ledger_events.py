"""The ledger takes references, counts and words of our own, and nothing that names a person."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.errors import LedgerFailure
from lifecycle.ledger import (
    LARGEST_COUNT,
    Chain,
    EventKind,
    LedgerEvent,
    instant,
    is_canonical,
    new_origin,
    require_harmless,
)
from lifecycle.references import RUN, STAGED_FILE, new_id, to_reference

AT = "2026-11-20T18:00:00.000000+00:00"
RUN_REF = to_reference(RUN, 7)
KEY = bytes(range(32))


def an_event(**changes: Any) -> LedgerEvent:
    content: dict[str, Any] = {
        "kind": EventKind.DELETION_DONE,
        "at": AT,
        "run": RUN_REF,
        "controller": "academedia",
    }
    return LedgerEvent(**(content | changes))


@pytest.mark.parametrize(
    "text",
    [
        to_reference(STAGED_FILE, 1),
        to_reference(STAGED_FILE, (1 << 62) - 1),
        "academedia",
        "participant.six-months",
        "not_verified",
        "A-101",
        "DK-12",
        hashlib.sha256(b"x").hexdigest(),
        "2026-11-20",
        AT,
    ],
)
def test_text_in_a_harmless_shape_is_taken(text: str) -> None:
    require_harmless(text)
    assert an_event(ref=text, facts={"seen": text}).facts["seen"] == text


@given(number=st.integers(min_value=0, max_value=(1 << 63) - 1))
def test_every_reference_is_taken_whatever_digits_chance_gave_it(number: int) -> None:
    require_harmless(to_reference(STAGED_FILE, number))


IDENTITIES = ["19121212-1212", "191212121212", "1212121212", "121212-1212", "121212+1212"]


@pytest.mark.parametrize("number", IDENTITIES)
@pytest.mark.parametrize("around", ["{}", "p{}", "p.{}", "file_{}.xlsx", "a{}b", "{}\n"])
def test_anything_like_an_identity_number_is_refused(number: str, around: str) -> None:
    with pytest.raises(LedgerFailure) as refusal:
        an_event(facts={"seen": around.format(number)})
    assert refusal.value.code == "text_like_identity_number"
    assert number not in str(refusal.value)


@pytest.mark.parametrize(
    "spaced", ["p1-9-1-2-1-2-1-2-1-2-1-2", "p19.12.12.12.1212", "p_1912_1212", "x20001231"]
)
def test_spacing_the_digits_out_does_not_help(spaced: str) -> None:
    with pytest.raises(LedgerFailure, match="text_like_identity_number"):
        an_event(rule=spaced)


@pytest.mark.parametrize("text", ["anna@example.se", "anna.andersson@example.dk", "@"])
def test_a_mail_address_is_refused(text: str) -> None:
    with pytest.raises(LedgerFailure, match="text_like_address"):
        an_event(ref=text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna",
        "anna andersson",
        "ärende",
        "elev\u0301",
        "word\n",
        "a" * 62,
        "f-0000000000001",
        "F-8000000000001",
        "F-000000000000I",
        "../x",
        "C:",
        "2026-02-30",
        "2026-11-20T25:00:00.000000+00:00",
        "2026-11-20T18:00:00+00:00",
        "2026-11-20T18:00:00.000000Z",
        "ABCD" * 16,
        "a" * 63 + "\x00",
        "٢٠٢٦",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    for place in ({"ref": text}, {"controller": text}, {"facts": {"seen": text}}):
        with pytest.raises(LedgerFailure, match=r"text_not_allowed|text_like_identity_number"):
            an_event(**place)


def test_the_names_of_facts_and_numbers_are_words_too() -> None:
    for name in ("Anna Andersson", "", AT, "A-1"):
        with pytest.raises(LedgerFailure, match="text_not_allowed"):
            an_event(facts={name: "x"})
        with pytest.raises(LedgerFailure, match="text_not_allowed"):
            an_event(numbers={name: 1})


@pytest.mark.parametrize("count", [-1, LARGEST_COUNT + 1, 191212121212, True, 1.0, "1", None])
def test_a_count_is_a_small_whole_number(count: Any) -> None:
    with pytest.raises(LedgerFailure, match="count_not_allowed"):
        an_event(numbers={"rows": count})
    if count is not None:
        with pytest.raises(LedgerFailure, match="count_not_allowed"):
            an_event(found=count)


def test_only_known_kinds_utc_instants_and_runs() -> None:
    with pytest.raises(LedgerFailure, match="kind_unknown"):
        an_event(kind="deletion.done")
    for at in ("2026-11-20", "2026-11-20T18:00:00.000000+01:00", "now", None):
        with pytest.raises(LedgerFailure, match="instant_malformed"):
            an_event(at=at)
    for run in (to_reference(STAGED_FILE, 7), "R-7", "nightly"):
        with pytest.raises(LedgerFailure, match="run_malformed"):
            an_event(run=run)


def test_an_event_does_not_change_after_it_was_checked() -> None:
    facts = {"seen": "word"}
    event = an_event(facts=facts)
    facts["seen"] = "anna@example.se"
    assert event.facts["seen"] == "word"
    with pytest.raises(TypeError):
        event.facts["seen"] = "anna@example.se"  # type: ignore[index]
    with pytest.raises(AttributeError):
        event.ref = "x"  # type: ignore[misc]


def test_an_instant_is_written_in_one_way() -> None:
    noon_in_winter = datetime(2026, 1, 2, 12, tzinfo=timezone(timedelta(hours=1)))
    assert instant(noon_in_winter) == "2026-01-02T11:00:00.000000+00:00"
    assert instant(datetime(2026, 1, 2, 11, tzinfo=UTC)) == instant(noon_in_winter)
    with pytest.raises(LedgerFailure, match="instant_without_zone"):
        instant(datetime(2026, 1, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("counts", "red"),
    [
        ({}, False),
        ({"expected": 0, "found": 0, "acted": 0, "verified": 0}, False),
        ({"expected": 5, "found": 5, "acted": 5, "verified": 5}, False),
        ({"expected": 5, "acted": 0}, True),
        ({"expected": 5, "found": 0}, True),
        ({"expected": 5, "found": 5, "acted": 5, "verified": 0}, True),
        ({"acted": 3, "verified": 0}, True),
        ({"expected": 5}, False),
        ({"expected": 5, "acted": 4}, False),
    ],
)
def test_nothing_done_where_something_was_expected_is_red(
    counts: dict[str, int], red: bool
) -> None:
    assert an_event(**counts).is_red is red


def test_the_canonical_form_is_sorted_json_and_comes_back() -> None:
    event = an_event(
        ref=to_reference(STAGED_FILE, 9),
        acted=3,
        numbers={"rows": 3, "again": 0},
        facts={"reason": EventKind.HOLD_PLACED},
    )
    assert event.to_body() == (
        b'{"acted":3,"at":"2026-11-20T18:00:00.000000+00:00","controller":"academedia",'
        b'"facts":{"reason":"hold.placed"},"kind":"deletion.done",'
        b'"numbers":{"again":0,"rows":3},"ref":"F-0000000000009","run":"R-0000000000007"}'
    )
    assert LedgerEvent.from_body(event.to_body()) == event
    assert is_canonical(event.to_body())


@pytest.mark.parametrize(
    "spelling",
    [
        lambda body: body + b" ",
        lambda body: b" " + body,
        lambda body: body.replace(b",", b", ", 1),
        lambda body: body[:-1] + b',"run":"R-0000000000007"}',
        lambda body: b"{" + body[1:].replace(b"academedia", b"academed\\u0069a"),
        lambda body: body[:-1],
        lambda body: b"[]",
        lambda body: b'"x"',
        lambda body: b"",
    ],
)
def test_another_spelling_is_not_canonical(spelling: Any) -> None:
    other = spelling(an_event().to_body())
    with pytest.raises(LedgerFailure, match="event_not_canonical"):
        LedgerEvent.from_body(other)
    if other not in (b"[]", b'"x"'):
        assert not is_canonical(other)


def test_a_body_with_unknown_fields_or_personal_text_is_not_an_event() -> None:
    content = orjson.loads(an_event().to_body())
    for change in ({"name": "x"}, {"ref": "anna@example.se"}, {"kind": "nothing.known"}):
        body = orjson.dumps(content | change, option=orjson.OPT_SORT_KEYS)
        with pytest.raises(LedgerFailure, match="event_not_canonical"):
            LedgerEvent.from_body(body)


def test_links_are_hmacs_as_the_standard_library_computes_them() -> None:
    chain = Chain(KEY)
    origin = new_origin()
    first = hmac.digest(KEY, b"gallra ledger origin 1\n" + origin.encode(), "sha256")
    assert chain.first(origin) == first
    for body in (b"", b"{}", b"x" * 1000):
        message = b"gallra ledger link 1\n" + first + len(body).to_bytes(8, "big") + body
        assert chain.next(first, body) == hmac.digest(KEY, message, "sha256")


def test_origin_and_key_decide_every_link() -> None:
    one, other = new_origin(), new_origin()
    assert one != other
    assert one.startswith("gallra/L-")
    assert Chain(KEY).first(one) != Chain(KEY).first(other)
    assert Chain(KEY).first(one) != Chain(bytes(32)).first(one)
    for short in (b"", b"x" * 31, b"x" * 65):
        with pytest.raises(LedgerFailure, match="ledger_key_malformed"):
            Chain(short)


def test_a_reference_drawn_at_random_names_a_file_in_an_event() -> None:
    assert an_event(ref=to_reference(STAGED_FILE, new_id())).ref is not None
