"""Two API servers, background services, PostgreSQL, Redis and workers, as deployments/ has them."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from tasks.serving.openness import answers, openings
from tasks.serving.prefect_place import Place
from tests.flows.serving import READY_LIMIT, ROOT, free_port, quick_places
from tests.privacy.prefect_client import Api, _Patient
from tests.scale.balancing import balancing
from tests.scale.postgres import installed_postgres

_MAIN = "from console.main import main; main()"


class _Persistent(_Patient):
    """A connection that a killed server has cut is made again: the balancer has another one."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(60):
            try:
                return super().handle_request(request)
            except (httpx.RemoteProtocolError, httpx.NetworkError):
                time.sleep(0.5)
        return super().handle_request(request)


class GroupApi(Api):
    """What an operator sees through the balancer."""

    def __init__(self, place: Place) -> None:
        user, _, password = place.auth.partition(":")
        self._client = httpx.Client(
            base_url=place.api, auth=(user, password), timeout=120, trust_env=False,
            transport=_Persistent(),
        )  # fmt: skip
        token = self._client.get("/csrf-token", params={"client": "scale"}).json()["token"]
        self._client.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "scale"})


@dataclass
class Group:
    """The processes, each killed and started by its name, and the settings that they share."""

    folder: Path
    environment: dict[str, str]
    place: Place
    ports: list[int]
    """Of the API servers, behind the balancer."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return Path(self.environment["GALLRA_HOME"])

    def start(self, name: str, *words: str) -> None:
        """`gallra WORDS`, its output in a file of that name."""
        self._words[name] = words
        with (self.folder / f"{name}.log").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-c", _MAIN, *words],
                cwd=ROOT, env=self.told(), stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def start_again(self, name: str) -> None:
        """As its machine does when it is back."""
        self.start(name, *self._words[name])

    def run(self, *words: str) -> str:
        """`gallra WORDS` to its end, which must be a good one; what it said."""
        done = subprocess.run(
            [sys.executable, "-c", _MAIN, *words], cwd=ROOT, env=self.told(),
            capture_output=True, text=True, timeout=READY_LIMIT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self, name: str) -> None:
        """With everything that it started, as when a machine loses its power."""
        process = self.processes.pop(name)
        family = psutil.Process(process.pid).children(recursive=True)
        for one in (process, *family):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait(timeout=30)
        psutil.wait_procs(family, timeout=30)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def until_it_answers(self, port: int) -> None:
        """Until the server on `port` takes our password."""
        one = Place(f"http://127.0.0.1:{port}/api", self.place.auth, here=False)
        end = time.monotonic() + READY_LIMIT
        while not answers(one):
            assert all(p.poll() is None for p in self.processes.values()), self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.5)
        assert list(openings(one)) == []

    def said(self) -> str:
        """The last words of each process."""
        return "\n".join(
            f"--- {file.stem}\n{file.read_text(errors='replace')[-2000:]}"
            for file in sorted(self.folder.glob("*.log"))
        )

    def told(self) -> dict[str, str]:
        """The whole environment of a process."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT", "GALLRA"))}
        return {**kept, "PYTHONPATH": str(ROOT), **self.environment}


@contextmanager
def group(folder: Path) -> Iterator[Group]:
    """Databases, Redis, balancer, two API servers and the services; workers are the test's."""
    with ExitStack() as stack:
        databases = stack.enter_context(installed_postgres("prefect", "records", "keys"))
        redis = stack.enter_context(_redis(folder))
        front, *ports = (free_port() for _ in range(3))
        stack.enter_context(balancing(front, ports))
        made = _settled(folder, databases, redis=redis, ports=(front, *ports))
        stack.callback(made.stop)
        made.run("server", "database")
        for number, port in enumerate(ports, 1):
            made.start(f"api-{number}", "server", "api", "--port", str(port))
            made.until_it_answers(port)
        made.start("services", "server", "services")
        yield made


def _settled(folder: Path, databases: str, *, redis: int, ports: tuple[int, ...]) -> Group:
    front, *behind = ports
    home, shared = folder / "home", folder / "secrets"
    for place in (home, shared):
        place.mkdir(mode=0o700)
    auth = f"gallra:{secrets.token_urlsafe(24)}"
    for name, text in {
        "auth": auth,
        "prefect-database-url": f"{databases}/prefect",
        "prefect-redis-url": f"redis://127.0.0.1:{redis}/0",
        "prefect-encryption-key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }.items():
        (shared / name).write_text(text)
        (shared / name).chmod(0o600)
    api = f"http://127.0.0.1:{front}/api"
    return Group(
        folder,
        {
            "GALLRA_HOME": str(home),
            "GALLRA_DATABASE_URL": f"{databases}/records",
            "GALLRA_KEY_DATABASE_URL": f"{databases}/keys",
            "GALLRA_PREFECT_API": api,
            "GALLRA_PREFECT_AUTH_FILE": str(shared / "auth"),
            "GALLRA_PREFECT_SECRETS": str(shared),
            "GALLRA_WORKERS": "2",
            **quick_places(folder),
        },
        Place(api, auth, here=False),
        behind,
    )


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port = free_port()
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not among the system's packages here")
    arguments = (
        *("--bind", "127.0.0.1", "--port", str(port)),
        *("--dir", str(folder), "--save", "", "--appendonly", "no"),
    )
    with (folder / "redis.log").open("wb") as out:
        child = subprocess.Popen([program, *arguments], stdout=out, stderr=out)
    try:
        yield port
    finally:
        child.terminate()
        child.wait(timeout=30)
