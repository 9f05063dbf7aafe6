"""The serving processes: started, replaced when they die, and stopped together."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path

import structlog
import uvicorn
from prometheus_client.multiprocess import mark_process_dead

from assistant.cli.exits import Exit
from assistant.cli.forking import Started, Starting, begun, classifier, end_lost, forking
from assistant.cli.screen import err
from assistant.errors import CannotStart
from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.web.logs import configure_logs
from assistant.web.shared import METRICS_VARIABLE, Shared
from assistant.wiring import Assistant, build

log = structlog.get_logger()

GRACE_S = 20
"""Seconds that requests under way have to end."""
_PAUSE_S = 1.0
"""Between a worker's start and its replacement's, at least."""


def run_here(assistant: Assistant, listener: socket.socket, shared: Shared | None = None) -> None:
    """Serve in this process until a signal ends it."""
    if assistant.settings.demo:
        assistant.screeners.refresh("demo")
    # What was built until now lives as long as the process: collecting garbage need not walk through it again.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        create_app(assistant, shared),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=65_536,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def leave_when_told() -> None:
    """SIGTERM ends this process as an error would, everything closed behind it; the server raises it once more when it is done."""
    signal.signal(signal.SIGTERM, _leave)


def _leave(*_: object) -> None:
    raise SystemExit(Exit.CLEAN)


def _work(settings: Settings, listener: socket.socket, shared: Shared) -> None:
    """The life of one worker, in a process of its own."""
    leave_when_told()
    threading.Thread(target=end_with_parent, name="parent-watch", daemon=True).start()
    configure_logs(settings.log)
    try:
        assistant = build(settings, classifier=classifier(), prepared=True)
    except CannotStart as error:
        err.print(f"error: {error.detail}", markup=False, soft_wrap=True)
        sys.exit(Exit.CANNOT_START)
    shared.worked.touch()
    try:
        run_here(assistant, listener, shared)
    finally:
        assistant.close()


def end_with_parent() -> None:
    """However the parent ends, nobody is left serving."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""The workers have the cores among them: threads that wait for a core which another worker or the database has made one list in a hundred
take 43 ms instead of 25 (60,000 items, two cores). What the operator set stays.
"""


class Workers:
    """One worker for each listener. ``run`` once, on the main thread."""

    def __init__(self, settings: Settings, listeners: Sequence[socket.socket], shared: Shared) -> None:
        self._settings = settings
        self._listeners = listeners
        self._shared = shared
        self._processes: dict[int, Started] = {}
        self._started: dict[int, float] = {}
        self._told, self._tell = os.pipe()
        self._starting: Starting

    def run(self, prepare: Callable[[Starting], object]) -> None:
        """Until SIGTERM or SIGINT; a worker that dies is replaced. ``prepare`` readies the database while the models are read.

        Raises:
            CannotStart: the first workers cannot; they have said why.
        """
        self._shared.clear()
        os.environ[METRICS_VARIABLE] = str(self._shared.metrics)  # read when a worker imports the metrics' library
        for name in _THREADS:  # read when the numeric libraries are loaded
            os.environ.setdefault(name, "1")
        for which in signal.SIGTERM, signal.SIGINT:
            signal.signal(which, lambda *_: os.write(self._tell, b"."))
        self._starting = forking()
        try:
            prepare(self._starting)
            for number in range(len(self._listeners)):
                self._start(number)
            while self._told not in wait([self._told, *(process.sentinel for process in self._processes.values())]):
                self._replace_dead()
        finally:
            self._stop()

    def _start(self, number: int) -> None:
        process = begun(
            self._starting, f"worker-{number}", _work, (self._settings, self._listeners[number], self._shared)
        )
        self._processes[number], self._started[number] = process, time.monotonic()

    def _replace_dead(self) -> None:
        for number, process in list(self._processes.items()):
            if process.exitcode is None:
                continue
            end_lost(process)
            if process.exitcode == Exit.CANNOT_START and not self._shared.worked.exists():
                raise CannotStart("the service's worker cannot start; the reason stands above")
            self._forget(process)
            log.error("a worker died and is replaced", worker=number, pid=process.pid, exitcode=process.exitcode)
            wait([self._told], timeout=max(0.0, self._started[number] + _PAUSE_S - time.monotonic()))
            self._start(number)

    def _forget(self, process: Started) -> None:
        process.join()
        mark_process_dead(process.pid, str(self._shared.metrics))  # type: ignore[no-untyped-call]

    def _stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + GRACE_S + 5
        for process in self._processes.values():
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()
        shutil.rmtree(self._shared.folder, ignore_errors=True)


def shared_folder(settings: Settings) -> Path:
    """Nobody else's: whoever serves on this port has the port to itself."""
    return settings.data_dir.absolute() / f"workers-{settings.port}"
