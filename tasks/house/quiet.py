"""What goes wrong while people's data is handled is told by class and place, never in its words."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import re
import resource
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

from lifecycle.errors import GallraError

UNEXPECTED: Final = "unexpected_error"
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,63}")

_OWN: Final = ("flows", "tasks", "connectors", "records", "lifecycle", "console")
_WRAPPERS: Final = frozenset({"flows.neutral", "console.output", "tasks.house.quiet", "contextlib"})
"""Modules that pass errors on: a place in them says nothing."""
_DEEPEST: Final = 8
"""Causes of causes that are still told."""


def place_of(error: BaseException) -> str:
    """`Class at module:line`, and by which line of ours when it came out of a library."""
    places = _places(error.__traceback__)
    name = _class_of(error)
    if not places:
        return name
    own = [place for place in places if place.partition(".")[0] in _OWN]
    via = f" via {own[-1]}" if own and own[-1] != places[-1] else ""
    return f"{name} at {places[-1]}{via}"


def trace_of(error: BaseException) -> str:
    """Every frame of `error` and of what it came from, as a log shows it, without any value."""
    lines = []
    seen: BaseException | None = error
    for _ in range(_DEEPEST):
        if seen is None:
            break
        # Our own errors carry a reason code out of a fixed vocabulary, and that is said.
        code = (
            f" {seen.code}" if isinstance(seen, GallraError) and _CODE.fullmatch(seen.code) else ""
        )
        lines.append(f"{_class_of(seen)}{code} (its words are withheld), outermost call first:")
        lines += [f"  {place}" for place in _places(seen.__traceback__)]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(lines)


def _class_of(error: BaseException) -> str:
    """The nearest class that stands in a module under its own name: a class made while running
    could be named after anybody. With the system's own word for an `OSError`."""
    name: str = next(
        each.__name__
        for each in type(error).__mro__
        if getattr(sys.modules.get(each.__module__), each.__name__, None) is each
    )
    number = error.errno if isinstance(error, OSError) else None
    word = None if number is None else errno.errorcode.get(number)
    return name if word is None else f"{name} {word}"


def _places(trace: TracebackType | None) -> list[str]:
    """Module and line of every frame, outermost first; not of those that pass errors on."""
    found = []
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if module not in _WRAPPERS and re.fullmatch(r"[\w.]{1,100}", module, re.ASCII):
            found.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found


def quiet_process() -> None:
    """From here on this process leaves no words of an error behind that nobody caught: not of the
    main thread, another thread or a finaliser, not as a warning and not as a core dump.

    Warnings go to the log, whose handlers mask. Safe to call again.
    """
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    logging.captureWarnings(capture=True)
    # Else a handler that fails prints the error at hand, and what that came from.
    logging.raiseExceptions = False
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Nothing that is printed inside is kept: a worker writes what a run prints into its log.

    Log handlers hold the stream they were made with, and go on writing.
    """
    with (
        _Nowhere() as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


class _Nowhere(io.TextIOBase):
    """A text stream that takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        return len(text)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _tell(error)


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        _tell(told.exc_value)


def _unraisable(told: Any) -> None:
    if told.exc_value is not None:
        _tell(told.exc_value)


def _tell(error: BaseException) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{UNEXPECTED}: {trace_of(error)}\n")
