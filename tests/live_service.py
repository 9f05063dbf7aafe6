"""The whole service on a real socket over the tests' PostgreSQL, for tests that speak HTTP as clients do."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from assistant.settings import Settings
from assistant.store.database import Database
from assistant.types import Own
from assistant.types.access import Scope
from assistant.usecases.communities import create_community, seed_demo
from assistant.usecases.keys import create_key
from assistant.web.app import create_app
from assistant.wiring import Assistant, build


@dataclass
class Service:
    url: str
    assistant: Assistant

    def key(self, scope: Scope = Scope.OPERATOR, community: str | None = "demo", **more: Any) -> str:
        return create_key(self.assistant.database, scope=scope, community=community, **more).secret

    def expired_key(self) -> str:
        return self.key(lifetime=timedelta(microseconds=1))

    def community(self) -> str:
        name = f"c{secrets.token_hex(6)}"
        create_community(self.assistant.database, name, name, Own())
        return name

    def client(self, key: str | None = None, **options: Any) -> httpx.Client:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(
            base_url=self.url, headers=headers | options.pop("headers", {}), timeout=30, trust_env=False, **options
        )


@contextmanager
def running(app_url: str, data_dir: Path, **settings: Any) -> Iterator[Service]:
    """A service with the community ``demo``, until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assistant = build(
            Settings(data_dir=data_dir, port=port, **settings), database=Database(app_url, pool_size=8, timeout_s=5)
        )
        seed_demo(assistant.database)
        config = uvicorn.Config(
            create_app(assistant), log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise AssertionError("the service did not start")
                time.sleep(0.02)
            yield Service(f"http://127.0.0.1:{port}", assistant)
        finally:
            server.should_exit = True
            thread.join()
            assistant.close()
