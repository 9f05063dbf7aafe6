"""A classifier that reads a text in English and Chinese by its parts: each language's words alone, the higher score counts.

The shipped model has weights per script, and a text with any Chinese character is Chinese to it: one word of greeting would hide English
harm, and a sentence of Chinese would hide what follows it in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.backends.ngram import has_han, spelled_out
from assistant.backends.ngrams import codes
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.text.language import english_and_chinese
from assistant.types import ModelRef

_BLANKS = re.compile(" {2,}")
_SAID = re.compile(r"\w(?:.*\w)?", re.DOTALL)
Parts = tuple[Normalised, Normalised]


class MixedClassifier:
    """Implements ``assistant.ports.Classifier`` over another one."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    @property
    def ref(self) -> ModelRef:
        return self._classifier.ref

    @property
    def quick(self) -> bool:
        return self._classifier.quick

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        read: list[Normalised] = []
        ends: list[int] = []
        for text in texts:
            both = parts(text)
            read += (text,) if both is None else map(_closed, both)
            ends.append(len(read))
        scores = self._classifier.classify(read)
        starts = (0, *ends)
        return [_highest(scores[start:end]) for start, end in zip(starts, ends, strict=False)]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Where the classifier sees it, in the part that speaks louder."""
        both = parts(text)
        if both is None:
            return self._classifier.evidence(text, label)
        english, chinese = (score.get(label, 0.0) for score in self._classifier.classify([*map(_closed, both)]))
        part = both[chinese > english]
        return _trimmed(part.original, self._classifier.evidence(part, label))


def parts(text: Normalised) -> Parts | None:
    """The English and the Chinese of a text, each as long as the text, so that places in it are the text's; None where it is not both.
    Pinyin is not English.
    """
    if not has_han(codes(text.readings[0][0])):
        return None
    both = english_and_chinese(text.original)
    if both is None or spelled_out(*Normalised(" ".join(both[0].split())).readings[0]):
        return None
    return Normalised(both[0]), Normalised(both[1])


def _closed(part: Normalised) -> Normalised:
    """Without the blanks that stand for the other language: a line of them is no way of writing."""
    return Normalised(_BLANKS.sub(" ", part.original).strip())


def _highest(scores: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    first, *others = scores
    return (
        {label: max(score, *(other[label] for other in others)) for label, score in first.items()} if others else first
    )


def _trimmed(part: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans from their first letter or digit to their last: what lies around may stand for the other language."""
    said = (_SAID.search(part, start, end) for start, end in spans)
    return [found.span() for found in said if found]
