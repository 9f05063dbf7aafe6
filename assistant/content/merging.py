"""Groups that speak of one thing in unlike words: put together where the same term stands in most texts of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from assistant.content.terms import terms_of

_MOST: Final = 0.6
_EVERYWHERE: Final = 0.25
_MANY: Final = 200
"""Texts from which on a term in a quarter of them is the community's own subject, and joins nothing."""


def merge(groups: Sequence[Sequence[int]], texts: Sequence[str]) -> list[list[int]]:
    """``groups`` of places in ``texts``, those with a common heading together, in the order of the first."""
    terms = [set(terms_of(text)) for text in texts]
    often = Counter(term for one in terms for term in one)
    merged: list[list[int]] = []
    headings: list[frozenset[str]] = []
    for group in groups:
        own = _headings(group, terms, often, len(texts))
        at = next((at for at, other in enumerate(headings) if own & other), None)
        if at is None:
            merged.append(list(group))
            headings.append(own)
        else:
            merged[at] = sorted([*merged[at], *group])
    return merged


def _headings(group: Sequence[int], terms: Sequence[set[str]], often: Counter[str], texts: int) -> frozenset[str]:
    counts = Counter(term for place in group for term in terms[place])
    most = _MOST * len(group)
    limit = _EVERYWHERE * texts if texts >= _MANY else texts
    return frozenset(term for term, count in counts.items() if count >= max(2, most) and often[term] <= limit)
