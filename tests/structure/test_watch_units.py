"""Whatever died is told of within five minutes: the supplied timers look often enough for that."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import yaml

from tasks.watching.scheduler import HEARTBEAT_MAY_BE_OLD

ROOT = Path(__file__).resolve().parents[2] / "deployments"
TOLD_WITHIN = timedelta(minutes=5)


def test_the_timer_looks_often_enough() -> None:
    timer = (ROOT / "systemd" / "gallra-watch.timer").read_text("utf-8")
    (every,) = re.findall(r"^OnCalendar=\*:0/([0-9]+)$", timer, re.MULTILINE)
    (inexact,) = re.findall(r"^AccuracySec=([0-9]+)$", timer, re.MULTILINE)
    assert "RandomizedDelaySec" not in timer
    worst = HEARTBEAT_MAY_BE_OLD + timedelta(minutes=int(every), seconds=int(inexact))
    assert worst < TOLD_WITHIN


def test_so_does_the_cron_job_which_reaches_what_a_worker_reaches_and_no_more() -> None:
    kept = yaml.safe_load_all((ROOT / "kubernetes" / "gallra.yaml").read_text("utf-8"))
    (job,) = (each for each in kept if each["kind"] == "CronJob")
    (every,) = re.findall(r"^\*/([0-9]+) \* \* \* \*$", job["spec"]["schedule"])
    assert HEARTBEAT_MAY_BE_OLD + timedelta(minutes=int(every)) < TOLD_WITHIN
    made = job["spec"]["jobTemplate"]["spec"]
    assert made["backoffLimit"] == 0, "a mail is not sent again by the job's being tried again"
    pod = made["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["args"] == ["watch", "--all"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert {each["name"] for each in pod["volumes"]} == mounted
