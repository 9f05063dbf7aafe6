"""What the service's processes do, each in a process of its own, and the classifier that they share."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import cache

import structlog
import uvicorn
from fastapi import FastAPI

from assistant.cli.exits import Exit
from assistant.cli.forking import GRACE_S, end_with_parent, hear, leave_when_told
from assistant.cli.screen import err
from assistant.cli.worker import work_outbox
from assistant.errors import CannotStart
from assistant.ports import Classifier
from assistant.settings import Settings, load_settings
from assistant.web.app import create_app
from assistant.web.logs import configure_logs
from assistant.web.protocol import BoundedProtocol
from assistant.web.shared import Shared
from assistant.wiring import Assistant, build, build_classifier, has_faq, warm_up

log = structlog.get_logger()


@cache
def classifier() -> Classifier:
    """The classifier that this process's settings name, and whatever screening reads, ready for the first message.

    Raises:
        CannotStart: the settings or the model will not do.
    """
    chosen = build_classifier(load_settings())
    warm_up(chosen)
    return chosen


def serve_together(settings: Settings, listener: socket.socket, shared: Shared) -> None:
    """The life of one serving process of several."""
    leave_when_told()
    _watch_parent()
    configure_logs(settings.log)
    try:
        assistant = build(settings, classifier=classifier(), prepared=True)
        app = create_app(assistant, shared)
    except CannotStart as error:
        err.print(f"error: {error.detail}", markup=False, soft_wrap=True)
        sys.exit(Exit.CANNOT_START)
    shared.worked.touch()
    try:
        run_here(assistant, listener, app)
    finally:
        assistant.close()


def carry_out(settings: Settings) -> None:
    """The life of the outbox's worker."""
    for which in signal.SIGTERM, signal.SIGINT:  # until it has something to finish first
        signal.signal(which, signal.SIG_DFL)
    hear()
    _watch_parent()
    configure_logs(settings.log)
    try:
        work_outbox(settings, classifier() if has_faq() else None)
    except CannotStart as error:
        log.error("the outbox's worker cannot start", reason=error.detail)  # noqa: TRY400
        sys.exit(Exit.CANNOT_START)


def _watch_parent() -> None:
    threading.Thread(target=end_with_parent, name="parent-watch", daemon=True).start()


def run_here(assistant: Assistant, listener: socket.socket, app: FastAPI | None = None) -> None:
    """Serve in this process until a signal ends it; by default the application that shares nothing."""
    if assistant.settings.demo:
        assistant.screeners.refresh("demo")
    # What was built until now lives as long as the process: collecting garbage need not walk through it again.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app or create_app(assistant),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=GRACE_S,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
