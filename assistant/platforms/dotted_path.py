"""Paths into JSON, the dotted kind: ``message.text``, ``attachments[0].title``, ``blocks[*].text``.

Names are joined by dots, ``[n]`` takes one of a list, ``[*]`` each. This is neither JSONPath nor JSON Pointer: no filters, no escapes; a
name with a dot or a bracket in it cannot be reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(r"(?:^|(?<=[^.])\.)(?P<name>[^.\[\]]+)|\[(?P<index>\d{1,6}|\*)\]")


def steps_of(path: str) -> tuple[str | int | None, ...]:
    """A name, a place in a list, or ``None`` for each of its places; ValueError for what is no path."""
    steps: list[str | int | None] = []
    end = 0
    while end < len(path):
        match = _STEP.match(path, end)
        if match is None:
            raise ValueError(f"{path!r} is no path: write names joined by dots, with [0] or [*] for lists")
        steps.append(match["name"] or (None if match["index"] == "*" else int(match["index"])))
        end = match.end()
    if not steps:
        raise ValueError("the path is empty")
    return tuple(steps)


def values_at(document: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each value that the path leads to, with the place it was found at (``blocks[1].text``); none where it leads nowhere."""
    found: list[tuple[str, Any]] = [("", document)]
    for step in steps_of(path):
        found = [inside for place, value in found for inside in _inside(place, value, step)]
    yield from found


def value_at(document: Any, path: str) -> Any:
    """The first value that the path leads to, or ``None``."""
    return next((value for _, value in values_at(document, path)), None)


def _inside(place: str, value: Any, step: str | int | None) -> Iterator[tuple[str, Any]]:
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield f"{place}.{step}" if place else step, value[step]
    elif isinstance(value, list):
        for index in range(len(value)) if step is None else (step,):
            if index < len(value):
                yield f"{place}[{index}]", value[index]
