"""What operators took and changed: how readily each kind is taken, and how far a draft was from what went out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from assistant.types.content import Kind

_PRIOR: Final = 3.0
MOST_DIFF_LINES: Final = 200


def liked(taken: Mapping[Kind, tuple[int, int]]) -> dict[Kind, float]:
    """From how often drafts of each kind were approved and rejected: the share that was taken over that of all, drawn towards 1 where
    there are few; at least 0.4 and at most 1.6."""
    approved = sum(pair[0] for pair in taken.values())
    total = sum(map(sum, taken.values()))
    if not total:
        return {}
    overall = (approved + 1) / (total + 2)
    return {
        kind: float(np.clip(((yes + _PRIOR * overall) / (yes + no + _PRIOR)) / overall, 0.4, 1.6))
        for kind, (yes, no) in taken.items()
    }


def changes(before: str, after: str) -> list[str]:
    """The edit as unified diff lines, without the header; at most ``MOST_DIFF_LINES``."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return [line for line in lines if not line.startswith(("---", "+++"))][:MOST_DIFF_LINES]


def distance(before: str, after: str) -> float:
    """How much of a draft was changed, from 0 to 1."""
    return round(1 - difflib.SequenceMatcher(None, before[:4_000], after[:4_000], autojunk=False).ratio(), 4)


def voice(approved: Sequence[str], vectors: np.ndarray, query: np.ndarray, most: int = 3) -> list[str]:
    """The approved posts nearest to what is to be written: the community's voice, few-shot by likeness."""
    if not approved:
        return []
    near = vectors @ query
    order = sorted(range(len(approved)), key=lambda at: (-round(float(near[at]), 6), at))
    return [approved[at] for at in order[:most]]
