"""How the service's processes begin, and the classifier that they share."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess, SpawnContext, SpawnProcess

from assistant.errors import CannotStart
from assistant.ports import Classifier
from assistant.settings import load_settings
from assistant.wiring import build_classifier, warm_up

Starting = ForkServerContext | SpawnContext
Started = ForkServerProcess | SpawnProcess

_ATTEMPTS = 3
_PAUSE_S = 1.0
_LOST = 255
"""The exit code of a process whose end nobody saw, because what it was forked from has died."""


@cache
def classifier() -> Classifier:
    """The classifier that this process's settings name, and whatever screening reads, ready for the first message.

    Raises:
        CannotStart: the settings or the model will not do.
    """
    chosen = build_classifier(load_settings())
    warm_up(chosen)
    return chosen


def forking() -> Starting:
    """Processes are forked from one that has read the models (``preloaded``), which starts now and reads them meanwhile: their pages
    are shared, and a process that died is replaced in a moment. Where forking is not safe each process reads its own."""
    if sys.platform != "linux":
        return spawning()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assistant.cli.preloaded"])
    forkserver.ensure_running()
    return context


def spawning() -> Starting:
    """Each process begins anew, and reads what it needs."""
    return multiprocessing.get_context("spawn")


def begun(starting: Starting, name: str, target: Callable[..., None], arguments: tuple[object, ...]) -> Started:
    """A process that runs ``target``.

    Raises:
        CannotStart: what it should be forked from died while starting, time and again.
    """
    for attempt in range(_ATTEMPTS):
        process = starting.Process(target=target, args=arguments, name=name)
        try:
            process.start()
        except (EOFError, ConnectionError):
            time.sleep(_PAUSE_S * attempt)
        else:
            return process
    raise CannotStart("the process that the workers are forked from does not live; is there memory enough?")


def end_lost(process: Started) -> None:
    """A process that has outlived what it was forked from serves on, unseen: it is ended before another takes its place."""
    if process.exitcode == _LOST and process.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
