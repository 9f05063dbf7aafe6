"""The outbox's worker as a child of ``serve``: started with it, replaced when it dies, stopped with it."""

from __future__ import annotations

import signal
import threading
import time

import structlog

from assistant.cli.exits import Exit
from assistant.cli.forking import GRACE_S, Started, Starting, begun, end_lost
from assistant.errors import CannotStart
from assistant.settings import Settings

log = structlog.get_logger()

_PAUSE_S = 1.0
"""Between one start and the next, at least."""
_TOLD = frozenset({int(Exit.CLEAN), -signal.SIGTERM, -signal.SIGINT})
"""The exit codes of a worker that ends because it was asked to."""
_TOLD_S = GRACE_S + 10.0
"""After an end that somebody asked for: the service's own comes no later, if it was meant too."""
_AGAIN_S = 30.0
"""After a start that failed."""


class OutboxProcess:
    """``start`` once the database is ready."""

    def __init__(self, settings: Settings, starting: Starting) -> None:
        self._settings = settings
        self._starting = starting
        self._stopping = threading.Event()
        self._process: Started | None = None
        self._watch = threading.Thread(target=self._keep, name="outbox-watch", daemon=True)

    def start(self) -> None:
        self._watch.start()

    def stop(self) -> None:
        """What it has under way is finished first."""
        self._stopping.set()
        self._watch.join(GRACE_S + 5)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                process = self._process = begun(
                    self._starting, "outbox", "assistant.cli.working:carry_out", (self._settings,)
                )
            except CannotStart as error:
                log.error("the outbox's worker cannot start", reason=error.detail)  # noqa: TRY400
                self._stopping.wait(_AGAIN_S)
                continue
            while process.exitcode is None and not self._stopping.is_set():
                process.join(0.2)
            if self._stopping.is_set():
                _end(process)
                return
            if process.exitcode in _TOLD:
                self._told_beside(process)
                continue
            end_lost(process)
            log.error("the outbox's worker died and is replaced", pid=process.pid, exitcode=process.exitcode)
            self._stopping.wait(max(0.0, began + _PAUSE_S - time.monotonic()))

    def _told_beside(self, process: Started) -> None:
        """Whoever signals all processes at once (Ctrl-C, ``timeout``) ends it too, before the service has ended its requests."""
        process.join()
        if not self._stopping.wait(_TOLD_S):
            log.warning("the outbox's worker was told to end, the service was not: it is begun again", pid=process.pid)


def _end(process: Started) -> None:
    process.terminate()
    process.join(GRACE_S)
    if process.exitcode is None:
        process.kill()
        process.join()
