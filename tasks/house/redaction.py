"""Nothing that a library says of a person reaches a log: the second net under design §5.

The first net is that nothing personal is logged at all. This one withholds what cannot be known:
the message of any library that is not listed here, and the words of every exception, of which a
log shows class and places. In all the rest it masks the shapes of identity numbers (personnummer,
samordningsnummer, CPR, interim and TF numbers) and of mail addresses, and leaves references,
dates, digests and UUIDs alone.
It knows nothing of Prefect, but understands the two extra formats of Prefect's formatter.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final, Literal

from lifecycle.errors import Misconfigured
from tasks.house.quiet import quiet_process, trace_of

MASKED_IDENTITY: Final = "[masked:identity]"
MASKED_MAIL: Final = "[masked:mail]"

_SPOKEN_FOR: Final = frozenset({
    *("flows", "tasks", "connectors", "records", "lifecycle", "console"),
    *("prefect", "uvicorn", "fastapi"),
})  # fmt: skip
"""Loggers, by the first part of their name, whose messages are written: ours, which say references
and counts, and those of the server, which is given nothing else."""
_DONE: Final = "gallra_withheld"

# Blank, no-break blank, hyphen, soft and no-break hyphen, figure and en dash, minus, plus.
_GAP = r"[-+ \u00a0\u00ad\u202f\u2010-\u2013\u2212]"

_KEEP = r"""
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])      # UUID
  | (?<![0-9a-z])[a-z]-[0-9a-hjkmnp-tv-z]{13}(?![0-9a-z])                         # our references
  | (?<![0-9a-z])(?=[0-9]{0,62}[a-f])[0-9a-f]{32,}(?![0-9a-z])                    # digests
  | (?<!\d)\d{4}-\d\d-\d\d[t\ ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:z|[+-]\d\d:?\d\d)?(?!\d)
"""
_IDENTITY = rf"""
    (?<!\d)(?:18|19|20)?\d{{6}}{_GAP}\d{{4}}(?!\d)                                # with its dash
  | (?<!\d)(?:18|19|20)\d\d-\d\d-\d\d{_GAP}?\d{{4}}(?!\d)
  | (?<!\d)(?:18|19|20)?\d\d(?:0\d|1[0-2])(?:[06][1-9]|[1278]\d|[39][01]|60)\d{{4}}(?!\d)
  | (?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{{6}}(?!\d)                  # CPR, no dash
  | (?<!\d)(?=\d{{0,11}}[^\x00-\x7f])(?:\d{{12}}|\d{{10}})(?!\d)                  # ٩٨٠٥
  | (?<!\d)(?:18|19|20)?\d{{6}}{_GAP}?(?:tf\d\d|[trsuwxjklmn]\d{{3}})(?!\d)       # TF, interim
"""
_MAIL = r"[^\s@<>\"'(),;:\[\]{}=|\\]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"

_SHAPES: Final = re.compile(
    rf"(?P<keep>{_KEEP})|(?P<identity>{_IDENTITY})|(?P<mail>{_MAIL})",
    re.IGNORECASE | re.VERBOSE,
)
_WORTH_A_LOOK: Final = re.compile(r"\d{4}|@|%40")


def mask(text: str) -> str:
    """`text` with every identity-number and mail shape replaced by a fixed word."""
    if not _WORTH_A_LOOK.search(text):
        return text
    return _SHAPES.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    if match["keep"] is not None:
        return match["keep"]
    return MASKED_IDENTITY if match["identity"] is not None else MASKED_MAIL


class RedactingFilter(logging.Filter):
    """Masks a record in place, so that no later handler sees what an earlier one did not.

    Of a foreign library's message only its origin is left: names have no shape to be known by.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: a record is masked, never dropped."""
        if not getattr(record, _DONE, False):
            record.msg = mask(_message(record))
            record.args = ()
            record.exc_text = _withheld_trace(record)
            record.exc_info = None
            # Source lines and no values; but a handler before this one may have changed it.
            record.stack_info = None if record.stack_info is None else mask(record.stack_info)
            setattr(record, _DONE, True)
        return True


def _message(record: logging.LogRecord) -> str:
    origin = f"{record.module}:{record.lineno}"
    if record.name.partition(".")[0] not in _SPOKEN_FOR:
        return f"message withheld: {record.name} at {origin}"
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 -- logging itself would print the arguments in clear
        return f"unprintable log message from {origin}"


def _withheld_trace(record: logging.LogRecord) -> str | None:
    if record.exc_info and record.exc_info[1] is not None:
        return mask(trace_of(record.exc_info[1]))
    return "(a traceback is withheld)" if record.exc_text else None


class RedactingFormatter(logging.Formatter):
    """Masks the finished line; takes the same arguments as Prefect's own formatter."""

    def __init__(
        self,
        format: str | None = None,  # noqa: A002 -- the key of the configuration file
        datefmt: str | None = None,
        style: Literal["%", "{", "$"] = "%",
        *,
        flow_run_fmt: str | None = None,
        task_run_fmt: str | None = None,
    ) -> None:
        super().__init__(format, datefmt, style)
        self._styles = {
            name: logging.Formatter(fmt, datefmt, style)
            for name, fmt in (
                ("prefect.flow_runs", flow_run_fmt),
                ("prefect.task_runs", task_run_fmt),
            )
            if fmt is not None
        }

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """The line before a traceback, in the format of the logger it came by."""
        special = self._styles.get(record.name)
        return special.formatMessage(record) if special else super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry, traceback included, masked."""
        return mask(super().format(record))


def redact_foreign_handlers(*, own: str) -> None:
    """Put the filter on every handler in this process whose class is not in a module of `own`.

    Handlers out of our own logging file must bring it themselves: `assert_in_force` sees to it.
    """
    names = list(logging.Logger.manager.loggerDict)
    for logger in [logging.getLogger(), *map(logging.getLogger, names)]:
        for handler in logger.handlers:
            if not type(handler).__module__.startswith(own) and not _masks(handler):
                handler.addFilter(RedactingFilter())


def _masks(handler: logging.Handler) -> bool:
    return any(isinstance(each, RedactingFilter) for each in handler.filters)


def assert_in_force(*logger_names: str) -> None:
    """Every handler that these loggers write to masks what it writes.

    Raises `Misconfigured("log_redaction_missing")` when a logger has no handler at all or has
    one without the filter: a logging file that is missing or cannot be imported otherwise falls
    back, silently, to a configuration without it.
    """
    for name in logger_names:
        handlers = list(_handlers_of(logging.getLogger(name or None)))
        if not handlers:
            raise Misconfigured("log_redaction_missing", ref=name or "root")
        for handler in handlers:
            if not _masks(handler):
                raise Misconfigured("log_redaction_missing", ref=name or "root")


def _handlers_of(logger: logging.Logger) -> Any:
    """The handlers that a record of this logger reaches, its ancestors' included."""
    current: logging.Logger | None = logger
    while current is not None:
        yield from current.handlers
        current = current.parent if current.propagate else None


def configure(level: int = logging.WARNING) -> None:
    """Logging for a process without Prefect: to standard error, masked, warnings included.

    Of an exception that nobody caught class and places are shown.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    quiet_process()
