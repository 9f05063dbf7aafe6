"""The serving processes: started, replaced when they die, and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait

import structlog
from prometheus_client.multiprocess import mark_process_dead

from assistant.cli.exits import Exit
from assistant.cli.forking import GRACE_S, Started, Starting, begun, end_lost
from assistant.errors import CannotStart
from assistant.settings import Settings
from assistant.web.shared import Shared

log = structlog.get_logger()

_PAUSE_S = 1.0
"""Between a worker's start and its replacement's, at least."""


class Workers:
    """One worker for each listener. ``run`` once, on the main thread."""

    def __init__(
        self, settings: Settings, listeners: Sequence[socket.socket], shared: Shared, starting: Starting
    ) -> None:
        self._settings = settings
        self._listeners = listeners
        self._shared = shared
        self._starting = starting
        self._processes: dict[int, Started] = {}
        self._started: dict[int, float] = {}
        self._told, self._tell = os.pipe()

    def run(self, prepare: Callable[[], object]) -> None:
        """Until SIGTERM or SIGINT; a worker that dies is replaced. ``prepare`` readies the database while the models are read.

        Raises:
            CannotStart: the first workers cannot; they have said why.
        """
        for which in signal.SIGTERM, signal.SIGINT:
            signal.signal(which, lambda *_: os.write(self._tell, b"."))
        try:
            prepare()
            for number in range(len(self._listeners)):
                if self._is_told():
                    return
                self._start(number)
            while self._told not in wait([self._told, *(process.sentinel for process in self._processes.values())]):
                self._replace_dead()
        finally:
            self._stop()

    def _start(self, number: int) -> None:
        process = begun(
            self._starting,
            f"worker-{number}",
            "assistant.cli.working:serve_together",
            (self._settings, self._listeners[number], self._shared),
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
            if self._is_told(max(0.0, self._started[number] + _PAUSE_S - time.monotonic())):
                return
            self._start(number)

    def _is_told(self, within_s: float = 0.0) -> bool:
        return bool(wait([self._told], within_s))

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
