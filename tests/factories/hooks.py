"""What a process does with errors that nobody catches, put back for the tests that follow."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hooks_restored() -> Iterator[None]:
    """Whatever `tasks.house.quiet.quiet_process` sets inside is as before afterwards."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
        logging.captureWarnings(capture=False)
        logging.raiseExceptions = True
