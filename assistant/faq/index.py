"""The index of a community's entries: an immutable snapshot that is searched, and replaced when entries change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from assistant.faq import candidates
from assistant.faq.calibrate import probabilities
from assistant.faq.candidates import FEATURES, Question
from assistant.faq.dense import FlatVectors, VectorsBuilder
from assistant.faq.lexical import Floats
from assistant.faq.names import even_name
from assistant.faq.nudges import nudges
from assistant.faq.rerank import Reranker
from assistant.faq.segment import Segment
from assistant.faq.tokens import lexical_tokens
from assistant.faq.twins import Ranked, without_twins
from assistant.text.language import detect_language
from assistant.types import ModelRef
from assistant.types.faq import Entry, Hit

WORN = 0.1
"""The share of entries changed since the last full build from which a new one pays."""


@dataclass(frozen=True, slots=True, eq=False)
class FaqIndex:
    """``segments`` are the entries of the last full build, then those that came since. Thread-safe."""

    segments: tuple[Segment, ...]
    embedder: ModelRef
    reranker: Reranker
    make: VectorsBuilder = FlatVectors.build
    feedback: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Entry id: how often its answer was found helpful, and how often not."""

    @classmethod
    def build(
        cls,
        entries: Sequence[Entry],
        vectors: Floats,
        embedder: ModelRef,
        reranker: Reranker,
        *,
        make: VectorsBuilder = FlatVectors.build,
        feedback: Mapping[str, tuple[int, int]] | None = None,
    ) -> FaqIndex:
        """``vectors``: a row for each of ``entry_texts`` of each entry, in order."""
        segment = Segment.build(entries, vectors, make, reranker.common)
        return cls((segment,), embedder, reranker, make, feedback or {})

    def __len__(self) -> int:
        return sum(int(segment.alive.sum()) for segment in self.segments)

    @property
    def worn(self) -> bool:
        """Whether so much has changed since the last full build that ``rebuilt`` pays."""
        first = self.segments[0]
        changed = (~first.alive).sum() + sum(len(segment.entries) for segment in self.segments[1:])
        return bool(changed > max(50, WORN * len(first.entries)))

    def search(
        self,
        question: str,
        vector: Floats,
        *,
        now: datetime,
        roles: frozenset[str] = frozenset(),
        limit: int = 5,
        language: str | None = None,
    ) -> list[Hit]:
        """The best entries that hold ``now`` and are visible to ``roles``, best first, each with the probability that it is right.

        ``language`` is the asker's, detected by default: it prefers the entries in it and leaves none out.
        """
        spoken = language or detect_language(question).language
        asked = Question(question, lexical_tokens(question), vector, spoken)
        ranked = self.judged(asked, now, roles)
        return [
            Hit(one.entry, one.probability, dict(zip(FEATURES, one.features.tolist(), strict=True)))
            for one in ranked[:limit]
        ]

    def named(self, question: str, *, now: datetime, roles: frozenset[str] = frozenset()) -> list[Entry]:
        """The entries whose question this is, but for punctuation, spaces, case, width and script; that hold ``now`` and are visible to
        ``roles``."""
        name = even_name(question)
        found = [one for part in self.segments for one in part.called(name)] if name else []
        return [one for one in found if one.holds(now) and one.visible_to(roles)]

    def judged(self, asked: Question, now: datetime, roles: frozenset[str]) -> list[Ranked]:
        parts = [candidates.find(segment, asked, segment.allowed(now, roles)) for segment in self.segments]
        pairs = list(zip(self.segments, parts, strict=True))
        entries = [segment.entries[i] for segment, part in pairs for i in part.entries]
        matrix = candidates.together(parts)
        logits, none = self.reranker.logits(matrix, candidates.context(self.segments, asked, len(self)))
        logits = logits + nudges(entries, self.feedback, now)
        shares = probabilities(logits, none, self.reranker.temperature)
        order = np.argsort(-shares, kind="stable")
        vectors = np.concatenate([segment.told.vectors.rows[part.entries] for segment, part in pairs])
        return without_twins([Ranked(entries[i], float(shares[i]), matrix[i], vectors[i]) for i in order])

    def with_changes(self, upserts: Sequence[Entry], vectors: Floats, deletions: Collection[str]) -> FaqIndex:
        """A snapshot with ``upserts`` (and their rows of ``vectors``) and without ``deletions``; the time it takes follows the changes."""
        gone = frozenset(deletions) | {entry.id for entry in upserts}
        first, *since = (segment.without(gone) for segment in self.segments)
        kept, rows = since[0].living() if since else ([], np.zeros((0, vectors.shape[1]), np.float32))
        added = [*kept, *upserts]
        segments: tuple[Segment, ...] = (first,)
        if added:
            stacked = np.concatenate((rows, vectors))
            segments = (first, Segment.build(added, stacked, self.make, self.reranker.common, first))
        return FaqIndex(segments, self.embedder, self.reranker, self.make, self.feedback)

    def rebuilt(self) -> FaqIndex:
        """The same entries in a full build of their own."""
        parts = [segment.living() for segment in self.segments]
        entries = [entry for own, _ in parts for entry in own]
        return FaqIndex.build(
            entries,
            np.concatenate([rows for _, rows in parts]),
            self.embedder,
            self.reranker,
            make=self.make,
            feedback=self.feedback,
        )
