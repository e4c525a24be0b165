"""What leaves a step holds a code, a reference and fixed words: no value, no cause, no context."""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys

import pytest
from prefect.exceptions import PrefectSignal

from flows.neutral import StepFailed, StepFailedForNow, collected, neutral, raise_first
from lifecycle.errors import FileRefused, GallraError, LedgerFailure, Misconfigured, Unreachable

CANARY = "19850709-9805"


def _raise(error: BaseException) -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as cause:
        raise error from cause


def _caught(error: BaseException) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        neutral(_raise)(error)
    return caught.value


def _everything_of(error: BaseException) -> str:
    """All that Prefect could store of an exception: text, repr, traceback, pickle."""
    record = logging.makeLogRecord({"exc_info": (type(error), error, error.__traceback__)})
    logged = logging.Formatter().format(record)
    return f"{error} {error!r} {logged} {pickle.dumps(error)!r} {vars(error)}"


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        RuntimeError("x", {"a": CANARY}),
        SystemExit(CANARY),
        BaseException(CANARY),  # a library's panic is no Exception
        UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
        GallraError(CANARY),
        Unreachable("folder", ref=CANARY),
        Misconfigured("x_y", ref="anna@example.se"),
        TimeoutError(CANARY),
    ],
)
def test_no_value_and_no_context_gets_out(error: BaseException) -> None:
    failure = _caught(error)
    assert failure.__cause__ is None
    assert failure.__context__ is None
    text = _everything_of(failure)
    assert "9805" not in text
    assert "example.se" not in text
    assert "KeyError" not in text or isinstance(error, KeyError)


def test_an_unexpected_error_says_class_and_place_and_what_to_do() -> None:
    text = str(_caught(ZeroDivisionError("boom")))
    assert text.startswith("unexpected_error ZeroDivisionError at test_neutral:") or (
        "ZeroDivisionError at" in text and "test_neutral" in text
    )
    assert "Rerun." in text
    assert "boom" not in text


def test_a_typed_error_keeps_code_reference_and_counts() -> None:
    failure = _caught(LedgerFailure("head_disagrees", ref="R-0123456789ABC", position=17))
    assert not isinstance(failure, StepFailedForNow)
    assert str(failure).startswith("head_disagrees R-0123456789ABC position=17: ")
    assert "data protection officer" in str(failure)


def test_only_what_time_mends_is_marked_for_another_try() -> None:
    assert isinstance(_caught(Unreachable("folder_gone")), StepFailedForNow)
    for error in (FileRefused("corrupt"), ValueError(), LedgerFailure("no_event")):
        assert not isinstance(_caught(error), StepFailedForNow)


def test_it_survives_the_pickle_whole() -> None:
    failure = _caught(Unreachable("folder_gone", ref="F-0123456789ABC"))
    again = pickle.loads(pickle.dumps(failure))  # noqa: S301 -- our own
    assert type(again) is StepFailedForNow
    assert str(again) == str(failure)


@pytest.mark.parametrize(
    "signal", [KeyboardInterrupt(), asyncio.CancelledError(), PrefectSignal("paused")]
)
def test_signals_pass_without_what_they_interrupted(signal: BaseException) -> None:
    with pytest.raises(type(signal)) as caught:
        neutral(_raise)(signal)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_flow_passes_on_what_its_step_raised_without_chaining() -> None:
    inner = neutral(_raise)

    def outer() -> None:
        try:
            inner(ValueError(CANARY))
        except StepFailed:
            raise RuntimeError(CANARY) from None

    with pytest.raises(StepFailed) as caught:
        neutral(outer)()
    assert caught.value.__context__ is None
    assert "9805" not in _everything_of(caught.value)


def test_the_first_failure_is_raised_and_the_others_counted() -> None:
    failures: list[StepFailed] = []
    for code in ("no_rows", "corrupt", "truncated"):
        with collected(failures):
            raise FileRefused(code)
    with pytest.raises(StepFailed, match=r"^no_rows: .* 2 more failed in this run\.$"):
        raise_first(failures)
    raise_first([])


def test_signals_carry_no_words_and_keep_their_class() -> None:
    class OfALibrary(asyncio.CancelledError):
        pass

    signal = OfALibrary(CANARY)
    signal.add_note(CANARY)
    with pytest.raises(OfALibrary) as caught:
        neutral(_raise)(signal)
    assert "9805" not in repr(caught.value.args) + repr(vars(caught.value))


def test_what_is_printed_in_a_step_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def prints() -> int:
        print(CANARY)
        print(CANARY, file=sys.stderr)
        return 3

    assert neutral(prints)() == 3
    print("afterwards")
    assert tuple(capfd.readouterr()) == ("afterwards\n", "")
