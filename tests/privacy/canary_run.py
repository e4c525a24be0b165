"""One whole run of everything with people planted in it, and all that it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.factories.databases import postgres_server
from tests.privacy import erasing_people, placed_people, telling_people, telling_shown
from tests.privacy.cast import CONTROLS, PEOPLE, full_name, told
from tests.privacy.outside_world import outside_world
from tests.privacy.planted import csv_export, export_rows, files
from tests.privacy.prefect_client import Api
from tests.privacy.watching_processes import Watcher
from tests.privacy.wider_world import wider_world

ROOT = Path(__file__).resolve().parents[2]
_SERVE = (
    "import sys; from pathlib import Path; from tasks.serving.processes import serve\n"
    "sys.exit(serve(Path(sys.argv[1]), announce=lambda line: print(line, flush=True),"
    " port=int(sys.argv[2])))\n"
)
_SOMEONE = f"{PEOPLE[20].national_id[:8]}-{PEOPLE[20].national_id[8:]}\n"
_NOBODY = {"type": "object", "properties": {}}


@dataclass
class Evidence:
    """Where everything lies when all is over."""

    folder: Path
    played: list[dict[str, Any]] = field(default_factory=list)
    listed: dict[str, int] = field(default_factory=dict)
    commands: dict[str, int] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    worker_states: dict[str, str] = field(default_factory=dict)
    killed: int = 0
    killed_flows: list[int] = field(default_factory=list)
    in_systems: list[bool] = field(default_factory=list)
    """Who of `erasing_people.EVERYWHERE` is in an outer system at the end."""
    accounts: list[bool] = field(default_factory=list)
    """Who of `placed_people.HOLDERS` has an account at the end."""
    answers: list[str] = field(default_factory=list)
    """What Prefect's server says to answers with a person in them."""
    left_in_temporary_folder: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def wider(self) -> Path:
        """What the other ways carried."""
        return self.out / "received" / "wider"

    @property
    def out(self) -> Path:
        """What processes said and what was asked of the API."""
        return self.folder / "out"


def run_everything(folder: Path) -> Evidence:
    found = Evidence(folder)
    for place in (found.home, found.out, folder / "tmp", folder / "api", folder / "given"):
        place.mkdir(mode=0o700)
    began = time.monotonic()

    def lap(name: str) -> None:
        nonlocal began
        found.seconds[name] = round(time.monotonic() - began, 1)
        began = time.monotonic()

    with (
        Watcher(found.out / "processes"),
        postgres_server() as postgres,
        outside_world(folder / "outside", found.out / "received") as outside,
        ExitStack() as stack,
    ):
        more = placed_people.bound(folder / "places", outside)
        more |= telling_people.bound(folder / "given")
        more["channels"] |= stack.enter_context(wider_world(folder / "wider", found.wider))
        erasing_people.installed(folder / "installed", more)
        addresses = {
            "GALLRA_DATABASE_URL": postgres.new("records"),
            "GALLRA_KEY_DATABASE_URL": postgres.new("keys"),
        }
        _quoting_trigger(addresses["GALLRA_DATABASE_URL"])
        for path, (data, _) in files().items():
            place = found.home / "staging" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        with _served(found), Api(found.home) as api:
            lap("server")
            runs = _start_worker_runs(found, api)
            _commands_beside_a_worker(found)
            lap("commands")
            found.worker_states = {n: api.wait(r, seconds=600) for n, r in runs.items()}
            lap("worker")
            then = {f"THEN_{name}": value for name, value in addresses.items()}
            _drive(found, "all",
                   then | {"SECOND_HOME": str(folder / "second")})  # fmt: skip
            lap("scenarios")
            shared = {name: api.start(api.deployment(f"{name}/{name}-academedia"),
                                      parameters={"controller": "academedia"})
                      for name in ("share", "store")}  # fmt: skip
            found.killed = _drive(found, "crash", {"PYTHONASYNCIODEBUG": "1"})
            lap("crash")
            _tell_people(found)
            lap("people")
            found.worker_states |= {n: api.wait(r, seconds=600) for n, r in shared.items()}
            found.answers = [
                api.answer(shared["share"], officer=full_name(PEOPLE[21]), decision="approve"),
                api.answer(shared["share"], officer="chef-test", code=PEOPLE[22].national_id),
                api.answer(shared["share"], officer="chef-test", reason=told(PEOPLE[23])),
            ]
            lap("worker shares")
            found.answers.append(_run_for_people(found, api))
            lap("worker people")
            _commands_at_the_end(found)
            lap("more commands")
            found.listed = api.dump(folder / "api")
            lap("api")
        _erase_people(found)
        found.accounts = placed_people.forget_places(folder / "places")
        lap("erasing")
    found.left_in_temporary_folder = [
        str(path.relative_to(folder)) for path in (folder / "tmp").rglob("*") if path.is_file()
    ]
    found.played = [json.loads(line) for line in (found.out / "results").read_text().splitlines()]
    _controls_of_files(found)
    return found


def _environment(found: Evidence) -> dict[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(found.folder / "given"),
        "GALLRA_HOME": str(found.home),
        "GALLRA_POLICIES": str(found.folder / "installed" / "policies"),
        "GALLRA_SYSTEMS": str(found.folder / "installed" / "systems"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(found.folder / "tmp"),
        "PYTHONFAULTHANDLER": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def _served(found: Evidence) -> Iterator[None]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (found.out / "serve").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(found.home), str(port)],
            cwd=ROOT, env=_environment(found), stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + 240
        while "Stop with Ctrl-C" not in (said := (found.out / "serve").read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.25)
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _drive(found: Evidence, mode: str, more: dict[str, str]) -> int:
    with (found.out / f"driver-{mode.replace(' ', '-')}").open("wb") as out:
        return subprocess.run(
            [sys.executable, "-m", "tests.privacy.driver", mode, str(found.home),
             str(found.out / "results")],
            cwd=ROOT, env=_environment(found) | more, stdout=out, stderr=out, timeout=1800,
            check=False,
        ).returncode  # fmt: skip


def _tell_people(found: Evidence) -> None:
    """Begun, killed in the middle of each flow, and gone on with."""
    _drive(found, "people begin", {})
    for flow in telling_people.KILLED:
        found.killed_flows.append(_drive(found, f"kill {flow}", {}))
    _drive(found, "people go on", {})


def _run_for_people(found: Evidence, api: Api) -> str:
    """The flows about the people once more, in processes of the worker's, one after the other: two
    cores are enough for one. What the server says of the form of the one that waits."""
    answer = ""
    for name in ("inform", "incident", "processor-review", "register-consent", "rights-request"):
        run = api.start(api.deployment(f"{name}/{name}-academedia"),
                        parameters={"controller": "academedia"})  # fmt: skip
        found.worker_states[name] = api.wait(run, seconds=600)
        if name == "incident":
            answer = api.answer(run, officer=full_name(PEOPLE[21]))
    return answer


def _erase_people(found: Evidence) -> None:
    with (found.out / "erasing").open("wb") as out:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.privacy.erasing_people", str(found.home),
             str(found.out / "results")],
            cwd=ROOT, env=_environment(found), stdout=out, stderr=out, timeout=1800, check=False,
        )  # fmt: skip
    found.commands["erasing people"] = ended.returncode
    systems = found.home / "systems"
    words = b"".join(path.read_bytes() for path in systems.rglob("*.db"))
    found.in_systems = [
        person.national_id in words.decode("latin-1") for person in erasing_people.EVERYWHERE
    ]
    shutil.rmtree(systems)  # other people's: they may hold whom they like


def _quoting_trigger(url: str) -> None:
    """PostgreSQL quotes rows in DETAIL; here it quotes a person in every part of an error."""
    import psycopg

    words = told(PEOPLE[11]).replace("'", "''")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION quote_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION USING MESSAGE = '{words}', DETAIL = '{words}', HINT = '{words}'; "
            "END $$".encode()
        )
        connection.execute(
            b"CREATE TRIGGER quotes BEFORE INSERT ON file_import "
            b"FOR EACH ROW EXECUTE FUNCTION quote_it()"
        )


def _start_worker_runs(found: Evidence, api: Api) -> dict[str, str]:
    """Runs in processes of the worker's: a real import, one with an error in it, and the leak."""
    real = api.deployment("import-af/import-af-academedia")
    for parameters in (
        {"controller": told(PEOPLE[16])},
        {"controller": "academedia", full_name(PEOPLE[17]): PEOPLE[17].national_id},
        {"person": told(PEOPLE[18])},
    ):
        answer = api.post(f"/deployments/{real}/create_flow_run", {"parameters": parameters})
        found.refused.append(answer.status_code)
    sabotaged = api.deploy(
        "import-af", entrypoint="tests.privacy.sabotaged.import_af", schema=_NOBODY
    )
    leak = api.deploy(
        "canary-control", entrypoint="tests.privacy.unprotected.leaking", schema=_NOBODY
    )
    return {
        "sabotaged": api.start(sabotaged, parameters={"controller": "academedia"}),
        "real": api.start(real, parameters={"controller": "academedia"}),
        "control": api.start(
            leak, parameters={"someone": told(CONTROLS[12])}, name=told(CONTROLS[13]),
            tags=[told(CONTROLS[14])],
        ),
    }  # fmt: skip


def _commands_beside_a_worker(found: Evidence) -> None:
    """What an operator asks while a run goes on."""
    given = found.folder / "given" / f"{full_name(CONTROLS[15])} {CONTROLS[15].national_id}.csv"
    given.write_bytes(csv_export(export_rows(PEOPLE[20:24], first_case=418_000_000)))
    kept = found.folder / "given" / "kept.csv"
    shutil.copyfile(given, kept)
    report = found.out / "report.json"
    # The file's own name is shown to whoever gave it: that output is the operator's terminal.
    _gallra(found, ["import", str(given), "--report", str(report)], terminal=True)
    _gallra(found, ["import", str(kept), "--keep", "--json"])
    for arguments, answer in (
        (["status"], ""), (["status", "--json"], ""), (["watch", "--json"], ""), (["watch"], ""),
        (["find"], _SOMEONE), (["find", "--json"], _SOMEONE), (["find"], told(PEOPLE[20]) + "\n"),
        (["policy", "check"], ""), (["keys", "status"], ""), (["doctor"], ""),
    ):  # fmt: skip
        _gallra(found, arguments, answer)
    _gallra(found, ["import", f"/nowhere/{told(CONTROLS[16])}.csv"])  # wrong usage is quoted
    kept.unlink()


def _commands_at_the_end(found: Evidence) -> None:
    """The same job by command, with a key missing and then well; and the proof."""
    staging = found.home / "staging"
    data = csv_export(export_rows(PEOPLE[12:15], first_case=419_000_000))
    (staging / f"{full_name(PEOPLE[12])}.csv").write_bytes(data)
    (staging / f"{full_name(PEOPLE[19])}.pdf").write_bytes(told(PEOPLE[19]).encode())
    kek = found.home / "kek" / "kek-1"
    kek.rename(aside := kek.with_name("aside"))
    try:
        _gallra(found, ["import", "--json"])
        _gallra(found, ["find"], _SOMEONE)
    finally:
        aside.rename(kek)
    for arguments in (
        ["status"], ["import"], ["purge"], ["ledger", "verify"], ["ledger", "checkpoint"],
        ["ledger", "export", "-o", str(found.out / "ledger.jsonl")],
    ):  # fmt: skip
        _gallra(found, arguments)


def _gallra(
    found: Evidence, arguments: Sequence[str], answer: str = "", *, terminal: bool = False
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "console.main", *arguments],
        cwd=found.folder / "given", env=_environment(found), input=answer.encode(),
        capture_output=True, timeout=600, check=False,
    )  # fmt: skip
    name = f"{len(found.commands):02} {' '.join(a for a in arguments if '/' not in a)}"
    found.commands[name] = done.returncode
    with (found.out / "commands").open("ab") as file:
        file.write(f"\n$ {name}: {done.returncode}\n".encode())
        file.write(done.stderr if terminal else done.stdout + done.stderr)


def _controls_of_files(found: Evidence) -> None:
    """What Gallra itself cannot be made to write is put where a leak would lie."""
    home = found.home
    for person, database, table in (
        (CONTROLS[17], home / "records" / "records.db", "lease"),
        (CONTROLS[18], home / "keys" / "keys.db", "named_key"),
        (CONTROLS[19], home / "case_register" / "register.db", None),
    ):
        with closing(sqlite3.connect(database)) as connection, connection:
            if table is None:
                connection.execute("CREATE TABLE control (words TEXT)")
                connection.execute("INSERT INTO control VALUES (?)", [told(person)])
                continue
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = [told(person) if n == 0 else 1 for n in range(len(columns))]
            marks = ",".join("?" * len(columns))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
    for person, path in (
        (CONTROLS[20], home / "witness" / "academedia.checkpoints"),
        (CONTROLS[21], found.out / "ledger.jsonl"),
        (CONTROLS[22], home / "prefect" / "server.log"),
        (CONTROLS[23], home / "prefect" / "deploy.log"),
        (CONTROLS[24], found.out / "serve"),
        (CONTROLS[25], found.out / "driver-crash"),
        (CONTROLS[27], home / "sent" / "control"),
        (CONTROLS[43], found.out / "letters" / "control"),
        *telling_shown.controls(found.out).items(),
    ):
        with path.open("ab") as file:
            file.write(told(person).encode("utf-16-le"))
