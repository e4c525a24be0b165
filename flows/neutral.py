"""An error leaves a step as a code, a reference and a remedy: no value, no cause, no context.

Prefect stores an exception's text in the run's state, its log and its events, and pickles the
exception itself into its storage folder. So whatever is raised below is replaced, outside the
`except` block, by one of the two exceptions here, which hold fixed words only.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from prefect.exceptions import PrefectSignal

from lifecycle.errors import GallraError, Retryable
from tasks.house.quiet import UNEXPECTED, place_of, silenced
from tasks.house.redaction import mask
from tasks.remedies.every import remedy_for

P = ParamSpec("P")
R = TypeVar("R")

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,63}")
_REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}")

TOOK_TOO_LONG: Final = "took_too_long"


class StepFailed(Exception):
    """What happened, what is safe and what to do next, in words without personal data."""

    def __init__(
        self, code: str, ref: str = "", where: str = "", kind: str = "", others: int = 0
    ) -> None:
        super().__init__(code, ref, where, kind, others)  # `args`: all that a pickle carries
        self.code = code
        self.ref = ref
        self.where = where
        """For an unexpected error: its class and the place in the source."""
        self.kind = kind
        """The name of the Gallra error class, which chooses the remedy of an unlisted code."""
        self.others = others
        """How many more steps of the same run failed."""

    def __str__(self) -> str:
        remedy = remedy_for(self.code, kind=self.kind)
        head = " ".join(part for part in (self.code, self.ref, self.where) if part)
        more = f" {self.others} more failed in this run." if self.others else ""
        return f"{head}: {remedy.happened} {remedy.safe} {remedy.next}{more}"


class StepFailedForNow(StepFailed):
    """The same, where nothing is wrong that time does not mend: Prefect tries again."""


def neutral(function: Callable[P, R]) -> Callable[P, R]:
    """Let nothing but `StepFailed` out of `function` (Prefect's own signals and Ctrl-C aside),
    and nothing that is printed on the way.

    Goes below `@flow` and `@task`, next to the function itself.
    """

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        failure: BaseException
        try:
            with silenced():
                return function(*args, **kwargs)
        except (PrefectSignal, asyncio.CancelledError, KeyboardInterrupt, GeneratorExit) as signal:
            failure = _bare(signal)
        except BaseException as error:  # noqa: BLE001 -- a library's panic carries values too
            failure = neutralised(error)
        # Here and not above: inside the block the original would ride along as the context.
        raise failure

    # Prefect builds the parameter check from the signature, and would look for the names of its
    # types in this module.
    signature = inspect.signature(function, eval_str=True)
    guarded.__signature__ = signature  # type: ignore[attr-defined]
    guarded.__annotations__ = typing.get_type_hints(function, include_extras=True)
    return guarded


def neutralised(error: BaseException) -> StepFailed:
    """The neutral stand-in for `error`."""
    if isinstance(error, StepFailed):
        return type(error)(error.code, error.ref, error.where, error.kind, error.others)
    if isinstance(error, GallraError) and _CODE.fullmatch(error.code):
        made = StepFailedForNow if isinstance(error, Retryable) else StepFailed
        return made(error.code, _safe_ref(error.ref), _counts(error), _kind(error))
    if isinstance(error, TimeoutError):
        return StepFailed(TOOK_TOO_LONG, where=place_of(error))
    return StepFailed(UNEXPECTED, where=place_of(error))


@contextmanager
def collected(failures: list[StepFailed]) -> Iterator[None]:
    """Let the other files have their turn: a failure inside is kept for `raise_first`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- raised again, neutral, at the end of the run
        failures.append(neutralised(error))


def raise_first(failures: list[StepFailed]) -> None:
    """Raise the first of these failures, saying how many more there were; none: nothing."""
    if failures:
        first = failures[0]
        others = first.others + len(failures) - 1
        raise type(first)(first.code, first.ref, first.where, first.kind, others)


def _safe_ref(ref: str | None) -> str:
    """A reference or a configuration name; anything else is left out."""
    if ref is None or not _REF.fullmatch(ref) or mask(ref) != ref:
        return ""
    return ref


def _counts(error: GallraError) -> str:
    return " ".join(
        f"{name}={value}"
        for name, value in sorted(error.counts.items())
        if type(value) is int and _CODE.fullmatch(name)
    )


def _kind(error: GallraError) -> str:
    """The nearest class that `lifecycle.errors` itself defines."""
    for each in type(error).__mro__:
        if each.__module__ == GallraError.__module__:
            return each.__name__
    return GallraError.__name__


def _bare(signal: BaseException) -> BaseException:
    """The signal itself, without what it interrupted and without words of its own."""
    if not isinstance(signal, PrefectSignal):  # those say where the run goes on
        # The class stays: Prefect tells its own time limit by it.
        signal.args = ()
        vars(signal).clear()
    signal.__cause__ = None
    signal.__context__ = None
    return signal.with_traceback(None)
