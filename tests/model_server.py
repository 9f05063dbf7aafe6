"""``transformers serve`` over a folder, and a server of OpenAI's API that says whatever a test wants."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STARTS_S = 120


@contextmanager
def transformers_serve(folder: Path) -> Iterator[str]:
    """The base URL of a running server, whose model's name is the folder's path."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    command = [program, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(port, process, folder / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2_000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no server in {STARTS_S} s: {log.read_text('utf-8', 'replace')[-2_000:]}")


@dataclass
class Talker:
    """``says`` are answers in order, the last one for ever; ``asked`` the requests. ``wait_s`` is how long each answer takes, ``most`` how
    many were written at a time, ``finish`` why they end, ``usage`` what they are said to have taken."""

    says: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    wait_s: float = 0.0
    finish: str = "stop"
    usage: dict[str, int] = field(default_factory=lambda: {"prompt_tokens": 1_000, "completion_tokens": 100})
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, *answers: Any, wait_s: float = 0.0, finish: str = "stop") -> None:
        self.says = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in answers]
        self.asked.clear()
        self.wait_s, self.finish, self.most = wait_s, finish, 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            taken = self.take(request)
        time.sleep(self.wait_s)
        with self._lock:
            self._now -= 1
        return taken

    def take(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        text = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        message = {"role": "assistant", "content": text}
        return {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": "talker",
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish}],
            "usage": self.usage,
        }


@contextmanager
def talking() -> Iterator[Talker]:
    talker = Talker()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = json.dumps(talker.answer(body)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    talker.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield talker
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
