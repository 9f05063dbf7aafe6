"""The entries that may answer a question, and what the reranker sees of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.faq.dense import Mask, products
from assistant.faq.lexical import Asked, Floats, Ids
from assistant.faq.segment import Segment
from assistant.faq.side import Side

PER_SOURCE = 100
"""Rows looked up by each of the four ways."""

CLASSES = 10
"""Entries taken from the classifier."""

MOST = 64
"""Entries that are judged."""

_RRF = 60
"""Cormack, Clarke and Buettcher, SIGIR 2009."""

FEATURES = (
    "asked_meaning",
    "asked_meaning_three",
    "asked_meaning_all",
    "asked_alike",
    "asked_alike_three",
    "asked_held",
    "asked_bm25",
    "told_meaning",
    "told_alike",
    "told_held",
    "told_bm25",
    "told_lead",
    "told_length",
    "intent",
    "intent_share",
    "has_asked",
    "has_intent",
    "ways",
    "tightness",
    "same_script",
    "other_language",
)
"""Of an entry. ``asked``: its best way to be asked (``_three``: the mean of its best three, ``_all``: of all); ``told``: its passage;
``meaning``: inner product; ``alike``: cosine of weighted token sets; ``held``: the share of the question's weight in it; ``bm25`` per
weight of the question, ``lead`` over that of the best candidate; ``length``: log of the passage's weight over 10; ``intent``: the
classifier's logit over 10, ``intent_share`` its softmax; ``ways``: log of their number; ``same_script``, ``other_language``: the asker's
beside those of the entry and of the ways to ask it."""

_BM25, _LEAD = (FEATURES.index(name) for name in ("told_bm25", "told_lead"))

CONTEXT = ("unknown", "tokens", "entries", "has_intents")
"""Of the question: the share of its weight in tokens that no entry holds, log of its tokens, log of the entries, whether there is a
classifier."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    text: str
    tokens: Sequence[str]
    vector: Floats
    language: str


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """``entries`` as the segment numbers them; ``features`` has shape (entries, ``FEATURES``)."""

    entries: Ids
    features: Floats


def find(segment: Segment, question: Question, allowed: Mask | None) -> Candidates:
    words = [side.lexical.asked(question.tokens) for side in (segment.asked, segment.told)]
    scores = [side.lexical.all_scores(asked) for side, asked in zip((segment.asked, segment.told), words, strict=True)]
    logits = segment.intents.logits(question.text, question.vector) if segment.intents else None
    entries = _fused(_rankings(segment, question, allowed, scores, logits), allowed)
    features = np.zeros((len(entries), len(FEATURES)), np.float32)
    if len(entries):
        features[:, :7] = _asked(segment.asked, question, words[0], scores[0], entries)
        features[:, 7:13] = _told(segment.told, question, words[1], scores[1], entries)
        features[:, 13:15], features[:, 16] = _intent(segment, logits, entries)
        features[:, 15] = (ways := np.diff(segment.asked.starts)[entries]) > 0
        features[:, 17], features[:, 18] = np.log1p(ways), segment.tightness[entries]
        features[:, 19:] = [_script(question.language, segment.languages[i]) for i in entries]
    return Candidates(entries, features)


def together(parts: Sequence[Candidates]) -> Floats:
    """The features of all segments' candidates, with those that compare them filled in."""
    features = np.concatenate([part.features for part in parts])
    if len(features):
        features[:, _LEAD] = features[:, _BM25] / max(float(features[:, _BM25].max()), 1e-6)
    return features


def context(segments: Sequence[Segment], question: Question, entries: int) -> Floats:
    unknown = min(_unknown(segment.told.lexical.asked(question.tokens)) for segment in segments)
    has_intents = any(segment.intents is not None for segment in segments)
    return np.array([unknown, np.log1p(len(question.tokens)), np.log1p(entries), has_intents], np.float32)


def _unknown(asked: Asked) -> float:
    return 1 - asked.known / asked.mass if asked.mass else 1.0


def _rankings(
    segment: Segment, question: Question, allowed: Mask | None, scores: Sequence[Floats], logits: Floats | None
) -> list[Ids]:
    rankings = [
        *segment.told.best(scores[1], question.vector, PER_SOURCE, allowed),
        *segment.asked.best(scores[0], question.vector, PER_SOURCE, allowed),
    ]
    if segment.intents and logits is not None:
        rankings.append(segment.intents.entries[np.argsort(-logits, kind="stable")[:CLASSES]])
    return rankings


def _fused(rankings: Sequence[Ids], allowed: Mask | None) -> Ids:
    """Reciprocal-rank fusion; the classifier does not know what is allowed."""
    votes: dict[int, float] = {}
    for ranking in rankings:
        for rank, entry in enumerate(ranking.tolist()):
            if allowed is None or allowed[entry]:
                votes[entry] = votes.get(entry, 0.0) + 1 / (_RRF + rank)
    return np.array(sorted(votes, key=lambda entry: (-votes[entry], entry))[:MOST], np.int32)


def _asked(side: Side, question: Question, asked: Asked, bm25: Floats, entries: Ids) -> Floats:
    found = np.zeros((len(entries), 7), np.float32)
    rows, counts = side.rows_of(entries)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return found
    starts = (np.cumsum(counts) - counts)[filled]
    meaning = products(side.vectors.rows[rows], question.vector)
    held, alike = side.overlaps(asked, rows)
    found[filled, 0], found[filled, 1] = _best_and_three(meaning, starts, counts[filled])
    found[filled, 2] = np.add.reduceat(meaning, starts) / counts[filled]
    found[filled, 3], found[filled, 4] = _best_and_three(alike, starts, counts[filled])
    found[filled, 5] = np.maximum.reduceat(held, starts)
    found[filled, 6] = np.maximum.reduceat(bm25[rows], starts) / max(asked.mass, 1e-6)
    return found


def _best_and_three(values: Floats, starts: np.ndarray, counts: np.ndarray) -> tuple[Floats, Floats]:
    """Of each run of ``values``, its highest and the mean of its highest three."""
    runs = np.repeat(np.arange(len(starts)), counts)
    order = np.lexsort((-values, runs))
    ranked = values[order]
    rank = np.arange(len(values)) - np.repeat(starts, counts)
    summed = np.add.reduceat(np.where(rank < 3, ranked, 0), starts)
    return ranked[starts], (summed / np.minimum(counts, 3)).astype(np.float32)


def _told(side: Side, question: Question, asked: Asked, bm25: Floats, entries: Ids) -> Floats:
    held, alike = side.overlaps(asked, entries)
    meaning = products(side.vectors.rows[entries], question.vector)
    words = bm25[entries]
    length = np.log1p(side.lexical.masses[entries]) / 10
    return np.stack((meaning, alike, held, words / max(asked.mass, 1e-6), np.zeros_like(words), length), axis=1)


def _intent(segment: Segment, logits: Floats | None, entries: Ids) -> tuple[Floats, Floats]:
    """Shape (entries, 2), and which entries take part."""
    if segment.intents is None or logits is None:
        return np.zeros((len(entries), 2), np.float32), np.zeros(len(entries), np.float32)
    places = np.minimum(np.searchsorted(segment.intents.entries, entries), len(logits) - 1)
    known = (segment.intents.entries[places] == entries).astype(np.float32)
    share = np.exp(logits - logits.max())
    both = np.stack((logits / 10, share / share.sum()), axis=1)[places]
    return both * known[:, None], known


def _script(asker: str, entry: frozenset[str]) -> tuple[bool, bool]:
    return asker in entry, _plain(asker) not in map(_plain, entry)


def _plain(language: str) -> str:
    return language.split("-", maxsplit=1)[0]
