"""Long texts as passages: cut between paragraphs where that does, else between sentences, and every word kept as it was written."""

from __future__ import annotations

import re

from assistant.faq.ingest.tidying import measure
from assistant.faq.sentences import sentence_spans

_PARAGRAPH = re.compile(r"\n\n+")
_MOST_LETTERS = 2.5
_SHORT = 0.15
"""A last passage below this share of the limit joins the one before."""


def split(text: str, limit: float) -> list[str]:
    """Slices of ``text``, in order, each of at most about ``limit`` by ``measure``."""
    pieces: list[tuple[int, int]] = []
    for start, end in _units(text, limit):
        if pieces and measure(text[pieces[-1][0] : end]) <= limit:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    if len(pieces) > 1 and measure(text[slice(*pieces[-1])]) < _SHORT * limit:
        last = pieces.pop()
        pieces[-1] = (pieces[-1][0], last[1])
    return [text[start:end].strip() for start, end in pieces]


def _units(text: str, limit: float) -> list[tuple[int, int]]:
    """What is not parted: paragraphs, the sentences of those that are too long, and parts of sentences without an end."""
    units: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        if measure(text[start:end]) <= limit:
            units.append((start, end))
            continue
        for first, last in sentence_spans(text[start:end]):
            units.extend(_parts(text, start + first, start + last, limit))
    return units


def _paragraphs(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for between in _PARAGRAPH.finditer(text):
        spans.append((start, between.start()))
        start = between.end()
    return [(first, last) for first, last in [*spans, (start, len(text))] if text[first:last].strip()]


def _parts(text: str, start: int, end: int, limit: float) -> list[tuple[int, int]]:
    parts, step = [], max(1, int(limit))
    while end - start > _MOST_LETTERS * step or measure(text[start:end]) > limit:
        space = text.rfind(" ", start + step // 2, start + step)
        cut = space + 1 if space > 0 else start + step
        parts.append((start, cut))
        start = cut
    return [*parts, (start, end)]
