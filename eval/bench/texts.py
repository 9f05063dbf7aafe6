"""Texts to measure speed on: 60 characters each, made of this project's own sentences, no two alike."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from eval.datasets import read_jsonl

LENGTH = 60
HARMFUL_SHARE = 0.05
"""One text in twenty holds something harmful, whose evidence takes longer to gather: more than in ordinary chat."""

_HERE = Path(__file__).parent


def texts(count: int, seed: int, harmful_share: float = HARMFUL_SHARE) -> list[str]:
    """``count`` texts in Chinese (both scripts) and English; other seeds give nearly all other texts, so that no cache can help."""
    ordinary, harmful = _ordinary(), _harmful()
    rng = np.random.default_rng(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        language = list(ordinary)[rng.integers(len(ordinary))]
        bad = harmful[language]
        pieces = [bad[rng.integers(len(bad))]] if rng.random() < harmful_share else []
        while sum(map(len, pieces)) + len(pieces) <= LENGTH:
            pieces.append(ordinary[language][rng.integers(len(ordinary[language]))])
        made[(", " if language == "en" else "，").join(pieces)[:LENGTH]] = None
    return list(made)


@cache
def _ordinary() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((_HERE / "chat.toml").read_text("utf-8"))
    return found


@cache
def _harmful() -> dict[str, list[str]]:
    rows = read_jsonl(_HERE.parent / "sample" / "moderation.jsonl")
    return {
        language: [row["text"] for row in rows if row["labels"] and row["lang"] == language] for language in _ordinary()
    }
