"""What operators took and changed: how readily each kind is taken, and how far a draft was from what went out."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from assistant.types.content import Draft, DraftState, Kind, Used

_PRIOR: Final = 3.0
MOST_DIFF_LINES: Final = 200


def taken(drafts: Iterable[Draft]) -> dict[Kind, tuple[float, float]]:
    """By kind, how many drafts were approved and rejected; one that was rewritten whole counts as half an approval."""
    counts: dict[Kind, tuple[float, float]] = {}
    for draft in drafts:
        yes, no = counts.get(draft.kind, (0.0, 0.0))
        if draft.state in {DraftState.APPROVED, DraftState.PUBLISHED}:
            yes += 1 - 0.5 * distance(draft.original, f"{draft.title}\n{draft.body}")
        no += draft.state is DraftState.REJECTED
        counts[draft.kind] = (yes, no)
    return counts


def used_of(draft: Draft) -> Used:
    """What the draft was about: the suggestion's subject, or the title that it was proposed with."""
    subject = draft.suggestion.get("subject") or draft.original.split("\n")[0]
    return Used(draft.kind, str(subject))


def liked(taken: Mapping[Kind, tuple[float, float]]) -> dict[Kind, float]:
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
    """How much of a draft was changed, from 0 to 1: of the pairs of neighbouring characters, those that both do not have."""
    pairs = [Counter(pairwise(f"\n{text}\n")) for text in (before, after)]
    return round(1 - 2 * (pairs[0] & pairs[1]).total() / (pairs[0].total() + pairs[1].total()), 4)


def voice(approved: Sequence[str], vectors: np.ndarray, query: np.ndarray, most: int = 3) -> list[str]:
    """The approved posts nearest to what is to be written: the community's voice, few-shot by likeness."""
    if not approved:
        return []
    near = vectors @ query
    order = sorted(range(len(approved)), key=lambda at: (-round(float(near[at]), 6), at))
    return [approved[at] for at in order[:most]]
