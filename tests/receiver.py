"""A community's own system: a real HTTP server on the loopback that verifies, keeps and answers what it is posted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Posted:
    """``id`` is the webhook's; ``data`` what the event or order holds."""

    id: str
    type: str
    data: dict[str, Any]


@dataclass
class Receiver:
    """``answers`` are statuses in order, the last one for ever. ``secret`` is set once it is known; then every signature is checked."""

    port: int = 0
    secret: str | None = None
    answers: list[int] = field(default_factory=lambda: [200])
    documents: list[dict[str, Any]] = field(default_factory=list)
    """What it answers, the last one for ever; nothing where there is none."""
    posted: list[Posted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self._lock:
            try:
                document = Webhook(self.secret).verify(body, headers) if self.secret else json.loads(body)
            except Exception as error:
                self.refused.append(repr(error))
                return 401
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.posted.append(Posted(headers["webhook-id"], document["type"], document["data"]))
            return answer

    def of(self, *types: str) -> list[Posted]:
        with self._lock:
            return [one for one in self.posted if one.type in types]

    def wait(
        self, *types: str, count: int = 1, seconds: float = 10, where: Callable[[Posted], bool] | None = None
    ) -> list[Posted]:
        """Those of these types, once there are ``count``."""
        deadline = time.monotonic() + seconds
        while True:
            found = [one for one in self.of(*types) if where is None or where(one)]
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{len(found)} of {count} {types}; there were {[one.type for one in self.posted]}, {self.refused}"
                )
            time.sleep(0.02)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with the default of 5, connections of one burst are reset


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            document = json.dumps(receiver.documents[-1]).encode() if receiver.documents else b""
            self.send_response(status)
            self.send_header("content-length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
