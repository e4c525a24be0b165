"""`serve` on a home that outlives it, and officers with real telephones."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from lifecycle import totp
from tasks.house.parts import House
from tests.factories.houses import export, row
from tests.factories.officers import Authenticator
from tests.privacy.prefect_client import Api

ROOT = Path(__file__).resolve().parents[2]
READY_LIMIT = 300.0
RUN_LIMIT = 240.0
_SERVE = """
import sys
from pathlib import Path
from tasks.serving.processes import serve
def say(line): print(line, flush=True)
sys.exit(serve(Path(sys.argv[1]), announce=say, port=int(sys.argv[2])))
"""


def free_port() -> int:
    """A port of the loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Serving:
    """A house and the processes that serve it: started, killed and started again."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> Path:
        """What the operator was told."""
        return self.home / "said.txt"

    def start(self) -> None:
        """Until server, deployments and worker stand."""
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(self.home), str(self.port)],
                cwd=ROOT,
                env={**os.environ, "GALLRA_HOME": str(self.home), "PYTHONPATH": str(ROOT)}
                | self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + READY_LIMIT
        while "Stop with Ctrl-C" not in self.said.read_text():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < end, self.said.read_text()
            time.sleep(0.5)

    def stop(self) -> None:
        """As an operator does."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)

    def kill(self) -> None:
        """Server and worker at once, as a power cut does."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        for one in (self.process, *family):
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended in between by itself
                one.kill()
        self.process.wait(timeout=30)
        psutil.wait_procs(family, timeout=30)
        (self.home / "prefect" / "server.json").unlink(missing_ok=True)


@dataclass
class Runs:
    """What an operator does in the UI, by the requests that the UI makes."""

    api: Api

    def start(self, deployment: str) -> str:
        return self.api.start(self.api.deployment(deployment))

    def read(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/flow_runs/{run}")
        return found

    def until(self, run: str, *names: str, besides: str = "") -> dict[str, Any]:
        """The run once it is in one of these states, and not in the state called `besides` (an
        id)."""
        end = time.monotonic() + RUN_LIMIT
        while time.monotonic() < end:
            found = self.read(run)
            state = found["state"]
            if state["name"] in names and state["id"] != besides and self._has_form(found):
                return found
            assert state["type"] not in ("FAILED", "CRASHED") or state["name"] in names, state
            time.sleep(0.5)
        raise AssertionError(f"still {found['state']['name']}")

    def _has_form(self, found: dict[str, Any]) -> bool:
        """Prefect stores the form when the run waits already."""
        key = found["state"]["state_details"].get("pause_key")
        return key is None or f"suspended-{key}-description" in self.inputs(found["id"])

    def resume(self, run: str, **answer: str) -> dict[str, Any]:
        """Press Resume, with what is in the form; the server's word about it."""
        body: dict[str, Any] = {"run_input": answer} if answer else {}
        told: dict[str, Any] = self.api.post(f"/flow_runs/{run}/resume", body).json()
        return told

    def answer(self, run: str, *then: str, **answer: str) -> dict[str, Any]:
        """Answer the form, and wait for what comes of it."""
        before = self.read(run)["state"]["id"]
        told = self.resume(run, **answer)
        assert told["status"] == "ACCEPT", told
        return self.until(run, *then, besides=before)

    def inputs(self, run: str) -> dict[str, str]:
        """Everything that Prefect keeps of this run's forms."""
        body = {"prefix": "", "limit": 200, "exclude_keys": []}
        stored = self.api.post(f"/flow_runs/{run}/input/filter", body).raise_for_status().json()
        return {one["key"]: one["value"] for one in stored}

    def description(self, run: str) -> str:
        """What stands above the form."""
        (text,) = [v for k, v in self.inputs(run).items() if k.endswith("-description")]
        return text


class Telephone(Authenticator):
    """Shows codes by the real clock; `fresh` waits until it shows another one."""

    _used: int = 0

    def fresh(self) -> str:
        while (step := totp.step_of(datetime.now(UTC))) <= self._used:
            time.sleep(0.25)
        self._used = step
        return self.code()


class RealClock:
    """The clock on the wall, where a standing one is wanted."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


def enrol_by_phone(house: House, handle: str, *, by: Telephone | None = None) -> Telephone:
    """An officer with every role."""
    from tasks.officers.registering import add_officer

    phone = Telephone(handle, RealClock())  # type: ignore[arg-type]
    phone.ref = add_officer(
        house,
        handle,
        roles=sorted(house.policy.roles),
        secret=phone.secret,
        confirmation=None,
        by=None if by is None else by.handle,
        code=None if by is None else by.fresh(),
    )
    return phone


def left_long_ago(case: str, who: tuple[str, str, str]) -> str:
    """A line of an export about somebody who left so long ago that a plan takes them now."""
    today = datetime.now(UTC).date()
    ended = today - timedelta(days=178)
    return row(case, who, start=_day(ended - timedelta(days=100)), end=_day(ended))


def _day(day: date) -> str:
    return day.isoformat()


def drop(home: Path, name: str, *rows: str) -> None:
    """An export lands in the staging folder."""
    folder = home / "staging"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_bytes(export(*rows))


def quick_places(folder: Path) -> dict[str, str]:
    """Policies and bindings in which nothing waits an hour and no place is weeded by hand: the
    environment that names them."""
    for name in ("policies", "deployments/systems"):
        shutil.copytree(ROOT / name, folder / name)
    bindings = folder / "deployments" / "systems" / "academedia.yaml"
    text = bindings.read_text("utf-8")
    text = re.sub(r"\{kind: manual, where: [^}]*\}", "{kind: absent, reason: not here}", text)
    bindings.write_text(text, "utf-8")
    change_policy(folder, "verify_after: PT1H", "verify_after: at_once")
    return {
        "GALLRA_POLICIES": str(folder / "policies"),
        "GALLRA_SYSTEMS": str(folder / "deployments" / "systems"),
    }


def change_policy(folder: Path, old: str, new: str) -> None:
    """Somebody edits the policy file."""
    file = folder / "policies" / "academedia.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
