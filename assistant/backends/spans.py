"""Which stretches of a text carry a score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST = 3
_GAP = 1
_SHARE = 0.35
"""A further span must weigh at least this share of the heaviest."""


def heaviest(load: npt.NDArray[np.float32], most: int = MOST) -> list[tuple[int, int]]:
    """The at most ``most`` stretches of greatest total ``load`` (one value per character), in order, without overlap.

    A stretch is a run whose characters carry more than a fifth of the peak, small gaps closed; empty when nothing is positive.
    """
    if not len(load) or load.max() <= 0:
        return []
    marked = np.flatnonzero(load > load.max() * 0.2)
    breaks = np.flatnonzero(np.diff(marked) > _GAP + 1)
    starts = marked[np.concatenate([[0], breaks + 1])]
    ends = marked[np.concatenate([breaks, [len(marked) - 1]])] + 1
    weights = np.array([load[a:b].sum() for a, b in zip(starts, ends, strict=True)])
    order = [i for i in np.argsort(-weights, kind="stable")[:most] if weights[i] >= _SHARE * weights.max()]
    return sorted((int(starts[i]), int(ends[i])) for i in order)


def worded(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans with Latin words made whole, outer spaces left out and what then touches or overlaps merged."""
    found: list[tuple[int, int]] = []
    for span in spans:
        start, end = _whole(text, *span)
        if start < end and found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while 0 < start < end and _letter(text[start]) and _letter(text[start - 1]):
        start -= 1
    while start < end < len(text) and _letter(text[end - 1]) and _letter(text[end]):
        end += 1
    return start, end


def _letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
