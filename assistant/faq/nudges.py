"""What speaks for an entry beside its words, in logits: what members made of its answer, and how fresh it is. Small on purpose: they decide
between entries that answer about equally well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from assistant.faq.lexical import Floats
from assistant.types.faq import Entry

FEEDBACK = 0.5
RECENCY = 0.2
_PRIOR = 8
"""Opinions that count against the first ones given."""

_YEAR = 365.25 * 86_400


def nudges(entries: Sequence[Entry], feedback: Mapping[str, tuple[int, int]], now: datetime) -> Floats:
    return np.array([_opinion(feedback.get(e.id, (0, 0))) + _freshness(e, now) for e in entries], np.float32)


def _opinion(counts: tuple[int, int]) -> float:
    helpful, not_helpful = counts
    return FEEDBACK * (helpful - not_helpful) / (helpful + not_helpful + _PRIOR)


def _freshness(entry: Entry, now: datetime) -> float:
    """From ``RECENCY`` for an entry of today towards 0, halved after two years; 0 where its age is not known."""
    if entry.updated_at is None:
        return 0.0
    years = max(0.0, (now - entry.updated_at).total_seconds() / _YEAR)
    return RECENCY / (1 + 0.5 * years)
