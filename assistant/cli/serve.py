"""``assistant serve``: the service."""

from __future__ import annotations

import gc
import json
import socket
import sys
from typing import Annotated

import typer
import uvicorn

from assistant.cli.screen import err
from assistant.errors import CannotStart
from assistant.settings import Settings, load_settings
from assistant.usecases.communities import seed_demo
from assistant.usecases.keys import demo_key
from assistant.web.app import create_app
from assistant.wiring import Assistant, build

_EXAMPLE = {"text": "加❤薇❤信 abc123 日结300", "member": {"id": "u1"}, "channel": "general"}


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on (setting host).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port (setting port); 0 takes a free one.")
    ] = None,
) -> None:
    """Run the service: embedded PostgreSQL unless a database is set, migrations, the demo community, HTTP."""
    overrides = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**overrides)
    listener = _listen(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    assistant = build(settings)
    try:
        if assistant.embedded is not None:
            assistant.embedded.watch()
        if settings.demo:
            seed_demo(assistant.database)
            assistant.screeners.refresh("demo")
            _introduce(settings, demo_key(assistant.database, settings.data_dir / "demo.key"))
        _run(assistant, listener)
    finally:
        assistant.close()


def _run(assistant: Assistant, listener: socket.socket) -> None:
    # What was built until now lives as long as the process: collecting garbage need not walk through it again.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        create_app(assistant),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=20,
        h11_max_incomplete_event_size=65_536,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(settings: Settings) -> socket.socket:
    """Taken before anything else is started, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
            f"Stop what listens there, or take another port: make run PORT={settings.port + 1}"
        ) from None
    listener.listen(2048)
    return listener


def _introduce(settings: Settings, key: str) -> None:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    body = json.dumps(_EXAMPLE, ensure_ascii=False)
    lines = [
        "",
        f"  playground  {address}/",
        f"  docs        {address}/docs",
        f"  demo key    {key}   (kept in {settings.data_dir / 'demo.key'})",
        "",
        f"  curl {address}/v1/moderate -H 'Authorization: Bearer {key}' \\",
        f"    -H 'Content-Type: application/json' -d '{body}'",
        "",
    ]
    for line in lines:
        err.print(line, markup=False, highlight=False, soft_wrap=True)
