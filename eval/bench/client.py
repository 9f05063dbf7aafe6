"""A load client in a process of its own: keep-alive connections, one request at a time on each, latencies kept. Prints JSON.

``python -m eval.bench.client PORT REQUESTS SECONDS CONNECTIONS``: ``REQUESTS`` is a file of raw HTTP/1.1 requests, each preceded by its
length in bytes on a line. Raw sockets and uvloop: it does no more than find the end of each answer.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

WARM_UP_S = 1.0


class Load:
    """What all connections share: the requests in turn, when to stop, what came back."""

    def __init__(self, requests: list[bytes], seconds: float) -> None:
        self.requests: Iterator[bytes] = itertools.cycle(requests)
        self.counts_from = time.perf_counter() + WARM_UP_S
        self.ends = self.counts_from + seconds
        self.latencies: list[float] = []
        self.refused: dict[str, int] = {}
        self.served = 0


class Connection(asyncio.Protocol):
    """Sends a request, reads its answer to the end (``Content-Length``), sends the next."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self._load = load
        self._done = done
        self._buffer = b""
        self._needed = 0
        self._sent = 0.0
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def _send(self) -> None:
        self._needed = 0
        self._buffer = b""
        self._sent = time.perf_counter()
        self._transport.write(next(self._load.requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._needed:
            self._needed = length(self._buffer)
        if self._needed and len(self._buffer) >= self._needed:
            self._answered(time.perf_counter())

    def _answered(self, now: float) -> None:
        load = self._load
        load.served += 1
        if now >= load.counts_from:
            load.latencies.append(now - self._sent)
        status = self._buffer[9:12].decode("ascii", "replace")
        if status != "200":
            load.refused[status] = load.refused.get(status, 0) + 1
        if now < load.ends:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if time.perf_counter() < self._load.ends:
            self._load.refused["closed"] = self._load.refused.get("closed", 0) + 1
        if not self._done.done():
            self._done.set_result(None)


def length(answer: bytes) -> int:
    """Bytes of the whole answer, head and body; 0 while its head is not complete."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = answer[:end].lower()
    at = head.index(b"content-length:") + 15
    stop = head.find(b"\r\n", at)
    return end + 4 + int(head[at : stop if stop >= 0 else end])


def read_requests(path: Path) -> list[bytes]:
    content, at, requests = path.read_bytes(), 0, []
    while at < len(content):
        line = content.index(b"\n", at)
        size = int(content[at:line])
        requests.append(content[line + 1 : line + 1 + size])
        at = line + 1 + size
    return requests


def write_requests(path: Path, requests: list[bytes]) -> None:
    path.write_bytes(b"".join(b"%d\n%b" % (len(request), request) for request in requests))


async def _run(port: int, load: Load, connections: int) -> None:
    loop = asyncio.get_running_loop()
    finished: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    for done in finished:
        await loop.create_connection(partial(Connection, load, done), "127.0.0.1", port)
    await asyncio.gather(*finished)


def main() -> None:
    import uvloop

    port, path, seconds, connections = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    load = Load(read_requests(path), seconds)
    uvloop.run(_run(port, load, connections))
    p50, p95, p99 = np.quantile(load.latencies, [0.5, 0.95, 0.99]) * 1000
    figures = {"requests per second": len(load.latencies) / seconds, "p50 ms": p50, "p95 ms": p95, "p99 ms": p99}
    print(json.dumps({**figures, "served": load.served, "not 200": load.refused}))


if __name__ == "__main__":
    main()
