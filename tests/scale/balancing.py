"""A balancer for TCP on loopback, as HAProxy is in deployments/: whoever does not answer is passed
over."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_BLOCK = 65536
_CONNECT_LIMIT = 5.0


@contextmanager
def balancing(port: int, behind: Sequence[int]) -> Iterator[None]:
    """Connections to `port` go to the ports `behind` in turn, while this context lasts."""
    ready, ended = threading.Event(), threading.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            asyncio.start_server(_Turns(behind).pass_on, "127.0.0.1", port)
        )
        ready.set()
        loop.run_forever()
        server.close()
        waiting = asyncio.all_tasks(loop)
        for task in waiting:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        loop.close()
        ended.set()

    threading.Thread(target=run, daemon=True).start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        assert ended.wait(10)


class _Turns:
    def __init__(self, behind: Sequence[int]) -> None:
        self._behind = list(behind)
        self._next = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            for _ in self._behind:
                port = self._behind[self._next % len(self._behind)]
                self._next += 1
                try:
                    there = await asyncio.wait_for(
                        asyncio.open_connection("127.0.0.1", port), _CONNECT_LIMIT
                    )
                except (OSError, TimeoutError):
                    continue
                await _both_ways((reader, writer), there)
                return


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(here: _Ends, there: _Ends) -> None:
    ways = [
        asyncio.ensure_future(_pour(here[0], there[1])),
        asyncio.ensure_future(_pour(there[0], here[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        there[1].close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_BLOCK):
            writer.write(data)
            await writer.drain()
