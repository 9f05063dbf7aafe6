"""The columns of a table of questions, by the names that people give them in English and Chinese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from assistant.text.han import fold

_NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_COLUMN_OF = {name: column for column, names in _NAMES.items() for name in names}
_NUMBERED = re.compile(r"[\s_]*\d+$")
_BRACKETS = re.compile(r"[(（\[【].*$")


def find_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Where each known column stands; ``alternatives`` may be several, of any other column the first counts. Empty where it is no table of
    questions: that has to have a question and an answer."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(header):
        column = _column(cell)
        if column and (column == "alternatives" or column not in found):
            found.setdefault(column, []).append(at)
        elif column == "question":  # question 1, question 2: the first asks, the others are other ways to ask
            found.setdefault("alternatives", []).append(at)
    if "question" not in found and "title" in found:
        found["question"] = found["title"]
    return found if {"question", "answer"} <= found.keys() else {}


def _column(cell: str) -> str | None:
    name = fold(_BRACKETS.sub("", cell).strip().lower())
    plain = re.sub(r"[\s-]+", "_", name).strip("_*:：")
    return _COLUMN_OF.get(plain) or _COLUMN_OF.get(_NUMBERED.sub("", plain))
