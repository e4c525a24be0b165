"""The reader's child: a process with little memory, little time, no files and no environment, in
which an export is parsed and judged; what goes wrong here costs one process and nothing more.

Started by `connectors.reader_process`, never imported. Arguments: the parent's process id, bytes
of address space, seconds of processor time, directories to import from. On standard input one
frame with the request and then the file's bytes; on standard output frames (four bytes of
length, JSON), an empty one as good-bye. A frame is an object with one of the keys `sheet`,
`end`, `rows`, `table`, `text`, `unread`, `usage`, `refused`, `misconfigured`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)
_FILES = 32


def _restrict(parent: int, memory: int, seconds: int) -> None:
    """Give up everything that parsing does not need, before anything is read."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before it could take us along
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _send(frame: bytes) -> None:
    """Write one frame whole; a reader that is gone ends this process by SIGPIPE or here."""
    view = memoryview(len(frame).to_bytes(4, "big") + frame)
    while view:
        try:
            view = view[os.write(1, view) :]
        except OSError:
            os._exit(0)


def _peak_bytes() -> int:
    """This program's largest resident size (`ru_maxrss` would count the parent's fork in)."""
    try:
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 -- pathlib is not loaded
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _last_words() -> bytes:
    return b'{"usage":[%d,%d]}' % (_peak_bytes(), int(time.process_time() * 1000))


def _refusal() -> bytes:
    """What the exception at hand becomes: a reason code and nothing else."""
    from lifecycle.errors import FileRefused, Misconfigured
    from lifecycle.intake.outcomes import FileReason

    error = sys.exception()
    if isinstance(error, FileRefused):
        return b'{"refused":"%s"}' % FileReason(error.code).encode()
    if isinstance(error, MemoryError):
        return b'{"refused":"unpacked_too_large"}'
    if isinstance(error, Misconfigured):
        import orjson

        return orjson.dumps({"misconfigured": [error.code, error.ref]})
    return b'{"refused":"reader_crashed"}'


def _main() -> None:
    parent, memory, seconds = (int(argument) for argument in sys.argv[1:4])
    _restrict(parent, memory, seconds)
    sys.path.extend(sys.argv[4:])
    try:
        from connectors.reader_work import work

        size = int.from_bytes(sys.stdin.buffer.read(4), "big")
        request = sys.stdin.buffer.read(size)
        work(request, sys.stdin.buffer.read(), _send)
    except BaseException:  # noqa: BLE001 -- calamine's panics are BaseExceptions
        _send(_refusal())
    _send(_last_words())
    _send(b"")
    os._exit(0)  # nothing to tidy up; large heaps take long to take down


if __name__ == "__main__":
    _main()
