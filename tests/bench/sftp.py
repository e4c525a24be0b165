"""Sending and fetching by SFTP cost at most twice the time of OpenSSH's own client.

    python -m tests.bench.sftp [--megabytes 200] [--rounds 3] [--quick]

Both talk to one OpenSSH server on loopback, about the same file, each in a process of its own;
rounds are interleaved and the median counts. Ratios are what to trust. Ours counts from the moment
at which a running Gallra would begin (connecting and logging in belong to it, starting Python does
not); OpenSSH's client counts whole. A delivery as it really
happens (sent, read back, compared, named) stands beside them: it moves the file twice.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.measuring import Measurement, RunFailed, measure
from tests.factories.sftp_servers import SSHD, Server, openssh_server

ROOT = Path(__file__).resolve().parents[2]
AT_LEAST = 0.5
"""Share of OpenSSH's speed."""
_OURS = """
import sys, time
from pathlib import Path
import paramiko
from connectors.channel import Parcel
from connectors.sftp import SftpChannel
from connectors.sftp_packets import Opened
from connectors.sftp_session import Login
from connectors.sftp_wire import BLOCK
from lifecycle.bindings.sftp import SftpChannel as Binding

what, port, host_key, user, folder, key, file = sys.argv[1:]
binding = Binding.model_validate({
    "kind": "sftp", "host": "127.0.0.1", "port": int(port), "host_keys": [host_key],
    "to": ["registrator@example.se"], "username": user, "folder": folder,
    "private_key": {"env": "KEY"},
})
channel = SftpChannel(binding, Login(private_key=Path(key).read_text), place="bench")

def put(wire):
    handle = wire.opened(f"{folder}/put".encode(), Opened.WRITE | Opened.CREATE | Opened.TRUNCATE)
    with open(file, "rb") as source:
        wire.write(handle, iter(lambda: source.read(BLOCK), b""))
    wire.close(handle)

def get(wire):
    path = f"{folder}/source".encode()
    handle = wire.opened(path, Opened.READ)
    with open(file + ".got", "wb") as target:
        for block in wire.read(handle, size=wire.look(path).size):
            target.write(block)
    wire.close(handle)

began = time.perf_counter()
if what == "deliver":
    parcel = Parcel(ref="X-0000000000007", file=Path(file), name="sealed.zip", to=())
    channel.deliver(parcel)
else:
    channel._door.visit({"put": put, "get": get}[what])
print(time.perf_counter() - began)
"""


def contenders(server: Server, base: Path, file: Path) -> dict[str, list[str]]:
    """Commands by name. Each does the same to files of its own."""
    key, known = base / "key", base / "known_hosts"
    key.write_text(server.private_key)
    key.chmod(0o600)
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
    said = ["-o", f"UserKnownHostsFile={known}", "-o", "StrictHostKeyChecking=yes"]
    openssh = ["sftp", "-q", "-F", "none", "-i", str(key), "-P", str(server.port), *said]
    commands = {}
    for what, line in (
        ("put", f"put {file} {server.folder}/put-openssh"),
        ("get", f"get {server.folder}/source {file}.got-openssh"),
    ):
        batch = base / f"{what}.batch"
        batch.write_text(f"{line}\n")
        target = f"{server.username}@127.0.0.1"
        commands[f"{what} openssh"] = [*openssh, "-b", str(batch), target]
    told = [str(server.port), server.host_key, server.username, server.folder, str(key), str(file)]
    for what in ("put", "get", "deliver"):
        commands[f"{what} ours"] = [sys.executable, "-c", _OURS, what, *told]
    return commands


def run(megabytes: int, rounds: int) -> dict[str, Measurement]:
    """The median run of each contender."""
    with tempfile.TemporaryDirectory(prefix="gallra-bench-") as scratch:
        base = Path(scratch)
        inbox = base / "root" / "in"
        inbox.mkdir(parents=True)
        file = base / "source"
        with file.open("wb") as written:
            for _ in range(megabytes):
                written.write(os.urandom(1_000_000))
        shutil.copyfile(file, inbox / "source")
        took: dict[str, list[Measurement]] = {}
        with openssh_server(base / "root", internal=True) as server:
            commands = contenders(server, base, file)
            for _ in range(rounds):
                for name, command in commands.items():
                    done = measure(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=base)
                    if name.endswith("ours"):
                        done = done._replace(seconds=float(done.output))
                    took.setdefault(name, []).append(done)
                    _same(file, inbox, base)
        middle = {}
        for name, runs in took.items():
            seconds = statistics.median_low([one.seconds for one in runs])
            middle[name] = next(one for one in runs if one.seconds == seconds)
        return middle


def _same(file: Path, inbox: Path, base: Path) -> None:
    """Whoever is fast has to be right; what was made goes, so that everybody makes it anew."""
    made = [path for path in inbox.iterdir() if path.name != "source"]
    made += list(base.glob("source.got*"))
    for path in made:
        if path.stat().st_size != file.stat().st_size:
            raise RunFailed("a transfer left something that is not the file")
        path.unlink()
    if len(made) != 1:
        raise RunFailed("a transfer left nothing, or more than one file")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="20 MB, one round, no verdict")
    options = parser.parse_args(arguments)
    if SSHD is None or shutil.which("sftp") is None:
        print("SFTP: OpenSSH is not installed here (Debian: openssh-server), nothing measured.")
        return 0
    size, rounds = (20, 1) if options.quick else (options.megabytes, options.rounds)
    try:
        middle = run(size, rounds)
    except RunFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"SFTP, {size} MB to and from one OpenSSH server (median of {rounds})")
    for name, one in middle.items():
        peak = one.peak_bytes / 1e6
        print(f"  {name:<14} {one.seconds:6.2f} s {size / one.seconds:7.1f} MB/s {peak:6.0f} MB")
    slow = False
    for what in ("put", "get"):
        share = middle[f"{what} openssh"].seconds / middle[f"{what} ours"].seconds
        slow |= share < AT_LEAST
        print(f"  {what}: {share:.2f} of OpenSSH's speed (at least {AT_LEAST})")
    return int(slow and not options.quick)


if __name__ == "__main__":
    sys.exit(main())
