"""Nothing is served that others could read, or that nobody has witnessed for a day."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.session import prefect_session
from lifecycle.errors import KeyFailure, LedgerFailure, Misconfigured
from tasks.house.children import without_prefect
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.placing.examination import Finding, examine, examine_all
from tasks.proving.proof import witness
from tasks.proving.witnessed import is_unwitnessed
from tasks.serving.prefect_settings import environment, prefect_home
from tasks.serving.processes import serve
from tasks.serving.safe_to_start import Fault, faults, require_safe


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir(mode=0o700)
    return place


def settings(home: Path, **more: str) -> Settings:
    return Settings.from_environment({"GALLRA_HOME": str(home), **more})


def begin(home: Path, *, ago: timedelta) -> None:
    """A house whose ledger began, and was witnessed, so long ago."""
    then = datetime.now(UTC) - ago
    with open_house("academedia", settings=settings(home), now=lambda: then) as house:
        witness(house)


def said(home: Path, what: str, **more: str) -> Finding:
    every = examine("academedia", settings=settings(home, **more))
    return next(one for one in every if one.what == what)


def test_an_empty_house_may_be_served(home: Path) -> None:
    require_safe(settings(home))
    require_safe(settings(home / "not-there-yet"))


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o770])
def test_a_state_folder_that_others_can_enter_is_refused(home: Path, mode: int) -> None:
    home.chmod(mode)
    with pytest.raises(Misconfigured, match=r"^state_readable_by_others GALLRA_HOME$"):
        require_safe(settings(home))
    assert said(home, "state folder").state == "wrong"


def test_a_link_that_leads_to_no_key_is_no_key(home: Path) -> None:
    begin(home, ago=timedelta(0))
    (home / "kek" / "kek-1").unlink()
    (home / "kek" / "kek-1").symlink_to(home / "kek" / "taken-away")
    assert [fault.code for fault in faults(settings(home))] == []
    with pytest.raises(KeyFailure), open_house("academedia", settings=settings(home)):
        raise AssertionError


@pytest.mark.parametrize("file", ["records/records.db", "keys/keys.db", "kek/kek-1"])
def test_a_database_or_key_that_others_can_read_is_refused(home: Path, file: str) -> None:
    begin(home, ago=timedelta(0))
    require_safe(settings(home))
    (home / file).chmod(0o640)
    name = Path(file).name
    with pytest.raises(Misconfigured, match=f"^state_readable_by_others {name}$"):
        require_safe(settings(home))
    looked = said(home, "protection")
    assert (looked.state, name in looked.found) == ("wrong", True)


def test_a_key_beside_the_data_is_refused_where_the_data_is_real(
    home: Path, tmp_path: Path
) -> None:
    begin(home, ago=timedelta(0))
    require_safe(settings(home))
    assert said(home, "key-encryption key").state == "risk"
    production = {"GALLRA_MODE": "production"}
    with pytest.raises(Misconfigured, match=r"^kek_beside_data GALLRA_KEYS$"):
        require_safe(settings(home, **production))
    assert "kek_beside_data" in said(home, "protection", **production).found
    (home / "kek").rename(tmp_path / "apart")
    apart = production | {"GALLRA_KEYS": str(tmp_path / "apart")}
    require_safe(settings(home, **apart))
    assert said(home, "key-encryption key", **apart).state == "ok"
    assert said(home, "mode", **apart).state == "ok"


@pytest.mark.parametrize(
    ("records", "keys"),
    [("data/records.db", "data/kek"), ("data/kek/records.db", "data/kek"), (None, ".")],
)
def test_a_key_beside_a_database_that_lies_elsewhere_is_refused_as_well(
    home: Path, tmp_path: Path, records: str | None, keys: str
) -> None:
    more = {"GALLRA_MODE": "production", "GALLRA_KEYS": str(tmp_path / keys)}
    if records is not None:
        more["GALLRA_DATABASE_URL"] = f"sqlite:///{tmp_path / records}"
    assert Fault("kek_beside_data", "GALLRA_KEYS") in list(faults(settings(home, **more)))
    more["GALLRA_KEYS"] = str(tmp_path / "apart")
    assert list(faults(settings(home, **more))) == []


def test_a_key_by_another_name_lies_where_it_lies(home: Path, tmp_path: Path) -> None:
    begin(home, ago=timedelta(0))
    (tmp_path / "link").symlink_to(home / "kek")
    production = {"GALLRA_MODE": "production", "GALLRA_KEYS": str(tmp_path / "link")}
    assert [one.code for one in faults(settings(home, **production))] == ["kek_beside_data"]
    apart = tmp_path / "apart"
    apart.mkdir(mode=0o700)
    (apart / "kek-1").symlink_to(home / "kek" / "kek-1")
    production["GALLRA_KEYS"] = str(apart)
    assert [one.code for one in faults(settings(home, **production))] == ["kek_beside_data"]
    (home / "kek" / "kek-1").rename(tmp_path / "kek-1")
    (apart / "kek-1").unlink()
    (tmp_path / "kek-1").rename(apart / "kek-1")
    assert list(faults(settings(home, **production))) == []


@pytest.mark.parametrize("name", ["kek", "records", "keys"])
@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_where_others_may_put_keys_and_databases_nothing_is_served(
    tmp_path: Path, home: Path, name: str, mode: int
) -> None:
    """Who may write there takes the only key away, or puts another database in its place."""
    apart = {
        "GALLRA_KEYS": str(tmp_path / "apart" / "kek"),
        "GALLRA_DATABASE_URL": f"sqlite:///{tmp_path}/apart/records/records.db",
        "GALLRA_KEY_DATABASE_URL": f"sqlite:///{tmp_path}/apart/keys/keys.db",
    }
    for each in ("kek", "records", "keys"):
        (tmp_path / "apart" / each).mkdir(mode=0o755, parents=True)
    require_safe(settings(home, **apart))
    (tmp_path / "apart" / name).chmod(mode)
    with pytest.raises(Misconfigured, match=f"^state_readable_by_others {name}$"):
        require_safe(settings(home, **apart))
    (tmp_path / "apart" / name).chmod(0o1777)  # as a mounted secret's folder in a cluster
    require_safe(settings(home, **apart))


def test_what_was_witnessed_in_days_to_come_is_witnessed_anew(home: Path) -> None:
    """The clock ran years ahead for one start: until then nobody would look again."""
    begin(home, ago=timedelta(days=-400))
    assert said(home, "checkpoint").state == "wrong"
    require_safe(settings(home))
    assert said(home, "checkpoint").state == "ok"
    with open_house("academedia", settings=settings(home)) as house:
        assert is_unwitnessed(house.engine, at=datetime.now(UTC) + timedelta(hours=26))


def test_a_ledger_that_was_forgotten_for_a_day_is_witnessed_before_anything_starts(
    home: Path,
) -> None:
    begin(home, ago=timedelta(hours=26))
    assert said(home, "checkpoint").state == "wrong"
    require_safe(settings(home))
    assert said(home, "checkpoint").state == "ok"
    with open_house("academedia", settings=settings(home)) as house:
        assert not is_unwitnessed(house.engine, at=datetime.now(UTC))


def test_within_a_day_nobody_is_asked(home: Path) -> None:
    begin(home, ago=timedelta(hours=24))
    (home / "witness").rename(home / "elsewhere")
    require_safe(settings(home))


def test_no_witness_no_start(home: Path) -> None:
    begin(home, ago=timedelta(hours=26))
    (home / "witness").rename(home / "elsewhere")
    (home / "witness").touch()  # a file in the folder's place takes no checkpoint
    with pytest.raises(LedgerFailure, match=r"^ledger_unwitnessed$"):
        require_safe(settings(home))


def test_what_is_refused_starts_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.chmod(0o755)
    monkeypatch.setenv("GALLRA_HOME", str(home))
    heard: list[str] = []
    with pytest.raises(Misconfigured, match="state_readable_by_others"):
        serve(home, announce=heard.append, until=threading.Event())
    assert (heard, list(home.iterdir())) == ([], [])


def test_what_another_project_left_in_the_environment_reaches_no_child(home: Path) -> None:
    left = {"PREFECT_SERVER_API_BASE_PATH": "/", "PREFECT_PROFILE": "other", "PATH": "/usr/bin"}
    assert without_prefect(left) == {"PATH": "/usr/bin"}
    assert without_prefect({"Prefect_Server_Database_Echo": "1", "prefect_home": "/"}) == {}
    looked = said(home, "settings of Prefect", **left)
    assert looked.state == "risk"
    assert "PREFECT_PROFILE, PREFECT_SERVER_API_BASE_PATH" in looked.found


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("GALLRA_MODE", "prod", "setting_invalid GALLRA_MODE"),
        ("GALLRA_WORKERS", "0", "setting_invalid GALLRA_WORKERS"),
        ("GALLRA_WORKERS", "two", "setting_invalid GALLRA_WORKERS"),
        ("GALLRA_PREFECT_API", "http://prefect.example.se/api", "prefect_api_not_protected"),
        ("GALLRA_PREFECT_API", "https://me:word@prefect.example.se", "prefect_api_not_protected"),
        ("GALLRA_PREFECT_API", "prefect.example.se", "prefect_api_not_protected"),
        ("GALLRA_PREFECT_API", "http://[::1", "prefect_api_not_protected"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(home: Path, name: str, value: str, code: str) -> None:
    with pytest.raises(Misconfigured, match=f"^{code}$"):
        settings(home, **{name: value})


def test_the_operators_address_is_a_secret(home: Path, tmp_path: Path) -> None:
    """Whoever reads it may write there in our name."""
    file = tmp_path / "webhook"
    file.write_text("https://chat.example.se/hooks/1?word=2\n")
    file.chmod(0o600)
    named = {"GALLRA_OPERATOR_WEBHOOK_FILE": str(file)}
    assert settings(home, **named).operator_webhook == "https://chat.example.se/hooks/1?word=2"
    file.chmod(0o644)
    with pytest.raises(Misconfigured, match=r"^secret_file_readable_by_others webhook$"):
        settings(home, **named)
    file.chmod(0o600)
    for text in ("http://chat.example.se/", "https://me:word@chat.example.se/", "ftp://x"):
        file.write_text(text)
        with pytest.raises(Misconfigured, match=r"^setting_invalid GALLRA_OPERATOR_WEBHOOK_FILE$"):
            settings(home, **named)


def test_every_fault_is_one_that_the_start_refuses(home: Path) -> None:
    home.chmod(0o755)
    found = list(faults(settings(home, GALLRA_MODE="production")))
    assert [one.code for one in found] == ["state_readable_by_others", "kek_beside_data"]


SETTINGS = [
    ("prefect.toml", "[server.database]\necho = true\n"),
    ("profiles.toml", 'active = "x"\n[profiles.x]\nPREFECT_SERVER_DATABASE_ECHO = "true"\n'),
    ("pyproject.toml", "[tool.prefect.server.database]\necho = true\n"),
    ("pyproject.toml", "[tool]\nprefect.server.database.echo = true\n"),
    ("pyproject.toml", "tool = {'prefect' = {server = {database = {echo = true}}}}\n"),
    ("pyproject.toml", '["tool" . "prefect".server.database]\necho = true\n'),
    (".env", "A=1\nexport PREFECT_SERVER_DATABASE_ECHO=true\n"),
    (".env", "'prefect_server_database_echo'=true\n"),
    (".env", "\ufeffPREFECT_SERVER_DATABASE_ECHO=true\n"),
]


@pytest.mark.parametrize(("name", "text"), SETTINGS)
def test_settings_that_lie_where_prefect_would_read_them_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    place = prefect_home(home)
    (place / name).write_text(text)
    with pytest.raises(Misconfigured, match=f"^prefect_settings_beside {re.escape(name)}$"):
        require_safe(settings(home))
    looked = said(home, "protection")
    assert (looked.state, name in looked.found) == ("wrong", True)
    monkeypatch.chdir(place)
    with pytest.raises(Misconfigured, match="prefect_settings_beside"), prefect_session(home):
        pass
    (place / name).unlink()
    (place / "pyproject.toml").write_text("[tool.other]\nwith = 'prefect'\n")
    (place / ".env").write_text("NO_PREFECT_HERE=1\n# PREFECT_HOME\n")
    require_safe(settings(home))


def test_what_would_open_the_server_in_a_file_does_not(home: Path, tmp_path: Path) -> None:
    """Ours goes before every file's: asked of Prefect itself, with all of them at once."""
    told = environment(home, port=4321)
    opening = {"host": '"0.0.0.0"', "csrf_protection_enabled": "false", "auth_string": '""'}
    opening |= {"cors_allowed_origins": '"*"', "port": "4000"}
    lines = "".join(f"{name} = {value}\n" for name, value in opening.items())
    flat = "".join(f"PREFECT_SERVER_API_{k.upper()}={v}\n" for k, v in opening.items())
    (tmp_path / "prefect.toml").write_text(f"[server.api]\n{lines}[server.database]\necho=true\n")
    (tmp_path / "pyproject.toml").write_text(f"[tool.prefect.server.api]\n{lines}")
    (tmp_path / ".env").write_text(flat)
    (prefect_home(home) / "profiles.toml").write_text(f'active = "x"\n[profiles.x]\n{flat}')
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=tmp_path,
        env=without_prefect(os.environ) | told,
        capture_output=True,
        check=True,
    )
    host, port, csrf, origins, auth, echo = json.loads(asked.stdout)
    assert (host, port, csrf) == ("127.0.0.1", 4321, True)
    assert origins == told["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"]
    assert auth == told["PREFECT_SERVER_API_AUTH_STRING"]
    assert echo is True, "what we do not say, a file may: so none may lie there"


ASK = """
import json
from prefect.settings import get_current_settings
server = get_current_settings().server
api = server.api
auth = api.auth_string.get_secret_value()
told = [api.host, api.port, api.csrf_protection_enabled, api.cors_allowed_origins, auth]
print(json.dumps([*told, server.database.echo]))
"""


def test_a_worker_asks_the_same_before_it_fetches_anything(home: Path) -> None:
    home.chmod(0o755)
    asked = subprocess.run(
        [sys.executable, "-m", "flows.worker", "worker", "start", "--pool", "gallra"],
        cwd=Path(__file__).resolve().parents[2],
        env=without_prefect(os.environ) | environment_of(home),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith(b"state_readable_by_others GALLRA_HOME: ")
    assert asked.stdout == b""


def environment_of(home: Path) -> dict[str, str]:
    return {"GALLRA_HOME": str(home), "PREFECT_HOME": str(home.parent / "no-prefect")}


def test_every_controller_of_a_house_is_examined(home: Path) -> None:
    alone = examine_all(settings(home))
    assert not any(":" in one.what for one in alone if one.what in ("mode", "disk"))
    begin(home, ago=timedelta(0))
    with open_house("tommerup", settings=settings(home)):
        pass
    found = examine_all(settings(home))
    heads = {one.what.partition(": ")[0] for one in found if ": " in one.what}
    assert heads == {"academedia", "tommerup"}
    assert len([one for one in found if one.what == "mode"]) == 1
