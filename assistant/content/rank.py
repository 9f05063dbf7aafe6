"""Ranking: worth, fit for the goal, results of the kind, operators' taste; less sameness, and varied (MMR, Carbonell 1998)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.drafting import draft_text, posted_subject, subject_of
from assistant.content.ideas import idea_id
from assistant.content.repeats import SAME, TOO_MUCH, Candidate, about, earlier, repetition, words
from assistant.content.results import lift
from assistant.ports import Embedder
from assistant.types.content import Goal, Idea, Kind, Post, Used

_FIT: Final[Mapping[Goal, Mapping[Kind, float]]] = {
    Goal.ENGAGE: {Kind.POLL: 1.3, Kind.QUIZ: 1.3, Kind.USER_CONTENT: 1.3, Kind.LIVE: 1.1, Kind.OFFER: 0.6},
    Goal.HELP: {Kind.HOW_TO: 1.5, Kind.ANSWERS: 1.5, Kind.LIVE: 1.1, Kind.SURVEY: 1.1, Kind.OFFER: 0.4, Kind.QUIZ: 0.7},
    Goal.SELL: {
        Kind.OFFER: 1.5,
        Kind.REVIEW: 1.3,
        Kind.LIVE: 1.2,
        Kind.ACTIVITY: 1.1,
        Kind.QUIZ: 0.7,
        Kind.SURVEY: 0.7,
    },
    Goal.RETAIN: {
        Kind.ACTIVITY: 1.3,
        Kind.STORY: 1.3,
        Kind.USER_CONTENT: 1.2,
        Kind.ANSWERS: 1.1,
        Kind.SURVEY: 1.2,
        Kind.OFFER: 0.8,
    },
    Goal.WELCOME: {Kind.STORY: 1.4, Kind.HOW_TO: 1.2, Kind.POLL: 1.2, Kind.OFFER: 0.7},
}
_KIND_AGAIN: Final = 0.55
_SOURCE_AGAIN: Final = 0.15
_LIKE: Final = 0.6
_SUBJECT_AGAIN: Final = 0.15
"""What an idea is worth whose subject was used lately in another kind."""
_REASON: Final = 0.5
"""And one whose subject was named in a reason for rejecting a draft."""
_CONSIDERED: Final = 120


@dataclass(frozen=True, slots=True)
class Taste:
    """``kinds`` are those asked for, all where empty; ``used`` are ideas that were taken up or rejected lately, ``subjects`` what they were
    about; ``liked`` is, by kind, how readily operators took it (1: as others); ``reasons`` are why drafts were rejected; ``language`` is
    the drafts'."""

    goal: Goal = Goal.ENGAGE
    kinds: frozenset[Kind] = frozenset()
    used: frozenset[str] = frozenset()
    liked: Mapping[Kind, float] = field(default_factory=dict)
    subjects: Sequence[Used] = ()
    reasons: Sequence[str] = ()
    language: str = "zh-Hant"


@dataclass(frozen=True, slots=True)
class Ranked:
    """``repeats`` is the post or draft that it is most like, ``repetition`` how much, in [0, 1]."""

    idea: Idea
    score: float
    repetition: float
    repeats: str | None


def rank(
    ideas: Sequence[Idea], posts: Sequence[Post], embedder: Embedder, now: datetime, taste: Taste, count: int
) -> list[Ranked]:
    """At most ``count``, the best first; nothing that repeats a recent post too much, each source once before any twice. ``posts`` may
    hold drafts that are to go out."""
    memory = _memory(taste)
    lifts = {kind: lift(posts, kind) for kind in Kind}
    worth: dict[str, float] = {}
    wanted = []
    for idea in ideas:
        again = memory.again(idea, taste.language)
        if again and (not taste.kinds or idea.kind in taste.kinds):
            wanted.append(idea)
            fit = _FIT[taste.goal].get(idea.kind, 1.0)
            worth[idea.id] = idea.weight * fit * lifts[idea.kind] * taste.liked.get(idea.kind, 1.0) * again
    valued = sorted(wanted, key=lambda idea: (-worth[idea.id], idea.id))[:_CONSIDERED]
    if not valued:
        return []
    texts = [_text(idea, taste.language) for idea in valued]
    vectors = embedder.encode(texts)
    drafts = embedder.encode([draft_text(idea, taste.language) for idea in valued])
    before = earlier(posts, embedder)
    scored = []
    for idea, text, row, draft in zip(valued, texts, vectors, drafts, strict=True):
        one = Candidate(words(text), row, words(posted_subject(idea, taste.language)), draft)
        share, which = repetition(one, before, now)
        scored.append(Ranked(idea, round(worth[idea.id] * (1 - share), 5), share, which))
    return _varied(scored, vectors, count)


def written_again(
    ranked: Ranked, text: str, posts: Sequence[Post], embedder: Embedder, now: datetime, language: str
) -> Ranked:
    """The same with what the draft's own words, which a language model wrote, repeat, where it is more."""
    draft = embedder.encode([text])[0]
    one = Candidate(words(text), draft, words(posted_subject(ranked.idea, language)), draft)
    share, which = repetition(one, earlier(posts, embedder), now)
    return replace(ranked, repetition=share, repeats=which) if share > ranked.repetition else ranked


@dataclass(frozen=True, slots=True)
class _Memory:
    """What operators took up or rejected, as terms."""

    used: frozenset[str]
    subjects: Sequence[tuple[Kind, frozenset[str]]]
    reasons: Sequence[frozenset[str]]

    def again(self, idea: Idea, language: str) -> float:
        """What an idea is worth after them: 1 as if nothing were, 0 for what was used in its own kind."""
        subject = words(subject_of(idea, language))
        kinds = {kind for kind, terms in self.subjects if about(subject, terms) >= SAME}
        kinds |= {kind for kind in Kind if idea_id(kind, idea.source) in self.used}
        if idea.id in self.used or idea.kind in kinds:
            return 0.0
        named = any(about(subject, terms) >= SAME for terms in self.reasons)
        return (_SUBJECT_AGAIN if kinds else 1.0) * (_REASON if named else 1.0)


def _memory(taste: Taste) -> _Memory:
    subjects = [(one.kind, words(one.subject)) for one in taste.subjects]
    return _Memory(taste.used, subjects, [words(reason) for reason in taste.reasons])


def _varied(scored: Sequence[Ranked], vectors: NDArray[np.float32], count: int) -> list[Ranked]:
    left = [at for at, one in enumerate(scored) if one.repetition < TOO_MUCH]
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda at: (_marginal(at, chosen, scored, vectors), -at))
        left.remove(best)
        chosen.append(best)
    return [scored[at] for at in chosen]


def _marginal(at: int, chosen: Sequence[int], scored: Sequence[Ranked], vectors: NDArray[np.float32]) -> float:
    value = scored[at].score
    like = 0.0
    for other in chosen:
        value *= _KIND_AGAIN if scored[other].idea.kind is scored[at].idea.kind else 1.0
        value *= _SOURCE_AGAIN if scored[other].idea.source == scored[at].idea.source else 1.0
        like = max(like, float(vectors[at] @ vectors[other]))
    return value * (1 - _LIKE * max(0.0, like))


def _text(idea: Idea, language: str) -> str:
    spoken = " ".join([*idea.terms, *(one.text[:200] for one in idea.evidence)])
    names = idea.values.get("occasion")
    return spoken or (" ".join(names.values()) if isinstance(names, Mapping) else subject_of(idea, language))
