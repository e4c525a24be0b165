"""What `deployments/` starts is started closed, by commands and settings that there are; no secret
stands in it."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.main import app
from tasks.serving import many_servers

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "deployments"
KUBERNETES = PLACE / "kubernetes"
COMPOSE: dict[str, Any] = yaml.safe_load((PLACE / "compose.yaml").read_text("utf-8"))
POOLS = {
    kind: json.loads((PLACE / "pools" / f"{kind}.json").read_text("utf-8"))
    for kind in ("docker", "kubernetes")
}
UNITS = sorted((PLACE / "systemd").glob("*.service"))
SECRET = "(?i)password|secret|token|auth-string"
SERVICE = pytest.mark.parametrize("name", sorted(COMPOSE["services"]))


def settings_known() -> set[str]:
    """Every variable that is read."""
    texts = [
        (ROOT / "tasks" / "house" / "settings.py").read_text("utf-8"),
        (ROOT / "console" / "options.py").read_text("utf-8"),
    ]
    return set(re.findall(r'"(GALLRA_[A-Z_]+)"', "".join(texts)))


def commands() -> set[str]:
    """The first words that `gallra` takes."""
    named = {each.name or each.callback.__name__ for each in app.registered_commands}  # type: ignore[union-attr]
    return named | {str(each.name) for each in app.registered_groups}


def values_in(part: object) -> Iterator[tuple[str, object]]:
    """Every name in the tree with what stands there, name/value pairs of containers too."""
    if isinstance(part, dict):
        if set(part) == {"name", "value"}:
            yield str(part["name"]), part["value"]
        for name, value in part.items():
            yield str(name), value
            yield from values_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from values_in(value)


def every_part() -> Iterator[tuple[str, object]]:
    for file in [PLACE / "compose.yaml", *sorted(KUBERNETES.glob("*.yaml"))]:
        for document in yaml.safe_load_all(file.read_text("utf-8")):
            yield file.name, document
    yield from POOLS.items()


@SERVICE
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[^:}]+(:[^}]+)?\}", service["image"])
    assert not service.get("privileged")
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:")
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    for secret in service.get("secrets", []):
        assert secret in COMPOSE["secrets"]
    for other in service.get("depends_on", {}):
        assert other in COMPOSE["services"]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source.startswith((".", "$")) or source in COMPOSE["volumes"]


def test_databases_are_reached_by_those_alone_who_need_them() -> None:
    on = {name: set(each["networks"]) for name, each in COMPOSE["services"].items()}
    assert on["records-database"] == on["keys-database"] == {"records"}
    assert {name for name, nets in on.items() if "records" in nets} == {
        *("records-database", "keys-database", "prepare", "deploy", "worker", "watch")
    }
    for name in ("prefect", "records"):
        assert COMPOSE["networks"][name]["internal"] is True
    volumes = {name: str(each.get("volumes")) for name, each in COMPOSE["services"].items()}
    assert not [n for n, text in volumes.items() if "kek" in text and "records" not in on[n]]


def test_every_setting_that_is_set_is_read() -> None:
    known = settings_known()
    assert len(known) > 12
    wrong = {
        (file, name)
        for file, part in every_part()
        for name, _ in values_in(part)
        if name.startswith("GALLRA_") and name not in known
    }
    assert wrong == set()


def test_every_command_that_is_started_is_there() -> None:
    known = commands()
    started = {
        name: each["command"][0]
        for name, each in COMPOSE["services"].items()
        if "GALLRA_IMAGE" in each["image"] and "command" in each
    }
    assert len(started) >= 7
    started["docker"] = POOLS["docker"]["job_configuration"]["command"]
    [container] = _pod()["containers"]
    started["kubernetes"] = container["args"][0]
    server = yaml.safe_load((KUBERNETES / "server-values.yaml").read_text("utf-8"))
    for part in (server["server"], server["backgroundServices"]):
        assert part["command"] == ["gallra"]
        started[str(part["args"])] = part["args"][0]
    for unit in UNITS:
        [line] = re.findall(r"^ExecStart=\S+/gallra (.+)$", unit.read_text("utf-8"), re.MULTILINE)
        started[unit.name] = line.split()[0]
    assert {word for word in started.values() if word not in known} == set()


def test_no_secret_stands_in_it() -> None:
    found = []
    for file, part in every_part():
        for name, value in values_in(part):
            if not isinstance(value, str) or name.endswith(
                ("_FILE", "Name", "Key", "existingSecret")
            ):
                continue
            if re.search(SECRET, name) and not re.search(r"/|\$\{", value):
                found.append((file, name))
            if re.search(r"://[^/@\s]*:[^/@\s]+@", value):
                found.append((file, name))
    assert found == []


def test_the_secrets_that_are_made_are_those_that_are_named(tmp_path: Path) -> None:
    script = PLACE / "make-secrets"
    assert os.access(script, os.X_OK)
    quiet = tmp_path / "bin"
    quiet.mkdir()
    (quiet / "chown").write_text("#!/bin/sh\nexit 0\n")  # only root may, and not of a test
    (quiet / "chown").chmod(0o700)
    environment = {"PATH": f"{quiet}:{os.environ['PATH']}"}
    made = tmp_path / "secrets"
    for _ in range(2):
        before = {one.name: one.read_bytes() for one in made.glob("*")}
        subprocess.run(["/bin/sh", script, made], env=environment, check=True, timeout=30)
        after = {one.name: one.read_bytes() for one in made.glob("*")}
        assert before in ({}, after)
    named = {each["file"].rpartition("/")[2] for each in COMPOSE["secrets"].values()}
    assert named <= set(after)
    for shared in (many_servers.DATABASE, many_servers.REDIS, many_servers.ENCRYPTION_KEY):
        assert shared in COMPOSE["services"]["api-1"]["secrets"]
    for file in made.iterdir():
        assert not stat.S_IMODE(file.stat().st_mode) & 0o007


@pytest.mark.parametrize("kind", sorted(POOLS))
def test_a_pool_asks_for_nothing_that_it_does_not_explain(kind: str) -> None:
    pool = POOLS[kind]
    variables = set(pool["variables"]["properties"])
    asked = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(pool["job_configuration"])))
    assert asked == variables
    assert "default" not in pool["variables"]["properties"]["image"]


def test_a_runs_container_is_as_closed_as_the_others() -> None:
    docker = POOLS["docker"]["job_configuration"]
    made = docker["container_create_kwargs"]
    assert (made["read_only"], made["cap_drop"]) == (True, ["ALL"])
    assert docker["privileged"] is False
    # What a run says goes to Prefect, masked, and not past it.
    assert (
        docker["stream_output"]
        is POOLS["kubernetes"]["job_configuration"]["stream_output"]
        is False
    )
    pods = [_pod(), _watch()]
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["volumes"]}


@pytest.mark.parametrize("chart", ["server", "worker"])
def test_every_value_is_one_that_prefects_chart_has(chart: str) -> None:
    values = yaml.safe_load((KUBERNETES / f"{chart}-values.yaml").read_text("utf-8"))
    keys = yaml.safe_load((ROOT / "tests" / "data" / "charts" / "keys.yaml").read_text("utf-8"))
    known = set(keys[f"prefect-{chart}"])
    free = re.compile(r"capabilities\.drop$")
    assert [key for key in _keys(values) if key not in known and not free.search(key)] == []


def test_the_balancer_knows_every_server() -> None:
    text = (PLACE / "haproxy.cfg").read_text("utf-8")
    servers = set(re.findall(r"^    server (\S+) \1:4200$", text, re.MULTILINE))
    assert servers == {name for name in COMPOSE["services"] if name.startswith("api-")}


def test_the_image_holds_no_secret_and_runs_as_nobody() -> None:
    text = (PLACE / "Dockerfile").read_text("utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert last.index("USER") < last.index("ENTRYPOINT")
    assert "HEALTHCHECK" in last
    assert "--require-hashes" in text
    for line in re.findall(r"^(?:ENV|ARG) .+", text, re.MULTILINE):
        assert not re.search(SECRET, line)
    wanted = (PLACE / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert wanted[wanted.index("*")] == "*"
    for name in (word[1:] for word in wanted if word.startswith("!")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_protects_what_it_serves(unit: Path) -> None:
    text = unit.read_text("utf-8")
    for line in ("UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "LimitCORE=0"):
        assert f"\n{line}\n" in text
    for name in re.findall(r"^Environment=(\w+)=", text, re.MULTILINE):
        assert name in settings_known()


def _pod() -> Mapping[str, Any]:
    found: Mapping[str, Any] = POOLS["kubernetes"]["job_configuration"]["job_manifest"]["spec"][
        "template"
    ]["spec"]
    return found


def _watch() -> Mapping[str, Any]:
    documents = yaml.safe_load_all((KUBERNETES / "gallra.yaml").read_text("utf-8"))
    [job] = [one for one in documents if one["kind"] == "CronJob"]
    found: Mapping[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def _keys(part: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in part.items():
        yield before + name
        if isinstance(value, dict):
            yield from _keys(value, f"{before}{name}.")
