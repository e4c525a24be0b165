"""A Prefect server of this house never starts open, and its secrets are the owner's alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle.errors import Misconfigured, Unreachable
from tasks.serving import prefect_server
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
