"""What the community does not know yet: questions that had no answer, put together, named and ranked as proposals for entries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.faq.rulebook import folded
from assistant.text.telling import has_words, telling_words

LIKENESS: Final = 0.62
"""Two groups whose mean vectors are at least this alike are one; measured on the shipped embedder's scale, so a setting of the caller."""
MAX_QUESTIONS: Final = 5_000
_HALF_LIFE_DAYS: Final = 30.0
_TERMS: Final = 5
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that had no answer. ``asker`` tells members apart (a member's or a conversation's id)."""

    id: str
    question: str
    language: str
    at: datetime
    asker: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A group of like questions. ``name`` is the one nearest to all of them, ``terms`` the whole words, as members wrote them, that set
    the group apart from the rest, ``others`` the next ways to ask it; ``language`` is that of most of them; ``weight`` ranks: members who
    asked, each counting half as much after thirty days."""

    name: str
    language: str
    terms: tuple[str, ...]
    others: tuple[str, ...]
    ids: tuple[str, ...]
    askers: int
    weight: float
    first: datetime
    last: datetime


def propose(
    asked: Sequence[Asked], vectors: NDArray[np.float32], now: datetime, likeness: float = LIKENESS
) -> list[Proposal]:
    """The groups, the weightiest first; the order of ``asked`` does not matter. ``vectors`` has one row of length 1 (or 0) per question.

    Groups are merged while the likest two are alike enough (average linkage by their mean vectors), beginning with questions that read the
    same; a question without words in Chinese or Latin letters (😀, 多少, 얼마예요) is like no other.
    ValueError for more than ``MAX_QUESTIONS``.
    """
    if len(asked) != len(vectors) or len(asked) > MAX_QUESTIONS:
        raise ValueError(f"{len(asked)} questions with {len(vectors)} vectors; at most {MAX_QUESTIONS}")
    order = sorted(range(len(asked)), key=lambda index: (folded(asked[index].question), asked[index].id))
    asked, vectors = [asked[index] for index in order], vectors[order] if order else vectors
    told = np.array([has_words(one.question) for one in asked], np.bool_).reshape(-1, 1)
    groups = _merged(_same(asked), np.where(told, vectors, 0).astype(np.float32), likeness)
    often = Counter(word for one in asked for word in telling_words(one.question))
    proposals = [_proposal([asked[i] for i in group], vectors[group], now, often, len(asked)) for group in groups]
    return sorted(proposals, key=lambda one: (-one.weight, -len(one.ids), folded(one.name), one.ids))


def _same(asked: Sequence[Asked]) -> list[list[int]]:
    """Questions that are written alike, but for script, width, case and what ends them."""
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(asked):
        groups.setdefault(folded(one.question).rstrip("?？!！。. ~"), []).append(index)
    return list(groups.values())


def _merged(groups: list[list[int]], vectors: NDArray[np.float32], likeness: float) -> list[list[int]]:
    """Each group joins the likest earlier one, in order of size, until a whole pass changes nothing."""
    while True:
        groups = sorted(groups, key=lambda group: (-len(group), group[0]))
        sums = np.zeros((len(groups), vectors.shape[1] if vectors.ndim > 1 else 0), np.float32)
        joined: list[list[int]] = []
        for group in groups:
            total = vectors[group].sum(axis=0)
            at = _likest(total, sums[: len(joined)], likeness)
            if at is None:
                sums[len(joined)] = total
                joined.append(group)
            else:
                sums[at] += total
                joined[at] = sorted(joined[at] + group)
        if len(joined) == len(groups):
            return joined
        groups = joined


def _likest(total: NDArray[np.float32], sums: NDArray[np.float32], likeness: float) -> int | None:
    length = float(np.linalg.norm(total))
    if not len(sums) or not length:
        return None
    lengths = np.linalg.norm(sums, axis=1)
    likenesses = sums @ total / np.maximum(lengths * length, 1e-12)
    best = int(np.argmax(np.round(likenesses, 6)))
    return best if likenesses[best] >= likeness else None


def _proposal(
    group: Sequence[Asked], vectors: NDArray[np.float32], now: datetime, often: Counter[str], total: int
) -> Proposal:
    near = np.round(vectors @ vectors.sum(axis=0), 6)
    ranked = sorted(range(len(group)), key=lambda i: (-float(near[i]), len(group[i].question), group[i].question))
    texts = list(dict.fromkeys(group[index].question.strip() for index in ranked))
    latest: dict[str, datetime] = {}
    for one in group:
        latest[one.asker] = max(one.at, latest.get(one.asker, one.at))
    return Proposal(
        name=texts[0],
        language=Counter(one.language for one in group).most_common(1)[0][0],
        terms=_terms(group, often, total),
        others=tuple(texts[1 : 1 + _SHOWN]),
        ids=tuple(sorted(one.id for one in group)),
        askers=len(latest),
        weight=round(sum(_fresh(now, at) for at in latest.values()), 6),
        first=min(one.at for one in group),
        last=max(one.at for one in group),
    )


def _fresh(now: datetime, at: datetime) -> float:
    days = max(0.0, (now - at).total_seconds() / 86_400)
    return math.exp2(-days / _HALF_LIFE_DAYS)


def _terms(group: Sequence[Asked], often: Counter[str], total: int) -> tuple[str, ...]:
    """The words that stand in much of the group and in little else, each as most of its questions write it."""
    written: dict[str, Counter[str]] = {}
    for one in group:
        for word, form in telling_words(one.question).items():
            written.setdefault(word, Counter())[form] += 1
    worth = {word: forms.total() / len(group) * math.log((1 + total) / often[word]) for word, forms in written.items()}
    best = sorted(worth, key=lambda word: (-round(worth[word], 9), word))[:_TERMS]
    return tuple(min(written[word], key=lambda form: (-written[word][form], form)) for word in best)
