"""Runs tasks one after the other; a set that cannot be used becomes a result that says so."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from eval.datasets import Changed, Unusable
from eval.flow import Context
from eval.results import Result, Status
from eval.tasks import Task


def run(tasks: Mapping[str, Task], context: Context, began: Callable[[str], None] = lambda _: None) -> list[Result]:
    """One result per task, in order; ``began`` is told each task's name before it runs."""
    results = []
    for name, task in tasks.items():
        began(name)
        start = time.perf_counter()
        try:
            result = task(context)
        except Unusable as error:
            status = Status.CHANGED if isinstance(error, Changed) else Status.ABSENT
            result = Result(name, name, notes=(str(error),), status=status)
        results.append(replace(result, about=inspect.getdoc(task) or "", seconds=time.perf_counter() - start))
    return results
