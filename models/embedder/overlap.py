"""Finds training texts that evaluation has too, word for word or nearly: near duplicates by shared character trigrams (Broder 1997)."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

from assistant.text.han import fold

ALIKE = 0.7
"""The Jaccard index of two texts' trigrams from which they count as one text."""

_COMMON = 300
"""A trigram of more held-out texts than these leads to too many candidates, and is not looked up."""


def fingerprint(text: str) -> str:
    """What two texts share when they differ in script, case, width, spaces or punctuation only; empty where nothing is said."""
    return "".join(c for c in fold(unicodedata.normalize("NFKC", text)).casefold() if c.isalnum())


def _trigrams(print_: str) -> frozenset[str]:
    return frozenset(print_[i : i + 3] for i in range(max(1, len(print_) - 2)))


class Overlap:
    """Texts that must not be trained on."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._prints = {key for text in texts if (key := fingerprint(text))}
        self._grams = [_trigrams(key) for key in self._prints]
        self._where: dict[str, list[int]] = defaultdict(list)
        for number, grams in enumerate(self._grams):
            for gram in grams:
                self._where[gram].append(number)

    def near(self, text: str) -> bool:
        """Whether ``text`` is one of them, or nearly."""
        key = fingerprint(text)
        if key in self._prints:
            return True
        grams = _trigrams(key)
        shared = Counter(
            number for gram in grams if len(found := self._where.get(gram, ())) <= _COMMON for number in found
        )
        return any(self._alike(grams, self._grams[number]) for number, _ in shared.most_common(5))

    @staticmethod
    def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
        both = len(one & other)
        return both >= ALIKE * (len(one) + len(other) - both)
