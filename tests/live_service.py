"""The whole service on a real socket over the tests' PostgreSQL, for tests that speak HTTP as clients do."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from assistant.ports import Classifier
from assistant.settings import Settings
from assistant.store.database import Database
from assistant.store.embedded import EmbeddedServer, ServerUrls
from assistant.store.schema import migrate
from assistant.types import Own
from assistant.types.access import Scope
from assistant.usecases.communities import create_community, seed_demo
from assistant.usecases.connections import Made, Wanted, add_connection
from assistant.usecases.keys import create_key
from assistant.usecases.outbox import OutboxWorker
from assistant.web.app import create_app
from assistant.web.protocol import BoundedProtocol
from assistant.wiring import Assistant, build, build_classifier

_TLS = ssl.create_default_context()
"""One for all clients: each of its own would read the system's certificates."""


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
            base_url=self.url,
            headers=headers | options.pop("headers", {}),
            timeout=30,
            trust_env=False,
            verify=_TLS,
            **options,
        )

    def connect(
        self, community: str, platform: str = "webhooks", secrets: dict[str, str] | None = None, **wanted: Any
    ) -> Made:
        """A live connection, known to the service at once."""
        made = add_connection(
            self.assistant.database,
            self.assistant.vault,
            community,
            platform,
            Wanted(**{"dry_run": False, **wanted}),
            secrets or {},
            actor="test",
            now=datetime.now(UTC),
            allow=self.assistant.settings.outgoing.allow,
        )
        self.assistant.registry.refresh()
        return made


@cache
def shipped_classifier() -> Classifier:
    """Read once for all services of a test process."""
    return build_classifier(Settings())


@contextmanager
def own_database(folder: Path) -> Iterator[ServerUrls]:
    """A migrated database that nobody else uses. Whoever runs a worker needs one: workers share what waits in a database."""
    server = EmbeddedServer(folder)
    urls = server.start()
    try:
        migrate(urls.owner, urls.app)
        yield urls
    finally:
        server.stop()


@contextmanager
def working(service: Service) -> Iterator[OutboxWorker]:
    """A worker over the service's database, in a thread of its own, until the block ends."""
    assistant = build(
        service.assistant.settings,
        classifier=service.assistant.classifier,
        database=Database(service.assistant.database.url.render_as_string(hide_password=False), 8, 5),
    )
    worker, stopping = OutboxWorker(assistant), threading.Event()

    async def work() -> None:
        told = asyncio.Event()
        fresh = asyncio.create_task(assistant.registry.keep_fresh())
        running = asyncio.create_task(worker.run(told))
        while not stopping.is_set():
            await asyncio.sleep(0.02)
        told.set()
        await running
        fresh.cancel()
        await assistant.outgoing.close()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    try:
        yield worker
    finally:
        stopping.set()
        thread.join()
        assistant.close()


@contextmanager
def running(
    app_url: str, data_dir: Path, *, classifier: Classifier | None = None, **settings: Any
) -> Iterator[Service]:
    """A service with the community ``demo``, until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assistant = build(
            Settings(data_dir=data_dir, port=port, **settings),
            database=Database(app_url, pool_size=8, timeout_s=5),
            classifier=classifier or (None if "risk" in settings else shipped_classifier()),
        )
        seed_demo(assistant.database)
        config = uvicorn.Config(
            create_app(assistant),
            http=BoundedProtocol,
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=5,
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
