"""What copies records, keys and ledger by the clock keeps them apart, as the command asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from console.main import app

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "deployments" / "systemd"
KUBERNETES = ROOT / "deployments" / "kubernetes" / "backup.yaml"
KINDS = ("records", "keys", "ledger")


def manifests(kind: str) -> dict[str, Any]:
    found = yaml.safe_load_all(KUBERNETES.read_text("utf-8"))
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def pod(name: str) -> Any:
    return manifests("CronJob")[name]["spec"]["jobTemplate"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("what", KINDS)
def test_each_has_a_timer_a_folder_and_a_volume_of_its_own(what: str) -> None:
    text = (SYSTEMD / f"gallra-backup-{what}.service").read_text("utf-8")
    assert f"gallra backup {what} --to /mnt/gallra-{what} " in text
    others = [one for one in KINDS if one != what]
    assert not re.search(rf"/mnt/gallra-({'|'.join(others)})", text)
    assert f"RequiresMountsFor=/var/lib/gallra /etc/gallra/kek /mnt/gallra-{what}\n" in text
    assert "OnCalendar=" in (SYSTEMD / f"gallra-backup-{what}.timer").read_text("utf-8")


def test_no_two_jobs_have_the_same_claim() -> None:
    claims = {}
    for what in KINDS:
        (claim,) = [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in pod(f"gallra-backup-{what}")["volumes"]
            if volume["name"] == "copies"
        ]
        claims[what] = claim
    assert len(set(claims.values())) == len(KINDS)
    assert set(claims.values()) == set(manifests("PersistentVolumeClaim"))


@pytest.mark.parametrize("what", KINDS)
def test_a_job_runs_a_command_that_exists_and_may_do_nothing_else(what: str) -> None:
    [container] = pod(f"gallra-backup-{what}")["containers"]
    _, group, name, *options = container["command"]
    known = get_command(app).commands[group].commands[name].params  # type: ignore[attr-defined]
    assert {o for o in options if o.startswith("--")} <= {o for p in known for o in p.opts}
    # By another name than the others': the command remembers where each kind went.
    assert options[options.index("--to") + 1] == f"/copies/{what}"
    assert f"/copies/{what}" in [mount["mountPath"] for mount in container["volumeMounts"]]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert pod(f"gallra-backup-{what}")["securityContext"]["runAsNonRoot"]
    assert manifests("CronJob")[f"gallra-backup-{what}"]["spec"]["concurrencyPolicy"] == "Forbid"
