"""The process that the service's others are forked from: importing this reads what all of them need."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module

from assistant.errors import CannotStart
from assistant.settings import load_settings

# It ends with the service that started it, after the workers: told to stop with all of them, it waits. What it forks takes the signal
# once it has said what to do then.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
gc.disable()  # what importing and reading make is no garbage: to look for some takes a fifth of the time
working = import_module("assistant.cli.working")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads do not survive a fork either
with suppress(CannotStart):  # the worker that needs it says why
    # A model that torch runs is each worker's own: torch's threads do not survive a fork.
    if load_settings().risk.model is None:
        working.classifier()
# What is there lives as long as the workers: none of them walks through it again, which would copy it.
gc.collect()
gc.freeze()
gc.enable()
