"""Identity numbers and mail addresses are masked in logs; our own references are not."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import pytest

from lifecycle.errors import Misconfigured
from tasks.house import redaction
from tasks.house.redaction import MASKED_IDENTITY, MASKED_MAIL, mask

# Skatteverket's official test numbers.
IDENTITIES = [
    "198507099805",
    "19850709-9805",
    "850709-9805",
    "8507099805",
    "850709+9805",
    "19850709+9805",
    "19850709 9805",
    "850709\u20119805",
    "850709\u20139805",
    "850709\u00a09805",
    "1985-07-09-9805",
    "1985-07-09 9805",
    "198507699805",
    "198500609805",
    "19140728-TF26",
    "140728-TF26",
    "19140728TF26",
    "850709-T123",
    "8507\u06609-9805",
    "8507\u06609\u0669805",
    "0709859805",
    "090785-9805",
]


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize(
    "frame", ["{}", "row {} failed", "pnr{}.", "x_{}_y", "('{}',)", "{}.0", "{}-namn.xlsx", "={};"]
)
def test_identity_number_is_masked(identity: str, frame: str) -> None:
    masked = mask(frame.format(identity))
    assert MASKED_IDENTITY in masked
    assert identity not in masked


@pytest.mark.parametrize(
    "address",
    [
        "anna.berg@example.se",
        "anna+skola@mail.example.se",
        "åsa.öberg@exämple.se",
        "anna%40example.se",
        "ANNA_B@EXAMPLE.DK",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "<{}>", "to={}, retry", "mailto:{}?x", "'{}'"])
def test_mail_address_is_masked(address: str, frame: str) -> None:
    masked = mask(frame.format(address))
    assert MASKED_MAIL in masked
    assert "example" not in masked.lower()


@pytest.mark.parametrize(
    "text",
    [
        "F-0123456789ABC imported",
        "S-7ZZZZZZZZZZZZ, E-0000000000001",
        "F-1985070998050",
        "2026-11-21",
        "academedia import 2026-11-21 18:00",
        "2026-11-21T18:00:00.123456+0000",
        "2026-11-21 18:00:00,123 ok",
        "2026-11-21T18:00:00Z",
        "flow run 19850709-9805-4abc-8def-123456789012",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256 198507099805c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0",
        "accepted=100000 position=1000000",
        "http://127.0.0.1:4200/api",
        "prefect 3.8.8, line 1234",
        "epoch 1795290000",
        "@flow decorated",
    ],
)
def test_our_own_words_stay(text: str) -> None:
    assert mask(text) == text


def test_digests_next_to_identities_hide_nothing() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015"
    assert mask(f"{digest} 19850709-9805") == f"{digest} {MASKED_IDENTITY}"
    assert mask("2026-11-21 18:00 850709-9805") == f"2026-11-21 18:00 {MASKED_IDENTITY}"


def test_a_long_line_is_masked_in_time() -> None:
    text = "a" * 200_000 + " 850709-9805 " + "1" * 200_000
    assert MASKED_IDENTITY in mask(text)


@pytest.fixture
def masked_logger() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(redaction.RedactingFormatter("%(levelname)s %(message)s"))
    handler.addFilter(redaction.RedactingFilter())
    logger = logging.Logger("tasks.masked")
    logger.addHandler(handler)
    return logger, stream


def test_message_arguments_and_traceback_are_masked(
    masked_logger: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = masked_logger
    logger.warning("bad row %s of %s", "850709-9805", "a@example.se")
    try:
        try:
            raise ValueError("19850709-9805")
        except ValueError as error:
            raise KeyError("anna@example.se") from error
    except KeyError:
        logger.exception("broke")
    text = stream.getvalue()
    assert "bad row [masked:identity] of [masked:mail]" in text
    assert "KeyError (its words are withheld)" in text
    assert "ValueError (its words are withheld)" in text
    assert "test_redaction:" in text
    assert "9805" not in text
    assert "example.se" not in text


def test_of_a_library_nobody_speaks_for_only_the_origin_is_logged(
    masked_logger: tuple[logging.Logger, io.StringIO],
) -> None:
    _, stream = masked_logger
    library = logging.Logger("some.library")
    library.handlers = masked_logger[0].handlers
    library.error("Anna Exempelsson, %s", "Provgatan 1")
    text = stream.getvalue()
    assert "message withheld: some.library at test_redaction:" in text
    assert "Exempelsson" not in text
    assert "Provgatan" not in text


def test_a_traceback_that_another_handler_made_is_withheld_too(
    masked_logger: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = masked_logger
    first = logging.StreamHandler(io.StringIO())
    logger.handlers = [first, *logger.handlers]
    try:
        raise ValueError("Anna Exempelsson")
    except ValueError:
        logger.exception("broke")
    assert "Exempelsson" in first.stream.getvalue()
    assert "ValueError (its words are withheld)" in stream.getvalue()
    assert "Exempelsson" not in stream.getvalue()


def test_a_message_that_cannot_be_formatted_does_not_print_its_arguments(
    masked_logger: tuple[logging.Logger, io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logger, stream = masked_logger
    logger.warning("only %s", "850709-9805", "one too many")
    assert "unprintable log message from test_redaction" in stream.getvalue()
    assert "9805" not in stream.getvalue() + capsys.readouterr().err


def test_prefect_formats_are_chosen_by_logger_name() -> None:
    formatter = redaction.RedactingFormatter(
        "std %(message)s", flow_run_fmt="flow %(message)s", task_run_fmt="task %(message)s"
    )
    made = {
        name: formatter.format(logging.makeLogRecord({"name": name, "msg": "m"}))
        for name in ("prefect.flow_runs", "prefect.task_runs", "httpx")
    }
    assert made == {"prefect.flow_runs": "flow m", "prefect.task_runs": "task m", "httpx": "std m"}


def test_a_logger_without_the_net_is_refused() -> None:
    logger = logging.getLogger("gallra.test.bare")
    logger.propagate = False
    with pytest.raises(Misconfigured, match="log_redaction_missing"):
        redaction.assert_in_force("gallra.test.bare")
    handler = logging.NullHandler()
    logger.addHandler(handler)
    with pytest.raises(Misconfigured, match="log_redaction_missing"):
        redaction.assert_in_force("gallra.test.bare")
    handler.addFilter(redaction.RedactingFilter())
    redaction.assert_in_force("gallra.test.bare")


def test_neither_an_uncaught_exception_nor_a_warning_says_its_words() -> None:
    code = (
        "import logging, threading, warnings; from tasks.house import redaction; "
        "redaction.configure()\n"
        "logging.getLogger('httpx').error('GET /Anna')\n"
        "warnings.warn('Exempelsson')\n"
        "def breaks(): raise ValueError('Exempelsson')\n"
        "logging.getLogger('tasks').handlers = [handler := logging.StreamHandler()]\n"
        "handler.setFormatter(logging.Formatter('%(missing)s'))\n"
        "try: raise ValueError('Exempelsson')\n"
        "except ValueError: logging.getLogger('tasks').error('x')\n"
        "class Broken:\n"
        "    def __del__(self): raise LookupError('Exempelsson')\n"
        "Broken()\n"
        "thread = threading.Thread(target=breaks, name='Anna'); thread.start(); thread.join()\n"
        "made = type('Exempelsson', (RuntimeError,), {})\n"
        "raise made('Anna Exempelsson') from OSError(13, 'Anna')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "message withheld: httpx" in done.stderr
    assert "message withheld: py.warnings" in done.stderr
    for told in ("ValueError", "LookupError", "RuntimeError", "PermissionError EACCES"):
        assert f"{told} (its words are withheld)" in done.stderr
    assert "__main__:14" in done.stderr
    assert "Anna" not in done.stderr
    assert "Exempelsson" not in done.stderr
    assert done.stdout == ""
