"""How the service's processes begin and end. It imports little: what forks them starts before the rest of the program is imported."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess, SpawnContext, SpawnProcess
from pathlib import Path

from assistant.cli.exits import Exit
from assistant.cli.importing import imported
from assistant.errors import CannotStart
from assistant.web.shared import METRICS_VARIABLE

Starting = ForkServerContext | SpawnContext
Started = ForkServerProcess | SpawnProcess

GRACE_S = 20
"""Seconds that requests under way have to end."""
_ATTEMPTS = 3
_PAUSE_S = 1.0
_LOST = 255
"""The exit code of a process whose end nobody saw, because what it was forked from has died."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""The workers have the cores among them: threads that wait for a core which another worker or the database has made one list in a hundred
take 43 ms instead of 25 (60,000 items, two cores). What the operator set stays.
"""


def forking(metrics: Path) -> Starting:
    """Processes are forked from one that has read the models (``preloaded``), which starts now and reads them meanwhile: their pages
    are shared, and a process that died is replaced in a moment. Where forking is not safe each process reads its own.

    ``metrics`` is the folder of the serving processes' counts.
    """
    os.environ[METRICS_VARIABLE] = str(metrics)  # read when a worker imports the metrics' library
    for name in _THREADS:  # read when the numeric libraries are loaded
        os.environ.setdefault(name, "1")
    if sys.platform != "linux":
        return spawning()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assistant.cli.preloaded"])
    forkserver.ensure_running()
    return context


def spawning() -> Starting:
    """Each process begins anew, and reads what it needs."""
    return multiprocessing.get_context("spawn")


def begun(starting: Starting, name: str, target: str, arguments: tuple[object, ...]) -> Started:
    """A process that runs ``target`` ("module:function"), which only it has to import.

    Raises:
        CannotStart: what it should be forked from died while starting, time and again.
    """
    for attempt in range(_ATTEMPTS):
        process = starting.Process(target=_call, args=(target, arguments), name=name)
        try:
            process.start()
        except (EOFError, ConnectionError):
            time.sleep(_PAUSE_S * attempt)
        else:
            return process
    raise CannotStart("the process that the workers are forked from does not live; is there memory enough?")


def _call(target: str, arguments: tuple[object, ...]) -> None:
    module, _, function = target.partition(":")
    getattr(imported(module), function)(*arguments)


def end_lost(process: Started) -> None:
    """A process that has outlived what it was forked from serves on, unseen: it is ended before another takes its place."""
    if process.exitcode == _LOST and process.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def leave_when_told() -> None:
    """SIGTERM ends this process as an error would, everything closed behind it; the server raises it once more when it is done."""
    signal.signal(signal.SIGTERM, _leave)
    hear()


def hear() -> None:
    """Take SIGTERM, which waits while a process is forked (``preloaded``)."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _leave(*_: object) -> None:
    raise SystemExit(Exit.CLEAN)


def end_with_parent() -> None:
    """However the parent ends, nobody is left serving."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
