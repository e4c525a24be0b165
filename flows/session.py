"""A run of Prefect flows in this very process, against this house's own closed server.

Nothing here imports Prefect before its settings are in the environment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lifecycle.errors import Misconfigured
from tasks.house import redaction
from tasks.house.children import without_prefect
from tasks.house.quiet import quiet_process
from tasks.serving.prefect_server import PrefectServer, local_server
from tasks.serving.prefect_settings import environment, foreign_settings

_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs", "prefect", "httpx", "sqlalchemy", "")

_DELIVERY_LIMIT: Final = 10.0


@contextmanager
def prefect_session(home: Path, *, port: int | None = None) -> Iterator[PrefectServer]:
    """Start or reuse the local server of `home` and send this process's runs to it.

    Inside, import a flow and call it: `from flows.import_af import import_af`. Raises what
    `local_server` raises, `Misconfigured` when logs would not be masked, and
    `Misconfigured("prefect_settings_beside")`.
    """
    for name in foreign_settings(Path.cwd()):
        raise Misconfigured("prefect_settings_beside", ref=name)
    before = dict(os.environ)
    mask = os.umask(0o077)
    try:
        with local_server(home, port=port) as server:
            settings = environment(home, port=server.port)
            for name in set(os.environ) - set(without_prefect(os.environ)):
                del os.environ[name]
            os.environ.update(settings)
            _take_settings()
            from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

            # A flow of this process needs no heartbeat, and joining its thread costs a second.
            with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
                assert_logs_are_masked()
                try:
                    yield server
                finally:
                    _deliver()
    finally:
        os.umask(mask)
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def _take_settings() -> None:
    """If Prefect is imported already it has read other settings: have it read them again."""
    if "prefect.main" not in sys.modules:
        import prefect.main  # noqa: F401 -- reads the environment and sets up logging

        return
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    refresh_global_settings_context()
    setup_logging(incremental=False)


def _deliver() -> None:
    """Send what Prefect still holds back of logs and events, while the server is there.

    Otherwise their threads would go on calling a stopped server for a minute at exit.
    """
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=_DELIVERY_LIMIT)


def assert_logs_are_masked() -> None:
    """Whatever Prefect's handlers write is masked; handlers of others get the filter as well,
    and what nobody catches is told without its words.

    Every flow asks this before it reads anything. Raises `Misconfigured("log_redaction_missing")`.
    """
    quiet_process()
    redaction.redact_foreign_handlers(own="prefect.")
    redaction.assert_in_force(*_LOGGERS)
