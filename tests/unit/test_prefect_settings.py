"""A Prefect server of this house never starts open, and its secrets are the owner's alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lifecycle.errors import Misconfigured, Unreachable
from tasks.serving import prefect_server
from tasks.serving.listener import listeners
from tasks.serving.openness import answers
from tasks.serving.prefect_api import is_ours
from tasks.serving.prefect_place import here
from tasks.serving.prefect_settings import assert_closed, auth_file, environment, logging_file


@pytest.fixture
def closed(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, port=4211)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREFECT_SERVER_API_HOST", "0.0.0.0"),  # noqa: S104 -- that is what is refused
        ("PREFECT_SERVER_API_HOST", "192.168.1.2"),
        ("PREFECT_SERVER_API_HOST", "gallra.example.se"),
        ("PREFECT_SERVER_API_HOST", None),
        ("PREFECT_SERVER_API_AUTH_STRING", None),
        ("PREFECT_SERVER_API_AUTH_STRING", "admin:pass"),
        ("PREFECT_SERVER_API_AUTH_STRING", "nopasswordhereatall"),
        ("PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", None),
        ("PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", "false"),
        ("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", None),
        ("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "*"),
        ("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "http://127.0.0.1:4200,*"),
        ("PREFECT_SERVER_ENCRYPTION_KEY", None),
        ("PREFECT_SERVER_ENCRYPTION_KEY", "short"),
        ("PREFECT_SERVER_ANALYTICS_ENABLED", None),
        ("PREFECT_SERVER_ANALYTICS_ENABLED", "true"),
    ],
)
def test_an_open_start_is_refused(closed: dict[str, str], name: str, value: str | None) -> None:
    assert_closed(closed)
    if value is None:
        del closed[name]
    else:
        closed[name] = value
    with pytest.raises(Misconfigured, match=f"server_would_start_open {name}") as caught:
        assert_closed(closed)
    assert closed.get("PREFECT_API_AUTH_STRING", "-") not in str(caught.value)


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = environment(tmp_path, port=4211), environment(tmp_path, port=4212)
    for name in ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_SERVER_ENCRYPTION_KEY"):
        assert first[name] == second[name]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "prefect").iterdir()} == {0o600}
    assert (tmp_path / "prefect").stat().st_mode & 0o777 == 0o700
    assert environment(tmp_path / "other", port=4211) != first


def test_a_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    environment(tmp_path, port=4211)
    auth_file(tmp_path).chmod(0o644)
    with pytest.raises(Misconfigured, match="secret_file_readable_by_others auth"):
        environment(tmp_path, port=4211)
    auth_file(tmp_path).chmod(0o600)
    auth_file(tmp_path).write_text("\n")
    with pytest.raises(Misconfigured, match="secret_file_empty auth"):
        environment(tmp_path, port=4211)


@pytest.mark.parametrize(
    "text", ["gallra:åäöåäöåäöåäöåäöåäö", "gallra:eighteen-\ncharacters", "\0" * 20]
)
def test_a_password_that_no_header_takes_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    environment(tmp_path, port=4211)
    auth_file(tmp_path).write_text(text, encoding="utf-8")
    for asked in (lambda: environment(tmp_path, port=4211), lambda: here(tmp_path, 4211)):
        with pytest.raises(Misconfigured, match="secret_file_malformed auth"):
            asked()


NOBODY = 65_534


@contextmanager
def listening(*, user: int) -> Iterator[tuple[int, list[bytes]]]:
    """A port of the loopback at which that user listens, and what was said there."""
    heard: list[bytes] = []
    before = os.geteuid()
    os.seteuid(user)
    try:
        made = socket.socket()  # it is whose who makes it
    finally:
        os.seteuid(before)
    with made as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        taken.settimeout(0.2)

        def listen() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    speaking, _ = taken.accept()
                    with speaking:
                        heard.append(speaking.recv(4096))

        over = threading.Event()
        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield taken.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else can be played")
def test_whoever_took_the_port_while_our_server_was_down_is_told_no_password(
    tmp_path: Path,
) -> None:
    environment(tmp_path, port=4211)
    with listening(user=NOBODY) as (port, heard):
        assert list(listeners(port)) == [NOBODY]
        assert not is_ours(tmp_path, port)
        assert not answers(here(tmp_path, port))
    assert heard == []


def test_our_own_server_is_spoken_to(tmp_path: Path) -> None:
    environment(tmp_path, port=4211)
    with listening(user=os.geteuid()) as (port, heard):
        assert list(listeners(port)) == [os.geteuid()]
        assert not is_ours(tmp_path, port), "it does not answer as one"
    assert b"Authorization: Basic" in heard[0]


def test_nothing_leaves_the_house_and_nothing_is_kept_that_need_not(
    closed: dict[str, str],
) -> None:
    off = [
        "PREFECT_SERVER_ANALYTICS_ENABLED",
        "PREFECT_SERVER_UI_V2_ENABLED",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT",
        "PREFECT_LOGGING_LOG_PRINTS",
        "PREFECT_SERVER_EPHEMERAL_ENABLED",
    ]
    assert {closed[name] for name in off} == {"false"}
    assert closed["DO_NOT_TRACK"] == "1"


def test_prefect_really_knows_every_setting_that_it_is_given(closed: dict[str, str]) -> None:
    """A misspelt name would be ignored in silence, and the server would start open."""
    code = (
        "import os, prefect.settings as s\n"
        "known = s.get_current_settings().to_environment_variables(\n"
        "    exclude_unset=True, include_secrets=True, include_aliases=True)\n"
        "print(*sorted(n for n in os.environ if n.startswith('PREFECT_') and n not in known))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin:/bin", **closed},
        capture_output=True,
        text=True,
        check=True,
    )
    # Read from the environment by the encryption itself; no setting.
    assert done.stdout.split() == ["PREFECT_SERVER_ENCRYPTION_KEY"]


def test_the_logging_file_is_there_and_masks_in_a_fresh_process(closed: dict[str, str]) -> None:
    assert logging_file().name == "logging.yml"
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "import prefect.main, logging\n"
        "from flows.session import assert_logs_are_masked\n"
        "assert_logs_are_masked()\n"
        "names = 'uvicorn.error uvicorn.access sqlalchemy.engine httpx prefect.x'.split()\n"
        "for name in names:\n"
        "    logging.getLogger(name).error('bad %s', '19850709-9805')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin:/bin", **closed},
        capture_output=True,
        text=True,
        check=True,
    )
    # Prefect and its server are masked; of foreign libraries only the origin is told.
    assert done.stderr.count("bad [masked:identity]") == 3
    assert len(done.stderr.splitlines()) == 5
    assert "9805" not in done.stderr + done.stdout


def test_a_missing_logging_file_is_noticed(closed: dict[str, str]) -> None:
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "import prefect.main\n"
        "from flows.session import assert_logs_are_masked\n"
        "assert_logs_are_masked()\n"
    )
    closed["PREFECT_LOGGING_CONFIG_PATH"] += ".gone"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin:/bin", **closed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "log_redaction_missing" in done.stderr


def test_a_port_that_somebody_else_has_is_not_taken(tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(Unreachable, match="prefect_port_taken"),
            prefect_server.local_server(tmp_path, port=port),
        ):
            pass
    assert prefect_server.running(tmp_path) is None


def test_neither_redaction_nor_remedies_nor_serving_imports_prefect() -> None:
    code = (
        "import sys, tasks.house.redaction, tasks.remedies.every\n"
        "import tasks.serving.processes, flows.session\n"
        "print('prefect' in sys.modules or 'sqlalchemy' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
